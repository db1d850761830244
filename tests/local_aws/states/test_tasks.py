"""Task states with real functions and queues behind them: events, Retry, Catch, time limits, task tokens."""

from __future__ import annotations

import json
import secrets

import pytest

from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.states.states_support import EVERYTHING, details, one, passing

INVOKE = "arn:aws:states:::lambda:invoke"
SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"

SOURCE = """
import json, time
tries = {}

class Mine(Exception):
    pass

def handler(event, context):
    do = event.get("do")
    if do == "raise":
        raise Mine("no")
    if do == "flaky":
        tries[event["key"]] = tries.get(event["key"], 0) + 1
        if tries[event["key"]] < event["times"]:
            raise Mine("not yet")
        return tries[event["key"]]
    if do == "sleep":
        time.sleep(event["seconds"])
    if do == "large":
        return "x" * 300_000
    return event
"""


@pytest.fixture(scope="module")
def function(aws):
    return Lambda(aws).create(SOURCE, Timeout=30)


@pytest.fixture(scope="module")
def queue(aws):
    return aws.client("sqs").create_queue(QueueName="states-tokens")["QueueUrl"]


@pytest.fixture
def task(function):
    """A Task state that invokes the function with the state's input."""
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }


class TestLambda:
    def test_result_and_history(self, workflows, task, function):
        description = workflows.run(workflows.states(Call=task), {"a": 1})
        assert json.loads(description["output"]) == {"a": 1}
        events = workflows.history(description["executionArn"])
        assert [(event["type"], event["previousEventId"]) for event in events] == [
            ("ExecutionStarted", 0),
            ("TaskStateEntered", 0),
            ("TaskScheduled", 2),
            ("TaskStarted", 3),
            ("TaskSucceeded", 4),
            ("TaskStateExited", 5),
            ("ExecutionSucceeded", 6),
        ]
        names = {"resourceType": "lambda", "resource": "invoke"}
        scheduled = details(events[2])
        assert json.loads(scheduled.pop("parameters")) == {"FunctionName": function, "Payload": {"a": 1}}
        assert scheduled == {**names, "region": "us-east-1"}
        assert details(events[3]) == names
        succeeded = details(events[4])
        result = json.loads(succeeded.pop("output"))
        assert succeeded == {**names, "outputDetails": {"truncated": False}}
        assert (result["StatusCode"], result["Payload"]) == (200, {"a": 1})

    def test_a_functions_arn_as_resource(self, workflows, aws, function):
        arn = aws.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
        description = workflows.run(workflows.create(one(Type="Task", Resource=arn)), {"a": 1})
        assert json.loads(description["output"]) == {"a": 1}
        events = workflows.history(description["executionArn"])
        assert [event["type"] for event in events][2:5] == [
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionSucceeded",
        ]
        assert details(events[2])["resource"] == arn
        assert json.loads(details(events[2])["input"]) == {"a": 1}

    def test_an_exception_fails_the_task_by_its_class(self, workflows, task):
        description = workflows.run(workflows.states(Call=task), {"do": "raise"})
        assert (description["status"], description["error"]) == ("FAILED", "Mine")
        assert json.loads(description["cause"])["errorMessage"] == "no"
        failed = workflows.history(description["executionArn"])[-2]
        assert failed["type"] == "TaskFailed"
        assert details(failed)["error"] == "Mine"

    def test_a_result_has_its_limit(self, workflows, task):
        task = task | {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Never"}]}
        machine = workflows.states(Call=task, Never=passing())
        description = workflows.run(machine, {"do": "large"})
        assert description["error"] == "States.DataLimitExceeded"
        assert description["cause"] == (
            "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit."
        )

    def test_a_result_has_its_limit_by_the_functions_arn(self, workflows, aws, function):
        """Recorded: where the Resource is a function's ARN, it is named by that."""
        arn = aws.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
        description = workflows.run(workflows.create(one(Type="Task", Resource=arn)), {"do": "large"})
        assert description["error"] == "States.DataLimitExceeded"
        assert description["cause"].startswith(f"The state/task '{arn}' returned a result with a size exceeding")

    def test_arguments_that_are_too_large(self, workflows, task):
        arguments = task["Arguments"] | {"Payload": "{% $pad('x', 300000) %}"}
        description = workflows.run(workflows.states(Call=task | {"Arguments": arguments}))
        assert description["error"] == "States.DataLimitExceeded"
        assert "TaskScheduled" not in workflows.types(description["executionArn"])

    def test_a_role_without_the_right_is_refused(self, workflows, aws, task):
        machine = workflows.states(Call=task)
        workflows.client.update_state_machine(stateMachineArn=machine, roleArn=aws.role("states.amazonaws.com"))
        description = workflows.run(machine)
        assert description["status"] == "FAILED"
        assert "is not authorized to perform: lambda:InvokeFunction" in description["cause"]


class TestRetryAndCatch:
    def test_retries_until_it_succeeds(self, workflows, task):
        task = task | {"Retry": [{"ErrorEquals": ["Mine"], "IntervalSeconds": 1, "MaxAttempts": 3}]}
        description = workflows.run(workflows.states(Call=task), {"do": "flaky", "key": "a", "times": 3})
        assert json.loads(description["output"]) == 3
        types = workflows.types(description["executionArn"])
        assert types.count("TaskStateEntered") == 1
        assert types[2:-3] == ["TaskScheduled", "TaskStarted", "TaskFailed"] * 2 + ["TaskScheduled", "TaskStarted"]

    def test_gives_up_after_its_attempts(self, workflows, task):
        task = task | {"Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}]}
        description = workflows.run(workflows.states(Call=task), {"do": "raise"})
        assert description["error"] == "Mine"
        assert workflows.types(description["executionArn"]).count("TaskFailed") == 3

    def test_attempts_none(self, workflows, task):
        retry = [{"ErrorEquals": ["Mine"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]
        description = workflows.run(workflows.states(Call=task | {"Retry": retry}), {"do": "raise"})
        assert workflows.types(description["executionArn"]).count("TaskFailed") == 1

    def test_retry_count_is_in_the_context(self, workflows, task):
        task = task | {
            "Arguments": task["Arguments"] | {"Payload": {"do": "flaky", "key": "b", "times": 2}},
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Output": "{% $states.context.State.RetryCount %}",
        }
        assert workflows.output(workflows.states(Call=task)) == 1

    def test_the_first_catcher_that_names_the_error(self, workflows, task):
        catch = [
            {"ErrorEquals": ["Other"], "Next": "End"},
            {"ErrorEquals": ["Mine"], "Next": "End", "Output": {"caught": "{% $states.errorOutput.Error %}"}},
            {"ErrorEquals": ["States.ALL"], "Next": "End"},
        ]
        machine = workflows.states(Call=task | {"Catch": catch}, End=passing())
        assert workflows.output(machine, {"do": "raise"}) == {"caught": "Mine"}

    def test_without_output_a_catcher_hands_on_the_error(self, workflows, task):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
        caught = workflows.output(workflows.states(Call=task | {"Catch": catch}, End=passing()), {"do": "raise"})
        assert caught["Error"] == "Mine"
        assert json.loads(caught["Cause"])["errorType"] == "Mine"

    def test_an_evaluation_that_fails_in_a_catcher_is_not_caught_by_it(self, workflows, task):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "End", "Output": {"v": "{% $nothing %}"}}]
        description = workflows.run(workflows.states(Call=task | {"Catch": catch}, End=passing()), {"do": "raise"})
        assert description["error"] == "States.QueryEvaluationError"
        assert "'Catch[0]/Output/v'" in description["cause"]


class TestTimeLimits:
    def test_a_task_that_takes_too_long(self, workflows, task):
        task = task | {"TimeoutSeconds": 1}
        description = workflows.run(workflows.states(Call=task), {"do": "sleep", "seconds": 20})
        assert (description["status"], description["error"]) == ("FAILED", "States.Timeout")
        assert "cause" not in description
        events = workflows.history(description["executionArn"])
        assert details(events[2])["timeoutInSeconds"] == 1
        assert events[-2]["type"] == "TaskTimedOut"
        assert details(events[-2]) == {"resourceType": "lambda", "resource": "invoke", "error": "States.Timeout"}

    @pytest.mark.parametrize("field", ["TimeoutSeconds", "HeartbeatSeconds"])
    @pytest.mark.parametrize("value", [0, 1.5, 100_000_000])
    def test_a_limit_out_of_its_range(self, workflows, task, field, value):
        description = workflows.run(workflows.states(Call=task | {field: f"{{% {value} %}}"}))
        assert description["error"] == "States.QueryEvaluationError"
        assert (
            f"The field '{field}' must be a whole number from 1 to 99999999, but was: {value}" in description["cause"]
        )

    def test_task_failed_does_not_mean_timeout(self, workflows, task):
        catch = [
            {"ErrorEquals": ["States.TaskFailed"], "Next": "Wrong"},
            {"ErrorEquals": ["States.Timeout"], "Next": "Right"},
        ]
        task = task | {"TimeoutSeconds": 1, "Catch": catch}
        machine = workflows.states(Call=task, Wrong=passing(Output="wrong"), Right=passing(Output="right"))
        assert workflows.output(machine, {"do": "sleep", "seconds": 20}) == "right"

    def test_a_machine_that_takes_too_long(self, workflows):
        state = {"Type": "Wait", "Seconds": 90_000, "End": True}
        machine = workflows.create({"StartAt": "Wait", "TimeoutSeconds": 1, "States": {"Wait": state}})
        description = workflows.run(machine)
        assert (description["status"], "error" in description, "cause" in description) == ("TIMED_OUT", False, False)
        event = workflows.history(description["executionArn"])[-1]
        assert (event["type"], event["previousEventId"]) == ("ExecutionTimedOut", 0)
        assert details(event) == {"error": "States.Timeout"}


class TestTaskToken:
    @pytest.fixture
    def machine(self, workflows, queue):
        return workflows.states(
            Ask={
                "Type": "Task",
                "Resource": SEND,
                "Arguments": {
                    "QueueUrl": queue,
                    "MessageBody": {"token": "{% $states.context.Task.Token %}", "question": "{% $states.input %}"},
                },
                "HeartbeatSeconds": "{% $states.input.heartbeat %}",
                "End": True,
            }
        )

    def start(self, workflows, machine, heartbeat=60):
        return workflows.start(machine, {"heartbeat": heartbeat})

    def token(self, aws, queue):
        sqs = aws.client("sqs")
        message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["token"]

    def test_success(self, workflows, aws, queue, machine):
        execution = self.start(workflows, machine)
        token = self.token(aws, queue)
        workflows.client.send_task_heartbeat(taskToken=token)
        workflows.client.send_task_success(taskToken=token, output='{"answer": 42}')
        assert json.loads(workflows.wait(execution)["output"]) == {"answer": 42}
        assert workflows.types(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
        with pytest.raises(workflows.client.exceptions.TaskTimedOut):
            workflows.client.send_task_success(taskToken=token, output="{}")

    def test_failure(self, workflows, aws, queue, machine):
        execution = self.start(workflows, machine)
        workflows.client.send_task_failure(taskToken=self.token(aws, queue), error="Refused", cause="no")
        description = workflows.wait(execution)
        assert (description["error"], description["cause"]) == ("Refused", "no")

    def test_no_heartbeat(self, workflows, aws, queue, machine):
        execution = self.start(workflows, machine, heartbeat=1)
        self.token(aws, queue)
        description = workflows.wait(execution)
        assert description["error"] == "States.Timeout"
        assert workflows.types(execution)[-2] == "TaskTimedOut"

    def test_output_that_is_no_json(self, workflows, aws, queue, machine):
        execution = self.start(workflows, machine)
        token = self.token(aws, queue)
        with pytest.raises(workflows.client.exceptions.InvalidOutput):
            workflows.client.send_task_success(taskToken=token, output="not json")
        workflows.client.stop_execution(executionArn=execution)

    def test_a_token_that_is_none(self, workflows):
        with pytest.raises(workflows.client.exceptions.InvalidToken):
            workflows.client.send_task_heartbeat(taskToken="nonsense")


class TestCredentials:
    """A task under a role of its own, which the machine's role assumes ("Accessing resources in other accounts")."""

    def own_role(self, aws, workflows, trusted=True):
        iam, name = aws.client("iam"), f"own-{secrets.token_hex(4)}"
        machine_role = workflows.role if trusted else aws.role("states.amazonaws.com", EVERYTHING)
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": machine_role}}
        policy = {"Version": "2012-10-17", "Statement": [trust]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]
        right = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
        iam.put_role_policy(
            RoleName=name,
            PolicyName="rights",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [right]}),
        )
        return arn

    def task(self, resource, arguments, role, **fields):
        return one(Type="Task", Resource=resource, Arguments=arguments, Credentials={"RoleArn": role}, **fields)

    def told(self, workflows, description):
        events = workflows.history(description["executionArn"])
        scheduled = next(event for event in events if "Scheduled" in event["type"])
        return details(scheduled)["taskCredentials"]

    def test_it_is_used_and_told(self, workflows, aws, function):
        role = self.own_role(aws, workflows)
        arguments = {"FunctionName": function, "Payload": {"do": "return", "value": 7}}
        machine = workflows.create(self.task("arn:aws:states:::lambda:invoke", arguments, "{% $states.input.role %}"))
        description = workflows.run(machine, {"role": role})
        assert description["status"] == "SUCCEEDED", description
        scheduled = next(
            event for event in workflows.history(description["executionArn"]) if "Scheduled" in event["type"]
        )
        assert details(scheduled)["taskCredentials"] == {"roleArn": role}

    def test_its_rights_count(self, workflows, aws):
        role = self.own_role(aws, workflows)
        machine = workflows.create(self.task("arn:aws:states:::aws-sdk:s3:listBuckets", {}, role))
        description = workflows.run(machine)
        assert description["error"] == "S3.AccessDeniedException"
        assert f":assumed-role/{role.rpartition('/')[2]}/" in description["cause"]

    def test_one_that_may_not_be_assumed(self, workflows, aws):
        """Error and cause as they are met on AWS."""
        role = self.own_role(aws, workflows, trusted=False)
        description = workflows.run(workflows.create(self.task("arn:aws:states:::aws-sdk:s3:listBuckets", {}, role)))
        assert description["error"] == "States.TaskFailed"
        assert description["cause"] == (
            f"The role {workflows.role} is not authorized to assume the task state's role, {role}."
        )

    def test_the_machines_own_role_needs_not_be_assumed(self, workflows):
        machine = workflows.create(self.task("arn:aws:states:::aws-sdk:s3:listBuckets", {}, workflows.role))
        assert workflows.run(machine)["status"] == "SUCCEEDED"

    def test_in_jsonpath(self, workflows, aws, function):
        state = {
            "Type": "Task",
            "Resource": aws.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"],
            "Credentials": {"RoleArn.$": "$.role"},
            "End": True,
        }
        machine = workflows.create({"QueryLanguage": "JSONPath", "StartAt": "A", "States": {"A": state}})
        description = workflows.run(machine, {"role": self.own_role(aws, workflows), "do": "return", "value": 1})
        assert description["status"] == "SUCCEEDED", description
        scheduled = next(
            event for event in workflows.history(description["executionArn"]) if "Scheduled" in event["type"]
        )
        assert "taskCredentials" in details(scheduled)
