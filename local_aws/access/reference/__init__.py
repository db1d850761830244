"""The service authorization reference: which resources a policy can name for an action, and the form of their ARNs.

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

from local_aws.matching import Pattern, Token, Wild

_VARIABLE = re.compile(r"\$\{(\w+)\}")
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


def is_known(prefix: str, action: str) -> bool:
    """Whether the reference has this action; it has those of the services that are here."""
    return prefix in _reference() and action in _reference()[prefix]["actions"]


@functools.cache
def _reference() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("actions.json").read_text(encoding="utf-8"))
