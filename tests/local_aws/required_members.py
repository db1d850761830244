"""Every answer of our own services, in whichever test, held against botocore's model: what is required is there.

SDKs that are made from the models (SageMaker's v3) refuse an answer in which a required member is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

KNOWN_ABSENT = {
    "DescribeTrainingJob.ModelArtifacts",
    "GetFunctionCodeSigningConfig.CodeSigningConfigArn",
    "GetFunctionCodeSigningConfig.FunctionName",
}
"""Required by the model, and not sent by AWS: before there is an artifact (sagemaker-python-sdk, issue 6091), and for a
function without code signing, whose answer is empty."""
OWN = {"lambda", "stepfunctions", "sagemaker", "sagemaker-runtime", "sts"}


def watch(client: Any) -> Any:
    """Have a client fail where an answer lacks a required member; gives the client."""
    client.meta.events.register("after-call.*", _check)
    return client


def _check(http_response: Any, parsed: Any, model: Any, **_: Any) -> None:
    if http_response.status_code < 300 and model.output_shape is not None:
        absent = sorted(set(missing(parsed, model.output_shape, model.name)) - KNOWN_ABSENT)
        assert not absent, f"the model of AWS requires {', '.join(absent)}"


def missing(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """The paths of required members that a value lacks."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield from (f"{path}.{name}" for name in shape.required_members if name not in value)
        for name, member in shape.members.items():
            if name in value:
                yield from missing(value[name], member, f"{path}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield from missing(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for item in value.values():
            yield from missing(item, shape.value, f"{path}{{}}")
