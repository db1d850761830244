"""Checks of lesson 05: Arguments, Output and variables of the processing state, evaluated on other data sets."""

from __future__ import annotations

import re
import time
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.set_addresses import set_address, wrong_piece
from course.checks.states import compared, evaluated, in_expressions, json_object
from course.checks.work import dug
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
    field = dug("the field", json_object(work, _BRACES), ("ProcessingJobName",), _BRACES)
    data, names = _INPUTS["the data set of the lesson"], []
    for case in ("a first run", "a second run"):
        got = evaluated(case, field, data, Said("a job's name"), "A text that is always the same, then the time.")
        if not isinstance(got, str) or not _NAMES.fullmatch(got) or not got.startswith("BlazingText-"):
            expected = Said("BlazingText- and something: letters, digits and -, 63 characters at most")
            raise NotYet(case, expected, got, in_expressions(field, data, {}) or _no_name(got))
        names.append(got)
        yield case
        time.sleep(0.005)
    if names[0] == names[1]:
        said = "Both runs have the same name, and SageMaker takes each once. What differs from run to run?"
        raise NotYet("two runs", Said("two names"), Said(f"twice {names[0]}"), said)
    yield "two names"


def _no_name(got: Any) -> str:
    """What is wrong with a value that can't be the job's name."""
    if not isinstance(got, str):
        return "A name is a text: join a text and the time."
    if not got.startswith("BlazingText-"):
        return "The name begins with BlazingText-, spelt as here."
    if got == "BlazingText-":
        return "Nothing came behind the hyphen: is the function called, with brackets behind its name?"
    if len(got) > 63:
        return "The name is too long."
    return "SageMaker takes letters and digits, with hyphens between them: no blank, no dot."


@exercise(
    "05.inputs",
    "What the job reads",
    "Each of the two has an address. What of it is in the execution's input, and what is always the same?",
    "The data set: `prefix`, and right behind it `dataset`. The code: the folder `code/` of the bucket.",
    "`{% $states.input.prefix & $states.input.dataset %}` and `{% 's3://' & $states.input.bucket & '/code/' %}`",
)
def inputs(work: Any) -> Cases:
    """Two inputs by name: where they are on S3, for each data set, and where they go."""
    field = dug("the field", json_object(work, _BRACES), ("ProcessingInputs",), _BRACES)
    for case, data in _INPUTS.items():
        got = _places(evaluated(case, field, data, Said("two inputs"), _INPUT), "InputName", "S3Input", case)
        expected = {
            "input": (data["prefix"] + data["dataset"], "/opt/ml/processing/input"),
            "code": ("s3://" + data["bucket"] + "/code/", "/opt/ml/processing/input/code"),
        }
        yield _same_places(case, got, expected, in_expressions(field, data, {}))


@exercise(
    "05.outputs",
    "What the job leaves",
    "The two sets go to two folders below the prefix, as lesson 02 had it.",
    "On the machine, the script writes to `/opt/ml/processing/train` and `/opt/ml/processing/test`.",
    "`{% $states.input.prefix & 'train/' %}` for `train_set`, and the same with `test/`.",
)
def outputs(work: Any) -> Cases:
    """Two outputs by name: from where on the machine, and to where on S3."""
    field = dug("the field", json_object(work, _BRACES), ("ProcessingOutputConfig", "Outputs"), _BRACES)
    for case, data in _INPUTS.items():
        got = _places(evaluated(case, field, data, Said("two outputs"), _INPUT), "OutputName", "S3Output", case)
        parts = ("train", "test")
        expected = {f"{one}_set": (f"{data['prefix']}{one}/", f"/opt/ml/processing/{one}") for one in parts}
        yield _same_places(case, got, expected, in_expressions(field, data, {}))


_BRACES = "Begin again from the starter, and replace only each ?."
_INPUT = "What differs from execution to execution is in $states.input; what is always the same is a text in quotes."


def _places(found: Any, named: str, where: str, case: str) -> dict[str, tuple[str, str]]:
    """Of a list of inputs or outputs: address and local path by name."""
    if not isinstance(found, list):
        raise NotYet(case, Said(f"a list with {named} and {where} in each"), found, _BRACES)
    places = {}
    for at, one in enumerate(found):
        which = f"{case}: number {at + 1} of the list"
        places[dug(which, one, (named,), _BRACES)] = (
            dug(which, one, (where, "S3Uri"), _BRACES),
            dug(which, one, (where, "LocalPath"), _BRACES),
        )
    return places


def _same_places(case: str, got: dict[str, Any], expected: dict[str, tuple[str, str]], in_expression: str) -> str:
    """The case; `in_expression` is what is wrong with an expression, where something is."""
    for one, (uri, path) in expected.items():
        if one not in got:
            raise NotYet(f"{case}: {one}", Said(f"one of the name {one}"), Said(", ".join(got) or "none"), _BRACES)
        address, local = got[one]
        if address != uri:
            raise NotYet(f"{case}: the address of {one}", uri, address, in_expression or _wrong_address(address, uri))
        if not isinstance(local, str) or local.rstrip("/") != path:
            raise NotYet(f"{case}: the local path of {one}", path, local, _wrong_path(local))
    return case


def _wrong_address(got: Any, right: str) -> str:
    """What is wrong with an address on S3."""
    if not isinstance(got, str):
        return "An address is a text."
    if not got.startswith("s3://"):
        return "An address on S3 begins with s3://, and right behind it comes the bucket."
    if got.count("s3://") > 1:
        return "The prefix is an address already, with s3:// and the bucket in it."
    if "//" in got.removeprefix("s3://"):
        return "There are two slashes, one behind the other: the prefix ends with one already."
    if got.rstrip("/") == right.rstrip("/"):
        return "Only the slash at the end is wrong: the address of a folder ends with one, that of an object does not."
    bucket, wanted = got.split("/")[2], right.split("/")[2]
    if bucket != wanted:
        stuck = bucket.startswith(wanted) and "/" in right
        return "There is no slash behind the bucket's name." if stuck else _OTHER_INPUT
    if right.startswith(got):
        return "The address is not whole yet: this is how it begins."
    return "The bucket is right. Compare what stands behind it, folder by folder."


_OTHER_INPUT = "This is another bucket than that of this input: it has to come from the input."


def _wrong_path(got: Any) -> str:
    if isinstance(got, str) and got.startswith("s3://"):
        return "This is an address on S3. A local path is one of the machine, and begins with /opt/ml/processing."
    return "This path has no part in it that differs: it is where the script reads or writes, on the machine."


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
        expected = {part: set_address(data, part) for part in ("train", "test")}
        got = evaluated(case, field, data, expected, _NAMED)
        if got != expected:
            wrong = (wrong_piece(got.get(part), data, part) for part in expected if got.get(part) != expected[part])
            advice = in_expressions(field, data, {}) or next(filter(None, wrong), _NAMED)
            raise NotYet(case, expected, got, advice)
        yield case


_NAMED = "The script names the two files after the data set, up to the first dot."


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
        yield compared(
            case,
            field,
            data,
            {"bucket": data["bucket"]},
            "The bucket differs from execution to execution: where does this state get it from?",
        )
