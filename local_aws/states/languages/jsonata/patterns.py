"""Regular expressions: JavaScript's, run by the `regex` module, which knows a time-out and releases the lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import regex

from local_aws.states.languages.jsonata.calling import Function
from local_aws.states.languages.jsonata.errors import SIZE_MESSAGE, TIMEOUT_MESSAGE, Fault, JSONataError
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.values import UNDEFINED

_TOKEN = re.compile(
    r"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\k<\w+>|\\[1-9][0-9]*|\\.|\{[0-9]+(?:,[0-9]*)?\}|\(\?[:=!]"
    r"|\(\?<[=!]|\(\?<\w+>|\(\?|.",
    re.DOTALL,
)
_KEPT_ESCAPES = frozenset("sSbBfnrtv0")
_CLASSES = {"d": "0-9", "w": "0-9A-Z_a-z"}
_LINE_ENDS = r"\n\r\u2028\u2029"
MAX_TEXT = 1_048_576
"""Characters that one may be matched with: what it remembers to try again later takes a hundred bytes for each."""
MAX_SEARCH_SECONDS = 0.5
"""For one match. The `regex` module counts time of the processor, so that it is longer where that is busy."""
MAX_PATTERN = 20_000
MAX_EXPANDED = 50_000
"""Parts of a regular expression, each repeated as often as `{n}` says: so many are compiled, which nothing bounds."""


class Pattern(Function):
    """A regular expression, which is a function too: it gives the first match in a text.

    Args:
        pattern: between the slashes.
        flags: of the parser, with `case_insensitive` and `multiline`.

    Raises:
        JSONataError: it is no regular expression.
    """

    arity = 2
    counts_as_true = False

    def __init__(self, pattern: str, flags: Any):
        self.pattern = pattern
        options = (regex.IGNORECASE if flags.case_insensitive else 0) | (regex.MULTILINE if flags.multiline else 0)
        if len(pattern) > MAX_PATTERN or _expanded(pattern) > MAX_EXPANDED:
            raise JSONataError(None, "Invalid regular expression: Regular expression too large")
        try:
            self._compiled = regex.compile(_translated(pattern, flags.multiline), options | regex.VERSION0)
        except (regex.error, ValueError, OverflowError, RecursionError):
            raise JSONataError(None, f"Invalid regular expression: /{pattern}/") from None

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        text = arguments[0] if arguments else UNDEFINED
        if type(text) is not str:
            raise Fault("T0410", index=1)
        return next((described(match) for match in self.matches(text, run)), UNDEFINED)

    def matches(self, text: str, run: Run) -> Iterator[Any]:
        """The matches in a text, one after the other.

        The first one may have no characters; one that follows may not, or they would never end.
        """
        if len(text) > MAX_TEXT:
            raise JSONataError(None, SIZE_MESSAGE)
        match = self._search(text, 0, run)
        while match is not None:
            yield match
            if match.end() >= len(text):
                return
            match = self._search(text, match.end(), run)
            if match is not None and match.start() == match.end():
                raise Fault("D1004", value=self.pattern)

    def _search(self, text: str, position: int, run: Run) -> Any:
        run.spend(8)
        run.allocate(200)
        try:
            seconds = min(run.seconds_left(), MAX_SEARCH_SECONDS)
            return self._compiled.search(text, position, concurrent=True, timeout=seconds)
        except TimeoutError:
            raise JSONataError(None, TIMEOUT_MESSAGE) from None


def groups_of(match: Any) -> list[Any]:
    """The groups of a match; undefined for one that took no part in it."""
    return [UNDEFINED if group is None else group for group in match.groups()]


def described(match: Any) -> dict[str, Any]:
    """A match as a function that is given to `$replace` sees it."""
    return {"match": match.group(), "start": match.start(), "end": match.end(), "groups": groups_of(match)}


def _translated(pattern: str, multiline: bool) -> str:
    """JavaScript's regular expression in the words of `regex`, which knows more and means some of it differently."""
    made: list[str] = []
    in_class = False
    tokens = _TOKEN.findall(pattern)
    for place, token in enumerate(tokens):
        if token[0] == "\\":
            made.append(_escape(token, in_class))
        elif in_class:
            in_class = token != "]"
            made.append(f"\\{token}" if token in ("[", "&", "|", "~") or token[0] == "{" else token)
        elif token == "[":
            in_class = True
            made.append(token)
        elif token == "(?":
            raise JSONataError(None, f"Invalid regular expression: /{pattern}/: Invalid group")
        elif token == "{":
            made.append(r"\{")
        elif token == ".":
            made.append(f"[^{_LINE_ENDS}]")
        elif token == "$" and not multiline:
            made.append(r"\Z")
        elif token == "+" and place and tokens[place - 1][-1] in "+*?}" and tokens[place - 1][0] != "\\":
            raise JSONataError(None, f"Invalid regular expression: /{pattern}/: Nothing to repeat")
        else:
            made.append(token)
    return "".join(made).replace("[^]", r"[\s\S]").replace("[]", "(?!)")


def _expanded(pattern: str) -> int:
    """How many parts a regular expression has, as `Pattern` counts them."""
    open_groups, total, last, in_class = [], 0, 0, False
    for token in _TOKEN.findall(pattern):
        if in_class:
            in_class = token != "]"
        elif token[0] == "{" and len(token) > 1:
            times = min(int(token[1:].partition(",")[0].rstrip("}?+")[:9]), MAX_EXPANDED)
            total += last * max(times - 1, 0)
            last *= max(times, 1)
        elif token[0] == "(":
            open_groups.append(total)
            last = 0
        elif token == ")" and open_groups:
            last = total - open_groups.pop() + 1
            total += 1
        else:
            in_class = token == "["
            total, last = total + 1, 1
        if total > MAX_EXPANDED:
            break
    return total


def _escape(token: str, in_class: bool) -> str:
    letter = token[1:2]
    if letter.lower() in _CLASSES and len(token) == 2:
        members = _CLASSES[letter.lower()]
        if letter.islower():
            return members if in_class else f"[{members}]"
        return f"\\{letter}" if in_class else f"[^{members}]"
    if letter == "c" and len(token) == 3:
        return f"\\x{ord(token[2]) % 32:02x}"
    if letter == "k" and len(token) > 3:
        return f"(?P={token[3:-1]})"
    if len(token) > 2 or letter in _KEPT_ESCAPES or not letter.isalpha():
        return token
    return letter
