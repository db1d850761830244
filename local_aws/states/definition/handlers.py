"""Retry and Catch: which errors an entry names.

The rule is the documented one (`States.ALL` stands alone, in the last entry); its wording here is not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states import errors
from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic
from local_aws.states.definition.fields import CATCHER, RETRIER

FIELDS = {"Retry": RETRIER, "Catch": CATCHER}


def check_errors(entry: dict[str, Any], place: str, is_last: bool) -> Iterator[Diagnostic]:
    """Findings on the `ErrorEquals` of a retrier or catcher."""
    names = entry.get("ErrorEquals")
    if not isinstance(names, list):
        return
    at = f"{place}/ErrorEquals"
    if not names:
        yield Diagnostic("ERROR", SCHEMA, "'ErrorEquals' must have at least one error name", at)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            yield Diagnostic("ERROR", SCHEMA, "Expected value of type [STRING]", f"{at}[{index}]")
    if errors.ALL in names and (len(names) > 1 or not is_last):
        message = f"'{errors.ALL}' must be the only error name of its entry, and the entry must be the last one"
        yield Diagnostic("ERROR", SCHEMA, message, at)
