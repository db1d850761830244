"""What stands in a list of a bucket's keys, one after the other: keys, and what many keys begin with up to a delimiter.

An entry costs the same however many keys there are before it, behind it, or under it.
Source: "Organizing objects using prefixes", S3 user guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from local_aws.moto.key_store import KeyStore

_One = TypeVar("_One")


@dataclass(frozen=True)
class Entry:
    """A key, or a common prefix."""

    name: str
    is_prefix: bool


def entries(
    keys: KeyStore, prefix: str, delimiter: str, after: str, is_there: Callable[[str], bool] = lambda key: True
) -> Iterator[Entry]:
    """The entries behind `after`, which is where a page before has ended, or what a caller begins behind.

    Args:
        is_there: whether a key counts.
    """
    key = keys.first(max(prefix, after))
    while key is not None and key.startswith(prefix):
        common = common_prefix(key, prefix, delimiter)
        if common is None:
            if key > after and is_there(key):
                yield Entry(key, is_prefix=False)
            key = keys.behind(key)
        elif common <= after:
            key = keys.beyond(common)
        elif is_there(key):
            yield Entry(common, is_prefix=True)
            key = keys.beyond(common)
        else:
            key = keys.behind(key)


def page_of(some: Iterator[_One], most: int) -> tuple[list[_One], bool]:
    """So many of them at most, and whether there are more; of none, nobody is told that there are more."""
    page = list(islice(some, most + 1)) if most else []
    return page[:most], len(page) > most


def common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """What a key begins with up to the delimiter behind a prefix; None where it has none there."""
    end = key.find(delimiter, len(prefix)) if delimiter else -1
    return None if end < 0 else key[: end + len(delimiter)]
