"""What is written of a class: a table of the marks, and a page for each learner."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from course.marking.marks import Mark

COLUMNS = ("learner", "lesson", "exercise", "points", "outcome")


def write_table(path: Path, marks: dict[str, list[Mark]]) -> None:
    """Write the marks as CSV, a line an exercise of a learner: `learner,lesson,exercise,points,outcome`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for learner, theirs in marks.items():
            for one in theirs:
                table.writerow([learner, one.lesson, one.exercise, number(one.points), one.outcome])


def write_feedback(folder: Path, learner: str, marks: list[Mark]) -> None:
    """Write a learner's page in Markdown: points, a table, and what each check has said."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{learner}.md").write_text("\n".join(_page(learner, marks)) + "\n", encoding="utf-8")


def number(points: float) -> str:
    """Points as a person writes them."""
    return f"{points:g}"


def together(marks: Iterable[Mark]) -> str:
    """The points of some marks, of those there were."""
    marks = list(marks)
    return f"{number(sum(one.points for one in marks))} of {number(sum(one.most for one in marks))} points"


def _page(learner: str, marks: list[Mark]) -> Iterable[str]:
    yield f"# {learner}: {together(marks)}\n"
    yield "| exercise | points | outcome |\n|:--|--:|:--|"
    for one in marks:
        yield f"| {one.exercise} | {number(one.points)} of {number(one.most)} | {one.outcome} |"
    for one in marks:
        yield f"\n## {one.exercise}: {one.outcome}\n\n{one.said}"
