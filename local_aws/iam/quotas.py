"""How much IAM takes: characters of policies, policies on an identity, tags, groups of a user.

White space is not counted in a policy's size. The quotas are a new account's; how many roles, users, groups and
policies it may have is not looked at.
Source: IAM user guide, "IAM and AWS STS quotas"; texts as users report them, that on tags as other services have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.call import ApiError

_TRUST, _MANAGED = 2048, 6144
_INLINE = {"user": 2048, "group": 5120, "role": 10240}
"""Characters of all inline policies of an identity together."""
_ATTACHED = _GROUPS = 10
_TAGS = 50


def check_trust_size(text: str) -> None:
    """Raise where a trust policy is too long.

    Raises:
        ApiError: `LimitExceeded`.
    """
    _require(_size(text) <= _TRUST, f"Cannot exceed quota for ACLSizePerRole: {_TRUST}")


def check_managed_size(text: str) -> None:
    """Raise where a managed policy is too long.

    Raises:
        ApiError: `LimitExceeded`.
    """
    _require(_size(text) <= _MANAGED, f"Cannot exceed quota for PolicySize: {_MANAGED}")


def check_inline_sizes(kind: str, name: str, texts: Iterable[str]) -> None:
    """Raise where the inline policies of a `user`, `group` or `role` are too long together.

    Raises:
        ApiError: `LimitExceeded`.
    """
    most = _INLINE[kind]
    _require(sum(map(_size, texts)) <= most, f"Maximum policy size of {most} bytes exceeded for {kind} {name}")


def check_attached(kind: str, policies: Iterable[str]) -> None:
    """Raise where a `user`, `group` or `role` has too many managed policies.

    Raises:
        ApiError: `LimitExceeded`.
    """
    _require(len(set(policies)) <= _ATTACHED, f"Cannot exceed quota for PoliciesPer{kind.title()}: {_ATTACHED}")


def check_groups(groups: Iterable[str]) -> None:
    """Raise where a user is in too many groups.

    Raises:
        ApiError: `LimitExceeded`.
    """
    _require(len(set(groups)) <= _GROUPS, f"Cannot exceed quota for GroupsPerUser: {_GROUPS}")


def check_tags(tags: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]) -> None:
    """Raise where tags are too many together with those that were there before.

    Raises:
        ApiError: `LimitExceeded`.
    """
    everything = {tag["Key"].lower() for tag in (*tags, *before)}
    _require(len(everything) <= _TAGS, "The number of tags has reached the maximum limit.")


def _size(text: str) -> int:
    return len("".join(text.split()))


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ApiError("LimitExceeded", message, 409)
