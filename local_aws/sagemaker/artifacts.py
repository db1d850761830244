"""Model artifacts: a `model.tar.gz` in S3, unpacked while it is read, with nothing of it in memory.

A model of BlazingText is 800 MB, nearly all of it zeros: blocks of zeros become holes in the file, which take no
room on the disk where the file system knows such.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker.locations import parse
from local_aws.service import ApiError

_BLOCK = 1 << 18
_ZEROS = bytes(_BLOCK)


class ArtifactMissing(Exception):
    """There is no such object, or the role may not read it."""


class ArtifactBroken(Exception):
    """The object is not a gzipped tar archive of plain files."""


class Artifacts:
    """Unpacked artifacts in one folder, each unpacked once."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._unpacked: dict[str, Path] = {}
        self._lock = threading.Lock()

    def get(self, uri: str, client: Callable[[], Any]) -> Path:
        """The folder with the artifact's files.

        Args:
            uri: `s3://bucket/key` of the archive.
            client: gives an S3 client under the role that reads it.

        Raises:
            ArtifactMissing, ArtifactBroken.
        """
        with self._lock:
            if uri not in self._unpacked:
                target = self._folder / str(len(self._unpacked))
                target.mkdir(parents=True)
                _fetch(uri, client, target)
                self._unpacked[uri] = target
            return self._unpacked[uri]


def place(artifact: Path, target: Path) -> None:
    """Let a folder hold an artifact's files: the same files under a second name, not copies, where that is possible."""
    shutil.copytree(artifact, target, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _fetch(uri: str, client: Callable[[], Any], target: Path) -> None:
    try:
        where = parse(uri)
        body = client().get_object(Bucket=where.bucket, Key=where.key)["Body"]
    except (ApiError, ClientError, BotoCoreError) as error:
        raise ArtifactMissing(str(error)) from error
    try:
        with gzip.GzipFile(fileobj=body) as plain, tarfile.open(fileobj=plain, mode="r|", bufsize=_BLOCK) as archive:
            for member in archive:
                _unpack(archive, member, target)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ArtifactBroken(str(error)) from error


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    member = tarfile.data_filter(member, str(target))
    path = target / member.name
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
    elif member.isfile():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            _copy_sparse(archive.extractfile(member), file)


def _copy_sparse(source: IO[bytes], file: IO[bytes]) -> None:
    while block := source.read(_BLOCK):
        if block == _ZEROS[: len(block)]:
            file.seek(len(block), os.SEEK_CUR)
        else:
            file.write(block)
    file.truncate()
