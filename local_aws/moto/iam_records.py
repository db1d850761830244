"""What moto's IAM holds and says, in AWS's form: ids of users and groups, numbers in conditions, what isn't there.

Moto gives users and groups ids that don't tell their kind, refuses a number in a condition, which IAM's grammar has,
and has words of its own for what isn't there.
Source: IAM user guide, "Unique identifiers" and "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.iam import models
from moto.iam.exceptions import NotFoundException as IAMNotFoundException
from moto.iam.policy_validation import IAMPolicyDocumentValidator, IAMTrustPolicyDocumentValidator

from local_aws.access.identity import unique_id

_PREFIXES = {"User": "AIDA", "Group": "AGPA"}
_ABSENT = (
    (r"(Role|User|Group) (\S+) not found", lambda kind, name: f"The {kind.lower()} with name {name} cannot be found."),
    (r"Policy Document (\S+) not attached to role \S+", "The role policy with name {} cannot be found.".format),
    (r"Policy (arn:\S+) not found", "Policy {} was not found.".format),
    (r"Instance profile (\S+) not found", "Instance Profile {} cannot be found.".format),
    (r"Login profile for (\S+) not found", "Login Profile for User {} cannot be found.".format),
)
"""Moto's words for what isn't there, and IAM's."""


class PolicyValidator(IAMPolicyDocumentValidator):
    """Moto's checks of a policy, in which a number of a condition counts as its text."""

    def __init__(self, policy_document: str):
        super().__init__(_with_texts(policy_document))


class TrustPolicyValidator(IAMTrustPolicyDocumentValidator):
    """The same of a trust policy."""

    def __init__(self, policy_document: str):
        super().__init__(_with_texts(policy_document))


class NotFoundException(IAMNotFoundException):
    """Moto's refusal of a name that isn't there, in IAM's words."""

    def __init__(self, message: str):
        found = ((re.fullmatch(pattern, message), worded) for pattern, worded in _ABSENT)
        super().__init__(next((worded(*match.groups()) for match, worded in found if match), message))


def _with_texts(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return text
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        conditions = statement.get("Condition") if isinstance(statement, dict) else None
        for tests in conditions.values() if isinstance(conditions, dict) else ():
            if isinstance(tests, dict):
                tests |= {key: _text(value) for key, value in tests.items()}
    return json.dumps(document)


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def install() -> None:
    """Have moto check policies, name users and groups, and refuse names so, from now on."""
    models.NotFoundException = NotFoundException  # type: ignore[attr-defined]
    models.IAMPolicyDocumentValidator = PolicyValidator  # type: ignore[attr-defined]
    models.IAMTrustPolicyDocumentValidator = TrustPolicyValidator  # type: ignore[attr-defined]
    for name, prefix in _PREFIXES.items():
        _name_by(getattr(models, name), prefix)


def _name_by(kind: Any, prefix: str) -> None:
    made = kind.__init__
    if getattr(made, "names_by", None) == prefix:
        return

    def make(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.id = unique_id(prefix, 17)

    make.names_by = prefix  # type: ignore[attr-defined]
    kind.__init__ = make
