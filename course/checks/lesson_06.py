"""Checks of lesson 06: the channels, the model's place, the loop that waits, Retry and Catch."""

from __future__ import annotations

import json
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.failures import goes_on, handled
from course.checks.states import evaluated, in_expressions, json_object, plainly, tried
from course.checks.work import dug
from course.outcomes.outcome import NotYet, Said
from course.state_machines.expressions import remedy_for

_ADVICE = "Begin again from the starter, and replace only each ?."
_SETS = {
    "the data set of the lesson": {
        "train": "s3://a/data/train/reviews_train.txt",
        "test": "s3://a/data/test/reviews_test.txt",
    },
    "another data set": {"train": "s3://b/x/train/gardens_train.txt", "test": "s3://b/x/test/gardens_test.txt"},
}


@exercise(
    "06.channels",
    "The channels of the training",
    "What went out of *Preprocess* comes into this state. What are its two fields called?",
    "BlazingText wants the channels to be called `train` and `validation`.",
    "`{% $states.input.train %}` for the channel `train`, `{% $states.input.test %}` for `validation`.",
)
def channels(work: Any) -> Cases:
    """Two channels by name, each with the address that the state before has put out."""
    field = dug("the field", json_object(work, _ADVICE), ("InputDataConfig",), _ADVICE)
    for case, data in _SETS.items():
        found = evaluated(
            case, field, data, Said("two channels"), "What *Preprocess* has put out is this state's input."
        )
        if not isinstance(found, list):
            raise NotYet(case, Said("a list of two channels"), found, _ADVICE)
        got = {}
        for at, one in enumerate(found):
            which = f"{case}: number {at + 1} of the list"
            address = dug(which, one, ("DataSource", "S3DataSource", "S3Uri"), _ADVICE)
            got[dug(which, one, ("ChannelName",), _ADVICE)] = address
        expected = {"train": data["train"], "validation": data["test"]}
        if got != expected:
            raise NotYet(case, expected, got, in_expressions(field, data, {}) or _wrong_channel(got, data))
        yield case


def _wrong_channel(got: dict[Any, Any], data: dict[str, str]) -> str:
    """What is wrong with the addresses of two channels."""
    if got.get("train") == data["test"] or got.get("validation") == data["train"]:
        return "The model learns from the training set, and is looked at with the testing set."
    return "Both addresses differ from data set to data set: they are in this state's input."


@exercise(
    "06.model_place",
    "Where the model goes",
    "The bucket is not in this state's input any more. Where is it kept?",
    "*Preprocess* has assigned the variable `$bucket`.",
    "`{% 's3://' & $bucket & '/models/' %}`",
)
def model_place(work: Any) -> Cases:
    """Below the bucket of the variable, whatever its name."""
    field = dug("the field", json_object(work, _ADVICE), ("OutputDataConfig",), _ADVICE)
    for case, bucket in (("a bucket", "a-bucket"), ("another bucket", "workflow-course-123456789012-eu-west-1")):
        expected = {"S3OutputPath": f"s3://{bucket}/models/"}
        data = _SETS["another data set"]
        got = evaluated(case, field, data, expected, _VARIABLE, bucket=bucket)
        if got != expected:
            advice = in_expressions(field, data, {"bucket": bucket}) or _what_is_wrong(got, bucket)
            raise NotYet(case, expected, got, advice)
        yield case


_VARIABLE = "A variable is called by its name with a $ in front. Which one has *Preprocess* assigned?"


def _what_is_wrong(got: Any, bucket: str) -> str:
    """What to try next, from where the model would go."""
    place = got.get("S3OutputPath") if isinstance(got, dict) else None
    if not isinstance(place, str):
        return _ADVICE
    if bucket not in place:
        return _VARIABLE
    if not place.startswith("s3://"):
        return "The bucket's name is there. An address in S3 begins with s3:// in front of it."
    return "The bucket is right. Behind it, between two slashes, comes the folder."


_STATUSES = {
    "Creating": "Wait",
    "InService": "Done",
    "Failed": "Not deployed",
    "OutOfService": "Not deployed",
    "RollingBack": "Not deployed",
}


@exercise(
    "06.loop",
    "Wait, look, decide",
    "What does the Choice need to know? The state before has to put it out.",
    "`describeEndpoint` answers with `EndpointStatus`, in `$states.result`. The name has to come round again, for the "
    "next turn.",
    'Output `"status": "{% $states.result.EndpointStatus %}"`; conditions '
    "`{% $states.input.status = 'InService' %}` and the same with `'Creating'`.",
)
def loop(wait: Any, describe: Any, ready: Any) -> Cases:
    """A turn of the loop for each status that an endpoint can have."""
    states = {"Wait": wait, "Describe endpoint": describe, "Ready?": ready}
    for status, goes in _STATUSES.items():
        case = f"an endpoint that is {status}"
        name = f"an-endpoint-{status.lower()}"
        came = {"EndpointName": name, "EndpointStatus": status}
        mock = {"mock": {"result": json.dumps(came), "fieldValidationMode": "NONE"}}
        data, visited = {"name": name, "image": "an image"}, "Wait"
        following: str | None = None
        for _ in states:
            further = mock if visited == "Describe endpoint" else {}
            place, expected = f"{case}: {visited}", Said(f"on to '{_THEN.get(visited, goes)}'")
            answer = tried(place, _at_once(states[visited]), data, expected, _LOOP[visited], **further)
            if answer["status"] != "SUCCEEDED":
                said = plainly(answer.get("cause", "an error"))
                raise NotYet(place, expected, said, _NO_ANSWER if "returned nothing" in said else remedy_for(said))
            data, following = json.loads(answer["output"]), answer.get("nextState")
            if visited not in _THEN:
                break
            if following != _THEN[visited]:
                raise NotYet(place, expected, _way(following), _LOOP[visited])
            visited = following
        if following != goes:
            told = isinstance(data, dict) and data.get("status") == status
            advice = in_expressions(ready, data, {}) or (_LOOP["Ready?"] if told else _OTHER_STATUS)
            raise NotYet(case, Said(f"on to '{goes}'"), _way(following), advice)
        if not isinstance(data, dict) or data.get("name") != name:
            said = Said("the endpoint's name, for the next turn")
            raise NotYet(case, said, data, "Without the name, the next turn doesn't know which endpoint to look at.")
        yield case


_THEN = {"Wait": "Describe endpoint", "Describe endpoint": "Ready?"}
_NO_ANSWER = (
    "There is nothing of this name. What describeEndpoint answers is in the result; its API reference has the names."
)
_OTHER_STATUS = "The status that goes on is not the one that describeEndpoint has answered."


def _way(following: str | None) -> Said:
    return Said(f"on to '{following}'" if following else "the end of the execution")


def _at_once(state: Any) -> Any:
    """A state that does not wait: what is asked is where the loop goes, and TestState waits as long as it says."""
    return state | {"Seconds": 0} if isinstance(state, dict) and "Seconds" in state else state


_LOOP = {
    "Wait": "Wait some seconds, then go to 'Describe endpoint'.",
    "Describe endpoint": "Two things have to go on from here: which endpoint it is, and how it is.",
    "Ready?": "InService ends the loop, Creating goes round again, anything else goes to the Default.",
}

_LIMIT = "SageMaker.ResourceLimitExceededException"
_REFUSAL = "SageMaker.AmazonSageMakerException"
_ON_AWS = "(Service: AmazonSageMaker; Status Code: 400; Error Code: {}; Request ID: 7c1f3f40-5e7a; Proxy: null)"
_CAUSE = json.dumps({"FailureReason": "AlgorithmError: , exit code: 2"})
_PASSING = {
    "a limit that is reached": (
        _LIMIT,
        "The account-level service limit 'ml.m5.large for training job usage' is 1 Instances, with current utilization "
        "of 1 Instances and a request delta of 1 Instances. " + _ON_AWS.format("ResourceLimitExceeded"),
    ),
    "too many requests": (_REFUSAL, "Rate exceeded " + _ON_AWS.format("ThrottlingException")),
}
"""What may pass, as SageMaker's states get it (Step Functions' recorded causes; data-science-sdk, PR 162)."""
_NO_OBJECTS = 'No S3 objects found under S3 URL "s3://b/1" given in input data source. ' + _ON_AWS.format(
    "ValidationException"
)
_TRIES = 10
"""A refusal that is still tried again after so many isn't given up soon."""


@exercise(
    "06.catch",
    "Retry and Catch for the jobs",
    "Two errors may pass by themselves: a limit that is reached just now, and too many requests at once.",
    "They are called `SageMaker.ResourceLimitExceededException` and `SageMaker.AmazonSageMakerException`. A job that "
    "failed is `States.TaskFailed`.",
    "What SageMaker says is in `$states.errorOutput.Cause`.",
)
def catch(train: Any) -> Cases:
    """What is tried again, and for how long; what is caught; and what is told to the state that reports."""
    data = {"bucket": "b", "prefix": "s3://b/data/", "dataset": "x.json.zip", "train": "s3://b/1", "test": "s3://b/2"}
    variables = {"bucket": "b"}
    for case, (error, cause) in _PASSING.items():
        handled(case, train, data, variables, (error, cause, 0), "RETRIABLE")
        yield case
    for case, error, cause, tries in (
        ("a refusal for good", _REFUSAL, _NO_OBJECTS, _TRIES),
        ("a job that failed", "States.TaskFailed", _CAUSE, 0),
    ):
        answer = handled(case, train, data, variables, (error, cause, tries), "CAUGHT_ERROR")
        yield goes_on(case, answer, "Report", {"job": "Train", "why": cause}, _TOLD)


_TOLD = "`job` is the state's own name, and `why` is all that SageMaker said: which part of the error is that?"
