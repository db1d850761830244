"""IAM's lists over the whole account: GetAccountAuthorizationDetails, and which entities have a managed policy.

Of the policies that AWS manages, only those in use are told, as tools that read real accounts find them.
Source: IAM API reference, GetAccountAuthorizationDetails, ListEntitiesForPolicy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.iam.entities import attached_to, boundary_of, entities
from local_aws.moto.inside import Moto
from local_aws.moto.members import Paging
from local_aws.moto.pages import cut

_DETAILS = Paging(
    "Marker", "MaxItems", "Marker", ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"), "IsTruncated"
)
_ENTITIES = Paging("Marker", "MaxItems", "Marker", ("PolicyGroups", "PolicyUsers", "PolicyRoles"), "IsTruncated")
_KINDS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}
_POLICIES = {"LocalManagedPolicy", "AWSManagedPolicy"}


def authorization_details(moto: Moto, params: Mapping[str, Any]) -> dict[str, Any]:
    """A page of GetAccountAuthorizationDetails.

    Raises:
        ApiError: a marker that isn't one.
    """
    wanted = set(params.get("Filter") or {*_KINDS, *_POLICIES})
    everybody = list(entities(moto))
    whole: dict[str, Any] = {
        name: [one for kind, one in everybody if kind.title() == of and of in wanted] for of, name in _KINDS.items()
    }
    whole["Policies"] = []
    if "LocalManagedPolicy" in wanted:
        local = moto.ask_for_all("iam", "list_policies", Scope="Local")["Policies"]
        whole["Policies"] += [_detail(moto, policy["Arn"], everybody) for policy in local]
    if "AWSManagedPolicy" in wanted:
        used = {arn for _, one in everybody for arn in (*attached_to(one), boundary_of(one)) if arn}
        whole["Policies"] += [
            _detail(moto, arn, everybody) for arn in sorted(used) if arn.startswith("arn:aws:iam::aws:")
        ]
    return cut("iam", _DETAILS, whole, params)


def entities_for_policy(moto: Moto, params: Mapping[str, Any]) -> dict[str, Any]:
    """A page of ListEntitiesForPolicy.

    Raises:
        ApiError: `NoSuchEntity`, a marker that isn't one.
    """
    arn, usage = params["PolicyArn"], params.get("PolicyUsageFilter")
    moto.ask("iam", "get_policy", PolicyArn=arn)
    whole: dict[str, Any] = {name: [] for name in _ENTITIES.lists}
    for kind, one in entities(moto):
        attached, bounded = usage != "PermissionsBoundary", usage != "PermissionsPolicy"
        used = (attached and arn in attached_to(one)) or (bounded and boundary_of(one) == arn)
        meant = params.get("EntityFilter", kind.title()) == kind.title()
        if used and meant and one["Path"].startswith(params.get("PathPrefix", "/")):
            title = kind.title()
            whole[f"Policy{title}s"].append({name: one[name] for name in (f"{title}Name", f"{title}Id")})
    return cut("iam", _ENTITIES, whole, params)


def boundaries(everybody: Iterable[tuple[str, dict[str, Any]]], arn: str) -> int:
    """How many users and roles have a managed policy as their permissions boundary."""
    return sum(boundary_of(one) == arn for _, one in everybody)


def _detail(moto: Moto, arn: str, everybody: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    policy = moto.ask("iam", "get_policy", PolicyArn=arn)["Policy"]
    versions = []
    for listed in moto.ask("iam", "list_policy_versions", PolicyArn=arn)["Versions"]:
        version = moto.ask("iam", "get_policy_version", PolicyArn=arn, VersionId=listed["VersionId"])["PolicyVersion"]
        versions.append(version)
    told = {name: value for name, value in policy.items() if name != "Tags"}
    return told | {"PermissionsBoundaryUsageCount": boundaries(everybody, arn), "PolicyVersionList": versions}
