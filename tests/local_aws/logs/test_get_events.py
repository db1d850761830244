"""GetLogEvents: from either end, in pages in both directions, between times."""

from __future__ import annotations

import secrets
import time

import pytest
from botocore.exceptions import ClientError

START = int(time.time() * 1000) - 60_000
STREAM = "app/one"


@pytest.fixture(scope="module")
def client(aws):
    return aws.client("logs")


@pytest.fixture
def stream(client):
    """Ten events a millisecond apart, of which the first ones were written last."""
    name = f"/get/{secrets.token_hex(4)}"
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName=STREAM)
    which = {"logGroupName": name, "logStreamName": STREAM}
    for numbers in (range(5, 10), range(5)):
        write(client, which, numbers)
    return which


def write(client, which, numbers) -> None:
    events = [{"timestamp": START + number, "message": f"event {number}"} for number in numbers]
    client.put_log_events(**which, logEvents=events)


def found(answer) -> list[int]:
    return [int(event["message"].split()[1]) for event in answer["events"]]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, list(range(10))),
        ({"startFromHead": True}, list(range(10))),
        ({"limit": 3}, [7, 8, 9]),
        ({"limit": 3, "startFromHead": True}, [0, 1, 2]),
        ({"startTime": START + 3, "endTime": START + 5}, [3, 4]),
        ({"startTime": START + 3, "limit": 2}, [8, 9]),
        ({"endTime": START + 5, "limit": 2}, [3, 4]),
        ({"startTime": START + 20}, []),
    ],
)
def test_what_is_found(client, stream, asked, numbers):
    assert found(client.get_log_events(**stream, **asked)) == numbers


@pytest.mark.parametrize(("head", "token"), [(True, "nextForwardToken"), (False, "nextBackwardToken")])
def test_page_by_page_to_the_end(client, stream, head, token):
    """Where nothing more comes, the token that was sent comes back."""
    answer = client.get_log_events(**stream, limit=4, startFromHead=head)
    pages = [found(answer)]
    while True:
        sent = answer[token]
        answer = client.get_log_events(**stream, limit=4, nextToken=sent)
        if answer[token] == sent:
            break
        pages.append(found(answer))
    wanted = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] if head else [[6, 7, 8, 9], [2, 3, 4, 5], [0, 1]]
    assert (pages, found(answer)) == (wanted, [])


def test_back_and_forth(client, stream):
    first = client.get_log_events(**stream, limit=4, startFromHead=True)
    second = client.get_log_events(**stream, limit=4, nextToken=first["nextForwardToken"])
    again = client.get_log_events(**stream, limit=4, nextToken=second["nextBackwardToken"])
    assert found(again) == found(first)


def test_who_waits_at_the_end_reads_what_comes(client, stream):
    token = client.get_log_events(**stream)["nextForwardToken"]
    assert found(client.get_log_events(**stream, nextToken=token)) == []
    write(client, stream, [10, 11])
    assert found(client.get_log_events(**stream, nextToken=token)) == [10, 11]


def test_who_waits_at_an_empty_stream_reads_what_comes(client, stream):
    empty = stream | {"logStreamName": "empty"}
    client.create_log_stream(**empty)
    answer = client.get_log_events(**empty)
    assert answer["events"] == []
    write(client, empty, [1])
    assert found(client.get_log_events(**empty, nextToken=answer["nextForwardToken"])) == [1]


def test_by_arn(client, stream):
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{stream['logGroupName']}"
    assert len(client.get_log_events(logGroupIdentifier=arn, logStreamName=STREAM)["events"]) == 10


def test_a_page_ends_where_it_would_be_larger_than_it_may(client, stream):
    large = stream | {"logStreamName": "large"}
    client.create_log_stream(**large)
    for number in range(3):
        event = {"timestamp": START + number, "message": f"event {number} {'x' * 500_000}"}
        client.put_log_events(**large, logEvents=[event])
    assert found(client.get_log_events(**large, startFromHead=True)) == [0, 1]
    assert found(client.get_log_events(**large)) == [1, 2]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nextToken": "f/1"}, "InvalidParameterException"),
        ({"logStreamName": "none"}, "ResourceNotFoundException"),
        ({"logGroupName": "none"}, "ResourceNotFoundException"),
        ({"logGroupIdentifier": "both"}, "InvalidParameterException"),
    ],
)
def test_what_is_refused(client, stream, changed, code):
    with pytest.raises(ClientError) as caught:
        client.get_log_events(**stream | changed)
    assert caught.value.response["Error"]["Code"] == code
