"""The tags of a resource by its ARN, as its service tells them.

Conditions on `aws:ResourceTag/…` are held against them, and the Resource Groups Tagging API finds resources by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[[str], Any]
"""Gives an administrator's client of an API by botocore's name."""


def tags_of(action: str, arn: str, client: Client) -> dict[str, str]:
    """The tags of the resource that an action is about; none of what has no tags here.

    Raises:
        ClientError: it isn't there.
    """
    is_known = action.partition(":")[2] in _OF_OBJECTS and "/" in arn
    return {} if _service(arn) == "s3" and not is_known else read(arn, client)


def read(arn: str, client: Client) -> dict[str, str]:
    """The tags of a resource; none of what has no tags here.

    Raises:
        ClientError: it isn't there.
    """
    ask = _READERS.get(_service(arn))
    return {} if ask is None else _pairs(ask(arn, client))


def queue_url(arn: str, client: Any) -> str:
    """The address of a queue, at the place that a client of SQS leads to."""
    account, name = arn.split(":", 5)[4:]
    return f"{client.meta.endpoint_url}/{account}/{name}"


def parameter(arn: str) -> dict[str, str]:
    """How Systems Manager's operations on tags name a parameter.

    An ARN doesn't tell whether the name begins with a slash; only a name with one inside has to.
    """
    name = arn.partition(":parameter/")[2]
    return {"ResourceType": "Parameter", "ResourceId": f"/{name}" if "/" in name else name}


_OF_OBJECTS = {
    *("DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "PutObjectAcl"),
    *("PutObjectTagging", "DeleteObjectVersionTagging", "GetObjectVersion", "GetObjectVersionAcl"),
    *("GetObjectVersionAttributes", "GetObjectVersionTagging", "PutObjectVersionAcl", "PutObjectVersionTagging"),
}
"""Actions of S3 that know the tags of the object that is there (`s3:ExistingObjectTag/…`)."""


def _service(arn: str) -> str:
    return arn.split(":", 3)[2] if arn.count(":") >= 5 else ""


def _rest(arn: str) -> str:
    return arn.split(":", 5)[5]


def _function(arn: str, client: Client) -> Any:
    """Of a version or an alias, its function's."""
    parts = arn.split(":")
    whole = ":".join(parts[:7]) if parts[5] == "function" else arn
    return client("lambda").list_tags(Resource=whole)["Tags"]


def _machine(arn: str, client: Client) -> Any:
    """Of a version or an alias, its machine's; executions have none."""
    parts = arn.split(":")
    if parts[5] not in ("stateMachine", "activity"):
        return {}
    return client("stepfunctions").list_tags_for_resource(resourceArn=":".join(parts[:7]))["tags"]


def _identity(arn: str, client: Client) -> Any:
    kind, _, path = _rest(arn).partition("/")
    if kind == "policy":
        return client("iam").list_policy_tags(PolicyArn=arn)["Tags"]
    if kind not in ("role", "user"):
        return {}
    return getattr(client("iam"), f"list_{kind}_tags")(**{f"{kind.title()}Name": path.rpartition("/")[2]})["Tags"]


def _log_group(arn: str, client: Client) -> Any:
    if not _rest(arn).startswith("log-group:"):
        return client("logs").list_tags_for_resource(resourceArn=arn)["tags"]
    return client("logs").list_tags_for_resource(resourceArn=":".join(arn.split(":")[:7]))["tags"]


def _queue(arn: str, client: Client) -> Any:
    sqs = client("sqs")
    return sqs.list_queue_tags(QueueUrl=queue_url(arn, sqs)).get("Tags", {})


def _of_parameters(arn: str, client: Client) -> Any:
    if not _rest(arn).startswith("parameter/"):
        return {}
    return client("ssm").list_tags_for_resource(**parameter(arn))["TagList"]


def _of_s3(arn: str, client: Client) -> Any:
    bucket, _, key = _rest(arn).partition("/")
    if key:
        return client("s3").get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    try:
        return client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


_READERS: dict[str, Callable[[str, Client], Any]] = {
    "dynamodb": lambda arn, client: client("dynamodb").list_tags_of_resource(ResourceArn=_table(arn))["Tags"],
    "events": lambda arn, client: client("events").list_tags_for_resource(ResourceARN=arn)["Tags"],
    "iam": _identity,
    "kms": lambda arn, client: client("kms").list_resource_tags(KeyId=arn)["Tags"],
    "lambda": _function,
    "logs": _log_group,
    "s3": _of_s3,
    "sagemaker": lambda arn, client: client("sagemaker").list_tags(ResourceArn=arn)["Tags"],
    "scheduler": lambda arn, client: client("scheduler").list_tags_for_resource(ResourceArn=arn)["Tags"],
    "secretsmanager": lambda arn, client: client("secretsmanager").describe_secret(SecretId=arn).get("Tags", []),
    "sns": lambda arn, client: client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"],
    "sqs": _queue,
    "ssm": _of_parameters,
    "states": _machine,
}


def _table(arn: str) -> str:
    """Of an index or a stream, its table."""
    return "/".join(arn.split("/")[:2])


def _pairs(tags: Mapping[str, str] | Iterable[Mapping[str, str]]) -> dict[str, str]:
    if isinstance(tags, Mapping):
        return dict(tags)
    # Key and Value begin with a capital or don't, KMS's are TagKey and TagValue.
    named = ({name.lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags)
    return {tag["key"]: tag.get("value", "") for tag in named}
