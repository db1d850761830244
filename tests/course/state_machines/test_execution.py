"""An execution read from its history: events as AWS Step Functions records them, written out by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from course.errors import CourseError
from course.history import reason, statuses, visits
from course.state_machines.execution import Execution

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
JOB = {"ProcessingJobName": "preprocess-1", "RoleArn": "arn:aws:iam::123456789012:role/r"}


class Story:
    """Tells a history: an event a call, each following from the one before unless another is named."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.add("ExecutionStarted", "executionStartedEventDetails", previous=0, input="{}")

    def add(self, kind: str, details: str | None = None, previous: int | None = None, **values: Any) -> int:
        number = len(self.events) + 1
        event = {
            "id": number,
            # The first state's Entered follows from nothing, as on AWS.
            "previousEventId": (number - 1 if number > 2 else 0) if previous is None else previous,
            "type": kind,
            "timestamp": BEGAN + timedelta(seconds=number),
        }
        if details or values:
            event[details or kind[0].lower() + kind[1:] + "EventDetails"] = values
        self.events.append(event)
        return number

    def enter(self, name: str, kind: str = "Task", previous: int | None = None, input: Any = None) -> int:
        return self.add(
            f"{kind}StateEntered", "stateEnteredEventDetails", previous, name=name, input=json.dumps(input or {})
        )

    def leave(self, name: str, kind: str = "Task", previous: int | None = None, **values: Any) -> int:
        values = {"output": "{}"} | values
        return self.add(f"{kind}StateExited", "stateExitedEventDetails", previous, name=name, **values)

    def schedule(self, previous: int | None = None, resource: str = "createProcessingJob.sync") -> int:
        return self.add(
            "TaskScheduled", previous=previous, resource=resource, resourceType="sagemaker", parameters=json.dumps(JOB)
        )

    def status(self, run: str = "SUCCEEDED") -> dict[str, str]:
        return statuses(visits(self.events, run))

    def execution(self, status: str = "SUCCEEDED", **described: Any) -> Execution:
        names = dict.fromkeys(visit.name for visit in visits(self.events, status))
        machine = {"StartAt": next(iter(names)), "States": {name: {"Type": "Task"} for name in names}}
        given = {"executionArn": "arn:x", "name": "x", "status": status, "input": '{"a": 1}'} | described
        return Execution(given, json.dumps(machine), self.events)


def job_story() -> Story:
    """Two states as a `.sync` task and a Pass record them."""
    story = Story()
    story.enter("Preprocess", input={"bucket": "b", "dataset": "d.zip"})
    story.schedule()
    story.add("TaskStarted", resource="createProcessingJob.sync", resourceType="sagemaker")
    story.add("TaskSubmitted", output='{"ProcessingJobArn": "arn:p"}')
    story.add("TaskSucceeded", output='{"ProcessingJobStatus": "Completed", "FailureReason": null}')
    story.leave("Preprocess", output='{"train": "s3://b/t"}', assignedVariables={"bucket": '"b"', "n": "[1, null]"})
    story.enter("Done", "Succeed", input={"train": "s3://b/t"})
    story.leave("Done", "Succeed", output='{"train": "s3://b/t"}')
    story.add("ExecutionSucceeded", output='{"train": "s3://b/t"}')
    return story


def test_a_task_state_shows_what_went_in_and_what_came_out():
    state = job_story().execution(output='{"train": "s3://b/t"}').state("Preprocess")
    assert state.input == {"bucket": "b", "dataset": "d.zip"}
    assert state.arguments == JOB
    assert state.result == {"ProcessingJobStatus": "Completed", "FailureReason": None}
    assert state.output == {"train": "s3://b/t"}
    assert state.assigned == {"bucket": "b", "n": [1, None]}
    assert (state.status, state.tries, state.error, state.job) == ("succeeded", 1, "", "preprocess-1")
    assert state.seconds == 5.0


def test_a_state_in_words_names_fields_and_not_their_values():
    state = job_story().execution().state("Preprocess")
    assert repr(state).splitlines() == [
        "Preprocess (Task): succeeded",
        "  input: bucket, dataset",
        "  arguments: ProcessingJobName, RoleArn",
        "  result: ProcessingJobStatus, FailureReason",
        "  output: train",
        "  variables: bucket, n",
    ]
    for line in repr(state).splitlines()[1:]:
        name, _, value = line.strip().partition(": ")
        assert f"| {name} | {value} |" in state._repr_markdown_()


@pytest.mark.slow
def test_the_table_has_no_durations_unless_asked_for():
    execution = job_story().execution()
    table = execution.table()
    assert list(table.columns) == ["type", "status", "tries"]
    assert table.loc["Preprocess"].tolist() == ["Task", "succeeded", 1]
    assert list(table.index) == ["Preprocess", "Done"]
    assert execution.table(durations=True).loc["Preprocess", "seconds"] == 5.0


def test_the_execution_shows_its_graph():
    execution = job_story().execution(output='{"train": 1}')
    assert execution.output == {"train": 1}
    assert execution.input == {"a": 1}
    assert "Preprocess (Task, no resource): succeeded" in repr(execution)
    assert repr(execution).startswith("Execution succeeded: 2 states")
    assert "<img" in execution._repr_mimebundle_()["text/html"]


def test_a_state_that_was_not_reached_is_named_with_those_that_were():
    with pytest.raises(CourseError, match=r"did not come to a state 'Train'\. It came to: Preprocess, Done"):
        job_story().execution().state("Train")


def test_a_state_without_a_job_has_no_log():
    with pytest.raises(CourseError, match="Done starts no SageMaker job"):
        job_story().execution().state("Done").log()


def failed_job(story: Story, previous: int | None = None) -> int:
    story.schedule(previous)
    story.add("TaskStarted")
    cause = json.dumps({"ProcessingJobName": "p", "FailureReason": "AlgorithmError: , exit code: 2"})
    return story.add("TaskFailed", error="States.TaskFailed", cause=cause)


def test_a_failed_job_fails_its_state_and_gives_its_reason():
    story = Story()
    story.enter("Preprocess")
    failed_job(story)
    details = story.events[-1]["taskFailedEventDetails"]
    story.add("ExecutionFailed", **details)
    execution = story.execution("FAILED", **details)
    assert execution.state("Preprocess").status == "failed"
    assert execution.state("Preprocess").error == "States.TaskFailed"
    assert execution.state("Preprocess").reason == execution.reason == "AlgorithmError: , exit code: 2"
    assert repr(execution).endswith("error: States.TaskFailed\nreason: AlgorithmError: , exit code: 2")
    assert "exit code: 2" in execution._repr_mimebundle_()["text/html"]


def test_retries_are_counted_and_charged_and_a_late_success_is_a_success():
    story = Story()
    story.enter("Preprocess")
    failed_job(story)
    failed_job(story)
    story.schedule()
    story.add("TaskSucceeded", output="{}")
    story.leave("Preprocess")
    execution = story.execution()
    state = execution.state("Preprocess")
    assert (state.status, state.tries) == ("succeeded", 3)
    assert execution.transitions == 1 + 1 + 2
    assert "succeeded, 3 tries" in repr(state)


def test_a_state_that_waits_for_its_next_try_is_in_progress():
    story = Story()
    story.enter("Preprocess")
    failed_job(story)
    assert story.status("RUNNING") == {"Preprocess": "in progress"}


def test_a_caught_error_is_caught_and_its_handler_runs():
    story = Story()
    story.enter("Preprocess")
    failed_job(story)
    story.leave("Preprocess", output='{"Error": "States.TaskFailed"}')
    story.enter("Report", "Fail")
    story.add("ExecutionFailed", error="Reported", cause="said so")
    assert story.status("FAILED") == {"Preprocess": "caught", "Report": "failed"}


def test_an_expression_that_fails_ends_its_state():
    story = Story()
    story.enter("Pass it on", "Pass")
    error = {"error": "States.QueryEvaluationError", "cause": "The JSONata expression '$x' returned nothing"}
    # As recorded on AWS: it follows from what the state's entering followed from, not from the entering.
    story.add("EvaluationFailed", previous=0, state="Pass it on", location="Output", **error)
    story.add("ExecutionFailed", **error)
    assert story.status("FAILED") == {"Pass it on": "failed"}
    assert story.execution("FAILED").state("Pass it on").error == "States.QueryEvaluationError"


def test_an_expression_that_fails_in_one_of_several_iterations_is_that_iterations():
    story = Story()
    story.enter("Each", "Map")
    began = story.add("MapStateStarted", length=2)
    iterations = [story.add("MapIterationStarted", previous=began, name="Each", index=index) for index in range(2)]
    for iteration in iterations:
        story.enter("One", "Pass", previous=iteration, input=iteration)
    story.add("EvaluationFailed", previous=iterations[0], state="One", location="Output", error="E", cause="c")
    failed = [visit for visit in visits(story.events, "RUNNING") if visit.error]
    assert [visit.input for visit in failed] == [iterations[0]]


def test_an_error_without_an_event_of_its_own_is_that_of_the_state_it_follows_from():
    story = Story()
    story.enter("Which?", "Choice")
    story.add("ExecutionFailed", error="States.NoChoiceMatched", cause="no rule")
    assert story.status("FAILED") == {"Which?": "failed"}
    assert story.execution("FAILED").state("Which?").error == "States.NoChoiceMatched"


@pytest.mark.parametrize("end", ["ABORTED", "TIMED_OUT"])
def test_what_ran_when_an_execution_was_ended_is_cancelled(end):
    story = Story()
    story.enter("Preprocess")
    story.schedule()
    assert story.status("RUNNING") == {"Preprocess": "in progress"}
    if end == "TIMED_OUT":
        story.add("ExecutionTimedOut")
    else:
        story.add("TaskStateAborted")
        story.add("ExecutionAborted", previous=0)
    assert story.status(end) == {"Preprocess": "cancelled"}


def test_a_time_out_of_a_state_is_its_failure():
    story = Story()
    story.enter("Preprocess")
    story.schedule()
    story.add("TaskTimedOut", error="States.Timeout")
    story.add("ExecutionTimedOut", error="States.Timeout")
    assert story.status("TIMED_OUT") == {"Preprocess": "failed"}


def test_a_loop_visits_its_states_again_and_the_last_visit_counts():
    story = Story()
    for turn in range(3):
        story.enter("Wait", "Wait", input={"turn": turn})
        story.leave("Wait", "Wait")
        story.enter("Look", input={"turn": turn})
        story.schedule(resource="describeEndpoint")
        story.add("TaskSucceeded", output=json.dumps({"turn": turn}))
        story.leave("Look")
    execution = story.execution()
    assert execution.state("Look").result == {"turn": 2}
    assert execution.state("Look", visit=0).result == {"turn": 0}
    assert list(execution.table().index) == ["Wait", "Look"]
    assert execution.transitions == 7
    with pytest.raises(CourseError, match="entered 3 times"):
        execution.state("Look", visit=3)


def test_branches_side_by_side_keep_their_own_events():
    story = Story()
    story.enter("Both", "Parallel")
    started = story.add("ParallelStateStarted")
    left = story.enter("Left", previous=started)
    right = story.enter("Right", previous=started)
    left = story.schedule(left)
    right = story.schedule(right, resource="createTrainingJob.sync")
    left = story.add("TaskSucceeded", previous=left, output='"left"')
    right = story.add("TaskFailed", previous=right, error="Broken", cause="right broke")
    left = story.leave("Left", previous=left)
    left = story.enter("Left too", previous=left)
    story.add("ParallelStateFailed", previous=right)
    story.leave("Both", "Parallel")
    story.enter("After", "Pass")
    story.leave("After", "Pass")
    found = {visit.name: visit for visit in visits(story.events, "SUCCEEDED")}
    assert {name: visit.status for name, visit in found.items()} == {
        "Both": "caught",
        "Left": "succeeded",
        "Right": "failed",
        "Left too": "cancelled",
        "After": "succeeded",
    }
    assert found["Left"].result == "left"
    assert (found["Both"].error, found["Both"].cause) == ("Broken", "right broke")
    assert {name: visit.parent and visit.parent.name for name, visit in found.items()} == {
        "Both": None,
        "Left": "Both",
        "Right": "Both",
        "Left too": "Both",
        "After": None,
    }


def test_a_parallel_inside_a_parallel_that_fails_fails_both():
    story = Story()
    story.enter("Outer", "Parallel")
    story.add("ParallelStateStarted")
    story.enter("Inner", "Parallel")
    story.add("ParallelStateStarted")
    story.enter("Task")
    story.schedule()
    story.add("TaskFailed", error="Broken", cause="c")
    story.add("ParallelStateFailed")
    story.add("ParallelStateFailed")
    story.add("ExecutionFailed", error="Broken", cause="c")
    assert story.status("FAILED") == {"Outer": "failed", "Inner": "failed", "Task": "failed"}


def test_of_a_map_the_iteration_that_needs_attention_is_shown():
    story = Story()
    story.enter("Each", "Map")
    began = story.add("MapStateStarted", length=3)
    for index in range(3):
        story.add("MapIterationStarted", previous=began, name="Each", index=index)
        story.enter("One")
        story.schedule()
        if index == 1:
            story.add("TaskFailed", error="Broken", cause="c")
            story.leave("One")
        else:
            story.add("TaskSucceeded", output="{}")
            story.leave("One")
        story.add("MapIterationSucceeded", name="Each", index=index)
    story.add("MapStateSucceeded")
    story.leave("Each", "Map")
    assert story.status() == {"Each": "succeeded", "One": "caught"}
    assert story.execution().state("One", visit=0).status == "succeeded"


def test_a_functions_own_events_are_read_too():
    story = Story()
    story.enter("Double")
    story.add("LambdaFunctionScheduled", resource="arn:aws:lambda:us-east-1:123456789012:function:d", input='{"n": 1}')
    story.add("LambdaFunctionStarted")
    story.add("LambdaFunctionSucceeded", output='{"n": 2}')
    story.leave("Double", output='{"n": 2}')
    state = story.execution().state("Double")
    assert (state.arguments, state.result) == ({"n": 1}, {"n": 2})


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        ("plain words", "plain words"),
        ("", ""),
        (
            "Job name must be unique (arn:x). (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceInUse; "
            "Request ID: 00000000-0000-0000-0000-000000000000; Proxy: null)",
            "Job name must be unique (arn:x).",
        ),
        ('{"TrainingJobName": "t", "FailureReason": "ClientError: no data"}', "ClientError: no data"),
        ('{"errorMessage": "no", "errorType": "ValueError", "stackTrace": []}', "ValueError: no"),
        ('{"Error": "E", "Cause": "{\\"FailureReason\\": \\"inner\\"}"}', "inner"),
        ('{"TrainingJobName": "t", "FailureReason": null}', '{"TrainingJobName": "t", "FailureReason": null}'),
        ("17", "17"),
    ],
)
def test_the_sentence_in_a_cause(cause, sentence):
    assert reason(cause) == sentence
