"""FilterLogEvents: patterns, streams, times and pages."""

from __future__ import annotations

import secrets
import time

import pytest
from botocore.exceptions import ClientError

START = int(time.time() * 1000) - 60_000


@pytest.fixture(scope="module")
def client(aws):
    return aws.client("logs")


@pytest.fixture(scope="module")
def group(client):
    """Ten events in two streams, a millisecond apart, in turn."""
    name = f"/filter/{secrets.token_hex(4)}"
    client.create_log_group(logGroupName=name)
    for stream in ("app/one", "app/two"):
        client.create_log_stream(logGroupName=name, logStreamName=stream)
    for number in range(10):
        event = {
            "timestamp": START + number,
            "message": f"event {number} {'pair' if number % 2 else 'odd'}",
        }
        stream = "app/two" if number % 2 else "app/one"
        client.put_log_events(logGroupName=name, logStreamName=stream, logEvents=[event])
    return name


def numbers(answer) -> list[int]:
    return [int(event["message"].split()[1]) for event in answer["events"]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, list(range(10))),
        ({"filterPattern": "pair"}, [1, 3, 5, 7, 9]),
        ({"filterPattern": "event -pair"}, [0, 2, 4, 6, 8]),
        ({"filterPattern": "[word, number >= 7, ...]"}, [7, 8, 9]),
        ({"logStreamNames": ["app/one"]}, [0, 2, 4, 6, 8]),
        ({"logStreamNamePrefix": "app/t"}, [1, 3, 5, 7, 9]),
        ({"startTime": START + 3, "endTime": START + 5}, [3, 4, 5]),
        ({"limit": 3}, [0, 1, 2]),
    ],
)
def test_what_is_found(client, group, wanted, found):
    assert numbers(client.filter_log_events(logGroupName=group, **wanted)) == found


def test_by_arn(client, group):
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    for identifier in (arn, group):
        assert len(client.filter_log_events(logGroupIdentifier=identifier)["events"]) == 10


def test_every_event_is_on_one_page(client, group):
    paginator = client.get_paginator("filter_log_events")
    pages = list(paginator.paginate(logGroupName=group, PaginationConfig={"PageSize": 3}))
    assert [number for page in pages for number in numbers(page)] == list(range(10))
    ids = [event["eventId"] for page in pages for event in page["events"]]
    assert len(set(ids)) == 10 and ids == sorted(ids)


def test_a_page_says_where_the_next_one_begins_also_behind_a_pattern(client, group):
    first = client.filter_log_events(logGroupName=group, filterPattern="pair", limit=2)
    assert numbers(first) == [1, 3]
    second = client.filter_log_events(logGroupName=group, filterPattern="pair", nextToken=first["nextToken"])
    assert numbers(second) == [5, 7, 9]
    assert "nextToken" not in second


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"filterPattern": "{bad"}, "InvalidParameterException"),
        ({"filterPattern": "a:b"}, "InvalidParameterException"),
        ({"nextToken": "bm9uc2Vuc2U="}, "InvalidParameterException"),
        ({"logStreamNames": ["app/one"], "logStreamNamePrefix": "app"}, "InvalidParameterException"),
        ({"logStreamNames": ["app/three"]}, "ResourceNotFoundException"),
        ({"logGroupIdentifier": "x"}, "InvalidParameterException"),
    ],
)
def test_what_is_refused(client, group, wanted, code):
    with pytest.raises(ClientError) as refused:
        client.filter_log_events(logGroupName=group, **wanted)
    assert refused.value.response["Error"]["Code"] == code


def test_a_group_that_is_not_there(client):
    with pytest.raises(ClientError) as refused:
        client.filter_log_events(logGroupName="/not/there")
    assert refused.value.response["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "The specified log group does not exist.",
    }
