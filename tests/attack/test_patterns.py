"""Patterns of callers: wildcards mean what they say, and no pattern costs more than its length."""

from __future__ import annotations

import functools
import re

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from local_aws.call import ApiError
from local_aws.cloudwatch_logs.insights.values import number
from local_aws.logs.filter_pattern.pattern import NUMBER
from local_aws.logs.filter_pattern.space_delimited import divided
from local_aws.logs.filter_pattern.space_delimited import parse as parse_fields
from local_aws.matching import Pattern, Wild, like, tokens
from local_aws.states.languages.jsonpath.paths import InvalidPathError, path
from local_aws.wire import api_for
from local_aws.wire.validate import validate

HOSTILE = ["*a*a*a*a*b", "*?a*?a*?a*?a*?b", "*a" * 2000 + "*b", "*" * 3000 + "b", "*" + "?a" * 2000 + "*b"]


@functools.cache
def by_definition(text: str, pattern: str) -> bool:
    """Wildcards as a textbook defines them, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return by_definition(text, pattern[1:]) or (bool(text) and by_definition(text[1:], pattern))
    return bool(text) and pattern[0] in ("?", text[0]) and by_definition(text[1:], pattern[1:])


@given(st.text("ab\n", max_size=9), st.text("ab\n*?", max_size=9))
def test_wildcards_are_as_defined(text, pattern):
    assert like(text, pattern) == by_definition(text, pattern)


@given(st.text("aAbB", max_size=7), st.text("aAbB*?", max_size=7))
def test_case_is_told_apart_only_where_asked(text, pattern):
    assert like(text, pattern, ignore_case=True) == by_definition(text.lower(), pattern.lower())


@given(st.text("ab*?\\", max_size=9))
def test_what_is_escaped_stands_for_itself(text):
    escaped = "".join(f"\\{character}" if character in "*?\\" else character for character in text)
    assert Pattern(tokens(escaped, escape="\\")).matches(text)
    assert Pattern(tokens(escaped, escape="\\")).matches(text + "a") is False


def test_a_question_mark_may_stand_for_itself():
    """Step Functions and log patterns know only `*`."""
    assert Pattern(tokens("a?*", one=False)).matches("a?b")
    assert not Pattern(tokens("a?*", one=False)).matches("abb")


def test_parts_that_are_given_as_text_hold_no_wildcards():
    """What fills a policy's variable comes from the caller: its `*` is a star."""
    assert Pattern(["home/", "*", Wild.ANY]).matches("home/*/x")
    assert not Pattern(["home/", "*", Wild.ANY]).matches("home/someone/x")


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_hostile_pattern_ends(pattern):
    """As regular expressions these take from minutes to the age of the universe."""
    assert not like("a" * 1024, pattern)


# ---- our own regular expressions, and AWS's, on callers' texts ---------------------------------------


LONG = 300_000
"""Characters; a search that tries every way of dividing a text needs hours for so many."""


@pytest.mark.parametrize("text", ["0" * LONG + "x", "." * LONG, "1." + "0" * LONG + "e"])
def test_what_is_nearly_a_number_is_read_at_once(text):
    """In log events that are held against `{ $.a = 1 }`, and in those that Insights reads."""
    assert NUMBER.fullmatch(text) is None
    assert number(text) is None


@pytest.mark.parametrize("text", ["[ " * LONG, '" ' * LONG + "[ " * LONG, "[" * LONG, "] " * LONG + "[ " * LONG])
def test_a_log_event_of_brackets_is_divided_at_once(text):
    assert not parse_fields("a, b").matches(text)


@given(st.text('[]" a', max_size=12))
def test_a_log_event_is_divided_as_before(text):
    """Text in brackets or quotes is one field, whatever is not closed is as it stands."""
    plain = ["".join(parts) for parts in re.findall(r'\[([^\]]*)\]|"([^"]*)"|(\S+)', text)]
    assert list(divided(text)) == plain


def test_a_path_of_blanks_is_refused_at_once():
    with pytest.raises(InvalidPathError):
        path("$[" + " " * LONG + "x]")


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("dynamodb", "ExportTableToPointInTime", {"S3Bucket": "a" * 200_000 + "!"}),
        (
            "sagemaker",
            "CreateClusterSchedulerConfig",
            {"SchedulerConfig": {"PriorityClasses": [{"Name": "a" * 60 + "!", "Weight": 1}]}},
        ),
    ],
)
def test_patterns_of_aws_s_models_end(service, operation, params):
    """They stand in botocore's models; as Python's own expressions they take from minutes to years."""
    with pytest.raises(ApiError, match="Member must satisfy regular expression pattern"):
        validate(api_for(service).model.operation_model(operation), params)


# ---- what moto would run as a regular expression, or run one on --------------------------------------


def test_a_prefix_of_queues_is_no_regular_expression(aws):
    """Moto would look for it in every queue's name: this one is told apart from it in 2 ** 70 ways."""
    sqs, name = aws.client("sqs"), "a" * 70 + "-"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="(a+)+$")
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="(")
    assert sqs.list_queues(QueueNamePrefix="a" * 70 + "-")["QueueUrls"] == [url]
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("name", ["UpdateExpression", "ConditionExpression"])
def test_an_expression_of_dynamodb_is_as_long_as_dynamodb_takes_it(aws, name):
    """Moto would try to take 300,000 blanks out of it at each of them."""
    table = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(TableName=name, **table)
    item = {"TableName": name, "Key": {"id": {"S": "a"}}, name: "SET a" + " " * LONG + "= b"}
    asks = [
        lambda: dynamodb.update_item(**item),
        lambda: dynamodb.transact_write_items(TransactItems=[{"Update": {"UpdateExpression": "SET a = b", **item}}]),
    ]
    for ask in asks:
        with pytest.raises(ClientError, match="Expression size has exceeded the maximum allowed size"):
            ask()


def test_a_body_that_speaks_of_checksums_is_put_at_once(aws):
    """Moto would look for the checksum that the header promises in the body, from each place on to its end."""
    s3, bucket = aws.client("s3", config=Config(request_checksum_calculation="when_required")), aws.bucket()

    def promised(params, **_):
        params["headers"]["x-amz-sdk-checksum-algorithm"] = "CRC32"

    s3.meta.events.register("before-call.s3.PutObject", promised)
    body = b"x-amz-checksum-a:" * 100_000
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert refused.value.response["Error"]["Code"] == "InvalidRequest"
