"""Executions: started, stopped, redriven, listed, read; and their limits."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

import pytest

from tests.local_aws.states.states_support import details, one, passing, workflow

LONG = {"Type": "Wait", "Seconds": 900_000, "End": True}


@pytest.fixture
def waiting(workflows):
    """A machine whose executions go on until they are stopped."""
    return workflows.states(Long=LONG)


class TestStart:
    def test_an_unnamed_execution_gets_a_uuid(self, workflows):
        execution = workflows.start(workflows.create(one(Type="Pass")))
        assert str(uuid.UUID(execution.rpartition(":")[2])) == execution.rpartition(":")[2]

    def test_same_name_and_input_while_it_runs(self, workflows, waiting):
        first = workflows.client.start_execution(stateMachineArn=waiting, name="a", input="{}")
        again = workflows.client.start_execution(stateMachineArn=waiting, name="a", input="{}")
        assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
        with pytest.raises(workflows.client.exceptions.ExecutionAlreadyExists) as refused:
            workflows.client.start_execution(stateMachineArn=waiting, name="a", input='{"b": 1}')
        message = refused.value.response["Error"]["Message"]
        assert message == f"Execution Already Exists: '{first['executionArn']}'"
        workflows.client.stop_execution(executionArn=first["executionArn"])
        with pytest.raises(workflows.client.exceptions.ExecutionAlreadyExists):
            workflows.client.start_execution(stateMachineArn=waiting, name="a", input="{}")

    def test_input_that_is_no_json(self, workflows, waiting):
        with pytest.raises(workflows.client.exceptions.InvalidExecutionInput) as refused:
            workflows.client.start_execution(stateMachineArn=waiting, input="not json")
        message = refused.value.response["Error"]["Message"]
        assert message.startswith(
            "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON"
        )

    def test_input_that_is_empty(self, workflows, waiting):
        """Recorded."""
        with pytest.raises(workflows.client.exceptions.InvalidExecutionInput) as refused:
            workflows.client.start_execution(stateMachineArn=waiting, input="")
        said = 'No content to map due to end-of-input\n at [Source: (String)""; line: 1, column: 0]'
        message = refused.value.response["Error"]["Message"]
        assert message == f"Invalid State Machine Execution Input: '{said}'"

    @pytest.mark.parametrize("text", ["", "NaN", "[1,]", "[" * 2000 + "]" * 2000, "[" * 50_000 + "]" * 50_000])
    def test_input_that_no_expression_could_read(self, workflows, waiting, text):
        with pytest.raises(workflows.client.exceptions.InvalidExecutionInput):
            workflows.client.start_execution(stateMachineArn=waiting, input=text)

    def test_input_that_is_too_large(self, workflows, waiting):
        with pytest.raises(workflows.client.exceptions.ClientError) as refused:
            workflows.client.start_execution(stateMachineArn=waiting, input=json.dumps("x" * 262_144))
        assert refused.value.response["Error"]["Code"] == "ValidationException"

    @pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "a%20"])
    def test_a_name_with_characters_that_it_may_not_have(self, workflows, waiting, name):
        with pytest.raises(workflows.client.exceptions.InvalidName):
            workflows.client.start_execution(stateMachineArn=waiting, name=name)

    def test_no_such_machine(self, workflows):
        arn = "arn:aws:states:us-east-1:123456789012:stateMachine:nothing"
        with pytest.raises(workflows.client.exceptions.StateMachineDoesNotExist) as refused:
            workflows.client.start_execution(stateMachineArn=arn)
        assert refused.value.response["Error"]["Message"] == f"State Machine Does Not Exist: '{arn}'"

    def test_fifty_at_once(self, workflows):
        machine = workflows.states(
            Wait={"Type": "Wait", "Seconds": 120, "Next": "End"}, End=passing(Output="{% $states.input %}")
        )
        executions = [workflows.start(machine, number) for number in range(50)]
        assert [json.loads(workflows.wait(execution)["output"]) for execution in executions] == list(range(50))

    def test_only_express_machines_are_started_synchronously(self, workflows, waiting):
        with pytest.raises(workflows.client.exceptions.ClientError) as refused:
            workflows.client.start_sync_execution(stateMachineArn=waiting)
        assert refused.value.response["Error"]["Code"] == "StateMachineTypeNotSupported"


class TestStop:
    def test_ends_it_as_aborted(self, workflows, waiting):
        execution = workflows.start(waiting)
        stopped = workflows.client.stop_execution(executionArn=execution, error="Mine", cause="enough")
        description = workflows.client.describe_execution(executionArn=execution)
        assert (description["status"], description["error"], description["cause"]) == ("ABORTED", "Mine", "enough")
        assert description["stopDate"] == stopped["stopDate"]
        last = workflows.history(execution)[-1]
        assert last["type"] == "ExecutionAborted"
        assert details(last) == {"error": "Mine", "cause": "enough"}

    def test_ends_branches_too(self, workflows, wait_until):
        machine = workflows.create(one(Type="Parallel", Branches=[workflow(A=LONG), workflow(B=LONG)]))
        execution = workflows.start(machine)
        wait_until(lambda: workflows.types(execution).count("WaitStateEntered") == 2)
        workflows.client.stop_execution(executionArn=execution)
        assert workflows.types(execution)[-1] == "ExecutionAborted"

    def test_one_that_has_ended_stays_as_it_was(self, workflows):
        description = workflows.run(workflows.create(one(Type="Pass")))
        workflows.client.stop_execution(executionArn=description["executionArn"])
        again = workflows.client.describe_execution(executionArn=description["executionArn"])
        assert (again["status"], again["stopDate"]) == ("SUCCEEDED", description["stopDate"])

    def test_no_such_execution(self, workflows):
        arn = "arn:aws:states:us-east-1:123456789012:execution:nothing:nothing"
        with pytest.raises(workflows.client.exceptions.ExecutionDoesNotExist) as refused:
            workflows.client.stop_execution(executionArn=arn)
        assert refused.value.response["Error"]["Message"] == f"Execution Does Not Exist: '{arn}'"


class TestDescribe:
    def test_what_it_shows(self, workflows):
        machine = workflows.create(one(Type="Pass", Output=1))
        description = workflows.run(machine, {"a": 1})
        del description["ResponseMetadata"], description["startDate"], description["stopDate"]
        name = description["executionArn"].rpartition(":")[2]
        assert description == {
            "executionArn": f"{machine.replace(':stateMachine:', ':execution:')}:{name}",
            "stateMachineArn": machine,
            "name": name,
            "status": "SUCCEEDED",
            "input": '{"a": 1}',
            "inputDetails": {"included": True},
            "output": "1",
            "outputDetails": {"included": True},
            "redriveCount": 0,
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        }

    def test_the_trace_header_is_told(self, workflows):
        machine, client = workflows.create(one(Type="Pass")), workflows.client
        header = "Root=1-5759e988-bd862e3fe1be46a994272793"
        execution = client.start_execution(stateMachineArn=machine, traceHeader=header)["executionArn"]
        assert client.describe_execution(executionArn=execution)["traceHeader"] == header

    def test_metadata_only(self, workflows):
        execution = workflows.run(workflows.create(one(Type="Pass")))["executionArn"]
        description = workflows.client.describe_execution(executionArn=execution, includedData="METADATA_ONLY")
        assert "input" not in description
        assert description["outputDetails"] == {"included": False}


class TestHistory:
    def test_pages_in_both_orders(self, workflows):
        states = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(9)}
        execution = workflows.run(workflows.states(**states, S9=passing()))["executionArn"]
        events = workflows.history(execution)
        assert [event["id"] for event in events] == list(range(1, 23))
        backwards = workflows.history(execution, reverseOrder=True, PaginationConfig={"PageSize": 5})
        assert backwards == events[::-1]
        page = workflows.client.get_execution_history(executionArn=execution, maxResults=5)
        assert len(page["events"]) == 5
        following = workflows.client.get_execution_history(executionArn=execution, nextToken=page["nextToken"])
        assert [event["id"] for event in following["events"]] == list(range(6, 23))
        assert "nextToken" not in following

    def test_without_data(self, workflows):
        execution = workflows.run(workflows.create(one(Type="Pass", Assign={"x": 1})), {"secret": 1})["executionArn"]
        events = workflows.history(execution, includeExecutionData=False)
        assert "secret" not in json.dumps(events, default=str)
        assert details(events[1]) == {"name": "State"}

    def test_a_token_that_is_none(self, workflows):
        execution = workflows.run(workflows.create(one(Type="Pass")))["executionArn"]
        with pytest.raises(workflows.client.exceptions.InvalidToken):
            workflows.client.get_execution_history(executionArn=execution, nextToken="nonsense")

    def test_a_history_has_its_limit(self, workflows):
        machine = workflows.states(
            A={"Type": "Pass", "Next": "B"},
            B={"Type": "Choice", "Choices": [{"Condition": True, "Next": "A"}], "Default": "C"},
            C=passing(),
        )
        description = workflows.wait(workflows.start(machine), seconds=120)
        assert (description["status"], description["error"]) == ("FAILED", "States.Runtime")
        assert description["cause"] == "The execution reached the maximum number of history events (25000)."
        assert description["redriveStatusReason"] == "Execution history event limit exceeded"
        with pytest.raises(workflows.client.exceptions.ExecutionNotRedrivable, match="event limit exceeded"):
            workflows.client.redrive_execution(executionArn=description["executionArn"])
        newest = workflows.client.get_execution_history(
            executionArn=description["executionArn"], reverseOrder=True, maxResults=1
        )["events"][0]
        assert (newest["id"], newest["type"]) == (25_000, "ExecutionFailed")


class TestList:
    def test_newest_first_by_status_and_in_pages(self, workflows):
        machine = workflows.states(
            Check={
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input %}", "Next": "Good"}],
                "Default": "Bad",
            },
            Good=passing(),
            Bad={"Type": "Fail"},
        )
        names = []
        for number in range(6):
            description = workflows.run(machine, number % 2 == 0)
            names.append(description["name"])
        listed = workflows.client.list_executions(stateMachineArn=machine)["executions"]
        assert [one["name"] for one in listed] == names[::-1]
        failed = workflows.client.list_executions(stateMachineArn=machine, statusFilter="FAILED")["executions"]
        assert [one["name"] for one in failed] == names[5::-2]
        pages = list(
            workflows.client.get_paginator("list_executions").paginate(
                stateMachineArn=machine, statusFilter="SUCCEEDED", PaginationConfig={"PageSize": 2}
            )
        )
        assert [[one["name"] for one in page["executions"]] for page in pages] == [[names[4], names[2]], [names[0]]]

    def test_a_machine_or_a_map_run(self, workflows):
        with pytest.raises(workflows.client.exceptions.ClientError) as refused:
            workflows.client.list_executions()
        assert refused.value.response["Error"]["Code"] == "ValidationException"


class TestRedrive:
    def test_goes_on_in_the_state_that_failed(self, workflows, aws):
        queue = aws.client("sqs").create_queue(QueueName="states-redrive")["QueueUrl"]
        machine = workflows.states(
            First={"Type": "Pass", "Assign": {"x": "{% $random() %}"}, "Next": "Ask"},
            Ask={
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
                "Output": {"x": "{% $x %}", "execution": "{% $states.context.Execution %}"},
                "End": True,
            },
        )

        def token():
            return aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]["Body"]

        execution = workflows.start(machine)
        workflows.client.send_task_failure(taskToken=token(), error="Mine")
        failed = workflows.wait(execution)
        assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
        assigned = json.loads(details(workflows.history(execution)[2])["assignedVariables"]["x"])
        workflows.client.redrive_execution(executionArn=execution)
        assert workflows.client.describe_execution(executionArn=execution)["status"] == "RUNNING"
        workflows.client.send_task_success(taskToken=token(), output="{}")
        description = workflows.wait(execution)
        output = json.loads(description["output"])
        assert (output["x"], output["execution"]["RedriveCount"]) == (assigned, 1)
        assert datetime.fromisoformat(output["execution"]["RedriveTime"]) <= description["stopDate"]
        assert description["redriveCount"] == 1
        types = workflows.types(execution)
        assert types[types.index("ExecutionFailed") :] == [
            "ExecutionFailed",
            "ExecutionRedriven",
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded",
        ]
        with pytest.raises(workflows.client.exceptions.ExecutionNotRedrivable):
            workflows.client.redrive_execution(executionArn=execution)

    def test_one_that_was_stopped_in_a_wait(self, workflows, wait_until):
        machine = workflows.states(
            Wait={
                "Type": "Wait",
                "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? 900000 : 1 %}",
                "End": True,
            }
        )
        execution = workflows.start(machine)
        wait_until(lambda: workflows.types(execution)[-1] == "WaitStateEntered")
        workflows.client.stop_execution(executionArn=execution)
        workflows.client.redrive_execution(executionArn=execution)
        assert workflows.wait(execution)["status"] == "SUCCEEDED"

    def test_only_the_iterations_that_failed(self, workflows):
        first_fails = workflow(
            Look={
                "Type": "Choice",
                "Choices": [
                    {
                        "Condition": "{% $states.input = 2 and $states.context.Execution.RedriveCount = 0 %}",
                        "Next": "Bad",
                    }
                ],
                "Default": "Good",
            },
            Bad={
                "Type": "Wait",
                "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? -1 : 0 %}",
                "Next": "Good",
            },
            Good=passing(),
        )
        machine = workflows.create(one(Type="Map", MaxConcurrency=1, ItemProcessor=first_fails))
        failed = workflows.run(machine, [1, 2, 3])
        assert failed["status"] == "FAILED"
        workflows.client.redrive_execution(executionArn=failed["executionArn"])
        assert json.loads(workflows.wait(failed["executionArn"])["output"]) == [1, 2, 3]
        started = [
            details(event)["index"]
            for event in workflows.history(failed["executionArn"])
            if event["type"] == "MapIterationStarted"
        ]
        assert started == [0, 1, 2]

    def test_only_the_children_that_failed(self, workflows):
        child = workflow(
            Wait={
                "Type": "Wait",
                "Seconds": "{% $states.context.Execution.RedriveCount = 0 and $states.input = 2 ? -1 : 0 %}",
                "End": True,
            },
        )
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} | child
        machine = workflows.create(one(Type="Map", ItemProcessor=processor, MaxConcurrency=1))
        execution = workflows.run(machine, [1, 2, 3])["executionArn"]
        run = workflows.client.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
        workflows.client.redrive_execution(executionArn=execution)
        assert json.loads(workflows.wait(execution)["output"]) == [1, 2, 3]
        described = workflows.client.describe_map_run(mapRunArn=run)
        assert (described["status"], described["redriveCount"]) == ("SUCCEEDED", 1)
        children = workflows.client.list_executions(mapRunArn=run)["executions"]
        assert [one["redriveCount"] for one in children[::-1]] == [0, 1, 0]
        types = workflows.types(execution)
        assert types[types.index("ExecutionRedriven") :] == [
            "ExecutionRedriven",
            "MapRunRedriven",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded",
        ]


def test_an_output_has_its_limit(workflows):
    text = "{% $states.input & $states.input %}"
    description = workflows.run(workflows.create(one(Type="Pass", Output=text)), "x" * 200_000)
    assert description["error"] == "States.DataLimitExceeded"


class TestRedriveOfEveryKind:
    def first_fails(self, **fields):
        """A state that fails in the first attempt of its execution."""
        return {
            "Type": "Wait",
            "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? -1 : 0 %}",
            **fields,
        }

    def test_only_the_branches_that_failed(self, workflows):
        branches = [workflow(A=passing(Output="a")), workflow(B=self.first_fails(Output="b", End=True))]
        failed = workflows.run(workflows.create(one(Type="Parallel", Branches=branches)))
        assert failed["status"] == "FAILED"
        workflows.client.redrive_execution(executionArn=failed["executionArn"])
        assert json.loads(workflows.wait(failed["executionArn"])["output"]) == ["a", "b"]
        assert workflows.types(failed["executionArn"]).count("PassStateEntered") == 1

    def test_one_that_ran_out_of_time(self, workflows):
        """The clock of waits is fast in tests, that of time limits is not."""
        seconds = "{% $states.context.Execution.RedriveCount = 0 ? 90000000 : 0 %}"
        machine = workflows.create(one(Type="Wait", Seconds=seconds) | {"TimeoutSeconds": 1})
        timed_out = workflows.run(machine)
        assert (timed_out["status"], timed_out["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
        workflows.client.redrive_execution(executionArn=timed_out["executionArn"])
        assert workflows.wait(timed_out["executionArn"])["status"] == "SUCCEEDED"

    def test_the_same_token_redrives_once(self, workflows):
        failed = workflows.run(workflows.states(A=self.first_fails(End=True)))["executionArn"]
        first = workflows.client.redrive_execution(executionArn=failed, clientToken="mine")
        workflows.wait(failed)
        again = workflows.client.redrive_execution(executionArn=failed, clientToken="mine")
        assert again["redriveDate"] == first["redriveDate"]
        assert workflows.client.describe_execution(executionArn=failed)["redriveCount"] == 1
        with pytest.raises(workflows.client.exceptions.ExecutionNotRedrivable):
            workflows.client.redrive_execution(executionArn=failed, clientToken="other")

    def test_children_that_wait_for_their_redrive(self, workflows, wait_until):
        """With one child at a time the others are pending."""
        child = workflow(A=self.first_fails(Next="B"), B={"Type": "Wait", "Seconds": 900_000, "End": True})
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} | child
        state = one(Type="Map", ItemProcessor=processor, MaxConcurrency=1, ToleratedFailurePercentage=99)
        failed = workflows.run(workflows.create(state), [1, 2, 3])["executionArn"]
        run = workflows.client.list_map_runs(executionArn=failed)["mapRuns"][0]["mapRunArn"]
        workflows.client.redrive_execution(executionArn=failed)

        def counts():
            return workflows.client.describe_map_run(mapRunArn=run)["executionCounts"]

        wait_until(lambda: counts()["pendingRedrive"] == 2)
        assert (counts()["running"], counts()["failed"], counts()["total"]) == (1, 0, 3)
        pending = workflows.client.list_executions(mapRunArn=run, statusFilter="PENDING_REDRIVE")["executions"]
        assert [(one["status"], one["itemCount"]) for one in pending] == [("PENDING_REDRIVE", 1)] * 2
        described = workflows.client.describe_execution(executionArn=pending[0]["executionArn"])
        assert described["status"] == "PENDING_REDRIVE"
        workflows.client.stop_execution(executionArn=failed)
        wait_until(lambda: counts()["pendingRedrive"] == 0)
        assert counts()["failed"] == 2

    def test_express_children_begin_anew(self, workflows):
        look = {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input < 2 or $states.context.Execution.Name = 'x' %}", "Next": "Good"}
            ],
            "Default": "Bad",
        }
        child = workflow(Look=look, Good=passing(), Bad={"Type": "Fail", "Error": "Mine"})
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}} | child
        state = one(Type="Map", ItemProcessor=processor, ToleratedFailurePercentage=0)
        failed = workflows.run(workflows.create(state), [1, 2])["executionArn"]
        run = workflows.client.list_map_runs(executionArn=failed)["mapRuns"][0]["mapRunArn"]

        def failures():
            return workflows.client.list_executions(mapRunArn=run, statusFilter="FAILED")["executions"]

        (before,) = failures()
        assert ":express:" in before["executionArn"]
        described = workflows.client.describe_execution(executionArn=before["executionArn"])
        assert (described["error"], described["redriveStatus"]) == ("Mine", "REDRIVABLE_BY_MAP_RUN")
        for refused in ("get_execution_history", "stop_execution", "describe_state_machine_for_execution"):
            with pytest.raises(workflows.client.exceptions.InvalidArn):
                getattr(workflows.client, refused)(executionArn=before["executionArn"])
        workflows.client.redrive_execution(executionArn=failed)
        assert workflows.wait(failed)["status"] == "FAILED"
        (after,) = failures()
        assert after["executionArn"] != before["executionArn"]


class TestFilters:
    def test_redriven_or_not(self, workflows):
        machine = workflows.states(A={"Type": "Fail"})
        redriven, other = (workflows.run(machine)["executionArn"] for _ in range(2))
        workflows.client.redrive_execution(executionArn=redriven)
        workflows.wait(redriven)
        for wanted, arn in (("REDRIVEN", redriven), ("NOT_REDRIVEN", other)):
            listed = workflows.client.list_executions(stateMachineArn=machine, redriveFilter=wanted)["executions"]
            assert [one["executionArn"] for one in listed] == [arn]
            assert "itemCount" not in listed[0]

    def test_pending_redrives_are_a_map_runs(self, workflows):
        machine = workflows.states(A=passing())
        with pytest.raises(workflows.client.exceptions.ClientError) as refused:
            workflows.client.list_executions(stateMachineArn=machine, statusFilter="PENDING_REDRIVE")
        assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_the_machine_of_a_child(workflows):
    """`DescribeStateMachineForExecution` shows the item processor as the machine, with label and map run."""
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} | workflow(P=passing())
    machine = workflows.create(one(Type="Map", Label="each", ItemProcessor=processor))
    execution = workflows.run(machine, [1])["executionArn"]
    run = workflows.client.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    (child,) = workflows.client.list_executions(mapRunArn=run)["executions"]
    described = workflows.client.describe_state_machine_for_execution(executionArn=child["executionArn"])
    assert (described["label"], described["mapRunArn"]) == ("each", run)
    assert described["stateMachineArn"] == f"{machine}/each" == child["stateMachineArn"]
    assert json.loads(described["definition"]) == processor
