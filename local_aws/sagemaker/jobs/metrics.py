"""What SageMaker reads from a training job's log: the numbers that the job's metric definitions find in its lines.

Source: SageMaker API reference, MetricDefinition: a regular expression whose group is the metric's value.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import regex

from local_aws.sagemaker.collection import now

_SECONDS = 0.1
_log = logging.getLogger(__name__)


class Metrics:
    """The metrics of one job; of each, the last value counts.

    A pattern is its caller's: one that takes too long on a line finds nothing in it.

    Args:
        definitions: `Name` and `Regex` of each.

    Raises:
        ValueError: a pattern is no regular expression; the text says which.
    """

    def __init__(self, definitions: Sequence[Mapping[str, str]]):
        self._patterns: dict[str, regex.Pattern[str]] = {}
        for each in definitions:
            try:
                self._patterns[each["Name"]] = regex.compile(each["Regex"])
            except regex.error as error:
                raise ValueError(f"The Regex of the metric {each['Name']} is no regular expression: {error}") from error
        self._found: dict[str, dict[str, Any]] = {}

    def read(self, line: str) -> None:
        """Take the metrics out of a line of the log."""
        for name, pattern in self._patterns.items():
            try:
                found = pattern.search(line, timeout=_SECONDS, concurrent=True)
            except TimeoutError:
                _log.warning("the pattern of the metric %s takes too long on a line of %d characters", name, len(line))
                continue
            value = _number(found[1] if pattern.groups else found[0]) if found else None
            if value is not None:
                self._found[name] = {"MetricName": name, "Value": value, "Timestamp": now()}

    def last(self) -> list[dict[str, Any]]:
        """FinalMetricDataList: the last value of each metric that was found."""
        return list(self._found.values())


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
