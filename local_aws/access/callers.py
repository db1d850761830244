"""Who calls: from a request's signature to a principal.

The access key says it all: the fixed administrator's, one that STS or a service has handed out, or an IAM
user's. Signatures are not verified; what keeps strangers out is that the server listens on the loopback alone
and that `refuse_web_pages` lets no page in a browser of this machine act here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local_aws import ACCOUNT, ADMIN_ACCESS_KEY, REGION, wire
from local_aws.access.iam_reader import IamReader
from local_aws.access.identity import Identities
from local_aws.call import ApiError, Call, Principal

ADMIN = Principal(f"arn:aws:iam::{ACCOUNT}:user/administrator", "admin", "AIDALOCALAWSADMIN000")
ANONYMOUS = Principal("anonymous", "anonymous", "ANONYMOUS")

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_OWN_HOSTS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
_EXPIRED_TOKEN = {"s3", "sts", "iam"}
"""Services whose code for an expired token has no `Exception` at its end."""


@dataclass(frozen=True)
class Signature:
    """What a request was signed with and for; an unsigned one has no access key, a long-lived key no token."""

    access_key: str | None
    region: str
    service: str
    token: str | None = None


def signature(request: wire.Request) -> Signature:
    """Access key, region and service that a request is signed for; an unsigned one can only mean S3.

    Raises:
        ApiError: a presigned URL that has run out or whose dates are none.
    """
    query = request.query
    token = request.headers.get("x-amz-security-token") or query.get("X-Amz-Security-Token")
    text = request.headers.get("authorization") or f"Credential={query.get('X-Amz-Credential', '')}"
    found = _CREDENTIAL.search(text)
    if found:
        if "X-Amz-Expires" in query:
            _check_unexpired(query.get("X-Amz-Date", ""), query["X-Amz-Expires"])
        return Signature(found.group(1), found.group(2), found.group(3), token)
    if "AWSAccessKeyId" in query and "Expires" in query:
        _check_unexpired(None, query["Expires"])
        return Signature(query["AWSAccessKeyId"], REGION, "s3", query.get("x-amz-security-token"))
    return Signature(None, REGION, "s3")


def _check_unexpired(signed: str | None, seconds: str) -> None:
    """Of a presigned URL: so many seconds after its date, or after 1970 where it has none (signature version 2)."""
    try:
        start = datetime.fromtimestamp(0, UTC) if signed is None else datetime.strptime(signed + "+0000", _SIGNED_AT)
        until = start + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError) as error:
        message = f"X-Amz-Date or X-Amz-Expires is not what it should be: {error}"
        raise ApiError("AuthorizationQueryParametersError", message, 400) from error
    now = datetime.now(UTC)
    if until < now:
        members = {"Expires": until.strftime(_STAMP), "ServerTime": now.strftime(_STAMP)}
        raise ApiError("AccessDenied", "Request has expired", 403, **members)


_SIGNED_AT, _STAMP = "%Y%m%dT%H%M%SZ%z", "%Y-%m-%dT%H:%M:%SZ"


def refuse_web_pages(request: wire.Request, service: str) -> None:
    """Let no web page act here: a browser sends its requests to the loopback as readily as to any other address.

    A page may read from S3 (a picture by its presigned URL); all else that a browser sends for a page of another
    origin is refused, and so is a request under a name that isn't the loopback's (DNS rebinding).

    Raises:
        ApiError: `AccessDenied`.
    """
    headers = request.headers
    if not _OWN_HOSTS.fullmatch(headers.get("host", "127.0.0.1")):
        raise ApiError("AccessDenied", f"this server does not answer as {headers['host']}", 403)
    foreign = "origin" in headers or headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    if foreign and not (service == "s3" and request.method in {"GET", "HEAD"}):
        raise ApiError("AccessDenied", "a page in a browser may only read from S3 here", 403)


class Callers:
    """Tells principals by their access keys."""

    def __init__(self, identities: Identities, iam: IamReader):
        self._identities, self._iam = identities, iam

    def call(self, api: wire.Api, operation: str, request: wire.Request, signed: Signature, request_id: str) -> Call:
        """The call that a request is, with its caller.

        Raises:
            ApiError: an access key that is unknown or whose session has ended.
        """
        return Call(
            service=api.name,
            operation=operation,
            principal=self._principal(api, signed),
            region=signed.region,
            account=ACCOUNT,
            request_id=request_id,
            trace_header=request.headers.get("x-amzn-trace-id"),
            source_ip="127.0.0.1",
        )

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


def _unknown_key(api: wire.Api) -> ApiError:
    if api.name == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return ApiError("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    code = "InvalidClientTokenId" if api.protocol == "query" else "UnrecognizedClientException"
    return ApiError(code, message, _status(api))


def _status(api: wire.Api) -> int:
    return 400 if api.protocol == "json" else 403
