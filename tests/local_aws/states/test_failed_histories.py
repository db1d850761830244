"""The events that a failure leaves in the history, each with the event that it follows.

Shapes that others measured on AWS (floci-io/floci issue 2868), but for two ids on which recorded executions
say otherwise: there a failed evaluation follows what came before the state, and a distributed Map's exit its run.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local_aws.states.states_support import passing, workflow

FAILS = workflow(Boom={"Type": "Fail", "Error": "Mine", "Cause": "mine"})
MISSES = workflow(Misses={"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"m.$": "$.nope"}, "End": True})
SENDS = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/missing", "MessageBody": "hi"},
    "End": True,
}
CATCHES = [{"ErrorEquals": ["States.ALL"], "Next": "Handled"}]
HANDLED = {"Type": "Pass", "End": True}
ITEMS = {"items": [1, 2]}


def chain(workflows: Any, states: dict[str, Any], document: Any, language: str = "JSONPath") -> list[tuple[str, int]]:
    """The events of a run after the start, each with the id of the one that it follows."""
    machine = workflows.create({"QueryLanguage": language, "StartAt": next(iter(states)), "States": states})
    events = workflows.history(workflows.run(machine, document)["executionArn"])
    return [(event["type"], event["previousEventId"]) for event in events[1:]]


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Parallel that ends."""
    return {"Type": "Parallel", "Branches": list(branches), "End": True, **fields}


def test_a_catcher_that_fails_makes_the_state_fail_twice(workflows):
    catch = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.input.missing %}", "Next": "Handled"}]
    assert chain(workflows, {"P": parallel(FAILS, Catch=catch), "Handled": HANDLED}, {}, "JSONata") == [
        ("ParallelStateEntered", 0),
        ("ParallelStateStarted", 2),
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("EvaluationFailed", 4),
        ("ParallelStateFailed", 6),
        ("ExecutionFailed", 7),
    ]


def test_a_task_that_ends_its_branch_is_aborted_as_well(workflows):
    branch = {"StartAt": "S", "States": {"S": SENDS}}
    assert chain(workflows, {"P": parallel(branch, Catch=CATCHES), "Handled": HANDLED}, {}) == [
        ("ParallelStateEntered", 0),
        ("ParallelStateStarted", 2),
        ("TaskStateEntered", 3),
        ("TaskScheduled", 4),
        ("TaskStarted", 5),
        ("TaskFailed", 6),
        ("TaskStateAborted", 7),
        ("ParallelStateFailed", 7),
        ("ParallelStateExited", 9),
        ("PassStateEntered", 10),
        ("PassStateExited", 11),
        ("ExecutionSucceeded", 12),
    ]


@pytest.mark.parametrize(
    ("state", "before"),
    [
        (parallel(MISSES, Catch=CATCHES), [("ParallelStateEntered", 0), ("ParallelStateStarted", 2)]),
        (
            parallel(workflow(S=SENDS | {"Parameters": {"QueueUrl.$": "$.nope", "MessageBody": "hi"}}), Catch=CATCHES),
            [("ParallelStateEntered", 0), ("ParallelStateStarted", 2)],
        ),
        (
            {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": MISSES, "End": True},
            [("MapStateEntered", 0), ("MapStateStarted", 2), ("MapIterationStarted", 3)],
        ),
    ],
    ids=["in a branch", "in a branch's task", "in an iteration"],
)
def test_what_nothing_can_catch_leaves_no_event_of_its_own(workflows, state, before):
    found = chain(workflows, {"State": state, "Handled": HANDLED} if "Catch" in state else {"State": state}, ITEMS)
    last = len(before) + 2
    entered, ended = found[-2:]
    assert found[:-2] == before
    assert (entered[0].endswith("StateEntered"), entered[1]) == (True, last - 1)
    assert ended == ("ExecutionFailed", last)


def test_a_result_that_cannot_be_selected_follows_the_success_of_the_branches(workflows):
    state = parallel(workflow(A={"Type": "Pass", "End": True}), ResultSelector={"m.$": "$.nope"})
    assert chain(workflows, {"P": state}, {})[-2:] == [("ParallelStateSucceeded", 5), ("ExecutionFailed", 6)]


@pytest.mark.parametrize(
    "fields",
    [
        {"ItemBatcher": {"MaxItemsPerBatch": 2}},
        {"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"}}},
        {"ResultWriter": {"WriterConfig": {"OutputType": "JSON"}}},
    ],
    ids=str,
)
def test_an_inline_map_with_fields_of_a_distributed_one_fails_when_it_is_run(workflows, fields):
    """As AWS does: the definition is taken."""
    state = {"Type": "Map", "ItemProcessor": workflow(P=passing()), "Catch": CATCHES, "End": True, **fields}
    machine = workflows.states(M=state, Handled=HANDLED)
    description = workflows.run(machine, [1])
    assert (description["error"], description["cause"]) == (
        "States.Runtime",
        "An error occurred while executing the state 'M' (entered at the event id #2). The ItemReader, ItemBatcher and "
        "ResultWriter fields are not supported for INLINE maps",
    )
    assert workflows.types(description["executionArn"])[1:] == ["MapStateEntered", "ExecutionFailed"]


def test_the_mock_of_a_task_that_waits_for_a_job_is_that_of_the_job_that_has_ended(workflows):
    """With `.sync:2`, too, the output is the text that the API gives (boto/boto3 issue 4683)."""
    arguments = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}
    state = {"Type": "Task", "QueryLanguage": "JSONata", "Arguments": arguments, "End": True}
    state["Resource"] = "arn:aws:states:::states:startExecution.sync:2"
    ended = {"ExecutionArn": "a", "StateMachineArn": "m", "StartDate": "d", "Status": "SUCCEEDED", "Output": "{}"}

    def asked(result: Any) -> Any:
        return workflows.client.test_state(definition=json.dumps(state), mock={"result": json.dumps(result)})

    assert asked(ended)["status"] == "SUCCEEDED"
    refused = workflows.client.exceptions.ValidationException
    with pytest.raises(refused, match="Field 'Output' must be a string"):
        asked(ended | {"Output": {}})
    with pytest.raises(refused, match="Field 'StartDate' must be a string"):
        asked(ended | {"StartDate": 1})
    with pytest.raises(refused, match="Required field 'ExecutionArn' is missing"):
        asked({})
