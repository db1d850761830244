"""The content of an object as it comes in: read to a file, and held against what was signed and announced.

The body is the content itself, or comes in chunks of S3's own that are signed each, or not at all, with a trailer
after the last. The trailer's checksum is verified like one in a header.
Sources: S3 API reference, "Signature Calculations: Transferring Payload in Multiple Chunks" with and without trailing
headers, "Checking object integrity"; the errors are those of its list of error codes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
import re
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, BinaryIO, cast

from local_aws import wire
from local_aws.access.signature import UNSIGNED, Signature, verify_chunk
from local_aws.call import ApiError
from local_aws.gateway.exchange import Exchange, body_errors
from local_aws.http_server import Body
from local_aws.moto.checksums import CHECKSUMS, Digest
from local_aws.moto.contents import PIECE, Stored

MOST = 5 << 30
"""The bytes of an object that is put at once, and of a part."""
_CHECKSUM, _ALGORITHM = "x-amz-checksum-", "x-amz-sdk-checksum-algorithm"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?\r\n")
_STREAMING = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": (True, False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": (True, True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": (False, True),
}
"""The kinds of transfer in chunks: whether each is signed, and whether a trailer follows."""
_TRAILER_BYTES = 4096
_PIECES_AHEAD = 4
_WORTH_A_THREAD = 256 << 10
"""The bytes whose hash takes longer than to wake a thread for it."""


def received(exchange: Exchange, signed: Signature, secret: str) -> wire.Request:
    """The request with its content read, its headers those of the content as it is.

    Args:
        secret: what the chunks are signed with, where they are; empty for nobody.

    Raises:
        ApiError: `EntityTooLarge`, `IncompleteBody`, `MissingContentLength`, `BadDigest`, `InvalidDigest`,
            `XAmzContentSHA256Mismatch`, `SignatureDoesNotMatch`.
    """
    request, body = exchange.request, exchange.body
    headers, named = dict(request.headers), request.headers.get("x-amz-content-sha256", UNSIGNED)
    with Content(headers) as content, body_errors():
        if named in _STREAMING:
            _from_chunks(body, signed, secret, headers, content)
        else:
            if body.size is not None and body.size > MOST:
                raise _too_large(body.size)
            while data := body.read(PIECE):
                content.write(data)
        _require_named(named, content.sha256)
        content.require_digests(headers)
        if content.algorithm is not None:
            headers[_ALGORITHM] = content.algorithm  # by which moto knows the checksum that it keeps
        kept = content.kept()
    return wire.Request(request.method, request.path, request.query, headers, kept, request.raw_query)


def require_document(operation: str, request: wire.Request) -> None:
    """Raise where a body that is a document of S3's isn't what the request's headers say of it.

    Raises:
        ApiError: `XAmzContentSHA256Mismatch`, `InvalidArgument`, `BadDigest`, `InvalidDigest`, `InvalidRequest`.
    """
    named = request.headers.get("x-amz-content-sha256", UNSIGNED)
    _require_named(named, lambda: hashlib.sha256(request.body).hexdigest())
    if operation == "CompleteMultipartUpload":  # its checksum is the object's
        return
    with Content(request.headers) as content:
        content.write(request.body)
        content.require_digests(request.headers)


def require_algorithm(algorithm: str) -> None:
    """Raise unless S3 has a checksum of this name.

    Raises:
        ApiError: `InvalidRequest`.
    """
    if algorithm not in CHECKSUMS:
        message = (
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            f"[{', '.join(CHECKSUMS)}]"
        )
        raise ApiError("InvalidRequest", message, 400)


def _require_named(named: str, hashed: Callable[[], str]) -> None:
    if named == UNSIGNED or named in _STREAMING:
        return
    if not _SHA256.fullmatch(named):
        message = (
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
        )
        members = {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": named}
        raise ApiError("InvalidArgument", message, 400, **members)
    found = hashed()
    if found != named:
        raise ApiError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            400,
            ClientComputedContentSHA256=named,
            S3ComputedContentSHA256=found,
        )


class Content:
    """What comes in of an object: in memory up to a piece, else in a file; closed where it isn't kept."""

    def __init__(self, headers: Mapping[str, str]):
        self._file: IO[bytes] = io.BytesIO()
        self._size, self._is_kept = 0, False
        self._md5 = _Aside(hashlib.md5(usedforsecurity=False))
        told = (*headers, *headers.get("x-amz-trailer", "").lower().replace(" ", "").split(","))
        named = {name.removeprefix(_CHECKSUM).upper() for name in told if name.startswith(_CHECKSUM)}
        self._checksums = {name: made() for name, made in CHECKSUMS.items() if name in named}
        self._sha256 = hashlib.sha256() if _SHA256.fullmatch(headers.get("x-amz-content-sha256", "")) else None

    def __enter__(self) -> Content:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_kept:
            self._file.close()

    @property
    def size(self) -> int:
        """Its bytes so far."""
        return self._size

    def write(self, data: bytes) -> None:
        """Take in what comes next.

        Raises:
            ApiError: `EntityTooLarge`.
            OSError: there is no room for it.
        """
        self._size += len(data)
        if self._size > MOST:
            raise _too_large(self._size)
        if self._size > PIECE and isinstance(self._file, io.BytesIO):
            begun = self._file.getvalue()
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever keeps it, or at the end
            self._file.write(begun)
        self._file.write(data)
        for digest in (self._md5, self._sha256, *self._checksums.values()):
            if digest is not None:
                digest.update(data)

    def sha256(self) -> str:
        """Its hash, where the headers name one."""
        return self._sha256.hexdigest() if self._sha256 else ""

    def require_digests(self, headers: Mapping[str, str]) -> None:
        """Raise where it isn't what a digest in the headers says.

        Raises:
            ApiError: `BadDigest`, `InvalidDigest`, `InvalidRequest`.
        """
        if "content-md5" in headers:
            md5 = _decoded(headers["content-md5"])
            if md5 is None or len(md5) != 16:
                raise ApiError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
            if md5 != self._md5.digest():
                raise ApiError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
        if len(self._checksums) > 1:
            message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            raise ApiError("InvalidRequest", message, 400)
        self._require_algorithm(headers.get(_ALGORITHM))
        for name, checksum in self._checksums.items():
            header = f"{_CHECKSUM}{name.lower()}"
            given = _decoded(headers.get(header, ""))
            if given is None or len(given) != len(checksum.digest()):
                raise ApiError("InvalidRequest", f"Value for {header} header is invalid.", 400)
            if given != checksum.digest():
                message = f"The {name} you specified did not match the calculated checksum."
                raise ApiError("BadDigest", message, 400)

    def _require_algorithm(self, algorithm: str | None) -> None:
        """Raise unless the checksum is by the algorithm that was announced, where one was."""
        if algorithm is None:
            return
        require_algorithm(algorithm)
        if not self._checksums:
            message = (
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                "headers were found."
            )
            raise ApiError("InvalidRequest", message, 400)
        if algorithm not in self._checksums:
            raise ApiError("InvalidRequest", f"Value for {_ALGORITHM} header is invalid.", 400)

    @property
    def algorithm(self) -> str | None:
        """By which algorithm it comes with a checksum, if it does."""
        return next(iter(self._checksums), None)

    def kept(self) -> bytes:
        """The content, for moto to keep: nobody else closes it from now on."""
        self._is_kept = True
        if isinstance(self._file, io.BytesIO):
            return self._file.getvalue()
        self._file.flush()
        return Stored.of(self._file, self._size, self._md5.digest().hex())


class _Aside:
    """A hash that another thread computes while more of a large content comes in: MD5 takes as long as the rest.

    Some pieces may wait for it. Were it one, both threads would sleep and wake for each piece, often on one processor.
    """

    _threads = ThreadPoolExecutor(os.cpu_count(), "hash")

    def __init__(self, digest: Digest):
        self._digest = digest
        self._waiting: deque[bytes] = deque()
        self._changed, self._is_at_work = threading.Condition(), False

    def update(self, data: bytes) -> None:
        """Take in what comes next."""
        if len(data) < _WORTH_A_THREAD:
            self._wait()
            self._digest.update(data)
            return
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < _PIECES_AHEAD)
            self._waiting.append(data)
            if not self._is_at_work:
                self._threads.submit(self._work)
                self._is_at_work = True

    def digest(self) -> bytes:
        """The hash of all of it."""
        self._wait()
        return self._digest.digest()

    def _wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_at_work)

    def _work(self) -> None:
        while (data := self._next()) is not None:
            self._digest.update(data)

    def _next(self) -> bytes | None:
        """The piece whose turn it is; None where none waits, and this thread's work is done."""
        with self._changed:
            self._is_at_work = bool(self._waiting)
            self._changed.notify()
            return self._waiting.popleft() if self._waiting else None


# ---- in chunks -------------------------------------------------------------------------------------------------


def _from_chunks(body: Body, signed: Signature, secret: str, headers: dict[str, str], content: Content) -> None:
    """Read the content of chunks; what the trailer says is added to the headers, what the chunks need taken out."""
    are_signed, has_trailer = _STREAMING[headers["x-amz-content-sha256"]]
    length = headers.get("x-amz-decoded-content-length", "")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise ApiError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411)
    if int(length) > MOST:
        raise _too_large(int(length))
    if are_signed and signed.kind != "header":
        raise ApiError("AccessDenied", "Access Denied", 403)
    stream, before = cast(BinaryIO, io.BufferedReader(_Raw(body), PIECE)), signed.value
    size = -1
    while size:
        size, signature = _chunk_head(stream, int(length) - content.size)
        hashed = _chunk(stream, size, content)
        if are_signed:
            verify_chunk(signed, secret, "PAYLOAD", before, hashed, signature)
            before = signature
    trailer = _trailer(stream) if has_trailer else {}
    stream.read(_TRAILER_BYTES)
    if content.size != int(length):
        raise _incomplete()
    if are_signed and has_trailer:
        given = trailer.pop("x-amz-trailer-signature", "")
        text = "".join(f"{name}:{value}\n" for name, value in trailer.items())
        verify_chunk(signed, secret, "TRAILER", before, hashlib.sha256(text.encode("latin-1")).hexdigest(), given)
    _adopt(trailer, headers)


def _chunk_head(stream: BinaryIO, most: int) -> tuple[int, str]:
    """Size and signature of the next chunk."""
    found = _CHUNK.fullmatch(stream.readline(256))
    if found is None or int(found.group(1), 16) > most:
        raise _incomplete()
    return int(found.group(1), 16), (found.group(2) or b"").decode()


def _chunk(stream: BinaryIO, size: int, content: Content) -> str:
    """Read a chunk's data and the line's end after it; gives its hash."""
    hashed, left = hashlib.sha256(), size
    while left:
        data = stream.read(min(left, PIECE))
        if not data:
            raise _incomplete()
        hashed.update(data)
        content.write(data)
        left -= len(data)
    if size and stream.read(2) != b"\r\n":
        raise _incomplete()
    return hashed.hexdigest()


def _trailer(stream: BinaryIO) -> dict[str, str]:
    trailer: dict[str, str] = {}
    text = stream.read(_TRAILER_BYTES + 1).decode("latin-1")
    if len(text) > _TRAILER_BYTES:
        raise ApiError("MalformedTrailerError", _MALFORMED_TRAILER, 400)
    for line in re.split(r"\r?\n", text):
        if not line:
            continue
        name, colon, value = line.partition(":")
        if not colon or name.lower() in trailer:
            raise ApiError("MalformedTrailerError", _MALFORMED_TRAILER, 400)
        trailer[name.strip().lower()] = value.strip()
    return trailer


_MALFORMED_TRAILER = (
    "The request contained trailing data that was not well-formed or did not conform to our published schema."
)


def _adopt(trailer: dict[str, str], headers: dict[str, str]) -> None:
    announced = {name.strip().lower() for name in headers.pop("x-amz-trailer", "").split(",") if name.strip()}
    if announced != trailer.keys():
        raise ApiError("MalformedTrailerError", _MALFORMED_TRAILER, 400)
    headers.update(trailer)
    codings = [coding.strip() for coding in headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in codings if coding and coding != "aws-chunked"]
    headers.pop("content-encoding", None)
    if codings:
        headers["content-encoding"] = ",".join(codings)


class _Raw(io.RawIOBase):
    """A body for the standard library's buffered reader."""

    def __init__(self, body: Body):
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _incomplete() -> ApiError:
    message = "The request body terminated unexpectedly"
    return ApiError("IncompleteBody", message, 400)


def _too_large(size: int) -> ApiError:
    members = {"ProposedSize": size, "MaxSizeAllowed": MOST}
    return ApiError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, **members)
