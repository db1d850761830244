"""What a request asks for, as the judge takes it: an action on a resource, with the condition keys it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Params = Mapping[str, Any]
"""The parsed parameters of a call, by the names that botocore's model gives them."""


@dataclass(frozen=True)
class Wanted:
    """One action on one resource, with the condition keys that come with it."""

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """An action and the members that name its resource, before its ARN is made.

    Args:
        action: with its service's prefix where that isn't the called one's.
        params: members, and what was made of them, by the names in `naming`.
        resources: the ARNs where they are known already.
        made_by: the action that makes what this one is about, where it is told by the same members: to tag is a right
            on what is made, and not on whatever else the request names.
    """

    action: str
    params: Params
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    resources: list[str] | None = None
    made_by: str = ""


class Records(Protocol):
    """What has to be looked up before a name in a request says which resource is meant, or is allowed; None for
    what isn't there."""

    def secret(self, name: str, region: str) -> str | None:
        """The ARN of a secret by its name, ARN or part of its ARN: it ends in characters that a name doesn't tell."""

    def secrets(self, region: str) -> list[str]:
        """The ARNs of all secrets."""

    def key(self, name: str, region: str) -> str | None:
        """The ARN of a KMS key by its id, its ARN or an alias."""

    def key_of(self, ciphertext: bytes, context: Mapping[str, str], region: str) -> str | None:
        """The ARN of the KMS key with which a text was encrypted."""

    def iam(self, kind: str, name: str) -> str | None:
        """The ARN of a `role`, `user`, `group`, `instance-profile` or `server-certificate` with its path."""

    def boundary(self, kind: str, name: str) -> str | None:
        """The ARN of the permissions boundary of a `role` or `user`."""

    def function_of(self, mapping: str, region: str) -> str | None:
        """The ARN of the function that an event source mapping calls."""

    def owner_of_key(self, access_key: str) -> str | None:
        """The name of the user whose long-lived access key this is."""

    def tags(self, action: str, arn: str, region: str) -> dict[str, str]:
        """The tags of the resource that an action is about; none where it has none, or isn't there."""

    def partition_key(self, table: str, region: str) -> str | None:
        """The name of the attribute by which a DynamoDB table is partitioned."""


@dataclass(frozen=True)
class Place:
    """Where resources named by bare names live, who calls, and where to look up what names don't tell."""

    region: str
    account: str
    caller: str = ""
    records: Records | None = None

    def arn(self, service: str, rest: str) -> str:
        """The ARN of a regional resource."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"
