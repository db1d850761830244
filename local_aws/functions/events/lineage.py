"""The trace header that goes with an invocation, and the guard against functions that set themselves off.

Every invocation carries `Root=…;Parent=…;Sampled=0;Lineage=1:<function>:<count>`; SDKs inside a function
pass it on with every call, services pass it on with every event, and so a chain of invocations can be
counted. After about sixteen invocations of the same function in one chain Lambda stops it. AWS doesn't
document how it counts; here the lineage holds a count for each function of the chain.

Source: AWS Lambda developer guide, "Use Lambda recursive loop detection to prevent infinite loops".
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

MAXIMUM_CALLS = 16
_FORMAT = "1"


@dataclass(frozen=True)
class Lineage:
    """Where an invocation comes from: the chain's id, and how often each function ran in it."""

    root: str
    counts: dict[str, int]

    def count(self, function_arn: str) -> int:
        """How often a function has run in this chain."""
        return self.counts.get(_short(function_arn), 0)

    def header(self, function_arn: str) -> str:
        """The X-Amzn-Trace-Id of an invocation of this function at the end of the chain."""
        counts = {**self.counts, _short(function_arn): self.count(function_arn) + 1}
        lineage = "|".join(f"{_FORMAT}:{name}:{count}" for name, count in counts.items())
        return f"Root={self.root};Parent={secrets.token_hex(8)};Sampled=0;Lineage={lineage}"


def read(header: str | None) -> Lineage:
    """Read the X-Amzn-Trace-Id that came with a call; a call without one begins a chain."""
    fields = dict(part.split("=", 1) for part in (header or "").split(";") if "=" in part)
    counts: dict[str, int] = {}
    for entry in fields.get("Lineage", "").split("|"):
        parts = entry.split(":")
        if len(parts) == 3 and parts[0] == _FORMAT and parts[2].isdecimal():
            counts[parts[1]] = int(parts[2])
    root = fields.get("Root") or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return Lineage(root, counts)


def _short(function_arn: str) -> str:
    return hashlib.sha256(function_arn.encode()).hexdigest()[:8]
