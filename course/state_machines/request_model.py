"""What AWS says a request must look like, from botocore's models, and whether a draft of it does.

A draft is not sent yet: a JSONata expression (`{% … %}`) may stand wherever a value goes, and what is required
may still be missing. What a request lacks is told apart from what is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, Shape

from course.account.sessions import models
from course.errors import CourseError
from course.state_machines.field_guide import FieldGuide, first_sentence, guides, members, pascal
from course.state_machines.json_text import Path
from course.state_machines.value_faults import delimiter_faults, kind_of, nearest, scalar_faults, size_faults, some

# Step Functions names two services otherwise than boto3.
_BOTO3_NAMES = {"sfn": "stepfunctions", "states": "stepfunctions"}

# What a state gives as JSON where the service's own API wants a text or bytes.
_ANY_JSON = {("lambda", "Invoke", "Payload"), ("stepfunctions", "StartExecution", "Input")}

# The items of these lists are told apart by a name of their own.
_ITEM_NAMES = ("InputName", "OutputName", "ChannelName", "VariantName", "Key")

# Optional in the model, and yet no job, model or endpoint of the course works without; a path below lists is
# written with []. Sources: SageMaker developer guide, CreateProcessingJob to CreateTransformJob.
_NEEDED_IN_PRACTICE = {
    "CreateProcessingJob": (
        "ProcessingInputs",
        "ProcessingInputs[].S3Input",
        "ProcessingInputs[].S3Input.LocalPath",
        "ProcessingInputs[].S3Input.S3InputMode",
        "AppSpecification.ContainerEntrypoint",
        "ProcessingOutputConfig",
        "ProcessingOutputConfig.Outputs[].S3Output",
        "ProcessingOutputConfig.Outputs[].S3Output.LocalPath",
    ),
    "CreateTrainingJob": (
        "AlgorithmSpecification",
        "AlgorithmSpecification.TrainingImage",
        "HyperParameters",
        "InputDataConfig",
        "InputDataConfig[].DataSource.S3DataSource",
        "ResourceConfig",
        "ResourceConfig.InstanceType",
        "ResourceConfig.InstanceCount",
        "StoppingCondition",
    ),
    "CreateModel": (
        "PrimaryContainer",
        "PrimaryContainer.Image",
        "PrimaryContainer.ModelDataUrl",
        "ExecutionRoleArn",
    ),
    "CreateEndpointConfig": (
        "ProductionVariants[].ModelName",
        "ProductionVariants[].InstanceType",
        "ProductionVariants[].InitialInstanceCount",
    ),
    "CreateTransformJob": ("TransformInput.ContentType", "TransformInput.SplitType"),
}


@dataclass(frozen=True)
class Problem:
    """Something wrong in a request: where (a path of names and list items), and what to do about it."""

    path: Path
    text: str


@dataclass(frozen=True)
class Missing:
    """Something that a request still lacks; `required` by the model, or else needed in practice."""

    path: str
    meaning: str
    required: bool

    @property
    def top(self) -> str:
        """The field at the top of the request that this one is in, or is."""
        return re.split(r"[.\[]", self.path)[0]


class Request:
    """The request of one API action.

    Args:
        service: its name in boto3 or in a state's Resource, such as `sagemaker`.
        action: the operation as a state's Resource writes it, such as `createProcessingJob`.

    Raises:
        CourseError: no such service or operation.
    """

    def __init__(self, service: str, action: str):
        self.service = _BOTO3_NAMES.get(service, service)
        self.operation = _operation(self.service, action)
        self.shape: Shape = self.operation.input_shape
        self._practical = _NEEDED_IN_PRACTICE.get(self.operation.name, ())

    def problems(self, request: dict[str, Any]) -> list[Problem]:
        """What is wrong in a request, in the order of its fields."""
        return list(self._problems(self.shape, request, ()))

    def missing(self, request: dict[str, Any]) -> list[Missing]:
        """What a request lacks, in the order of the model; of a part that is missing whole, only the part."""
        return list(self._missing(self.shape, request, "", ""))

    def meaning(self, field: str) -> str:
        """The first sentence of the documentation of a field at the top of the request."""
        return first_sentence(members(self.shape)[field].documentation)

    def guide(self) -> dict[str, FieldGuide]:
        """What the model says of each field, by its path with `[]` for the items of a list; in the model's order."""
        return {one.path: one for one in guides(self.shape, self._practical)}

    def _problems(self, shape: Shape, value: Any, path: Path) -> Iterator[Problem]:
        if len(path) == 1 and (self.service, self.operation.name, path[0]) in _ANY_JSON:
            return
        delimited = isinstance(value, str) and ("{%" in value or "%}" in value)
        faults = list(delimiter_faults(value)) if isinstance(value, str) else []
        if delimited or faults:
            yield from (Problem(path, fault) for fault in faults)
        elif shape.type_name == "structure" and not shape.metadata.get("document"):
            yield from self._structure_problems(shape, value, path)
        elif shape.type_name == "list":
            yield from self._list_problems(shape, value, path)
        elif shape.type_name == "map":
            yield from self._map_problems(shape, value, path)
        else:
            yield from (Problem(path, fault) for fault in scalar_faults(shape, value))

    def _structure_problems(self, shape: Shape, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, f"an object with {some(shape.members)} is needed, not {kind_of(value)}.")
            return
        known = members(shape)
        for name, member in value.items():
            if name in known:
                yield from self._problems(known[name], member, (*path, name))
            else:
                yield Problem((*path, name), f"there is no such field{nearest(name, list(known))}")

    def _list_problems(self, shape: Shape, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, f"a list is needed, not {kind_of(value)}: put it in square brackets.")
            return
        yield from (Problem(path, fault) for fault in size_faults(shape, len(value), "items"))
        for index, item in enumerate(value):
            yield from self._problems(shape.member, item, (*path, index))

    def _map_problems(self, shape: Shape, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, f"an object of names and values is needed, not {kind_of(value)}.")
            return
        yield from (Problem(path, fault) for fault in size_faults(shape, len(value), "entries"))
        for name, item in value.items():
            yield from (Problem((*path, name), f"the name: {fault}") for fault in scalar_faults(shape.key, name))
            yield from self._problems(shape.value, item, (*path, name))

    def _missing(self, shape: Shape, value: Any, shown: str, generic: str) -> Iterator[Missing]:
        """Walks what is there. `shown` is the path with list items by number, `generic` with `[]` for them."""
        if shape.type_name == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._missing(shape.member, item, f"{shown}[{item_name(item) or index}]", f"{generic}[]")
        if shape.type_name != "structure" or not isinstance(value, dict):
            return
        required = {pascal(name) for name in shape.required_members}
        for name, member in members(shape).items():
            field, kind = (f"{at}.{name}".lstrip(".") for at in (shown, generic))
            if name in value:
                yield from self._missing(member, value[name], field, kind)
            elif name in required or kind in self._practical:
                yield Missing(field, first_sentence(member.documentation), name in required)


def item_name(item: Any) -> str | None:
    """The name of an item of a list, where its kind has names: `code` for an input with that `InputName`."""
    if not isinstance(item, dict):
        return None
    return next((item[key] for key in _ITEM_NAMES if isinstance(item.get(key), str)), None)


@cache
def _service_model(service: str) -> Any:
    return models().get_service_model(service)


def _operation(service: str, action: str) -> OperationModel:
    try:
        model = _service_model(service)
    except UnknownServiceError:
        raise CourseError(f"boto3 knows no service '{service}'.") from None
    name = pascal(action)
    if name not in model.operation_names:
        raise CourseError(f"{service} has no action '{action}'{nearest(name, model.operation_names)}")
    return model.operation_model(name)
