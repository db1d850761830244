"""A draft of a state: it grows, says what it lacks, and takes nothing that is wrong."""

from __future__ import annotations

import json

import pytest

from course.errors import CourseError
from course.state_machines.draft import Draft

ROLE = "arn:aws:iam::123456789012:role/workflow-course-sagemaker"
PIECES = [
    """{"ProcessingJobName": "{% 'BlazingText-' & $millis() %}"}""",
    f'{{"RoleArn": "{ROLE}"}}',
    """{"ProcessingResources": {"ClusterConfig": {
        "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}}""",
    """{"ProcessingInputs": [{"InputName": "input", "S3Input": {
        "S3Uri": "{% $states.input.prefix & $states.input.dataset %}", "S3DataType": "S3Prefix",
        "S3InputMode": "File", "LocalPath": "/opt/ml/processing/input"}}]}""",
    """{"ProcessingInputs": [{"InputName": "code", "S3Input": {
        "S3Uri": "s3://amzn-s3-demo-bucket/code/preprocess.py", "S3DataType": "S3Prefix",
        "S3InputMode": "File", "LocalPath": "/opt/ml/processing/input/code"}}]}""",
    """{"AppSpecification": {
        "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3",
        "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/preprocess.py"],
        "ContainerArguments": ["{% $states.input.dataset %}"]}}""",
    """{"ProcessingOutputConfig": {"Outputs": [{"OutputName": "train_set", "S3Output": {
        "S3Uri": "{% $states.input.prefix & 'train/' %}", "S3UploadMode": "EndOfJob",
        "LocalPath": "/opt/ml/processing/output/train"}}]}}""",
]


@pytest.fixture
def draft() -> Draft:
    return Draft("createProcessingJob")


def mistakes(draft: Draft, text: str) -> list[str]:
    report = draft.add(text)
    assert report.mistakes, "accepted"
    assert draft.arguments == {}, "a piece with a mistake changed the draft"
    return [f"{mistake.field}: {mistake.text}" for mistake in report.mistakes]


def test_an_empty_draft_names_everything_that_the_job_needs(draft):
    assert set(draft.missing) == {
        "ProcessingJobName",
        "RoleArn",
        "ProcessingResources",
        "ProcessingInputs",
        "AppSpecification",
        "ProcessingOutputConfig",
    }


def test_the_draft_grows_until_nothing_is_missing(draft):
    left = [draft.add(piece).missing for piece in PIECES]
    assert [len(missing) for missing in left] == [5, 4, 3, 2, 2, 1, 0]
    assert draft.add("{}").complete
    assert [one["InputName"] for one in draft.arguments["ProcessingInputs"]] == ["input", "code"]


def test_what_is_missing_inside_a_part_is_named_by_its_path(draft):
    draft.add('{"AppSpecification": {"ImageUri": "image"}, "ProcessingInputs": [{"InputName": "code"}]}')
    assert "AppSpecification.ContainerEntrypoint" in draft.missing
    assert "ProcessingInputs[code].S3Input" in draft.missing
    assert "AppSpecification.ImageUri" not in draft.missing


def test_a_cell_run_twice_leaves_what_it_left_once(draft):
    for piece in [*PIECES, *PIECES[2:5]]:
        draft.add(piece)
    twice = draft.arguments
    once = Draft("createProcessingJob")
    for piece in PIECES:
        once.add(piece)
    assert twice == once.arguments


def test_an_item_of_the_same_name_is_replaced_and_others_stay(draft):
    for piece in PIECES:
        draft.add(piece)
    draft.add(PIECES[4].replace("preprocess.py", "other.py"))
    inputs = draft.arguments["ProcessingInputs"]
    assert [one["S3Input"]["S3Uri"].rpartition("/")[2] for one in inputs][1] == "other.py"
    assert len(inputs) == 2


def test_a_list_of_plain_values_is_replaced_whole(draft):
    draft.add('{"AppSpecification": {"ContainerEntrypoint": ["python3", "a.py"]}}')
    draft.add('{"AppSpecification": {"ContainerEntrypoint": ["python3"]}}')
    assert draft.arguments["AppSpecification"]["ContainerEntrypoint"] == ["python3"]


def test_a_field_is_taken_out_again(draft):
    draft.add(PIECES[0])
    assert "ProcessingJobName" in draft.remove("ProcessingJobName", "RoleArn").missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"RoleARN": "x"}', "RoleARN: there is no such field; did you mean RoleArn?"),
        (
            '{"AppSpecification": {"Image": "x"}}',
            "AppSpecification.Image: there is no such field; did you mean ImageUri",
        ),
        ('{"AppSpecification": "x"}', "AppSpecification: an object with ImageUri"),
        ('{"ProcessingInputs": {"InputName": "x"}}', "ProcessingInputs: a list is needed, not an object"),
        ('{"Environment": {"EPOCHS": 5}}', 'Environment.EPOCHS: a string is needed, not a number: write "5".'),
        ('{"Environment": ["x"]}', "Environment: an object of names and values is needed, not a list"),
        ('{"ProcessingJobName": "a_b"}', "ProcessingJobName: 'a_b' does not match the pattern"),
        ('{"ProcessingJobName": "' + "a" * 64 + '"}', "64 characters: 1 to 63 are allowed"),
        ('{"ProcessingJobName": null}', "a string is needed, not null"),
        ('{"RoleArn": "my-role-of-the-course"}', "does not match the pattern arn:aws"),
        ('{"StoppingCondition": {"MaxRuntimeInSeconds": "600"}}', "write 600, without quotes"),
        ('{"StoppingCondition": {"MaxRuntimeInSeconds": 1.5}}', "a whole number is needed"),
        ('{"StoppingCondition": {"MaxRuntimeInSeconds": true}}', "a whole number is needed, not true or false"),
        ('{"StoppingCondition": {"MaxRuntimeInSeconds": 0}}', "0 is out of range"),
        ('{"NetworkConfig": {"EnableNetworkIsolation": "True"}}', "write true, without quotes"),
        ('{"AppSpecification": {"ContainerEntrypoint": []}}', "0 items: 1 to 100 are allowed"),
        (
            '{"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.larg"}}}',
            "'ml.m5.larg' is not one of its values; did you mean ml.m5.large?",
        ),
        ('{"RoleArn": " {% $role %}"}', "a blank outside the delimiters"),
        ('{"RoleArn": "{% $role %} "}', "a blank outside the delimiters"),
        ('{"RoleArn": "{% $role"}', "never closed"),
        ('{"RoleArn": "$role %}"}', "never opened"),
        ('{"RoleArn": "{% %}"}', "an empty expression"),
        ('{"RoleArn": "arn:{% $x %}:role"}', "text around an expression: join it inside"),
        ("[]", ": an object is needed here"),
        ('{"RoleArn" "x"}', ': a colon is missing after "RoleArn"'),
    ],
)
def test_a_mistake_is_named_and_nothing_is_added(draft, text, expected):
    [found] = mistakes(draft, text)
    assert expected in found


def test_several_mistakes_are_named_at_once_each_with_its_place(draft):
    report = draft.add('{\n  "RoleARN": "x",\n  "Environment": {"A": 1}\n}')
    assert [(one.place.line, one.place.column, one.field) for one in report.mistakes] == [
        (2, 3, "RoleARN"),
        (3, 19, "Environment.A"),
    ]
    assert "nothing was added" in repr(report)
    assert '    {"A": 1}'.strip() in repr(report)


def test_an_expression_stands_wherever_a_value_goes(draft):
    text = """{"ProcessingResources": "{% $resources %}", "ProcessingInputs": "{% $inputs %}",
        "StoppingCondition": {"MaxRuntimeInSeconds": "{% $limit %}"}}"""
    assert not draft.add(text).mistakes
    assert not [path for path in draft.missing if path.startswith(("ProcessingResources", "ProcessingInputs"))]


def test_a_fixed_job_name_is_advised_against(draft):
    assert "second run" in repr(draft.add('{"ProcessingJobName": "preprocess"}'))
    assert "second run" not in repr(draft.add(PIECES[0]))


def test_the_text_pastes_as_it_stands(draft):
    for piece in PIECES:
        draft.add(piece)
    assert json.loads(draft.json()) == draft.arguments


def test_arguments_are_the_callers_own(draft):
    draft.add(PIECES[5])
    draft.arguments["AppSpecification"]["ImageUri"] = "other"
    assert draft.arguments["AppSpecification"]["ImageUri"].startswith("683313688378")


def test_the_state_waits_for_the_job_and_has_output_variables_and_successor(draft):
    for piece in PIECES:
        draft.add(piece)
    state = draft.state("Train", output='{"train": "{% $x %}"}', assign={"bucket": "{% $states.input.bucket %}"})
    assert state == {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
        "Arguments": draft.arguments,
        "Output": {"train": "{% $x %}"},
        "Assign": {"bucket": "{% $states.input.bucket %}"},
        "Next": "Train",
    }
    assert draft.state()["End"] is True
    assert draft.state(output="{% $states.result %}")["Output"] == "{% $states.result %}"
    assert draft.state(TimeoutSeconds=60)["TimeoutSeconds"] == 60


def test_no_state_is_made_of_a_draft_that_lacks_something(draft):
    with pytest.raises(CourseError, match=r"Still missing: .*RoleArn"):
        draft.state()


def test_an_output_that_is_no_json_is_refused_with_its_place(draft):
    for piece in PIECES:
        draft.add(piece)
    with pytest.raises(CourseError, match="Output, line 1, column 2: a single quote"):
        draft.state(output="{'a': 1}")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("createTrainingJob", "arn:aws:states:::sagemaker:createTrainingJob.sync"),
        ("createModel", "arn:aws:states:::sagemaker:createModel"),
        ("createEndpoint", "arn:aws:states:::sagemaker:createEndpoint"),
        ("aws-sdk:sagemaker:describeEndpoint", "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint"),
        ("lambda:invoke", "arn:aws:states:::lambda:invoke"),
        ("states:startExecution", "arn:aws:states:::states:startExecution.sync:2"),
        ("aws-sdk:sfn:startExecution", "arn:aws:states:::aws-sdk:sfn:startExecution"),
    ],
)
def test_the_resource_of_an_action(action, resource):
    assert Draft(action).resource() == resource


def test_the_same_without_waiting():
    assert Draft("createTrainingJob").resource(wait=False) == "arn:aws:states:::sagemaker:createTrainingJob"


def test_an_integration_takes_json_where_the_api_takes_text():
    invoke = Draft("lambda:invoke").add('{"FunctionName": "f", "Payload": {"a": [1, null]}}')
    start = Draft("states:startExecution").add('{"StateMachineArn": "{% $arn %}", "Input": {"a": 1}}')
    assert invoke.complete
    assert start.complete


@pytest.mark.parametrize(
    ("action", "text"),
    [("createProcesingJob", "did you mean CreateProcessingJob"), ("sagemakr:createModel", "no service 'sagemakr'")],
)
def test_an_unknown_action_is_refused(action, text):
    with pytest.raises(CourseError, match=text):
        Draft(action)


def test_both_representations_say_the_same(draft):
    report = draft.add(PIECES[5])
    for field in report.fields:
        assert field.name in repr(report)
        assert f"`{field.name}`" in report._repr_markdown_()
        assert field.meaning in report._repr_markdown_()
    assert "Configures the processing job to run a specified Docker container image." in repr(draft)


def test_a_dictionary_is_no_text(draft):
    with pytest.raises(CourseError, match="triple quotes"):
        draft.add({"RoleArn": ROLE})
