"""The service authorization reference: which resources and conditions a policy can name for an action.

`actions.json` is made by `generate` from AWS's Service Authorization Reference.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.matching import Pattern, Token, Wild, like

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NAMED_BY_A_TAG = re.compile(r"\$\{\w+\}|<key>|tag-key$")
"""In a condition key, what stands for a tag's name."""
_OF_THE_PLACE = {"Partition", "Region", "Account"}


@dataclass(frozen=True)
class Kind:
    """A type of resource: `table` of DynamoDB, with `arn:${Partition}:dynamodb:…:table/${TableName}`."""

    name: str
    template: str

    @functools.cached_property
    def variables(self) -> tuple[str, ...]:
        """What is to be filled in beside partition, region and account, in order."""
        return tuple(name for name in _VARIABLE.findall(self.template) if name not in _OF_THE_PLACE)

    def arn(self, region: str, account: str, values: Sequence[str]) -> str:
        """The ARN of one resource of this type."""
        known = {"Partition": "aws", "Region": region, "Account": account} | dict(
            zip(self.variables, values, strict=True)
        )
        return _VARIABLE.sub(lambda found: known[found.group(1)], self.template)

    def is_of(self, arn: str) -> bool:
        """Whether an ARN has this type's form, whatever its account and region."""
        return self._pattern.matches(arn)

    @functools.cached_property
    def _pattern(self) -> Pattern:
        parts: list[Token] = []
        for number, text in enumerate(_VARIABLE.split(self.template)):
            parts += [Wild.ANY] if number % 2 else list(text)
        return Pattern(parts)


@functools.cache
def kinds(prefix: str, action: str) -> tuple[Kind, ...]:
    """The types of resources that a policy can name for an action; none where only `*` will do.

    Args:
        prefix: the service's name in actions ("states").
    """
    service = _reference()[prefix]
    return tuple(Kind(name, service["types"][name]) for name in service["actions"].get(action, ()))


@functools.cache
def has_key(prefix: str, action: str, key: str) -> bool:
    """Whether requests for an action bring a condition key; those of AWS itself (`aws:…`) every action may bring."""
    if key.lower().startswith("aws:") or not is_known(prefix, action):
        return True
    known = _reference()[prefix]["keys"].get(action, ())
    return any(like(key, _NAMED_BY_A_TAG.sub("*", one), ignore_case=True) for one in known)


def needs(prefix: str, action: str) -> list[str]:
    """The actions that one needs besides, at least for some of its requests."""
    return _reference()[prefix]["needs"].get(action, [])


def names(prefix: str, pattern: str) -> list[str]:
    """The actions of a service that a policy's text means."""
    return [one for one in _reference().get(prefix, {"actions": ()})["actions"] if like(one, pattern, ignore_case=True)]


def is_known(prefix: str, action: str) -> bool:
    """Whether the reference has this action; it has those of the services that are here."""
    return prefix in _reference() and action in _reference()[prefix]["actions"]


@functools.cache
def _reference() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("actions.json").read_text(encoding="utf-8"))
