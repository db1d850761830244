"""STS: who am I, and temporary credentials of a role, with the role's trust policy really checked.

AssumeRole and GetCallerIdentity are here; STS's other operations are not there and say so.
Source: STS API reference.
"""

from __future__ import annotations

import json
from typing import Any

from local_aws.access.actions import Wanted
from local_aws.access.judge import denial
from local_aws.access.policy import Decision
from local_aws.roles import session_principal
from local_aws.service import ApiError, Call, Service


class StsService(Service):
    """The Security Token Service."""

    name = "sts"

    def get_caller_identity(self, call: Call) -> dict[str, Any]:
        """Account, ARN and unique id of the caller."""
        return {"UserId": call.principal.user_id, "Account": call.account, "Arn": call.principal.arn}

    def assume_role(
        self,
        call: Call,
        RoleArn: str,  # noqa: N803
        RoleSessionName: str,  # noqa: N803
        DurationSeconds: int = 3600,  # noqa: N803
        Policy: str | None = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Temporary credentials of a role, where its trust policy names the caller.

        Raises:
            ApiError: `AccessDenied` where the role doesn't exist or doesn't trust the caller,
                `MalformedPolicyDocument` for a session policy that isn't JSON.
        """
        roles = self.host.roles
        role = roles.iam.role(RoleArn)
        if role is None or not roles.judge.trusts(role.trust, call.principal):
            raise denial(call, Wanted("sts:AssumeRole", RoleArn), Decision(False)) from None
        try:
            session_policy = json.loads(Policy) if Policy else None
        except ValueError as error:
            raise ApiError("MalformedPolicyDocument", f"This policy contains invalid Json: {error}") from error
        principal = session_principal(role, RoleSessionName, call.account, session_policy)
        credentials = roles.identities.issue(principal, DurationSeconds)
        return {
            "Credentials": {
                "AccessKeyId": credentials.access_key,
                "SecretAccessKey": credentials.secret_key,
                "SessionToken": credentials.token,
                "Expiration": credentials.expiration,
            },
            "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
        }
