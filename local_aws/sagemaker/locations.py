"""S3 URIs, and where the objects under one land in a container's folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URI = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Location:
    """A bucket and a key, or the beginning of one."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def below(self, relative: str) -> Location:
        """The place of a relative path under this one, taken as a folder."""
        folder = self.key.rstrip("/")
        return Location(self.bucket, f"{folder}/{relative}" if folder else relative)


def parse(uri: str) -> Location:
    """The parts of an `s3://bucket/key` URI.

    Raises:
        ValueError: it isn't one. (`https://` addresses of S3, which the API allows, are not implemented.)
    """
    found = _URI.fullmatch(uri)
    if found is None:
        raise ValueError(f'The S3 URL "{uri}" is not of the form s3://bucket/key.')
    return Location(found[1], found[2])


def relative_path(prefix: str, key: str) -> str:
    """The path, relative to the local folder, at which an object of an S3 prefix lands.

    An S3 prefix is the beginning of a key, not a folder: `data/in` also takes `data/in2/x`. An object whose key is
    the whole prefix lands under its file name; below a folder, paths are relative to the folder, with or without
    the slash at the prefix's end; where a prefix ends in the middle of a name, they are relative to the last folder
    in it. (Sources: SageMaker developer guide; the last rule is the plain reading, it is nowhere written down.)

    >>> relative_path("data/in", "data/in/a/x.txt"), relative_path("data/in", "data/in2/x.txt")
    ('a/x.txt', 'in2/x.txt')
    """
    folder = prefix.rstrip("/")
    if folder and key.startswith(folder + "/"):
        return key[len(folder) + 1 :]
    return key[key.rfind("/", 0, len(prefix)) + 1 :] if key != prefix else key.rsplit("/", 1)[-1]
