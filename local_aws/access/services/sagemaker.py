"""SageMaker: what is made with tags needs the right to tag, and jobs bring the keys that rules on instances read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_KEYS = {
    "AcceleratorType": "sagemaker:AcceleratorTypes",
    "DirectInternetAccess": "sagemaker:DirectInternetAccess",
    "EnableInterContainerTrafficEncryption": "sagemaker:InterContainerTrafficEncryption",
    "EnableNetworkIsolation": "sagemaker:NetworkIsolation",
    "EnableRemoteDebug": "sagemaker:EnableRemoteDebug",
    "FileSystemAccessMode": "sagemaker:FileSystemAccessMode",
    "FileSystemId": "sagemaker:FileSystemId",
    "FileSystemType": "sagemaker:FileSystemType",
    "InstanceType": "sagemaker:InstanceTypes",
    "KeepAlivePeriodInSeconds": "sagemaker:KeepAlivePeriod",
    "MaxConcurrency": "sagemaker:ServerlessMaxConcurrency",
    "MaxRuntimeInSeconds": "sagemaker:MaxRuntimeInSeconds",
    "MemorySizeInMB": "sagemaker:ServerlessMemorySize",
    "RootAccess": "sagemaker:RootAccess",
    "SecurityGroupIds": "sagemaker:VpcSecurityGroupIds",
    "Subnets": "sagemaker:VpcSubnets",
    "TargetModel": "sagemaker:TargetModel",
    "VolumeKmsKeyId": "sagemaker:VolumeKmsKey",
}
"""Members of requests, wherever they stand, that make a key. Source: service authorization reference."""
_SEVERAL = {
    *("sagemaker:AcceleratorTypes", "sagemaker:InstanceTypes", "sagemaker:VpcSecurityGroupIds", "sagemaker:VpcSubnets"),
}
_OUTPUTS = ("OutputDataConfig", "ProcessingOutputConfig", "TransformOutput")
_WITH_A_MODEL = ("CreateEndpointConfig", "CreateInferenceComponent", "CreateTransformJob")
_ACTIONS = {"InvokeEndpointWithBidirectionalStream": "InvokeEndpointWithResponseStream"}


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of SageMaker."""
    context = keys(params)
    for name, key in _KEYS.items():
        values = list(dict.fromkeys(_found(params, name)))
        if values:
            context[key] = values if key in _SEVERAL else values[0]
    written = [(params.get(name) or {}).get("KmsKeyId") for name in _OUTPUTS]
    if any(written):
        context["sagemaker:OutputKmsKey"] = next(filter(None, written))
    if operation != "AddTags":
        context["sagemaker:TaggingAction"] = operation  # a key of AddTags alone: what is made with the tags
    models = list(dict.fromkeys(_found(params, "ModelName"))) if operation in _WITH_A_MODEL else []
    if models:
        context["sagemaker:ModelArn"] = [place.arn("sagemaker", f"model/{name.lower()}") for name in models]
    return tagging("AddTags", Asked(_ACTIONS.get(operation, operation), params, context))


def _found(value: Any, wanted: str) -> Iterator[str]:
    """The values of the members of a name, wherever a request has them."""
    if isinstance(value, list):
        for item in value:
            yield from _found(item, wanted)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != wanted:
                yield from _found(item, wanted)
                continue
            for one in item if isinstance(item, list) else [item]:
                if isinstance(one, bool):
                    yield str(one).lower()
                elif isinstance(one, str | int):
                    yield str(one)
