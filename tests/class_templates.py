"""Reads the CloudFormation templates for a class, with what CloudFormation would put in place of its functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from local_aws import ACCOUNT

TEMPLATES = Path(__file__).parents[1] / "docs" / "class"


class Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions; a reference to a list is its default."""


def template(name: str) -> dict[str, Any]:
    """A template with its parameters' defaults, and the ARNs that its roles would have."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    plain = yaml.load(text, _loader({}, {}))
    defaults = {key: str(one.get("Default", "")).split(",") for key, one in plain.get("Parameters", {}).items()}
    names = {key: one["Properties"].get("RoleName", "") for key, one in plain["Resources"].items()}
    arns = {f"{key}.Arn": f"arn:aws:iam::{ACCOUNT}:role/{role}" for key, role in names.items()}
    return yaml.load(text, _loader(defaults, arns))


def _loader(values: dict[str, list[str]], arns: dict[str, str]) -> type[Loader]:
    kind = type("WithValues", (Loader,), {})
    kind.add_constructor("!Ref", lambda loader, node: values.get(node.value, node.value))
    kind.add_constructor("!GetAtt", lambda loader, node: arns.get(node.value, node.value))
    kind.add_constructor("!Sub", lambda loader, node: _resolved(node.value))
    return kind


def _resolved(text: str) -> str:
    return text.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", ACCOUNT)
