"""IAM and STS: identities by name, which have a path in their ARN, and callers who mean themselves."""

from __future__ import annotations

from local_aws.access.reference import has_key
from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place
from local_aws.call import ApiError

_NAMED = {
    "RoleName": ("role", "Role"),
    "UserName": ("user", "User"),
    "GroupName": ("group", "Group"),
    "InstanceProfileName": ("instance-profile", "InstanceProfile"),
    "ServerCertificateName": ("server-certificate", "ServerCertificate"),
}
_KEYS = {
    "AWSServiceName": "iam:AWSServiceName",
    "PolicyArn": "iam:PolicyARN",
}
_TAGGING = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateSAMLProvider": "TagSAMLProvider",
    "CreateUser": "TagUser",
    "CreateVirtualMFADevice": "TagMFADevice",
}
_OF_THE_CALLER = {
    *("ChangePassword", "CreateAccessKey", "DeleteAccessKey", "DeleteSSHPublicKey", "DeleteSigningCertificate"),
    *("GetMFADevice", "GetUser", "ListAccessKeys", "ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates"),
    *("ListServiceSpecificCredentials", "DeleteServiceSpecificCredential", "UpdateServiceSpecificCredential"),
    *("ResetServiceSpecificCredential", "UpdateAccessKey", "UpdateSigningCertificate", "UploadSigningCertificate"),
    *("DeactivateMFADevice", "CreateLoginProfile", "DeleteLoginProfile", "GetLoginProfile"),
}
"""Operations that mean the user who calls where they name none."""


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of IAM."""
    context = keys(params, _KEYS)
    boundary = _boundary(operation, params, place)
    if boundary:
        context["iam:PermissionsBoundary"] = boundary
    named = dict(params)
    for member, (kind, name) in _NAMED.items():
        if member in params:
            named[name] = _arn(kind, params[member], operation, params, place)
    if operation == "CreatePolicy":
        named["Policy"] = _iam(place, f"policy/{_inside(params)}{params['PolicyName']}")
    elif operation == "CreateVirtualMFADevice":
        named["Device"] = f"{_inside(params)}{params['VirtualMFADeviceName']}"
    elif operation == "CreateOpenIDConnectProvider":
        named["Provider"] = params["Url"].rpartition("://")[2]
    elif operation == "CreateServiceLinkedRole":
        named["Role"] = _iam(place, f"role/aws-service-role/{params['AWSServiceName']}/*")
    elif operation == "GetServiceLinkedRoleDeletionStatus":
        named["Role"] = _iam(place, f"role/{params['DeletionTaskId'].removeprefix('task/').rpartition('/')[0]}")
    elif operation == "GetAccessKeyLastUsed" or (operation in _OF_THE_CALLER and "UserName" not in params):
        named["User"] = _user_meant(operation, params, place)
    if "SerialNumber" in params:
        named["Device"] = params["SerialNumber"]
    one = Asked(operation, named, context)
    needed = tagging(_TAGGING[operation], one) if operation in _TAGGING else [one]
    if operation == "AddRoleToInstanceProfile":
        needed.append(Asked("PassRole", {}, {"iam:PassedToService": "ec2.amazonaws.com"}, [named["Role"]]))
    return needed


def _arn(kind: str, name: str, operation: str, params: Params, place: Place) -> str:
    creates = operation == f"Create{kind.title().replace('-', '')}" or operation == "UploadServerCertificate"
    known = None if creates or place.records is None else place.records.iam(kind, name)
    return known or _iam(place, f"{kind}/{_inside(params) if creates else ''}{name}")


def _boundary(operation: str, params: Params, place: Place) -> str | None:
    """The permissions boundary that a request sets, else that of the role or user that it is about."""
    if "PermissionsBoundary" in params or not has_key("iam", operation, "iam:PermissionsBoundary"):
        return params.get("PermissionsBoundary")
    kind = "role" if "RoleName" in params else "user"
    name = params.get(f"{kind.title()}Name")
    if operation.startswith("Create") or not name or place.records is None:
        return None
    return place.records.boundary(kind, name)


def _inside(params: Params) -> str:
    """The path of what is made, as it stands between the type and the name."""
    path = str(params.get("Path") or "").strip("/")
    return f"{path}/" if path else ""


def _user_meant(operation: str, params: Params, place: Place) -> str:
    """The user whose access key is named, or who calls.

    Raises:
        ApiError: `ValidationError`, who calls is no user.
    """
    if "AccessKeyId" in params and place.records is not None:
        owner = place.records.owner_of_key(params["AccessKeyId"])
        return place.records.iam("user", owner) or _iam(place, f"user/{owner}") if owner else _iam(place, "user/")
    if ":user/" not in place.caller:
        raise ApiError("ValidationError", "Must specify userName when calling with non-User credentials", 400)
    return place.caller


def _iam(place: Place, rest: str) -> str:
    return f"arn:aws:iam::{place.account}:{rest}"


_STS_KEYS = {
    "ExternalId": "sts:ExternalId",
    "RoleSessionName": "sts:RoleSessionName",
    "SourceIdentity": "sts:SourceIdentity",
}
_FREE = {"GetCallerIdentity", "GetSessionToken"}
"""What no policy can refuse."""


def asked_of_sts(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of STS."""
    if operation in _FREE:
        return []
    context = keys(params, _STS_KEYS)
    if params.get("TransitiveTagKeys"):
        context["sts:TransitiveTagKeys"] = params["TransitiveTagKeys"]
    if operation == "AssumeRoot":
        return [Asked(operation, params, context, [_iam(place, "root")])]
    return [Asked(operation, params, context)]
