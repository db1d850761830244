"""What things cost, worked out by hand from the prices of the pricing pages."""

from __future__ import annotations

import pytest

import course
from course.account.costs import cost_of_lesson, instance_hour, storage_hour
from course.account.settings import Settings
from course.errors import CourseError


def test_a_million_short_invocations():
    # 1,000,000 requests at 0.20, and 1,000,000 x 0.1 s x 0.125 GB = 12,500 GB-s at 0.0000166667.
    assert course.lambda_cost(1_000_000, seconds=0.1) == pytest.approx(0.20 + 0.20833, abs=1e-4)
    assert course.lambda_cost(0, seconds=900) == 0


def test_transitions():
    assert course.transitions_cost(1000) == pytest.approx(0.025)


def test_a_job_is_charged_by_the_second_and_the_instance():
    assert course.job_cost(3600) == pytest.approx(0.115)
    assert course.job_cost(60, instances=3) == pytest.approx(0.115 / 60 * 3)
    assert course.job_cost(346, "ml.t3.large") == pytest.approx(0.0096, abs=1e-4)


def test_an_endpoint_costs_day_and_night():
    assert course.endpoint_cost(24) == pytest.approx(2.76)


def test_an_instance_whose_price_is_not_known_is_not_guessed():
    with pytest.raises(CourseError, match=r"price of ml\.p5\.48xlarge"):
        course.job_cost(1, "ml.p5.48xlarge")


def test_storage():
    assert storage_hour(2**30) * 730 == pytest.approx(0.023)


def test_the_table_of_prices_says_what_the_functions_charge():
    table = course.prices()
    assert float(table.loc["Step Functions, Standard", "US dollars"]) == pytest.approx(course.transitions_cost(1000))
    hour = float(table.loc["SageMaker job or endpoint, ml.m5.large", "US dollars"])
    assert hour == instance_hour("ml.m5.large")


LESSONS = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09")


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_on_a_real_account_begins_with_what_it_costs(lesson):
    real = Settings(lesson, "aws", "111122223333", "us-east-1", "bucket", "role")
    embedded = Settings(lesson, "local", "123456789012", "us-east-1", "bucket", "role")
    for text in (repr(real), real._repr_markdown_()):
        assert f"What it costs: {cost_of_lesson(lesson)}" in text
    assert "costs" not in repr(embedded) + embedded._repr_markdown_()


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_lesson_says_what_it_costs(lesson):
    assert cost_of_lesson(lesson) != cost_of_lesson("none")
