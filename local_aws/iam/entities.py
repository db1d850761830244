"""Who uses which managed policy, and what keeps an identity or a policy from being deleted.

Source: IAM API reference, DeleteUser, DeleteGroup, DeletePolicy, ListEntitiesForPolicy, GetAccountAuthorizationDetails;
texts as users report them. In which order DeleteUser looks is not documented: that of its page in the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.call import ApiError
from local_aws.iam.attached_policies import inline, managed
from local_aws.moto.inside import Moto

_LISTS = {"user": "UserDetailList", "group": "GroupDetailList", "role": "RoleDetailList"}
_OF_A_USER = (
    ("list_access_keys", "AccessKeyMetadata", "must delete access keys first."),
    ("list_signing_certificates", "Certificates", "must delete signing certificates first."),
    ("list_ssh_public_keys", "SSHPublicKeys", "must delete SSH public keys first."),
    ("list_mfa_devices", "MFADevices", "must delete MFA device first."),
)
_POLICIES = "must delete policies first."
_ATTACHED = "must detach all policies first."
_GROUPS = "must remove users from group first."


def entities(moto: Moto) -> Iterator[tuple[str, dict[str, Any]]]:
    """All users, groups and roles, each with its kind, as GetAccountAuthorizationDetails tells them."""
    found = moto.ask("iam", "get_account_authorization_details", Filter=["User", "Group", "Role"])
    for kind, name in _LISTS.items():
        yield from ((kind, one) for one in found[name])


def attached_to(entity: dict[str, Any]) -> list[str]:
    """The ARNs of an entity's managed policies."""
    return [one["PolicyArn"] for one in entity["AttachedManagedPolicies"]]


def boundary_of(entity: dict[str, Any]) -> str | None:
    """The ARN of an entity's permissions boundary."""
    arn: str | None = entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return arn


def require_deletable_user(moto: Moto, name: str) -> None:
    """Raise where something of a user's is still there.

    Raises:
        ApiError: `DeleteConflict`, `NoSuchEntity`.
    """
    moto.ask("iam", "get_user", UserName=name)
    if _has_password(moto, name):
        raise _conflict("must delete login profile first.")
    for operation, member, remedy in _OF_A_USER:
        if moto.ask("iam", operation, UserName=name)[member]:
            raise _conflict(remedy)
    _require_without_policies(moto, "user", name)
    if moto.ask("iam", "list_groups_for_user", UserName=name)["Groups"]:
        raise _conflict(_GROUPS)


def require_deletable_group(moto: Moto, name: str) -> None:
    """Raise where a group has users or policies.

    Raises:
        ApiError: `DeleteConflict`, `NoSuchEntity`.
    """
    if moto.ask("iam", "get_group", GroupName=name)["Users"]:
        raise _conflict(_GROUPS)
    _require_without_policies(moto, "group", name)


def require_deletable_policy(moto: Moto, arn: str) -> None:
    """Raise where a managed policy is in use, or has other versions than its default one.

    Raises:
        ApiError: `DeleteConflict`, `NoSuchEntity`.
    """
    moto.ask("iam", "get_policy", PolicyArn=arn)
    if any(arn in attached_to(one) or boundary_of(one) == arn for _, one in entities(moto)):
        raise ApiError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(moto.ask("iam", "list_policy_versions", PolicyArn=arn)["Versions"]) > 1:
        message = (
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
        raise ApiError("DeleteConflict", message, 409)


def _require_without_policies(moto: Moto, kind: str, name: str) -> None:
    if inline(moto, kind, name):
        raise _conflict(_POLICIES)
    if managed(moto, kind, name):
        raise _conflict(_ATTACHED)


def _has_password(moto: Moto, name: str) -> bool:
    try:
        return bool(moto.ask("iam", "get_login_profile", UserName=name))
    except ApiError as error:
        if error.code != "NoSuchEntity":
            raise
        return False


def _conflict(remedy: str) -> ApiError:
    return ApiError("DeleteConflict", f"Cannot delete entity, {remedy}", 409)
