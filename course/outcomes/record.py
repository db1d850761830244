"""The progress record: how each exercise stands, kept across restarts in a file that an instructor can read.

The file is `.course/progress.json` in the project's folder; the environment variable `COURSE_PROGRESS` names
another one. It is JSON:

    {
      "version": 1,
      "exercises": {
        "01.handler": {
          "outcome": "right",             of the last check: "not attempted", "not yet right", "right",
                                          "could not be checked"
          "right": true,                  whether any check has ever found it right
          "checks": 3,                    checks of work that was there
          "hints": 1,                     hints that were asked for
          "solution": false,              whether the solution was asked for before it was right
          "last": "2026-01-31T12:00:00+00:00"
        }
      }
    }

Only the learner's edition of a lesson writes it (`course.start(..., exercises=True)`). In a lesson itself, where the
exercises are solved already, the record lives as long as the kernel.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

from course.errors import CourseError
from course.outcomes.outcome import Outcome

_FILE = Path(__file__).resolve().parents[2] / ".course" / "progress.json"
_VERSION = 1


@dataclass
class Entry:
    """How an exercise stands; see the file's description."""

    outcome: str = Outcome.NOT_ATTEMPTED.value
    right: bool = False
    checks: int = 0
    hints: int = 0
    solution: bool = False
    last: str = ""


@dataclass
class Record:
    """The exercises by name; `path` is the file behind them, None where they are not kept."""

    path: Path | None = None
    exercises: dict[str, Entry] = field(default_factory=dict)

    def entry(self, name: str) -> Entry:
        """How an exercise stands; a new entry where nothing is known of it."""
        return self.exercises.get(name, Entry())

    def note_check(self, name: str, outcome: Outcome) -> None:
        """Note what a check has said."""
        entry = self.entry(name)
        if outcome is Outcome.NOT_ATTEMPTED and not entry.checks:
            return
        entry.outcome, entry.right = outcome.value, entry.right or outcome is Outcome.RIGHT
        entry.checks += outcome is not Outcome.NOT_ATTEMPTED
        self._keep(name, entry)

    def note_hint(self, name: str, most: int) -> int:
        """Note that a hint was asked for; gives its number, from 1, which stays at the last."""
        entry = self.entry(name)
        entry.hints = min(entry.hints + 1, most)
        self._keep(name, entry)
        return entry.hints

    def note_solution(self, name: str) -> None:
        """Note that the solution was asked for; afterwards, it is no help any more."""
        entry = self.entry(name)
        entry.solution = entry.solution or not entry.right
        self._keep(name, entry)

    def _keep(self, name: str, entry: Entry) -> None:
        entry.last = datetime.now(UTC).isoformat(timespec="seconds")
        if self.path is not None:
            # Another notebook may have written meanwhile.
            self.exercises = read(self.path)
        self.exercises[name] = entry
        if self.path is not None:
            known = {one: asdict(self.exercises[one]) for one in sorted(self.exercises)}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps({"version": _VERSION, "exercises": known}, indent=2), encoding="utf-8")
            temporary.replace(self.path)


def read(path: Path) -> dict[str, Entry]:
    """The exercises in a progress file; none where there is no such file.

    Raises:
        CourseError: it is no progress record.
    """
    if not path.exists():
        return {}
    names = {one.name for one in fields(Entry)}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content["exercises"].items()
        return {name: Entry(**{key: value for key, value in one.items() if key in names}) for name, one in found}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CourseError(f"{path} is no progress record ({error}). Move it away, and a new one is begun.") from error


def current() -> Record:
    """The record of this kernel."""
    return _record[0]


def begin(kept: bool) -> None:
    """Begin a lesson: with the record in the file, or with an empty one that is not kept."""
    if kept:
        path = Path(os.environ.get("COURSE_PROGRESS") or _FILE)
        _record[0] = Record(path, read(path))
    elif _record[0].path is not None:
        _record[0] = Record()


_record = [Record()]
