"""The checks of lesson 09: untouched, with planted mistakes, solved."""

from __future__ import annotations

import boto3
import pytest

import course
from course.outcomes.outcome import Outcome
from tests.course.checks.conftest import check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("aws_compared")


def test_order() -> None:
    check_untouched_and_solved("09.order")


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ('["model", "endpoint configuration", "endpoint", "bucket"]', "The endpoint uses the endpoint configuration."),
        ('["endpoint", "model", "endpoint configuration", "bucket"]', "the endpoint configuration first"),
        ('["endpoint", "endpoint configuration", "bucket", "model"]', "the model first"),
        ('["endpoint", "model", "bucket"]', "each of the four, once"),
        ('"endpoint"', "each of the four, once"),
        ('{"endpoint", "endpoint configuration", "model", "bucket"}', "in square brackets"),
        ('["endpoint", "endpoint configuration", "model", "?"]', "1 place with a ?"),
    ],
)
def test_an_order_with_a_mistake(work: str, said: str) -> None:
    check_wrong(judge("09.order", f"order = {work}"), said)


def test_clean_up_untouched_half_done_and_done(settings: course.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("sqs").create_queue(QueueName="left-behind")
    half = judge("09.clean_up", "...")
    check_wrong(half, "left-behind")
    monkeypatch.setattr("course.account.leftovers.Leftovers.dollars_an_hour", 0.115)
    assert judge("09.clean_up", "...").outcome is Outcome.NOT_ATTEMPTED
    monkeypatch.undo()
    assert judge("09.clean_up", "course.clean_up()").outcome is Outcome.RIGHT
