"""Values as text, as JSONata's reference implementation, 2.0.6, writes them: numbers with 15 significant digits."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context
from typing import Any

from local_aws.states.languages.jsonata.calling import Function
from local_aws.states.languages.jsonata.errors import Fault, quoted
from local_aws.states.languages.jsonata.limits import MAX_CHARACTERS, Run
from local_aws.states.languages.jsonata.operators import is_number
from local_aws.states.languages.jsonata.values import UNDEFINED, as_float, number_text

_BEYOND_FIFTEEN_DIGITS = 10**15
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)


def text_of(value: Any, run: Run, indent: bool = False) -> str:
    """A value as text: a text as it is, a function as none, everything else as JSON.

    Raises:
        Fault: a number that JSON doesn't have.
        JSONataError: the text is too long.
    """
    if type(value) is str:
        return value
    if type(value) is int and -_BEYOND_FIFTEEN_DIGITS < value < _BEYOND_FIFTEEN_DIGITS:
        return str(value)
    if isinstance(value, Function):
        return ""
    if type(value) is int or type(value) is float:
        if isinstance(value, float) and not math.isfinite(value):
            raise Fault("D3001", value=value)
        return number_text(rounded(value))
    writer = _Writer(run, indent)
    writer.write(value, "\n")
    text = "".join(writer.pieces)
    run.characters(len(text))
    return text


def rounded(value: float) -> float:
    """A number with 15 significant digits (JavaScript's `toPrecision`)."""
    if isinstance(value, int) and -_BEYOND_FIFTEEN_DIGITS < value < _BEYOND_FIFTEEN_DIGITS:
        return value
    value = as_float(value)
    return float(_FIFTEEN.create_decimal(value)) if math.isfinite(value) else value


class _Writer:
    """Writes JSON in pieces, and pays for them."""

    def __init__(self, run: Run, indent: bool):
        self._run, self._indent = run, indent
        self.pieces: list[str] = []
        self._length = self._paid = 0

    def write(self, value: Any, line: str) -> None:
        """Write a value; `line` begins a new line where it stands."""
        if isinstance(value, list):
            self._write_all("[]", [(None, item) for item in value], line)
        elif isinstance(value, dict):
            self._write_all("{}", value.items(), line)
        else:
            self._add(_scalar(value))

    def _write_all(self, brackets: str, items: Any, line: str) -> None:
        if not items:
            self._add(brackets)
            return
        inner = f"{line}  " if self._indent else ""
        self._add(brackets[0])
        for place, (name, item) in enumerate(items):
            self._add(("," if place else "") + inner)
            if name is not None:
                self._add(quoted(name) + (": " if self._indent else ":"))
            self.write(item, inner)
        self._add((line if self._indent else "") + brackets[1])

    def _add(self, piece: str) -> None:
        self._length += len(piece)
        self._run.steps -= 1
        if self._run.steps < 0:
            self._run.allocate((self._length - self._paid) * 8)
            self._paid = self._length
            if self._length > MAX_CHARACTERS:
                self._run.characters(self._length)
            self._run.look()
        self.pieces.append(piece)


def _scalar(value: Any) -> str:
    if type(value) is str:
        return quoted(value)
    if value is None or value is UNDEFINED:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Function):
        return '""'
    return number_text(rounded(value)) if is_number(value) else "null"
