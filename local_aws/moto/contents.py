"""Objects of S3 whose content lies in a file, not in memory: how moto is given such a one, and gives it back.

Moto keeps an object's content as bytes that were read whole, and hands it out so. Here what is larger than a piece
comes in a file that moto's record of the object takes over, is put together and copied in files, and goes out piece
by piece. Where moto wants bytes, as S3 Select does, it gets them, for as long as that takes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import IO, Any

from local_aws.call import ApiError
from local_aws.http_server import InFile
from local_aws.moto.checksums import CHECKSUMS, DEFAULT, compute_checksum, default_type

HEADERS = "local_aws.moto.headers"
"""Where the environment of a request to moto has the headers as a mapping, their names in lower case."""
PIECE = 1 << 20
"""The bytes that are held in memory at once."""


class Stored(bytes):
    """What stands for content in a file wherever moto hands it on: bytes to look at, of the file's length."""

    file: IO[bytes]
    size: int
    etag: str | None
    taken: bool

    @classmethod
    def of(cls, file: IO[bytes], size: int, etag: str | None) -> Stored:
        """The content of a file; its ETag where it is known."""
        made = cls()
        made.file, made.size, made.etag, made.taken = file, size, etag, False
        return made

    def close_unless_taken(self) -> None:
        """Give the room back at once, where no object has come of it."""
        if not self.taken:
            self.file.close()

    def __deepcopy__(self, memo: object) -> Stored:
        """Moto copies an object's record to list its versions; the content stays where it is."""
        return self

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0


class Input:
    """A WSGI input that gives content as it is."""

    def __init__(self, content: bytes):
        self._content = content

    def read(self, size: int = -1) -> bytes:
        content, self._content = self._content, b""
        return content


class _Pieces(InFile):
    """An object's content on its way out, or a part of it. The object may be gone before its end."""

    def __init__(self, handle: _Handle, start: int, end: int):
        super().__init__(handle.descriptor, start, end)
        self._handle = handle

    def __getitem__(self, part: slice) -> _Pieces:
        start, end, _ = part.indices(len(self))
        return _Pieces(self._handle, self.start + start, self.start + max(start, end))


class _Handle:
    """A file's descriptor of its own, closed when nobody needs it any more."""

    def __init__(self, file: IO[bytes]):
        self.descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        os.close(self.descriptor)


_expected: ContextVar[Mapping[str, str]] = ContextVar(
    "headers that name a whole object's checksum", default=MappingProxyType({})
)
_in_pieces: ContextVar[bool] = ContextVar("whether an object's content may go out in pieces", default=False)


@contextlib.contextmanager
def in_pieces(wanted: bool) -> Iterator[None]:
    """Inside it, moto hands out an object's content in pieces, where that is wanted."""
    token = _in_pieces.set(wanted)
    try:
        yield
    finally:
        _in_pieces.reset(token)


@contextlib.contextmanager
def expecting(headers: Mapping[str, str]) -> Iterator[None]:
    """Inside it, an object that is put together is held against the checksum in a request's headers."""
    token = _expected.set(headers)
    try:
        yield
    finally:
        _expected.reset(token)


def install() -> None:
    """Have moto's objects take over what is stored in files. Called once moto may be imported."""
    models: Any = importlib.import_module("moto.s3.models")  # what is replaced here moto declares fixed
    plain = models.FakeKey.value
    if getattr(plain.fget, "of_ours", False):
        return

    def get(key: Any) -> Any:
        stored = getattr(key, "stored", None)
        if stored is None or not _in_pieces.get() or not hasattr(os, "pread"):
            return plain.fget(key)
        with key.lock:
            return _Pieces(_Handle(key._value_buffer), 0, stored.size)

    def put(key: Any, value: Any) -> None:
        key.content_id = None  # by which a state that lasts knows the content
        key.stored = _in_a_file(value) if isinstance(value, _Pieces) else value if isinstance(value, Stored) else None
        if key.stored is None:
            plain.fset(key, value)
            return
        key._value_buffer.close()
        key._value_buffer, key.contentsize, key.stored.taken = key.stored.file, key.stored.size, True
        key._etag = key._etag or key.stored.etag

    responses: Any = importlib.import_module("moto.s3.responses")
    models.compute_checksum = responses.compute_checksum = compute_checksum
    get.of_ours = True  # type: ignore[attr-defined] # a mark for the next call
    models.FakeKey.value = property(get, put)
    models.FakeMultipart.complete = _complete
    copy = models.S3Backend.copy_object

    def copy_object(backend: Any, src_key: Any, dest_bucket_name: str, dest_key_name: str, **how: Any) -> None:
        copy(backend, src_key, dest_bucket_name, dest_key_name, **how)
        made = backend.get_object(dest_bucket_name, dest_key_name)
        made.multipart = None  # a copy is put at once
        if src_key.checksum_type == "COMPOSITE":
            made.checksum_value = compute_checksum(made.value, made.checksum_algorithm).decode()

    models.S3Backend.copy_object = copy_object


def _in_a_file(pieces: _Pieces) -> Stored:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the object closes it
    file.writelines(pieces)
    file.flush()
    return Stored.of(file, len(pieces), None)


def _complete(upload: Any, body: Iterator[tuple[int, str]]) -> tuple[Stored, str, tuple[str, str, int] | None]:
    """Moto's `FakeMultipart.complete` with the object put together in a file: it does so twice in memory."""
    from moto.s3.exceptions import InvalidPart, MalformedXML

    named, kind = (upload.metadata.get(f"x-amz-checksum-{what}") for what in ("algorithm", "type"))
    algorithm, kind = named or DEFAULT, kind or default_type(named)
    md5, checksums, used = hashlib.md5(usedforsecurity=False), bytearray(), {}
    with contextlib.ExitStack() as failed:
        file = failed.enter_context(tempfile.TemporaryFile())
        for number, etag in body:
            part = upload.parts.get(number)
            if part is None or part.etag.strip('"') != etag.replace('"', ""):
                raise InvalidPart()
            used[number] = part
            md5.update(bytes.fromhex(part.etag.strip('"')))
            if named:
                checksums += checksum_of_part(part, algorithm)
            _copy(part, file.write)
        if not used:
            raise MalformedXML
        file.flush()
        etag, size = f"{md5.hexdigest()}-{len(used)}", file.tell()
        composite = kind == "COMPOSITE"
        found = compute_checksum(bytes(checksums) if composite else _pieces_of(file), algorithm).decode()
        _require_expected(algorithm, found)
        failed.pop_all()
    upload.metadata["x-amz-checksum-algorithm"] = algorithm  # from where moto knows it
    unused = [part for number, part in upload.parts.items() if number not in used]
    upload.parts, upload.partlist = used, sorted(used)
    for part in unused:
        part.dispose()
    return Stored.of(file, size, etag), etag, (kind, found, len(used) if composite else 1)


def checksum_of_part(part: Any, algorithm: str) -> bytes:
    """The checksum of a part that moto keeps, which is computed once."""
    if part.checksum_algorithm != algorithm:
        digest = CHECKSUMS[algorithm]()
        _copy(part, digest.update)
        part.checksum_value, part.checksum_algorithm = base64.b64encode(digest.digest()).decode(), algorithm
    return base64.b64decode(part.checksum_value)


def _copy(part: Any, take: Callable[[bytes], object]) -> None:
    with part.lock:
        for piece in _pieces_of(part._value_buffer):
            take(piece)


def _pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _require_expected(algorithm: str, checksum: str) -> None:
    expected = _expected.get().get(f"x-amz-checksum-{algorithm.lower()}")
    if expected is not None and expected.partition("-")[0] != checksum:
        message = f"The {algorithm} you specified did not match the calculated checksum."
        raise ApiError("BadDigest", message, 400)
