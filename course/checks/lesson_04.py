"""Checks of lesson 04: two expressions, a Choice, Retry with Catch, and a state that is put into another language."""

from __future__ import annotations

import json
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.states import compared, failing, plainly, tried, valid
from course.outcomes.outcome import NotYet, Said


@exercise(
    "04.address",
    "The address of the training set",
    "Four pieces, joined by `&`: the prefix, a folder, the name, an ending.",
    "The name ends at the data set's first dot: `$split($states.input.dataset, '.', 1)[0]`.",
    "`{% $states.input.prefix & 'train/' & … & '_train.txt' %}`, with the name in place of `…`.",
)
def address(work: Any) -> Cases:
    """Other data sets in other places."""
    for what, prefix, dataset, advice in (
        ("the data set of the lesson", "s3://a-bucket/data/", "reviews_Musical_Instruments_5.json.zip", _PIECES),
        ("another data set", "s3://a-bucket/data/", "gardens.json.zip", "Take the name from the input."),
        ("another bucket and folder", "s3://b/2026/july/", "gardens.json.zip", "Take the prefix from the input."),
        ("a name with several dots", "s3://b/", "reviews.2026.json.zip", "The name ends at its first dot."),
        ("a name without a dot", "s3://b/", "reviews", "$split gives one piece then, and [0] is it."),
    ):
        expected = f"{prefix}train/{dataset.split('.')[0]}_train.txt"
        yield compared(what, work, {"bucket": "x", "prefix": prefix, "dataset": dataset}, expected, advice)


_PIECES = "Try the pieces one by one with evaluate, then join them."


@exercise(
    "04.average",
    "How well the good ones are rated",
    "A condition in square brackets keeps some elements of a list: `reviews[overall > 3]`.",
    "After the brackets, the path goes on: `.overall` takes one field of each.",
    "`{% $average($states.input.reviews[overall > 3].overall) %}`",
)
def average(work: Any) -> Cases:
    """Three stars are not more than three; and one element of a list is still something to average."""
    for what, stars, expected, advice in (
        ("stars 5, 1, 4", [5, 1, 4], 4.5, "Only the reviews with more than 3 stars count."),
        ("stars 5, 3, 2", [5, 3, 2], 5, "Three is not more than three."),
        ("stars 4", [4], 4, "Go through the list by a path, not by numbers in brackets."),
        ("stars 4, 4, 5, 5, 1, 1, 1", [4, 4, 5, 5, 1, 1, 1], 4.5, "$average works on all that the condition keeps."),
    ):
        reviews = [{"overall": one, "text": "A text.", "helpful": [1, 1]} for one in stars]
        yield compared(what, work, {"reviews": reviews}, expected, advice)


@exercise(
    "04.choice",
    "Is there any text?",
    "The condition is an expression that is true or false. The text is in the variable `$text`.",
    "`$trim` takes blanks off, `$length` counts what is left.",
    "`{% $length($trim($text)) > 0 %}`",
)
def choice(work: Any) -> Cases:
    """Texts that look empty and are not, and the other way round."""
    for what, text, goes in (
        ("a text", "Great value.", "Wait a moment"),
        ("a single letter", "x", "Wait a moment"),
        ("a zero", "0", "Wait a moment"),
        ("no text", "", "Nothing to do"),
        ("blanks", "   ", "Nothing to do"),
        ("an empty line", " \n ", "Nothing to do"),
    ):
        advice = "Take the blanks off first, then look at the length."
        variables = json.dumps({"text": text})
        answer = tried(what, work, {"reviewText": "not this one"}, Said(goes), advice, variables=variables)
        got = answer.get("nextState") or answer.get("cause", "nowhere")
        if got != goes:
            raise NotYet(f"{what}: {text!r}", Said(f"on to '{goes}'"), Said(f"on to '{got}'"), advice)
        yield what


_BUSY, _CRASH = "Lambda.TooManyRequestsException", "AttributeError"


@exercise(
    "04.catch",
    "Retry what passes, catch the rest",
    "Retry is for *too many requests*: `Lambda.TooManyRequestsException`. Catch is for any error at all.",
    "Any error is called `States.ALL`. In a Catch, the error's name is `$states.errorOutput.Error`.",
    "`$states.errorOutput.Cause` is a text that holds JSON: `$parse` makes data of it, and `.errorMessage` is in it.",
)
def catch(work: Any) -> Cases:
    """Throttling is tried again and given up in the end; a crash is caught at once, and said in words."""
    again = "Name the error under ErrorEquals of Retry, with MaxAttempts 3."
    case = "too many requests, the first time"
    _status(case, work, failing(_BUSY, "{}"), "RETRIABLE", again)
    yield case
    cause = json.dumps({"errorMessage": "'int' object has no attribute 'split'", "errorType": _CRASH})
    for case, error, tries in (
        ("too many requests, after three tries", _BUSY, 3),
        ("a crash of the function", _CRASH, 0),
    ):
        answer = _status(case, work, failing(error, cause, tries), "CAUGHT_ERROR", "Catch any error: States.ALL.")
        if answer.get("nextState") != "Give up":
            raise NotYet(case, Said("on to 'Give up'"), Said(f"on to '{answer.get('nextState')}'"), "Look at Next.")
        expected = {"what": error, "why": "'int' object has no attribute 'split'"}
        if json.loads(answer["output"]) != expected:
            advice = "$parse the Cause, and take errorMessage of it."
            raise NotYet(case, expected, json.loads(answer["output"]), advice)
        yield case


def _status(case: str, state: Any, further: dict[str, Any], status: str, advice: str) -> dict[str, Any]:
    answer = tried(case, state, {}, Said(_SAYS[status]), advice, variables='{"text": "A text."}', **further)
    if answer["status"] != status:
        said = Said(_SAYS.get(answer["status"], answer["status"]) + f" ({answer.get('cause', '')})")
        raise NotYet(case, Said(_SAYS[status]), said, advice)
    return answer


_SAYS = {"RETRIABLE": "tried again", "CAUGHT_ERROR": "caught", "FAILED": "failed", "SUCCEEDED": "succeeded"}


_FUNCTION, _MOST_STATES = "review-states-sentences", 10
_SAME = "Both machines get the same input, and have to put out the same."


@exercise(
    "04.convert",
    "An older state in JSONata",
    "Two fields are left: `Arguments` is what the function gets, `Output` what the next state gets.",
    "`Arguments` have the fields of `Parameters`: `FunctionName`, and `Payload` with `text` from `$states.input`.",
    "The next state needs the input and `cut`: `$merge([$states.input, {'cut': {…}}])`, with `sentences` and `count`.",
)
def convert(work: Any, older: Any) -> Cases:
    """Both machines, the older one and the learner's, are gone through on the same inputs."""
    case, fields = "the definition as Step Functions reads it", "Each state has the fields of its own language alone."
    valid(case, work, fields)
    yield case
    for case, data in (
        ("three sentences", {"reviewText": "Stays in tune. A bit thick. Great value.", "stars": 4}),
        ("a single sentence", {"reviewText": "Great value", "stars": 5}),
        ("dots and blanks alone", {"reviewText": " . . ", "stars": 1}),
        ("a field more", {"reviewText": "Good. Cheap.", "stars": 3, "asin": "B000"}),
        ("no text", {"reviewText": "", "stars": 2}),
    ):
        expected, got = (_put_out(case, machine, data) for machine in (older, work))
        if got != expected:
            raise NotYet(f"{case}: {data}", expected, got, _SAME)
        yield case


def _put_out(case: str, machine: dict[str, Any], data: Any) -> Any:
    """What a machine puts out, gone through state by state with TestState, where the lesson's function is mocked."""
    name, variables = machine["StartAt"], "{}"
    for _ in range(_MOST_STATES):
        state = {"QueryLanguage": machine.get("QueryLanguage", "JSONPath"), **machine["States"][name]}
        given: dict[str, Any] = {"variables": variables, "inspectionLevel": "DEBUG"}
        if state["Type"] == "Task":
            given["mock"] = _invoked(case, state, data, variables)
        answer = tried(case, state, data, Said("an output"), _SAME, **given)
        if answer["status"] != "SUCCEEDED":
            return Said(f"{answer['error']} in '{name}': {plainly(answer.get('cause', ''))}")
        data, variables = json.loads(answer["output"]), answer["inspectionData"].get("variables", variables)
        if "nextState" not in answer:
            return data
        name = answer["nextState"]
    raise NotYet(case, Said("an end"), Said(f"more than {_MOST_STATES} states"), "Look at Next of each state.")


def _invoked(case: str, state: dict[str, Any], data: Any, variables: str) -> dict[str, Any]:
    """A mock of what the lesson's function would give back for the arguments that a state makes."""
    nothing = {"result": "{}", "fieldValidationMode": "NONE"}
    given = {"variables": variables, "inspectionLevel": "DEBUG", "mock": nothing}
    advice = "Arguments are what the function gets: its name, and a Payload with the text."
    expected = {"FunctionName": _FUNCTION, "Payload": {"text": data["reviewText"]}}
    found = tried(case, state, data, expected, advice, **given)["inspectionData"]
    arguments = json.loads(found.get("afterArguments", found.get("afterParameters", "null")))
    if arguments != expected:
        raise NotYet(f"{case}: what the function gets", expected, arguments, advice)
    sentences = [piece.strip() for piece in data["reviewText"].split(".") if piece.strip()]
    result = {"ExecutedVersion": "$LATEST", "Payload": sentences, "StatusCode": 200}
    return nothing | {"result": json.dumps(result)}
