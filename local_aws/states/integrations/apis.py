"""APIs as an integration sees them: model, names, and how an error of theirs is told to the state machine.

Optimised integrations speak in the words of AWS's SDK for Java 1 (`SageMaker.AmazonSageMakerException`,
`(Service: AmazonSageMaker; Status Code: 400; …)`), `aws-sdk` integrations in those of version 2
(`S3.NoSuchKeyException`, `(Service: S3, Status Code: 404, …)`); both were recorded on AWS.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES

from local_aws import wire

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+[a-z]*\d*|[a-z]+\d*|\d+")


_RENAMED = {"NULL": "Nul"}
"""Members that the SDK for Java 2 calls otherwise: one of DynamoDB's attribute values would be a word of Java's."""


@dataclass(frozen=True)
class Api:
    """One API.

    Attributes:
        name: botocore's name of the service.
        resource_type: name in the history.
        prefix: what an error's name begins with (`SageMaker`).
        service: the service's name in a cause (`AmazonSageMaker`).
        general: the exception for what has none of its own, the service's name with `Exception` where it isn't given.
        is_sdk: it is reached by an `aws-sdk` integration.
    """

    name: str
    resource_type: str
    prefix: str
    service: str
    is_sdk: bool = False
    general: str = ""

    @property
    def model(self) -> ServiceModel:
        return wire.api_for(self.name).model

    @property
    def member_name(self) -> Callable[[str], str]:
        """How a member of the model is written in a definition."""
        return sdk_name if self.is_sdk else _upper_first

    def error_name(self, code: str) -> str:
        """The name of an API error: the modelled exception, or the service's general one."""
        shape = self.model.shape_for_error_code(code)
        if shape is not None:
            return f"{self.prefix}.{shape.name.removesuffix('Exception')}Exception"
        return f"{self.prefix}.{self.general or f'{self.service}Exception'}"

    def cause(self, message: str, code: str, status: int, request_id: str, extended_id: str | None = None) -> str:
        """The text of an API error."""
        if not self.is_sdk:
            return (
                f"{message} (Service: {self.service}; Status Code: {status}; Error Code: {code}; "
                f"Request ID: {request_id}; Proxy: null)"
            )
        extended = f", Extended Request ID: {extended_id}" if extended_id else ""
        return f"{message} (Service: {self.service}, Status Code: {status}, Request ID: {request_id}{extended})"


OPTIMISED = {
    "dynamodb": Api("dynamodb", "dynamodb", "DynamoDB", "AmazonDynamoDBv2", general="AmazonDynamoDBException"),
    "events": Api("events", "events", "EventBridge", "AmazonEventBridge"),
    "lambda": Api("lambda", "lambda", "Lambda", "AWSLambda"),
    "sagemaker": Api("sagemaker", "sagemaker", "SageMaker", "AmazonSageMaker"),
    "sns": Api("sns", "sns", "SNS", "AmazonSNS"),
    "sqs": Api("sqs", "sqs", "SQS", "AmazonSQS"),
    "states": Api("stepfunctions", "states", "StepFunctions", "AWSStepFunctions"),
}


def sdk_api(name: str) -> Api:
    """An API as an `aws-sdk` integration reaches it, by botocore's name."""
    service = "".join(map(str.capitalize, _WORDS.findall(wire.api_for(name).model.service_id)))
    return Api(name, f"aws-sdk:{_sdk_key(name)}", service, service, is_sdk=True)


def sdk_service(name: str) -> str | None:
    """Botocore's name of the service that `aws-sdk:NAME:…` means; None where there is none."""
    return _sdk_services().get(name)


def operation_named(api: Api, action: str) -> OperationModel | None:
    """The operation that a camel-case action names; None where the API has none, or where it streams events."""
    name = _upper_first(action)
    if not action[:1].islower() or name not in api.model.operation_names:
        return None
    operation = api.model.operation_model(name)
    return None if operation.has_event_stream_input or operation.has_event_stream_output else operation


def sdk_name(member: str) -> str:
    """A member's name as the SDK for Java 2 has it, in Pascal case: `SSEKMSKeyId` is `SsekmsKeyId`."""
    if member in _RENAMED:
        return _RENAMED[member]
    leading = re.match(r"[A-Z0-9]+(?=[A-Z][a-z])|[A-Z][A-Z0-9]*", member)
    if leading is None:
        return _upper_first(member)
    return leading[0].capitalize() + member[leading.end() :]


def upper_snake(name: str) -> str:
    """A word in Pascal case as the name of a Java constant: `S3Prefix` is `S3_PREFIX`."""
    return "_".join(_WORDS.findall(name)).upper()


def _upper_first(name: str) -> str:
    return name[:1].upper() + name[1:]


def _sdk_key(name: str) -> str:
    """A service's package name in the SDK for Java 2: its id in one lower-case word."""
    service_id = CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES.get(name)
    return (service_id.removesuffix("-service") if service_id else name).replace("-", "")


@functools.cache
def _sdk_services() -> dict[str, str]:
    return {_sdk_key(name): name for name in botocore.session.Session().get_available_services()}
