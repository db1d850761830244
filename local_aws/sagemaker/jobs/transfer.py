"""S3 objects on their way into an instance's folder, and files on their way back, under a job's role."""

from __future__ import annotations

import errno
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker.containers import tree
from local_aws.sagemaker.jobs.job import NO_SPACE, JobFailed
from local_aws.sagemaker.locations import Location, parse, relative_path

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class RemoteFile:
    """An S3 object, and the path at which it lands below the local folder."""

    place: Location
    path: str


def objects(s3: Any, source: Mapping[str, Any]) -> list[RemoteFile]:
    """The objects that a data source names, in the order of their keys.

    Args:
        s3: a client under the job's role.
        source: S3Uri, and S3DataType `S3Prefix` or `ManifestFile`. A manifest is a JSON list of relative keys after
            an object `{"prefix": "s3://..."}`; each lands at its relative key (SageMaker API reference, S3DataSource).

    Raises:
        JobFailed: they can't be listed, the manifest can't be read, or there are none.
    """
    place = parse(source["S3Uri"])
    if source["S3DataType"] == "ManifestFile":
        found = _in_manifest(_read(s3, place), place.uri)
    else:
        found = [RemoteFile(each, relative_path(place.key, each.key)) for each in _below(s3, place)]
    if not found:
        raise _no_download(place, "there are no objects")
    return sorted(found, key=lambda file: file.place.key)


def shard(files: list[RemoteFile], distribution: str, index: int, count: int) -> list[RemoteFile]:
    """The part of an instance (from 0) of `count`: every count-th object with `ShardedByS3Key`, else all of them."""
    return files[index::count] if distribution == "ShardedByS3Key" else files


def download(s3: Any, files: list[RemoteFile], folder: Path) -> None:
    """Fetch objects into a folder, which is made.

    Raises:
        JobFailed: an object can't be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = folder.joinpath(*file.path.split("/"))
        if not target.resolve().is_relative_to(folder.resolve()):
            raise _no_download(file.place, "the key leads out of the local folder")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as local:
                shutil.copyfileobj(open_object(s3, file.place), local, 1 << 20)
        except OSError as error:
            raise _no_download(file.place, _in_words(error)) from error


class Upload:
    """A folder of a container's tree whose files go below an S3 place; symbolic links are left out, as on AWS.

    Args:
        root: the tree.
        folder: the folder's path in it.
    """

    def __init__(self, s3: Any, root: Path, folder: str, place: Location):
        self._s3, self._root, self._folder, self._place = s3, root, folder, place
        self._sent: dict[str, tree.State] = {}
        self._seen: dict[str, tree.State] = {}
        self._next_look = 0.0

    def sync(self) -> None:
        """Send what has appeared or changed and has since been left alone for one look (a few in a second).

        Raises:
            JobFailed: a file can't be sent.
        """
        if time.monotonic() < self._next_look:
            return
        before, self._seen = self._seen, dict(tree.files(self._root, self._folder))
        for path, state in self._seen.items():
            if before.get(path) == state:
                self._send(path, state)
        self._next_look = time.monotonic() + _LOOK_SECONDS

    def finish(self) -> None:
        """Send every file that has not been sent as it now is.

        Raises:
            JobFailed: a file can't be sent.
        """
        for path, state in tree.files(self._root, self._folder):
            self._send(path, state)

    def _send(self, path: str, state: tree.State) -> None:
        if self._sent.get(path) != state:
            upload(self._s3, self._root, path, self._place.below(path.removeprefix(self._folder).lstrip("/")))
            self._sent[path] = state


def upload(s3: Any, root: Path, path: str, place: Location) -> None:
    """Send one file of a tree.

    Raises:
        JobFailed: it can't be sent.
    """
    try:
        with tree.open_file(root, path) as body:
            s3.put_object(Bucket=place.bucket, Key=place.key, Body=body)
    except (ClientError, BotoCoreError, OSError) as error:
        raise JobFailed(
            f"ClientError: Artifact upload failed:Unable to upload object {place.uri} ({_in_words(error)})"
        ) from error


def _below(s3: Any, place: Location) -> Iterator[Location]:
    """The objects whose keys begin with a place's; an empty one that only marks a folder is none."""
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key):
            for each in page.get("Contents", []):
                if not each["Key"].endswith("/"):
                    yield Location(place.bucket, each["Key"])
    except (ClientError, BotoCoreError) as error:
        raise _no_download(place, _in_words(error)) from error


def _in_manifest(text: bytes, uri: str) -> list[RemoteFile]:
    try:
        head, *keys = json.loads(text)
        prefix = parse(head["prefix"])
        return [RemoteFile(Location(prefix.bucket, prefix.key + key), key.lstrip("/")) for key in keys]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobFailed(
            f"ClientError: Data download failed:The manifest {uri} is not a JSON list of an object with the member "
            '"prefix" and of relative keys'
        ) from error


def _read(s3: Any, place: Location) -> bytes:
    return open_object(s3, place).read()


def open_object(s3: Any, place: Location) -> Any:
    """An object's content, to be read.

    Raises:
        JobFailed: it isn't there, or may not be read.
    """
    try:
        return s3.get_object(Bucket=place.bucket, Key=place.key)["Body"]
    except (ClientError, BotoCoreError) as error:
        raise _no_download(place, _in_words(error)) from error


def _no_download(place: Location, why: str) -> JobFailed:
    return JobFailed(f"ClientError: Data download failed:Unable to download object {place.uri} ({why})")


def _in_words(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
        return "an object is both a folder and a file"
    if isinstance(error, OSError):
        return NO_SPACE if error.errno == errno.ENOSPC else error.strerror or str(error)
    return str(error)
