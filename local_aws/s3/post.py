"""A browser's upload to S3: a form posted to the bucket, under a policy that says what may be in it.

Source: S3 API reference, "Browser-Based Uploads Using POST", its pages on the form fields and the policy.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_timestamp
from werkzeug.formparser import parse_form_data

from local_aws import wire
from local_aws.call import ApiError

_FREE_FIELDS = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file", "x-amz-security-token"}
"""Fields that a form may have though its policy has no condition for them; so may `x-ignore-…`."""


@dataclass(frozen=True)
class Upload:
    """An object as a form brings it. `access_key` is None for a form that isn't signed, `token` for a lasting key."""

    bucket: str
    key: str
    access_key: str | None
    token: str | None


def is_form_post(request: wire.Request) -> bool:
    """Whether a request is a form posted to a bucket."""
    return request.method == "POST" and request.headers["content-type"].startswith("multipart/form-data")


def upload(request: wire.Request) -> Upload:
    """Read the form, and hold it against its policy.

    Raises:
        ApiError: `AccessDenied` where the policy has run out or a condition isn't met, `EntityTooLarge`,
            `EntityTooSmall`, `InvalidArgument` and `InvalidPolicyDocument` for a form that lacks what it needs.
    """
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.headers["content-type"],
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
    }
    _, form, files = parse_form_data(environ)
    fields = {name.lower(): value for name, value in form.items()}
    if "key" not in fields:
        raise _invalid("Bucket POST must contain a field named 'key'.  If it is specified, please check the order.")
    if "file" not in files and "file" not in fields:
        raise _invalid("POST requires exactly one file upload per request.")
    bucket = request.path.strip("/")
    credential = fields.get("x-amz-credential") or fields.get("awsaccesskeyid")
    if credential is not None:
        if "policy" not in fields:
            raise _invalid("Bucket POST must contain a field named 'policy'.  If it is specified, check the order.")
        _check_policy(_document(fields["policy"]), fields | {"bucket": bucket}, _size(form, files))
    file_name = files["file"].filename or "" if "file" in files else ""
    key = fields["key"].replace("${filename}", file_name)
    access_key = credential.partition("/")[0] if credential else None
    return Upload(bucket, key, access_key, fields.get("x-amz-security-token"))


def _size(form: Any, files: Any) -> int:
    if "file" not in files:
        return len(form["file"].encode())
    return files["file"].stream.seek(0, io.SEEK_END)


def _document(encoded: str) -> dict[str, Any]:
    try:
        document = json.loads(base64.b64decode(encoded))
        return {"expiration": parse_timestamp(document["expiration"]), "conditions": document["conditions"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ApiError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error


def _check_policy(document: dict[str, Any], fields: dict[str, str], size: int) -> None:
    if document["expiration"] < datetime.now(UTC):
        raise _denied("Policy expired.")
    named = set(_FREE_FIELDS) | {"bucket"}
    for condition in document["conditions"]:
        if isinstance(condition, dict):
            condition = ["eq", *(part for name, value in condition.items() for part in (f"${name}", value))]
        kind, name, wanted = str(condition[0]).lower(), condition[1], condition[2]
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
