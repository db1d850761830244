"""An expression's failures, in JSONata's words and in AWS's for the bounds of an evaluation."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from local_aws.states.languages.jsonata.engine import JException
from local_aws.states.languages.jsonata.values import UnsupportedResultError, plain

TIMEOUT_MESSAGE: Final = "Expression evaluation timeout: Check for infinite loop"
DEPTH_MESSAGE: Final = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
SIZE_MESSAGE: Final = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class JSONataError(Exception):
    """An expression that doesn't parse, or throws when it is evaluated.

    Args:
        code: JSONata's own code (`T1006`), None for a bound that was exceeded.
        message: JSONata's text without the code.
    """

    def __init__(self, code: str | None, message: str):
        super().__init__(f"{code}: {message}" if code else message)
        self.code, self.message = code, message


_PLURALS = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
_FUNCTION_WORD = re.compile(r"\bObject\b(?! structure)")
_BOUNDS = {"D1011": DEPTH_MESSAGE, "D1012": TIMEOUT_MESSAGE}
_PLACEHOLDER = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")


def described(error: BaseException) -> JSONataError:
    """The engine's failure in JSONata's words: it says `Object` for `function` and leaves values unquoted."""
    if isinstance(error, JSONataError):
        return error
    if isinstance(error, RecursionError):
        return JSONataError(None, DEPTH_MESSAGE)
    if not isinstance(error, JException):
        return JSONataError(None, f"{type(error).__name__}: {error}")
    code = _code_of(error)
    template = JException.error_codes.get(code)
    if template is None:
        return JSONataError(code, str(error))
    if code in _BOUNDS:
        return JSONataError(None, _BOUNDS[code])
    template = re.sub(r"\s{2,}", " ", _FUNCTION_WORD.sub("function", template))
    arguments = iter(_arguments_of(error))
    return JSONataError(code, _PLACEHOLDER.sub(lambda match: _filled(match, arguments), template))


def _code_of(error: Any) -> str:
    """JSONata's code: the engine gives that of an empty regular expression for a bad escape in a text."""
    return "S0103" if error.error == "S0301" and error.current is not None else error.error


def _arguments_of(error: Any) -> list[Any]:
    given = [error.current, error.expected, error.extra]
    name = getattr(error, "function_name", None)
    if error.error in ("T0410", "T0411"):
        return [next((value for value in given if isinstance(value, int)), 1), name]
    if error.error == "T0412":
        return [error.current, error.expected, _PLURALS.get(str(error.extra), error.extra)]
    return given


def _filled(match: re.Match[str], arguments: Iterator[Any]) -> str:
    value = next(arguments, None)
    if match[1]:
        return str(value)
    with contextlib.suppress(UnsupportedResultError):
        return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    return str(value)
