"""Differences between two recordings: each kind is planted, and what is new in every run is none."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from course.proving.comparing import compare, unmatched


def call(operation: str = "DescribeThing", cell: int = 3, params: dict[str, Any] | None = None, **said: Any) -> dict:
    return {"lesson": "05", "service": "things", "operation": operation, "cell": cell, "params": params or {}, **said}


def error(code: str, message: str) -> dict[str, Any]:
    return call(error={"code": code, "message": message})


def found(there: list[dict], here: list[dict]) -> list[tuple[str, str, str]]:
    return [(one.what, one.there, one.here) for one in compare(there, here)]


def test_an_error_in_other_words_with_another_code_or_on_one_side_alone():
    assert found([error("Bad", "No.")], [error("Bad", "Nope.")]) == [("the error", "Bad: No.", "Bad: Nope.")]
    assert found([error("Bad", "No.")], [error("Worse", "No.")]) == [("the error", "Bad: No.", "Worse: No.")]
    assert found([call(answer={})], [error("Bad", "No.")]) == [("the error", "no such error", "Bad: No.")]
    assert found([error("Bad", "No.")], [call(answer={})]) == [("the error", "Bad: No.", "no such error")]


def test_another_status():
    assert found([call(status=201, answer={})], [call(status=200, answer={})]) == [("the status", "201", "200")]
    there, here = error("Bad", "No.") | {"status": 404}, error("Bad", "No.") | {"status": 400}
    assert found([there], [here]) == [("the status of Bad: No.", "404", "400")]
    assert found([there], [there]) == []


@pytest.mark.parametrize(
    "items, what",
    [
        (["a", "b", "c"], "it"),
        ([{"Name": "a", "Size": 2}, {"Name": "b", "Size": 1}], "Name"),
        ([{"id": 1, "type": "X"}, {"id": 2, "type": "X"}], "id"),
        ([{"At": "2026-11-28T10:00:00+00:00"}, {"At": "2026-11-28T10:00:01+00:00"}], "At"),
        (["http://127.0.0.1:1/123456789012/a", "http://127.0.0.1:1/123456789012/b"], "it"),
    ],
)
def test_a_list_in_another_order(items, what):
    there, here = {"Page": {"Items": items[::-1]}}, {"Page": {"Items": items}}
    assert found([call(answer=there)], [call(answer=here)]) == [
        ("the order of Page.Items", f"{what} goes down", f"{what} goes up")
    ]
    assert found([call(answer=here)], [call(answer=here)]) == []


@pytest.mark.parametrize(
    "items",
    [
        ["b", "a", "c"],
        [1, 2],
        ["a", "a"],
        [{"id": 1}, {"id": "b"}],
        [{"Name": "x-0a1b2c3d4e5f6a7b8"}, {"Name": "x-1a1b2c3d4e5f6a7b8"}],
    ],
)
def test_what_has_no_order_or_another_one_in_every_run_is_no_difference(items):
    assert found([call(answer={"Items": items[::-1]})], [call(answer={"Items": items})]) == []


def test_a_refusal_on_the_way_is_told_from_one_at_the_end():
    late = [error("Later", "Not yet."), call(answer={"A": "x"})]
    assert found(late, [call(answer={"A": "x"})]) == [("refused on the way", "Later: Not yet.", "no such error")]


def test_a_member_that_only_one_side_has():
    assert found([call(answer={"A": "x", "B": True})], [call(answer={"A": "x"})]) == [
        ("the member B", "true", "is not there")
    ]
    there, here = {"Items": [{"A": "x"}, {"A": "x", "B": {"C": "y"}}]}, {"Items": [{"A": "x"}]}
    assert found([call(answer=there)], [call(answer=here)]) == [("the member Items[].B", '"an object"', "is not there")]
    assert found([call(answer={})], [call(answer={"A": None})]) == [("the member A", "is not there", "null")]


def test_the_last_value_counts_and_the_members_of_all():
    there = [call(answer={"Status": "InProgress", "Secondary": "Starting"}), call(answer={"Status": "Completed"})]
    assert found(there, [call(answer={"Status": "Completed", "Secondary": "Starting"})]) == []
    assert found(there, [call(answer={"Status": "Failed", "Secondary": "Starting"})]) == [
        ("the value of Status", "Completed", "Failed")
    ]


def test_what_is_new_in_every_run_is_no_difference():
    there = {
        "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "At": "2026-11-28T10:00:00+00:00",
        "RequestId": "c9f1",
        "Stream": "2026/11/28/[$LATEST]0123456789abcdef0123456789abcdef",
        "Url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
        "Size": 12,
        "Log": "Duration: 12.5 ms",
    }
    here = {
        "Arn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "At": "2026-11-29T11:00:00.123+00:00",
        "RequestId": "0b17",
        "Stream": "2026/11/29/[$LATEST]abcdef0123456789abcdef0123456789",
        "Url": "http://127.0.0.1:4566/123456789012/q",
        "Size": 13,
        "Log": "Duration: 3 ms",
    }
    params = ({"Name": "job-1732788000000"}, {"Name": "job-1732799999999"})
    assert found([call(params=params[0], answer=there)], [call(params=params[1], answer=here)]) == []
    assert unmatched([call(params=params[0], answer=there)], [call(params=params[1], answer=here)]) == []


def test_a_number_in_place_of_a_text_is_a_difference():
    assert found([call(answer={"A": "12"})], [call(answer={"A": 12})]) == [("the value of A", "<n>", "<number>")]


def test_the_same_difference_is_told_once_with_how_often():
    there = [call(cell=3, answer={"A": "x"}), call("DescribeThing", 4, {"N": "n"}, answer={"A": "x"})]
    here = [call(cell=3, answer={"A": "y"}), call("DescribeThing", 4, {"N": "n"}, answer={"A": "y"})]
    [difference] = compare(there, here)
    assert (difference.cell, difference.times) == (3, 2)
    assert str(difference).startswith("things.DescribeThing, lesson 05, cell [3] and 1 more: the value of A\n")


def test_calls_of_one_side_are_named_and_no_difference():
    there, here = [call(answer={})], [call("OtherThing", answer={})]
    assert found(there, here) == []
    assert [line.partition(": asked ")[2][:9] for line in unmatched(there, here)] == ["only ther", "only here"]


def test_the_end_of_a_log_is_read():
    there = base64.b64encode(b"RequestId: 0c9f7b52-1111-4222-8333-944455566677 Duration: 1.5 ms\nhello").decode()
    here = base64.b64encode(b"RequestId: 1d0a8c63-2222-4333-9444-055566677788 Duration: 27 ms\nhello").decode()
    assert found([call(answer={"LogResult": there})], [call(answer={"LogResult": here})]) == []
    here = base64.b64encode(b"RequestId: 1d0a8c63-2222-4333-9444-055566677788 Duration: 27 ms\nbye").decode()
    [(what, one, other)] = found([call(answer={"LogResult": there})], [call(answer={"LogResult": here})])
    assert (what, one[-5:], other[-3:]) == ("the value of LogResult", "hello", "bye")


def test_of_long_texts_the_place_is_shown_where_they_part():
    [(_, there, here)] = found([call(answer={"A": "x" * 5000 + "there"})], [call(answer={"A": "x" * 5000 + "here"})])
    assert (there[-6:], here[-5:], len(there) < 400) == ("xthere", "xhere", True)
