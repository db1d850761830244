"""The rules of a Choice state: comparisons of a value in the data, and what And, Or and Not make of them.

Source: "Choice state", AWS Step Functions developer guide, and states-language.net: a value of another type than the
comparison's doesn't match; a path that leads nowhere is an error, but for IsPresent. The sentence is a recorded one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from local_aws.matching import Pattern, tokens
from local_aws.states import timestamps
from local_aws.states.document import Document
from local_aws.states.languages.jsonpath.errors import NotFoundError, PathError, fault
from local_aws.states.languages.jsonpath.expressions import Place, reference
from local_aws.states.languages.scope import Scope

Rule = Callable[[Scope, Document], bool]
"""Whether a rule holds, where `$` stands for the document."""

PATH = "Path"
_ORDERS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


def _as_string(value: Any) -> Any:
    """A text in the order of its UTF-16, as Java compares it; None for any other value."""
    return value.encode("utf-16-be", errors="surrogatepass") if isinstance(value, str) else None


def _as_number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _as_boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _as_timestamp(value: Any) -> Any:
    return timestamps.parse(value) if isinstance(value, str) else None


_TYPES: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "String": (_as_string, tuple(_ORDERS)),
    "Numeric": (_as_number, tuple(_ORDERS)),
    "Boolean": (_as_boolean, ("Equals",)),
    "Timestamp": (_as_timestamp, tuple(_ORDERS)),
}
_COMPARISONS = {kind + order: (read, _ORDERS[order]) for kind, (read, orders) in _TYPES.items() for order in orders}
_TESTS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _as_number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _as_timestamp(value) is not None,
}
IS_PRESENT = "IsPresent"
STRING_MATCHES = "StringMatches"

OPERATORS: dict[str, str] = {
    **{name: next(kind for kind in _TYPES if name.startswith(kind)) for name in _COMPARISONS},
    **{name + PATH: PATH for name in _COMPARISONS},
    STRING_MATCHES: "String",
    **dict.fromkeys([*_TESTS, IS_PRESENT], "Boolean"),
}
"""The 39 comparison operators, with the type of what each compares with (`Path` for a path to it)."""
COMBINATIONS = ("And", "Or", "Not")


def rule(fields: dict[str, Any]) -> Rule:
    """Compile a rule that has been found valid."""
    if "And" in fields:
        every = [rule(one) for one in fields["And"]]
        return lambda scope, data: all(holds(scope, data) for holds in every)
    if "Or" in fields:
        some = [rule(one) for one in fields["Or"]]
        return lambda scope, data: any(holds(scope, data) for holds in some)
    if "Not" in fields:
        negated = rule(fields["Not"])
        return lambda scope, data: not negated(scope, data)
    name = next(field for field in fields if field in OPERATORS)
    return _comparison(reference(fields["Variable"]), name, fields[name])


def _comparison(variable: Place, name: str, operand: Any) -> Rule:
    if name == IS_PRESENT:
        return lambda scope, data: _is_present(variable, scope, data) is operand
    if name in _TESTS:
        test = _TESTS[name]
        return lambda scope, data: test(_found(variable, scope, data)) is operand
    if name == STRING_MATCHES:
        pattern = Pattern(tokens(operand, one=False, escape="\\"))
        return lambda scope, data: _matches(pattern, _found(variable, scope, data))
    read, compare = _COMPARISONS[name.removesuffix(PATH)]
    if name.endswith(PATH):
        other = reference(operand)
        return lambda scope, data: _holds(
            compare, read(_found(variable, scope, data)), read(_found(other, scope, data))
        )
    wanted = read(operand)
    return lambda scope, data: _holds(compare, read(_found(variable, scope, data)), wanted)


def _holds(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    return value is not None and wanted is not None and compare(value, wanted)


def _matches(pattern: Pattern, value: Any) -> bool:
    return isinstance(value, str) and pattern.matches(value)


def _is_present(place: Place, scope: Scope, data: Document) -> bool:
    try:
        place.value(scope, data)
    except (NotFoundError, PathError):
        return False
    return True


def _found(place: Place, scope: Scope, data: Document) -> Any:
    try:
        return place.value(scope, data)
    except (NotFoundError, PathError) as error:
        sentence = f"Invalid path '{place.text}': The choice state's condition path references an invalid value."
        raise fault(sentence) from error
