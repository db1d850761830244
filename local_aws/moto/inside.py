"""Moto asked from inside the house, past the front door: for an operation of ours that ends in one of moto's.

A request goes to moto as botocore makes it, and no further. Who may ask has been judged before.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws import wire
from local_aws.call import ApiError
from local_aws.moto.backend import Backends
from local_aws.wire import clients

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse


class Moto:
    """Moto's API in Python."""

    def __init__(self, backends: Backends, region: str):
        self._backends, self._region = backends, region
        self._clients: dict[str, Any] = {}
        self._elsewhere: dict[str, Moto] = {}

    def ask(self, api: str, operation: str, **params: Any) -> dict[str, Any]:
        """Moto's answer to an operation ("create_role") of an API ("iam").

        Raises:
            ApiError: moto's refusal.
        """
        with _refusals():
            answer: dict[str, Any] = getattr(self._client(api), operation)(**params)
        answer.pop("ResponseMetadata")
        return answer

    def ask_for_all(self, api: str, operation: str, **params: Any) -> dict[str, Any]:
        """Moto's answer to an operation that comes in pages, put together.

        Raises:
            ApiError: moto's refusal.
        """
        with _refusals():
            answer: dict[str, Any] = self._client(api).get_paginator(operation).paginate(**params).build_full_result()
        return answer

    def in_region(self, region: str) -> Moto:
        """The same in another region."""
        if region not in self._elsewhere:
            self._elsewhere[region] = self if region == self._region else Moto(self._backends, region)
        return self._elsewhere[region]

    def _client(self, api: str) -> Any:
        if api not in self._clients:
            client = clients.session().create_client(
                api,
                region_name=self._region,
                endpoint_url="http://127.0.0.1",
                aws_access_key_id="inside",
                aws_secret_access_key="inside",
                config=clients.config(
                    retries={"total_max_attempts": 1}, parameter_validation=False, inject_host_prefix=False
                ),
            )
            client.meta.events.register("before-send", functools.partial(self._send, wire.api_for(api)))
            # A policy's text is handed on as it is.
            from botocore.handlers import json_decode_policies

            client.meta.events.unregister("after-call.iam", json_decode_policies)
            self._clients[api] = client
        return self._clients[api]

    def _send(self, api: wire.Api, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        from botocore.awsrequest import AWSResponse, HeadersDict

        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        target = request.url.removeprefix("http://127.0.0.1")
        sent = wire.read(request.method, target, [("host", "127.0.0.1"), *headers.items()])
        sent.body = _bytes(request.body)
        found = api.route(sent)
        if found is None:
            raise ValueError(f"botocore made a request of {api.name} that is none: {request.method} {target}")
        operation, path_values = found
        told = wire.restated(operation, sent, path_values)
        started: list[Any] = []
        chunks = self._backends.answer(
            api,
            operation.name,
            told,
            lambda status, answered, exc_info=None: started.extend((status, answered)),
            region=self._region,
            access_key=None,
        )
        data = b"".join(chunks)
        status, answered = started
        return AWSResponse(request.url, int(status.split()[0]), HeadersDict(dict(answered)), _Raw(data))


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        found, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        raise ApiError(found["Code"], found["Message"], status) from error


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes | bytearray):
        return bytes(body or b"")
    return body.encode() if isinstance(body, str) else body.read()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Raw:
    """A body as botocore reads one."""

    def __init__(self, data: bytes):
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data
