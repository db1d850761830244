"""A deployment package: a zip's checks in AWS's words, and its files on disk, ready to be run.

Limits: AWS Lambda developer guide, "Lambda quotas".
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
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
            if package is None:
                package = self._unpack(data, digest.hexdigest(), base64.b64encode(digest.digest()).decode())
                self._packages[digest.hexdigest()] = package
        return package

    def _unpack(self, data: bytes, name: str, sha256: str) -> Package:
        place = self._directory / name[:32]
        partial = self._directory / uuid.uuid4().hex
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = archive.infolist()
                if sum(member.file_size for member in members) > UNZIPPED_BYTES:
                    raise _invalid(f"Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")
                for member in members:
                    _extract(archive, member, partial)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            ValueError,
        ) as error:
            shutil.rmtree(partial, ignore_errors=True)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise  # no fault of the package
            raise _invalid(_UNREADABLE) from error
        except ApiError:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        if not members:
            raise _invalid("Uploaded file must be a non-empty zip")
        partial.replace(place)
        zipped = place.with_suffix(".zip")
        zipped.write_bytes(data)
        return Package(sha256, len(data), place, zipped)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, directory: Path) -> None:
    target = (directory / member.filename).resolve()
    if not target.is_relative_to(directory.resolve()):
        raise ValueError(f"the zip holds {member.filename}, which leads out of it")
    mode = member.external_attr >> 16
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        link = archive.read(member).decode()
        if not (target.parent / link).resolve().is_relative_to(directory.resolve()):
            raise ValueError(f"the zip holds {member.filename}, a link that leads out of it")
        target.symlink_to(link)
        return
    with archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    # Lambda needs files to be readable by all; a zip made by hand may say otherwise.
    target.chmod((stat.S_IMODE(mode) or 0o644) | 0o444)


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message, Type="User")
