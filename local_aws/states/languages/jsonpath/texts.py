"""JSON data as a text that an intrinsic function gives: with numbers as Java's library writes them.

Source: `Double.toString`, API of Java SE. That the functions write numbers so is the plain reading of what AWS is built
on; the numbers that recorded executions show are those of which both languages write the same.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from local_aws.states.document import dumps

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')
_LEAST_PLAIN, _MOST_PLAIN = 1e-3, 1e7


def written(value: Any) -> str:
    """A value as JSON text."""
    return _TOKENS.sub(lambda token: _in_java(token[0]), dumps(value))


def _in_java(token: str) -> str:
    is_double = token[0] != '"' and not token.removeprefix("-").isdecimal()
    return _double(token) if is_double else token


def _double(digits: str) -> str:
    """A double as Java writes it, `1.0E10`, of how Python does, `10000000000.0`."""
    number = float(digits)
    if number == 0 or _LEAST_PLAIN <= abs(number) < _MOST_PLAIN:
        return digits
    sign, figures, exponent = Decimal(digits).normalize().as_tuple()
    assert isinstance(exponent, int)
    rest = "".join(map(str, figures[1:])) or "0"
    return f"{'-' * sign}{figures[0]}.{rest}E{len(figures) - 1 + exponent}"
