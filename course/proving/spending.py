"""What a recorded run has spent so far, counted before each lesson and held against the cap.

AWS's own bill comes a day later. What counts here is what SageMaker was asked for: a job from its start to its end, as
the recording has seen them; an endpoint for as long as its lesson took, which is more than it lived. Functions, state
transitions and requests come to less than a cent a lesson, and are counted as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from datetime import datetime
from typing import Any

from course.account.costs import endpoint_cost, instance_hour, instances_of, job_cost, most_of_lesson
from course.account.instances import DEFAULT, Instances
from course.account.ledger import Resource

_KINDS = {"processing job": "Processing", "training job": "Training", "transform job": "Transform"}
_UNSEEN_JOB_SECONDS = 600
_SMALL_CHANGE = 0.01


class Spending:
    """The spending of one run, in US dollars.

    Args:
        cap: what it may come to.
        types: of the lessons' instances.

    Raises:
        CourseError: the price of one of the types is not known, so that no cap could be held.
    """

    def __init__(self, cap: float, types: Instances | None = None):
        self.cap = cap
        self.dollars = 0.0
        self._types = types or Instances()
        dearest = max(instance_hour(one) for one in astuple(self._types))
        self._dearer = max(1.0, dearest / instance_hour(DEFAULT))

    def refusal(self, lesson: str) -> str:
        """Why a lesson may not begin, in words; empty where it may."""
        most = most_of_lesson(lesson) * self._dearer
        if self.dollars + most <= self.cap:
            return ""
        return (
            f"About {self.dollars:.2f} USD are spent, and lesson {lesson} may come to {most:.2f}: together more than "
            f"the cap of {self.cap:.2f} USD. A higher one: make account CAP=5"
        )

    def add(self, made: Iterable[Resource], calls: list[dict[str, Any]], seconds: float) -> None:
        """Count a lesson that has ended.

        Args:
            made: what it has made.
            calls: its recorded calls.
            seconds: how long it took.
        """
        seen = {name: (length, count, kind) for name, length, count, kind in _jobs(calls)}
        self.dollars += _SMALL_CHANGE
        for kind, name in dict.fromkeys((one.kind, one.name) for one in made):
            if kind in _KINDS:
                own = getattr(self._types, _KINDS[kind].lower())
                length, count, type_ = seen.get(name, (_UNSEEN_JOB_SECONDS, 1, own))
                self.dollars += job_cost(length, type_, count)
            elif kind == "endpoint":
                self.dollars += endpoint_cost(seconds / 3600, self._types.endpoint)


def _jobs(calls: Iterable[dict[str, Any]]) -> Iterator[tuple[str, float, int, str]]:
    """The jobs that have ended by the recorded answers: name, seconds, instances and their type."""
    for call in calls:
        for found in _objects(call.get("answer")):
            for title in _KINDS.values():
                name, began = found.get(f"{title}JobName"), found.get(f"{title}StartTime")
                ended = found.get(f"{title}EndTime")
                if name and began and ended:
                    resources = instances_of(found)
                    count, type_ = resources.get("InstanceCount", 1), resources.get("InstanceType", DEFAULT)
                    yield name, _moment(ended) - _moment(began), count, type_


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer, those in its texts of JSON included: a history tells of a job in such a text."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for member in value:
            yield from _objects(member)
    elif isinstance(value, str) and value.startswith("{"):
        try:
            yield from _objects(json.loads(value))
        except ValueError:
            return


def _moment(said: str | float) -> float:
    """Seconds since 1970 of a moment: as boto3 has it, or in a history, where it is a number of milliseconds."""
    return datetime.fromisoformat(said).timestamp() if isinstance(said, str) else said / 1000
