"""State machines in JSONPath, by what a caller sees. The sentences of causes are AWS's unless a test says otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.states.states_support import details, passing, workflow

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:none"
NO_INTEGER = 'The {} field refers to value "x" which is not a valid integer: $.v'


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    return Lambda(aws)


@pytest.fixture(scope="module")
def echo(functions) -> str:
    return functions.create("def handler(event, context):\n    return {'got': event}")


@pytest.fixture(scope="module")
def broken(functions) -> str:
    return functions.create("def handler(event, context):\n    raise ValueError('no')")


def machine(workflows, **states: dict[str, Any]) -> str:
    """A machine in the language of a definition that names none."""
    text = json.dumps({"StartAt": next(iter(states)), "States": states})
    name = f"jsonpath-{abs(hash(text)):x}"[:80]
    return workflows.client.create_state_machine(name=name, definition=text, roleArn=workflows.role)["stateMachineArn"]


def one(workflows, document: Any = None, **fields: Any) -> Any:
    """The output of a machine of one state, `A`."""
    ends = {} if fields["Type"] == "Succeed" else {"End": True}
    return workflows.output(machine(workflows, A=ends | fields), {} if document is None else document)


def failure(workflows, document: Any = None, **fields: Any) -> tuple[str, str]:
    """Error and cause of a machine of one state, `A`, the cause without the words on where it was."""
    ends = {} if fields["Type"] in ("Fail", "Choice") else {"End": True}
    ended = workflows.run(
        machine(workflows, A=ends | fields, **fields.pop("more", {})), {} if document is None else document
    )
    assert ended["status"] == "FAILED", ended
    prefix = "An error occurred while executing the state 'A' (entered at the event id #2). "
    assert ended["cause"].startswith(prefix), ended["cause"]
    return ended["error"], ended["cause"].removeprefix(prefix)


def function(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        **fields,
    }


class TestDataFlow:
    """ "Processing input and output in Step Functions", developer guide."""

    def test_a_pass_through_all_its_fields(self, workflows):
        fields = {
            "InputPath": "$.in",
            "Parameters": {"x.$": "$.a", "name.$": "$$.State.Name", "fixed": ["$.a"]},
            "ResultPath": "$.out.made",
            "OutputPath": "$.out",
        }
        made = {"x": 1, "name": "A", "fixed": ["$.a"]}
        assert one(workflows, {"in": {"a": 1}, "out": {"b": 2}}, Type="Pass", **fields) == {"b": 2, "made": made}

    def test_result_takes_the_place_of_the_work(self, workflows):
        data = {"a": 2}
        assert one(workflows, data, Type="Pass", Result=1, ResultPath="$.r") == {"a": 2, "r": 1}
        assert one(workflows, data, Type="Pass", Result={"a.$": "$.a"}) == {"a.$": "$.a"}
        assert one(workflows, data, Type="Pass", Result=1, ResultPath=None) == data

    def test_null_for_a_path_is_an_empty_object(self, workflows):
        assert one(workflows, {"a": 1}, Type="Pass", InputPath=None, ResultPath="$.r") == {"a": 1, "r": {}}
        assert one(workflows, {"a": 1}, Type="Pass", OutputPath=None) == {}
        assert one(workflows, {"a": 1}, Type="Succeed", InputPath="$.a", OutputPath="$") == 1

    def test_data_that_nothing_touches_stays_as_it_came(self, workflows):
        text = '{ "b": 1,\n  "a": [1.0, null] }'
        arn = machine(workflows, A=passing())
        execution = workflows.client.start_execution(stateMachineArn=arn, input=text)["executionArn"]
        assert workflows.wait(execution)["output"] == text

    def test_a_task(self, workflows, echo):
        """ResultSelector sees the result, ResultPath puts it into the raw input; RetryCount is in the context."""
        task = function(
            echo,
            InputPath="$.in",
            ResultSelector={"got.$": "$.Payload.got", "code.$": "$.StatusCode", "again.$": "$$.State.RetryCount"},
            ResultPath="$.task",
            End=True,
        )
        task["Parameters"]["Payload.$"] = "$"
        data = {"in": {"n": [1]}, "kept": True}
        assert one(workflows, data, **task) == {**data, "task": {"got": {"n": [1]}, "code": 200, "again": 0}}

    def test_a_choice_sees_the_effective_input_and_hands_it_on(self, workflows):
        choice = {
            "Type": "Choice",
            "InputPath": "$.attributes",
            "Choices": [{"Variable": "$.tutor", "IsPresent": True, "Next": "Found"}],
            "Default": "Missing",
        }
        arn = machine(workflows, Choose=choice, Found=passing(), Missing=passing(Result="missing"))
        assert workflows.output(arn, {"attributes": {"tutor": 1}}) == {"tutor": 1}
        assert workflows.output(arn, {"attributes": {}, "tutor": 1}) == "missing"

    def test_a_parallel(self, workflows):
        branches = [workflow(B=passing(OutputPath="$.x")), workflow(C=passing(Parameters={"c.$": "$.x"}))]
        fields = {
            "Branches": branches,
            "Parameters": {"x.$": "$.a"},
            "ResultSelector": {"r.$": "$[1].c"},
            "ResultPath": "$.p",
        }
        assert one(workflows, {"a": 5}, Type="Parallel", **fields) == {"a": 5, "p": {"r": 5}}

    def test_a_map(self, workflows):
        """The delivery of the developer guide: ItemSelector sees the effective input and the item."""
        selector = {"item.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index", "who.$": "$.delivery-partner"}
        fields = {
            "InputPath": "$.detail",
            "ItemsPath": "$.shipped",
            "ItemSelector": selector,
            "ResultPath": "$.detail.shipped",
        }
        data = {"detail": {"delivery-partner": "UQS", "shipped": ["a", "b"]}}
        shipped = [{"item": item, "at": at, "who": "UQS"} for at, item in enumerate("ab")]
        processor = workflow(P=passing())
        expected = {"detail": {"delivery-partner": "UQS", "shipped": shipped}}
        assert one(workflows, data, Type="Map", ItemProcessor=processor, **fields) == expected
        older = {"Parameters": fields.pop("ItemSelector"), **fields}
        assert one(workflows, data, Type="Map", Iterator=processor, **older) == expected


class TestVariables:
    """What `$` is in Assign: "Passing data between states with variables", developer guide."""

    def test_assign_in_a_pass_sees_the_result(self, workflows):
        arn = machine(
            workflows,
            A={
                "Type": "Pass",
                "Result": {"answer": 42},
                "ResultPath": "$.r",
                "Assign": {"a.$": "$.answer", "b": "$.x"},
                "Next": "B",
            },
            B=passing(Parameters={"a.$": "$a", "b.$": "$b", "sum.$": "States.MathAdd($a, 1)"}, ResultPath="$.v"),
        )
        execution = workflows.run(arn, {"x": 1})
        assert json.loads(execution["output"])["v"] == {"a": 42, "b": "$.x", "sum": 43}
        left = next(e for e in workflows.history(execution["executionArn"]) if e["type"] == "PassStateExited")
        assert details(left)["assignedVariables"] == {"a": "42", "b": '"$.x"'}

    def test_assign_in_a_task_sees_what_came_back(self, workflows, echo):
        task = function(echo, ResultSelector={"only": 1}, Assign={"code.$": "$.StatusCode"}, Next="B")
        assert workflows.output(machine(workflows, A=task, B=passing(OutputPath="$code"))) == 200

    def test_assign_in_a_rule_a_default_and_a_catcher(self, workflows, broken):
        choice = {
            "Type": "Choice",
            "InputPath": "$.in",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Assign": {"seen.$": "$.n"}, "Next": "T"}],
            "Default": "T",
            "Assign": {"seen": "few"},
        }
        catcher = {"ErrorEquals": ["ValueError"], "ResultPath": "$.e", "Assign": {"error.$": "$.Error"}, "Next": "B"}
        task = function(broken, Catch=[catcher], Next="B")
        last = passing(Parameters={"seen.$": "$seen", "error.$": "$error", "kept.$": "$.n"})
        arn = machine(workflows, C=choice, T=task, B=last)
        assert workflows.output(arn, {"in": {"n": 2}}) == {"seen": 2, "error": "ValueError", "kept": 2}
        assert workflows.output(arn, {"in": {"n": 1}}) == {"seen": "few", "error": "ValueError", "kept": 1}

    def test_a_branch_may_use_the_name_that_the_catcher_of_its_parallel_gives(self, workflows):
        fails = workflow(B={"Type": "Pass", "Assign": {"x": 1}, "Next": "F"}, F={"Type": "Fail", "Error": "E"})
        catcher = {"ErrorEquals": ["E"], "Assign": {"x.$": "$.Error"}, "Next": "B2"}
        arn = machine(
            workflows,
            P={"Type": "Parallel", "Branches": [fails], "Catch": [catcher], "End": True},
            B2=passing(OutputPath="$x"),
        )
        assert workflows.output(arn) == "E"


class TestErrors:
    def test_a_path_of_a_template(self, workflows):
        """AWS reports States.Runtime where the documentation has States.ParameterPathFailure."""
        error, cause = failure(workflows, {"other": 1}, Type="Pass", Parameters={"a": {"v.$": "$.nope"}})
        assert error == "States.Runtime"
        assert (
            cause
            == "The JSONPath '$.nope' specified for the field 'v.$' could not be found in the input '{\"other\":1}'"
        )

    def test_a_template_that_asks_the_context(self, workflows):
        error, cause = failure(workflows, {"n": 1}, Type="Pass", Parameters={"v.$": "$$.Execution.Input.nope"})
        begins = (
            "The JSONPath '$$.Execution.Input.nope' specified for the field 'v.$' could not be found in the input '{"
        )
        assert (error, cause[: len(begins)]) == ("States.Runtime", begins)

    @pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("$.x", "No results for path: $['x']"),
            ("$.a.x", "No results for path: $['a']['x']"),
            ("$.l[7]", "No results for path: $['l'][7]"),
            ("$.x.y.z", "Missing property in path $['x']"),
            ("$.a.x.y", "Missing property in path $['a']['x']"),
        ],
    )
    def test_a_filter(self, workflows, field, path, said):
        """In the words of AWS's path library, as moto's interpreter has them."""
        error, cause = failure(workflows, {"a": {"b": 1}, "l": []}, Type="Pass", **{field: path})
        assert (error, cause) == ("States.Runtime", f"Invalid path '{path}' : {said}")

    @pytest.mark.parametrize("field", ["TimeoutSecondsPath", "HeartbeatSecondsPath"])
    def test_a_time_limit(self, workflows, field):
        error, cause = failure(workflows, {}, Type="Task", Resource=ACTIVITY, **{field: "$.x"})
        assert (error, cause) == ("States.Runtime", "Invalid path '$.x' : No results for path: $['x']")

    @pytest.mark.parametrize("field", ["SecondsPath", "TimestampPath"])
    def test_a_wait(self, workflows, field):
        error, cause = failure(workflows, {}, Type="Wait", **{field: "$.x"})
        assert (error, cause) == ("States.Runtime", f"The {field} parameter does not reference an input value: $.x")

    def test_a_function(self, workflows):
        error, cause = failure(workflows, Type="Pass", Parameters={"v.$": "States.ArrayRange(1, 1001, 1)"})
        said = "The function 'States.ArrayRange(1, 1001, 1)' had the following error: "
        assert (error, cause) == ("States.Runtime", said + "Invalid arguments in States.ArrayRange")

    def test_a_result_path(self, workflows):
        """The error is the documented one."""
        error, cause = failure(workflows, [1], Type="Pass", Result=1, ResultPath="$.r")
        assert (error, cause) == ("States.ResultPathMatchFailure", "Unable to apply ReferencePath $.r to input [1]")

    def test_a_choice(self, workflows):
        choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "B"}]}
        more = {"B": passing()}
        invalid = "Invalid path '$.n': The choice state's condition path references an invalid value."
        arn = machine(workflows, A=choice, **more)
        assert workflows.run(arn, {})["cause"].endswith(invalid)
        lost = workflows.run(arn, {"n": 2})
        assert lost["error"] == "States.Runtime"
        assert lost["cause"].endswith(
            "Failed to transition out of the state. The state does not point to a next state."
        )

    def test_items(self, workflows):
        state = {"Type": "Map", "ItemsPath": "$.list", "ItemProcessor": workflow(P=passing())}
        error, cause = failure(workflows, {"list": {"a": 1}}, **state)
        assert (error, cause) == ("States.Runtime", 'Reference path "$.list" must point to array.')
        error, cause = failure(workflows, {"other": 1}, **state)
        assert (error, cause) == ("States.ReferencePathConflict", 'Unable to apply step "list" to input {"other":1}')

    @pytest.mark.parametrize(
        ("field", "value", "cause"),
        [
            ("SecondsPath", -1.5, "The SecondsPath parameter cannot be parsed as a long value: $.v == -1.5"),
            ("SecondsPath", "x", "The SecondsPath parameter cannot be parsed as a long value: $.v == x"),
            ("SecondsPath", -1, "The SecondsPath parameter references a negative value: $.v == -1"),
            ("SecondsPath", 10**12, "Wait state delay is too long."),
            (
                "TimestampPath",
                "2026-12-05T25:29:29Z",
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
                "string: $.v == 2026-12-05T25:29:29Z",
            ),
        ],
    )
    def test_waits(self, workflows, field, value, cause):
        assert failure(workflows, {"v": value}, Type="Wait", **{field: "$.v"}) == ("States.Runtime", cause)

    def test_a_moment_that_is_too_far_away(self, workflows):
        """Recorded on AWS: what lies more than 2,147,483,647 seconds ahead."""
        moment = (datetime.now(UTC) + timedelta(days=24_856)).isoformat(timespec="seconds")
        said = ("States.Runtime", "Wait state delay is too long.")
        assert failure(workflows, {"v": moment}, Type="Wait", TimestampPath="$.v") == said

    @pytest.mark.parametrize(
        ("field", "value", "cause"),
        [
            ("MaxConcurrencyPath", "x", NO_INTEGER),
            ("MaxConcurrencyPath", {}, NO_INTEGER.replace("x", "{{}}")),
            ("MaxConcurrencyPath", -1, "MaxConcurrency cannot be negative."),
            ("ToleratedFailureCountPath", "x", NO_INTEGER),
            ("ToleratedFailureCountPath", 1.5, NO_INTEGER.replace("x", "1.5")),
            ("ToleratedFailureCountPath", -1, "ToleratedFailureCount cannot be negative."),
            ("ToleratedFailureCountPath", "-1", "ToleratedFailureCount cannot be negative."),
            ("ToleratedFailurePercentagePath", "101", "ToleratedFailurePercentage must be between 0 and 100."),
            ("ToleratedFailurePercentagePath", "x", NO_INTEGER.replace("integer", "float")),
            ("ToleratedFailurePercentagePath", 100.1, "ToleratedFailurePercentage must be between 0 and 100."),
        ],
    )
    def test_limits_of_a_map(self, workflows, field, value, cause):
        processor = {**workflow(P=passing()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        state = {"Type": "Map", "ItemsPath": "$.i", "ItemProcessor": processor, field: "$.v", "End": True}
        arn = machine(workflows, A=state)
        ended = workflows.run(arn, {"i": [0], "v": value})
        assert (ended["error"], ended["cause"].partition("). ")[2]) == ("States.Runtime", cause.format(field))
        begun = ["MapStateStarted"] if field.startswith("Tolerated") else []
        assert workflows.types(ended["executionArn"])[2:] == [*begun, "ExecutionFailed"]

    def test_digits_are_a_limit(self, workflows):
        """A text of digits is a number for the limits of a Map, as moto's interpreter, held against AWS, takes it."""
        processor = {**workflow(P=passing()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        limits = {f"{name}Path": "$.v" for name in ("MaxConcurrency", "ToleratedFailureCount")}
        state = {"Type": "Map", "ItemsPath": "$.i", "ItemProcessor": processor, "End": True, **limits}
        arn = machine(workflows, A=state | {"ToleratedFailurePercentagePath": "$.v"})
        assert workflows.output(arn, {"i": [0], "v": "1"}) == [0]

    def test_fail_from_paths(self, workflows):
        fields = {"ErrorPath": "$.e", "CausePath": "States.Format('because of {}', $.n)"}
        ended = workflows.run(machine(workflows, A={"Type": "Fail", **fields}), {"e": "Mine", "n": 3})
        assert (ended["error"], ended["cause"]) == ("Mine", "because of 3")
        error, cause = failure(workflows, {"a": 1}, Type="Fail", ErrorPath="$.e")
        expected = "The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input '{\"a\":1}'"
        assert (error, cause) == ("States.Runtime", expected)

    def test_a_runtime_error_passes_every_states_all(self, workflows, echo):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        task = function(echo, ResultSelector={"v.$": "$.nope"}, Catch=catch, End=True)
        ended = workflows.run(machine(workflows, A=task, B=passing()))
        assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")

    @pytest.mark.parametrize(
        ("selector", "name"),
        [
            ({"v.$": "$.nope"}, "States.ParameterPathFailure"),
            ({"v.$": "States.MathAdd('a', 1)"}, "States.IntrinsicFailure"),
        ],
    )
    def test_the_documented_name_can_be_caught(self, workflows, echo, selector, name):
        """ "Handling errors in Step Functions workflows", developer guide. That AWS does so was seen by nobody."""
        catch = [{"ErrorEquals": [name], "Next": "B"}]
        task = function(echo, ResultSelector=selector, Catch=catch, End=True)
        assert workflows.output(machine(workflows, A=task, B=passing()))["Error"] == name


class TestCatchAndRetry:
    def test_the_error_goes_where_the_catcher_says(self, workflows, broken):
        """Recorded: into the raw input, and past the state's own OutputPath."""
        catch = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "B"}]
        task = function(broken, InputPath="$.in", OutputPath="$.no.such.path", Catch=catch, End=True)
        output = workflows.output(machine(workflows, A=task, B=passing()), {"in": {}, "kept": 1})
        assert (output["kept"], output["error"]["Error"]) == (1, "ValueError")
        assert json.loads(output["error"]["Cause"])["errorMessage"] == "no"

    def test_a_time_out_has_an_empty_cause_for_its_catcher_only(self, workflows, functions):
        slow = functions.create("import time\ndef handler(event, context):\n    time.sleep(2.5)")
        catch = [{"ErrorEquals": ["States.Timeout"], "Next": "B"}]
        task = function(slow, TimeoutSecondsPath="$.limit", Catch=catch, End=True)
        execution = workflows.run(machine(workflows, A=task, B=passing()), {"limit": 1})
        assert json.loads(execution["output"]) == {"Error": "States.Timeout", "Cause": ""}
        events = workflows.history(execution["executionArn"])
        assert details(next(e for e in events if e["type"] == "TaskScheduled"))["timeoutInSeconds"] == 1
        assert "cause" not in details(next(e for e in events if e["type"] == "TaskTimedOut"))

    @pytest.mark.parametrize("kind", ["Parallel", "Map"])
    def test_a_state_has_failed_once_its_last_attempt_has(self, workflows, kind):
        inner = workflow(F={"Type": "Fail", "Error": "E"})
        fields = {"Branches": [inner]} if kind == "Parallel" else {"ItemProcessor": inner}
        retry = [{"ErrorEquals": ["E"], "MaxAttempts": 2}]
        ended = workflows.run(machine(workflows, A={"Type": kind, "Retry": retry, "End": True, **fields}), [1])
        types = workflows.types(ended["executionArn"])
        assert types.count(f"{kind}StateStarted") == 3
        assert types[-2:] == [f"{kind}StateFailed", "ExecutionFailed"]
        assert types.count(f"{kind}StateFailed") == 1

    def test_too_large_a_result_is_reported_under_the_functions_arn(self, workflows, functions, aws):
        name = functions.create("def handler(event, context):\n    return 'a' * (257 * 1024)")
        arn = aws.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
        ended = workflows.run(machine(workflows, A={"Type": "Task", "Resource": arn, "End": True}))
        assert ended["error"] == "States.DataLimitExceeded"
        assert ended["cause"].startswith(f"The state/task '{arn}' returned a result with a size exceeding")


class TestBothLanguages:
    def test_state_by_state(self, workflows):
        arn = machine(
            workflows,
            A={"Type": "Pass", "Result": {"a": [1, 2]}, "Assign": {"v.$": "$.a[1]"}, "Next": "B"},
            B={
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Output": {"sum": "{% $sum($states.input.a) + $v %}"},
                "Next": "C",
            },
            C=passing(QueryLanguage="JSONPath", Parameters={"s.$": "$.sum", "v.$": "$v"}),
        )
        assert workflows.output(arn) == {"s": 5, "v": 2}

    def test_states_inside_follow_the_machine(self, workflows):
        """Recorded: the language of a Map is not that of its iterations."""
        inner = workflow(P=passing(Parameters={"p.$": "$.x"}))
        state = {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": "{% [{'x': 1}] %}",
            "ItemProcessor": inner,
            "End": True,
        }
        assert workflows.output(machine(workflows, A=state)) == [{"p": 1}]


class TestDistributedMap:
    def state(self, **fields: Any) -> dict[str, Any]:
        processor = {**workflow(P=passing()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}

    def test_items_and_their_number(self, workflows):
        arn = machine(workflows, A=self.state(ItemsPath="$.i", ItemSelector={"v.$": "$$.Map.Item.Value", "n.$": "$.n"}))
        execution = workflows.run(arn, {"i": ["a", "b"], "n": 1})
        assert json.loads(execution["output"]) == [{"v": "a", "n": 1}, {"v": "b", "n": 1}]
        started = next(e for e in workflows.history(execution["executionArn"]) if e["type"] == "MapStateStarted")
        assert details(started) == {"length": 2}

    def test_an_object_gives_its_members(self, workflows):
        arn = machine(workflows, A=self.state(ItemsPath="$.i"))
        assert workflows.output(arn, {"i": {"a": 1}}) == [{"Key": "a", "Value": 1}]

    def test_the_older_iterator_may_be_distributed(self, workflows):
        state = self.state()
        state["Iterator"] = state.pop("ItemProcessor")
        arn = machine(workflows, A=state)
        execution = workflows.run(arn, [1])
        assert "MapRunStarted" in workflows.types(execution["executionArn"])

    def test_reader_batcher_and_writer_take_paths(self, workflows, aws):
        s3, bucket = aws.client("s3"), f"jsonpath-{abs(id(self)):x}"
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="in.json", Body=json.dumps([1, 2, 3, 4]).encode())
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.most"},
            "Parameters": {"Bucket.$": "$.bucket", "Key": "in.json"},
        }
        batcher = {"MaxItemsPerBatchPath": "$.size", "BatchInput": {"b.$": "$.bucket"}}
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket.$": "$.bucket", "Prefix": "out"}}
        state = self.state(
            ItemReader=reader,
            ItemBatcher=batcher,
            ResultWriter=writer,
            ResultSelector={"at.$": "$.ResultWriterDetails"},
        )
        output = workflows.output(machine(workflows, A=state), {"bucket": bucket, "most": 3, "size": 2})
        manifest = json.loads(s3.get_object(Bucket=bucket, Key=output["at"]["Key"])["Body"].read())
        results = json.loads(
            s3.get_object(Bucket=bucket, Key=manifest["ResultFiles"]["SUCCEEDED"][0]["Key"])["Body"].read()
        )
        assert [json.loads(result["Input"]) for result in results] == [
            {"BatchInput": {"b": bucket}, "Items": [1, 2]},
            {"BatchInput": {"b": bucket}, "Items": [3]},
        ]


class TestInspection:
    """TestState: what each field has come to (recorded calls)."""

    def inspected(self, aws, definition: dict[str, Any], document: Any, **options: Any) -> dict[str, Any]:
        answer = aws.client("stepfunctions").test_state(
            definition=json.dumps(definition), input=json.dumps(document), inspectionLevel="DEBUG", **options
        )
        data = answer["inspectionData"]
        return {name: json.loads(text) if isinstance(text, str) else text for name, text in data.items()}

    def test_a_pass(self, aws):
        data = {"in": {"a": 1}}
        made = {"x": 1}
        assert self.inspected(aws, passing(InputPath="$.in", Parameters={"x.$": "$.a"}, ResultPath="$.r"), data) == {
            "input": data,
            "afterInputPath": {"a": 1},
            "afterParameters": made,
            "afterResultSelector": made,
            "afterResultPath": {**data, "r": made},
        }
        assert self.inspected(aws, passing(InputPath="$.in", Result=1, ResultPath="$.r"), data) == {
            "input": data,
            "result": 1,
            "afterResultSelector": 1,
            "afterResultPath": {**data, "r": 1},
        }

    def test_a_task(self, aws):
        task = function("f", ResultSelector={"p.$": "$.Payload"}, ResultPath="$.r", End=True)
        task["Parameters"]["Payload.$"] = "$.a"
        result = {"Payload": 2}
        mock = {"result": json.dumps(result), "fieldValidationMode": "NONE"}
        assert self.inspected(aws, task, {"a": 1}, mock=mock) == {
            "input": {"a": 1},
            "afterInputPath": {"a": 1},
            "afterParameters": {"FunctionName": "f", "Payload": 1},
            "result": result,
            "afterResultSelector": {"p": 2},
            "afterResultPath": {"a": 1, "r": {"p": 2}},
        }

    def test_a_map(self, aws):
        state = {
            "Type": "Map",
            "ItemsPath": "$.i",
            "MaxConcurrency": 1,
            "ItemProcessor": workflow(P=passing()),
            "End": True,
        }
        state |= {"ItemSelector": {"v.$": "$$.Map.Item.Value"}, "ResultPath": None}
        assert self.inspected(aws, state, {"i": [1]}, mock={"result": "[2]"}) == {
            "input": {"i": [1]},
            "afterInputPath": {"i": [1]},
            "afterItemsPath": [1],
            "afterItemSelector": [{"v": 1}],
            "maxConcurrency": 1,
            "afterResultSelector": [2],
            "afterResultPath": {"i": [1]},
        }

    def test_a_failure_is_told_without_an_event(self, aws, workflows):
        answer = aws.client("stepfunctions").test_state(
            definition=json.dumps(passing(Parameters={"v.$": "$.x"})), input="{}"
        )
        cause = "The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{}'"
        assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "States.Runtime", cause)
