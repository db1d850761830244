"""The policies of a user, group or role as texts, with the names under which the simulator tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local_aws.call import ApiError
from local_aws.moto.inside import Moto


@dataclass(frozen=True)
class NamedPolicy:
    """A policy's text and name; `kind` is one of the simulator's types of sources.

    A managed policy has an ARN, an inline one the name of its owner, whose type its kind is.
    """

    name: str
    kind: str
    text: str
    arn: str = ""
    owner: str = ""

    @property
    def source(self) -> str:
        """How the simulator tells it."""
        return f"{self.kind}_{self.owner}_{self.name}" if self.owner else self.name


@dataclass(frozen=True)
class Attached:
    """What bears on an identity: its policies, its groups', and its boundary."""

    policies: list[NamedPolicy]
    boundary: NamedPolicy | None


def attached(moto: Moto, arn: str) -> Attached:
    """The policies of an identity by its ARN.

    Raises:
        ApiError: `NoSuchEntity`, `InvalidInput` for the ARN of something else.
    """
    kind, _, path = arn.rpartition(":")[2].partition("/")
    if kind not in ("user", "group", "role") or not path:
        raise ApiError("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.", 400)
    name = path.rpartition("/")[2]
    found = moto.ask("iam", f"get_{kind}", **{f"{kind.title()}Name": name})[kind.title()]
    policies = list(_of(moto, kind, name))
    if kind == "user":
        for group in moto.ask("iam", "list_groups_for_user", UserName=name)["Groups"]:
            policies += _of(moto, "group", group["GroupName"])
    boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Attached(policies, _managed(moto, boundary) if boundary else None)


def _of(moto: Moto, kind: str, name: str) -> Iterator[NamedPolicy]:
    for policy, text in inline(moto, kind, name).items():
        yield NamedPolicy(policy, kind, text, owner=name)
    for arn in managed(moto, kind, name):
        yield _managed(moto, arn)


def inline(moto: Moto, kind: str, name: str) -> dict[str, str]:
    """The inline policies of a `user`, `group` or `role`: name to text.

    Raises:
        ApiError: `NoSuchEntity`.
    """
    who = {f"{kind.title()}Name": name}
    names = _all(moto, f"list_{kind}_policies", "PolicyNames", **who)
    ask = f"get_{kind}_policy"
    return {one: unquote(moto.ask("iam", ask, PolicyName=one, **who)["PolicyDocument"]) for one in names}


def managed(moto: Moto, kind: str, name: str) -> list[str]:
    """The ARNs of the managed policies of a `user`, `group` or `role`.

    Raises:
        ApiError: `NoSuchEntity`.
    """
    found = _all(moto, f"list_attached_{kind}_policies", "AttachedPolicies", **{f"{kind.title()}Name": name})
    return [policy["PolicyArn"] for policy in found]


def _managed(moto: Moto, arn: str) -> NamedPolicy:
    policy = moto.ask("iam", "get_policy", PolicyArn=arn)["Policy"]
    version = moto.ask("iam", "get_policy_version", PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    kind = "aws-managed" if arn.startswith("arn:aws:iam::aws:") else "user-managed"
    return NamedPolicy(policy["PolicyName"], kind, unquote(version["PolicyVersion"]["Document"]), arn)


def _all(moto: Moto, operation: str, member: str, **params: Any) -> list[Any]:
    ask: Callable[..., dict[str, Any]] = moto.ask
    found, page = [], ask("iam", operation, **params)
    while True:
        found += page[member]
        if not page.get("IsTruncated"):
            return found
        page = ask("iam", operation, Marker=page["Marker"], **params)
