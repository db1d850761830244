"""How code comes into a process whose start somebody waits for: nothing that isn't needed yet, and undisturbed.

What botocore brings along for connections takes longer to import than the models that a server reads it for.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

_FOR_CONNECTIONS = ("urllib3", "botocore.awsrequest", "botocore.httpsession")
_ALONE = ("urllib3", "exceptions")
"""What botocore takes of these before it connects: a module of its own, which needs none of the rest."""
_lock = threading.RLock()
_begun: set[str] = set()
_undisturbed = 0


def without_crt() -> None:
    """Have botocore do without awscrt in this process, and in those that are forked from it; before its import.

    Notebooks have awscrt for keys by `aws login`. Its import is half of a server's start, and BOTO_DISABLE_CRT is read
    only after it. The boto3 of Lambda's runtimes comes without it. None among the modules is how Python is told that
    one can't be had ("The import system", Python reference). What takes another part of the library isn't concerned.
    """
    sys.modules["awscrt.auth"] = None  # type: ignore[assignment]


def connections_later() -> None:
    """Have the modules that botocore connects by run when something of theirs is first asked for; before its import.

    As `importlib.util.LazyLoader` does it, but for packages from which one module can be taken without the rest, and
    on a module that is imported twice.
    """
    for name in _FOR_CONNECTIONS:
        spec = importlib.util.find_spec(name)
        assert spec is not None, f"{name} is not installed"
        module = importlib.util.module_from_spec(spec)
        vars(module)["__getattr__"] = functools.partial(_asked, module)
        sys.modules[name] = module
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], own, module)


def _asked(module: ModuleType, name: str) -> Any:
    """What a module has by a name that it doesn't have yet: now it is run, unless it is running.

    Raises:
        AttributeError: nothing.
    """
    if (module.__name__, name) == _ALONE:
        return importlib.import_module(".".join(_ALONE))
    with _lock:
        if module.__name__ not in _begun:
            _begun.add(module.__name__)
            assert module.__spec__ is not None and module.__spec__.loader is not None
            module.__spec__.loader.exec_module(module)
        if name in vars(module):
            return vars(module)[name]
    raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Have nobody look for garbage while the block imports, nor ever again through what is there at its end.

    Code and tables stay to the end of the process, and each look goes through all of them.
    """
    global _undisturbed
    with _lock:
        _undisturbed += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _undisturbed -= 1
            if not _undisturbed:
                gc.freeze()
                gc.enable()
