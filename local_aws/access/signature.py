"""Signatures: what a request was signed with and for, and whether it was really signed so.

Signature version 4 in a header, in a query (a presigned URL) and over the chunks of a body; for S3 also version 2
in a query, which boto3 presigns with in us-east-1 unless it is told otherwise. What is not one plain signature is
refused before anything else is read in it.
Sources: IAM user guide, "Create a signed AWS API request"; S3 API reference, "Authenticating Requests" (version 4
and 2, their pages on the header, the query, and the transfer in chunks); the errors are those that users report.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import HmacV1Auth

from local_aws import REGION, wire
from local_aws.call import ApiError

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()

_WEEK = 7 * 24 * 3600
_STAMP, _ISO = "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"
_DIGITS = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_CREDENTIAL = re.compile(r"([^/\s]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_QUERY_PARTS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
_IN_QUERY = {*_QUERY_PARTS, "X-Amz-Security-Token", "X-Amz-Content-Sha256"}
_V2_IN_QUERY = {"AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token"}
_NEVER_SIGNED = "x-amz-user-agent"
_PRESIGNED_EARLY = timedelta(minutes=15)
_MISMATCH = "The request signature we calculated does not match the signature you provided. "
_UNSUPPORTED = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
_ONE_MECHANISM = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
    "or the Authorization header should be specified"
)


@dataclass(frozen=True)
class Signature:
    """What a request was signed with and for; an unsigned one has no access key, a long-lived key no token.

    `scope` is `date/region/service/aws4_request`, `stamp` the time in the form of X-Amz-Date. `expires` is in seconds
    after that, and of version 2 in seconds since 1970. `policy` is a form's, in base64 as it was posted.
    """

    access_key: str | None
    region: str
    service: str
    token: str | None = None
    kind: Literal["none", "header", "query", "query-v2", "form", "form-v2"] = "none"
    scope: str = ""
    stamp: str = ""
    signed_headers: tuple[str, ...] = ()
    value: str = ""
    expires: int = 0
    policy: str = ""

    @property
    def presigned(self) -> bool:
        """Whether the signature is part of the URL."""
        return self.kind in {"query", "query-v2"}


# ---- reading -----------------------------------------------------------------------------------------------


def signature(request: wire.Request) -> Signature:
    """How a request is signed; one that isn't can only mean S3.

    Raises:
        ApiError: in the words of S3, since no service is known yet: two signatures, or one that is malformed.
    """
    query, header = request.query, request.headers.get("authorization")
    v4, v2 = not _IN_QUERY.isdisjoint(query), "AWSAccessKeyId" in query or "Signature" in query
    if (header is not None) + v4 + v2 > 1:
        raise ApiError("InvalidArgument", _ONE_MECHANISM, 400, ArgumentName="Authorization", ArgumentValue=header or "")
    if header is not None:
        return _from_header(header, request)
    if v4:
        return _from_query(request)
    if v2:
        return _from_v2_query(request)
    return Signature(None, REGION, "s3")


def _from_header(header: str, request: wire.Request) -> Signature:
    algorithm, _, rest = header.strip().partition(" ")
    if algorithm != ALGORITHM:
        if algorithm == "AWS":
            raise ApiError("InvalidRequest", _UNSUPPORTED, 400)
        members = {"ArgumentName": "Authorization", "ArgumentValue": header}
        raise ApiError("InvalidArgument", "Unsupported Authorization Type", 400, **members)
    parts: dict[str, str] = {}
    for item in rest.split(","):
        name, equals, value = item.strip().partition("=")
        if not equals or name in parts or name not in {"Credential", "SignedHeaders", "Signature"}:
            raise _malformed(f"the header must have Credential, SignedHeaders and Signature, each once, not {name!r}")
        parts[name] = value
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not parts.get(name):
            raise _malformed(
                f"the authorization header requires Credential, SignedHeaders, and Signature; {name} is missing"
            )
    credential = _CREDENTIAL.fullmatch(parts["Credential"])
    if credential is None:
        raise _malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')
    return Signature(
        access_key=credential.group(1),
        region=credential.group(3),
        service=credential.group(4),
        token=request.headers.get("x-amz-security-token"),
        kind="header",
        scope=parts["Credential"].partition("/")[2],
        stamp=_stamp(request.headers),
        signed_headers=tuple(parts["SignedHeaders"].split(";")),
        value=parts["Signature"],
    )


def _stamp(headers: Mapping[str, str]) -> str:
    """When a request says that it was signed, in the form of X-Amz-Date; empty where it doesn't say."""
    if "x-amz-date" in headers:
        return headers["x-amz-date"]
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC).strftime(_STAMP)
    except (KeyError, ValueError, TypeError):
        return headers.get("date", "")


def _from_query(request: wire.Request) -> Signature:
    query = request.query
    for name in _IN_QUERY:
        if len(query.all(name)) > 1:
            raise _bad_query(f"{name} must be given once")
    if any(not query.get(name) for name in _QUERY_PARTS):
        raise _bad_query(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _bad_query(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    credential = _CREDENTIAL.fullmatch(query["X-Amz-Credential"])
    if credential is None:
        raise _bad_query(
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; "
            'expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        )
    if moment_of(query["X-Amz-Date"]) is None:
        raise _bad_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    if "x-amz-security-token" in request.headers and "X-Amz-Security-Token" in query:
        raise _bad_query("X-Amz-Security-Token must be given once")
    return Signature(
        access_key=credential.group(1),
        region=credential.group(3),
        service=credential.group(4),
        token=query.get("X-Amz-Security-Token") or request.headers.get("x-amz-security-token"),
        kind="query",
        scope=query["X-Amz-Credential"].partition("/")[2],
        stamp=query["X-Amz-Date"],
        signed_headers=tuple(query["X-Amz-SignedHeaders"].split(";")),
        value=query["X-Amz-Signature"],
        expires=_seconds(query["X-Amz-Expires"]),
    )


def _seconds(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise _bad_query("X-Amz-Expires should be a number")
    if int(text) < 0:
        raise _bad_query("X-Amz-Expires must be non-negative")
    if int(text) > _WEEK:
        raise _bad_query(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{_WEEK} seconds"
        )
    return int(text)


def _from_v2_query(request: wire.Request) -> Signature:
    query = request.query
    if any(len(query.all(name)) > 1 for name in _V2_IN_QUERY):
        raise ApiError("InvalidArgument", _ONE_MECHANISM, 400)
    if not all(query.get(name) for name in ("AWSAccessKeyId", "Signature", "Expires")):
        message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise ApiError("AccessDenied", message, 403)
    if not re.fullmatch(r"[0-9]{1,18}", query["Expires"]):
        raise ApiError("AccessDenied", f"Invalid date (should be seconds since epoch): {query['Expires']}", 403)
    token = query.get("x-amz-security-token") or request.headers.get("x-amz-security-token")
    return Signature(
        query["AWSAccessKeyId"],
        REGION,
        "s3",
        token,
        "query-v2",
        value=query["Signature"],
        expires=int(query["Expires"]),
    )


def _malformed(why: str) -> ApiError:
    return ApiError("AuthorizationHeaderMalformed", f"The authorization header is malformed; {why}", 400)


def _bad_query(message: str) -> ApiError:
    return ApiError("AuthorizationQueryParametersError", message, 400)


def form_signature(fields: Mapping[str, str]) -> Signature:
    """How a form posted to S3 is signed.

    Args:
        fields: the form's, their names in lower case.

    Raises:
        ApiError: `InvalidArgument`, `AccessDenied` for one that is half signed.
    """
    token, policy = fields.get("x-amz-security-token"), fields.get("policy", "")
    v4 = [name for name in _FORM_PARTS if fields.get(name)]
    v2 = [name for name in ("awsaccesskeyid", "signature") if fields.get(name)]
    if not v4 and not v2:
        return Signature(None, REGION, "s3")
    if v4 and v2:
        raise ApiError("InvalidArgument", _ONE_MECHANISM, 400)
    missing = [name for name in (_FORM_PARTS if v4 else ("awsaccesskeyid", "signature")) if name not in (v4 or v2)]
    if missing or not policy:
        raise _bad_form(f"Bucket POST must contain a field named '{(missing or ['policy'])[0]}'.")
    if v2:
        return Signature(
            fields["awsaccesskeyid"], REGION, "s3", token, "form-v2", "", "", (), fields["signature"], 0, policy
        )
    credential = _CREDENTIAL.fullmatch(fields["x-amz-credential"])
    if fields["x-amz-algorithm"] != ALGORITHM or credential is None or credential.group(4) != "s3":
        raise _bad_form("The x-amz-algorithm or x-amz-credential of the form is not what it should be.")
    if moment_of(fields["x-amz-date"]) is None or fields["x-amz-date"][:8] != credential.group(2):
        raise _bad_form("X-Amz-Date must be formatted via ISO8601 Long format, and of the credential's day")
    return Signature(
        access_key=credential.group(1),
        region=credential.group(3),
        service="s3",
        token=token,
        kind="form",
        scope=fields["x-amz-credential"].partition("/")[2],
        stamp=fields["x-amz-date"],
        value=fields["x-amz-signature"],
        policy=policy,
    )


_FORM_PARTS = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")


def _bad_form(message: str) -> ApiError:
    return ApiError("InvalidArgument", f"{message}  If it is specified, please check the order of the fields.", 400)


# ---- verifying ---------------------------------------------------------------------------------------------


def verify(api: wire.Api, signed: Signature, secret: str, request: wire.Request) -> None:
    """Raise unless a request was signed with a secret, in its time, and with all that matters in it.

    For S3 the body's hash is taken as the request names it; whoever reads the body holds it against that.

    Raises:
        ApiError: in the service's own words.
    """
    if signed.kind == "query-v2":
        _verify_v2(signed, secret, request)
        return
    if signed.kind in {"form", "form-v2"}:
        _verify_policy(signed, secret)
        return
    words = words_of(api)
    if signed.region != REGION and signed.region not in regions():  # a long list, which most never need
        raise words.wrong_region(signed)
    if signed.kind == "query":
        _check_not_expired(words, signed)
    else:
        _check_date(words, signed)
    if signed.scope[:8] != signed.stamp[:8]:
        raise words.wrong_day(signed)
    unsigned = _unsigned_headers(request.headers, signed.signed_headers)
    if unsigned:
        raise words.not_signed(unsigned)
    canonical = _canonical_request(api, signed, request)
    text = _string_to_sign(signed, canonical)
    if not _same(_version_4(secret, signed, text), signed.value):
        raise words.mismatch(signed, text, canonical)


def _verify_policy(signed: Signature, secret: str) -> None:
    """Of a form, the policy as it was posted is what is signed."""
    text = signed.policy.encode()
    if signed.kind == "form-v2":
        expected = _version_2(secret, text)
    else:
        expected = _version_4(secret, signed, text)
    if not _same(expected, signed.value):
        raise _S3.mismatch(signed, text, None)


def verify_chunk(signed: Signature, secret: str, kind: str, before: str, hashed: str, given: str) -> None:
    """Raise unless a chunk of a body, or the trailer after the last, was signed after what came before it.

    Args:
        kind: `PAYLOAD` or `TRAILER`.
        before: the signature before this one; the request's own for the first chunk.
        hashed: SHA-256 of the chunk in hexadecimal; for a chunk, S3 puts the hash of nothing before it.

    Raises:
        ApiError: `SignatureDoesNotMatch`.
    """
    lines = [f"{ALGORITHM}-{kind}", signed.stamp, signed.scope, before, *([EMPTY_SHA256] * (kind == "PAYLOAD")), hashed]
    text = "\n".join(lines).encode()
    if not _same(_version_4(secret, signed, text), given):
        raise _S3.mismatch(signed, text, None)


def _version_4(secret: str, signed: Signature, text: bytes) -> str:
    return hmac.new(_key(secret, signed), text, "sha256").hexdigest()


def _version_2(secret: str, text: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha1")).decode()


@functools.lru_cache(maxsize=1024)
def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """The key that signs a day's requests to a service in a region."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@functools.cache
def regions() -> frozenset[str]:
    """AWS's commercial regions: the account has none in another partition."""
    (partition,) = (one for one in wire.loader().load_data("endpoints")["partitions"] if one["partition"] == "aws")
    return frozenset(partition["services"]["ec2"]["endpoints"].keys() & partition["regions"].keys())


def _key(secret: str, signed: Signature) -> bytes:
    return signing_key(secret, *signed.scope.split("/")[:3])


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())


def _canonical_request(api: wire.Api, signed: Signature, request: wire.Request) -> bytes:
    path = _canonical_path(request.path, decoded=api.name == "s3")
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.signed_headers]
    query = _canonical_query(request.raw_query)
    names, body = ";".join(signed.signed_headers), _payload_hash(api, signed, request)
    return f"{request.method}\n{path}\n{query}\n{''.join(headers)}\n{names}\n{body}".encode("latin-1", "replace")


@functools.lru_cache(maxsize=1024)
def _canonical_path(path: str, decoded: bool) -> str:
    """A path as it is signed: encoded once more, but S3's, which is what it means, encoded."""
    return quote(unquote_to_bytes(path) if decoded else path, safe="/-_.~")


def _payload_hash(api: wire.Api, signed: Signature, request: wire.Request) -> str:
    """What stands for the body in a signature."""
    if api.name != "s3":
        return hashlib.sha256(request.body).hexdigest()
    named = request.headers.get("x-amz-content-sha256")
    if signed.kind == "query":
        return request.query.get("X-Amz-Content-Sha256") or named or UNSIGNED
    return named or ""


def _canonical_query(raw: str) -> str:
    pairs = []
    for part in raw.split("&") if raw else ():
        name, _, value = part.partition("=")
        if name and name != "X-Amz-Signature":
            pairs.append((_requoted(name), _requoted(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _requoted(text: str) -> str:
    """As the signer had to write it: all but the unreserved characters percent-encoded, whatever was sent."""
    if text.isalnum() and text.isascii():
        return text
    return quote(unquote_to_bytes(text.replace("+", " ")), safe="-_.~")


def _string_to_sign(signed: Signature, canonical: bytes) -> bytes:
    return f"{ALGORITHM}\n{signed.stamp}\n{signed.scope}\n{hashlib.sha256(canonical).hexdigest()}".encode()


def _unsigned_headers(headers: Iterable[str], signed: tuple[str, ...]) -> list[str]:
    """Headers that a signature has to cover and doesn't: the host, and all of AWS's own."""
    missing = [name for name in headers if name.startswith("x-amz-") and name not in signed and name != _NEVER_SIGNED]
    return missing if "host" in signed else ["host", *missing]


def _check_not_expired(words: type[_Words], signed: Signature) -> None:
    start, now = _required_moment(signed.stamp), datetime.now(UTC)
    if start - now > _PRESIGNED_EARLY:
        raise words.not_yet(signed, start, now)
    if start + timedelta(seconds=signed.expires) < now:
        raise words.expired(signed, start, now)


def _check_date(words: type[_Words], signed: Signature) -> None:
    moment, now = moment_of(signed.stamp), datetime.now(UTC)
    if moment is None:
        raise words.no_date()
    if now - moment > words.skew:
        raise words.too_old(signed, moment, now)
    if moment - now > words.skew:
        raise words.not_yet(signed, moment, now)


def _required_moment(stamp: str) -> datetime:
    """Of a stamp that was found to be one while it was read."""
    return datetime.fromisoformat(stamp)


def moment_of(stamp: str) -> datetime | None:
    """When something was signed, by its stamp (`20260101T000000Z`); None for a text that is no stamp."""
    if not _DIGITS.fullmatch(stamp):
        return None
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return None


def _verify_v2(signed: Signature, secret: str, request: wire.Request) -> None:
    now = datetime.now(UTC)
    if signed.expires < now.timestamp():
        raise _S3.has_expired(signed.expires, now)
    query, headers = request.query, request.headers
    ours = {name: value.strip() for name, value in (*query.items(), *headers.items()) if name.startswith("x-amz-")}
    asked = sorted((name, value) for name, value in query.pairs if name in HmacV1Auth.QSAOfInterest)
    resource = "&".join(name if _bare(request.raw_query, name) else f"{name}={value}" for name, value in asked)
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), str(signed.expires)]
    lines += [f"{name}:{ours[name]}" for name in sorted(ours)]
    # A bucket alone is signed with a slash at its end, whether the address has one or not (botocore's `auth_path`).
    path = request.path if "/" in request.path[1:] else request.path.rstrip("/") + "/"
    text = "\n".join([*lines, path + ("?" + resource if resource else "")]).encode("utf-8", "replace")
    expected = _version_2(secret, text)
    if not _same(expected, signed.value):
        raise _S3.mismatch(signed, text, None)


def _bare(raw_query: str, name: str) -> bool:
    """Whether a parameter stands in a query without a value, and so in what version 2 signs."""
    return name in raw_query.split("&")


# ---- the services' words -----------------------------------------------------------------------------------


class _Words:
    """What Lambda says, and by likeness Step Functions, SageMaker and whoever else speaks JSON."""

    skew = timedelta(minutes=5)
    mismatched = "InvalidSignatureException"
    status = 403

    @classmethod
    def error(cls, message: str, code: str | None = None) -> ApiError:
        return ApiError(code or cls.mismatched, message, cls.status)

    @classmethod
    def mismatch(cls, signed: Signature, text: bytes, canonical: bytes | None) -> ApiError:
        advice = "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        return cls.error(_MISMATCH + advice)

    @classmethod
    def too_old(cls, signed: Signature, moment: datetime, now: datetime) -> ApiError:
        limit, minutes = (now - cls.skew).strftime(_STAMP), cls.skew.seconds // 60
        return cls.error(
            f"Signature expired: {signed.stamp} is now earlier than {limit} ({now.strftime(_STAMP)} - {minutes} min.)"
        )

    @classmethod
    def not_yet(cls, signed: Signature, moment: datetime, now: datetime) -> ApiError:
        limit, minutes = (now + cls.skew).strftime(_STAMP), cls.skew.seconds // 60
        stamps = f"{signed.stamp} is still later than {limit} ({now.strftime(_STAMP)} + {minutes} min.)"
        return cls.error(f"Signature not yet current: {stamps}")

    @classmethod
    def expired(cls, signed: Signature, start: datetime, now: datetime) -> ApiError:
        until = (start + timedelta(seconds=signed.expires)).strftime(_STAMP)
        return cls.error(f"Signature expired: {until} is now earlier than {now.strftime(_STAMP)}")

    @classmethod
    def no_date(cls) -> ApiError:
        message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        return ApiError("IncompleteSignatureException", message, 400)

    @classmethod
    def wrong_day(cls, signed: Signature) -> ApiError:
        return cls.error(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{signed.scope[:8]}' != '{signed.stamp[:8]}', from '{signed.stamp}'."
        )

    @classmethod
    def wrong_region(cls, signed: Signature) -> ApiError:
        return cls.error("Credential should be scoped to a valid region.")

    @classmethod
    def not_signed(cls, names: list[str]) -> ApiError:
        first = "'Host' or ':authority'" if names[0] == "host" else f"'{names[0]}'"
        return cls.error(f"{first} must be a 'SignedHeader' in the AWS Authorization.")


class _JsonWords(_Words):
    """The same with the status that the JSON protocol gives to all that a caller does wrong."""

    status = 400


class _QueryWords(_Words):
    """What IAM and STS say, and whoever else speaks the query protocol."""

    skew = timedelta(minutes=15)
    mismatched = "SignatureDoesNotMatch"

    @classmethod
    def no_date(cls) -> ApiError:
        return ApiError("IncompleteSignature", _Words.no_date().message, 400)


class _S3(_Words):
    """What S3 says."""

    skew = timedelta(minutes=15)
    mismatched = "SignatureDoesNotMatch"

    @classmethod
    def mismatch(cls, signed: Signature, text: bytes, canonical: bytes | None) -> ApiError:
        members = {
            "AWSAccessKeyId": signed.access_key,
            "StringToSign": text.decode("latin-1"),
            "SignatureProvided": signed.value,
        }
        if canonical is not None:
            members["CanonicalRequest"] = canonical.decode("latin-1")
        return ApiError(cls.mismatched, _MISMATCH + "Check your key and signing method.", 403, **members)

    @classmethod
    def too_old(cls, signed: Signature, moment: datetime, now: datetime) -> ApiError:
        message = "The difference between the request time and the current time is too large."
        members = {"RequestTime": signed.stamp, "ServerTime": now.strftime(_ISO)}
        return ApiError("RequestTimeTooSkewed", message, 403, **members, MaxAllowedSkewMilliseconds=900_000)

    @classmethod
    def not_yet(cls, signed: Signature, moment: datetime, now: datetime) -> ApiError:
        if not signed.presigned:
            return cls.too_old(signed, moment, now)
        return ApiError("AccessDenied", "Request is not yet valid", 403, ServerTime=now.strftime(_ISO))

    @classmethod
    def expired(cls, signed: Signature, start: datetime, now: datetime) -> ApiError:
        until = start + timedelta(seconds=signed.expires)
        return cls.has_expired(until.timestamp(), now, **{"X-Amz-Expires": signed.expires})

    @classmethod
    def has_expired(cls, until: float, now: datetime, **members: object) -> ApiError:
        members |= {"Expires": datetime.fromtimestamp(until, UTC).strftime(_ISO), "ServerTime": now.strftime(_ISO)}
        return ApiError("AccessDenied", "Request has expired", 403, **members)

    @classmethod
    def no_date(cls) -> ApiError:
        return ApiError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403)

    @classmethod
    def wrong_day(cls, signed: Signature) -> ApiError:
        why = (
            f'Invalid credential date "{signed.scope[:8]}". This date is not the same as X-Amz-Date: "{signed.stamp}".'
        )
        return _bad_query(why) if signed.presigned else _malformed(why)

    @classmethod
    def wrong_region(cls, signed: Signature) -> ApiError:
        why = f"the region '{signed.region}' is wrong; expecting '{REGION}'"
        return (
            _bad_query(f"Error parsing the X-Amz-Credential parameter; {why}") if signed.presigned else _malformed(why)
        )

    @classmethod
    def not_signed(cls, names: list[str]) -> ApiError:
        message = "There were headers present in the request which were not signed"
        return ApiError("AccessDenied", message, 403, HeadersNotSigned=", ".join(names))


def words_of(api: wire.Api) -> type[_Words]:
    """The words in which a service refuses a signature."""
    if api.name == "s3":
        return _S3
    return {"query": _QueryWords, "json": _JsonWords}.get(api.protocol, _Words)
