"""Outcomes, hints, solutions and the progress record, as a learner meets them."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import course
from course.checks import engine
from course.checks.cells import exercise_cell
from course.checks.exercise import exercises, find
from course.checks.help_buttons import HelpButtons
from course.exercises import editions
from course.outcomes import record
from course.outcomes.outcome import Check, Outcome
from course.panels.description import Say, as_html
from tests.course.checks.conftest import changed, judge


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a learner's edition that has begun."""
    kept = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(kept))
    record.begin(kept=True)
    yield kept
    record.begin(kept=False)


def test_every_exercise_has_hints_in_steps_and_a_cell_in_its_lesson() -> None:
    for one in exercises():
        assert len(one.hints) >= 2, one.name
        cell = exercise_cell(one.name)
        assert cell.starter and cell.starter != cell.solution, one.name
        # The lesson's folder is not that of the learner's edition.
        assert "../" not in cell.solution + cell.starter, one.name


def test_every_lesson_has_two_to_five_exercises() -> None:
    numbers = [one.lesson for one in exercises()]
    assert {number: 2 <= numbers.count(number) <= 5 for number in numbers} == dict.fromkeys(numbers, True)


def test_an_outcome_is_text_and_markdown() -> None:
    wrong = judge("01.handler", changed("01.handler", (" if piece.strip()", "")))
    assert repr(wrong).splitlines()[0] == "01.handler, A handler that cuts reviews into sentences: not yet right"
    rows = [line.split(":")[0].strip() for line in repr(wrong).splitlines()[1:]]
    assert rows == ["tried", "expected", "came back", "next", "right so far"]
    markdown = wrong._repr_markdown_()
    assert markdown.startswith("**01.handler, A handler that cuts reviews into sentences: not yet right**")
    assert "| came back | `{'statusCode': 200, 'body': {'drum': ['Loud', '']}}` |" in markdown


def test_what_the_check_cannot_do_is_not_the_learners_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.checks.trial._CHILD", Path("/nowhere/child.py"))
    monkeypatch.setattr("course.checks.trial.sys.executable", "/nowhere/python")
    result = judge("01.handler", exercise_cell("01.handler").solution)
    assert result.outcome is Outcome.UNCHECKED
    assert "your work may well be right" in repr(result)


def test_hints_come_in_steps_and_the_last_one_says_so(path: Path) -> None:
    first, second, third, fourth = (course.hint("01.handler") for _ in range(4))
    assert repr(first).startswith("01.handler, hint 1 of 3")
    assert repr(second) != repr(first)
    assert "This is the last hint. The solution: course.solution('01.handler')" in repr(third)
    assert "You have seen all 3." in repr(fourth) and find("01.handler").hints[-1] not in repr(fourth)
    assert repr(course.hint("01.handler", 1)) == repr(first)


@pytest.mark.parametrize("number", [0, 2, 4, -1])
def test_a_hint_that_was_not_seen_is_not_repeated(path: Path, number: int) -> None:
    course.hint("01.handler")
    with pytest.raises(course.CourseError, match="you have seen 1 of 3 hints"):
        course.hint("01.handler", number)


def test_who_reads_finds_the_next_hint_and_the_solution_below_the_result(path: Path) -> None:
    one = find("01.handler")
    buttons = HelpButtons(one.name, course.hint, course.solution, solved=False)
    for hint in one.hints:
        buttons.next_hint.click()
        assert as_html([Say(hint.splitlines()[0])])[:-4] in buttons.html
    buttons.next_hint.click()
    assert "no more hints" in buttons.status.words
    buttons.solution.click()
    assert html.escape(exercise_cell(one.name).solution) in buttons.html and buttons.solution.disabled
    entry = json.loads(path.read_text())["exercises"][one.name]
    assert (entry["hints"], entry["solution"]) == (3, True)


def test_the_buttons_are_there_only_where_somebody_reads(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = {}
    engine.run_as_cell(exercise_cell("01.handler").solution, "<read>", work)
    assert course.check("01.handler", work["lambda_handler"]).beside is None
    monkeypatch.setenv("JPY_SESSION_NAME", "/somebody/01.ipynb")
    found = course.check("01.handler", work["lambda_handler"])
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setattr("course.panels.asleep.display", lambda data, raw: shown.append(data))
    found._ipython_display_()
    result, banner, widget = shown
    assert result["text/plain"] == repr(found) and "run this cell again" in banner["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in widget


def test_the_solution_is_the_one_of_the_lesson(path: Path) -> None:
    shown = course.solution("01.handler")
    assert exercise_cell("01.handler").solution in repr(shown)
    assert shown._repr_markdown_().endswith("```")


def test_an_exercise_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(course.CourseError, match=r"There are: 01\.handler, 01\.event"):
        course.check("01.nonsense")


def test_progress_survives_a_restart(path: Path) -> None:
    course.hint("00.holiday")
    course.check("00.holiday", ...)
    course.check("00.holiday", 1.0)
    assert course.check("00.holiday", 38.64).outcome is Outcome.RIGHT
    course.solution("00.holiday")
    kept = json.loads(path.read_text(encoding="utf-8"))
    entry = kept["exercises"]["00.holiday"]
    assert kept["version"] == 1 and entry.pop("last").endswith("+00:00")
    assert entry == {"outcome": "right", "right": True, "checks": 2, "hints": 1, "solution": False}
    record.begin(kept=False)
    assert "Lesson 00: 0 of 2 right." in repr(course.progress("00"))
    record.begin(kept=True)
    assert "Lesson 00: 1 of 2 right." in repr(course.progress("00"))
    [row] = [line for line in repr(course.progress("00")).splitlines() if line.startswith("00.holiday")]
    assert row.split()[-3:] == ["right", "1", "hint"]


def test_what_was_right_once_stays_right(path: Path) -> None:
    course.check("00.holiday", 38.64)
    course.check("00.holiday", 1.0)
    assert "right (last: not yet right)" in repr(course.progress("00"))
    assert "00.travel" in repr(course.progress()) and "00.holiday" not in repr(course.progress())


def test_a_solution_seen_before_is_said(path: Path) -> None:
    course.solution("00.holiday")
    course.check("00.holiday", 38.64)
    assert json.loads(path.read_text(encoding="utf-8"))["exercises"]["00.holiday"]["solution"] is True


def test_an_untouched_exercise_leaves_no_trace(path: Path) -> None:
    course.check("00.holiday", ...)
    assert not path.exists()


def test_two_notebooks_share_a_record(path: Path) -> None:
    course.check("00.holiday", 38.64)
    other = record.Record(path, {})
    other.note_check("01.event", Outcome.RIGHT)
    course.check("00.travel", "nothing")
    assert list(record.read(path)) == ["00.holiday", "00.travel", "01.event"]


def test_a_lesson_itself_keeps_nothing(path: Path) -> None:
    record.begin(kept=False)
    course.check("00.holiday", 38.64)
    assert not path.exists()
    assert record.current().entry("00.holiday").right


def test_a_file_that_is_no_record_is_refused(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(course.CourseError, match="is no progress record"):
        record.begin(kept=True)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """What runs the cells of a notebook: IPython."""
    settings = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=settings, user_ns={"course": course})
    monkeypatch.setattr(engine, "_shell", lambda: shell)
    monkeypatch.setattr(engine, "_standing_in", {})
    return shell


def ran(notebook: InteractiveShell, source: str) -> Any:
    """Run a cell as JupyterLab does; its value."""
    done = notebook.run_cell(source, store_history=True, silent=False)
    done.raise_error()
    return done.result


def test_the_solution_stands_in_for_an_untouched_exercise(notebook: InteractiveShell) -> None:
    ran(notebook, exercise_cell("01.handler").starter)
    result = ran(notebook, 'course.check("01.handler", lambda_handler)')
    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert "goes on with its solution" in result.note
    packed = zipfile.ZipFile(io.BytesIO(course.package(notebook.user_ns["lambda_handler"])))
    assert packed.read("lambda_function.py").decode() == exercise_cell("01.handler").solution


@pytest.mark.parametrize(
    ("name", "check"),
    [("01.handler", "lambda_handler"), ("01.event", "hard_event"), ("02.label", "label")],
)
def test_a_solution_that_stands_in_is_not_the_learners_work(
    notebook: InteractiveShell, path: Path, name: str, check: str
) -> None:
    cell, check = exercise_cell(name), f'course.check("{name}", {check})'
    for source in (cell.starter, check, "print('what follows')", check, cell.starter, check, check):
        result = ran(notebook, source)
    assert result.outcome is Outcome.NOT_ATTEMPTED and "goes on with its solution" in result.note
    assert not path.exists()
    ran(notebook, cell.solution + "\n# typed by the learner")
    assert ran(notebook, check).outcome is Outcome.RIGHT
    entry = record.read(path)[name]
    assert (entry.right, entry.solution, entry.checks) == (True, False, 1)


def test_work_in_another_cell_is_the_learners_too(notebook: InteractiveShell, path: Path) -> None:
    check = 'course.check("01.event", hard_event)'
    for source in (exercise_cell("01.event").starter, check, 'hard_event["pick"] = "Thin... too thin."'):
        ran(notebook, source)
    assert ran(notebook, check).outcome is Outcome.RIGHT


@pytest.mark.parametrize(
    ("source", "attempts"),
    [
        ('notification["LambdaFunctionConfigurations"][0]["Events"] = ["s3:ObjectCreated:*"]', True),
        ('notification["LambdaFunctionConfigurations"][0]["Events"] = ["?"]', False),
        ('course.check("03.parts", notification)', False),
        ("other = notification", False),
        ("notification = (", False),
    ],
)
def test_what_counts_as_an_attempt(source: str, attempts: bool) -> None:
    assert exercise_cell("03.parts").is_attempted_by(source) is attempts


def test_where_no_name_is_left_open_a_cell_of_ones_own_is_an_attempt() -> None:
    cell = exercise_cell("03.delete")
    assert not cell.is_attempted_by("...")
    assert not any(cell.is_attempted_by(source) for source in cell.lesson)
    edition = json.loads(editions()["03_trigger_lambda_from_s3.ipynb"])["cells"]
    found = ["".join(one["source"]) for one in edition if one["cell_type"] == "code"]
    assert [source for source in found if cell.is_attempted_by(source)] == []
    assert cell.is_attempted_by(cell.solution)


def test_a_solution_that_acts_on_aws_is_left_to_the_learner(
    notebook: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clean-up, and the trigger's end: a check never changes the learner's AWS."""
    acting = [one for one in exercises() if one.acts]
    assert [one.name for one in acting] == ["03.delete", "09.clean_up"]
    monkeypatch.setattr(engine, "run_as_cell", lambda *_: pytest.fail("the check has run the solution"))
    for one in acting:
        monkeypatch.setattr(engine, "examine", lambda exercise, *work: engine._not_attempted(exercise, "Still there"))
        found = course.check(one.name)
        assert found.outcome is Outcome.NOT_ATTEMPTED
        assert "Still there. Your AWS stays as it is" in repr(found)


BARE = re.compile(r"\$")


def without_code(markdown: str) -> str:
    return re.sub(r"```.*?```|`[^`]*`", "", markdown, flags=re.DOTALL)


def test_no_dollar_of_a_message_becomes_a_formula(path: Path) -> None:
    """Two bare ones do, in JupyterLab: every hint, and all that a check says."""
    for one in exercises():
        for _ in one.hints:
            assert not BARE.search(without_code(course.hint(one.name)._repr_markdown_())), one.name
    said = "Join $millis() and $states.input.name, then `$x`. It costs $ 3"
    check = Check("05.name", "A $title", Outcome.NOT_YET, (said,), said, said, said, said, said)
    assert not BARE.search(without_code(check._repr_markdown_()))
    assert "`$millis()` and `$states.input.name`, then `$x`." in check._repr_markdown_()


def test_an_outcome_has_a_sign_in_a_colour() -> None:
    badges = {one: Check("05.name", "T", one)._repr_markdown_().rpartition("**")[2] for one in Outcome}
    assert len(set(badges.values())) == len(Outcome)
    assert "✓" in badges[Outcome.RIGHT] and "✗" in badges[Outcome.NOT_YET]
