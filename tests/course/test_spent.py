"""What a class has spent by tag: from answers in the form that botocore's model of Cost Explorer demands."""

from __future__ import annotations

from datetime import date

import boto3
import pytest
from botocore.stub import Stubber

from course import spent


def group(value: str, dollars: str) -> dict:
    return {"Keys": [f"owner${value}"], "Metrics": {"UnblendedCost": {"Amount": dollars, "Unit": "USD"}}}


def test_dollars_are_added_up_over_months_and_pages_by_the_tag_s_value():
    explorer = boto3.client("ce", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    asked = {
        "TimePeriod": {"Start": "2026-10-30", "End": "2026-11-29"},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "TAG", "Key": "owner"}],
    }
    first = {"ResultsByTime": [{"Groups": [group("ada", "0.1"), group("", "0.05")]}], "NextPageToken": "more"}
    second = {"ResultsByTime": [{"Groups": [group("ada", "0.2")]}, {"Groups": [group("bob", "1.5")]}]}
    with Stubber(explorer) as answers:
        answers.add_response("get_cost_and_usage", first, asked)
        answers.add_response("get_cost_and_usage", second, asked | {"NextPageToken": "more"})
        found = spent.by_tag(explorer, "owner", date(2026, 10, 30), date(2026, 11, 29))
        answers.assert_no_pending_responses()
    assert list(found) == ["bob", "ada", ""]
    assert found == pytest.approx({"bob": 1.5, "ada": 0.3, "": 0.05})


def test_on_the_embedded_aws_it_says_by_name_what_is_not_there(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_TARGET", "local")
    assert spent.main([]) == 1
    assert "no Cost Explorer on the embedded AWS (ce:GetCostAndUsage)" in capsys.readouterr().out
