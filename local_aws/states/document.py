"""JSON data on its way from state to state: a value and its text, each made from the other once, when asked for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

MAX_BYTES = 262_144
"""Size limit of a state's input, output and result ("Quotas", AWS Step Functions developer guide)."""

_MISSING = object()


def dumps(value: Any) -> str:
    """JSON text as Step Functions writes it: compact, in the data's own order, Unicode as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes) -> Any:
    """JSON data of its text.

    Raises:
        ValueError: it isn't JSON, or holds a number that no double can hold.
        RecursionError: it is too deep.
    """
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is out of range")
    return number


class Document:
    """Immutable JSON data. A text that was given is kept as it is, blanks included, as AWS passes it on."""

    __slots__ = ("_text", "_value", "_view")

    def __init__(self, value: Any = _MISSING, text: str | None = None):
        self._value, self._text, self._view = value, text, _MISSING

    @classmethod
    def parse(cls, text: str) -> Document:
        """From JSON text.

        Raises:
            ValueError: it isn't JSON.
        """
        document = cls(text=text)
        _ = document.value
        return document

    @property
    def value(self) -> Any:
        """The data. It is shared: never change it."""
        if self._value is _MISSING:
            self._value = loads(self._text or "")
        return self._value

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = dumps(self._value)
        return self._text

    def view(self, make: Callable[[Any], Any]) -> Any:
        """What a query language makes of the data, once: as long as one language asks, it is made the first time."""
        if self._view is _MISSING:
            self._view = make(self.value)
        return self._view

    @property
    def size(self) -> int:
        """Bytes of the text in UTF-8. JSON may hold half a surrogate pair, which counts three."""
        return len(self.text.encode(errors="surrogatepass"))

    @property
    def too_large(self) -> bool:
        """Whether it exceeds what may pass between states."""
        return len(self.text) > MAX_BYTES // 4 and self.size > MAX_BYTES
