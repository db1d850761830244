"""Timestamps of the States Language: RFC 3339 with an upper-case T and, where it isn't an offset, an upper-case Z.

Source: "Wait state", AWS Step Functions developer guide.
"""

from __future__ import annotations

import re
from datetime import datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def parse(text: str) -> datetime | None:
    """The moment that a timestamp names; None for a text that isn't one."""
    if not _FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
