"""Pages of a list: a token says where the next one begins.

A page of a list costs what the page costs, however long the list is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from local_aws.call import ApiError

T = TypeVar("T")
DEFAULT_SIZE = 100


def page(
    items: Sequence[T],
    params: dict[str, Any],
    *,
    newest_first: bool = False,
    wanted: Callable[[T], bool] = lambda _item: True,
) -> tuple[list[T], dict[str, str]]:
    """A page and, where more follow, the `nextToken` member of the answer.

    Args:
        items: grows at its end only; oldest first.
        params: the request's `maxResults` (0 for the default) and `nextToken`.
        newest_first: from the end to the beginning. What is added meanwhile doesn't move the later pages.
        wanted: which items count.

    Raises:
        ApiError: `InvalidToken`.
    """
    size = params.get("maxResults") or DEFAULT_SIZE
    end = len(items)
    start = _position(params) if "nextToken" in params else (end - 1 if newest_first else 0)
    steps = range(min(start, end - 1), -1, -1) if newest_first else range(start, end)
    found: list[T] = []
    for index in steps:
        if wanted(items[index]):
            if len(found) == size:
                return found, {"nextToken": _token(index)}
            found.append(items[index])
    return found, {}


def _token(index: int) -> str:
    """The token of a place in a list."""
    return base64.urlsafe_b64encode(b"at:%d" % index).decode()


def _position(params: dict[str, Any]) -> int:
    """The place that the request's `nextToken` stands for.

    Raises:
        ApiError: `InvalidToken`.
    """
    try:
        label, _, number = base64.urlsafe_b64decode(params["nextToken"]).partition(b":")
        if label != b"at":
            raise ValueError
        return int(number)
    except ValueError:
        raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'") from None
