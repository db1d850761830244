"""What a recorded run has spent: jobs by their times, endpoints by their lesson."""

from __future__ import annotations

import json

import pytest

from course.account.instances import Instances
from course.account.ledger import Resource
from course.errors import CourseError
from course.proving.spending import Spending

JOB = {"TrainingJobName": "t", "TrainingStartTime": "2026-11-28T10:00:00+00:00"}
JOB |= {"TrainingEndTime": "2026-11-28T10:30:00+00:00"}
JOB |= {"ResourceConfig": {"InstanceCount": 2, "InstanceType": "ml.m5.large"}}
MADE = [Resource("training job", "t", "06"), Resource("training job", "t", "07")]


def test_a_job_counts_once_from_its_start_to_its_end():
    spending = Spending(3)
    spending.add(MADE, [{"answer": JOB}, {"answer": JOB}], 3600)
    assert spending.dollars == pytest.approx(0.01 + 2 * 0.5 * 0.115)


def test_a_job_is_found_in_the_history_of_an_execution():
    times = {"TrainingStartTime": 1732788000000, "TrainingEndTime": 1732788000000 + 1800_000}
    output = json.dumps(JOB | times)
    spending = Spending(3)
    spending.add(MADE, [{"answer": {"events": [{"taskSucceededEventDetails": {"output": output}}]}}], 3600)
    assert spending.dollars == pytest.approx(0.01 + 2 * 0.5 * 0.115)


def test_what_nobody_has_seen_end_counts_as_ten_minutes_and_an_endpoint_as_its_lesson():
    spending = Spending(3)
    spending.add([Resource("processing job", "p", "06"), Resource("endpoint", "e", "06")], [], 7200)
    assert spending.dollars == pytest.approx(0.01 + 0.115 / 6 + 2 * 0.115)


def test_the_next_lesson_has_to_fit_under_the_cap():
    spending = Spending(0.5)
    assert spending.refusal("06") == ""
    spending.dollars = 0.2
    assert "lesson 06 may come to 0.40: together more than the cap of 0.50 USD" in spending.refusal("06")


def test_dearer_instances_count_by_their_own_price():
    types = Instances(processing="ml.t3.medium", endpoint="ml.m5.xlarge")
    spending = Spending(0.5, types)
    assert "lesson 06 may come to 0.80" in spending.refusal("06")
    spending.add([Resource("processing job", "p", "06"), Resource("endpoint", "e", "06")], [], 3600)
    assert spending.dollars == pytest.approx(0.01 + 0.05 / 6 + 0.23)


def test_where_a_price_is_not_known_no_cap_could_be_held():
    with pytest.raises(CourseError, match=r"The price of ml\.p3\.2xlarge is not in the course's table"):
        Spending(3, Instances(training="ml.p3.2xlarge"))
