"""Lists a page at a time: `Limit` and `NextToken`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from local_aws.call import ApiError

_LARGEST = 100
T = TypeVar("T")


def page(items: Sequence[T], params: dict[str, Any]) -> tuple[Sequence[T], dict[str, str]]:
    """The part of a list that a call asks for, and `NextToken` where there is more.

    Raises:
        ApiError: `ValidationException`, the token is none of ours.
    """
    start = _start(params["NextToken"]) if "NextToken" in params else 0
    end = start + min(params.get("Limit", _LARGEST), _LARGEST)
    more = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return items[start:end], more


def _start(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise ApiError("ValidationException", "Parameter NextToken is not valid.") from None
