"""JSON as a learner types it: what is wrong with it, by line and column."""

from __future__ import annotations

import json


def json_fault(text: str) -> str:
    """What is wrong with a JSON text, by line and column; empty where nothing is."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return f"Line {error.lineno}, column {error.colno}: {error.msg}."
    except ValueError as error:
        return str(error)
    return ""


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON, though Python would take it.")
