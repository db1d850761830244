"""IAM as the other services see it on AWS: what it was told a moment ago, they do not know yet.

Every change makes a new picture of all roles and users, which is what services see when its time has come. IAM's own
operations answer with what is, at once: a role that GetRole shows can't be assumed yet.

Source: "Changes that I make are not always immediately visible", IAM user guide.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.access.iam_reader import IamReader, Role, User, all_of
from local_aws.lag import Kind, Lag


@dataclass(frozen=True)
class _Picture:
    """Roles by ARN, users by their access keys."""

    roles: dict[str, Role] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


class LateIam(IamReader):
    """Tells of roles and users as they were a while ago."""

    def __init__(self, client: Callable[[], Any], lag: Lag):
        super().__init__(client)
        self._lag = lag
        self._one_at_a_time = threading.Lock()
        self._newest = self._seen = _Picture()

    def begin(self) -> None:
        """What was there before is known everywhere."""
        self._newest = self._seen = self._taken()

    def forget(self, changed: Mapping[str, Any] | None = None) -> None:
        """IAM has changed: what it is now is seen later."""
        with self._one_at_a_time:
            super().forget()
            role = (changed or {}).get("RoleName")
            self._newest = self._taken() if role is None else self._with_role(role)
            self._lag.later(Kind.RIGHTS, "IAM", functools.partial(self._show, self._newest))

    def role(self, arn: str) -> Role | None:
        return self._seen.roles.get(arn)

    def user_of_key(self, access_key: str) -> User | None:
        return self._seen.users.get(access_key)

    def _show(self, picture: _Picture) -> None:
        self._seen = picture

    def _with_role(self, name: str) -> _Picture:
        """The newest picture with one role as it is now: nothing else has changed."""
        roles = {arn: role for arn, role in self._newest.roles.items() if role.name != name}
        iam = self._client()
        try:
            found = super().role(iam.get_role(RoleName=name)["Role"]["Arn"])
        except iam.exceptions.NoSuchEntityException:
            found = None
        return _Picture(roles | ({} if found is None else {found.arn: found}), self._newest.users)

    def _taken(self) -> _Picture:
        iam = self._client()
        roles = (super(LateIam, self).role(role["Arn"]) for role in all_of(iam, "list_roles", "Roles"))
        keys = [
            key["AccessKeyId"]
            for user in all_of(iam, "list_users", "Users")
            for key in all_of(iam, "list_access_keys", "AccessKeyMetadata", UserName=user["UserName"])
        ]
        users = {key: super(LateIam, self).user_of_key(key) for key in keys}
        return _Picture(
            {role.arn: role for role in roles if role is not None},
            {key: user for key, user in users.items() if user is not None},
        )
