"""How long `make course` takes, lesson by lesson, beside nothing: no other AWS runs the lessons."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.emulators import environment
from benchmarks.figures import Absent, Figure, at_most

_LINE = re.compile(r"^  (?P<lesson>\d\d_\w+) +(?P<outcome>ok|FAILED)  (?P<minutes>\d+) min (?P<seconds>\d+) s$")


def measure(bench: Bench) -> Iterator[Figure]:
    """Each lesson executed in order on one embedded AWS, in seconds."""
    bench.say("make course")
    lessons: list[Figure] = []
    command = [sys.executable, "-m", "course.run_lessons"]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = read(line)
        if found is not None:
            yield found
            bench.say(found.what)
            lessons.append(found)
    process.wait()
    yield from together(lessons)


def together(lessons: list[Figure]) -> Iterator[Figure]:
    """All lessons but 08, which scales out on purpose and has its own row."""
    readings = [lesson.ours for lesson in lessons if lesson.what != "lesson 08 executed"]
    taken = [reading for reading in readings if not isinstance(reading, Absent)]
    if taken and len(taken) == len(readings):
        yield Figure("make course, 00 to 07 and 09", "s", sum(taken), aim=at_most(120, "s"))


def read(line: str) -> Figure | None:
    """The figure in a line of `make course`; None for any other line."""
    found = _LINE.match(line.rstrip("\n"))
    if found is None:
        return None
    seconds = 60 * int(found["minutes"]) + int(found["seconds"])
    reading = float(seconds) if found["outcome"] == "ok" else Absent("failed", failed=True)
    return Figure(f"lesson {found['lesson'][:2]} executed", "s", reading)
