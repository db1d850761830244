"""Model artifacts: a `model.tar.gz` in S3, unpacked while it is read, with nothing of it in memory.

A model of BlazingText is 800 MB, nearly all of it zeros: blocks of zeros become holes in the file, which take no
room on the disk where the file system knows such.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from zlib_ng import zlib_ng

from local_aws.call import ApiError
from local_aws.sagemaker.locations import parse

_BLOCK = 1 << 18
_ZEROS = bytes(_BLOCK)


class ArtifactUnusable(Exception):
    """There is no such object, the role may not read it, or it isn't a gzipped tar archive; the text says which."""


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
            ArtifactUnusable.
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


class _Gunzip(io.RawIOBase):
    """The plain bytes of a gzip stream, a bounded number at a time: a kilobyte of it may hold a megabyte of zeros.

    (`tarfile` by itself unpacks each block that it reads in one go; `gzip.open` takes twice as long.)
    """

    def __init__(self, packed: Any):
        self._packed = packed
        self._inflate = zlib_ng.decompressobj(zlib_ng.MAX_WBITS | 16)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; empty at the end.

        Raises:
            EOFError: the stream ends too early.
            zlib_ng.error: it isn't gzip.
        """
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._packed.read(_BLOCK)
            plain = self._inflate.decompress(packed, max(0, size))
            if plain:
                return plain
            if not packed:
                raise EOFError("the gzip stream ends too early")
        return b""


def _fetch(uri: str, client: Callable[[], Any], target: Path) -> None:
    try:
        where = parse(uri)
        body = client().get_object(Bucket=where.bucket, Key=where.key)["Body"]
    except (ApiError, ClientError, BotoCoreError) as error:
        raise ArtifactUnusable(
            f'Failed to download model data for container "container_1" from URL: "{uri}". Please ensure that there is '
            "an object located at the URL and that the role passed to CreateModel has permissions to download the "
            "object."
        ) from error
    try:
        with tarfile.open(fileobj=_Gunzip(body), mode="r|", bufsize=_BLOCK) as archive:
            for member in archive:
                _unpack(archive, member, target)
    except (tarfile.TarError, EOFError, OSError, zlib_ng.error) as error:  # type: ignore[misc] # its stub names an instance
        raise ArtifactUnusable(
            f'Failed to extract model data archive for container "container_1" from URL "{uri}". Please ensure that '
            "the object located at the URL is a valid tar.gz archive."
        ) from error


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    # `tarfile`'s own filters came with Python 3.11.4; Debian 12 has 3.11.2. Links and devices are left out.
    path = (target / member.name.lstrip("/")).resolve()
    if not path.is_relative_to(target.resolve()):
        raise tarfile.TarError(f"'{member.name}' leads out of the archive")
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
    elif member.isfile():
        path.parent.mkdir(parents=True, exist_ok=True)
        content = archive.extractfile(member)
        if content is None:
            raise tarfile.TarError(f"'{member.name}' has no content")
        with path.open("wb") as file:
            _copy_sparse(content, file)


def _copy_sparse(source: IO[bytes], file: IO[bytes]) -> None:
    while block := source.read(_BLOCK):
        if block == _ZEROS[: len(block)]:
            file.seek(len(block), os.SEEK_CUR)
        else:
            file.write(block)
    file.truncate()
