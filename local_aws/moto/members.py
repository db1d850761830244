"""The members of a request that moto ignores: none is dropped in silence.

`members.json` says of each operation that is let through to moto which members moto reads, and which it ignores. An
ignored one is done here, or leaving it out changes nothing, or it says what is so anyway; else it is refused by name.
The table is made by reading moto's source (`tests/local_aws/moto/moto_reading.py`), and a test fails where an upgrade
of moto, or of AWS's models, changes it. What stands inside a member is named by its path: `Rules[].Filter.Prefix`, and
`Attributes{}.Value` for the values of a map.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from botocore.model import OperationModel

from local_aws import ACCOUNT, wire
from local_aws.call import ApiError, not_there
from local_aws.moto.checksums import CHECKSUMS

TABLE = Path(__file__).with_suffix(".json")
_STEP = re.compile(r"[^.\[\]{}]+|\[\]|\{\}")
_TOKENS = {"marker", "nexttoken"}
"""Names of members that tell where a page begins and are nothing else beside."""

_NOT_PAGED_HERE = {"s3", "sqs"}
"""S3 has its listings; a list of SQS tells addresses of queues, which moto makes of the address that was called."""
_DONE_HERE = {
    ("s3", "ExpectedBucketOwner"): "s3/owners.py",
    ("s3", "ExpectedSourceBucketOwner"): "s3/owners.py",
    ("s3", "ContentMD5"): "s3/content.py",
    ("s3", "ChecksumAlgorithm"): "s3/content.py",
    **{("s3", f"Checksum{name}"): "s3/content.py" for name in CHECKSUMS},
    **{("s3", f"MultipartUpload.Parts[].Checksum{name}"): "s3/uploads.py" for name in CHECKSUMS},
    ("s3", "BypassGovernanceRetention"): "s3/object_lock.py",
    ("s3", "Delete.Objects[].ETag"): "s3/deletions.py",
    ("s3", "Delete.Quiet"): "s3/deletions.py",
    ("s3", "CopySourceIfMatch"): "s3/conditions.py",
    ("s3", "CopySourceIfNoneMatch"): "s3/conditions.py",
    ("s3", "CopySourceIfModifiedSince"): "s3/conditions.py",
    ("s3", "CopySourceIfUnmodifiedSince"): "s3/conditions.py",
    ("s3", "IfMatch"): "s3/conditions.py",
    ("s3", "IfNoneMatch"): "s3/conditions.py",
    ("s3", "ContinuationToken"): "s3/listings.py",
    ("s3", "EncodingType"): "s3/listings.py",
    ("s3", "MpuObjectSize"): "s3/uploads.py",
    ("s3", "PartNumber"): "s3/object_parts.py",
    **{("s3", name): "s3/listings.py" for name in ("Delimiter", "KeyMarker", "MaxUploads", "UploadIdMarker")},
    **{("s3", f"SSECustomer{name}"): "s3/customer_keys.py" for name in ("Algorithm", "Key", "KeyMD5")},
    **{("s3", f"CopySourceSSECustomer{name}"): "s3/customer_keys.py" for name in ("Algorithm", "Key", "KeyMD5")},
}
"""Members that are honoured here, by service and name, and where."""

_KEPT_WHOLE = {
    ("kms", "Constraints"): "ListGrants",
    ("logs", "metricTransformations"): "DescribeMetricFilters",
    ("logs", "s3DeliveryConfiguration"): "GetDelivery",
    ("s3", "ReplicationConfiguration.Rules[].Destination"): "GetBucketReplication",
    ("s3", "WebsiteConfiguration"): "GetBucketWebsite",
    ("ssm", "LoggingInfo"): "DescribeMaintenanceWindowTasks",
    ("ssm", "NotificationConfig"): "ListCommands",
}
"""Where moto keeps what stands inside as it came, whatever it is called, and which operation tells it again."""

_WITHOUT_EFFECT = {
    ("dynamodb", "ConsistentRead"): "every read sees every write",
    ("dynamodb", "ConfirmRemoveSelfResourceAccess"): "no policy is refused for what it takes from its writer",
    ("kms", "BypassPolicyLockoutSafetyCheck"): "no policy is refused for what it takes from its writer",
    ("kms", "GrantTokens"): "a grant holds at once",
    ("logs", "sequenceToken"): "AWS itself accepts any since 2023",
    ("sns", "ReturnSubscriptionArn"): "a subscription holds at once, and its ARN is told",
    ("ssm", "PermissionType"): "there is one",
    ("s3", "RequestPayer"): "every caller is the bucket's owner, who pays anyway",
    ("s3", "RestoreRequest.Tier"): "an object is restored at once",
    ("s3", "RestoreRequest.GlacierJobParameters"): "an object is restored at once",
}
"""Members that change nothing in an AWS of one account and one process, and why."""

_ASKS_BY_BEING_THERE = {("s3", "InputSerialization.Parquet")}
"""Members that ask for something though nothing stands in them."""

_SO_ANYWAY: dict[tuple[str, str], Any] = {
    ("dynamodb", "ConditionalOperator"): "AND",
    ("dynamodb", "InputFormat"): "DYNAMODB_JSON",
    ("dynamodb", "ReturnConsumedCapacity"): "NONE",
    ("dynamodb", "ReturnItemCollectionMetrics"): "NONE",
    ("dynamodb", "ReturnValuesOnConditionCheckFailure"): "NONE",
    ("dynamodb", "S3SseAlgorithm"): "AES256",
    ("dynamodb", "SSESpecification.SSEType"): "KMS",
    ("dynamodb", "TableClass"): "STANDARD",
    ("dynamodb", "TableCreationParameters.SSESpecification.SSEType"): "KMS",
    ("iam", "Encoding"): "SSH",
    ("iam", "PathPrefix"): "/",
    ("kms", "DestinationEncryptionAlgorithm"): "SYMMETRIC_DEFAULT",
    ("kms", "EncryptionAlgorithm"): "SYMMETRIC_DEFAULT",
    ("kms", "RotationPeriodInDays"): 365,
    ("kms", "SourceEncryptionAlgorithm"): "SYMMETRIC_DEFAULT",
    ("logs", "logGroupClass"): "STANDARD",
    ("logs", "policyScope"): "ACCOUNT",
    ("s3", "InputSerialization.CSV.QuoteCharacter"): '"',
    ("s3", "InputSerialization.CSV.QuoteEscapeCharacter"): '"',
    ("s3", "OutputSerialization.CSV.QuoteCharacter"): '"',
    ("s3", "OutputSerialization.CSV.QuoteEscapeCharacter"): '"',
    ("s3", "OutputSerialization.CSV.QuoteFields"): "ASNEEDED",
    ("s3", "ReplicationConfiguration.Rules[].DeleteMarkerReplication"): {"Status": "Disabled"},
    ("s3", "VersioningConfiguration.MFADelete"): "Disabled",
    ("secretsmanager", "SortBy"): "created-date",
    ("secretsmanager", "SortOrder"): "desc",
    ("sqs", "QueueOwnerAWSAccountId"): ACCOUNT,
    ("ssm", "DocumentVersion"): "$DEFAULT",
}
"""Values of ignored members that ask for what is so without them; a false, an empty text or list does so, too."""


def require_heeded(operation: OperationModel, params: Mapping[str, Any]) -> None:
    """Raise where a call brings something that would be ignored.

    Args:
        params: the request's members, or those of them that may matter.

    Raises:
        ApiError: `NotImplemented`, naming the member.
    """
    service = operation.service_model.service_name
    for name in refused(service, operation.name):
        for value in _values(params, steps(name)):
            asks = value or (service, name) in _ASKS_BY_BEING_THERE
            if asks and value != _SO_ANYWAY.get((service, name)):
                raise not_there(f"{service}:{operation.name} with {name}")


@functools.cache
def steps(path: str) -> tuple[str, ...]:
    """The names of a path, with `[]` for each of a list and `{}` for each value of a map."""
    return tuple(_STEP.findall(path))


def _values(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """What a call brings at the end of a path."""
    if not path:
        yield value
    elif path[0] in ("[]", "{}"):
        for one in value if path[0] == "[]" else value.values():
            yield from _values(one, path[1:])
    elif path[0] in value:
        yield from _values(value[path[0]], path[1:])


def require_heeded_in(operation: OperationModel, request: wire.Request) -> None:
    """The same for a request of S3. It is parsed only where it can't be seen otherwise that nothing would be ignored.

    Raises:
        ApiError: `NotImplemented`, naming the member.
    """
    places = _places(operation.name)
    if "body" in places or not places.isdisjoint([*request.headers, *request.query]):
        try:
            params = wire.parse(request, operation, {})
        except ApiError:
            return  # what can't be read is refused in S3's own words when it is asked
        require_heeded(operation, params)


@functools.cache
def _places(operation: str) -> frozenset[str]:
    """The headers and members of a query in which S3's operation has what is refused, or `body`."""
    shape = wire.api_for("s3").model.operation_model(operation).input_shape
    names = refused("s3", operation) if shape is not None else ()
    told = [shape.members[steps(name)[0]].serialization for name in names]
    in_query = {one["name"] for one in told if one.get("location") == "querystring"}
    in_headers = {one["name"].lower() for one in told if one.get("location") == "header"}
    return frozenset(in_query | in_headers | ({"body"} if any("location" not in one for one in told) else set()))


@functools.cache
def ignored(service: str) -> dict[str, frozenset[str]]:
    """By operation, the members that moto ignores."""
    operations = _table()[service]
    return {name: frozenset(members["ignores"]) for name, members in operations.items()}


@functools.cache
def refused(service: str, operation: str) -> tuple[str, ...]:
    """The members of an operation that are refused by name."""
    members = ignored(service).get(operation, frozenset())
    done: set[str | None] = {
        name for name in members if (service, name) in _DONE_HERE or (service, name) in _WITHOUT_EFFECT
    }
    done |= {name for name in members if _is_kept_whole(service, name)}
    done |= {name for name in members if is_token(service, operation, name)}
    how = paging(service, operation) if members else None
    done |= {how.token, how.limit} if how else set()
    return tuple(sorted(members - done))


def _is_kept_whole(service: str, path: str) -> bool:
    return any(one == service and path.startswith((f"{kept}.", f"{kept}[")) for one, kept in _KEPT_WHOLE)


def is_token(service: str, operation: str, name: str) -> bool:
    """Whether a member is what makes a repeated call the same call (`moto/tokens.py`)."""
    shape = wire.api_for(service).model.operation_model(operation).input_shape
    return shape is not None and name in shape.members and bool(shape.members[name].metadata.get("idempotencyToken"))


class Paging(NamedTuple):
    """The members by which an operation is paged; `lists` are those of the answer that are cut into pages."""

    token: str
    limit: str | None
    next_token: str
    lists: tuple[str, ...]
    more: str | None


@functools.cache
def paging(service: str, operation: str) -> Paging | None:
    """How an operation is paged that moto answers whole (`moto/pages.py`); None where moto pages it, or nobody."""
    found = None if service in _NOT_PAGED_HERE else _paginators(service).get(operation)
    if found is None or str(found["input_token"]).lower() not in _TOKENS:
        return None
    members = {found["input_token"], found.get("limit_key")}
    if not members & ignored(service).get(operation, frozenset()):
        return None
    lists = found["result_key"] if isinstance(found["result_key"], list) else [found["result_key"]]
    how = found["input_token"], found.get("limit_key"), found["output_token"], tuple(lists), found.get("more_results")
    return Paging(*how)


@functools.cache
def _paginators(service: str) -> dict[str, dict[str, Any]]:
    return wire.described(service, "paginators-1")["pagination"]


@functools.cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    table: dict[str, dict[str, dict[str, list[str]]]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table
