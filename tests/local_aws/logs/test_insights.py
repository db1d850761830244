"""Logs Insights, with queries of the kind that its user guide shows."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from local_aws.call import ApiError
from local_aws.cloudwatch_logs.insights.language import read

REQUEST = "8f507cfc-1234-4b4e-8a55-000000000001"
REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: "
    "40 MB\tInit Duration: 100.5 ms\t"
)
LINES = [
    "one ERROR in /index.html",
    "two",
    json.dumps({"level": "ERROR", "n": 3, "user": {"name": "ada"}, "tags": ["a", "b"]}),
    json.dumps({"level": "INFO", "n": 9, "user": {"name": "grace"}}),
    json.dumps({"level": "INFO", "n": 9, "user": {"name": "ada"}}),
    "user=ada took 30 ms",
    REPORT,
]
START = int(time.time() // 3600 - 2) * 3_600_000 + 140_000
"""Two minutes and twenty seconds after a full hour of late: CloudWatch takes no events older than two weeks."""


def shown(milliseconds: int) -> str:
    """A time as results show it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.000")


@pytest.fixture(scope="module")
def client(aws):
    return aws.client("logs")


@pytest.fixture(scope="module")
def group(client):
    """One event a minute."""
    name = f"/aws/lambda/insights-{secrets.token_hex(4)}"
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName="s")
    events = [{"timestamp": START + 60_000 * index, "message": line} for index, line in enumerate(LINES)]
    client.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    return name


@pytest.fixture
def ask(client, group, wait_until):
    """The rows of a query, without pointers."""

    def ask(text: str, **options) -> list[dict[str, str]]:
        times = {"startTime": START // 1000, "endTime": START // 1000 + 3600}
        query = client.start_query(logGroupName=group, queryString=text, **times | options)["queryId"]

        def answer():
            found = client.get_query_results(queryId=query)
            return found if found["status"] != "Running" else None

        found = wait_until(answer)
        assert found["status"] == "Complete"
        return [{each["field"]: each["value"] for each in row if each["field"] != "@ptr"} for row in found["results"]]

    return ask


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("fields @message | filter @message like /^one/", [{"@message": LINES[0]}]),
        ('fields @message | filter @message like "two"', [{"@message": "two"}]),
        ("fields @message | filter @message =~ /ERR.R/ | sort @timestamp asc | limit 1", [{"@message": LINES[0]}]),
        ('filter level = "ERROR" | fields n, user.name, tags.1', [{"n": "3", "user.name": "ada", "tags.1": "b"}]),
        ("stats count(*) as n", [{"n": "7"}]),
        ("stats count() by level | sort level asc | filter ispresent(level)", [
            {"level": "ERROR", "count()": "1"}, {"level": "INFO", "count()": "2"},
        ]),
        ("filter n > 1 | stats sum(n), avg(n) as mean, min(n), max(n), count_distinct(user.name)", [
            {"sum(n)": "21", "mean": "7", "min(n)": "3", "max(n)": "9", "count_distinct(user.name)": "2"},
        ]),
        ("filter n > 1 | stats pct(n, 50) as half, latest(user.name) as last, earliest(n) as first", [
            {"half": "9", "last": "ada", "first": "3"},
        ]),
        ("parse @message 'user=* took * ms' as who, took | filter ispresent(who) | display who, took / 10 as tens", [
            {"who": "ada", "tens": "3"},
        ]),
        (r"parse @message /took (?<took>\d+) ms/ | filter took > 1 | display took", [{"took": "30"}]),
        ("filter ispresent(n) | dedup level | sort n desc | display level", [{"level": "INFO"}, {"level": "ERROR"}]),
        ("filter @type = 'REPORT' | display @duration, @billedDuration, @maxMemoryUsed / 1000000 as mb, @requestId", [
            {"@duration": "12.34", "@billedDuration": "13", "mb": "40", "@requestId": REQUEST},
        ]),
        ('filter level in ["INFO", "WARN"] and not n < 9 | stats count(*) as found', [{"found": "2"}]),
        ("filter n = 3 | display toupper(user.name) as who, strlen(level) + 2 * 3 ^ 2 as sum", [
            {"who": "ADA", "sum": "23"},
        ]),
        ("filter n = 3 | display coalesce(nothing, level) as a, concat(level, '-', n) as b, abs(0 - n) as c", [
            {"a": "ERROR", "b": "ERROR-3", "c": "3"},
        ]),
        ("stats count(*) as c by bin(5m) | sort c desc | limit 1", [{"bin(5m)": shown(START + 160_000), "c": "4"}]),
        ("filter n = 3 | fields @timestamp", [{"@timestamp": shown(START + 120_000)}]),
        ("# a remark\nfilter n = 3 # another\n| display n", [{"n": "3"}]),
        ("stats count(*) as c by level | stats max(c) as most", [{"most": "4"}]),
        ("filter n = 77 | stats count(*)", [{"count(*)": "0"}]),
    ],
)  # fmt: skip
def test_what_comes_out(ask, query, rows):
    assert ask(query) == rows


def test_the_newest_comes_first_and_two_fields_are_shown(ask):
    rows = ask("filter ispresent(n)")
    assert [row["@message"] for row in rows] == [LINES[4], LINES[3], LINES[2]]
    assert all(row.keys() == {"@timestamp", "@message"} for row in rows)
    assert len(ask("fields @message", limit=2)) == 2
    assert len(ask("fields @message", endTime=START // 1000 + 61)) == 2


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ("nonsense", "unexpected symbol found nonsense at line 1 and position 1"),
        ("fields @message |", "unexpected symbol found <EOF> at line 1 and position 18"),
        ("filter n >", "unexpected symbol found <EOF> at line 1 and position 11"),
        ("fields @message\n| limit x", "unexpected symbol found x at line 2 and position 9"),
        ("fields nope(n)", "unknown function nope"),
        ("parse @message 'a * b' as x, y", "the glob has 1 wildcards, and 2 names are given"),
        ("filter @message like /[/", "invalid regular expression"),
    ],
)
def test_what_is_no_query_is_told_where(client, group, query, symbol):
    with pytest.raises(ClientError) as refused:
        client.start_query(logGroupName=group, queryString=query, startTime=0, endTime=1)
    assert refused.value.response["Error"]["Code"] == "MalformedQueryException"
    assert symbol in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("pattern @message", "the command pattern"),
        ("fields jsonParse(@message) as document", "the function jsonParse"),
        ("filter isIpInSubnet(ip, '10.0.0.0/8')", "the function isIpInSubnet"),
    ],
)
def test_what_is_not_there_says_so(client, group, query, what):
    with pytest.raises(ClientError) as refused:
        client.start_query(logGroupName=group, queryString=query, startTime=0, endTime=1)
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert f"{what} of Logs Insights" in refused.value.response["Error"]["Message"]


def test_queries_are_listed(client, group, ask):
    ask("stats count(*)")
    [query, *_] = client.describe_queries(logGroupName=group)["queries"]
    assert (query["queryString"], query["status"], query["logGroupName"]) == ("stats count(*)", "Complete", group)
    assert abs(query["createTime"] / 1000 - time.time()) < 60


def test_a_query_that_is_not_there(client):
    with pytest.raises(ClientError) as refused:
        client.get_query_results(queryId="00000000-0000-0000-0000-000000000000")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


@given(st.text(alphabet="fields filter stats count(*) by | @message n ,='\"/[]<>-+1", max_size=60))
def test_whatever_is_written_is_a_query_or_none(text):
    try:
        read(text)
    except ApiError as error:
        assert error.code in ("MalformedQueryException", "NotImplemented")
