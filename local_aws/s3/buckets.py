"""What the embedded AWS's own operations of S3 share: the buckets themselves are moto's."""

from __future__ import annotations

import re

from botocore.exceptions import ClientError

from local_aws.call import ApiError
from local_aws.house import Host

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_POSSIBLE = re.compile(r"[A-Za-z0-9._-]{1,255}")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def require_possible_name(bucket: str) -> None:
    """Raise unless some bucket may have this name, also one from before the rules of today.

    Raises:
        ApiError: `InvalidBucketName`.
    """
    if not _POSSIBLE.fullmatch(bucket):
        raise ApiError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=bucket)


def require_bucket_name(bucket: str) -> None:
    """Raise unless a bucket may have this name (Amazon S3 user guide, General purpose bucket naming rules).

    Raises:
        ApiError: `InvalidBucketName`.
    """
    if not _NAME.fullmatch(bucket) or bucket.startswith(_RESERVED_STARTS) or bucket.endswith(_RESERVED_ENDS):
        raise ApiError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=bucket)


def require_bucket(host: Host, bucket: str) -> None:
    """Raise unless there is a bucket of that name.

    Raises:
        ApiError: `NoSuchBucket`.
    """
    try:
        host.roles.admin_client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        message = "The specified bucket does not exist"
        raise ApiError("NoSuchBucket", message, 404, BucketName=bucket) from error
