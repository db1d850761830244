"""Log groups, their streams and filters: what CloudWatch Logs refuses, replaces and tells of them."""

from __future__ import annotations

import secrets
import time

import pytest

from tests.refusals import refusal

DAY = 24 * 3600 * 1000
METRIC = [{"metricName": "Errors", "metricNamespace": "Course", "metricValue": "1"}]


@pytest.fixture(scope="module")
def client(aws):
    return aws.client("logs")


@pytest.fixture
def group(client):
    name = f"/groups/{secrets.token_hex(4)}"
    client.create_log_group(logGroupName=name)
    return name


def described(client, group):
    return client.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]


def put_metric_filter(client, group, name, pattern="ERROR"):
    client.put_metric_filter(logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=METRIC)


@pytest.mark.parametrize("pattern", ["[a", "{bad", "a:b"])
def test_a_broken_pattern_is_refused_of_every_filter_in_the_same_words(client, group, pattern):
    words = refusal(client.filter_log_events, logGroupName=group, filterPattern=pattern)
    assert words[0] == "InvalidParameterException"
    named = {"logGroupName": group, "filterName": "f", "filterPattern": pattern}
    assert refusal(client.put_metric_filter, **named, metricTransformations=METRIC) == words
    destination = "arn:aws:logs:us-east-1:123456789012:destination:d"
    assert refusal(client.put_subscription_filter, **named, destinationArn=destination) == words
    assert client.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_a_metric_filter_takes_the_place_of_the_one_of_its_name_and_goes_with_its_group(client, group):
    for name, pattern in (("two", "ERROR"), ("one", "ERROR"), ("two", "WARNING")):
        put_metric_filter(client, group, name, pattern)
    found = client.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert [(one["filterName"], one["filterPattern"]) for one in found] == [("one", "ERROR"), ("two", "WARNING")]
    assert described(client, group)["metricFilterCount"] == 2
    client.delete_log_group(logGroupName=group)
    client.create_log_group(logGroupName=group)
    assert client.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_a_metric_filter_needs_its_group(client, group):
    gone = ("ResourceNotFoundException", "The specified log group does not exist.")
    named = {"logGroupName": "/not/there", "filterName": "f"}
    assert refusal(client.put_metric_filter, **named, filterPattern="", metricTransformations=METRIC) == gone
    assert refusal(client.delete_metric_filter, **named) == gone
    code, message = refusal(client.delete_metric_filter, logGroupName=group, filterName="f")
    assert (code, message) == ("ResourceNotFoundException", "The specified metric filter does not exist.")


@pytest.mark.parametrize("days", [8, 2, 0, 3654])
def test_a_retention_is_one_of_a_list(client, group, days):
    code, message = refusal(client.put_retention_policy, logGroupName=group, retentionInDays=days)
    assert code == "InvalidParameterException"
    assert f"'{days}' at 'retentionInDays'" in message and "[1, 3, 5, 7, 14, " in message
    assert "retentionInDays" not in described(client, group)
    client.put_retention_policy(logGroupName=group, retentionInDays=1096)
    assert described(client, group)["retentionInDays"] == 1096


def test_a_second_stream_of_a_name(client, group):
    named = {"logGroupName": group, "logStreamName": "s"}
    client.create_log_stream(**named)
    there = ("ResourceAlreadyExistsException", "The specified log stream already exists")
    assert refusal(client.create_log_stream, **named) == there
    there = ("ResourceAlreadyExistsException", "The specified log group already exists")
    assert refusal(client.create_log_group, logGroupName=group) == there


@pytest.mark.parametrize(("apart", "taken"), [(DAY, True), (DAY + 1, False)])
def test_a_batch_spans_a_day_at_most(client, group, apart, taken):
    named = {"logGroupName": group, "logStreamName": "s"}
    client.create_log_stream(**named)
    now = int(time.time() * 1000)
    batch = [{"timestamp": now - apart, "message": "first"}, {"timestamp": now, "message": "last"}]
    if taken:
        client.put_log_events(**named, logEvents=batch)
    else:
        message = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        refused = refusal(client.put_log_events, **named, logEvents=batch)
        assert refused == ("InvalidParameterException", message)
    assert len(client.get_log_events(**named)["events"]) == 2 * taken


def test_what_is_told_of_a_group_and_its_streams(client, group):
    named = {"logGroupName": group, "logStreamName": "s"}
    client.create_log_stream(**named)
    client.put_log_events(**named, logEvents=[{"timestamp": int(time.time() * 1000), "message": "some bytes"}])
    assert described(client, group)["logGroupClass"] == "STANDARD"
    [stream] = client.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["storedBytes"] == 0
