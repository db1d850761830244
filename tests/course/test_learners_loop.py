"""Wrong, corrected, run again: what everybody does with a notebook, and what it says then."""

from __future__ import annotations

import json
import os
from pathlib import Path

import boto3
import pytest

import course
from course.account import earlier
from course.account.cleaning import CleanUp, Removal
from course.account.foundation import trust_policy
from course.account.ledger import Ledger, Resource
from course.account.target import Target
from course.checks.missing_names import where_made
from tests.kernels import run_cells

ROOT = Path(__file__).resolve().parents[2]
ONE = {"QueryLanguage": "JSONata", "StartAt": "One", "States": {"One": {"Type": "Succeed"}}}
LONG = {"QueryLanguage": "JSONata", "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 6000, "End": True}}}


def function_of(text: str) -> bytes:
    return course.package(f"def lambda_handler(event, context):\n    return {text!r}\n")


def test_what_creates_can_be_run_again_after_a_correction(settings: course.Settings) -> None:
    """A role, a function and a state machine are made, then changed: code, settings, definition, role."""
    role = course.logging_role("loop-role")
    how = {"Runtime": "python3.13", "Role": role, "Handler": "lambda_function.lambda_handler"}
    course.deploy("loop-function", function_of("first"), **how)
    assert course.logging_role("loop-role") == role
    course.deploy("loop-function", function_of("second"), **how, Timeout=17)
    assert course.test_function("loop-function", {}).payload == "second"
    found = boto3.client("lambda").get_function_configuration(FunctionName="loop-function")
    assert found["Timeout"] == 17
    first = course.make_state_machine("loop-machine", ONE, course.workflow_role("loop-machine-role", settings))
    again = course.make_state_machine("loop-machine", LONG, course.workflow_role("loop-other-role", settings))
    assert first == again
    now = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=first)
    assert "Wait" in now["definition"]
    assert now["roleArn"].endswith("/loop-other-role")


def test_code_for_a_function_that_is_not_there_says_which_cell_to_run(settings: course.Settings) -> None:
    with pytest.raises(course.CourseError, match="Run the cell first that creates it"):
        course.deploy("loop-nobody", function_of("x"))


def test_what_another_lesson_has_made_and_this_one_changes_belongs_to_both(
    settings: course.Settings, ledger: Ledger
) -> None:
    """Of what no lesson has made, a change is no claim."""
    name, states = "loop-shared-role", boto3.client("iam")
    ledger.record(Resource("IAM role", name, "97"))
    course.logging_role(name)
    course.logging_role(name)
    assert {one.lesson for one in ledger.resources() if one.name == name} == {"97", settings.lesson}
    ledger.strike(Resource("IAM role", name, "97"))
    ledger.strike(Resource("IAM role", name, settings.lesson))
    states.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust_policy("states.amazonaws.com")))
    assert [one for one in ledger.resources() if one.name == name] == []
    states.detach_role_policy(
        RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )
    states.delete_role(RoleName=name)


INTERRUPTED = f"""import os, signal, threading
arn = course.make_state_machine("loop", {LONG!r}, course.workflow_role("waiting-role", course.start("05", keep=True)))


def interrupt():
    if followed:
        os.kill(os.getpid(), signal.SIGINT)
    else:
        threading.Timer(0.1, interrupt).start()


followed, events = [], course.state_machines.execution._events
course.state_machines.execution._events = lambda arn: followed.append(arn) or events(arn)
course.state_machines.execution.Progress.__enter__ = lambda self: setattr(self, "shown", True) or self
course.state_machines.execution.Progress.show = lambda self, html: None
interrupt()
course.run(arn, {{}})"""


@pytest.mark.slow
def test_a_notebook_says_what_to_do_next(endpoint_url: str, tmp_path: Path) -> None:
    """A name of a cell that was not run; the first cell again; an interrupted cell; a second run beside the first."""
    environment = os.environ | {"AWS_ENDPOINT_URL": endpoint_url, "COURSE_TARGET": "local"}
    said = run_cells(
        environment, tmp_path, "import course, course.state_machines.execution\ncourse.start('05')",
        "course.check('05.name', job_name)", "print(no_cell_makes_it)",
        "course.logging_role('loop-x')", "course.start('05', keep=True)", "course.start('05')", "course.start('05')",
        INTERRUPTED, "course.run(arn, {}, seconds=0.1).status", "course.clean_up('05')", "course.clean_up('05')",
    )  # fmt: skip
    assert "`job_name` is made by a cell that has not been run yet" in said[1]
    assert '"3. The arguments, field by field"' in said[1]
    assert "NameError" in said[2] and "has not been run yet" not in said[2]
    assert said[4].startswith("Kept from an earlier run of this lesson: IAM role loop-x.")
    assert "It was removed, so that the lesson can begin anew: IAM role loop-x." in said[5]
    assert "Run All Above" in said[5]
    assert 'course.start("05", keep=True)' in said[5]
    assert said[6].startswith("Lesson 05 works on"), "nothing was left to remove"
    assert said[7].startswith("You have stopped looking; the execution goes on.")
    assert "course.follow(" in said[7]
    assert "stop_execution" in said[7]
    assert "Traceback" not in said[7] and "execution.py" not in said[7]
    assert "another execution of the same state machine still went on" in said[8]
    assert said[10] == "Nothing was left to remove."


def test_a_cell_before_the_first_one_says_so_in_a_lesson_alone(tmp_path: Path) -> None:
    """The commonest error of all, after a restart: not even the course is imported."""
    in_a_lesson = run_cells(dict(os.environ), ROOT / "notebooks" / "exercises", "course.check('05.name', job_name)")
    elsewhere = run_cells(dict(os.environ), tmp_path, "course.check('05.name', job_name)")
    assert "NameError" in in_a_lesson[0] and "Run the first cell of the lesson" in in_a_lesson[0]
    assert "NameError" in elsewhere[0] and "first cell" not in elsewhere[0]


def test_another_lessons_trigger_is_not_called_this_lessons() -> None:
    """It is removed from the bucket, so that it can't fire on what this lesson uploads; both are said."""
    own, other = (Removal(Resource("S3 trigger", "a-bucket", lesson)) for lesson in ("08", "07"))
    said = earlier.removed(CleanUp((other,)), "08", "course.start()")
    assert "earlier run of this lesson" not in said and "Run All Above" not in said
    assert "trigger of lesson 07 was removed from the bucket" in said and "run its cell in lesson 07" in said
    said = earlier.removed(CleanUp((own,)), "08", "course.start()")
    assert "earlier run of this lesson" in said and "trigger of lesson" not in said
    assert earlier.removed(CleanUp(()), "08", "course.start()") == ""


def test_a_new_embedded_aws_says_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only in front of somebody: a notebook that is compared stays as it is."""
    monkeypatch.setattr(earlier, "_LAST", tmp_path / "last.json")
    old, new = (Target("local", "123456789012", "us-east-1", tmp_path / f"{name}.jsonl") for name in ("old", "new"))
    Ledger(old.ledger).record(Resource("IAM role", "mine", "05"))
    assert earlier.lost(old, "05", is_new=True) == earlier.lost(new, "05", is_new=True) == ""
    monkeypatch.setenv("JPY_SESSION_NAME", "/somebody/05.ipynb")
    assert earlier.lost(old, "05", is_new=False) == ""
    said = earlier.lost(new, "05", is_new=True)
    assert "new and empty" in said
    assert "IAM role mine" in said
    assert "Run All Above" in said
    assert earlier.lost(new, "05", is_new=True) == "", "said once"
    assert earlier.lost(new, "06", is_new=True) == "", "this lesson had made nothing"


def test_a_name_is_found_in_the_cell_that_makes_it_first() -> None:
    assert "at the top" in where_made("05", "settings")
    assert '"2. Wait for the job"' in where_made("05", "processing")
    assert where_made("05", "no_cell_makes_it") == ""
