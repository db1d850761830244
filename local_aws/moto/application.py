"""A service of moto's as an application: a request goes to moto's handler, and what that gives is the answer.

Moto's own server does so with Flask, whose import and whose work at each request nothing here has a use for: which
handler is meant is known before.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, overload

from botocore.exceptions import ClientError
from moto.core.request import Request
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from local_aws.moto.contents import HEADERS

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_Handler = Callable[[Request, str, Any], Any]
_STATUS_LINES = {status.value: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}


def application(service: str) -> WsgiApp:
    """The application of a service by moto's name for it ("s3", "servicequotas").

    It raises what moto's handler raises, apart from errors of HTTP and of botocore, which are answers.
    """
    if service == "s3":
        from local_aws.moto.s3_response import S3Response

        by_path = {
            "/": S3Response.bucket_dispatch,
            "/bucket": S3Response.ambiguous_dispatch,
            "/bucket/key": S3Response.key_dispatch,
        }
        return lambda environ, start_response: _answer(by_path[environ["PATH_INFO"]], environ, start_response)
    paths: dict[str, _Handler] = importlib.import_module(f"moto.{service}.urls").url_paths
    handler = next(paths[path] for path in ("{0}/$", "{0}/") if path in paths)
    return lambda environ, start_response: _answer(handler, environ, start_response)


class _Headers(Mapping[str, str]):
    """The headers of a request as moto's handlers ask for them: by a name in any case; they go through them often.

    Args:
        named: by their names in lower case.
    """

    def __init__(self, named: Mapping[str, str]):
        self._named = named

    def __getitem__(self, name: str) -> str:
        return self._named[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._named

    def __len__(self) -> int:
        return len(self._named)

    def __iter__(self) -> Iterator[str]:
        return iter(self.titled)

    @cached_property
    def titled(self) -> dict[str, str]:
        """All of them, by their names as moto tells them on."""
        # A name with an underscore is metadata of S3's, which goes out as it came in.
        return {name if "_" in name else name.title(): value for name, value in self._named.items()}

    def beside(self, **named: str) -> _Headers:
        """These, with some more."""
        return _Headers({**self._named, **named})

    def keys(self) -> KeysView[str]:
        """Their names."""
        return self.titled.keys()

    def items(self) -> ItemsView[str, str]:
        """Their names and values."""
        return self.titled.items()

    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str, default: Any) -> Any: ...
    def get(self, name: str, default: Any = None) -> Any:
        """A header's value."""
        return self._named.get(name.lower(), default)


class _Request(Request):
    """A request as moto's handlers want one; what they ask for again and again is made once."""

    from_wsgi_server = True  # the answer's date is put in by who sends it

    def __init__(self, environ: dict[str, Any]):
        super().__init__(environ)
        self.headers = _Headers(environ[HEADERS])  # type: ignore[assignment] # all that moto and werkzeug ask of it

    @cached_property
    def raw_path(self) -> str:
        """The path as it arrived."""
        path: str = self.environ["RAW_URI"]
        return path

    @cached_property
    def raw_url(self) -> str:
        """The whole address as it arrived."""
        query = self.environ["QUERY_STRING"]
        return f"http://{self.headers['host']}{self.raw_path}{'?' if query else ''}{query}"

    @cached_property
    def url(self) -> str:
        """The same: here it is never decoded."""
        return self.raw_url


def _answer(handler: _Handler, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    request = _Request(environ)
    environ["werkzeug.request"] = request
    try:
        answered = handler(request, request.raw_url, dict(request.headers.items()))
    except ClientError as error:
        answered = 400, {}, error.response["Error"]["Message"]
    except HTTPException as error:
        return error.get_response(environ)(environ, start_response)
    status, headers, content = answered if len(answered) == 3 else (200, {}, answered)
    if isinstance(content, str):
        content = content.encode()
    status, bodiless = int(status), request.method == "HEAD"
    told = {name.lower(): (name, str(value)) for name, value in headers.items()}
    if "location" in told:
        name, value = told["location"]
        told["location"] = name, iri_to_uri(value)
    told.setdefault("content-type", ("Content-Type", "text/html; charset=utf-8"))
    if status == 204 or status == 304:
        told.pop("content-length", None)
        bodiless = True
    elif isinstance(content, bytes) and not (bodiless and "content-length" in told):
        told["content-length"] = "Content-Length", str(len(content))
    start_response(_STATUS_LINES.get(status) or f"{status} UNKNOWN", list(told.values()))
    return () if bodiless else [content] if isinstance(content, bytes) else content
