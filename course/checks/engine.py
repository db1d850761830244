"""Checks a learner's work, gives hints in steps and the solution on request, and keeps the progress."""

from __future__ import annotations

import linecache
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from course.checks import table
from course.checks.cells import ExerciseCell, exercise_cell, placeholders
from course.checks.exercise import Exercise, exercises, find
from course.errors import CourseError
from course.outcomes import record
from course.outcomes.outcome import Check, NotAttempted, NotYet, Outcome, Said, prose
from course.waiting import somebody_reads


@dataclass(frozen=True, repr=False)
class Help:
    """A hint or a solution, as text and as Markdown."""

    title: str
    text: str
    is_code: bool = False

    def __repr__(self) -> str:
        return f"{self.title}\n{self.text}"

    def _repr_markdown_(self) -> str:
        return f"**{self.title}**\n\n" + (f"```python\n{self.text}\n```" if self.is_code else prose(self.text))


def check(name: str, *work: Any) -> Check:
    """Look at what the learner's work does.

    Where nothing has been done yet, the cells that follow could not go on: then the lesson's solution takes the
    place of the starter in the notebook, and the outcome says so. A solution that changes something on AWS doesn't:
    a check never changes the learner's AWS.

    Args:
        name: of the exercise, such as `"01.handler"`.
        work: what the exercise asks for: a function, some data, the name of something on AWS.

    Raises:
        CourseError: no exercise has this name.
    """
    result = _checked(find(name), *work)
    if not somebody_reads():
        return result
    from course.checks.help_buttons import HelpButtons  # only for a notebook that somebody reads: it needs widgets

    buttons = HelpButtons(name, hint, solution, solved=result.outcome is Outcome.RIGHT)
    return replace(result, beside=buttons.show)


def _checked(one: Exercise, *work: Any) -> Check:
    """The outcome of a check, which is recorded; the solution stands in where there is no work yet."""
    name, result = one.name, examine(one, *work)
    stands_in = result.outcome is Outcome.RIGHT and _solution_stands_in(name)
    if stands_in:
        result = _not_attempted(one)
    record.current().note_check(name, result.outcome)
    if result.outcome is Outcome.NOT_ATTEMPTED and one.acts:
        kept = "Your AWS stays as it is; the lesson goes on with its solution only where that changes nothing there"
        return replace(result, note=f"{result.note}. {kept}.")
    if stands_in or (result.outcome is Outcome.NOT_ATTEMPTED and _go_on_with_the_solution(exercise_cell(name))):
        return replace(result, note=f"{result.note}. Until you write yours, the lesson goes on with its solution.")
    return result


def hint(name: str, number: int | None = None) -> Help:
    """The next hint of an exercise. After the last one, it says so.

    Args:
        name: of the exercise.
        number: which hint to read again, from 1; the next one without it.

    Raises:
        CourseError: no exercise has this name, or it has no hint of this number.
    """
    one = find(name)
    most, seen = len(one.hints), record.current().entry(name).hints
    if number is not None and not 1 <= number <= seen:
        raise CourseError(
            f"Of {name} you have seen {seen} of {most} hints: there is none of number {number} to repeat."
        )
    if number is None and seen >= most:
        again = f"To read one again: course.hint('{name}', 1). The solution: course.solution('{name}')"
        return Help(f"{name}, no more hints", f"You have seen all {most}. {again}")
    number = record.current().note_hint(name, most) if number is None else number
    more = "" if number < most else f"\n\nThis is the last hint. The solution: course.solution('{name}')"
    return Help(f"{name}, hint {number} of {most}", one.hints[number - 1] + more)


def solution(name: str) -> Help:
    """A solution of an exercise, as it stands in the lesson. There are others; the check knows by what they do.

    Raises:
        CourseError: no exercise has this name, or it was handed out to be marked.
    """
    find(name)
    text = exercise_cell(name).solution
    if not text:
        raise CourseError(f"{name} is to be marked: there is no solution here. A hint: course.hint('{name}')")
    record.current().note_solution(name)
    return Help(f"{name}, a solution", text, is_code=True)


def progress(lesson: str | None = None) -> table.ProgressTable:
    """How the exercises stand: of a lesson by its two digits, or of the whole course.

    Raises:
        CourseError: no such lesson, or one without exercises.
    """
    if lesson is None:
        return table.of_course(record.current())
    if not exercises(lesson):
        raise CourseError(
            f"There are no exercises in a lesson '{lesson}'. A lesson is named by two digits, as in '01'."
        )
    return table.of_lesson(record.current(), lesson)


def examine(one: Exercise, *work: Any) -> Check:
    """The outcome of a check; nothing is recorded and nothing is changed."""
    passed: list[str] = []

    def outcome(which: Outcome, **said: Any) -> Check:
        return Check(one.name, one.title, which, tuple(passed), **said)

    try:
        _look_for_gaps(exercise_cell(one.name), work)
        for case in one.examine(*work):
            passed.append(case)
    except NotAttempted as nothing:
        return _not_attempted(one, str(nothing))
    except NotYet as found:
        said = {"case": found.case, "expected": found.expected, "got": found.got, "advice": found.advice}
        return outcome(Outcome.NOT_YET, **said)
    except (BotoCoreError, ClientError, CourseError) as error:
        return outcome(Outcome.UNCHECKED, note=f"What stood in the way: {error}")
    except Exception as error:
        # A fault of the check is said to be one, and is no reason for a learner's notebook to stop.
        fault = f"{type(error).__name__}: {error}"
        return outcome(Outcome.UNCHECKED, note=f"The check itself failed, and your work may well be right: {fault}")
    return outcome(Outcome.RIGHT)


def _not_attempted(one: Exercise, note: str = "") -> Check:
    note = note or f"The first hint: course.hint('{one.name}')"
    return Check(one.name, one.title, Outcome.NOT_ATTEMPTED, note=note)


def _look_for_gaps(cell: ExerciseCell, work: tuple[Any, ...]) -> None:
    """Raise where the work is the starter as it was, or has gaps left."""
    sources = [_source(one) for one in work]
    if any(source and cell.is_starter(source) for source in sources):
        raise NotAttempted
    gaps = sum(placeholders(one) for one in work)
    if gaps and gaps >= cell.has_placeholders():
        raise NotAttempted
    if gaps:
        left = f"{gaps} place{'s' if gaps > 1 else ''} with a ?"
        raise NotYet("looking for places to fill", Said("none left"), Said(left), "Fill in what is left.")


def _source(work: Any) -> str:
    """The text of the cell or file in which a function was written; empty for anything else."""
    code = getattr(work, "__code__", None)
    return "".join(linecache.getlines(code.co_filename)) if code else ""


def _go_on_with_the_solution(cell: ExerciseCell) -> bool:
    """Run the solution in the notebook. Where there is none, or no notebook whose cells follow, this is False."""
    shell = _shell()
    if shell is None or not cell.solution:
        return False
    run_as_cell(cell.solution, f"<solution of {cell.name}>", shell.user_ns)
    _standing_in[cell.name] = len(shell.user_ns["In"])
    return True


def _solution_stands_in(name: str) -> bool:
    """Whether work that is right is the solution's: it stands in, and no cell since has done what the learner is to."""
    if name not in _standing_in:
        return False
    cell, since = exercise_cell(name), _shell().user_ns["In"][_standing_in[name] :]
    return not any(cell.is_attempted_by(source) for source in since)


def _shell() -> Any:
    """The notebook's own IPython; None outside of one."""
    from IPython import get_ipython

    return get_ipython()


def run_as_cell(source: str, name: str, names: dict[str, Any]) -> None:
    """Run a text as if it were a cell: `course.package` finds the text of the functions written in it."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), names)


_standing_in: dict[str, int] = {}
"""The exercises whose solution stands in, with the number of cells that the notebook had run by then."""
