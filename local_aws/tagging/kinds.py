"""The kinds of resources that have tags: how each is listed, and how its service sets and removes its tags.

All of it by the services' own APIs, as boto3 speaks them; how tags are read, `access.resource_tags` knows. IAM's roles
and users are left out, as on AWS: this API doesn't answer for them.
Source: "Services that support the Resource Groups Tagging API", Resource Groups Tagging API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local_aws import ACCOUNT
from local_aws.access.resource_tags import parameter, queue_url, read

Client = Any
Tags = dict[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    Attributes:
        type: as in `ResourceTypeFilters`.
        api: botocore's name of its service.
        actions: the service's own for setting and for removing tags, as in a policy.
        arns: lists the resources that are there.
        put, drop: its tags.
    """

    type: str
    api: str
    actions: tuple[str, str]
    arns: Callable[[Client], Iterable[str]]
    put: Callable[[Client, str, Tags], object]
    drop: Callable[[Client, str, list[str]], object]

    def has(self, arn: str) -> bool:
        """Whether an ARN has this kind's form."""
        service, _, rest = self.type.partition(":")
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[2] != service:
            return False
        if rest in _UNNAMED:
            return not {":", "/"} & set(parts[5])
        return parts[5].startswith((f"{rest}/", f"{rest}:"))


_UNNAMED = ("bucket", "queue", "topic")
"""Types that the ARNs of their resources don't name: a service has one such type."""


def kind_of(arn: str) -> Kind | None:
    """The kind of a resource; None for what has no tags here."""
    return next((kind for kind in KINDS if kind.has(arn)), None)


def _pages(operation: str, result: str, member: str | None) -> Callable[[Client], Iterator[str]]:
    """Lists by a paginated operation; `member` is what holds the ARN, None where an item is one."""

    def arns(client: Client) -> Iterator[str]:
        for page in client.get_paginator(operation).paginate():
            for item in page.get(result, ()):
                yield item if member is None else item[member]

    return arns


def _pairs(tags: Tags, lower: bool = False, prefix: str = "") -> list[dict[str, str]]:
    names = (f"{prefix}Key", f"{prefix}Value")
    key, value = (name.lower() if lower else name for name in names)
    return [{key: name, value: text} for name, text in tags.items()]


# ---- one form of the operations for several kinds ---------------------------------------------------------------


def _of_states(kind: str, operation: str, result: str, member: str) -> Kind:
    return Kind(
        kind,
        "stepfunctions",
        ("states:TagResource", "states:UntagResource"),
        _pages(operation, result, member),
        lambda client, arn, tags: client.tag_resource(resourceArn=arn, tags=_pairs(tags, lower=True)),
        lambda client, arn, keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
    )


def _of_sagemaker(kind: str, operation: str, result: str, member: str) -> Kind:
    return Kind(
        kind,
        "sagemaker",
        ("sagemaker:AddTags", "sagemaker:DeleteTags"),
        _pages(operation, result, member),
        lambda client, arn, tags: client.add_tags(ResourceArn=arn, Tags=_pairs(tags)),
        lambda client, arn, keys: client.delete_tags(ResourceArn=arn, TagKeys=keys),
    )


def _plain(kind: str, api: str, arns: Callable[[Client], Iterable[str]], member: str = "ResourceArn") -> Kind:
    """A service with `TagResource` and `UntagResource` in their usual form; `member` is what names the resource."""
    prefix = kind.partition(":")[0]
    return Kind(
        kind,
        api,
        (f"{prefix}:TagResource", f"{prefix}:UntagResource"),
        arns,
        lambda client, arn, tags: client.tag_resource(**{member: arn}, Tags=_pairs(tags)),
        lambda client, arn, keys: client.untag_resource(**{member: arn}, TagKeys=keys),
    )


def _buses(client: Client) -> Iterator[str]:
    token: dict[str, str] = {}
    while True:
        answer = client.list_event_buses(**token)
        yield from (bus["Arn"] for bus in answer["EventBuses"])
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def _rules(client: Client) -> Iterator[str]:
    for bus in _buses(client):
        for page in client.get_paginator("list_rules").paginate(EventBusName=bus):
            yield from (rule["Arn"] for rule in page["Rules"])


def _buckets(client: Client) -> Iterator[str]:
    for bucket in client.list_buckets()["Buckets"]:
        if bucket.get("BucketRegion", client.meta.region_name) == client.meta.region_name:
            yield f"arn:aws:s3:::{bucket['Name']}"


def _put_bucket_tags(client: Client, arn: str, tags: Tags) -> None:
    """S3 knows only the whole set of a bucket's tags."""
    client.put_bucket_tagging(Bucket=_bucket(arn), Tagging={"TagSet": _pairs(read(arn, lambda _: client) | tags)})


def _drop_bucket_tags(client: Client, arn: str, keys: list[str]) -> None:
    left = {key: value for key, value in read(arn, lambda _: client).items() if key not in keys}
    if left:
        client.put_bucket_tagging(Bucket=_bucket(arn), Tagging={"TagSet": _pairs(left)})
    else:
        client.delete_bucket_tagging(Bucket=_bucket(arn))


def _bucket(arn: str) -> str:
    return arn.rpartition(":")[2]


def _queues(client: Client) -> Iterator[str]:
    for page in client.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", ()):
            account, name = url.rsplit("/", 2)[1:]
            yield f"arn:aws:sqs:{client.meta.region_name}:{account}:{name}"


def _parameters(client: Client) -> Iterator[str]:
    for page in client.get_paginator("describe_parameters").paginate():
        for one in page["Parameters"]:
            yield f"arn:aws:ssm:{client.meta.region_name}:{ACCOUNT}:parameter/{one['Name'].removeprefix('/')}"


def _tables(client: Client) -> Iterator[str]:
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            yield client.describe_table(TableName=name)["Table"]["TableArn"]


KINDS = (
    Kind(
        "lambda:function",
        "lambda",
        ("lambda:TagResource", "lambda:UntagResource"),
        _pages("list_functions", "Functions", "FunctionArn"),
        lambda client, arn, tags: client.tag_resource(Resource=arn, Tags=tags),
        lambda client, arn, keys: client.untag_resource(Resource=arn, TagKeys=keys),
    ),
    _of_states("states:stateMachine", "list_state_machines", "stateMachines", "stateMachineArn"),
    _of_states("states:activity", "list_activities", "activities", "activityArn"),
    _of_sagemaker("sagemaker:endpoint", "list_endpoints", "Endpoints", "EndpointArn"),
    _of_sagemaker("sagemaker:endpoint-config", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigArn"),
    _of_sagemaker("sagemaker:model", "list_models", "Models", "ModelArn"),
    _of_sagemaker("sagemaker:processing-job", "list_processing_jobs", "ProcessingJobSummaries", "ProcessingJobArn"),
    _of_sagemaker("sagemaker:training-job", "list_training_jobs", "TrainingJobSummaries", "TrainingJobArn"),
    _of_sagemaker("sagemaker:transform-job", "list_transform_jobs", "TransformJobSummaries", "TransformJobArn"),
    _plain("events:event-bus", "events", _buses, "ResourceARN"),
    _plain("events:rule", "events", _rules, "ResourceARN"),
    _plain("scheduler:schedule-group", "scheduler", _pages("list_schedule_groups", "ScheduleGroups", "Arn")),
    Kind(
        "logs:log-group",
        "logs",
        ("logs:TagResource", "logs:UntagResource"),
        lambda client: (arn.removesuffix(":*") for arn in _pages("describe_log_groups", "logGroups", "arn")(client)),
        lambda client, arn, tags: client.tag_resource(resourceArn=arn, tags=tags),
        lambda client, arn, keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
    ),
    Kind(
        "s3:bucket",
        "s3",
        ("s3:PutBucketTagging", "s3:PutBucketTagging"),
        _buckets,
        _put_bucket_tags,
        _drop_bucket_tags,
    ),
    Kind(
        "sqs:queue",
        "sqs",
        ("sqs:TagQueue", "sqs:UntagQueue"),
        _queues,
        lambda client, arn, tags: client.tag_queue(QueueUrl=queue_url(arn, client), Tags=tags),
        lambda client, arn, keys: client.untag_queue(QueueUrl=queue_url(arn, client), TagKeys=keys),
    ),
    _plain("sns:topic", "sns", _pages("list_topics", "Topics", "TopicArn")),
    _plain("dynamodb:table", "dynamodb", _tables),
    Kind(
        "ssm:parameter",
        "ssm",
        ("ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"),
        _parameters,
        lambda client, arn, tags: client.add_tags_to_resource(**parameter(arn), Tags=_pairs(tags)),
        lambda client, arn, keys: client.remove_tags_from_resource(**parameter(arn), TagKeys=keys),
    ),
    _plain("secretsmanager:secret", "secretsmanager", _pages("list_secrets", "SecretList", "ARN"), member="SecretId"),
    Kind(
        "kms:key",
        "kms",
        ("kms:TagResource", "kms:UntagResource"),
        _pages("list_keys", "Keys", "KeyArn"),
        lambda client, arn, tags: client.tag_resource(KeyId=arn, Tags=_pairs(tags, prefix="Tag")),
        lambda client, arn, keys: client.untag_resource(KeyId=arn, TagKeys=keys),
    ),
)
