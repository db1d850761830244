"""A version of a function: its settings, checked as AWS checks them, and its configuration as AWS shows it.

Defaults and shapes: botocore's service model and answers recorded on AWS in November 2025. Settings of
features that the embedded AWS doesn't have (VPC, layers, images, file systems, SnapStart, JSON logs) are
refused by name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError, not_there
from local_aws.functions.log import runtime_version_arn
from local_aws.functions.names import LATEST, function_arn
from local_aws.functions.package import Package

RUNTIMES = ("python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
_GONE = re.compile(r"python(2\.7|3\.[678])|nodejs(\d|1[0246])\.x|nodejs|ruby2\.\d|dotnetcore.*|go1\.x|java8|provided")
_VARIABLES_BYTES = 4096
_MOST = {"Timeout": 900, "MemorySize": 10_240}
"""Limits that the service has and botocore's model hasn't (or sets higher)."""
_RESERVED = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    ]
)
_ABSENT = {
    "VpcConfig": ("SubnetIds", "SecurityGroupIds"),
    "Layers": None,
    "FileSystemConfigs": None,
    "ImageConfig": None,
    "KMSKeyArn": None,
    "CodeSigningConfigArn": None,
    "TenancyConfig": None,
    "CapacityProviderConfig": None,
    "DurableConfig": None,
    "AcceleratorConfig": None,
    "PublishTo": None,
}


def invalid(message: str) -> ApiError:
    """The error for a parameter that is wrong."""
    return ApiError("InvalidParameterValueException", message, Type="User")


@dataclass(frozen=True)
class FunctionVersion:
    """One version of a function, `$LATEST` or a published one. A change makes a new record.

    `timeout` in seconds, `memory_size` and `ephemeral_storage` in MB, `log_group` a group's name.
    """

    name: str
    region: str
    account: str
    runtime: str
    role: str
    handler: str
    package: Package
    version: str = LATEST
    description: str = ""
    timeout: int = 3
    memory_size: int = 128
    environment: Mapping[str, str] | None = None
    ephemeral_storage: int = 512
    architectures: tuple[str, ...] = ("x86_64",)
    dead_letter_arn: str | None = None
    tracing: str = "PassThrough"
    log_group: str = ""
    last_modified: datetime = field(default_factory=lambda: datetime.now(UTC))
    revision_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "Pending"
    update_status: str | None = None

    def changed(self, **changes: Any) -> FunctionVersion:
        """A new revision with these changes."""
        return replace(self, **changes, revision_id=str(uuid.uuid4()), last_modified=datetime.now(UTC))

    def shape(self, qualifier: str | None = None) -> dict[str, Any]:
        """The configuration as the API answers it, under the version's or alias's name that was asked for."""
        if qualifier is None and self.version != LATEST:
            qualifier = self.version
        shape: dict[str, Any] = {
            "FunctionName": self.name,
            "FunctionArn": function_arn(self.region, self.account, self.name, qualifier),
            "Runtime": self.runtime,
            "Role": self.role,
            "Handler": self.handler,
            "CodeSize": self.package.size,
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory_size,
            "LastModified": f"{self.last_modified:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000",
            "CodeSha256": self.package.sha256,
            "Version": self.version,
            "TracingConfig": {"Mode": self.tracing},
            "RevisionId": self.revision_id,
            "State": self.state,
            "PackageType": "Zip",
            "Architectures": list(self.architectures),
            "EphemeralStorage": {"Size": self.ephemeral_storage},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "RuntimeVersionConfig": {"RuntimeVersionArn": runtime_version_arn(self.region, self.runtime)},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": self.log_group},
        }
        if self.environment is not None:
            shape["Environment"] = {"Variables": dict(self.environment)}
        if self.dead_letter_arn:
            shape["DeadLetterConfig"] = {"TargetArn": self.dead_letter_arn}
        if self.state == "Pending":
            shape |= {"StateReason": "The function is being created.", "StateReasonCode": "Creating"}
        if self.update_status == "InProgress":
            reason = "The function is being created."
            shape |= {"LastUpdateStatusReason": reason, "LastUpdateStatusReasonCode": "Creating"}
        if self.update_status is not None:
            shape["LastUpdateStatus"] = self.update_status
        return shape


def settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """What CreateFunction or UpdateFunctionConfiguration sets, checked, as fields of `FunctionVersion`.

    Raises:
        ApiError: a value AWS would refuse (`InvalidParameterValueException`), or a feature that is not there.
    """
    refuse_absent(params)
    for member, most in _MOST.items():
        if params.get(member, 0) > most:
            raise ApiError(
                "ValidationException",
                f"1 validation error detected: Value '{params[member]}' at '{member[0].lower()}{member[1:]}' failed to "
                f"satisfy constraint: Member must have value less than or equal to {most}",
            )
    found: dict[str, Any] = {}
    for member, name in (
        ("Runtime", "runtime"),
        ("Role", "role"),
        ("Handler", "handler"),
        ("Description", "description"),
        ("Timeout", "timeout"),
        ("MemorySize", "memory_size"),
    ):
        if member in params:
            found[name] = params[member]
    if "runtime" in found:
        _check_runtime(found["runtime"])
    if "Environment" in params:
        found["environment"] = _variables(params["Environment"].get("Variables", {}))
    if "EphemeralStorage" in params:
        found["ephemeral_storage"] = params["EphemeralStorage"]["Size"]
    if "Architectures" in params:
        found["architectures"] = tuple(params["Architectures"])
    if "DeadLetterConfig" in params:
        found["dead_letter_arn"] = params["DeadLetterConfig"].get("TargetArn") or None
    if "TracingConfig" in params:
        found["tracing"] = params["TracingConfig"].get("Mode", "PassThrough")
    if params.get("LoggingConfig", {}).get("LogGroup"):
        found["log_group"] = params["LoggingConfig"]["LogGroup"]
    return found


def refuse_absent(params: Mapping[str, Any]) -> None:
    """Refuse by name what the embedded AWS doesn't have."""
    for member, parts in _ABSENT.items():
        value = params.get(member)
        if value and (parts is None or any(value.get(part) for part in parts)):
            raise not_there(f"{member} of a Lambda function")
    if params.get("PackageType", "Zip") != "Zip" or "ImageUri" in params or "ImageUri" in params.get("Code", {}):
        raise not_there("a Lambda function as a container image")
    if params.get("SnapStart", {}).get("ApplyOn", "None") != "None":
        raise not_there("SnapStart of a Lambda function")
    if params.get("LoggingConfig", {}).get("LogFormat", "Text") != "Text":
        raise not_there("LogFormat JSON of a Lambda function")


def _check_runtime(runtime: str) -> None:
    if runtime in RUNTIMES:
        return
    if _GONE.fullmatch(runtime):
        raise invalid(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating "
            "AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )
    raise not_there(f"the Lambda runtime {runtime} (there are {', '.join(RUNTIMES)})")


def _variables(variables: Mapping[str, str]) -> dict[str, str]:
    complaint = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
    )
    reserved = [name for name in variables if name in _RESERVED]
    if reserved:
        raise invalid(
            f"{complaint}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    if variables.get("AWS_LAMBDA_EXEC_WRAPPER"):
        raise not_there("AWS_LAMBDA_EXEC_WRAPPER (a script around a function's runtime)")
    measured = "{" + ", ".join(f'"{name}":"{value}"' for name, value in variables.items()) + "}"
    if len(measured.encode()) > _VARIABLES_BYTES:
        raise invalid(f"{complaint}exceeded the 4KB limit. String measured: {measured}")
    for name in variables:
        if not re.fullmatch(r"[a-zA-Z]([a-zA-Z0-9_])+", name):
            raise ApiError(
                "ValidationException",
                "1 validation error detected: Value at 'environment.variables' failed to satisfy "
                f"constraint: Map keys must satisfy constraint: [Member must satisfy regular expression "
                f"pattern: [a-zA-Z]([a-zA-Z0-9_])+] ({name})",
            )
    return dict(variables)
