"""Definitions: what AWS refuses of machines and fields, in which words, at which place, in which order."""

from __future__ import annotations

import pytest

from tests.local_aws.states.definition.definition_support import SCHEMA, distributed_map, findings, machine, state, task

TARGET = "MISSING_TRANSITION_TARGET"


# ---- machines ----------------------------------------------------------------------------------------


def test_a_valid_machine_has_no_findings():
    assert findings(machine(A=state())) == []
    assert findings(machine(language=None, A=state())) == []


@pytest.mark.parametrize(
    ("value", "missing"),
    [({}, "States, StartAt"), ({"StartAt": "A"}, "States"), ({"States": {"A": state()}}, "StartAt")],
)
def test_required_fields_of_a_machine(value, missing):
    assert findings(value) == [f"{SCHEMA}: These fields are required: [{missing}] at /"]


@pytest.mark.parametrize("value", [[], "text", None, 1])
def test_a_definition_is_an_object(value):
    assert findings(value) == [f"{SCHEMA}: Definition must be a valid JSON object at null"]


def test_unknown_field_of_a_machine():
    assert findings({**machine(A=state()), "Coment": ""}) == [f"{SCHEMA}: Field 'Coment' is not supported at /"]


def test_missing_target_and_unreachable_state_in_this_order():
    value = machine(first={"Type": "Pass", "Next": "third"}, second=state())
    assert findings(value) == [
        f"{TARGET}: Missing 'Next' target: third at /States/first/Next",
        f'{TARGET}: State "second" is not reachable. at /States/second',
    ]


def test_a_start_that_does_not_exist():
    assert findings(machine(start="Z", A=state())) == [
        f"{TARGET}: Missing 'Next' target: Z at /StartAt",
        f'{TARGET}: State "A" is not reachable. at /States/A',
    ]


def test_every_target_is_called_next():
    choice = {"Type": "Choice", "Choices": [{"Condition": True, "Next": "X"}], "Default": "Y"}
    value = machine(A={**task(Next="C"), "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]}, C=choice)
    del value["States"]["A"]["End"]
    assert findings(value) == [
        f"{TARGET}: Missing 'Next' target: Z at /States/A/Catch[0]/Next",
        f"{TARGET}: Missing 'Next' target: Y at /States/C/Default",
        f"{TARGET}: Missing 'Next' target: X at /States/C/Choices[0]/Next",
        "MISSING_END_STATE: Workflow has no terminal state at null",
    ]


def test_a_loop_without_an_end_and_what_it_hides():
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    end = ["MISSING_END_STATE: Workflow has no terminal state at null"]
    assert findings(machine(**loop)) == end
    assert findings(machine(**loop, C={"Type": "Pass", "Next": "A"})) == end
    assert findings(machine(**loop, C=state())) == [f'{TARGET}: State "C" is not reachable. at /States/C']


def test_inner_machines_are_walked_by_themselves():
    branch = {"StartAt": "B", "States": {"B": state(), "Lost": state()}}
    processor = {"StartAt": "M", "States": {"M": {"Type": "Pass", "Next": "A"}}}
    value = machine(
        A={"Type": "Parallel", "Branches": [branch], "Next": "E"},
        E={"Type": "Map", "ItemProcessor": processor, "End": True},
    )
    assert findings(value) == [
        f'{TARGET}: State "Lost" is not reachable. at /States/A/Branches[0]/States/Lost',
        f"{TARGET}: Missing 'Next' target: A at /States/E/ItemProcessor/States/M/Next",
    ]


def test_names_are_unique_across_inner_machines_and_short():
    branch = {"StartAt": "A", "States": {"A": state()}}
    assert findings(machine(A={"Type": "Parallel", "Branches": [branch], "End": True})) == [
        "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A"
    ]
    assert findings(machine(**{"n" * 80: state()})) == []
    assert findings(machine(**{"n" * 81: state()}))[0].startswith(f"{SCHEMA}: The state name must have at most 80")


# ---- query languages ---------------------------------------------------------------------------------


def test_a_jsonata_machine_has_no_jsonpath_state():
    found = findings(machine(A=state(QueryLanguage="JSONPath", ResultPath="$.a")))
    expected = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
    assert found == [f"{SCHEMA}: {expected} at /States/A"]
    assert findings(machine(language="JSONPath", A=state(QueryLanguage="JSONata"))) == []


def test_fields_of_the_other_language_are_named_at_the_state():
    sentence = "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage"
    assert findings(machine(A=state(Parameters={}, ResultPath="$"))) == [
        f"{SCHEMA}: {sentence.format('JSONata', 'Parameters', 'JSONPath')} at /States/A",
        f"{SCHEMA}: {sentence.format('JSONata', 'ResultPath', 'JSONPath')} at /States/A",
    ]
    assert findings(machine(language=None, A=state(Output={}))) == [
        f"{SCHEMA}: {sentence.format('JSONPath', 'Output', 'JSONata')} at /States/A"
    ]


def test_values_of_query_language():
    enumeration = "Value should be one of the following: [JSONPath, JSONata]"
    assert findings(machine(language="jsonata", A=state())) == [f"{SCHEMA}: {enumeration} at /QueryLanguage"]
    assert findings(machine(A=state(QueryLanguage=1))) == [
        f"{SCHEMA}: Expected value of type String at /States/A/QueryLanguage"
    ]
    processor = {"StartAt": "B", "States": {"B": state()}, "QueryLanguage": "JSONata"}
    assert findings(machine(A={"Type": "Map", "ItemProcessor": processor, "End": True})) == [
        f"{SCHEMA}: Field 'QueryLanguage' is not supported at /States/A/ItemProcessor"
    ]


def test_inner_states_inherit_the_machines_language_and_not_their_maps():
    processor = {"StartAt": "B", "States": {"B": state(Output="{% 1 %}")}}
    value = machine(
        language=None, A={"Type": "Map", "QueryLanguage": "JSONata", "ItemProcessor": processor, "End": True}
    )
    assert len(findings(value)) == 1
    processor["States"]["B"]["QueryLanguage"] = "JSONata"
    assert findings(value) == []


# ---- fields ------------------------------------------------------------------------------------------


def test_types_of_states():
    assert findings(machine(A={"Type": "pass", "End": True}))[0] == (
        f"{SCHEMA}: The field 'Type' should have one of these values: "
        "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type"
    )
    assert findings(machine(A={"End": True})) == [f"{SCHEMA}: These fields are required: [Type] at /States/A"]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("Map", "TimeoutSeconds"),
        ("Parallel", "TimeoutSeconds"),
        ("Pass", "Retry"),
        ("Wait", "Catch"),
        ("Succeed", "Assign"),
        ("Succeed", "Next"),
        ("Fail", "End"),
        ("Fail", "Output"),
        ("Choice", "End"),
        ("Pass", "Arguments"),
        ("Task", "Items"),
    ],
)
def test_fields_that_a_type_does_not_have(kind, field):
    values = {"TimeoutSeconds": 1, "Retry": [], "Catch": [], "End": True}
    found = findings(machine(A={"Type": kind, field: values.get(field, {})}))
    assert f"{SCHEMA}: Field '{field}' is not supported at /States/A" in found


def test_next_or_end_and_not_both():
    both = "There should only be one of the following fields: [Next, End]"
    neither = "This object should have only one of the following fields: [Next, End]"
    assert findings(machine(A=state(Next="B"), B=state())) == [f"{SCHEMA}: {both} at /States/A"]
    assert f"{SCHEMA}: {neither} at /States/A" in findings(machine(A={"Type": "Pass"}))
    assert f"{SCHEMA}: {neither} at /States/A" in findings(machine(A={"Type": "Pass", "End": False}))


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"TimeoutSeconds": "9"}, "Expected value of type Integer at /States/A/TimeoutSeconds"),
        ({"TimeoutSeconds": True}, "Expected value of type Integer at /States/A/TimeoutSeconds"),
        ({"TimeoutSeconds": 0}, "Minimum value is 1 at /States/A/TimeoutSeconds"),
        ({"TimeoutSeconds": 100_000_000}, "Maximum value is 99999999 at /States/A/TimeoutSeconds"),
        ({"Comment": 1}, "Expected value of type String at /States/A/Comment"),
        ({"Retry": {}}, "Expected value of type Array at /States/A/Retry"),
        ({"Retry": [1]}, "Expected value of type Object at /States/A/Retry[0]"),
        ({"Retry": [{}]}, "These fields are required: [ErrorEquals] at /States/A/Retry[0]"),
        (
            {"Retry": [{"ErrorEquals": ["a"], "BackoffRate": 0.5}]},
            "Minimum value is 1.0 at /States/A/Retry[0]/BackoffRate",
        ),
        (
            {"Retry": [{"ErrorEquals": ["a"], "JitterStrategy": "SOME"}]},
            "Value should be one of the following: [NONE, FULL] at /States/A/Retry[0]/JitterStrategy",
        ),
        (
            {"Retry": [{"ErrorEquals": ["a"], "Interval": 1}]},
            "Field 'Interval' is not supported at /States/A/Retry[0]",
        ),
        (
            {"Catch": [{"ErrorEquals": ["a"]}]},
            "These fields are required: [Next] at /States/A/Catch[0]",
        ),
        ({"Credentials": {}}, "The field 'RoleArn' is required but was missing at /States/A/Credentials"),
    ],
)
def test_values_of_fields(fields, finding):
    """AWS's words on types (github serverless-step-functions issue 280) and on ranges (floci issue 3733)."""
    assert findings(machine(A=task(**fields))) == [f"{SCHEMA}: {finding}"]


def test_where_a_zero_is_taken():
    """As the rules of the public linter cdk-preflight have measured it."""
    definition = machine(A=task(Retry=[{"ErrorEquals": ["a"], "IntervalSeconds": 0}]))
    assert findings({**definition, "TimeoutSeconds": 0}) == []


def test_a_resource_that_is_no_arn():
    found = findings(machine(A={"Type": "Task", "Resource": "createToken", "End": True}))
    assert found == [f"{SCHEMA}: Value is not a valid resource ARN at /States/A/Resource"]


@pytest.mark.parametrize(("language", "field"), [("JSONata", "Arguments"), (None, "Parameters")])
def test_an_integration_is_given_arguments_if_only_none(language, field):
    """AWS's words, as reports on Terraform and the rules of the public linter cdk-preflight quote them."""
    buckets = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "End": True}
    assert findings(machine(language=language, A={**buckets, field: {}})) == []
    sentence = f"{field} field is required for resource ARN: {buckets['Resource']}"
    assert findings(machine(language=language, A=buckets)) == [f"{SCHEMA}: {sentence} at /States/A"]
    function = {**buckets, "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    assert findings(machine(language=language, A=function)) == []


def test_an_activity_takes_no_credentials():
    activity = "arn:aws:states:us-east-1:123456789012:activity:a"
    definition = machine(A={"Type": "Task", "Resource": activity, "Credentials": {"RoleArn": "r"}, "End": True})
    sentence = "The field 'Credentials' is not supported for activities"
    assert findings(definition) == [f"{SCHEMA}: {sentence} at /States/A/Credentials"]


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("states", "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'."),
        ("a.b", "INVALID_VARIABLE_NAME: Invalid variable name 'a.b': the variable name contains invalid characters."),
    ],
)
def test_names_of_variables(name, finding):
    """AWS's words, as the rules of the public linter cdk-preflight quote them."""
    assert findings(machine(A=task(Assign={name: 1}))) == [f"{finding} at /States/A/Assign/{name}"]


def test_the_length_of_a_variables_name():
    assert findings(machine(A=task(Assign={"a" * 80: 1}))) == []
    (found,) = findings(machine(A=task(Assign={"a" * 81: 1})))
    assert "the variable name has more than 80 characters." in found


@pytest.mark.parametrize("value", ["{% {'a': 1} %}", "{% 1 %}", "x", [], 1, None])
def test_what_is_assigned_is_an_object(value):
    """An expression gives a variable's value, and not the variables ("Assign", states-language.net)."""
    assert findings(machine(A=task(Assign=value))) == [f"{SCHEMA}: Expected value of type Object at /States/A/Assign"]


def test_an_expression_may_stand_for_a_number():
    assert findings(machine(A=task(TimeoutSeconds="{% $states.input.limit %}"))) == []
    assert findings(machine(A={"Type": "Wait", "Seconds": "{% 1 %}", "End": True})) == []


def test_all_stands_alone_and_last():
    def retry(*names: list[str]) -> list[str]:
        return findings(machine(A=task(Retry=[{"ErrorEquals": errors} for errors in names])))

    assert retry(["States.Timeout", "X"], ["States.ALL"]) == []
    alone = f"{SCHEMA}: States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals"
    assert retry(["States.ALL", "X"]) == [alone]
    assert retry(["States.ALL"], ["X"]) == [alone]
    assert retry([]) == [f"{SCHEMA}: Value cannot be empty at /States/A/Retry[0]/ErrorEquals"]


def test_a_wait_has_one_time():
    fields = "[SecondsPath, Seconds, TimestampPath, Timestamp]"
    one = f"This object should have only one of the following fields: {fields}"
    assert findings(machine(A={"Type": "Wait", "End": True})) == [f"{SCHEMA}: {one} at /States/A"]
    two = {"Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": True}
    several = f"There should only be one of the following fields: {fields}"
    assert findings(machine(A=two)) == [f"{SCHEMA}: {several} at /States/A"]


def test_a_map_has_one_processor():
    processor, fields = {"StartAt": "B", "States": {"B": state()}}, "[ItemProcessor, Iterator]"
    neither = f"{SCHEMA}: This object should have only one of the following fields: {fields} at /States/A"
    assert findings(machine(A={"Type": "Map", "End": True})) == [neither]
    both = {"Type": "Map", "ItemProcessor": processor, "Iterator": {**processor, "StartAt": "C"}, "End": True}
    both["Iterator"]["States"] = {"C": state()}
    several = f"{SCHEMA}: There should only be one of the following fields: {fields} at /States/A"
    assert findings(machine(A=both)) == [several]


def test_an_inline_map_has_no_type_of_execution():
    config = {"Mode": "INLINE", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "B", "States": {"B": state()}}
    found = findings(machine(A={"Type": "Map", "ItemProcessor": processor, "End": True}))
    assert found == [f"{SCHEMA}: Field 'ExecutionType' is not supported at /States/A/ItemProcessor/ProcessorConfig"]


def test_what_belongs_to_a_distributed_map():
    processor = {"StartAt": "B", "States": {"B": state()}}
    inline = {"Type": "Map", "ItemProcessor": processor, "ItemBatcher": {"MaxItemsPerBatch": 2}, "End": True}
    assert findings(machine(A=inline)) == [], "refused when it is run"
    assert findings(machine(A=inline | {"Label": "l"})) == [f"{SCHEMA}: Field 'Label' is not supported at /States/A"]
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    distributed = {**inline, "ItemProcessor": {**processor, "ProcessorConfig": config}}
    assert findings(machine(A=distributed)) == []
    without = {**inline, "ItemProcessor": {**processor, "ProcessorConfig": {"Mode": "DISTRIBUTED"}}}
    place = "/States/A/ItemProcessor/ProcessorConfig"
    assert findings(machine(A=without)) == [f"{SCHEMA}: These fields are required: [ExecutionType] at {place}"]


def test_what_reads_and_writes_the_items_of_a_map():
    reader = {"Resource": "arn:aws:states:::s3:putObject", "ReaderConfig": {"InputType": "XML"}}
    found = findings(machine(A=distributed_map(ItemReader=reader)))
    values = "[CSV, JSON, JSONL, PARQUET, MANIFEST]"
    place = "/States/A/ItemReader"
    assert found == [
        f"{SCHEMA}: Value should be one of the following: {values} at {place}/ReaderConfig/InputType",
        f"{SCHEMA}: The field 'Resource' does not match any of the allowed values. Examples: "
        f"[arn:<partition>:states:::s3:getObject, arn:<partition>:states:::s3:listObjectsV2] at {place}/Resource",
    ]


def test_an_inner_machine_can_not_assign_a_variable_of_an_outer_one():
    inner = {"StartAt": "B", "States": {"B": state(Assign={"x": 2, "y": 3})}}
    parallel = {"Type": "Parallel", "Branches": [inner], "End": True}
    outer = {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"}
    message = "The variable 'x' is assigned outside of this Map or Parallel state"
    place = "/States/P/Branches[0]/States/B/Assign/x"
    assert findings(machine(A=outer, P=parallel)) == [f"{SCHEMA}: {message} at {place}"]
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    apart = {"Type": "Map", "ItemProcessor": {**inner, "ProcessorConfig": config}, "End": True}
    assert findings(machine(A=outer, P=apart)) == []


def test_a_heartbeat_is_shorter_than_the_time_limit():
    found = findings(machine(A=task(TimeoutSeconds=5, HeartbeatSeconds=5)))
    assert len(found) == 1 and found[0].endswith("at /States/A/HeartbeatSeconds")
    assert findings(machine(A=task(TimeoutSeconds=5, HeartbeatSeconds=4))) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"Label": ""}, "Label cannot be empty"),
        ({"Label": "x" * 41}, "Label cannot exceed 40 characters"),
        ({"Label": "a b"}, "Label contains invalid character: ' '"),
        ({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}}, "These fields are required: [Arguments]"),
        ({"ResultWriter": {"Arguments": {"Bucket": "b"}, "WriterConfig": {}}}, "These fields are required: [Resource]"),
    ],
)
def test_label_and_result_writer_of_a_distributed_map(fields, found):
    (finding,) = findings(machine(A=distributed_map(**fields)))
    assert finding.startswith(f"{SCHEMA}: {found}")


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"Transformation": "LOAD_AND_FLATTEN"}, "These fields are required: [InputType]"),
        ({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}, "These fields are required: [CSVHeaders]"),
        ({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": [1]}, "Expected value of type String"),
        ({"InputType": "CSV"}, "The field 'CSVHeaderLocation' is required but was missing"),
        ({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"}, "Field 'CSVHeaderLocation' is not supported"),
        ({"ManifestType": "S3_INVENTORY", "InputType": "CSV"}, "Field 'InputType' is not supported"),
    ],
)
def test_reader_config_of_a_distributed_map(config, found):
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Arguments": {"Bucket": "b"}}
    (finding,) = findings(machine(A=distributed_map(ItemReader=reader)))
    assert finding.startswith(f"{SCHEMA}: {found}")
    assert " at /States/A/ItemReader/ReaderConfig" in finding


NO_TIMESTAMPS = [
    "tomorrow",
    "2026-03-01",
    "2026-03-01T12:00:00",
    "2026-03-01 12:00:00Z",
    "2026-03-01t12:00:00z",
    "20260301T120000Z",
    "2026-W09-7T12:00:00Z",
    "2026-03-01T12:00Z",
    "2026-02-30T12:00:00Z",
]


@pytest.mark.parametrize("timestamp", NO_TIMESTAMPS)
def test_a_timestamp_is_one_of_rfc_3339(timestamp):
    (finding,) = findings(machine(A={"Type": "Wait", "Timestamp": timestamp, "End": True}))
    assert finding == f"{SCHEMA}: String does not match RFC3339 timestamp at /States/A/Timestamp"


@pytest.mark.parametrize("timestamp", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5+02:00", "{% $states.input %}"])
def test_timestamps(timestamp):
    assert findings(machine(A={"Type": "Wait", "Timestamp": timestamp, "End": True})) == []
