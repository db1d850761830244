"""What a check says: one of four outcomes, which case failed, what was expected, what came back, what to try next."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from course.outcomes.mismatch import mismatch

_LONGEST = 400
_CODE = re.compile(r"(`[^`]*`)")
_DOLLAR = re.compile(r"\$\w*(?:\.\w+)*(?:\(\))?")
_BADGE = '<span style="background-color: {colour}; color: #ffffff">&nbsp;{sign}&nbsp;</span>'


class Outcome(Enum):
    """How an exercise stands; an untouched one is no failure."""

    NOT_ATTEMPTED = "not attempted"
    NOT_YET = "not yet right"
    RIGHT = "right"
    UNCHECKED = "could not be checked"

    @property
    def badge(self) -> str:
        """A sign in a colour, as HTML: the same on a light page and on a dark one."""
        sign, colour = _SIGNS[self]
        return _BADGE.format(sign=sign, colour=colour)


_SIGNS = {
    Outcome.NOT_ATTEMPTED: ("…", "#5f6368"),
    Outcome.NOT_YET: ("✗", "#b3261e"),
    Outcome.RIGHT: ("✓", "#1b7f3b"),
    Outcome.UNCHECKED: ("?", "#8a5a00"),
}


def prose(text: str) -> str:
    """A sentence for Markdown: what begins with a dollar becomes code, for two bare ones make a formula."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _DOLLAR.sub(r"`\g<0>`", part) for part in parts)


class NotAttempted(Exception):
    """Raised by a check where the learner has done nothing yet."""


class NotYet(Exception):
    """Raised by a check at the first case that fails.

    Args:
        case: what was tried, in words.
        expected, got: in words where they are `Said`, otherwise any value.
        advice: one next thing to try. Where two values differ in kind or in names, that is said in its place.
    """

    def __init__(self, case: str, expected: Any, got: Any, advice: str):
        super().__init__(case)
        in_words = isinstance(expected, Said) or isinstance(got, Said)
        self.case, self.advice = case, advice if in_words else mismatch(expected, got, advice)
        self.expected, self.got = shown(expected), shown(got)


class Said(str):
    """A sentence, to be shown as it is and not in quotes."""


def shown(value: Any) -> str:
    """A value as a learner would write it, cut where it is long; a `Said` as it is."""
    text = str(value) if isinstance(value, Said) else repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@dataclass(frozen=True, repr=False)
class Check:
    """The outcome of a check, as text and as Markdown.

    Attributes:
        name, title: of the exercise.
        outcome: one of the four.
        passed: the cases that are right, in words, in the order in which they were tried.
        case, expected, got, advice: of the case that failed; empty where none did.
        note: one more sentence, where there is something to say.
        beside: shows what a reader may press, below the outcome; None where nobody reads.
    """

    name: str
    title: str
    outcome: Outcome
    passed: tuple[str, ...] = ()
    case: str = ""
    expected: str = ""
    got: str = ""
    advice: str = ""
    note: str = ""
    beside: Callable[[], None] | None = field(default=None, compare=False)

    def _heading(self) -> str:
        return f"{self.name}, {self.title}: {self.outcome.value}"

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("tried", self.case), ("expected", self.expected), ("came back", self.got), ("next", self.advice)]
        return [(what, text) for what, text in rows if text]

    def _cases(self) -> str:
        return ("right so far: " if self.case else "tried: ") + "; ".join(self.passed) if self.passed else ""

    def __repr__(self) -> str:
        rows = [textwrap.indent(f"{what}: {text}", "  ") for what, text in self._rows()]
        rest = [f"  {text}" for text in (self._cases(), self.note) if text]
        return "\n".join([self._heading(), *rows, *rest])

    def _ipython_display_(self) -> None:
        if self.beside is None:
            # What IPython takes as: show the representations alone.
            raise NotImplementedError
        from IPython.display import display  # who asks for this has it; for others it is long to import

        display({"text/plain": repr(self), "text/markdown": self._repr_markdown_()}, raw=True)
        self.beside()

    def _repr_markdown_(self) -> str:
        parts = [f"**{prose(self._heading())}** {self.outcome.badge}"]
        if self._rows():
            rows = [f"| {what} | {_cell(what, text)} |" for what, text in self._rows()]
            parts.append("\n".join(["| | |", "|:--|:--|", *rows]))
        parts += [f"*{prose(text[0].upper() + text[1:])}*" for text in (self._cases(), self.note) if text]
        return "\n\n".join(parts)


def _cell(what: str, text: str) -> str:
    """What was expected and what came back as code, the rest as text."""
    safe = text.replace("|", "\\|")
    if what in ("expected", "came back"):
        return "<br>".join(f"`{line}`" for line in safe.replace("`", "'").splitlines() if line.strip())
    return prose(safe).replace("\n", "<br>")
