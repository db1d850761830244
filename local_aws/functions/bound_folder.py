"""A folder of whoever develops a function, whose saved files are the function's code at its next invocation.

What is run is a package, made of the folder whenever something in it has changed: the function sees a copy, under
/var/task, and nothing else of the folder's surroundings.
"""

from __future__ import annotations

import io
import os
import threading
import zipfile
from pathlib import Path

from local_aws.call import ApiError

BUCKET = "hot-reload"
"""What stands in `S3Bucket` where `S3Key` is a folder of this machine; a name that others use for it, too."""
_LEFT_OUT = {"__pycache__", ".git", ".ipynb_checkpoints", ".venv", "venv", "node_modules", ".vscode", ".idea"}
_MOST_FILES = 10_000

Files = dict[str, tuple[int, int]]
"""The files by their paths in the folder, each with the time of its last change (nanoseconds) and its size."""


class BoundFolder:
    """A folder, and what it held when it was last read. `lock` is held while it is read."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.lock = threading.Lock()
        self._read: Files | None = None

    def has_changed(self) -> bool:
        """Whether it holds something else than when it was last read."""
        return self._files() != self._read

    def package(self) -> bytes:
        """The folder as a zip.

        Raises:
            ApiError: `InvalidParameterValueException`, it isn't there, is empty, or holds too many files.
        """
        files = self._files()
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in files:
                archive.write(self.folder / path, path)
        self._read = files
        return target.getvalue()

    def _files(self) -> Files:
        if not self.folder.is_dir():
            raise _invalid(f"The folder {self.folder} to which the function is bound is not there.")
        found: Files = {}
        for place, folders, names in os.walk(self.folder):
            folders[:] = sorted(set(folders) - _LEFT_OUT)
            for name in sorted(names):
                path = Path(place, name)
                if path.is_file() and not path.is_symlink():
                    about = path.stat()
                    found[path.relative_to(self.folder).as_posix()] = (about.st_mtime_ns, about.st_size)
            if len(found) > _MOST_FILES:
                raise _invalid(f"The folder {self.folder} holds more than {_MOST_FILES} files: bind a smaller one.")
        if not found:
            raise _invalid(f"The folder {self.folder} to which the function is bound holds no file.")
        return found


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message, Type="User")
