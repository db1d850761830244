"""What botocore knows of AWS, read from its files: models of services, their paginators, the list of regions."""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.loaders import Loader


class _Files:
    """Reads files for botocore's loader, into plain dictionaries: ordered ones take twice the time."""

    def exists(self, file_path: str) -> bool:
        """Whether there is such a file; its name is given without its ending."""
        return any(Path(file_path + ending).is_file() for ending in _ENDINGS)

    def load_file(self, file_path: str) -> Any:
        """What is in a file, None where there is none."""
        for ending, read in _ENDINGS.items():
            with contextlib.suppress(FileNotFoundError), read(file_path + ending, "rb") as file:
                return json.loads(file.read())
        return None


_ENDINGS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}


@functools.cache
def loader() -> Loader:
    """What reads botocore's files."""
    return Loader(file_loader=_Files())


def described(service: str, kind: str) -> dict[str, Any]:
    """What botocore has of a service in its latest version.

    Args:
        service: botocore's name for it ("lambda", "stepfunctions").
        kind: `service-2` is the model, `paginators-1` says what is paged.

    Raises:
        DataNotFoundError: botocore has no such thing.
    """
    version = loader().determine_latest_version(service, kind)
    return loader().load_data(f"{service}/{version}/{kind}")
