"""Encryption with keys that the caller brings (SSE-C): not there, and since April 2026 blocked for new buckets on AWS.

Source: "Default SSE-C setting for new buckets", S3 user guide; the text about reads is S3's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from local_aws.call import ApiError

_HEADER = "server-side-encryption-customer-"
_READS = {"GetObject", "HeadObject", "GetObjectAttributes", "ListParts", "SelectObjectContent"}


def require_no_customer_key(operation: str, headers: Mapping[str, str]) -> None:
    """Raise where a request brings a key: no object here was written with one.

    Raises:
        ApiError: `AccessDenied` for a write; `InvalidRequest` for a read, or for a copy's source.
    """
    brought = [name for name in headers if name.startswith(("x-amz-" + _HEADER, "x-amz-copy-source-" + _HEADER))]
    if not brought:
        return
    if operation in _READS or all(name.startswith("x-amz-copy-source-") for name in brought):
        message = "The encryption parameters are not applicable to this object."
        raise ApiError("InvalidRequest", message, 400)
    raise ApiError("AccessDenied", "Access Denied", 403)
