"""`make replay FILE=…`: runs the lessons of a recording on the embedded AWS, and names where AWS answered otherwise."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.proving import file, lessons
from course.proving.comparing import Difference, compare, unmatched
from course.proving.scrubbing import PERSON, made_in, names_in, without_others
from course.run_lessons import lessons as lessons_in

_UNMATCHED_SHOWN = 10


@dataclass(frozen=True)
class Replay:
    """What a recording and the embedded AWS say of the same lessons.

    `failures` are lessons that ran to their end on one side alone, in words; `unmatched` are calls that only one side
    has made.
    """

    compared: int
    differences: tuple[Difference, ...]
    failures: tuple[str, ...]
    unmatched: tuple[str, ...]

    @property
    def alike(self) -> bool:
        """Whether AWS answered nothing otherwise."""
        return not self.differences and not self.failures

    def __str__(self) -> str:
        lines = [f"{self.compared} calls of AWS were held against the embedded AWS."]
        if self.differences:
            lines += ["", f"AWS answered otherwise ({len(self.differences)}):", *map(str, self.differences)]
        if self.failures:
            lines += ["", "Lessons that ended otherwise:", *self.failures]
        if self.unmatched:
            lines += ["", f"Calls that only one side has made ({len(self.unmatched)}):"]
            lines += [*self.unmatched[:_UNMATCHED_SHOWN], *(["…"] if len(self.unmatched) > _UNMATCHED_SHOWN else [])]
        if self.alike:
            lines += ["No difference was found."]
        return "\n".join(lines)


def replay(recording: file.Recording, folder: Path | None = None) -> Replay:
    """Run the lessons of a recording on the embedded AWS, and compare.

    Args:
        folder: where the lessons are.

    Raises:
        CourseError: a lesson of the recording isn't there.
    """
    paths = lessons_in(recording.lessons, folder)
    missing = set(recording.lessons) - {path.name[:2] for path in paths}
    if missing:
        raise CourseError(f"The recording has lessons that are not here: {', '.join(sorted(missing))}.")
    ended: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as kept:
        for path in paths:
            print(f"  {path.stem:<40}", end="", flush=True)
            ended[path.name[:2]] = lessons.run(path, Path(kept), "local", {"administrator": PERSON})
            print(" FAILED" if ended[path.name[:2]] else " ok", flush=True)
        calls = file.calls_in(Path(kept))
    # What lists tell of others was left out of the recording; so it is here.
    ours = names_in(made_in(calls))
    here = [without_others(call, ours) for call in calls]
    there = recording.end.get("lessons", {})
    failures = [
        f"lesson {name}: there {_outcome(there[name])}; here {_outcome(said)}"
        for name, said in ended.items()
        if name in there and bool(there[name]) != bool(said)
    ]
    differences = compare(recording.calls, here)
    return Replay(len(recording.calls), tuple(differences), tuple(failures), tuple(unmatched(recording.calls, here)))


def _outcome(failure: str) -> str:
    return f"it failed ({' '.join(failure.split())[:300]})" if failure else "it ran to its end"


def main(arguments: list[str] | None = None) -> int:
    """Compare; 0 where nothing differs, 1 where something does, 2 where the file can't be read."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="what make account has written")
    parser.add_argument("--notebooks", type=Path, help="the folder of the lessons; notebooks/ where none is named")
    options = parser.parse_args(arguments)
    try:
        recording = file.read(options.file)
        print(f"Running lessons {', '.join(recording.lessons)} on the embedded AWS.", flush=True)
        found = replay(recording, options.notebooks)
    except CourseError as error:
        print(error)
        return 2
    print(f"\n{found}")
    print(f"VERDICT: {'alike' if found.alike else 'AWS answered otherwise'}.")
    return 0 if found.alike else 1


if __name__ == "__main__":
    sys.exit(main())
