"""The checks of lesson 05, by TestState of the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

import pytest

from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("settings", "aws_compared")


@pytest.mark.parametrize("name", ["05.name", "05.inputs", "05.outputs", "05.output", "05.variables"])
def test_untouched_and_solved(name: str) -> None:
    check_untouched_and_solved(name)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("name", "{% 'BlazingText-' & $millis() %}", "BlazingText-1", "two names"),
        ("name", "'BlazingText-' &", "'Blazing Text ' &", "letters, digits and -"),
        ("name", "'BlazingText-' & ", "", "BlazingText- and something"),
        ("name", "$millis()", "millis()", "a first run"),
        ("name", " %}", "", "a first run"),
        ("name", '"ProcessingJobName"', '"TrainingJobName"', "there is no 'ProcessingJobName'"),
        ("name", ": ", " ", "line 2, column 22"),
        ("inputs", "$states.input.prefix & $states.input.dataset", "$states.input.dataset", "the address of input"),
        ("inputs", "$states.input.bucket & '/code/'", "'/code/'", "the address of code"),
        ("inputs", "$states.input.bucket", "'a-bucket'", "another data set in another folder"),
        ("inputs", '"InputName": "code"', '"InputName": "script"', "one of the name code"),
        ("inputs", "/opt/ml/processing/input/code", "/opt/ml/code", "the local path of code"),
        ("inputs", '"ProcessingInputs"', '"Inputs"', "there is no 'ProcessingInputs'"),
        ("outputs", "$states.input.prefix & 'test/'", "$states.input.prefix & 'train/'", "the address of test_set"),
        ("outputs", '"/opt/ml/processing/test"', '"/opt/ml/processing/train"', "the local path of test_set"),
        ("outputs", '"S3Uri"', '"Uri"', "there is no 'S3Uri' in S3Output"),
        ("output", "'_test.txt'", "'_train.txt'", "the data set of the lesson"),
        (
            "output",
            "$split($states.input.dataset, '.', 1)[0] & '_test",
            "'reviews_Musical_Instruments_5_test",
            "gardens",
        ),
        ("output", '"test":', '"testing":', "'testing'"),
        ("variables", "{% $states.input.bucket %}", "a-bucket", "another data set in another folder"),
        ("variables", "$states.input.bucket", "$bucket", "the data set of the lesson"),
        ("variables", '{"bucket"', '["bucket"', "the text as JSON"),
        ("name", "$millis()", "$millis", "is the function called"),
        ("name", "{% 'BlazingText-' & $millis() %}", "BlazingText-{% $millis() %}", "Text around an expression"),
        ("name", "$millis()", "$now()", "letters and digits"),
        ("inputs", "prefix & $states", "prefix & '/' & $states", "two slashes"),
        ("inputs", "$states.input.prefix &", "'s3://' & $states.input.prefix &", "an address already"),
        ("inputs", "'/code/'", "'code/'", "no slash behind the bucket"),
        ("inputs", "'/code/'", "'/code'", "Only the slash at the end"),
        ("inputs", "$states.input.bucket", "$bucket", "There is no variable $bucket"),
        ("inputs", "$states.input.dataset", "$states.input.datset", "did you mean dataset?"),
        ("outputs", '"/opt/ml/processing/train"', '"s3://a-bucket/train"', "an address on S3"),
        ("output", "'_test.txt'", "'_test'", "Look at `test`. The address ends with _test.txt"),
        ("variables", "{% $states.input.bucket %}", "$states.input.bucket", "was taken as a text"),
        ("variables", '"bucket"', '"Bucket"', "`bucket` is missing"),
    ],
)
def test_a_field_with_a_mistake(name: str, old: str, new: str, said: str) -> None:
    check_wrong(judge(f"05.{name}", changed(f"05.{name}", (old, new))), said)


def test_a_field_half_filled_says_how_many_places_are_left() -> None:
    left = changed("05.outputs", ("{% $states.input.prefix & 'test/' %}", "?"))
    check_wrong(judge("05.outputs", left), "1 place with a ?")
