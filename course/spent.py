"""`python -m course.spent`: what a class has spent on its account, by the value of a tag, as Cost Explorer has it.

For the account of a class. Cost Explorer is about a day late, knows a tag only after it was activated as a cost
allocation tag (Billing console), and takes 0.01 US dollars for a request. On the embedded AWS nothing costs, and nobody
is asked.

Source: GetCostAndUsage, AWS Cost Explorer API reference.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from course.account.target import chosen
from course.errors import CourseError
from course.lesson import look


def by_tag(explorer: Any, tag: str, begin: date, end: date) -> dict[str, float]:
    """US dollars by the value of a tag, the largest first; what has no such tag stands under an empty value.

    Args:
        explorer: a client of Cost Explorer.
        tag: the tag's key.
        begin: the first day.
        end: the day after the last.
    """
    asked: dict[str, Any] = {
        "TimePeriod": {"Start": begin.isoformat(), "End": end.isoformat()},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "TAG", "Key": tag}],
    }
    spent: defaultdict[str, float] = defaultdict(float)
    while True:
        answer = explorer.get_cost_and_usage(**asked)
        for period in answer["ResultsByTime"]:
            for group in period["Groups"]:
                # A key is `owner$ada`, and `owner$` for what has no such tag.
                spent[group["Keys"][0].partition("$")[2]] += float(group["Metrics"]["UnblendedCost"]["Amount"])
        if "NextPageToken" not in answer:
            return dict(sorted(spent.items(), key=lambda one: -one[1]))
        asked["NextPageToken"] = answer["NextPageToken"]


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 where it can't be had."""
    parser = argparse.ArgumentParser(prog="python -m course.spent", description=__doc__.splitlines()[0])
    parser.add_argument("--tag", default="owner", help="the tag's key (default: %(default)s)")
    parser.add_argument("--days", type=int, default=30, help="so many days up to today (default: %(default)s)")
    options = parser.parse_args(arguments)
    today = datetime.now(UTC).date()
    try:
        if chosen() == "local":
            raise CourseError(
                "There is no Cost Explorer on the embedded AWS (ce:GetCostAndUsage), where nothing costs. What would "
                "cost on an account: course.left() in a notebook. For an account: COURSE_TARGET=aws."
            )
        look()
        spent = by_tag(boto3.client("ce"), options.tag, today - timedelta(days=options.days), today + timedelta(days=1))
    except (CourseError, ClientError, BotoCoreError) as error:
        print(error)
        return 1
    for value, dollars in spent.items():
        print(f"{value or f'(no {options.tag})':<40} {dollars:>10.2f} USD")
    print(f"{'together':<40} {sum(spent.values()):>10.2f} USD in {options.days} days, as far as AWS has counted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
