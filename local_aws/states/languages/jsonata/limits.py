"""The bounds of one evaluation: time, depth, size; and regular expressions that keep to the time.

The second is documented ("Transforming data with JSONata in Step Functions", AWS Step Functions developer guide);
depth and sizes were measured on AWS by others.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import regex

from local_aws.states.languages.jsonata.errors import DEPTH_MESSAGE, SIZE_MESSAGE, TIMEOUT_MESSAGE, JSONataError

MAX_SECONDS: Final = 1.0
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 873_782
MAX_CHARACTERS: Final = 4_194_304


class _Current(threading.local):
    """The deadline of the evaluation that this thread is in."""

    deadline: float = math.inf


_current = _Current()


class Guard:
    """Called by the engine when it enters and leaves a node: counts depth, looks at the clock and at sizes."""

    def __init__(self) -> None:
        self.depth = 0
        self.visits = 0
        self.deadline = _current.deadline = time.monotonic() + MAX_SECONDS

    def enter(self, _node: Any, _input: Any, _frame: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise JSONataError(None, DEPTH_MESSAGE)
        self.visits += 1
        if not self.visits & 63 and time.monotonic() > self.deadline:
            raise JSONataError(None, TIMEOUT_MESSAGE)

    def leave(self, _node: Any, _input: Any, _frame: Any, result: Any) -> None:
        self.depth -= 1
        if (isinstance(result, list) and len(result) > MAX_ELEMENTS) or (
            isinstance(result, str) and len(result) > MAX_CHARACTERS
        ):
            raise JSONataError(None, SIZE_MESSAGE)


class BoundedPattern:
    """A regular expression that stops at the evaluation's deadline, however it backtracks.

    As in JSONata a match of no characters is an error.
    """

    def __init__(self, pattern: str, flags: Any):
        options = (regex.IGNORECASE if flags.case_insensitive else 0) | (regex.MULTILINE if flags.multiline else 0)
        self._pattern = regex.compile(pattern, options)
        self.pattern = pattern

    def search(self, string: str) -> Any:
        return next(self.finditer(string), None)

    def finditer(self, string: str) -> Iterator[Any]:
        return iter(_bounded(lambda timeout: [*map(self._not_empty, self._pattern.finditer(string, timeout=timeout))]))

    def sub(self, repl: Callable[[Any], str], string: str, count: int = 0) -> str:
        return _bounded(
            lambda timeout: self._pattern.sub(
                lambda match: repl(self._not_empty(match)), string, count, timeout=timeout
            )
        )

    def split(self, string: str) -> list[str]:
        matches = list(self.finditer(string))
        starts, ends = [0, *(match.end() for match in matches)], [*(match.start() for match in matches), len(string)]
        return [string[start:end] for start, end in zip(starts, ends, strict=True)]

    @staticmethod
    def _not_empty(match: Any) -> Any:
        if match.start() == match.end():
            raise JSONataError("D1004", "Regular expression matches zero length string")
        return match


def _bounded(operation: Callable[[float], Any]) -> Any:
    try:
        return operation(max(_current.deadline - time.monotonic(), 0.001))
    except TimeoutError:
        raise JSONataError(None, TIMEOUT_MESSAGE) from None
