"""The names that `Assign` gives to variables.

Source: "Passing data between states with variables", AWS Step Functions developer guide: a name is a Unicode
identifier of at most 80 characters, and `states` is taken. The wording is not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic

MAX_NAME = 80


def check_names(owner: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    """Findings on the variable names of a state's, rule's or catcher's `Assign`."""
    assigned = owner.get("Assign")
    for name in assigned if isinstance(assigned, dict) else ():
        bare = name.removesuffix(".$")
        if not bare.isidentifier() or len(bare) > MAX_NAME:
            message = f"The variable name '{bare}' must be an identifier of at most {MAX_NAME} characters"
        elif bare == "states":
            message = "The variable name 'states' is reserved"
        else:
            continue
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Assign/{name}")
