"""Marks a class: `python -m course.mark FOLDER...`.

Each learner's notebooks are run in an environment of their own, with the lesson's cells and checks from the source.
`marks.csv` has a line for each exercise, `feedback/` a page for each learner. Folders of nbgrader are understood.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from course.checks.cells import LESSONS
from course.checks.exercise import exercises
from course.errors import CourseError
from course.marking.marks import NOT_READABLE, Mark, mark, read_points
from course.marking.report import together, write_feedback, write_table
from course.marking.running import Limits
from course.marking.submissions import submissions

_MARKS = LESSONS.parent / "build" / "marks"


def main(arguments: list[str] | None = None) -> int:
    """Mark the learners of some folders; 0 where all that was handed in could be read, 1 otherwise."""
    options = _parser().parse_args(arguments)
    try:
        points, learners = read_points(options.points), submissions(options.folders)
    except CourseError as error:
        print(error)
        return 1
    lessons = sorted({one.lesson for one in exercises()})
    if unknown := sorted(set(options.lessons) - set(lessons)):
        print(f"There are no exercises in {', '.join(unknown)}. Lessons with exercises: {', '.join(lessons)}.")
        return 1
    limits = Limits(options.cell_seconds, options.seconds)
    options.out.mkdir(parents=True, exist_ok=True)
    marks: dict[str, list[Mark]] = {}
    for count, learner in enumerate(learners, 1):
        print(f"[{count}/{len(learners)}] {learner.learner}", flush=True)
        marks[learner.learner] = []
        for lesson in options.lessons or lessons:
            print(f"  lesson {lesson} ... ", end="", flush=True)
            since, theirs = time.monotonic(), mark(learner, lesson, points, limits)
            marks[learner.learner] += theirs
            print(f"{together(theirs)}, {time.monotonic() - since:.0f} s", flush=True)
        # After each learner, so that who stops it has what was done.
        write_feedback(options.out / "feedback", learner.learner, marks[learner.learner])
        write_table(options.out / "marks.csv", marks)
    every = [one for theirs in marks.values() for one in theirs]
    unread = [one for one in every if one.outcome == NOT_READABLE]
    print(f"The marks: {options.out / 'marks.csv'}; what each learner may read: {options.out / 'feedback'}")
    print(
        f"VERDICT: {len(marks)} learners marked, {together(every)}.", "Some work could not be read." if unread else ""
    )
    return 1 if unread else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m course.mark", description=__doc__.splitlines()[0])
    parser.add_argument(
        "folders", nargs="+", type=Path, help="a learner's folder, or one with a folder for each learner"
    )
    parser.add_argument("--lessons", nargs="+", default=[], metavar="NN", help="two digits each; all without it")
    parser.add_argument("--points", type=Path, metavar="FILE", help='JSON such as {"01.handler": 2}; 1 without it')
    parser.add_argument("--out", type=Path, default=_MARKS, help="where to write (default: build/marks)")
    parser.add_argument("--cell-seconds", type=int, default=Limits.cell, help="for a cell (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=Limits.notebook, help="for a notebook (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
