"""What a query language does for the states: the interface by which states, retries and maps know one.

A language compiles the fields of a state once; a state asks for their values as often as it is visited. How many
fields data goes through on its way (two in JSONata, five in JSONPath) is the language's own matter.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from local_aws.states.document import Document
from local_aws.states.languages.scope import Scope

_DIGITS = re.compile(r"-?[0-9]{1,18}")
T_co = TypeVar("T_co", covariant=True)
Fields = dict[str, Any]


class Field(Protocol, Generic[T_co]):
    """A field with its value, possibly one that is found out at each visit."""

    def evaluate(self, scope: Scope) -> T_co:
        """Its value.

        Raises:
            QueryEvaluationError: an expression of JSONata failed; the history has an event for it.
            FieldError: a field of JSONPath failed.
        """


@dataclass(frozen=True)
class Range:
    """Which numbers a field takes.

    Attributes:
        digits: a text of digits that an expression or a path gives counts as a number, too.
    """

    least: float = 0
    most: float = math.inf
    whole: bool = True
    digits: bool = False

    def accepts(self, value: float) -> bool:
        """Whether a number is one of them."""
        return self.least <= value <= self.most and (not self.whole or value == int(value))

    def read(self, value: Any) -> Any:
        """A value as the field takes it: a text of digits as a number, where it may be one."""
        return int(value) if self.digits and isinstance(value, str) and _DIGITS.fullmatch(value) else value


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a state ends with: its output, and the values of the variables that it assigns, by name."""

    output: Document
    assigned: Document | None


class Leaving(Protocol):
    """One way out of a state: its own, that of a Choice's rule, that of a catcher."""

    def conclude(self, scope: Scope) -> Conclusion:
        """The output and the variables. Both see the values that were there when the state was entered.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`.
        """


class DataFlow(Leaving, Protocol):
    """How data goes through a state, from its input to its output.

    Attributes:
        selects_input: whether `enter` has to be asked for the effective input; it is the input where not.
    """

    selects_input: bool

    def enter(self, scope: Scope) -> Document:
        """The effective input. The scope has the raw input in its place.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`.
        """

    def arguments(self, scope: Scope) -> Document:
        """What the state's work is given.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`.
        """


class MapFlow(DataFlow, Protocol):
    """How data goes through a Map.

    Attributes:
        selects_items: whether the input of an iteration is another than its item.
    """

    selects_items: bool

    def items(self, scope: Scope, objects: bool) -> Any:
        """The array to go through; an object as well where `objects` says that one may be given.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`; also where it is neither.
        """

    def item_input(self, scope: Scope, item: Document) -> Document:
        """The input of one iteration, whose item the context object has as well.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`.
        """


class ChoiceRule(Leaving, Protocol):
    """A rule of a Choice state."""

    def holds(self, scope: Scope) -> bool:
        """Whether it applies.

        Raises:
            QueryEvaluationError, FieldError: see `Field.evaluate`.
        """


class QueryLanguage(Protocol):
    """How the fields of a state are read. Definitions have been checked: nothing here finds fault with one.

    `location` names the object that holds a field, in errors: `` for the state itself, `Catch[0]/`.
    """

    def state(self, fields: Fields) -> DataFlow:
        """The data flow of a state; for a Map a `MapFlow`."""

    def catcher(self, fields: Fields, location: str) -> Leaving:
        """An entry of Catch."""

    def rule(self, fields: Fields, location: str, state: Fields) -> ChoiceRule:
        """An entry of a Choice's Choices."""

    def arguments(self, fields: Fields, location: str) -> Field[Document] | None:
        """What a reader or writer of a Map is given: its Arguments or Parameters."""

    def data(self, fields: Fields, name: str, location: str) -> Field[Document] | None:
        """A field that holds data; None where it is absent."""

    def text(self, fields: Fields, name: str, location: str = "") -> Field[str] | None:
        """A field that holds a text, or its counterpart that holds a path to one."""

    def number(self, fields: Fields, name: str, allowed: Range, location: str = "") -> Field[float] | None:
        """A field that holds a number, or its counterpart that holds a path to one."""

    def moment(self, fields: Fields, name: str) -> Field[datetime] | None:
        """A field that holds a timestamp, or its counterpart that holds a path to one."""
