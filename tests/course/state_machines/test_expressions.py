"""Mistakes inside expressions, as Step Functions on the learner's own AWS finds them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from course.errors import CourseError
from course.state_machines.answer_model import Answer
from course.state_machines.draft import Draft
from course.state_machines.expressions import Expressions
from local_aws.__main__ import environment

SAMPLE = {
    "bucket": "a-bucket",
    "prefix": "s3://a-bucket/data/",
    "dataset": "reviews.json.zip",
    "reviews": [{"overall": 5}, {"overall": 1}],
}


@pytest.fixture(autouse=True, scope="module")
def aws(endpoint_url: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(endpoint_url).items():
            patch.setenv(name, value)
        boto3.setup_default_session()
        yield
    boto3.setup_default_session()


def texts(expression: str, sample: object = SAMPLE, variables: object = None) -> list[str]:
    found = Expressions(sample, {"bucket": "a-bucket"} if variables is None else variables).faults({"A": [expression]})
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        # An unknown variable: JSONata itself joins the text and nothing.
        ("'s3://' & $buket & '/models/'", "there is no variable $buket; did you mean $bucket?"),
        ("$dataset", "there is no variable $dataset. There are $bucket."),
        ("$exists($buket) ? 1 : $bukett", "there is no variable $bukett"),
        # A missing $.
        ("states.input.prefix & 'train/'", "Variables and functions begin with $"),
        ("'BlazingText-' & millis()", "Variables and functions begin with $"),
        ("bucket", "Variables and functions begin with $"),
        # A wrong quote.
        ("'data/ & $bucket", "A text has a single quote on either side"),
        ("\u2018data/\u2019 & $bucket", "straight single quotes"),
        ("\u201cdata/\u201d & $bucket", "straight single quotes"),
        ("`data/` & $bucket", "Texts stand in single quotes"),
        # Nothing there, on the sample.
        ("$states.input.datset", "no 'datset' in $states.input; did you mean dataset?"),
        ("'a' & $states.input.nix & 'b'", "no 'nix' in $states.input. There are bucket, prefix, dataset, reviews."),
        ("$states.input.prefix.more", '$states.input.prefix is "s3://a-bucket/data/", and has no fields.'),
        ("$states.input.reviews[overall > 5]", "returned nothing (undefined)"),
        ("$lookup($states.input, 'nix')", "returned nothing (undefined)"),
        # Others.
        ("$states.inputs.prefix", "'$states.inputs' does not exist"),
        ("$states.result.Payload", "in Output and Assign of a task, $states.result"),
        ("$states.context.Execution.Nme", "no 'Nme' in $states.context.Execution; did you mean Name?"),
        # A typing mistake in what JSONata and Step Functions bring along.
        ("$state.input.prefix", "there is no variable $state; did you mean $states?"),
        ("$input.prefix", "there is no variable $input; did you mean $states.input?"),
        ("'BlazingText-' & $milis()", "there is no function $milis; did you mean $millis?"),
        ("$shout($bucket)", "there is no function $shout"),
        # What is opened and not closed, and texts without quotes.
        ("$split($states.input.dataset, '.'[0]", 'Expected ")" before end of expression'),
        ("$states.input.prefix && 'train/'", "A single & joins two texts"),
        ("BlazingText- & $millis()", "BlazingText stands alone"),
        ("$states.input.prefix & train/", "train stands alone"),
        ("$states.input.dataset = 'x' ? 'a'", "what it gives otherwise stands after a colon"),
        ("$states.input.prefix + 1", "Texts are joined by &"),
        ("$states.input.prefix &", "Unexpected end of expression"),
    ],
)
def test_a_mistake_in_an_expression_has_a_remedy(inside: str, said: str) -> None:
    [text] = texts(f"{{% {inside} %}}")
    assert said in text


@pytest.mark.parametrize(
    "inside",
    [
        "'BlazingText-' & $millis()",
        "$states.input.prefix & $states.input.dataset",
        "$split($states.input.dataset, '.', 1)[0] & '_train.txt'",
        "$exists($states.input.epochs) ? $states.input.epochs : 5",
        "$states.input.reviews[overall > 3].overall",
        "$states.input.reviews.(overall * 2)",
        "($x := 3; $x + 1)",
        "$map($states.input.reviews, function($v) { $v.overall })",
        "$reduce([1, 2], function($i, $j) { $i + $j })",
        "'$buket is a text, states.input too' & $bucket",
        "$states.context.Execution.Id",
        "$states.input",
        "/* $buket */ $bucket",
    ],
)
def test_what_works_is_left_in_peace(inside: str) -> None:
    assert texts(f"{{% {inside} %}}") == []


def test_without_a_sample_only_what_needs_none_is_tried() -> None:
    assert Expressions().faults(["{% $states.input.nix %}", "{% $whatever %}"]) == []
    assert len(Expressions().faults(["{% 'a' & millis() %}", "{% $shout(1) %}", "{% 'a %}"])) == 2


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ("$states.input.prefix & 'train/", "'train/ "),
        ("$millis() & $uppercase($states.input.prefix", "($states.input.prefix "),
        ("$split($states.input.dataset, '.')[0", "[0 "),
        ("$states.input.prefix && 'train/'", "& 'train/' "),
        ("'(' & $states.input.prefix & train/", "train"),
        ("'$shout(' & $shout(1)", "$shout"),
        ("$states.input.prefix & “train”", "“"),
    ],
)
def test_the_place_in_the_expression_is_told(inside: str, part: str) -> None:
    [fault] = Expressions(SAMPLE).faults(f"{{% {inside} %}}")
    assert fault.part == part


def test_who_tells_the_sample_and_no_variables_is_asked_for_them() -> None:
    [fault] = Expressions(SAMPLE).faults("{% $bucket %}")
    assert fault.text.startswith("the draft knows no variable $bucket: name those of earlier states")


@pytest.mark.parametrize(
    "text", ["{% $states.input.prefix", "$states.input.prefix", "$uppercase('a')", "a {% $states.input.prefix %}"]
)
def test_an_expression_without_its_delimiters_is_seen_wherever_it_stands(text: str) -> None:
    draft = Draft("createProcessingJob", SAMPLE)
    for field in ({"AppSpecification": {"ContainerArguments": [text]}}, {"ProcessingJobName": text}):
        assert len(draft.add(json.dumps(field)).mistakes) == 1
    assert len(Expressions(SAMPLE).faults({"a": text})) == 1
    assert Expressions(SAMPLE).faults({"a": "costs $5 (five)", "b": "$", "c": "s3://b/$x"}) == []


@pytest.mark.parametrize(
    ("action", "inside", "said"),
    [
        ("createTrainingJob", "TrainingJobNam", "did you mean TrainingJobName?"),
        ("createTrainingJob", "ModelArtifacts.S3ModelArtefacts", "did you mean S3ModelArtifacts?"),
        ("createTrainingJob", "TrainingJobName.first", "is no object"),
        ("createTrainingJob", "HyperParameters.mode", ""),
        ("createTrainingJob", "SecondaryStatusTransitions.StatusMessage", ""),
        ("createTrainingJob", "SecondaryStatusTransitions.Message", "did you mean StatusMessage?"),
        ("aws-sdk:sagemaker:describeEndpoint", "Status", "did you mean EndpointStatus?"),
        ("aws-sdk:sagemaker:describeEndpoint", "EndpointStatus", ""),
        ("lambda:invoke", "payload", "did you mean Payload?"),
        ("lambda:invoke", "Payload.whatever.there.is", ""),
        ("lambda:invoke", "SdkHttpMetadata.HttpStatusCode", ""),
        ("states:startExecution", "Output.sentences", ""),
    ],
)
def test_what_a_call_does_not_answer_is_seen_in_the_output(action: str, inside: str, said: str) -> None:
    service, name = action.split(":")[-2:] if ":" in action else ("sagemaker", action)
    waits = name in ("createTrainingJob", "startExecution")
    faults = Expressions(SAMPLE).faults(f"{{% $states.result.{inside} %}}", Answer(service, name, waits))
    assert [said in one.text for one in faults] == ([True] if said else [])


def test_no_variable_at_all_is_said() -> None:
    assert texts("{% $bucket %}", variables={}) == [
        "there is no variable $bucket: no state before this one has assigned any."
    ]


def test_a_draft_adds_nothing_that_has_a_wrong_expression_and_shows_the_place() -> None:
    draft = Draft("createTrainingJob", SAMPLE, {"bucket": "a-bucket"})
    report = draft.add('{\n  "OutputDataConfig": {"S3OutputPath": "{% \'s3://\' & $buket & \'/models/\' %}"}\n}')
    [mistake] = report.mistakes
    assert draft.arguments == {}
    assert mistake.field == "OutputDataConfig.S3OutputPath"
    assert str(mistake.place) == "line 2, column 54"
    lines = repr(report).splitlines()
    assert lines[2].index("$buket") == lines[3].index("^")
    assert not report.complete
    assert not draft.add('{"OutputDataConfig": {"S3OutputPath": "{% \'s3://\' & $bucket %}"}}').mistakes


def test_only_what_was_added_is_shown_and_the_rest_is_folded() -> None:
    draft = Draft("createTrainingJob", SAMPLE)
    draft.add('{"RoleArn": "arn:aws:iam::123456789012:role/a"}')
    report = draft.add("""{"TrainingJobName": "{% 'a' & $millis() %}"}""")
    table, folded = report._repr_markdown_().split("<details>")
    assert "`TrainingJobName`" in table and "`RoleArn`" not in table
    assert "<summary>All 8 fields</summary>" in folded and "`RoleArn`" in folded and "`ResourceConfig`" in folded
    assert "RoleArn" not in repr(report).split("Still missing")[1]
    assert "RoleArn" in repr(draft)


@pytest.mark.parametrize("field", ["output", "assign"])
def test_a_states_output_and_variables_are_tried_too(field: str) -> None:
    draft = Draft("lambda:invoke", SAMPLE, {})
    draft.add('{"FunctionName": "f"}')
    for wrong, said in (("$states.input.nix", "no 'nix'"), ("states.result", "begin with"), ("'a", "single quote")):
        with pytest.raises(CourseError, match=said) as raised:
            draft.state(**{field: json.dumps({"a": f"{{% {wrong} %}}"})})
        assert str(raised.value).startswith(f"{field.title()}.a: ")
    assert draft.state(**{field: {"a": "{% $states.result.Payload.sentences %}"}})[field.title()]


def test_where_step_functions_cannot_be_asked_the_draft_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    report = Draft("createModel").add('{"ModelName": "{% $states.input.name %}"}')
    assert not report.mistakes
    assert "The expressions were not tried" in repr(report) and "127.0.0.1:9" in repr(report)
