"""An expression's failures, in JSONata's words and in AWS's for the bounds of an evaluation."""

from __future__ import annotations

import json
import math
import re
import uuid
from typing import Any, Final

from local_aws.states.languages.jsonata.engine import ERROR_TEXTS, JException
from local_aws.states.languages.jsonata.values import (
    UNDEFINED,
    Free,
    TooLarge,
    UnsupportedResultError,
    number_text,
    to_json,
)

TIMEOUT_MESSAGE: Final = "Expression evaluation timeout: Check for infinite loop"
DEPTH_MESSAGE: Final = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
SIZE_MESSAGE: Final = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
UNEXPECTED_MESSAGE: Final = "Unexpected failure of the evaluation"
MAX_QUOTED: Final = 8192
"""Characters of a value that a message quotes."""


class JSONataError(Exception):
    """An expression that doesn't parse, or throws when it is evaluated.

    Args:
        code: JSONata's own code (`T1006`), None for a bound that was exceeded.
        message: JSONata's text without the code.
    """

    def __init__(self, code: str | None, message: str):
        super().__init__(f"{code}: {message}" if code else message)
        self.code, self.message = code, message

    @property
    def introduction(self) -> str:
        """How AWS introduces it: a code begins a sentence, a bound doesn't."""
        return f"threw an error during evaluation{'.' if self.code else ':'}"


class InternalError(JSONataError):
    """What AWS has no words for: it gives an id instead (measured by others, floci-io/floci issue 2736)."""

    def __init__(self) -> None:
        super().__init__(None, str(uuid.uuid4()))

    @property
    def introduction(self) -> str:
        """See `JSONataError`."""
        return "threw an internal error during evaluation."


class Fault(Exception):
    """A failure by JSONata's code, with what its text names; who calls a function adds the function's name."""

    def __init__(self, code: str, **named: Any):
        super().__init__(code)
        self.code, self.named = code, named

    def described(self) -> JSONataError:
        """With its text."""
        template = re.sub(r"\s{2,}", " ", ERROR_TEXTS[self.code])
        return JSONataError(self.code, _PLACEHOLDER.sub(self._filled, template))

    def _filled(self, match: re.Match[str]) -> str:
        if match[1]:
            return _cut(str(self.named.get(match[1], "")))
        return _cut(_quoted(self.named.get(match[2], UNDEFINED)))


_HALF_PAIR = re.compile("[\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")


def described(error: Exception) -> JSONataError:
    """A failure of an evaluation, whatever it was."""
    if isinstance(error, JSONataError):
        return error
    if isinstance(error, Fault):
        return error.described()
    if isinstance(error, RecursionError):
        return JSONataError(None, DEPTH_MESSAGE)
    if isinstance(error, TimeoutError):
        return JSONataError(None, TIMEOUT_MESSAGE)
    if isinstance(error, MemoryError | TooLarge):
        return JSONataError(None, SIZE_MESSAGE)
    # A fault of ours: the execution fails as an expression's does, and what happened stays with the error.
    unexpected = JSONataError(None, UNEXPECTED_MESSAGE)
    unexpected.__cause__ = error
    return unexpected


def unparsed(error: JException) -> JSONataError:
    """The parser's failure."""
    code = error.error
    if code not in ERROR_TEXTS:
        return JSONataError("S0201", f"Syntax error: {_quoted(error.current)}")
    given = iter([error.current, error.expected, error.extra])
    template = re.sub(r"\s{2,}", " ", ERROR_TEXTS[code])
    return JSONataError(code, _cut(_PLACEHOLDER.sub(lambda match: _next(match, given), template)))


def _next(match: re.Match[str], given: Any) -> str:
    value = next(given, None)
    return str(value) if match[1] else _quoted(value)


def quoted(text: str) -> str:
    """A text as JSON has it: half a surrogate pair is escaped."""
    made = json.dumps(text, ensure_ascii=False)
    return made if made.isascii() else _HALF_PAIR.sub(lambda match: f"\\u{ord(match[0]):04x}", made)


def _quoted(value: Any) -> str:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        return number_text(value) if math.isfinite(value) else "null"
    try:
        return json.dumps(to_json(value, Free()), separators=(",", ":"), ensure_ascii=False)
    except (UnsupportedResultError, TooLarge, RecursionError):
        return "undefined"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."
