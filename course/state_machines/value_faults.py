"""What can be wrong with a single value of a request, in words: its type, its length, its range, its pattern."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from botocore.model import Shape


def nearest(name: str, known: list[str]) -> str:
    """Ends a sentence about an unknown name with the one that was probably meant."""
    lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), list(lower), n=1, cutoff=0.6)
    return f"; did you mean {lower[found[0]]}?" if found else f". There are {some(known)}."


def some(names: Iterable[str], most: int = 6) -> str:
    """The first of several names, and how many more there are."""
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def kind_of(value: Any) -> str:
    """What kind of JSON a value is, in words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return (names | {dict: "an object"}).get(type(value), "null")


_UNDELIMITED = re.compile(r"\$states\.|\$[A-Za-z]\w*\(.*\)")


def delimiter_faults(value: str) -> Iterator[str]:
    """An expression is the whole string (Step Functions developer guide, Transforming data with JSONata)."""
    if "{%" not in value and "%}" not in value:
        if _UNDELIMITED.match(value.strip()):
            yield f"it is a text as it stands; an expression needs its delimiters: {{% {value.strip()} %}}."
    elif value.startswith("{%") and value.endswith("%}") and len(value) >= 4:
        if not value[2:-2].strip():
            yield "an empty expression; write what it should give between {% and %}."
    elif value.strip().startswith("{%") and value.strip().endswith("%}"):
        yield "a blank outside the delimiters: the string begins with {% and ends with %}."
    elif "{%" in value and "%}" in value:
        yield "text around an expression: join it inside, as in {% 'text' & $name %}."
    elif value.startswith("{%"):
        yield "the expression is opened by {% and never closed: the string ends with %}."
    elif value.endswith("%}"):
        yield "the expression is closed by %} and never opened: the string begins with {%."
    else:
        yield "text around an expression: join it inside, as in {% 'text' & $name %}."


_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a string"),
    "character": ((str,), "a string"),
    "integer": ((int,), "a whole number"),
    "long": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "timestamp": ((str, int, float), "a time"),
    "blob": ((str,), "a string"),
}


def scalar_faults(shape: Shape, value: Any) -> Iterator[str]:
    """What is wrong with a string, a number or a truth value; nothing where the shape is none of these."""
    if shape.type_name not in _TYPES:
        return
    types, wanted = _TYPES[shape.type_name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield f"{wanted} is needed, not {kind_of(value)}{_retyped(shape.type_name, value)}."
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _string_faults(shape, value)
    elif shape.type_name in ("integer", "long", "float", "double") and isinstance(value, int | float):
        yield from _range_faults(shape, value)


def _retyped(wanted: str, value: Any) -> str:
    """How the same value is written in the type that is needed, where that is plain."""
    if wanted == "string" and isinstance(value, bool):
        return f': write "{str(value).lower()}"'
    if wanted == "string" and isinstance(value, int | float):
        return f': write "{value}"'
    if wanted in ("integer", "long", "float", "double") and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return f": write {value}, without quotes"
    if wanted == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return f": write {value.lower()}, without quotes"
    return ""


def _string_faults(shape: Shape, value: str) -> Iterator[str]:
    if shape.enum:
        if value not in shape.enum:
            yield f"'{value}' is not one of its values{nearest(value, list(shape.enum))}"
        return
    size = list(size_faults(shape, len(value), "characters"))
    yield from size
    pattern = shape.metadata.get("pattern")
    if pattern and not size and not _matches(pattern, value):
        yield f"'{value}' does not match the pattern {pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        # The models' patterns are Java's; a few say what Python can't, and AWS checks them anyway.
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def size_faults(shape: Shape, size: int, unit: str) -> Iterator[str]:
    """What is wrong with a length or a number of items."""
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if size < least or (most is not None and size > most):
        yield f"{size} {unit}: {bounds(least, most)} are allowed."


def _range_faults(shape: Shape, value: float) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and value < least) or (most is not None and value > most):
        yield f"{value} is out of range: {bounds(least, most)} is allowed."


def bounds(least: float | None, most: float | None) -> str:
    """A range in words; one of the two ends may be open."""
    if most is None:
        return f"{least} or more"
    return f"{least} to {most}" if least else f"up to {most}"
