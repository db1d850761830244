"""Secrets Manager: a secret's ARN ends in six characters that its name doesn't tell; a policy is held against them."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_ENDING = "-??????"
"""Of a secret that is not there (yet): the wildcards by which policies stand for the characters match themselves."""
_KEYS = {
    "Name": "secretsmanager:Name",
    "VersionStage": "secretsmanager:VersionStage",
    "KmsKeyId": "secretsmanager:KmsKeyId",
    "VersionId": "secretsmanager:VersionId",
    "Description": "secretsmanager:Description",
    "BlockPublicPolicy": "secretsmanager:BlockPublicPolicy",
    "RecoveryWindowInDays": "secretsmanager:RecoveryWindowInDays",
    "ForceDeleteWithoutRecovery": "secretsmanager:ForceDeleteWithoutRecovery",
    "ForceOverwriteReplicaSecret": "secretsmanager:ForceOverwriteReplicaSecret",
    "RotationLambdaARN": "secretsmanager:RotationLambdaARN",
    "RotateImmediately": "secretsmanager:RotateImmediately",
}


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of Secrets Manager."""
    context = keys(params, _KEYS)
    if operation == "BatchGetSecretValue":
        arns = [_arn(name, place) for name in params.get("SecretIdList") or []]
        if not arns and place.records is not None:
            # A filter can mean any of them.
            arns = place.records.secrets(place.region)
        return [Asked(operation, {}), *(Asked("GetSecretValue", {}, context, [arn]) for arn in arns)]
    if operation == "CreateSecret":
        arn = place.arn("secretsmanager", f"secret:{params['Name']}{_ENDING}")
        return tagging("TagResource", Asked(operation, params, context, [arn]))
    if "SecretId" not in params:
        return [Asked(operation, params, context)]
    arn = _arn(params["SecretId"], place)
    return [Asked(operation, params, context | {"secretsmanager:SecretId": arn}, [arn])]


def _arn(name: str, place: Place) -> str:
    known = place.records.secret(name, place.region) if place.records else None
    if known or name.startswith("arn:"):
        return known or name
    return place.arn("secretsmanager", f"secret:{name}{_ENDING}")
