"""What a request asks for in IAM's terms: its actions, and the ARNs of the resources they touch.

Source: Service Authorization Reference, the pages of the services named here. Where an operation's resource
isn't listed, its action is judged on `*`, which a policy that names single resources doesn't cover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class Wanted:
    """One action on one resource, with the condition keys that come with it."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where resources named by bare names live."""

    region: str
    account: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of a regional resource."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"


Params = Mapping[str, Any]


def wanted(service: str, operation: str, params: Params, place: Place) -> list[Wanted]:
    """The actions that a call needs, each with its resource.

    Args:
        service: botocore's name of the service's model ("stepfunctions").
        operation: the API's operation ("StartExecution").
        params: its parsed parameters; for S3 the path's, the query's and the headers' are enough.
    """
    return _BY_SERVICE.get(service, _plain(service))(operation, params, place)


def _plain(prefix: str) -> Callable[[str, Params, Place], list[Wanted]]:
    return lambda operation, params, place: [Wanted(f"{prefix}:{operation}", "*")]


# ---- S3 ----------------------------------------------------------------------------------------------

_S3_ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectAttributes": "GetObject",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
}
_S3_VERSIONED = {"GetObject", "HeadObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging"}
_S3_KEYS = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}


def _s3(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = _S3_ACTIONS.get(operation, operation)
    if operation in _S3_VERSIONED and params.get("VersionId"):
        action = action.replace("Object", "ObjectVersion", 1)
    if operation == "ListBuckets":
        return [Wanted("s3:ListAllMyBuckets", "*")]
    resource = f"arn:aws:s3:::{params['Bucket']}"
    if operation == "DeleteObjects":
        return [
            Wanted(
                "s3:DeleteObjectVersion" if item.get("VersionId") else "s3:DeleteObject", f"{resource}/{item['Key']}"
            )
            for item in params.get("Delete", {}).get("Objects", [])
        ]
    if "Key" in params:
        resource += f"/{params['Key']}"
    context = {key: str(params[name]) for name, key in _S3_KEYS.items() if name in params}
    if operation in {"CopyObject", "UploadPartCopy"}:
        source, _, version = params["CopySource"].lstrip("/").partition("?")
        read = "s3:GetObjectVersion" if version.startswith("versionId=") else "s3:GetObject"
        return [Wanted(read, f"arn:aws:s3:::{unquote(source)}"), Wanted("s3:PutObject", resource)]
    return [Wanted(f"s3:{action}", resource, context)]


# ---- Lambda ------------------------------------------------------------------------------------------

_LAMBDA_ACTIONS = {
    "Invoke": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "GetFunctionConfiguration": "GetFunctionConfiguration",
}
_LAMBDA_WITHOUT_RESOURCE = {"ListFunctions", "GetAccountSettings", "ListLayers", "ListEventSourceMappings"}


def _lambda(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = f"lambda:{_LAMBDA_ACTIONS.get(operation, operation)}"
    if operation in _LAMBDA_WITHOUT_RESOURCE:
        return [Wanted(action, "*")]
    if "Resource" in params:
        return [Wanted(action, params["Resource"])]
    if "FunctionName" not in params:
        return [Wanted(action, "*")]
    return [Wanted(action, function_arn(params["FunctionName"], params.get("Qualifier"), place))]


def function_arn(name: str, qualifier: str | None, place: Place) -> str:
    """The ARN of a function given by name, partial ARN or ARN, with its qualifier if it has one."""
    if name.startswith("arn:"):
        arn = name
    else:
        arn = place.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    unqualified = arn.count(":") == 6
    return f"{arn}:{qualifier}" if qualifier and unqualified else arn


# ---- Step Functions ----------------------------------------------------------------------------------


def _states(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = f"states:{operation}"
    for name in ("stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn"):
        if name in params:
            return [Wanted(action, params[name])]
    if operation in {"CreateStateMachine", "CreateActivity"}:
        kind = "stateMachine" if operation == "CreateStateMachine" else "activity"
        return [Wanted(action, place.arn("states", f"{kind}:{params.get('name', '')}"))]
    return [Wanted(action, "*")]


# ---- SageMaker ---------------------------------------------------------------------------------------

_SAGEMAKER_NAMES = {
    "ProcessingJobName": "processing-job",
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
    "ModelName": "model",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
}


def _sagemaker(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = f"sagemaker:{operation}"
    if "ResourceArn" in params:
        return [Wanted(action, params["ResourceArn"])]
    if operation.startswith("List"):
        return [Wanted(action, "*")]
    kinds = [name for name in _SAGEMAKER_NAMES if name in params]
    if operation in {"CreateEndpoint", "UpdateEndpoint"}:
        return [
            Wanted(action, place.arn("sagemaker", f"{_SAGEMAKER_NAMES[name]}/{params[name].lower()}")) for name in kinds
        ]
    own = next((name for name in kinds if f"Create{name.removesuffix('Name')}" == operation), None) or next(
        iter(kinds), None
    )
    resource = place.arn("sagemaker", f"{_SAGEMAKER_NAMES[own]}/{params[own].lower()}") if own else "*"
    needed = [Wanted(action, resource)]
    if operation.startswith("Create") and params.get("Tags"):
        needed.append(Wanted("sagemaker:AddTags", resource))
    return needed


# ---- Logs, SQS, SNS, IAM, STS ------------------------------------------------------------------------


def _logs(operation: str, params: Params, place: Place) -> list[Wanted]:
    group = params.get("logGroupName") or params.get("logGroupIdentifier", "").rpartition(":log-group:")[2]
    stream = params.get("logStreamName", "")
    return [Wanted(f"logs:{operation}", place.arn("logs", f"log-group:{group}:log-stream:{stream}"))]


def _sqs(operation: str, params: Params, place: Place) -> list[Wanted]:
    name = params.get("QueueName") or params.get("QueueUrl", "").rpartition("/")[2]
    return [Wanted(f"sqs:{operation.removesuffix('Batch')}", place.arn("sqs", name) if name else "*")]


def _sns(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = f"sns:{operation.removesuffix('Batch')}"
    arn = params.get("TopicArn") or params.get("TargetArn") or params.get("ResourceArn")
    if not arn and "Name" in params:
        arn = place.arn("sns", params["Name"])
    return [Wanted(action, arn or "*")]


_IAM_NAMES = {
    "RoleName": "role",
    "UserName": "user",
    "GroupName": "group",
    "PolicyName": "policy",
    "InstanceProfileName": "instance-profile",
}


def _iam(operation: str, params: Params, place: Place) -> list[Wanted]:
    action = f"iam:{operation}"
    owner = next((name for name in _IAM_NAMES if name in params), None)
    if owner:
        path = params.get("Path", "/")
        return [Wanted(action, f"arn:aws:iam::{place.account}:{_IAM_NAMES[owner]}{path}{params[owner]}")]
    return [Wanted(action, params.get("PolicyArn", "*"))]


_STS_KEYS = {"ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName"}


def _sts(operation: str, params: Params, place: Place) -> list[Wanted]:
    if operation in {"GetCallerIdentity", "GetSessionToken"}:
        return []
    context = {key: params[name] for name, key in _STS_KEYS.items() if name in params}
    return [Wanted(f"sts:{operation}", params.get("RoleArn", "*"), context)]


_BY_SERVICE: dict[str, Callable[[str, Params, Place], list[Wanted]]] = {
    "s3": _s3,
    "lambda": _lambda,
    "stepfunctions": _states,
    "sagemaker": _sagemaker,
    "sagemaker-runtime": _sagemaker,
    "logs": _logs,
    "sqs": _sqs,
    "sns": _sns,
    "iam": _iam,
    "sts": _sts,
    "service-quotas": _plain("servicequotas"),
}
