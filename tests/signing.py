"""Requests signed by botocore's own signers, for tests that send what no SDK would."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_aws import ADMIN_ACCESS_KEY, REGION


def signed_headers(
    endpoint_url: str,
    secret: str,
    service: str,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    key: str = ADMIN_ACCESS_KEY,
    token: str | None = None,
    region: str = REGION,
) -> dict[str, str]:
    """The headers of a request with those that sign it."""
    request = AWSRequest(method, endpoint_url + path, dict(headers or {}), body)
    # What S3's signer would hash itself, with a signature over other than the hash where a test says so.
    request.context["payload_signing_enabled"] = True
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    given = request.headers.get("X-Amz-Content-SHA256")
    auth = signer(Credentials(key, secret, token), service, region)
    if given is not None:
        auth.payload = lambda _: given
    auth.add_auth(request)
    return dict(request.headers.items())


def send(
    endpoint_url: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """A request without any SDK; gives status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(endpoint_url).netloc, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
