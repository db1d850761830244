"""Every operation of every service is judged by an action that AWS knows, on the resource that it is about."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.access.actions import PREFIXES, wanted
from local_aws.access.reference import is_known, kinds
from local_aws.access.wanted import Place, Wanted
from local_aws.moto.backend import SERVICES, lacks
from local_aws.wire import api_for

ACCOUNT = "123456789012"
PLACE = Place("us-east-1", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ada")
OWN = ("lambda", "stepfunctions", "sagemaker", "sagemaker-runtime", "sts")


def operations() -> list[tuple[str, str]]:
    """All that can be asked of the embedded AWS; of S3 what is taken for itself and not for another operation."""
    return [
        (service, operation)
        for service in sorted({*SERVICES.values(), *OWN})
        for operation in api_for(service).model.operation_names
        if not (service == "s3" and lacks(operation))
    ]


def sample(shape: Shape, name: str, arns: list[str], depth: int = 0) -> Any:
    """A value for a member; one that is called an ARN is one of the resource in question."""
    if isinstance(shape, StructureShape):
        return {n: sample(s, n, arns, depth + 1) for n, s in shape.members.items() if depth < 5}
    if isinstance(shape, ListShape):
        return [sample(shape.member, name, arns, depth + 1)]
    if isinstance(shape, MapShape):
        return {"key": sample(shape.value, name, arns, depth + 1)}
    if shape.type_name == "string":
        if name.lower().endswith(("arn", "arns", "arnlist")) or name in {"Resource", "resourceIdentifier"}:
            return arns[0] if arns else "arn:aws:other:us-east-1:123456789012:thing/x"
        return shape.enum[0] if shape.enum else {"CopySource": "bucket/key", "Url": "https://idp"}.get(name, "x")
    return {"integer": 1, "long": 1, "boolean": True, "blob": b"x"}.get(shape.type_name, 1.0)


def judged(service: str, operation: str) -> list[tuple[str, str]]:
    """The actions and resources that an operation with all its members is judged by."""
    return [(one.action, one.resource) for one in wanted_with_everything(service, operation)]


def wanted_with_everything(service: str, operation: str) -> list[Wanted]:
    """What an operation with all its members asks for."""
    prefix = PREFIXES.get(service, service)
    possible = kinds(prefix, operation.removesuffix("Batch"))
    arns = [kind.arn("us-east-1", ACCOUNT, ["x"] * len(kind.variables)) for kind in possible]
    shape = api_for(service).model.operation_model(operation).input_shape
    params = sample(shape, "", arns) if shape is not None else {}
    if operation.endswith(("AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource")) and service == "ssm":
        params["ResourceType"] = "Parameter"
    if operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        statement = {"Statement": 'SELECT * FROM "x" WHERE a = 1'}
        params |= {**statement, "Statements": [statement], "TransactStatements": [statement]}
    if operation.endswith("ManagedInstance") or operation == "UpdateManagedInstanceRole":
        params["InstanceId"] = "mi-x"
    return wanted(service, operation, params, PLACE)


NEWER = {
    "dynamodb": (
        *("CancelBulkOperation", "DescribeBulkOperation", "ListBulkOperations", "SearchVectors"),
        "StartBulkPutItems",
    ),
    "iam": (
        *("AcquireRole", "GetAccountProperties", "GetRoleTemplateVersion", "PutAccountProperties"),
        "UpdateDelegationRequest",
    ),
    "kms": ("Decapsulate", "Encapsulate", "GetKeyLastUsage"),
    "logs": (
        *("DeleteSyslogConfiguration", "GetLogObject", "GetStorageTierPolicy", "ListSyslogConfigurations"),
        *("PutStorageTierPolicy", "PutSyslogConfiguration"),
    ),
    "secretsmanager": ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica", "ListResourcePolicies"),
    "ssm": (
        *("CreateCloudConnector", "DeleteCloudConnector", "GetCloudConnector", "ListCloudConnectors"),
        *("UpdateCloudConnector", "ValidateCloudConnector"),
        *("DeregisterDefaultHostManagementConfiguration", "RegisterDefaultHostManagementConfiguration"),
    ),
}
"""Operations that the reference doesn't have (yet): they are judged under their own name, on `*`."""
UNTOLD = {
    "iam": ("CreateDelegationRequest",),
    "sqs": ("CancelMessageMoveTask",),
    "ssm": (
        *("CancelMaintenanceWindowExecution", "CreateActivation", "CreateAssociationBatch", "CreateCloudConnector"),
        *("CreateOpsItem", "CreateOpsMetadata", "GetAccessToken", "GetDefaultPatchBaseline", "PutComplianceItems"),
        "StartAccessRequest",
    ),
}
"""Operations whose requests don't say which resource they are about: by a handle, a target's tags, or not yet."""


@pytest.mark.parametrize("service", sorted({*SERVICES.values(), *OWN}))
def test_every_operation_is_judged_by_known_actions_on_its_resources(aws, service):
    """A new operation in botocore's model fails here until it is known what it touches."""
    own = {one.name: one for one in aws.server.services}
    unknown, bare = set(), set()
    for operation in [found for named, found in operations() if named == service]:
        if service in OWN and not hasattr(own[service], xform_name(operation)):
            continue  # refused by its name
        for action, resource in judged(service, operation):
            prefix, name = action.split(":")
            possible = kinds(prefix, name)
            if not is_known(prefix, name):
                unknown.add(operation)
            elif possible and not any(kind.is_of(resource) for kind in possible):
                bare.add(operation)
    assert (sorted(unknown), sorted(bare)) == (sorted(NEWER.get(service, ())), sorted(UNTOLD.get(service, ())))
