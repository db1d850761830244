"""What the embedded AWS's own operations of S3 share: the buckets themselves are moto's."""

from __future__ import annotations

from botocore.exceptions import ClientError

from local_aws.service import ApiError, Host


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
