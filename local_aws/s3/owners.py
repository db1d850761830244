"""Whose bucket a request says it means: a mistyped or foreign bucket gets nothing from it.

Source: "Verifying bucket ownership with bucket owner condition", S3 user guide.
"""

from __future__ import annotations

from collections.abc import Mapping

from local_aws import ACCOUNT
from local_aws.call import ApiError

_HEADERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")


def require_owner(headers: Mapping[str, str]) -> None:
    """Raise where a request expects a bucket, or the bucket that it copies from, to be another account's.

    Raises:
        ApiError: `AccessDenied`; `InvalidBucketOwnerAWSAccountID`, what is expected is no account.
    """
    for header in _HEADERS:
        expected = headers.get(header)
        if expected in (None, ACCOUNT):
            continue
        if not (expected.isascii() and expected.isdigit() and len(expected) == len(ACCOUNT)):
            message = "The value of the expected bucket owner parameter must be an AWS account ID"
            raise ApiError("InvalidBucketOwnerAWSAccountID", message, 400, BucketOwner=expected)
        raise ApiError("AccessDenied", "Access Denied", 403)
