"""IAM's records as the judge needs them: read through the IAM API, and remembered until IAM changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws.access.policy import Policy


@dataclass(frozen=True)
class Role:
    """A role with all that is attached to it; `longest_session` in seconds."""

    arn: str
    name: str
    role_id: str
    trust: Policy
    policies: list[Policy]
    boundary: Policy | None
    longest_session: int
    tags: dict[str, str]


@dataclass(frozen=True)
class User:
    """An IAM user with its own policies and its groups'."""

    arn: str
    name: str
    user_id: str
    policies: list[Policy]
    boundary: Policy | None
    tags: dict[str, str]


class IamReader:
    """Reads roles and users through an administrator's IAM client.

    `forget` has to be called after every change of IAM; the gateway sees them all.
    """

    def __init__(self, client: Callable[[], Any]):
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Any] = {}
        self._generation = 0

    def begin(self) -> None:
        """IAM answers now, with what was kept of it."""

    def forget(self, changed: Mapping[str, Any] | None = None) -> None:
        """Drop all that was read.

        Args:
            changed: the parameters of the call that has changed IAM, where they are known.
        """
        with self._lock:
            self._known.clear()
            self._generation += 1

    def role(self, arn: str) -> Role | None:
        """The role with this ARN, None where there is none."""
        return self._remembered(("role", arn), lambda: self._read_role(arn))

    def user_of_key(self, access_key: str) -> User | None:
        """The IAM user whose long-lived access key this is, None for nobody's."""
        return self._remembered(("key", access_key), lambda: self._read_user(access_key))

    def _remembered(self, key: tuple[str, str], read: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._known:
                return self._known[key]
            generation = self._generation
        value = read()
        with self._lock:
            if generation == self._generation:
                self._known[key] = value
        return value

    def _read_role(self, arn: str) -> Role | None:
        name = arn.rpartition("/")[2]
        iam = self._client()
        try:
            found = iam.get_role(RoleName=name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            return None
        if found["Arn"] != arn:
            return None
        inline = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in all_of(iam, "list_role_policies", "PolicyNames", RoleName=name)
        ]
        attached = all_of(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        return Role(
            arn=arn,
            name=name,
            role_id=found["RoleId"],
            trust=found["AssumeRolePolicyDocument"],
            policies=inline + [self._document(iam, policy["PolicyArn"]) for policy in attached],
            boundary=self._boundary(iam, found),
            longest_session=found.get("MaxSessionDuration", 3600),
            tags=_tags(found),
        )

    def _read_user(self, access_key: str) -> User | None:
        iam = self._client()
        try:
            name = iam.get_access_key_last_used(AccessKeyId=access_key).get("UserName")
            if not name or not self._is_active(iam, name, access_key):
                return None
            found = iam.get_user(UserName=name)["User"]
        except ClientError as error:
            # What doesn't even look like a key is nobody's.
            if error.response["Error"]["Code"] in {"NoSuchEntity", "AccessDenied", "ValidationError"}:
                return None
            raise
        documents = [
            iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"]
            for policy in all_of(iam, "list_user_policies", "PolicyNames", UserName=name)
        ]
        attached = all_of(iam, "list_attached_user_policies", "AttachedPolicies", UserName=name)
        for group in all_of(iam, "list_groups_for_user", "Groups", UserName=name):
            group_name = group["GroupName"]
            attached += all_of(iam, "list_attached_group_policies", "AttachedPolicies", GroupName=group_name)
            documents += [
                iam.get_group_policy(GroupName=group_name, PolicyName=policy)["PolicyDocument"]
                for policy in all_of(iam, "list_group_policies", "PolicyNames", GroupName=group_name)
            ]
        documents += [self._document(iam, policy["PolicyArn"]) for policy in attached]
        return User(found["Arn"], name, found["UserId"], documents, self._boundary(iam, found), _tags(found))

    @staticmethod
    def _is_active(iam: Any, user: str, access_key: str) -> bool:
        keys = all_of(iam, "list_access_keys", "AccessKeyMetadata", UserName=user)
        return any(key["AccessKeyId"] == access_key and key["Status"] == "Active" for key in keys)

    def _boundary(self, iam: Any, entity: dict[str, Any]) -> Policy | None:
        arn = entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return self._document(iam, arn) if arn else None

    def _document(self, iam: Any, arn: str) -> Policy:
        return self._remembered(("policy", arn), lambda: _default_version(iam, arn))


def _default_version(iam: Any, arn: str) -> Policy:
    """A managed policy's document; one that is gone allows nothing."""
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except iam.exceptions.NoSuchEntityException:
        return {"Statement": []}
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _tags(found: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}


def all_of(iam: Any, operation: str, member: str, **params: Any) -> list[Any]:
    """What all pages of a list have in a member."""
    return [item for page in iam.get_paginator(operation).paginate(**params) for item in page[member]]
