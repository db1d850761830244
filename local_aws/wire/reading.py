"""One reading of a request: from its target and headers to what is judged and handed on, decoded once.

What could be read in two ways is refused: escapes that are none, bytes that are no UTF-8 (overlong forms among them),
NUL, and, where no key of S3 is meant, a path that another reader would shorten or split.
Sources: RFC 3986, "Percent-Encoding" and "Remove Dot Segments"; S3's error `InvalidURI`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from local_aws.call import ApiError
from local_aws.wire.model import Request
from local_aws.wire.query import query

_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_PLAIN = re.compile(r"//|%2[fF]|%5[cC]|\\|/(\.|%2[eE]){1,2}(/|$)")
_TAGS_OF_AN_ARN = re.compile(r"/tags/arn(?::|%3A)[A-Za-z0-9_.:%-]+")


def read(method: str, target: str, headers: Iterable[tuple[str, str]]) -> Request:
    """The request that a method, a target and its headers make; a header given twice is a list.

    Names with an underscore are S3's metadata or nobody's.

    Raises:
        ApiError: `InvalidURI`.
    """
    path, _, raw_query = target.partition("?")
    for part in (path, raw_query):
        _require_text(part)
    named: dict[str, str] = {"content-type": ""}
    for name, value in headers:
        if "_" not in name or name.startswith("x-amz-meta-"):
            named[name] = f"{named[name]},{value}" if named.get(name) else value
    return Request(method, path, query(raw_query), named, raw_query=raw_query)


def require_plain_path(request: Request) -> None:
    """Raise where a path has other than plain segments, as the keys of S3 alone may have.

    One segment that is an ARN may have slashes in it, encoded: the tags of Scheduler's groups have such an address,
    and no service of moto's here is addressed by a path.

    Raises:
        ApiError: `InvalidURI`.
    """
    path = request.path
    if _TAGS_OF_AN_ARN.fullmatch(path):
        path = path.replace("%2F", "")
    if _NOT_PLAIN.search(path):
        raise _invalid()


def _require_text(part: str) -> None:
    if "%" not in part:
        return
    if _NO_ESCAPE.search(part):
        raise _invalid()
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _invalid() from error
    if "\0" in text:
        raise _invalid()


def _invalid() -> ApiError:
    return ApiError("InvalidURI", "Couldn't parse the specified URI.", 400)
