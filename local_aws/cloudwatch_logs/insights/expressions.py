"""Expressions of a query: fields, values, comparisons and calls, evaluated on a record."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from local_aws.cloudwatch_logs.insights.functions import Function
from local_aws.cloudwatch_logs.insights.values import Record, Value, number, search, text, truth

_COMPARISONS: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "^": operator.pow,
}
OPERATORS = (*_COMPARISONS, *_ARITHMETIC)


class Expression(ABC):
    """Something that has a value on a record."""

    @abstractmethod
    def on(self, record: Record) -> Value:
        """The value; None where a field that it needs isn't there."""


@dataclass(frozen=True)
class Field(Expression):
    """A field by its name."""

    name: str

    def on(self, record: Record) -> Value:
        return record.get(self.name)


@dataclass(frozen=True)
class Constant(Expression):
    """A text, a number, or a period in milliseconds."""

    value: Value

    def on(self, record: Record) -> Value:
        return self.value


@dataclass(frozen=True)
class Operation(Expression):
    """A comparison or arithmetic. Values that are both numbers are compared as such, others as texts."""

    sign: str
    left: Expression
    right: Expression

    def on(self, record: Record) -> Value:
        left, right = self.left.on(record), self.right.on(record)
        first, second = number(left), number(right)
        if self.sign in _COMPARISONS:
            if left is None or right is None:
                return self.sign == "!=" and left is not right
            compare = _COMPARISONS[self.sign]
            return compare(text(left), text(right)) if first is None or second is None else compare(first, second)
        try:
            return None if first is None or second is None else _ARITHMETIC[self.sign](first, second)
        except (ArithmeticError, ValueError):
            return None


@dataclass(frozen=True)
class Matching(Expression):
    """`like` and `=~`: whether a text is in another, or a regular expression fits somewhere."""

    value: Expression
    wanted: str | regex.Pattern[str]

    def on(self, record: Record) -> Value:
        value = self.value.on(record)
        if value is None:
            return False
        if isinstance(self.wanted, str):
            return self.wanted in text(value)
        return search(self.wanted, text(value)) is not None


@dataclass(frozen=True)
class Member(Expression):
    """`in [...]`."""

    value: Expression
    among: Sequence[Expression]

    def on(self, record: Record) -> Value:
        return any(truth(Operation("=", self.value, each).on(record)) for each in self.among)


@dataclass(frozen=True)
class Not(Expression):
    """The contrary."""

    of: Expression

    def on(self, record: Record) -> Value:
        return not truth(self.of.on(record))


@dataclass(frozen=True)
class Junction(Expression):
    """`and` of all parts, or `or`."""

    every: bool
    parts: Sequence[Expression]

    def on(self, record: Record) -> Value:
        return (all if self.every else any)(truth(part.on(record)) for part in self.parts)


@dataclass(frozen=True)
class Call(Expression):
    """A function of other expressions."""

    function: Function
    arguments: Sequence[Expression]

    def on(self, record: Record) -> Value:
        return self.function(*(argument.on(record) for argument in self.arguments))


@dataclass(frozen=True)
class Named:
    """An expression and the name that its value gets: the one after `as`, or its own text."""

    name: str
    expression: Expression
