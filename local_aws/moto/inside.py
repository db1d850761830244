"""Moto asked from inside the house, past the front door: for an operation of ours that ends in one of moto's.

A request goes to moto's application as botocore makes it, and no further. Who may ask has been judged before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.test import Client as WsgiClient

from local_aws.call import ApiError
from local_aws.moto.backend import WsgiApp


class Moto:
    """Moto's API in Python."""

    def __init__(self, application: WsgiApp, region: str):
        self._application, self._region = WsgiClient(application), region
        self._session = botocore.session.Session()
        self._clients: dict[str, Any] = {}

    def ask(self, api: str, operation: str, **params: Any) -> dict[str, Any]:
        """Moto's answer to an operation ("create_role") of an API ("iam").

        Raises:
            ApiError: moto's refusal.
        """
        try:
            answer = getattr(self._client(api), operation)(**params)
        except ClientError as error:
            found, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise ApiError(found["Code"], found["Message"], status) from error
        answer.pop("ResponseMetadata")
        return answer

    def _client(self, api: str) -> Any:
        if api not in self._clients:
            client = self._session.create_client(
                api,
                region_name=self._region,
                endpoint_url="http://127.0.0.1",
                aws_access_key_id="inside",
                aws_secret_access_key="inside",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, inject_host_prefix=False),
            )
            client.meta.events.register("before-send", self._send)
            # A policy's text is handed on as it is.
            client.meta.events.unregister("after-call.iam", botocore.handlers.json_decode_policies)
            self._clients[api] = client
        return self._clients[api]

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        answer = self._application.open(
            request.url,
            method=request.method,
            headers={name: _text(value) for name, value in request.headers.items()},
            data=request.body,
        )
        return AWSResponse(request.url, answer.status_code, HeadersDict(dict(answer.headers)), _Raw(answer.data))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Raw:
    """A body as botocore reads one."""

    def __init__(self, data: bytes):
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data
