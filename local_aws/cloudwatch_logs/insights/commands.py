"""The commands of a query, each of which makes records of records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import regex

from local_aws.cloudwatch_logs.insights.expressions import Expression, Named
from local_aws.cloudwatch_logs.insights.functions import Series
from local_aws.cloudwatch_logs.insights.values import Record, Value, number, search, text, truth

MOST_RESULTS = 10_000
_DEFAULT_FIELDS = ("@timestamp", "@message")


@dataclass
class Results:
    """The records that are left, and which of their fields are shown.

    Attributes:
        shown: names in order; None where no command has said which.
        counted: whether the records are statistics, and no longer log events.
        matched: how many log events went through the filters.
    """

    records: list[Record]
    shown: list[str] | None = None
    counted: bool = False
    matched: int = 0
    limit: int | None = None

    def rows(self, most: int) -> list[list[dict[str, str]]]:
        """The answer of GetQueryResults: a field that a record lacks is left out."""
        names = list(self.shown if self.shown is not None else _DEFAULT_FIELDS)
        if not self.counted:
            names.append("@ptr")
        limit = most if self.limit is None else self.limit
        return [
            [{"field": name, "value": text(record[name])} for name in names if record.get(name) is not None]
            for record in self.records[: min(limit, MOST_RESULTS)]
        ]


class Command(ABC):
    """One command."""

    @abstractmethod
    def apply(self, results: Results) -> None:
        """Change the results as the command says."""


@dataclass(frozen=True)
class Fields(Command):
    """`fields`: shows fields, beside those that an earlier one shows, and names expressions."""

    items: Sequence[Named]

    def apply(self, results: Results) -> None:
        for record in results.records:
            record.update({item.name: item.expression.on(record) for item in self.items})
        results.shown = list(dict.fromkeys([*(results.shown or ()), *(item.name for item in self.items)]))


@dataclass(frozen=True)
class Display(Command):
    """`display`: shows these fields alone."""

    items: Sequence[Named]

    def apply(self, results: Results) -> None:
        Fields(self.items).apply(results)
        results.shown = [item.name for item in self.items]


@dataclass(frozen=True)
class Filter(Command):
    """`filter`: keeps the records on which the expression is true."""

    condition: Expression

    def apply(self, results: Results) -> None:
        results.records = [record for record in results.records if truth(self.condition.on(record))]
        if not results.counted:
            results.matched = len(results.records)


@dataclass(frozen=True)
class Statistic:
    """One figure of `stats`; without an expression it counts records."""

    name: str
    work: Callable[[Series], Value]
    expression: Expression | None


@dataclass(frozen=True)
class Stats(Command):
    """`stats`: a record of figures for each group of records, in the order in which the groups come."""

    figures: Sequence[Statistic]
    by: Sequence[Named]

    def apply(self, results: Results) -> None:
        groups: dict[tuple[str, ...], tuple[Record, list[Record]]] = {}
        ordered = results.records if results.counted else sorted(results.records, key=_time)
        for record in ordered:
            key = {item.name: item.expression.on(record) for item in self.by}
            groups.setdefault(tuple(map(text, key.values())), (key, []))[1].append(record)
        if not groups and not self.by:
            groups[()] = ({}, [])
        results.records = [
            key | {each.name: _figure(each, group) for each in self.figures} for key, group in groups.values()
        ]
        results.shown = [item.name for item in self.by] + [each.name for each in self.figures]
        results.counted = True


def _figure(figure: Statistic, group: list[Record]) -> Value:
    if figure.expression is None:
        return figure.work([True] * len(group))
    return figure.work([figure.expression.on(record) for record in group])


def _time(record: Record) -> float:
    return number(record.get("@timestamp")) or 0.0


@dataclass(frozen=True)
class Sort(Command):
    """`sort`: numbers before texts, and what isn't there last."""

    keys: Sequence[tuple[Expression, bool]]
    """Expressions, the first of which counts most, and whether each descends."""

    def apply(self, results: Results) -> None:
        for expression, descending in reversed(self.keys):
            present = [record for record in results.records if expression.on(record) is not None]
            absent = [record for record in results.records if expression.on(record) is None]
            present.sort(key=lambda record: _order(expression.on(record)), reverse=descending)
            results.records = present + absent


def _order(value: Value) -> tuple[Any, ...]:
    numeric = number(value)
    return (1, text(value)) if numeric is None else (0, numeric)


@dataclass(frozen=True)
class Limit(Command):
    """`limit`: so many records at most."""

    count: int

    def apply(self, results: Results) -> None:
        results.records = results.records[: self.count]
        results.limit = self.count


@dataclass(frozen=True)
class Dedup(Command):
    """`dedup`: the first record of each combination of values; one that lacks a field stays."""

    fields: Sequence[str]

    def apply(self, results: Results) -> None:
        seen: set[tuple[str, ...]] = set()
        kept = []
        for record in results.records:
            values = [record.get(name) for name in self.fields]
            key = tuple(map(text, values))
            if None in values or key not in seen:
                kept.append(record)
                seen.add(key)
        results.records = kept


@dataclass(frozen=True)
class Parse(Command):
    """`parse`: fields out of a text, by a glob with `*` or a regular expression with named groups."""

    source: Expression
    pattern: regex.Pattern[str]
    names: Sequence[str] = field(default=())

    def apply(self, results: Results) -> None:
        for record in results.records:
            value = self.source.on(record)
            found = None if value is None else search(self.pattern, text(value))
            if found is not None:
                named = dict(zip(self.names, found.groups(), strict=True)) if self.names else found.groupdict()
                record.update({name: part for name, part in named.items() if part is not None})
