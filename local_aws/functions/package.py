"""A deployment package: a zip's checks in AWS's words, and its files on disk, ready to be run.

Limits: AWS Lambda developer guide, "Lambda quotas".
"""

# A Path for each of 60,000 members would take seconds.
# ruff: noqa: PTH101, PTH103, PTH118, PTH120, PTH123, PTH211

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import shutil
import stat
import threading
import uuid
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from local_aws.call import ApiError

ZIPPED_BYTES = 52_428_800
UNZIPPED_BYTES = 262_144_000
_REQUEST_BYTES = 70_167_211
_MEMBERS = 65_535
"""What a zip holds at most, as long as it is none of the 64-bit kind; Lambda's guide names no number."""
_FAULTS_OF_THE_PACKAGE = {
    *(None, errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT),
    *(errno.ENOTDIR, errno.ENOTEMPTY),
}
"""Errors of the system that a member's name or kind brings about."""
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


@dataclass(frozen=True)
class Package:
    """A package in place: `directory` holds its files, `archive` the zip as it came."""

    sha256: str
    size: int
    directory: Path
    archive: Path


class Packages:
    """The packages of all functions, each kept once."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._packages: dict[str, Package] = {}
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)

    def add(self, data: bytes, operation: str, uploaded: bool) -> Package:
        """Check and unpack a zip.

        Args:
            operation: the API operation that brought it, named in an error.
            uploaded: it came in the request itself, and not from S3, and so must be smaller.

        Raises:
            ApiError: `InvalidParameterValueException` or `RequestEntityTooLargeException`.
        """
        if uploaded and len(data) > _REQUEST_BYTES:
            message = f"Request must be smaller than {_REQUEST_BYTES} bytes for the {operation} operation"
            raise ApiError("RequestEntityTooLargeException", message, 413)
        if uploaded and len(data) > ZIPPED_BYTES:
            raise _invalid(f"Zipped size must be smaller than {ZIPPED_BYTES} bytes")
        digest = hashlib.sha256(data)
        with self._lock:
            package = self._packages.get(digest.hexdigest())
        # Not under the lock, so that a large package keeps no other waiting.
        return package or self._placed(data, digest.hexdigest(), base64.b64encode(digest.digest()).decode())

    def _placed(self, data: bytes, name: str, sha256: str) -> Package:
        """Unpack a zip, and put it in place where nobody else has in the meantime; a failure leaves nothing behind."""
        partial = self._directory / uuid.uuid4().hex
        try:
            _unpack(data, partial / "code")
            (partial / "package.zip").write_bytes(data)
            with self._lock:
                if name not in self._packages:
                    place = self._directory / name[:32]
                    partial.replace(place)
                    self._packages[name] = Package(sha256, len(data), place / "code", place / "package.zip")
                return self._packages[name]
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _unpack(data: bytes, directory: Path) -> None:
    """Check a zip, and write its members.

    Raises:
        ApiError: `InvalidParameterValueException`.
        OSError: the system's fault, and not the package's: no room, for one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > UNZIPPED_BYTES:
                raise _invalid(f"Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")
            if len(members) > _MEMBERS:
                raise _invalid(_UNREADABLE)
            unpacking = _Unpacking(archive, directory)
            for member in members:
                unpacking.extract(member)
    except OSError as error:
        if error.errno not in _FAULTS_OF_THE_PACKAGE:
            raise
        raise _invalid(_UNREADABLE) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise _invalid(_UNREADABLE) from error
    if not members:
        raise _invalid("Uploaded file must be a non-empty zip")


class _Unpacking:
    """Writes the members of a zip into a folder, and nothing beside it."""

    def __init__(self, archive: zipfile.ZipFile, directory: Path):
        self._archive, self._directory = archive, os.path.realpath(directory)
        self._made: set[str] = set()
        self._has_links = False
        self._make(self._directory)

    def extract(self, member: zipfile.ZipInfo) -> None:
        """Write one member.

        Raises:
            ValueError: it leads out of the folder.
        """
        target = self._inside(member.filename)
        mode = member.external_attr >> 16
        if member.is_dir():
            self._make(target)
            return
        parent = os.path.dirname(target)
        self._make(parent)
        if stat.S_ISLNK(mode):
            self._link(member, parent, target)
            return
        # Lambda needs files to be readable by all; a zip made by hand may say otherwise.
        readable = (stat.S_IMODE(mode) or 0o644) | 0o444
        with open(os.open(target, _NEW_FILE, readable), "wb") as sink:
            if member.file_size:
                with self._archive.open(member) as source:
                    shutil.copyfileobj(source, sink)
        os.chmod(target, readable)

    def _inside(self, name: str) -> str:
        target = os.path.normpath(os.path.join(self._directory, name))
        if self._has_links:
            target = os.path.realpath(target)
        self._require_inside(target, f"the zip holds {name}, which leads out of it")
        return target

    def _require_inside(self, path: str, otherwise: str) -> None:
        if path != self._directory and not path.startswith(self._directory + os.sep):
            raise ValueError(otherwise)

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _link(self, member: zipfile.ZipInfo, parent: str, target: str) -> None:
        link = self._archive.read(member).decode()
        leads_to = os.path.realpath(os.path.join(parent, link))
        self._require_inside(leads_to, f"the zip holds {member.filename}, a link that leads out of it")
        os.symlink(link, target)
        self._has_links = True


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message, Type="User")
