"""Every policy of the course names what the service authorization reference has: actions, resources, condition keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.rights import policies
from local_aws.access import reference
from local_aws.access.reference import Kind
from tests.sources import PAGES, json_blocks
from tests.test_class_templates import BOUNDARY, OF_THE_ORGANIZATION

ACCOUNT = "123456789012"
ASKED_FOR_BY_SOME_REQUESTS = {
    "iam:CreateServiceLinkedRole": "the course makes nothing that has such a role",
    "lambda:PassCapacityProvider": "functions of the course run on Lambda's own capacity",
    "sagemaker:AddTags": "what is made without tags needs it not",
    "states:PublishStateMachineVersion": "machines are made with `publish` in no lesson",
    "states:RevealSecrets": "no lesson inspects with secrets",
}
"""Dependent actions that a policy of the course may lack, and why."""
ASKS_OTHER_SERVICES = {"servicequotas:ListServiceQuotas"}
"""Actions that need those of other services for these services' own quotas alone."""


_OF_ALL_SERVICES = re.compile(
    r"aws:(Called\w+|CurrentTime|EpochTime|MultiFactorAuth\w+|Principal(Account|Arn|Org\w+|Type|Tag/.+|IsAWSService)|"
    r"Referer|RequestedRegion|Re(quest|source)Tag/.+|Resource(Account|Org\w+)|SecureTransport|SourceAccount|SourceArn|"
    r"SourceIp|SourceVpce?|TagKeys|TokenIssueTime|UserAgent|userid|username|ViaAWSService|VpcSourceIp)",
    re.IGNORECASE,
)
"""IAM user guide, "AWS global condition context keys"."""


def names(text: str) -> list[str]:
    """The actions that a policy's text means, each with its prefix; of all services it means none by itself."""
    prefix, _, pattern = text.partition(":")
    return [f"{prefix}:{name}" for name in reference.names(prefix, pattern)]


def resources(action: str) -> tuple[Kind, ...]:
    return reference.kinds(*action.split(":"))


def has_key(action: str, key: str) -> bool:
    prefix, _, name = action.partition(":")
    return bool(_OF_ALL_SERVICES.fullmatch(key)) if key.startswith("aws:") else reference.has_key(prefix, name, key)


def pasted(page: Path) -> Iterator[dict[str, Any]]:
    """The policies that a page has for pasting, with values in the places of the reader's own."""
    for text in json_blocks(page):
        try:
            found = json.loads(text)
        except ValueError:  # a state machine with a place to fill in
            continue
        if isinstance(found, dict) and "Statement" in found:
            filled = text.replace("ACCOUNT", ACCOUNT).replace("REGION", "us-east-1").replace("BUCKET", "bucket")
            yield json.loads(filled)


POLICIES: list[tuple[str, dict[str, Any]]] = [
    *((page.name, policy) for page in PAGES for policy in pasted(page)),
    *(("rights", policy) for policy in policies(ACCOUNT, "us-east-1")),
    ("boundary", BOUNDARY),
    ("organization", OF_THE_ORGANIZATION),
]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[Any]:
    for source, policy in POLICIES:
        for number, statement in enumerate(listed(policy["Statement"])):
            yield pytest.param(statement, id=f"{source}-{number}")


def holds(kind: Kind, resource: str) -> bool:
    """Whether a resource of a policy can mean one of a kind; a bucket has no slash in its name, an object has."""
    of_a_bucket = kind.template.endswith(":::${BucketName}")
    head, star, tail = resource.rpartition("*")
    meant = [resource, f"{head}x:log-stream:x{tail}"] if star else [resource]  # a group's star holds its streams
    return any(map(kind.is_of, meant)) and not (of_a_bucket and "/" in resource)


def test_there_are_policies() -> None:
    assert len(POLICIES) > 10


@pytest.mark.parametrize("statement", list(statements()))
def test_a_statement_names_what_there_is(statement: Any) -> None:
    actions, found = listed(statement["Action"]), listed(statement.get("Resource", "*"))
    for text in actions:
        assert names(text), f"{text} is no action"
    exact = [text for text in actions if "*" not in text and text != "sts:AssumeRole"]
    for action in exact:
        kinds = resources(action)
        fits = [one for one in found if one == "*" or any(holds(kind, one) for kind in kinds)]
        assert fits, f"{action} is about none of {found}"
    for resource in found:
        held = [a for a in exact if any(holds(kind, resource) for kind in resources(a))]
        assert resource == "*" or held or len(exact) < len(actions), f"no action is about {resource}"
    keys = [key for tests in statement.get("Condition", {}).values() for key in tests]
    for key in keys:
        meant = [name for text in actions for name in names(text)]
        assert any(has_key(action, key) for action in meant), f"no action has {key}"


@pytest.mark.parametrize(("source", "policy"), POLICIES)
def test_what_an_action_needs_besides_is_allowed_too(source: str, policy: dict[str, Any]) -> None:
    together = [one for name, one in POLICIES if name == source] if source.startswith("rights") else [policy]
    allowed = {
        name
        for one in together
        for statement in listed(one["Statement"])
        if statement["Effect"] == "Allow"
        for text in listed(statement["Action"])
        for name in names(text)
    }
    exact = {text for one in listed(policy["Statement"]) for text in listed(one["Action"]) if "*" not in text}
    lacking = {
        needed for action in exact & allowed - ASKS_OTHER_SERVICES for needed in reference.needs(*action.split(":"))
    } - allowed
    assert {needed for needed in lacking if not needed.startswith(("ec2:", "kms:"))} <= set(ASKED_FOR_BY_SOME_REQUESTS)
