"""Moto's objects as bytes and back.

They are pickled, since they are what they are: graphs of plain objects. What moto holds beside them is told anew on
the way back: locks, keys of `cryptography`, the backend itself. Bytes may come from somebody else, in a snapshot: only
classes of moto's services are made again, and a few plain ones, and no function is called.
"""

from __future__ import annotations

import importlib
import io
import pickle
import threading
import types
from collections.abc import Callable
from typing import Any

_PLAIN = {
    "builtins": {"bytearray", "complex", "dict", "frozenset", "int", "list", "set", "str", "tuple"},
    "collections": {"OrderedDict", "defaultdict", "deque"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "requests.structures": {"CaseInsensitiveDict"},
    "uuid": {"UUID"},
    "zoneinfo": {"ZoneInfo"},
}
_LOCKS = (type(threading.Lock()), type(threading.RLock()))
Reducer = Callable[[Any], Any]


class NotMotos(ValueError):
    """There is something in the bytes that moto has not put there."""


def freeze(value: Any, stands_for: Callable[[Any], Any], without: dict[type, Reducer]) -> bytes:
    """Objects as bytes.

    Args:
        stands_for: gives what stands for an object that is kept elsewhere, None for one that is kept here.
        without: for a class, what of an object's attributes is kept.
    """
    sink = io.BytesIO()
    _Freezer(sink, stands_for, without).dump(value)
    return sink.getvalue()


def thaw(data: bytes, found: Callable[[Any], Any]) -> Any:
    """The objects of such bytes.

    Args:
        found: gives the object for which something stands.

    Raises:
        NotMotos.
    """
    try:
        return _Thawer(io.BytesIO(data), found).load()
    except (pickle.UnpicklingError, EOFError, ImportError, AttributeError, LookupError, TypeError) as error:
        raise NotMotos(str(error)) from error


class _Freezer(pickle.Pickler):
    def __init__(self, sink: io.BytesIO, stands_for: Callable[[Any], Any], without: dict[type, Reducer]):
        super().__init__(sink, protocol=5)
        self._stands_for, self._without = stands_for, without

    # Asked for what isn't of the plainest kinds alone; `persistent_id` would be asked for every text and number.
    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        kept = self._without.get(kind)
        if kept is not None:
            return _new, (kind,), kept(obj)
        if kind in _LOCKS:
            return _stand, (("lock", kind is _LOCKS[1]),)
        if kind.__module__.startswith("cryptography."):
            return _stand, (("key", _pem(obj)),)
        stands = self._stands_for(obj)
        if stands is not None:
            return _stand, (stands,)
        # What could not be read back is not written either.
        if kind is types.FunctionType and obj not in (_new, _stand):
            raise pickle.PicklingError(f"moto holds a function: {obj.__qualname__}")
        if isinstance(obj, type) and not _is_known(obj.__module__, obj.__qualname__):
            raise pickle.PicklingError(f"moto holds a {obj.__module__}.{obj.__qualname__}")
        return NotImplemented


class _Thawer(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, found: Callable[[Any], Any]):
        super().__init__(source)
        self._found = found

    def _stood_for(self, stands: Any) -> Any:
        if stands[0] == "lock":
            return threading.RLock() if stands[1] else threading.Lock()
        if stands[0] == "key":
            from cryptography.hazmat.primitives.serialization import load_pem_private_key

            return load_pem_private_key(stands[1], None)
        return self._found(stands)

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__:
            return {_new.__name__: _new, _stand.__name__: self._stood_for}[name]
        if _is_known(module, name):
            found = getattr(importlib.import_module(module), name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is nothing that moto keeps")


def _is_known(module: str, name: str) -> bool:
    if name in _PLAIN.get(module, ()):
        return True
    return module.startswith("moto.") and not module.startswith("moto.moto_")


def _new(kind: Any) -> Any:
    """An object without its attributes, which follow."""
    return kind.__new__(kind)


def _stand(stands: Any) -> Any:
    """Where an object stood for which something stands: a reader puts its own function here."""
    raise NotMotos("something stands for an object, and nobody knows which")


def _pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
