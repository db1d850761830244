"""Checks of lesson 06: the channels, the model's place, the loop that waits, Retry and Catch."""

from __future__ import annotations

import json
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.states import evaluated, failing, json_object, plainly, tried
from course.outcomes.outcome import NotYet, Said

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
    field = json_object(work, _ADVICE).get("InputDataConfig")
    for case, data in _SETS.items():
        found = evaluated(case, field, data, Said("two channels"), "Take the addresses from $states.input.")
        try:
            got = {one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in found}
        except (KeyError, TypeError) as error:
            a_list = Said("a list with ChannelName and DataSource.S3DataSource.S3Uri in each")
            raise NotYet(case, a_list, Said(f"{type(error).__name__}: {error}"), _ADVICE) from None
        expected = {"train": data["train"], "validation": data["test"]}
        if got != expected:
            raise NotYet(
                case, expected, got, "train learns from the training set, validation looks at the testing set."
            )
        yield case


@exercise(
    "06.model_place",
    "Where the model goes",
    "The bucket is not in this state's input any more. Where is it kept?",
    "*Preprocess* has assigned the variable `$bucket`.",
    "`{% 's3://' & $bucket & '/models/' %}`",
)
def model_place(work: Any) -> Cases:
    """Below the bucket of the variable, whatever its name."""
    field = json_object(work, _ADVICE).get("OutputDataConfig")
    for case, bucket in (("a bucket", "a-bucket"), ("another bucket", "workflow-course-123456789012-eu-west-1")):
        expected = {"S3OutputPath": f"s3://{bucket}/models/"}
        variable = "A variable is called by its name with a $ in front. Which one has *Preprocess* assigned?"
        got = evaluated(case, field, _SETS["another data set"], expected, variable, bucket=bucket)
        if got != expected:
            raise NotYet(case, expected, got, _what_is_wrong(got, bucket, variable))
        yield case


def _what_is_wrong(got: Any, bucket: str, variable: str) -> str:
    """What to try next, from where the model would go."""
    place = got.get("S3OutputPath") if isinstance(got, dict) else None
    if not isinstance(place, str):
        return _ADVICE
    if bucket not in place:
        return variable
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
        came = {"EndpointName": "an-endpoint", "EndpointStatus": status}
        mock = {"mock": {"result": json.dumps(came), "fieldValidationMode": "NONE"}}
        data, visited = {"name": "an-endpoint", "image": "an image"}, "Wait"
        following: str | None = None
        for _ in states:
            further = mock if visited == "Describe endpoint" else {}
            expected, advice = Said(f"on to '{goes}'"), _LOOP[visited]
            answer = tried(f"{case}: {visited}", _at_once(states[visited]), data, expected, advice, **further)
            if answer["status"] != "SUCCEEDED":
                raise NotYet(f"{case}: {visited}", expected, plainly(answer.get("cause", "an error")), advice)
            data, following = json.loads(answer["output"]), answer.get("nextState")
            if following is None or following not in states or following == "Wait":
                break
            visited = following
        if following != goes:
            got = Said(f"on to '{following}'" if following else "the end of the execution")
            raise NotYet(case, Said(f"on to '{goes}'"), got, _LOOP["Ready?"])
        if not isinstance(data, dict) or data.get("name") != "an-endpoint":
            said = "Hand the name on: without it, the next turn doesn't know which endpoint to look at."
            raise NotYet(case, Said("the endpoint's name, for the next turn"), data, said)
        yield case


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
    for case, (error, cause) in _PASSING.items():
        _expect(case, train, failing(error, cause), "RETRIABLE", f"Name {error} under ErrorEquals of Retry.")
        yield case
    for case, error, cause, tries, advice in (
        ("a refusal for good", _REFUSAL, _NO_OBJECTS, _TRIES, "Few attempts, by MaxAttempts; then Catch."),
        ("a job that failed", "States.TaskFailed", _CAUSE, 0, "Name States.TaskFailed in Catch: it fails again."),
    ):
        answer = _expect(case, train, failing(error, cause, tries), "CAUGHT_ERROR", advice)
        if answer.get("nextState") != "Report":
            raise NotYet(case, Said("on to 'Report'"), Said(f"on to '{answer.get('nextState')}'"), "Look at Next.")
        expected = {"job": "Train", "why": cause}
        if json.loads(answer["output"]) != expected:
            raise NotYet(case, expected, json.loads(answer["output"]), "why is the Cause of $states.errorOutput.")
        yield case


_SAYS = {"RETRIABLE": "tried again", "CAUGHT_ERROR": "caught", "FAILED": "failed"}


def _expect(case: str, state: Any, further: dict[str, Any], status: str, advice: str) -> dict[str, Any]:
    data = {"bucket": "b", "prefix": "s3://b/data/", "dataset": "x.json.zip", "train": "s3://b/1", "test": "s3://b/2"}
    answer = tried(case, state, data, Said(_SAYS[status]), advice, variables='{"bucket": "b"}', **further)
    if answer["status"] != status:
        raise NotYet(case, Said(_SAYS[status]), Said(_SAYS.get(answer["status"], answer["status"])), advice)
    return answer
