"""Plain data as bytes and back: dicts, lists, texts, bytes, numbers and times, and nothing that could run.

A state may come from somebody else, in a snapshot. Reading it must not run anything, so that no class but the few of
times is known here.
"""

from __future__ import annotations

import datetime
import io
import pickle
from typing import Any

_KNOWN = {
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "timedelta"): datetime.timedelta,
    ("datetime", "timezone"): datetime.timezone,
}


class NotPlain(ValueError):
    """There is something else than plain data in it."""


def encode(data: Any) -> bytes:
    """Plain data as bytes."""
    return pickle.dumps(data, protocol=5)


def decode(data: bytes) -> Any:
    """The data of such bytes.

    Raises:
        NotPlain: they hold something else.
    """
    try:
        return _Reader(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise NotPlain(str(error)) from error


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no plain data")
        return _KNOWN[module, name]
