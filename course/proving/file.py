"""The file of a recorded run: one line for the run, one for each call, one for how it ended; all of them JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.errors import CourseError

FORMAT = 1


@dataclass
class Recording:
    """A recorded run.

    `run` says when and where it was made and of which lessons; `calls` are its calls in order; `end` says how each
    lesson ended (an empty text is well) and what was left in the account.
    """

    run: dict[str, Any]
    calls: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def lessons(self) -> list[str]:
        """Those that were begun, by two digits."""
        return list(self.run["lessons"])


def write(path: Path, recording: Recording) -> None:
    """Write a recording; a file that is there is replaced by the whole new one, never by a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: Iterable[dict[str, Any]] = [{"recording": FORMAT, **recording.run}, *recording.calls, {"end": recording.end}]
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    partial.replace(path)


def read(path: Path) -> Recording:
    """Read a recording.

    Raises:
        CourseError: it is none, or one of another form.
    """
    try:
        first, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if first["recording"] != FORMAT:
            raise CourseError(f"{path} has form {first['recording']}, and this version reads form {FORMAT}.")
        end = lines.pop()["end"] if lines and "end" in lines[-1] else {}
        return Recording({name: value for name, value in first.items() if name != "recording"}, lines, end)
    except OSError as error:
        raise CourseError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} is no recording of make account.") from error


def calls_in(folder: Path) -> list[dict[str, Any]]:
    """The calls that kernels have written into a folder, lesson after lesson."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines]
