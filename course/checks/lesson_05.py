"""Checks of lesson 05: Arguments, Output and variables of the processing state, evaluated on other data sets."""

from __future__ import annotations

import re
import time
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.states import compared, evaluated, json_object
from course.outcomes.outcome import NotYet, Said

_NAMES = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""What SageMaker accepts as a job's name (botocore, CreateProcessingJob)."""

_INPUTS = {
    "the data set of the lesson": {
        "bucket": "a-bucket",
        "prefix": "s3://a-bucket/data/",
        "dataset": "reviews_Musical_Instruments_5.json.zip",
    },
    "another data set in another folder": {
        "bucket": "b",
        "prefix": "s3://b/2026/july/",
        "dataset": "gardens.2026.json.zip",
    },
}


@exercise(
    "05.name",
    "A job's name that differs each time",
    "`$millis()` is the time in milliseconds, so it is never twice the same.",
    "Join a text and the time: `'BlazingText-' & $millis()`; the whole between `{%` and `%}`.",
    "`\"{% 'BlazingText-' & $millis() %}\"`",
)
def name(work: Any) -> Cases:
    """Evaluated twice, it must give two names that SageMaker accepts."""
    advice = "A text that is always the same, and behind it something that differs each time."
    field = json_object(work, 'Write {"ProcessingJobName": "..."}').get("ProcessingJobName")
    names = []
    for case in ("a first run", "a second run"):
        got = evaluated(case, field, {}, Said("a job's name"), advice)
        if not isinstance(got, str) or not _NAMES.fullmatch(got) or not got.startswith("BlazingText-"):
            expected = Said("BlazingText- and something: letters, digits and -, 63 characters at most")
            raise NotYet(case, expected, got, advice)
        names.append(got)
        yield case
        time.sleep(0.005)
    if names[0] == names[1]:
        raise NotYet("two runs", Said("two names"), Said(f"twice {names[0]}"), "Let $millis() be a part of the name.")
    yield "two names"


@exercise(
    "05.inputs",
    "What the job reads",
    "Each of the two has an address. What of it is in the execution's input, and what is always the same?",
    "The data set: `prefix`, and right behind it `dataset`. The code: the folder `code/` of the bucket.",
    "`{% $states.input.prefix & $states.input.dataset %}` and `{% 's3://' & $states.input.bucket & '/code/' %}`",
)
def inputs(work: Any) -> Cases:
    """Two inputs by name: where they are on S3, for each data set, and where they go."""
    field = json_object(work, _BRACES).get("ProcessingInputs")
    for case, data in _INPUTS.items():
        got = _places(evaluated(case, field, data, Said("two inputs"), _INPUT), "InputName", "S3Input", case)
        code = ("s3://" + data["bucket"] + "/code/", "/opt/ml/processing/input/code")
        yield _same_places(
            case,
            got,
            {
                "input": (data["prefix"] + data["dataset"], "/opt/ml/processing/input"),
                "code": code,
            },
        )


@exercise(
    "05.outputs",
    "What the job leaves",
    "The two sets go to two folders below the prefix, as lesson 02 had it.",
    "On the machine, the script writes to `/opt/ml/processing/train` and `/opt/ml/processing/test`.",
    "`{% $states.input.prefix & 'train/' %}` for `train_set`, and the same with `test/`.",
)
def outputs(work: Any) -> Cases:
    """Two outputs by name: from where on the machine, and to where on S3."""
    field = json_object(work, _BRACES).get("ProcessingOutputConfig", {})
    for case, data in _INPUTS.items():
        found = evaluated(case, field, data, Said("two outputs"), _INPUT)
        got = _places(found.get("Outputs") if isinstance(found, dict) else None, "OutputName", "S3Output", case)
        parts = ("train", "test")
        yield _same_places(
            case, got, {f"{one}_set": (f"{data['prefix']}{one}/", f"/opt/ml/processing/{one}") for one in parts}
        )


_BRACES = "Begin again from the starter, and replace only each ?."
_INPUT = "Take what differs from $states.input; texts stand in single quotes."


def _places(found: Any, named: str, where: str, case: str) -> dict[str, tuple[str, str]]:
    """Of a list of inputs or outputs: address and local path by name."""
    try:
        return {one[named]: (one[where]["S3Uri"], one[where]["LocalPath"]) for one in found}
    except (KeyError, TypeError) as error:
        expected = Said(f"a list with {named}, {where}.S3Uri and {where}.LocalPath in each")
        raise NotYet(case, expected, Said(f"{type(error).__name__}: {error}"), _BRACES) from None


def _same_places(case: str, got: dict[str, tuple[str, str]], expected: dict[str, tuple[str, str]]) -> str:
    for one, (uri, path) in expected.items():
        if one not in got:
            raise NotYet(f"{case}: {one}", Said(f"one of the name {one}"), Said(", ".join(got) or "none"), _BRACES)
        if got[one][0] != uri:
            raise NotYet(f"{case}: the address of {one}", uri, got[one][0], _INPUT)
        if got[one][1].rstrip("/") != path:
            raise NotYet(f"{case}: the local path of {one}", path, got[one][1], "It is a path of the machine.")
    return case


@exercise(
    "05.output",
    "Where the two sets are",
    "You have written the first of the two in lesson 04.",
    "The name of the data set up to its first dot: `$split($states.input.dataset, '.', 1)[0]`.",
    "`{% $states.input.prefix & 'test/' & $split($states.input.dataset, '.', 1)[0] & '_test.txt' %}`, and `train` "
    "likewise.",
)
def output(work: Any) -> Cases:
    """The names that the script gives the two files, for each data set."""
    field = json_object(work, _BRACES)
    for case, data in _INPUTS.items():
        stem = data["dataset"].split(".")[0]
        expected = {one: f"{data['prefix']}{one}/{stem}_{one}.txt" for one in ("train", "test")}
        yield compared(
            case, field, data, expected, "The script names the files after the data set, up to the first dot."
        )


@exercise(
    "05.variables",
    "A variable for later states",
    "A variable has a name and a value; the value is an expression.",
    "`{% $states.input.bucket %}`",
)
def variables(work: Any) -> Cases:
    """`bucket`, whatever bucket the execution is started with."""
    field = json_object(work, _BRACES)
    for case, data in _INPUTS.items():
        yield compared(case, field, data, {"bucket": data["bucket"]}, "Take the bucket from the state's input.")
