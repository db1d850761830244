"""Bucket policies: kept here and judged by `access`, so that moto, which reads them without regard to principals
and conditions, never learns of them.

Source: S3 API reference, PutBucketPolicy; the texts are those that S3's users report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.access.policy import Policy
from local_aws.call import ApiError, Call
from local_aws.house import Host, Records, Service, Shelf
from local_aws.s3.bucket_defaults import BucketDefaults, blocked
from local_aws.s3.buckets import require_bucket

_RECORDS = "s3/policies"
_BYTES = 20 * 1024
_EFFECTS = {"Allow", "Deny"}
_NARROWING = {
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:viaawsservice",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
}
"""Condition keys that make a policy not public where their values are fixed, in small letters."""


class BucketPolicies(Service):
    """The policy part of S3: four operations of its API, and what the judge asks."""

    name = "s3"

    def __init__(self, host: Host, defaults: BucketDefaults):
        super().__init__(host)
        self._defaults = defaults
        self._policies: dict[str, str] = {}

    def shelves(self) -> Iterable[Shelf]:
        return (Records(self.host.kind(_RECORDS), self._policies.get, self._policies.__setitem__),)

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        return ((_RECORDS, params["Bucket"]),)

    def of(self, bucket: str) -> Policy | None:
        """A bucket's policy as the judge reads it; None where it has none, or where its being public is blocked."""
        text = self._policies.get(bucket)
        policy = json.loads(text) if text else None
        if policy is not None and self._defaults.blocks(bucket, "RestrictPublicBuckets") and is_public(policy):
            return None
        return policy

    def bucket_deleted(self, bucket: str) -> None:
        """Forget a bucket's policy."""
        self._policies.pop(bucket, None)
        self.host.changed(_RECORDS, bucket)

    def get_bucket_policy(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """The policy's text, as it was put."""
        require_bucket(Bucket)
        if Bucket not in self._policies:
            raise ApiError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=Bucket)
        return {"Policy": self._policies[Bucket]}

    def get_bucket_policy_status(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Whether the policy lets just anyone in: an Allow for all principals that no condition narrows."""
        return {"PolicyStatus": {"IsPublic": is_public(json.loads(self.get_bucket_policy(call, Bucket)["Policy"]))}}

    def put_bucket_policy(self, call: Call, Bucket: str, Policy: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Replace the policy.

        Raises:
            ApiError: `MalformedPolicy`, `NoSuchBucket`; `AccessDenied`, public policies are blocked.
        """
        require_bucket(Bucket)
        _check(Policy, Bucket)
        if self._defaults.blocks(Bucket, "BlockPublicPolicy") and is_public(json.loads(Policy)):
            reason = "public policies are prevented by the BlockPublicPolicy setting"
            raise blocked(call, f"arn:aws:s3:::{Bucket}", reason)
        self._policies[Bucket] = Policy
        return {}

    def delete_bucket_policy(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Remove the policy; no error where there is none."""
        require_bucket(Bucket)
        self._policies.pop(Bucket, None)
        return {}


def is_public(policy: Policy) -> bool:
    """Whether a policy lets just anyone in ("The meaning of public", Amazon S3 user guide): an Allow for all principals
    that no condition narrows to fixed callers. Of conditions on addresses, a range of them all narrows nothing."""
    return any(
        statement["Effect"] == "Allow"
        and ("NotPrincipal" in statement or _is_everybody(statement.get("Principal")))
        and not any(_narrows(keys) for keys in statement.get("Condition", {}).values())
        for statement in _statements(policy)
    )


def _is_everybody(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return principal == "*"
    named = principal.get("AWS", [])
    return "*" in (named if isinstance(named, list) else [named])


def _narrows(keys: Any) -> bool:
    for key, values in keys.items():
        fixed = all("*" not in str(value) for value in (values if isinstance(values, list) else [values]))
        if key.lower() in _NARROWING and fixed and "0.0.0.0/0" not in str(values) and "::/0" not in str(values):
            return True
    return False


def _check(text: str, bucket: str) -> None:
    if len(text.encode()) > _BYTES:
        raise _malformed("Policy exceeds the maximum allowed document size.")
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from error
    if not isinstance(policy, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    if not _statements(policy):
        raise _malformed("Missing required field Statement")
    for statement in _statements(policy):
        _check_statement(statement, bucket)


def _check_statement(statement: Any, bucket: str) -> None:
    if not isinstance(statement, dict):
        raise _malformed("Policy has invalid statement")
    if statement.get("Effect") not in _EFFECTS:
        raise _malformed("Missing required field Effect" if "Effect" not in statement else "Invalid effect")
    for element in ("Principal", "Action", "Resource"):
        if element not in statement and f"Not{element}" not in statement:
            raise _malformed(f"Missing required field {element}")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal != "*" and not isinstance(principal, dict):
        raise _malformed("Invalid principal in policy")
    if not all(action == "*" or action.lower().startswith("s3") for action in _listed(statement, "Action")):
        raise _malformed("Policy has invalid action")
    own = (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/")
    if not all(found in (own[0], f"{own[0]}*") or found.startswith(own[1]) for found in _listed(statement, "Resource")):
        raise _malformed("Policy has invalid resource")


def _statements(policy: Mapping[str, Any]) -> list[Any]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _listed(statement: dict[str, Any], element: str) -> list[str]:
    found = statement.get(element, statement.get(f"Not{element}", []))
    return found if isinstance(found, list) else [found]


def _malformed(message: str) -> ApiError:
    return ApiError("MalformedPolicy", message, 400)
