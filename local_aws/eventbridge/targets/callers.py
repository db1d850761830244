"""Who calls a target: a role that the service assumes, or the service itself on behalf of a rule or a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.access.roles import Roles


@dataclass(frozen=True)
class Caller:
    """The one who calls.

    Attributes:
        service: the service's principal (`events.amazonaws.com`).
        source_arn: of the rule or the schedule.
        account: the account that it belongs to.
        role_arn: the role to be assumed; None for the service itself, which the target's own policy has to let in.
        session_name: the name of the role's session.
    """

    service: str
    source_arn: str
    account: str
    role_arn: str | None = None
    session_name: str = "events"

    def client(self, roles: Roles, api: str) -> Any:
        """A client of an API, in botocore's name.

        Raises:
            ApiError: `AccessDenied`, the role can't be assumed.
        """
        if self.role_arn is None:
            return roles.service_client(
                api, service=self.service, source_arn=self.source_arn, source_account=self.account
            )
        return roles.client(api, role_arn=self.role_arn, service=self.service, session_name=self.session_name)
