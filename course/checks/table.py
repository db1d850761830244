"""The progress table: of a lesson, an exercise a row; of the course, a lesson a row."""

from __future__ import annotations

from dataclasses import dataclass

from course.checks.exercise import exercises
from course.outcomes.outcome import Outcome
from course.outcomes.record import Entry, Record


@dataclass(frozen=True, repr=False)
class ProgressTable:
    """A table with a closing line, as text and as Markdown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    verdict: str

    def __repr__(self) -> str:
        table = [self.columns, *self.rows]
        widths = [max(len(row[at]) for row in table) for at in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        return "\n".join([*lines, self.verdict])

    def _repr_markdown_(self) -> str:
        rows = [f"| {' | '.join(row)} |" for row in (self.columns, *self.rows)]
        return "\n".join([rows[0], "|" + ":--|" * len(self.columns), *rows[1:], "", f"**{self.verdict}**"])


def of_lesson(record: Record, lesson: str) -> ProgressTable:
    """A row an exercise: how it stands, and what help was asked for."""
    found = exercises(lesson)
    rows = [(one.name, one.title, _stands(record.entry(one.name)), _help(record.entry(one.name))) for one in found]
    right = sum(record.entry(one.name).right for one in found)
    return ProgressTable(
        ("exercise", "what", "outcome", "help"), tuple(rows), f"Lesson {lesson}: {right} of {len(found)} right."
    )


def of_course(record: Record) -> ProgressTable:
    """A row a lesson: how many of its exercises are right, and what is open."""
    found = exercises()
    rows = []
    for lesson in dict.fromkeys(one.lesson for one in found):
        its = [one for one in found if one.lesson == lesson]
        open_ones = [one.name for one in its if not record.entry(one.name).right]
        rows.append((lesson, f"{len(its) - len(open_ones)} of {len(its)}", ", ".join(open_ones) or "none"))
    right = sum(record.entry(one.name).right for one in found)
    return ProgressTable(("lesson", "right", "open"), tuple(rows), f"The course: {right} of {len(found)} right.")


def _stands(entry: Entry) -> str:
    """What a later check found is said, too: work that was right once may have been changed."""
    if entry.right and entry.outcome != Outcome.RIGHT.value:
        return f"right (last: {entry.outcome})"
    return entry.outcome


def _help(entry: Entry) -> str:
    hints = f"{entry.hints} hint{'s' if entry.hints > 1 else ''}" if entry.hints else ""
    return ", ".join(text for text in (hints, "solution" if entry.solution else "") if text)
