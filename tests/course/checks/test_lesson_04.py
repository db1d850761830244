"""The checks of lesson 04, by TestState of the embedded AWS: untouched, with planted mistakes, solved."""

from __future__ import annotations

from typing import Any

import pytest

from course.checks.cells import exercise_cell
from course.outcomes.outcome import Outcome
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge

pytestmark = pytest.mark.usefixtures("settings", "aws_compared")


def task() -> dict[str, Any]:
    """The task of the lesson, before it gets Retry and Catch."""
    arguments = {"FunctionName": "review-states-sentences", "Payload": {"text": "{% $text %}"}}
    resource = "arn:aws:states:::lambda:invoke"
    return {"cut_into_sentences": {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True}}


def test_untouched_and_solved() -> None:
    for name in ("04.address", "04.average", "04.choice"):
        check_untouched_and_solved(name)
    check_untouched_and_solved("04.catch", task)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("s3://a-bucket/data/train/reviews_Musical_Instruments_5_train.txt", "another data set"),
        ("{% $states.input.prefix & 'train/' %}", "came back: 's3://a-bucket/data/train/'"),
        ("{% $states.input.prefix & 'train/' & $states.input.dataset & '_train.txt' %}", "json.zip_train.txt"),
        (" {% $states.input.prefix %}", "must start with {%"),
        ("{% $states.input.prefx %}", "returned nothing"),
        (5, "came back: 5"),
        ("$states.input.prefix", "was taken as a text"),
        ("{% $states.input.prefix & '/train/' %}", "a slash already"),
        ("{% $states.input.prefix + 'train/' %}", "Texts are joined by &"),
        ("{% $states.input.prefix & train/ %}", "Train stands alone"),
        ("{% states.input.prefix %}", "begin with $"),
        (
            "{% $states.input.prefix & 'train/' & $split($states.input.dataset, '.', 1) & '_train.txt' %}",
            "the name of this",
        ),
        ("{% $states.input.prefix & 'train/reviews_Musical_Instruments_5_train.txt' %}", "another data set"),
        ("{% $states.input.prefix & \u2018train/\u2019 %}", "straight single quotes"),
        ("{% $prefix & 'train/' %}", "There is no variable $prefix"),
        ({"{% $states.input.prefix %}"}, "a set of Python's"),
    ],
)
def test_an_address_with_a_mistake(work: Any, said: str) -> None:
    check_wrong(judge("04.address", f"address = {work!r}"), said)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("{% $average($states.input.reviews.overall) %}", "stars 5, 1, 4"),
        ("{% $average($states.input.reviews[overall >= 3].overall) %}", "stars 5, 3, 2"),
        ("{% 4.5 %}", "stars 5, 3, 2"),
        ("{% $average($states.input.reviews[0].overall) %}", "stars 5, 1, 4"),
        ("{% $mean($states.input.reviews.overall) %}", "stars 5, 1, 4"),
        ("{% $states.input.reviews[overall > 3].overall %}", "A number is needed, not a list"),
        ("{% $average($states.input.reviews.overall > 3) %}", "a condition on a list stands in [ ]"),
        ("{% $average($states.input.reviews[overall > 3]) %}", "take a field of each element"),
        ("{% $average($states.input.review.overall) %}", "did you mean reviews?"),
    ],
)
def test_an_average_with_a_mistake(work: str, said: str) -> None:
    check_wrong(judge("04.average", f"stars = {work!r}"), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("$length($trim($text)) > 0", "$length($text) > 0", "blanks"),
        ("$length($trim($text)) > 0", "$length($trim($text)) > 1", "a single letter"),
        ("$length($trim($text)) > 0", "$boolean($number($text))", "a text"),
        ("$length($trim($text)) > 0", "$length($trim($states.input.reviewText)) > 0", "no text"),
        ("$length($trim($text)) > 0", "$trim($text) = ''", "on to 'Nothing to do'"),
        ("{% $length($trim($text)) > 0 %}", "$text", "a text"),
        ("$length($trim($text)) > 0", "$trim($text)", "comes to true or false"),
        ("$length($trim($text)) > 0", "$length($trim($txt)) > 0", "did you mean $text?"),
        ("$length($trim($text)) > 0", "$length($trim($states.input.reviewText)) > 0", "looks into the input"),
        ('"Next": "Wait a moment"', '"Next": "Wait"', "There is no such state"),
    ],
)
def test_a_choice_with_a_mistake(old: str, new: str, said: str) -> None:
    check_wrong(judge("04.choice", changed("04.choice", (old, new))), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Lambda.TooManyRequestsException", "Lambda.TooManyRequests", "tried again"),
        ("States.ALL", "States.Timeout", "failed"),
        ("States.ALL", "Lambda.TooManyRequestsException", "a crash of the function"),
        ('"Next": "Give up"', '"Next": "Wait a moment"', "on to 'Wait a moment'"),
        ("$parse($states.errorOutput.Cause).errorMessage", "$states.errorOutput.Cause", "errorMessage"),
        ("$states.errorOutput.Error", "$states.errorOutput.Cause", "'what'"),
        ('"MaxAttempts": 3', '"MaxAttempts": 9', "after three tries"),
        ("States.ALL", "?", "1 place with a ?"),
        ("Lambda.TooManyRequestsException", "TooManyRequestsException", "Retry names TooManyRequestsException"),
        ("Lambda.TooManyRequestsException", "States.ALL", "Trying again won't help here"),
        ('["States.ALL"]', '"States.ALL"', "in square brackets"),
        ("{% $states.errorOutput.Error %}", "$states.errorOutput.Error", "was taken as a text"),
        ("$parse($states.errorOutput.Cause).errorMessage", "$states.errorOutput.Cause.errorMessage", "both are texts"),
        ('"MaxAttempts": 3', '"MaxAttempts": 0', "allows no try"),
    ],
)
def test_retry_and_catch_with_a_mistake(old: str, new: str, said: str) -> None:
    check_wrong(judge("04.catch", changed("04.catch", (old, new)), **task()), said)


def machines() -> dict[str, Any]:
    """The older machine and three states of the newer one, as the lesson has them above the exercise."""
    names: dict[str, Any] = {"nothing_to_do": {"Type": "Fail", "Error": "EmptyReview", "Cause": "No text."}}
    for source in exercise_cell("04.convert").lesson:
        if source.startswith(("older_cut = ", "older = ", "newer = ")):
            exec(source, names)
    return {name: names[name] for name in ("older", "newer")}


def test_a_machine_to_convert_untouched_and_solved() -> None:
    check_untouched_and_solved("04.convert", machines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("        $states.input,\n", "", "three sentences"),
        ("'cut':", "'cuts':", "three sentences"),
        ("$count($states.result.Payload)", "3", "a single sentence"),
        ("$states.result.Payload,", "$states.result.Payload[0],", "three sentences"),
        ("{% $states.input.reviewText %}", "$.reviewText", "what the function gets"),
        ('"text":', '"text.$":', "what the function gets"),
        ('"Arguments"', '"Parameters"', "only supported for the 'JSONPath'"),
        ('"Next": "Sum up"', '"End": True', "not reachable"),
        ('"Next": "Sum up"', '"Next": "Summed up"', "Summed up"),
        ("review-states-sentences", "another", "what the function gets"),
        ("$states.result.Payload,", "$states.resullt.Payload,", "does not exist"),
        ("$states.input.reviewText", "$states.input.text", "There are reviewText, stars"),
        ("$merge([", "$merge(", "A bracket, a quote or an operator is missing"),
        ("$states.result.Payload,", "$states.result,", "a list is needed, not a dict"),
    ],
)
def test_a_conversion_with_a_mistake(old: str, new: str, said: str) -> None:
    check_wrong(judge("04.convert", changed("04.convert", (old, new)), **machines()), said)


@pytest.mark.parametrize(
    "output",
    [
        "{'reviewText': $states.input.reviewText, 'stars': $states.input.stars, 'cut': {'sentences': "
        "$states.result.Payload, 'count': $count($states.result.Payload)}}",
        "$states.input ~> |$|{'cut': {'sentences': $states.result.Payload, 'count': $count($states.result.Payload)}}|",
    ],
)
def test_another_way_to_convert_is_right_too(output: str) -> None:
    source = exercise_cell("04.convert").solution
    [_, written, _] = source.split('"""')
    work = source.replace(written, f"{{% {output} %}}")
    assert judge("04.convert", work, **machines()).outcome is Outcome.RIGHT


def test_another_spelling_is_right_too() -> None:
    again = "$states.input.reviews[overall > 3]"
    work = f'stars = "{{% $sum({again}.overall) / $count({again}) %}}"'
    assert judge("04.average", work).outcome is Outcome.RIGHT


def test_without_an_aws_nothing_can_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    result = judge("04.average", exercise_cell("04.average").solution)
    assert result.outcome is Outcome.UNCHECKED
    assert "Could not connect" in result.note
