"""STS: who am I, and temporary credentials of a role, with the role's trust policy really checked.

AssumeRole and GetCallerIdentity are here; STS's other operations are not there and say so.
Source: STS API reference; IAM user guide, "Cross account policy evaluation" and "Roles terms and concepts".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.access.judge import denial
from local_aws.access.policy import Decision
from local_aws.access.roles import session_principal
from local_aws.access.wanted import Wanted
from local_aws.call import ApiError, Call, not_there
from local_aws.house import Service
from local_aws.iam.documents import check_identity_policy, read

_CHAINED_SECONDS = 3600


class StsService(Service):
    """The Security Token Service."""

    name = "sts"

    def resource_policy(self, operation: str, params: dict[str, Any]) -> Mapping[str, Any] | None:
        """For AssumeRole the role's trust policy: whom it names needs no policy of their own."""
        role = self.host.roles.iam.role(params["RoleArn"]) if operation == "AssumeRole" else None
        return role.trust if role else None

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
        **params: Any,
    ) -> dict[str, Any]:
        """Temporary credentials of a role, where its trust policy names the caller.

        Raises:
            ApiError: `AccessDenied` where the role doesn't exist or doesn't trust the caller,
                `ValidationError` for a session longer than the role's, `MalformedPolicyDocument` for a session
                policy that isn't one, `NotImplemented` for what can't be honoured.
        """
        for member in ("PolicyArns", "SerialNumber", "Tags", "ProvidedContexts"):
            if params.get(member):
                raise not_there(f"{member} of AssumeRole")
        roles = self.host.roles
        role = roles.iam.role(RoleArn)
        context = {"sts:RoleSessionName": RoleSessionName}
        if "ExternalId" in params:
            context["sts:ExternalId"] = params["ExternalId"]
        if role is None or not roles.judge.trusts(role.trust, call.principal, context):
            raise denial(call, Wanted("sts:AssumeRole", RoleArn), Decision(False))
        _check_duration(DurationSeconds, role.longest_session, chained=call.principal.kind == "role")
        principal = session_principal(role, RoleSessionName, call.account, _session_policy(Policy))
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


def _check_duration(seconds: int, longest: int, chained: bool) -> None:
    if chained and seconds > _CHAINED_SECONDS:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise ApiError("ValidationError", message)
    if seconds > longest:
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise ApiError("ValidationError", message)


def _session_policy(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    check_identity_policy(text)
    return read(text)
