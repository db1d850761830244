"""A browser's upload to S3: a form posted to the bucket, under a policy that says what may be in it.

Source: S3 API reference, "Browser-Based Uploads Using POST", its pages on the form fields and the policy.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from botocore.utils import parse_timestamp

from local_aws import wire
from local_aws.access.signature import Signature, form_signature
from local_aws.call import ApiError
from local_aws.gateway.exchange import body_errors
from local_aws.http_server import Body
from local_aws.moto.contents import PIECE
from local_aws.s3.content import MOST, Content

_FREE_FIELDS = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file", "x-amz-security-token"}
"""Fields that a form may have though its policy has no condition for them; so may `x-ignore-…`."""
_FIELD_BYTES = 20 << 10
"""What all fields but the file may have together."""
_AS_HEADERS = {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
_NOT_AS_HEADERS = {
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "x-amz-security-token",
}


@dataclass(frozen=True)
class Upload:
    """An object as a form brings it; `signed` is how the form is."""

    bucket: str
    key: str
    signed: Signature
    fields: Mapping[str, str]
    content: bytes

    def request(self, posted: wire.Request) -> wire.Request:
        """The PutObject that the form comes to."""
        headers = {
            name: value
            for name, value in self.fields.items()
            if name in _AS_HEADERS or (name.startswith("x-amz-") and name not in _NOT_AS_HEADERS)
        }
        if "acl" in self.fields:
            headers["x-amz-acl"] = self.fields["acl"]
        if "tagging" in self.fields:
            headers["x-amz-tagging"] = _tags(self.fields["tagging"])
        if any(not value.isprintable() for value in headers.values()):
            raise _invalid("A field that becomes a header of the object must not hold a control character.")
        headers["host"] = posted.headers["host"]
        return wire.Request("PUT", posted.path, wire.query(""), headers, self.content)

    def answer(self, etag: str, host: str) -> wire.Response:
        """What the form asks to be answered once the object is there."""
        location = f"http://{host}/{self.bucket}/{self.key}"
        redirect = self.fields.get("success_action_redirect") or self.fields.get("redirect")
        if redirect and urlsplit(redirect).scheme in {"http", "https"} and redirect.isprintable():
            parts = urlsplit(redirect)
            query = [*parse_qsl(parts.query), ("bucket", self.bucket), ("key", self.key), ("etag", etag)]
            return wire.Response(303, {"Location": urlunsplit(parts._replace(query=urlencode(query))), "ETag": etag})
        headers = {"ETag": etag, "Location": quote(location, safe=":/")}
        status = self.fields.get("success_action_status")
        if status != "201":
            return wire.Response(200 if status == "200" else 204, headers)
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>{wire.escape(location)}</Location>'
            f"<Bucket>{self.bucket}</Bucket><Key>{wire.escape(self.key)}</Key><ETag>{wire.escape(etag)}</ETag></PostResponse>"
        )
        return wire.Response(201, headers | {"Content-Type": "application/xml"}, body.encode())


def is_form_post(request: wire.Request) -> bool:
    """Whether a request is a form posted to a bucket."""
    return (
        request.method == "POST"
        and request.headers["content-type"].startswith("multipart/form-data")
        and "/" not in request.path.strip("/")
    )


def upload(request: wire.Request, body: Body, signed: Signature) -> Upload:
    """Read the form, and hold it against its policy.

    Args:
        signed: how the request is signed beside the form, which it must not be.

    Raises:
        ApiError: `AccessDenied` where the policy has run out or a condition isn't met, `EntityTooLarge`,
            `EntityTooSmall`, `InvalidArgument` and `InvalidPolicyDocument` for a form that lacks what it needs.
    """
    if signed.kind != "none" or request.raw_query:
        raise _invalid("Only one auth mechanism allowed, and no query string, with a form.")
    fields, content, file_name = _form(request, body)
    if "key" not in fields:
        raise _invalid("Bucket POST must contain a field named 'key'.  If it is specified, please check the order.")
    bucket = unquote(request.path.strip("/"))
    signed = form_signature(fields)
    if signed.access_key is not None:
        _check_policy(_document(fields["policy"]), fields | {"bucket": bucket}, len(content))
    key = fields["key"].replace("${filename}", file_name)
    if not key:
        raise _invalid("User key must have a length greater than 0.")
    return Upload(bucket, key, signed, fields, content)


def _form(request: wire.Request, body: Body) -> tuple[dict[str, str], bytes, str]:
    """The form's fields by their names in lower case, the file's content, and its name."""
    if body.size is not None and body.size > MOST:
        raise ApiError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400)
    from werkzeug.exceptions import RequestEntityTooLarge  # a tenth of a server's start: it comes with the first form
    from werkzeug.formparser import FormDataParser
    from werkzeug.http import parse_options_header

    kind, options = parse_options_header(request.headers["content-type"])
    parser = FormDataParser(max_form_memory_size=_FIELD_BYTES, max_content_length=MOST, silent=False)
    try:
        with body_errors():
            _, form, files = parser.parse(cast(IO[bytes], body), kind, body.size, options)
    except RequestEntityTooLarge as error:
        message = f"Your POST request fields preceding the upload file were too large ({_FIELD_BYTES} bytes)."
        raise ApiError("MaxPostPreDataLengthExceededError", message, 400) from error
    except ValueError as error:
        message = "The body of your POST request is not well-formed multipart/form-data."
        raise ApiError("MalformedPOSTRequest", message, 400) from error
    names = [name.lower() for name, _ in form.items(multi=True)]
    fields = {name.lower(): value for name, value in form.items()}
    if len(fields) != len(names):
        raise _invalid("A field of the form is there twice.")
    uploads = list(files.items(multi=True))
    if len(uploads) + ("file" in fields) != 1 or (uploads and uploads[0][0].lower() != "file"):
        raise _invalid("POST requires exactly one file upload per request.")
    with Content({}) as content:
        if uploads:
            with uploads[0][1].stream as stream:
                while data := stream.read(PIECE):
                    content.write(data)
        else:
            content.write(fields["file"].encode())
        return fields, content.kept(), uploads[0][1].filename or "" if uploads else ""


def _tags(document: str) -> str:
    """What a form's field `tagging` says, as the header says it."""
    put = wire.api_for("s3").model.operation_model("PutObjectTagging")
    request = wire.Request("PUT", "/", wire.query(""), {}, document.encode())
    tags = wire.parse(request, put, {})["Tagging"].get("TagSet", [])
    return urlencode({tag["Key"]: tag["Value"] for tag in tags})


def _document(encoded: str) -> dict[str, Any]:
    try:
        document = json.loads(base64.b64decode(encoded))
        expiration, conditions = parse_timestamp(document["expiration"]), document["conditions"]
        if expiration.tzinfo is None or not isinstance(conditions, list):
            raise ValueError("no time zone, or no list of conditions")
        return {"expiration": expiration, "conditions": conditions}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ApiError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error


def _check_policy(document: dict[str, Any], fields: dict[str, str], size: int) -> None:
    if document["expiration"] < datetime.now(UTC):
        raise _denied("Policy expired.")
    named = set(_FREE_FIELDS) | {"bucket"}
    for condition in document["conditions"]:
        kind, name, wanted = _condition(condition)
        if kind == "content-length-range":
            _check_size(size, int(name), int(wanted))
            continue
        field = name.removeprefix("$").lower()
        named.add(field)
        value = fields.get(field, "")
        if not (value == wanted if kind == "eq" else value.startswith(wanted)):
            raise _denied(f"Policy Condition failed: {json.dumps([kind, name, wanted])}")
    extra = [name for name in fields if name not in named and not name.startswith("x-ignore-")]
    if extra:
        raise _denied(f"Extra input fields: {', '.join(extra)}")


def _condition(condition: Any) -> tuple[str, Any, Any]:
    if isinstance(condition, dict) and len(condition) == 1:
        condition = ["eq", *(part for name, value in condition.items() for part in (f"${name}", value))]
    if isinstance(condition, list) and len(condition) == 3 and isinstance(condition[0], str):
        kind, name, wanted = condition[0].lower(), condition[1], condition[2]
        numbers = all(
            isinstance(bound, int) or (isinstance(bound, str) and bound.isdecimal()) for bound in condition[1:]
        )
        texts = isinstance(name, str) and name.startswith("$") and isinstance(wanted, str)
        if (kind == "content-length-range" and numbers) or (kind in {"eq", "starts-with"} and texts):
            return kind, name, wanted
    raise ApiError("InvalidPolicyDocument", "Invalid Policy: Invalid Simple-Condition.", 400)


def _check_size(size: int, least: int, most: int) -> None:
    if size > most:
        members = {"ProposedSize": size, "MaxSizeAllowed": most}
        raise ApiError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, **members)
    if size < least:
        members = {"ProposedSize": size, "MinSizeAllowed": least}
        raise ApiError(
            "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, **members
        )


def _denied(why: str) -> ApiError:
    return ApiError("AccessDenied", f"Invalid according to Policy: {why}", 403)


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidArgument", message, 400)
