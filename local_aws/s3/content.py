"""The content of an object as it comes in: read, and held against what was signed and announced.

The body is the content itself, or comes in chunks of S3's own that are signed each, or not at all, with a trailer
after the last. The trailer's checksum is verified like one in a header.
Sources: S3 API reference, "Signature Calculations: Transferring Payload in Multiple Chunks" with and without trailing
headers, "Checking object integrity"; the errors are those of its list of error codes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from local_aws import wire
from local_aws.access.signature import UNSIGNED, Signature, verify_chunk
from local_aws.call import ApiError
from local_aws.gateway.exchange import Exchange, body_errors
from local_aws.http_server import Body

MOST = 5 << 30
"""The bytes of an object that is put at once, and of a part."""
_PIECE = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?\r\n")
_STREAMING = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": (True, False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": (True, True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": (False, True),
}
"""The kinds of transfer in chunks: whether each is signed, and whether a trailer follows."""
_TRAILER_BYTES = 4096
_CHECKSUM = "x-amz-checksum-"


def received(exchange: Exchange, signed: Signature, secret: str) -> wire.Request:
    """The request with its content read, its headers those of the content as it is.

    Args:
        secret: what the chunks are signed with, where they are; empty for nobody.

    Raises:
        ApiError: `EntityTooLarge`, `IncompleteBody`, `MissingContentLength`, `BadDigest`, `InvalidDigest`,
            `XAmzContentSHA256Mismatch`, `SignatureDoesNotMatch`.
    """
    request = exchange.request
    headers, named = dict(request.headers), request.headers.get("x-amz-content-sha256", UNSIGNED)
    if named in _STREAMING:
        content = _from_chunks(exchange.body, request, signed, secret, headers)
    else:
        if exchange.body.size is not None and exchange.body.size > MOST:
            raise _too_large(exchange.body.size)
        with body_errors():
            content = _limited(exchange.body)
    request = wire.Request(request.method, request.path, request.query, headers, content, request.raw_query)
    require_signed_body(request)
    _require_digests(headers, content)
    return request


def require_signed_body(request: wire.Request) -> None:
    """Raise where a body isn't the one whose hash the request's headers name.

    Raises:
        ApiError: `XAmzContentSHA256Mismatch`, `InvalidArgument`.
    """
    named = request.headers.get("x-amz-content-sha256", UNSIGNED)
    if named == UNSIGNED or named in _STREAMING:
        return
    if not _SHA256.fullmatch(named):
        message = (
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
        )
        members = {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": named}
        raise ApiError("InvalidArgument", message, 400, **members)
    found = hashlib.sha256(request.body).hexdigest()
    if found != named:
        raise ApiError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            400,
            ClientComputedContentSHA256=named,
            S3ComputedContentSHA256=found,
        )


def _limited(body: Body) -> bytes:
    content = io.BytesIO()
    while data := body.read(_PIECE):
        content.write(data)
        if content.tell() > MOST:
            raise _too_large(content.tell())
    return content.getvalue()


# ---- in chunks -------------------------------------------------------------------------------------------------


def _from_chunks(body: Body, request: wire.Request, signed: Signature, secret: str, headers: dict[str, str]) -> bytes:
    """The content of chunks; what the trailer says is added to the headers, what the chunks need taken out."""
    are_signed, has_trailer = _STREAMING[request.headers["x-amz-content-sha256"]]
    length = request.headers.get("x-amz-decoded-content-length", "")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise ApiError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411)
    if int(length) > MOST:
        raise _too_large(int(length))
    if are_signed and signed.kind != "header":
        raise ApiError("AccessDenied", "Access Denied", 403)
    content, stream = io.BytesIO(), cast(BinaryIO, io.BufferedReader(_Raw(body), _PIECE))
    before = signed.value
    with body_errors():
        for data, signature in _chunks(stream, int(length)):
            if are_signed:
                verify_chunk(signed, secret, "PAYLOAD", before, hashlib.sha256(data).hexdigest(), signature)
                before = signature
            content.write(data)
        trailer = _trailer(stream) if has_trailer else {}
        stream.read()
    if content.tell() != int(length):
        raise _incomplete()
    if are_signed and has_trailer:
        given = trailer.pop("x-amz-trailer-signature", "")
        text = "".join(f"{name}:{value}\n" for name, value in trailer.items())
        verify_chunk(signed, secret, "TRAILER", before, hashlib.sha256(text.encode("latin-1")).hexdigest(), given)
    _adopt(trailer, headers)
    return content.getvalue()


def _chunks(stream: BinaryIO, length: int) -> Iterator[tuple[bytes, str]]:
    """The data and the signature of each chunk, the empty last one included."""
    left = length
    while True:
        found = _CHUNK.fullmatch(stream.readline(256))
        if found is None:
            raise _incomplete()
        size, signature = int(found.group(1), 16), (found.group(2) or b"").decode()
        if size > left:
            raise _incomplete()
        data = stream.read(size)
        left -= size
        yield data, signature
        if not size:
            return
        if len(data) < size or stream.read(2) != b"\r\n":
            raise _incomplete()


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


# ---- digests ---------------------------------------------------------------------------------------------------


def _require_digests(headers: dict[str, str], content: bytes) -> None:
    """Raise where the content isn't what a digest in the headers says. CRC32C and CRC64NVME are taken as they are:
    computing them in Python would take longer than the upload."""
    if "content-md5" in headers:
        md5 = _decoded(headers["content-md5"])
        if md5 is None or len(md5) != 16:
            raise ApiError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
        if not hmac.compare_digest(md5, hashlib.md5(content, usedforsecurity=False).digest()):
            raise ApiError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
    if "x-amz-sdk-checksum-algorithm" in headers and not any(name.startswith(_CHECKSUM) for name in headers):
        message = (
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
            "were found."
        )
        raise ApiError("InvalidRequest", message, 400)
    for name, digest in _DIGESTS.items():
        given = headers.get(f"x-amz-checksum-{name.lower()}")
        if given is None:
            continue
        if (raw := _decoded(given)) is None or len(raw) != len(digest(b"")):
            raise ApiError("InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.", 400)
        if raw != digest(content):
            message = f"The {name} you specified did not match the calculated checksum."
            raise ApiError("BadDigest", message, 400)


_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda content: zlib.crc32(content).to_bytes(4, "big"),
    "SHA1": lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    "SHA256": lambda content: hashlib.sha256(content).digest(),
}


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
