"""Retry and Catch: which errors an entry names.

The rule is the documented one (`States.ALL` stands alone, in the last entry), in AWS's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states import errors
from local_aws.states.definition.diagnostic import EMPTY, SCHEMA, Diagnostic
from local_aws.states.definition.fields import CATCHER, RETRIER

FIELDS = {"Retry": RETRIER, "Catch": CATCHER}


def check_errors(entry: dict[str, Any], place: str, is_last: bool) -> Iterator[Diagnostic]:
    """Findings on the `ErrorEquals` of a retrier or catcher."""
    names = entry.get("ErrorEquals")
    if not isinstance(names, list):
        return
    at = f"{place}/ErrorEquals"
    if not names:
        yield Diagnostic("ERROR", SCHEMA, EMPTY, at)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            yield Diagnostic("ERROR", SCHEMA, "Expected value of type String", f"{at}[{index}]")
    if errors.ALL in names and (len(names) > 1 or not is_last):
        message = f"{errors.ALL} must appear alone and at end of list"
        yield Diagnostic("ERROR", SCHEMA, message, at)
