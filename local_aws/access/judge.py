"""The verdict on a request: may this principal do this?

Source of the words: "Troubleshoot access denied error messages" in the IAM user guide, and recorded answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from local_aws.access.actions import wanted
from local_aws.access.iam_reader import IamReader, Role, User
from local_aws.access.policy import Decision, Policies, Policy, admits, evaluate
from local_aws.access.wanted import Place, Records, Wanted
from local_aws.call import ApiError, Call, Principal

_DENIAL_CODES = {"s3": "AccessDenied", "iam": "AccessDenied", "sts": "AccessDenied", "sqs": "AccessDenied"}
_DENIAL_CODES |= {"sns": "AuthorizationError"}
_STATUS_400 = {"events", "stepfunctions", "sagemaker", "logs", "dynamodb", "ssm", "secretsmanager", "kms"}
_STATUS_400 |= {"service-quotas", "resourcegroupstaggingapi"}
"""Services of the JSON protocol, which answers every client's error with 400."""


class Judge:
    """Decides from the caller's policies, read from IAM, and a resource's own policy."""

    def __init__(self, iam: IamReader, account: str, records: Records):
        self._iam = iam
        self._account = account
        self._records = records

    def decide(self, call: Call, needed: Wanted, resource_policy: Policy | None = None) -> Decision:
        """Whether the caller may do one action on one resource."""
        who = call.principal
        if who.kind == "admin":
            return Decision(True)
        identity = self._identity(who)
        policies = Policies(
            identity.policies if identity else [],
            resource_policy,
            identity.boundary if identity else None,
            who.session_policy,
        )
        context = self._context(call, identity) | dict(needed.context)

        def tags() -> Mapping[str, str]:
            return self._records.tags(needed.action, needed.resource, call.region)

        return evaluate(policies, _names(who), needed.action, needed.resource, context, tags)

    def require(self, call: Call, needed: Iterable[Wanted], resource_policy: Policy | None = None) -> None:
        """Raise unless the caller may do all of it.

        Raises:
            ApiError: access denied, in the called service's code and words.
        """
        for one in needed:
            decision = self.decide(call, one, resource_policy)
            if not decision.allowed:
                raise denial(call, one, decision)

    def authorise(self, call: Call, params: dict[str, Any], resource_policy: Callable[[], Policy | None]) -> None:
        """Raise unless the caller may do what a call of the API asks for.

        Args:
            resource_policy: gives the policy of the resource that is called; asked only where it matters.

        Raises:
            ApiError: access denied, in the called service's code and words.
        """
        if call.principal.kind == "admin":
            return
        place = Place(call.region, call.account, call.principal.arn, self._records)
        needed = wanted(call.service, call.operation, params, place)
        if needed:
            self.require(call, needed, resource_policy())

    def trusts(self, role_trust: Policy, principal: Principal, context: Mapping[str, str] | None = None) -> bool:
        """Whether a role's trust policy lets this principal assume it.

        Args:
            context: condition keys of the request, such as `sts:ExternalId`.
        """
        known = {"aws:PrincipalArn": principal.role_arn or principal.arn, "aws:PrincipalAccount": self._account}
        known |= {**principal.context, **(context or {})}
        return admits(role_trust, _names(principal), "sts:AssumeRole", known)

    def _identity(self, who: Principal) -> User | Role | None:
        """The caller as IAM has it; None for who isn't there, and for callers whom IAM doesn't hold."""
        if who.kind == "user":
            return self._iam.user_of_key(who.context["access_key"])
        return self._iam.role(who.role_arn) if who.kind == "role" and who.role_arn else None

    def _context(self, call: Call, identity: User | Role | None) -> dict[str, str]:
        who = call.principal
        now = datetime.now(UTC)
        return {
            "aws:PrincipalArn": who.role_arn or who.arn,
            "aws:PrincipalAccount": self._account,
            "aws:PrincipalType": "AssumedRole" if who.kind == "role" else who.kind.title(),
            "aws:PrincipalIsAWSService": str(who.kind == "service").lower(),
            "aws:userid": who.user_id,
            "aws:SourceIp": call.source_ip,
            "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:RequestedRegion": call.region,
            # AWS is reached by TLS, and policies that refuse anything else are common; the loopback stands for it.
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
            "aws:ResourceAccount": self._account,
            **{f"aws:PrincipalTag/{key}": value for key, value in (identity.tags if identity else {}).items()},
            **who.context,
            **call.keys,
        }


def denial(call: Call, needed: Wanted, decision: Decision) -> ApiError:
    """The error that the called service answers with."""
    if call.service == "s3" and call.principal.kind == "anonymous":  # who is nobody is told no more
        return ApiError("AccessDenied", "Access Denied", 403)
    quote = '"' if call.service == "s3" else ""
    who = f"User: {call.principal.arn}" if call.principal.kind != "anonymous" else "User: anonymous"
    message = (
        f"{who} is not authorized to perform: {needed.action} "
        f"on resource: {quote}{needed.resource}{quote} {decision.reason}"
    )
    code = _DENIAL_CODES.get(call.service, "AccessDeniedException")
    return ApiError(code, message, 400 if call.service in _STATUS_400 else 403)


def _names(who: Principal) -> dict[str, set[str]]:
    """How a resource-based policy may name a principal."""
    if who.kind == "service":
        return {"Service": {who.arn}}
    if who.kind == "anonymous":
        return {}
    return {"AWS": {name for name in (who.arn, who.role_arn) if name}}
