"""Checks of lesson 04: two expressions, a Choice, Retry with Catch, and a state that is put into another language."""

from __future__ import annotations

import json
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.failures import goes_on, handled
from course.checks.set_addresses import address_of_a_set
from course.checks.states import compared, in_expressions, plainly, tried, valid
from course.outcomes.outcome import NotYet, Said
from course.state_machines.expressions import remedy_for


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
        ("a name without a dot", "s3://b/", "reviews", "A name without a dot is the whole name."),
    ):
        data = {"bucket": "x", "prefix": prefix, "dataset": dataset}
        yield address_of_a_set(what, work, data, "train", advice)


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
        ("stars 5, 1, 4", [5, 1, 4], 4.5, "Here 5 and 4 count, and 1 does not: it is not more than 3."),
        ("stars 5, 3, 2", [5, 3, 2], 5, "Here 5 alone counts: three is not more than three."),
        ("stars 4", [4], 4, "A list may have one review alone."),
        ("stars 4, 4, 5, 5, 1, 1, 1", [4, 4, 5, 5, 1, 1, 1], 4.5, "A list may have any number of reviews."),
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
    some, none = "This is text: which part of the condition says that it isn't?", "This is no text: blanks don't count."
    for what, text, goes, advice in (
        ("a text", "Great value.", "Wait a moment", some),
        ("a single letter", "x", "Wait a moment", some),
        ("a zero", "0", "Wait a moment", some),
        ("no text", "", "Nothing to do", "Here the text is empty."),
        ("blanks", "   ", "Nothing to do", none),
        ("an empty line", " \n ", "Nothing to do", none),
    ):
        given = {"text": text}
        found = _in_condition(work, given) or advice
        answer = tried(what, work, _INPUT, Said(f"on to '{goes}'"), found, variables=json.dumps(given))
        got = answer.get("nextState")
        if got != goes:
            said = Said(f"on to '{got}'") if got else plainly(answer.get("cause", "no way on"))
            if not got:
                found = _in_condition(work, given) or remedy_for(said)
            elif got not in ("Wait a moment", "Nothing to do"):
                found = "There is no such state: look at Next and Default."
            raise NotYet(f"{what}: {text!r}", Said(f"on to '{goes}'"), said, found)
        yield what


_INPUT = {"reviewText": "not this one"}
_OF_THE_INPUT = "The condition looks into the input. The text is in a variable, and here the input has another one."


def _in_condition(work: Any, variables: dict[str, str]) -> str:
    """What is wrong with the condition itself, whatever the text is; maybe nothing."""
    rules = work.get("Choices") if isinstance(work, dict) else None
    first = rules[0] if isinstance(rules, list) and rules else None
    condition = first.get("Condition") if isinstance(first, dict) else None
    if isinstance(condition, str) and "$states.input" in condition:
        return _OF_THE_INPUT
    return in_expressions(condition, _INPUT, variables)


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
    cause = json.dumps({"errorMessage": "'int' object has no attribute 'split'", "errorType": _CRASH})
    variables = {"text": "A text."}
    case = "too many requests, the first time"
    handled(case, work, {}, variables, (_BUSY, cause, 0), "RETRIABLE")
    yield case
    for case, error, tries in (
        ("too many requests, after three tries", _BUSY, 3),
        ("a crash of the function", _CRASH, 0),
    ):
        answer = handled(case, work, {}, variables, (error, cause, tries), "CAUGHT_ERROR")
        expected = {"what": error, "why": "'int' object has no attribute 'split'"}
        yield goes_on(case, answer, "Give up", expected, _TOLD)


_TOLD = "`what` is the error's name. `why` is one field of the Cause, which is a text with JSON in it."


_FUNCTION, _MOST_STATES = "review-states-sentences", 10
_SAME = "Both machines get the same input, and the older one puts out something else."


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
    machine = {"QueryLanguage": "JSONPath", **machine}
    for _ in range(_MOST_STATES):
        given: dict[str, Any] = {"stateName": name, "variables": variables, "inspectionLevel": "DEBUG"}
        if machine["States"][name]["Type"] == "Task":
            given["mock"] = _invoked(case, machine, data, given)
        answer = tried(case, machine, data, Said("an output"), _SAME, **given)
        if machine["States"][name]["Type"] == "Fail":
            return Said(f"the failure {answer['error']}")
        if answer["status"] != "SUCCEEDED":
            said = plainly(answer.get("cause", answer["error"]))
            raise NotYet(f"{case}: {name}", Said("an output"), said, remedy_for(said))
        data, variables = json.loads(answer["output"]), answer["inspectionData"].get("variables", variables)
        if "nextState" not in answer:
            return data
        name = answer["nextState"]
    raise NotYet(case, Said("an end"), Said(f"more than {_MOST_STATES} states"), "Look at Next of each state.")


def _invoked(case: str, machine: dict[str, Any], data: Any, given: dict[str, Any]) -> dict[str, Any]:
    """A mock of what the lesson's function would give back for the arguments that a state makes."""
    nothing = {"result": "{}", "fieldValidationMode": "NONE"}
    advice = "What the function gets is its name, and a Payload with the text of this state's input."
    expected = {"FunctionName": _FUNCTION, "Payload": {"text": data["reviewText"]}}
    answer = tried(case, machine, data, expected, advice, **given, mock=nothing)
    found = answer["inspectionData"]
    made = found.get("afterArguments", found.get("afterParameters"))
    if made is None:
        state = machine["States"][given["stateName"]]
        wrong = in_expressions(state.get("Arguments"), data, json.loads(given["variables"]))
        raise NotYet(f"{case}: what the function gets", expected, plainly(answer["cause"]), wrong or advice)
    arguments = json.loads(made)
    if arguments != expected:
        raise NotYet(f"{case}: what the function gets", expected, arguments, advice)
    sentences = [piece.strip() for piece in data["reviewText"].split(".") if piece.strip()]
    result = {"ExecutedVersion": "$LATEST", "Payload": sentences, "StatusCode": 200}
    return nothing | {"result": json.dumps(result)}
