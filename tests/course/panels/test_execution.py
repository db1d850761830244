"""The Execution panel, driven by its widgets' Python side, on the real engine of the embedded AWS."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime

import boto3
import pytest

import course
from course.errors import CourseError
from course.history import Visit
from course.panels.run_description import state_blocks, states_table
from course.state_machines.execution import StateRun
from tests.course.panels.machines import BRANCHES, FIFTY, ODD_ONES_FAIL, ONE_FAILS, RETRIED, make_machine


def opened(arn, **options):
    panel = course.execution_panel(arn, **options)
    panel.wait()
    return panel


def ran(panel, input=None):
    if input is not None:
        panel.input.value = json.dumps(input)
    panel.start.click()
    panel.wait()
    return panel


def labels(iterations):
    return [button.description for button in iterations.box.children[1].children]


@pytest.fixture(scope="session")
def machines(endpoint_url):
    return {}


@pytest.fixture
def machine(machines):
    """Makes a machine once for all tests that want it."""

    def made(name, states):
        if name not in machines:
            machines[name] = make_machine(states, name)
        return machines[name]

    return made


def test_members_that_are_null_are_folded_up_where_they_are_many():
    """A job's description, as Step Functions makes it, has every absent member as null."""
    nulls = {"ExitMessage": None, "FailureReason": None, "Inner": [{"Stopped": None, "Zero": 0}], "Status": "Completed"}
    began = datetime(2026, 1, 1, tzinfo=UTC)
    run = StateRun(Visit("Job", "Task", began, input={"one": None}, result=nulls, output=[None, None, None]))
    blocks = state_blocks({"States": {"Job": {"Type": "Task"}}}, run, "Job")
    shown = {block.title: block for block in blocks if hasattr(block, "title")}
    assert json.loads(shown["Input"].code) == {"one": None}, "a single one says something"
    assert json.loads(shown["Result"].code) == {"Inner": [{"Zero": 0}], "Status": "Completed"}
    [whole] = shown["Result, with its 3 members that are null"].blocks
    assert json.loads(whole.code) == nulls
    assert json.loads(shown["Output"].code) == [None, None, None], "items of a list are counted, and stay"


def test_a_machine_that_never_ran_shows_its_graph_and_what_to_do(machine):
    panel = opened(machine("fresh", {"A": {"Type": "Pass", "End": True}}))
    assert panel.execution is None
    assert panel.status.words == "Ready. Give an input, then Start execution."
    assert 'data-state="A"' in panel.graph.svg
    assert "A (Pass)" in repr(panel)
    assert panel.stop.disabled


def test_starts_an_execution_and_follows_it_to_its_end(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": [1, 2, 3]})
    assert panel.execution.status == "SUCCEEDED"
    assert panel.status.words.startswith("Execution succeeded after ")
    assert panel.execution.input == {"items": [1, 2, 3]}
    labels = {name: label.strip("\N{NO-BREAK SPACE}") for label, name in panel.state.options}
    assert labels["Twice"].startswith("✓ Twice (succeeded, ")
    assert "Each: succeeded" in panel.graph.svg
    assert '"left"' in repr(panel)


def test_every_visit_in_a_map_can_be_looked_into(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": [1, 2, 3]})
    panel.state.value = "Twice"
    assert [label for label, _ in panel.visit.options] == ["1 of 3", "2 of 3", "3 of 3"]
    assert "Output:\n6\n" in f"{panel!r}\n"
    panel.visit.value = 0
    assert "Output:\n2\n" in f"{panel!r}\n"
    assert "Variables assigned" in repr(panel)
    panel.state.value = "Right"
    assert panel.visit.disabled


def test_the_iterations_of_a_map_are_a_grid_that_can_be_opened(machine):
    panel = ran(opened(machine("odd-ones-fail", ODD_ONES_FAIL)), {"items": [[1, 2], [4], [6, 8]]})
    panel.state.value = "Outer"
    assert labels(panel.iterations) == ["✓ 0", "✓ 1", "✓ 2"]
    panel.iterations.look_into(2)
    assert [run.name for run in panel.execution.iteration(panel.iterations.map, 2)] == ["Inner", "After"]
    assert "Iteration 2: ✓ Inner, ✓ After" in repr(panel) and "Input of Inner:\n[\n  6,\n  8\n]" in repr(panel)
    panel.state.value = "Inner"
    panel.visit.value = 0
    # Its neighbour may have been through before it was stopped.
    assert labels(panel.iterations) in (["✗ 0", "✓ 1"], ["✗ 0", "■ 1"])
    panel.iterations.look_into(0)
    assert "Iteration 0: ✓ Check, ✗ Odd" in repr(panel)
    panel.state.value = "After"
    assert panel.iterations.describe() == [] and labels(panel.iterations) == []


def test_of_very_many_iterations_those_that_failed_are_shown(machine):
    panel = ran(opened(machine("one-fails", ONE_FAILS)), {"items": [*range(0, 300, 2), 7]})
    panel.state.value = "Each"
    assert len(labels(panel.iterations)) == 100
    assert labels(panel.iterations)[-1] == "✗ 150"
    assert "Shown are 100, first of all those that did not succeed." in repr(panel)


def test_a_click_in_the_graph_chooses_in_the_list_and_back(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": []})
    panel.graph.chosen = "Both"
    assert panel.state.value == "Both"
    panel.state.value = "Left"
    assert panel.graph.chosen == "Left"
    assert "State: Left" in repr(panel)
    panel.graph.chosen = "Twice"
    assert "This execution has not come to it." in repr(panel)


def test_retries_and_catches_are_seen(machine):
    panel = opened(machine("retried", RETRIED))
    assert "may retry" in panel.graph.svg
    assert "Catch States.ALL" in panel.graph.svg
    ran(panel, {})
    assert panel.execution.status == "SUCCEEDED"
    assert "3 tries" in panel.graph.svg
    panel.state.value = "Missing"
    text = repr(panel)
    assert "Status: ! caught" in text
    assert "Tries: 3" in text
    assert "Retry: States.ALL: up to 2 times, after 1 s, then each time × 2" in text
    assert "Catch: States.ALL → Sorry" in text
    assert "Lambda.ResourceNotFoundException: " in text


def test_a_failure_is_chosen_by_itself_and_explained(machine):
    fails = {"Bad": {"Type": "Pass", "Output": "{% $states.input.nothing %}", "End": True}}
    panel = ran(opened(machine("fails", fails)), {})
    assert panel.status.words.startswith("Execution failed")
    assert panel.state.value == panel.graph.chosen == "Bad"
    assert "States.QueryEvaluationError" in repr(panel)


def test_a_running_execution_is_stopped(machine):
    # On the tests' clock, as long as the course's longest patience.
    waits = {"Long": {"Type": "Wait", "Seconds": 360_000, "End": True}}
    panel = opened(machine("waits", waits))
    panel.start.click()
    course.wait_until(lambda: panel.status.words == "Running: Long.", "the state to begin", 30)
    assert not panel.stop.disabled
    assert "Long: in progress" in panel.graph.svg
    panel.stop.click()
    panel.wait()
    assert panel.execution.status == "ABORTED"
    assert "Long: cancelled" in panel.graph.svg
    assert panel.stop.disabled
    panel.stop.click()
    assert "Nothing runs that could be stopped" in repr(panel)


def test_the_kernel_is_free_while_an_execution_runs(machine):
    panel = opened(machine("waits", {"Long": {"Type": "Wait", "Seconds": 360_000, "End": True}}))
    panel.start.click()
    course.wait_until(lambda: panel.execution and panel.execution.status == "RUNNING", "the execution to run", 30)
    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(CourseError, match="still runs"):
        panel.wait(0.1)
    panel.stop.click()
    panel.wait()


def test_an_earlier_execution_is_opened_from_the_list(machine):
    panel = opened(machine("branches", BRANCHES))
    ran(panel, {"items": [7]})
    first = panel.execution.arn
    ran(panel, {"items": [8]})
    assert panel.execution.arn != first
    panel.chosen.value = first
    panel.wait()
    assert panel.execution.arn == first
    assert opened(first).execution.input == {"items": [7]}
    assert opened(panel.execution).execution.arn == first


def test_a_machine_of_fifty_states(machine):
    panel = ran(opened(machine("fifty", FIFTY)), {})
    assert len(panel.state.options) == 50
    assert panel.graph.svg.count("data-state=") == 50
    assert panel.graph.svg.count(": succeeded</title>") == 50


def test_the_event_table_is_there_when_asked_for(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": [1]})
    assert "ExecutionStarted" not in repr(panel)
    panel.events.click()
    text = repr(panel)
    assert f"Events ({len(panel.execution.events)}):" in text
    assert "PassStateEntered | Twice" in text
    panel.events.click()
    assert "ExecutionStarted" not in repr(panel)


def test_a_fault_in_the_input_is_named_by_line_and_nothing_is_started(machine):
    panel = opened(machine("fresh", {"A": {"Type": "Pass", "End": True}}))
    panel.input.value = '{\n  "a": 1,\n}'
    panel.start.click()
    panel.wait()
    assert panel.execution is None
    assert "The input is not valid JSON. Line" in repr(panel)


def test_a_machine_that_is_not_there_is_awss_error():
    panel = opened("arn:aws:states:us-east-1:123456789012:stateMachine:nowhere")
    assert "StateMachineDoesNotExist" in repr(panel)
    panel.start.click()
    assert "There is no state machine to start" in repr(panel)


def test_a_state_without_a_job_has_no_log(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": []})
    panel.state.value = "Left"
    assert panel.job_log.disabled


def test_what_is_copied_is_accepted_by_the_api_as_it_stands(machine):
    panel = ran(opened(machine("branches", BRANCHES)), {"items": [1]})
    states = boto3.client("stepfunctions")
    checked = states.validate_state_machine_definition(definition=panel.copy_definition.text)
    assert checked["result"] == "OK"
    started = states.start_execution(stateMachineArn=panel.machine.arn, input=panel.copy_input.text)
    assert course.follow(started["executionArn"]).status == "SUCCEEDED"


def test_the_text_says_the_same_on_every_run_but_for_durations(machine):
    panel = opened(machine("branches", BRANCHES))
    ran(panel, {"items": [1]})
    first = repr(panel)
    ran(panel, {"items": [1]})
    seconds = r"\d+\.\d{3} s"
    assert re.sub(seconds, "", repr(panel)) == re.sub(seconds, "", first)


def test_tries_are_tries_and_not_visits():
    """A Wait in a loop is entered again and again, and never tried again."""
    loop = {
        "Count": {"Type": "Pass", "Output": "{% {'n': $states.input.n + 1} %}", "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 0, "Next": "Enough?"},
        "Enough?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.n < 3 %}", "Next": "Count"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
    panel = ran(opened(make_machine(loop, "loops")), {"n": 0})
    rows = {row[0]: row for row in states_table(panel.execution.definition, panel.execution).rows}
    assert rows["Wait"][3:5] == ["3", ""]
    panel.state.value = "Wait"
    assert "State: Wait" in repr(panel) and "Tries: " not in repr(panel)
    shown = repr(panel)
    assert "When each state was at work:" in shown
    assert re.search(r"Wait +from 0\.\d{3} s, \d+\.\d{3} s, succeeded", shown)
