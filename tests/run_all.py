"""`make test`: lint, types, tests, and every lesson executed and compared with its stored outputs; then a verdict.

All steps are run, whatever fails: an instructor wants the whole list. The last lines name what failed, count what was
tested, and give the verdict.

Where somebody has done the course in the lessons themselves, a copy of the project is tested, with those lessons as
they were committed; the last lines name them.

`make check` is the quick form of it, for work in progress: what takes neither a browser nor a lesson.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.own_copies import folder_to_test

PROJECT = Path(__file__).resolve().parents[1]
_COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_NAMED = re.compile(r"(?:FAILED|ERROR) \S+::.*")
_WIDE = {**os.environ, "COLUMNS": "200"}
"""pytest cuts the reasons in its summary at the width of the terminal."""


@dataclass(frozen=True)
class Step:
    """A command and what it proves; `counts` says that pytest's closing line is to be read."""

    title: str
    command: list[str]
    counts: bool = False


# The quick form leaves these out whole: a browser, the lessons and what is run like them, and what trains or serves a
# model. Elsewhere it leaves out what bears the mark `slow`.
SLOW = (
    "tests/attack",
    "tests/browser",
    "tests/course/checks",
    "tests/course/panels",
    "tests/local_aws/sagemaker",
    "tests/local_aws/test_troubleshooting.py",
    "tests/test_exercises.py",
    "tests/test_lessons.py",
)


def steps(jobs: int, quick: bool = False) -> list[Step]:
    """What is run, in order, with so many worker processes for the tests; `quick` is the form for work in progress."""
    parallel = ["-n", str(jobs), "--dist", "loadscope"]
    pytest = [sys.executable, "-m", "pytest"]
    # A worker executes the whole of a lesson, and has an embedded AWS of its own.
    lessons = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "notebooks"]
    # The learner's edition has no outputs to compare; tests/test_exercises.py runs it.
    lessons += ["--ignore", "notebooks/exercises"]
    # Named at every run, because all of it has to fit into 15 minutes.
    slowest = ["--durations", "15", "--durations-min", "5"]
    marked = ["-m", "not long and not slow" if quick else "not long"]
    left_out = [f"--ignore={path}" for path in SLOW] if quick else []
    looked_at = [
        Step("Lint", [sys.executable, "-m", "ruff", "check", "."]),
        Step("Format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        Step("Types", [sys.executable, "-m", "mypy"]),
        Step("Notebooks", [sys.executable, "-m", "tests.stored_outputs"]),
        Step("Tests", [*pytest, "tests", *marked, *left_out, *slowest, "-rfEs", *parallel], counts=True),
    ]
    compared = Step("Lessons, compared with their stored outputs", [*pytest, *lessons, *parallel], counts=True)
    return looked_at if quick else [*looked_at, compared]


def main(arguments: list[str] | None = None) -> int:
    """Run the steps; 0 where nothing failed."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=3, help="worker processes (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="only what takes neither a browser nor a lesson")
    parsed = parser.parse_args(arguments)
    with folder_to_test(PROJECT) as (folder, said):
        print(*said, sep="\n", flush=True)
        status = _all(steps(parsed.jobs, parsed.quick), folder)
        print(*said, sep="\n")
    return status


def _all(todo: list[Step], folder: Path) -> int:
    """Run the steps in a folder, and say what came of them."""
    begun, failed, named, counted = time.monotonic(), [], [], Counter()
    for number, step in enumerate(todo, 1):
        print(f"\n[{number}/{len(todo)}] {step.title} ...", flush=True)
        since = time.monotonic()
        status, output = _run(step.command, folder)
        if step.counts:
            counted.update(counts(output))
            named += failures(output)
        if status:
            failed.append(step.title)
        print(
            f"[{number}/{len(todo)}] {step.title}: {'FAILED' if status else 'ok'}, {_spell(time.monotonic() - since)}"
        )
    print("", *named, sep="\n")
    numbers = [counted["passed"], counted["failed"] + counted["error"], counted["skipped"]]
    print("{} passed, {} failed, {} skipped".format(*numbers))
    if failed:
        print(f"VERDICT: FAILED in {_spell(time.monotonic() - begun)}: {'; '.join(failed)}. Each is shown whole above.")
    else:
        print(f"VERDICT: all is well, in {_spell(time.monotonic() - begun)}.")
    return 1 if failed else 0


def counts(output: str) -> Counter[str]:
    """What pytest's closing line counts: `passed`, `failed`, `skipped`, `error`."""
    closing = next((line for line in reversed(output.splitlines()) if _COUNTED.search(line)), "")
    return Counter({word.removesuffix("s"): int(number) for number, word in _COUNTED.findall(closing)})


def failures(output: str) -> list[str]:
    """The lines of pytest's summary that name a failed test, or a cell, and its reason."""
    return [line for line in output.splitlines() if _NAMED.fullmatch(line)]


def _run(command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command in a folder, showing its output as it comes; its exit status and its output."""
    # Of two copies of the project, the one that is tested comes first.
    environment = _WIDE if folder == PROJECT else _WIDE | {"PYTHONPATH": str(folder)}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    for line in process.stdout:
        print(f"    {line}", end="", flush=True)
        lines.append(line)
    return process.wait(), "".join(lines)


def _spell(seconds: float) -> str:
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


if __name__ == "__main__":
    sys.exit(main())
