"""Who calls: from a request's signature to a principal.

The access key says who: the administrator, whose secret is made anew for each server, somebody to whom STS or a
service has handed one out, or an IAM user. The signature says that it is really they. A page in a browser is nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from local_aws import ACCOUNT, ADMIN_ACCESS_KEY, wire
from local_aws.access.iam_reader import IamReader
from local_aws.access.identity import Identities
from local_aws.access.signature import Signature, moment_of, signature, verify
from local_aws.call import ApiError, Call, Principal

ADMIN = Principal(f"arn:aws:iam::{ACCOUNT}:user/administrator", "admin", "AIDALOCALAWSADMIN000")
ANONYMOUS = Principal("anonymous", "anonymous", "ANONYMOUS")

_OWN_HOSTS = re.compile(r"((sync-)?(127\.0\.0\.1|localhost)|\[::1\])(:\d{1,5})?", re.IGNORECASE)
"""What stands before the host of TestState and StartSyncExecution counts where somebody has given it this address."""
_EXPIRED_TOKEN = {"s3", "sts", "iam"}
"""Services whose code for an expired token has no `Exception` at its end."""


def refuse_web_pages(request: wire.Request) -> None:
    """Let no web page act here: a browser sends its requests to the loopback as readily as to any other address.

    Whatever a browser marks as its own is refused, and so is a request under a name that isn't the loopback's (DNS
    rebinding). What is left to a page is to show an object of S3 by a URL that somebody signed for it.

    Raises:
        ApiError: `AccessDenied`.
    """
    headers = request.headers
    if not _OWN_HOSTS.fullmatch(headers.get("host", "")):
        raise ApiError("AccessDenied", f"this server does not answer as {headers.get('host', 'nobody')}", 403)
    from_browser = "origin" in headers or "referer" in headers or any(name.startswith("sec-fetch-") for name in headers)
    if from_browser and not _is_presigned_read(request):
        raise ApiError("AccessDenied", "a page in a browser may only show objects of S3 by presigned URLs here", 403)


def _is_presigned_read(request: wire.Request) -> bool:
    try:
        signed = signature(request)
    except ApiError:
        return False
    return signed.presigned and signed.service == "s3" and request.method in {"GET", "HEAD"}


_HEADERS = {"user-agent": "aws:UserAgent", "referer": "aws:Referer"}
_AUTH_TYPES = {
    "header": "REST-HEADER",
    "query": "REST-QUERY-STRING",
    "query-v2": "REST-QUERY-STRING",
    "form": "POST",
    "form-v2": "POST",
}


class Callers:
    """Tells principals by their access keys, and whether it is they.

    Args:
        admin_secret: what the administrator signs with.
        user_secret: gives the secret of an IAM user's access key, None for nobody's.
    """

    def __init__(
        self, identities: Identities, iam: IamReader, admin_secret: str, user_secret: Callable[[str], str | None]
    ):
        self._identities, self._iam = identities, iam
        self._admin_secret, self._user_secret = admin_secret, user_secret

    def call(self, api: wire.Api, operation: str, request: wire.Request, signed: Signature, request_id: str) -> Call:
        """The call that a request is, with its caller.

        Raises:
            ApiError: an access key that is unknown or whose session has ended, a signature that isn't the key's.
        """
        principal = self._principal(api, signed)
        if signed.access_key is not None:
            secret = self.secret_of(signed)
            if not secret:
                raise _unknown_key(api)
            verify(api, signed, secret, request)
        return Call(
            service=api.name,
            operation=operation,
            principal=principal,
            region=signed.region,
            account=ACCOUNT,
            request_id=request_id,
            trace_header=request.headers.get("x-amzn-trace-id"),
            source_ip="127.0.0.1",
            keys=_keys(api, signed, request),
        )

    def secret_of(self, signed: Signature) -> str:
        """What the holder of an access key signs with; empty for nobody's key."""
        key = signed.access_key
        if key is None or key == ADMIN_ACCESS_KEY:
            return self._admin_secret if key else ""
        temporary = self._identities.find(key)
        return (temporary[1].secret_key if temporary else self._user_secret(key)) or ""

    def _principal(self, api: wire.Api, signed: Signature) -> Principal:
        key = signed.access_key
        if key == ADMIN_ACCESS_KEY:
            return ADMIN
        if key is None:
            return ANONYMOUS
        temporary = self._identities.find(key)
        if temporary is not None:
            principal, credentials = temporary
            if signed.token != credentials.token:
                raise _unknown_key(api)
            if credentials.expiration < datetime.now(UTC):
                code = "ExpiredToken" if api.name in _EXPIRED_TOKEN else "ExpiredTokenException"
                raise ApiError(code, "The security token included in the request is expired", _status(api))
            return principal
        user = self._iam.user_of_key(key)
        if user is None:
            raise _unknown_key(api)
        context = {"aws:username": user.name, "access_key": key}
        return Principal(user.arn, "user", user.user_id, context=context)


def _keys(api: wire.Api, signed: Signature, request: wire.Request) -> dict[str, str]:
    """The condition keys that tell how a request was sent; `s3:signatureAge` is in milliseconds."""
    known = {key: request.headers[name] for name, key in _HEADERS.items() if name in request.headers}
    if api.name == "s3" and signed.kind in _AUTH_TYPES:
        known["s3:authType"] = _AUTH_TYPES[signed.kind]
        known["s3:TlsVersion"] = "1.3"  # the loopback stands for TLS, see aws:SecureTransport
        signed_at = moment_of(signed.stamp)
        if signed_at is not None:
            known["s3:signatureAge"] = str(max(0, int((datetime.now(UTC) - signed_at).total_seconds() * 1000)))
    return known


def _unknown_key(api: wire.Api) -> ApiError:
    if api.name == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return ApiError("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    code = "InvalidClientTokenId" if api.protocol == "query" else "UnrecognizedClientException"
    return ApiError(code, message, _status(api))


def _status(api: wire.Api) -> int:
    return 400 if api.protocol == "json" else 403
