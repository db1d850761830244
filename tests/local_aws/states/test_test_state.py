"""TestState: a state by itself, run or mocked, and what is in it laid open."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.states.states_support import passing, workflow
from tests.refusals import refusal

TASK = {
    "Type": "Task",
    "QueryLanguage": "JSONata",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"},
    "Output": "{% $states.result.Payload %}",
    "Next": "After",
}
MAP = {
    "Type": "Map",
    "QueryLanguage": "JSONata",
    "Items": "{% $states.input.items %}",
    "ItemProcessor": workflow(P=passing()),
    "End": True,
}


@pytest.fixture
def run(workflows):
    """Call TestState with JSON data for its texts."""

    def call(state, document=None, **options):
        for name in ("variables", "context"):
            if name in options:
                options[name] = json.dumps(options[name])
        if "mock" in options and "result" in options["mock"]:
            options["mock"] = options["mock"] | {"result": json.dumps(options["mock"]["result"])}
        answer = workflows.client.test_state(definition=json.dumps(state), input=json.dumps(document or {}), **options)
        del answer["ResponseMetadata"]
        return answer

    return call


def test_a_state_that_is_run(run):
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a + $x %}", "Next": "After"}
    assert run(state, {"a": 1}, variables={"x": 2}) == {"output": "3", "status": "SUCCEEDED", "nextState": "After"}


def test_info_shows_no_data_debug_does(run):
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "{% $states.input.a %}"}, "End": True}
    assert "inspectionData" not in run(state, {"a": 1})
    assert run(state, {"a": 1}, inspectionLevel="DEBUG")["inspectionData"] == {
        "input": '{"a": 1}',
        "variables": '{"x":1}',
    }


def test_a_failed_evaluation(run):
    answer = run({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $nothing %}", "End": True})
    assert (answer["status"], answer["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "returned nothing (undefined)" in answer["cause"]


def test_a_choice_tells_where_it_goes(run):
    state = {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Next": "Many"}],
        "Default": "Few",
    }
    assert run(state, {"n": 2})["nextState"] == "Many"
    assert run(state, {"n": 1})["nextState"] == "Few"


def test_a_task_really_runs_under_its_role(run, workflows):
    answer = run(TASK, roleArn=workflows.role)
    assert (answer["status"], answer["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")
    assert refusal(run, TASK) == ("ValidationException", "RoleArn must be specified when testing a Task state")


def test_a_mocked_task(run):
    answer = run(TASK, {"a": 1}, mock={"result": {"StatusCode": 200, "Payload": "mine"}}, inspectionLevel="DEBUG")
    assert (answer["status"], answer["output"], answer["nextState"]) == ("SUCCEEDED", '"mine"', "After")
    assert json.loads(answer["inspectionData"]["afterArguments"]) == {"FunctionName": "f", "Payload": {"a": 1}}


def test_a_mock_is_held_against_the_api(run):
    code, message = refusal(run, TASK, mock={"result": {"StatusCode": "200", "Payload": 1}})
    assert (code, message) == (
        "ValidationException",
        "Mock result schema validation error: Field 'StatusCode' must be a number",
    )
    relaxed = {"result": {"StatusCode": "200", "Payload": 1}, "fieldValidationMode": "NONE"}
    assert run(TASK, mock=relaxed)["output"] == "1"


def test_retry_is_told_not_done(run):
    state = TASK | {"Retry": [{"ErrorEquals": ["Mine"], "IntervalSeconds": 3, "MaxAttempts": 2}]}
    mock = {"errorOutput": {"error": "Mine", "cause": "why"}}
    first = run(state, mock=mock, inspectionLevel="DEBUG", stateConfiguration={"retrierRetryCount": 1})
    assert first["status"] == "RETRIABLE"
    assert first["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 6}
    last = run(state, mock=mock, inspectionLevel="DEBUG", stateConfiguration={"retrierRetryCount": 2})
    assert (last["status"], last["error"], last["cause"]) == ("FAILED", "Mine", "why")


def test_a_retry_waits_no_longer_than_its_longest_delay(run):
    state = TASK | {"Retry": [{"ErrorEquals": ["Mine"], "IntervalSeconds": 3, "MaxAttempts": 9, "MaxDelaySeconds": 10}]}
    answer = run(
        state,
        mock={"errorOutput": {"error": "Mine"}},
        inspectionLevel="DEBUG",
        stateConfiguration={"retrierRetryCount": 5},
    )
    assert answer["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"] == 10


def test_catch_is_told(run):
    state = TASK | {"Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Help"}]}
    answer = run(state, mock={"errorOutput": {"error": "Mine", "cause": "why"}})
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "Help")
    assert json.loads(answer["output"]) == {"Error": "Mine", "Cause": "why"}


def test_a_map_needs_a_mock(run):
    assert refusal(run, MAP, {"items": [1]}) == (
        "InvalidDefinition",
        "TestState API does not support Map or Parallel states. Supported state types include: "
        "[Task, Wait, Pass, Succeed, Fail, Choice]",
    )
    assert run(MAP, {"items": [1]}, mock={"result": [2]})["output"] == "[2]"


def test_failed_iterations_of_a_map(run):
    processor = MAP["ItemProcessor"] | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    state = MAP | {
        "ItemProcessor": processor,
        "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}"},
        "ToleratedFailureCount": 1,
    }
    mock = {"result": [1, 2]}
    good = run(state, {"items": [1, 2]}, mock=mock, inspectionLevel="DEBUG")
    assert good["status"] == "SUCCEEDED"
    assert good["inspectionData"]["afterItemSelector"] == '[{"n":1},{"n":2}]'
    assert good["inspectionData"]["toleratedFailureCount"] == 1
    bad = run(state, {"items": [1, 2]}, mock=mock, stateConfiguration={"mapIterationFailureCount": 2})
    assert (bad["status"], bad["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    code, _ = refusal(run, state, {"items": [1]}, mock=mock, stateConfiguration={"mapIterationFailureCount": 2})
    assert code == "ValidationException"


def test_a_parallel_with_a_mock(run):
    state = {
        "Type": "Parallel",
        "QueryLanguage": "JSONata",
        "Branches": [workflow(A=passing())],
        "Output": "{% $states.result[0] %}",
        "End": True,
    }
    assert run(state, mock={"result": [{"a": 1}]})["output"] == '{"a":1}'
    assert refusal(run, state, mock={"result": {"a": 1}}) == ("ValidationException", "Mocked result must be an array.")


def test_a_map_that_exports_its_results_has_an_object_for_a_mock(run):
    """It says where the results are; AWS's words for what is none are not known."""
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "b"}}
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    processor = workflow(A=passing()) | config
    state = {"Type": "Map", "QueryLanguage": "JSONata", "ItemProcessor": processor, "ResultWriter": writer, "End": True}
    assert json.loads(run(state, [1], mock={"result": {"MapRunArn": "m"}})["output"]) == {"MapRunArn": "m"}
    assert refusal(run, state, [1], mock={"result": [1]})[0] == "ValidationException"


def test_a_task_that_waits_needs_a_mock(run, workflows):
    state = TASK | {"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
    assert refusal(run, state, roleArn=workflows.role)[0] == "InvalidDefinition"


def test_a_state_of_a_machine_by_name_at_any_depth(run):
    inner = workflow(Deep=passing(Output="{% $states.input.a %}"))
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Each",
        "States": {"Each": {"Type": "Map", "Items": [1], "ItemProcessor": inner, "End": True}},
    }
    assert run(machine, {"a": 5}, stateName="Deep")["output"] == "5"
    assert refusal(run, machine, stateName="Nothing")[0] == "ValidationException"


class TestContext:
    STATE = TASK | {"Output": "{% $states.context.Map.Item.Value %}"}
    MOCK: ClassVar = {"result": {"StatusCode": 200, "Payload": "x"}}

    def test_one_of_ones_own(self, run):
        context = {"Map": {"Item": {"Index": 0, "Value": "mine"}}, "Task": {"Token": "t"}}
        assert run(self.STATE, mock=self.MOCK, context=context)["output"] == '"mine"'

    @pytest.mark.parametrize(
        ("context", "fault"),
        [
            ({"Foo": 1}, "Field 'Foo' is not allowed"),
            ({"Execution": {"Foo": 1}}, "Field 'Execution.Foo' is not allowed"),
            ({"Execution": {"Id": 5}}, "Execution.Id must be a string"),
            ({"State": {"RetryCount": "1"}}, "State.RetryCount must be a number"),
            ({"State": []}, "State must be an object"),
            ([], "Context must be a valid JSON object"),
        ],
    )
    def test_what_it_may_not_hold(self, run, context, fault):
        """The first and the third are recorded, the others made like them."""
        said = f"Invalid Context object provided: {fault}"
        assert refusal(run, self.STATE, mock=self.MOCK, context=context) == ("ValidationException", said)

    def test_it_needs_a_mock(self, run):
        """By the API's reference; the sentence is made like the recorded one on a failure count."""
        said = "TestState does not support Context when a mock is not specified."
        assert refusal(run, passing(), context={}) == ("ValidationException", said)


class TestStateConfiguration:
    DISTRIBUTED: ClassVar = MAP["ItemProcessor"] | {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    }

    def reader(self, **config):
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "Arguments": {"Bucket": "b", "Key": "k"},
            "ReaderConfig": config,
        }
        fields = {name: value for name, value in MAP.items() if name != "Items"}
        selector = {"v": "{% $states.context.Map.Item.Value %}"}
        return fields | {"ItemProcessor": self.DISTRIBUTED, "ItemReader": reader, "ItemSelector": selector}

    @pytest.mark.parametrize("name", ["mapIterationFailureCount", "retrierRetryCount"])
    def test_it_needs_a_mock(self, run, name):
        said = f"TestState does not support {name[0].upper()}{name[1:]} when a mock is not specified."
        refused = refusal(run, MAP, {"items": [1]}, stateConfiguration={name: 1})
        assert refused == ("ValidationException", said)

    @pytest.mark.parametrize(
        ("config", "text", "values"),
        [
            ({"InputType": "JSON"}, "[1, 2]", [1, 2]),
            ({"InputType": "JSON", "ItemsPointer": "/a"}, '{"a": [3]}', [3]),
            ({"InputType": "JSONL", "MaxItems": 1}, "1\n2\n", [1]),
            (
                {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "PIPE"},
                "a|b\n1|2\n",
                [{"a": "1", "b": "2"}],
            ),
        ],
    )
    def test_data_of_a_reader_as_it_is_in_its_source(self, run, config, text, values):
        answer = run(
            self.reader(**config),
            mock={"result": [0]},
            stateConfiguration={"mapItemReaderData": text},
            inspectionLevel="TRACE",
        )
        shown = json.loads(answer["inspectionData"]["afterItemSelector"])
        assert [item["v"] for item in shown] == values
        assert ("afterItemsPointer" in answer["inspectionData"]) is ("ItemsPointer" in config)

    def test_data_that_can_not_be_read(self, run):
        answer = run(self.reader(InputType="JSON"), mock={"result": []}, stateConfiguration={"mapItemReaderData": "5"})
        assert (answer["status"], answer["error"]) == ("FAILED", "States.ItemReaderFailed")

    def test_the_state_that_an_error_comes_from(self, run):
        mock = {"errorOutput": {"error": "Mine", "cause": "c"}}
        known = run(MAP, {"items": [1]}, mock=mock, stateConfiguration={"errorCausedByState": "P"})
        assert (known["status"], known["error"]) == ("FAILED", "Mine")
        refused = refusal(run, MAP, {"items": [1]}, mock=mock, stateConfiguration={"errorCausedByState": "Q"})
        assert refused == ("ValidationException", "State not found in definition")


def test_result_or_error_not_both(run):
    code, message = refusal(run, TASK, mock={"result": {}, "errorOutput": {"error": "Mine"}})
    assert (code, message) == (
        "ValidationException",
        "A test mock should have only one of the following fields: [result, errorOutput].",
    )


START_JOB = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun",
    "Parameters": {"JobName": "mine"},
    "End": True,
}


class TestElsewhere:
    """Services that AWS has and the embedded AWS hasn't: mocked, a state that uses one can be tested as on AWS."""

    def test_the_mock_is_held_against_the_api(self, workflows):
        definition = json.dumps({**START_JOB, "Parameters": {"JobName.$": "$.job"}})
        given = {"definition": definition, "input": '{"job": "mine"}'}
        answer = workflows.client.test_state(**given, mock={"result": '{"JobRunId": "1"}'})
        assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"JobRunId": "1"})
        with pytest.raises(ClientError) as refused:
            workflows.client.test_state(**given, mock={"result": '{"JobRunId": ["1"]}'})
        assert refused.value.response["Error"] == {
            "Code": "ValidationException",
            "Message": "Mock result schema validation error: Field 'JobRunId' must be a string",
        }

    def test_without_a_mock_it_is_refused_by_name(self, workflows):
        with pytest.raises(ClientError) as refused:
            workflows.client.test_state(definition=json.dumps(START_JOB), roleArn=workflows.role)
        assert refused.value.response["Error"]["Code"] == "NotImplemented"
        assert "arn:aws:states:::glue:startJobRun" in refused.value.response["Error"]["Message"]

    @pytest.mark.parametrize("name", ["rekognition:listCollections", "comprehend:detectSentiment"])
    def test_an_api_that_is_not_there_is_refused_when_a_machine_is_made_of_it(self, workflows, name):
        task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{name}", "Arguments": {}, "End": True}
        if name.startswith("comprehend"):
            task["Arguments"] = {"Text": "t", "LanguageCode": "en"}
        with pytest.raises(ClientError) as refused:
            workflows.states(Ask=task)
        error = refused.value.response["Error"]
        assert (error["Code"], task["Resource"] in error["Message"]) == ("NotImplemented", True)

    @pytest.mark.parametrize(
        "name",
        ["lambda:listCapacityProviders", "sns:listOriginationNumbers", "sagemaker:listDomains"],
    )
    def test_an_operation_that_is_not_there_is_refused_when_a_machine_is_made_of_it(self, workflows, name):
        """Of a service of ours, and of one that moto answers; where a machine is made, and where a state is tested."""
        resource = f"arn:aws:states:::aws-sdk:{name}"
        task = {"Type": "Task", "QueryLanguage": "JSONata", "Resource": resource, "Arguments": {}, "End": True}
        with pytest.raises(ClientError) as refused:
            workflows.states(Ask=task)
        assert refused.value.response["Error"]["Code"] == "NotImplemented"
        assert resource in refused.value.response["Error"]["Message"]
        definition = json.dumps(task)
        with pytest.raises(ClientError, match="NotImplemented"):
            workflows.client.test_state(definition=definition, roleArn=workflows.role)
        mock = {"result": '{"Found": []}', "fieldValidationMode": "NONE"}
        assert workflows.client.test_state(definition=definition, mock=mock)["status"] == "SUCCEEDED"

    @pytest.mark.parametrize(
        "name",
        [
            "cloudwatchlogs:describeLogGroups",
            "dynamodb:listTables",
            "eventbridge:listRules",
            "iam:listRoles",
            "lambda:listFunctions",
            "s3:listBuckets",
            "sagemaker:listModels",
            "secretsmanager:listSecrets",
            "servicequotas:getServiceQuota",
            "sfn:listStateMachines",
            "sns:listTopics",
            "sqs:listQueues",
            "ssm:describeParameters",
            "sts:getCallerIdentity",
        ],
    )
    def test_an_api_that_is_there_is_taken(self, workflows, name):
        arguments = {"ServiceCode": "s", "QuotaCode": "q"} if name == "servicequotas:getServiceQuota" else {}
        task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{name}", "Arguments": arguments, "End": True}
        machine = workflows.states(Ask=task)
        assert machine.startswith("arn:")

    def test_a_state_of_a_machine_that_uses_it_elsewhere(self, workflows):
        """What the other states use is no obstacle for the one that is tested."""
        states = {
            "Put": {name: value for name, value in START_JOB.items() if name != "End"} | {"Next": "Done"},
            "Done": {"Type": "Succeed"},
        }
        definition = json.dumps({"StartAt": "Put", "States": states})
        answer = workflows.client.test_state(definition=definition, stateName="Done", input="1")
        assert (answer["status"], answer["output"]) == ("SUCCEEDED", "1")
