"""What the embedded AWS's own operations of S3 share: the buckets themselves are moto's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local_aws import REGION
from local_aws.access.signature import Signature, regions
from local_aws.call import ApiError
from local_aws.moto.buckets import region_of

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_POSSIBLE = re.compile(r"[A-Za-z0-9._-]{1,255}")
_LONGEST_KEY = 1024
"""Bytes of it in UTF-8."""
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def require_possible_name(bucket: str) -> None:
    """Raise unless some bucket may have this name, also one from before the rules of today.

    Raises:
        ApiError: `InvalidBucketName`.
    """
    if not _POSSIBLE.fullmatch(bucket):
        raise ApiError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=bucket)


def require_possible_key(key: str) -> None:
    """Raise unless an object may have this key.

    Raises:
        ApiError: `KeyTooLongError`.
    """
    size = len(key.encode())
    if size > _LONGEST_KEY:
        raise ApiError("KeyTooLongError", "Your key is too long", 400, Size=size, MaxSizeAllowed=_LONGEST_KEY)


def require_bucket_name(bucket: str) -> None:
    """Raise unless a bucket may have this name (Amazon S3 user guide, General purpose bucket naming rules).

    Raises:
        ApiError: `InvalidBucketName`.
    """
    if not _NAME.fullmatch(bucket) or bucket.startswith(_RESERVED_STARTS) or bucket.endswith(_RESERVED_ENDS):
        raise ApiError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=bucket)


def require_location(configuration: Mapping[str, Any]) -> None:
    """Raise where a bucket is to be made in a place that is no region; that it fits the endpoint, moto sees to.

    Raises:
        ApiError: `InvalidLocationConstraint`.
    """
    location = configuration.get("LocationConstraint", "EU")
    if location not in {*regions(), "EU"}:
        message = "The specified location-constraint is not valid"
        raise ApiError("InvalidLocationConstraint", message, 400, LocationConstraint=location)


def is_made_again(bucket: str, region: str, configuration: Mapping[str, Any]) -> bool:
    """Whether a bucket that is to be made is there: in us-east-1 that is no error, and changes nothing.

    Args:
        region: in which the call came.
        configuration: what the call says of the new bucket.

    Raises:
        ApiError: `BucketAlreadyOwnedByYou`.
    """
    its = region_of(bucket)
    if its is None:
        return False
    if its == region == REGION and "LocationConstraint" not in configuration:
        return True
    message = "Your previous request to create the named bucket succeeded and you already own it."
    raise ApiError("BucketAlreadyOwnedByYou", message, 409, BucketName=bucket)


def require_bucket(bucket: str) -> None:
    """Raise unless there is a bucket of that name.

    Raises:
        ApiError: `NoSuchBucket`.
    """
    if region_of(bucket) is None:
        raise ApiError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=bucket)


def elsewhere(signed: Signature, operation: str, bucket: str) -> str | None:
    """The region in which a bucket stands, where a call that is signed for another one can't reach it.

    CreateBucket is answered in every region. Where a bucket stands is told by the endpoint of us-east-1, too (S3 API
    reference, GetBucketLocation). What isn't signed says nothing of a region.
    """
    its = region_of(bucket)
    if its in (None, signed.region) or signed.access_key is None or operation == "CreateBucket":
        return None
    return None if operation == "GetBucketLocation" and signed.region == REGION else its


def redirect(bucket: str, region: str) -> ApiError:
    """The answer to a call that went to another region than the bucket's: SDKs follow it."""
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all "
        "future requests to this endpoint."
    )
    endpoint = f"{bucket}.s3.{region}.amazonaws.com" if region != REGION else f"{bucket}.s3.amazonaws.com"
    return ApiError("PermanentRedirect", message, 301, Endpoint=endpoint, Bucket=bucket)
