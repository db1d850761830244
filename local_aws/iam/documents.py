"""Policy documents as IAM checks them when it takes one: `MalformedPolicyDocument`, in its words.

Of the policies of identities moto checks the rest (its texts are recorded ones); of trust policies nothing is left
to it. Whether a role or user in a trust policy is there can be seen for this account only.
Source: IAM user guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements: Principal"; texts
as users report them.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from local_aws import wire
from local_aws.access.conditions import is_operator
from local_aws.call import ApiError

_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"}
_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
_ACCOUNT = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root", re.ASCII)
_IDENTITY = re.compile(
    r"arn:aws[a-z-]*:(?:iam|sts)::(?P<account>\d{12}):(?P<kind>user|role|assumed-role|federated-user)/(?P<rest>.+)",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}", re.ASCII)
_SERVICE = re.compile(r"(?P<name>[a-z0-9.-]+)\.amazonaws\.com(\.cn)?", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
_SID = re.compile(r"[a-zA-Z0-9]*")
_DEEPEST = 20
"""How deep a document may be nested; a condition's value is at the fifth level."""


def read(text: str) -> dict[str, Any]:
    """A policy's text as a document.

    Raises:
        ApiError: `MalformedPolicyDocument`, it is no JSON object.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise malformed("This policy contains invalid Json") from error
    except RecursionError as error:  # whether it comes depends on Python's version; it is too deep either way
        raise malformed("Syntax errors in policy.") from error
    if not isinstance(document, dict) or _is_deeper(document, _DEEPEST):
        raise malformed("Syntax errors in policy.")
    return document


def check_identity_policy(text: str) -> None:
    """Raise where a policy of a user, role or group isn't one, as far as moto doesn't see it.

    Raises:
        ApiError: `MalformedPolicyDocument`.
    """
    document = read(text)
    for statement in _listed(document.get("Statement")):
        if isinstance(statement, dict):
            _check_conditions(statement.get("Condition", {}))
        if isinstance(statement, dict) and statement.keys() & {"Principal", "NotPrincipal"}:
            raise malformed("Policy document should not specify a principal.")
        sid = statement.get("Sid", "") if isinstance(statement, dict) else ""
        if isinstance(sid, str) and not _SID.fullmatch(sid):
            raise malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                "[0-9A-Za-z]*"
            )


def check_trust_policy(text: str, account: str, exists: Callable[[str, str], bool]) -> None:
    """Raise where a role's trust policy isn't one.

    Args:
        exists: whether the account has a `user` or `role` with this ARN: `exists("role", arn)`.

    Raises:
        ApiError: `MalformedPolicyDocument`.
    """
    document = read(text)
    if document.keys() - {"Version", "Id", "Statement"} or "Statement" not in document:
        raise malformed("Syntax errors in policy.")
    if document.get("Version", _VERSIONS[1]) not in _VERSIONS:
        raise malformed("Syntax errors in policy.")
    statements = _listed(document["Statement"])
    if not statements:
        raise malformed("Missing required field Statement")
    for statement in statements:
        _check_statement(statement)
        for kind, name in _principals(statement):
            if not _is_principal(kind, name, account, exists):
                shown = "SERVICE" if kind == "Service" else kind.upper() if kind == "Federated" else kind
                raise malformed(f'Invalid principal in policy: "{shown}":"{name}"')
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(sids) > len(set(sids)):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")


def malformed(message: str) -> ApiError:
    """The error for a policy that isn't one."""
    return ApiError("MalformedPolicyDocument", message, 400)


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict):
        raise malformed("Syntax errors in policy.")
    for element in ("Resource", "NotResource"):
        if element in statement:
            raise malformed(f"Has prohibited field {element}")
    if statement.keys() - _ELEMENTS or statement.get("Effect", "Allow") not in ("Allow", "Deny"):
        raise malformed("Syntax errors in policy.")
    if "NotPrincipal" in statement:
        if statement.get("Effect") == "Allow":
            raise malformed("Allow with NotPrincipal is not allowed.")
        raise malformed("AssumeRole policy must not contain NotPrincipal field.")
    for element in ("Effect", "Principal", "Action"):
        if element not in statement and f"Not{element}" not in statement:
            raise malformed(f"Missing required field {element}")
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise malformed("Statement IDs (SID) may only contain alphanumeric characters.")
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    if not actions or not all(isinstance(action, str) for action in actions):
        raise malformed("Syntax errors in policy.")
    if not all(action.lower().startswith("sts:") for action in actions):
        raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    if "Action" in statement and "NotAction" in statement:
        raise malformed("Syntax errors in policy.")
    _check_conditions(statement.get("Condition", {}))


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, dict):
        raise malformed("Syntax errors in policy.")
    for name, tests in conditions.items():
        if not is_operator(name) or not isinstance(tests, dict):
            raise malformed("Syntax errors in policy.")
        values = [value for listed in tests.values() for value in (listed if isinstance(listed, list) else [listed])]
        if not all(isinstance(value, str | int | float) for value in values):
            raise malformed("Syntax errors in policy.")


def _principals(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The principals of a statement, each with its kind; `*` is everybody."""
    named = statement["Principal"]
    if named == "*":
        return
    if not isinstance(named, dict) or not named or named.keys() - _PRINCIPALS:
        raise malformed("Invalid principal in policy.")
    for kind, names in named.items():
        for name in _listed(names):
            if not isinstance(name, str):
                raise malformed("Syntax errors in policy.")
            yield kind, name


def _is_principal(kind: str, name: str, account: str, exists: Callable[[str, str], bool]) -> bool:
    if kind == "Service":
        return _is_service(name)
    if kind != "AWS":
        return bool(name)
    if name == "*" or _ACCOUNT.fullmatch(name) or _UNIQUE_ID.fullmatch(name):
        return True
    found = _IDENTITY.fullmatch(name)
    if found is None or "*" in name:
        return False
    if found["account"] != account or found["kind"] == "federated-user":
        return True
    if found["kind"] == "assumed-role":
        return found["rest"].count("/") == 1
    return exists(found["kind"], name)


def _is_service(name: str) -> bool:
    """Whether a service principal is one of AWS's, as far as botocore knows its services."""
    found = _SERVICE.fullmatch(name)
    labels = found["name"].split(".") if found else []
    return any(label in _services() for label in labels if not _REGION.fullmatch(label))


@functools.cache
def _services() -> frozenset[str]:
    loader = wire.loader()
    partitions = loader.load_data("endpoints")["partitions"]
    known = {part for partition in partitions for name in partition["services"] for part in name.split(".")}
    return frozenset(known | set(loader.list_available_services("service-2")) | _OTHER_SERVICES)


_OTHER_SERVICES = {
    *("alexa-appkit", "billingconsole", "braket", "build", "channels", "cloudformation", "continuous-deployment"),
    *("ecs-tasks", "edgelambda", "eks-fargate", "eks-fargate-pods", "eks-nodegroup", "elasticmapreduce", "export"),
    *("fis", "health", "imagebuilder", "jellyfish", "lambda", "lex", "lexv2", "logger", "mgn", "opsworks", "pods"),
    *("preview", "replicator", "reporting", "resources", "robomaker", "s3-object-lambda", "serverlessrepo", "spot"),
    *("spotfleet", "states", "trustedadvisor", "vmie", "vpc-flow-logs", "vpc-lattice", "wam"),
}
"""Service principals that bear another name than the service's API."""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
