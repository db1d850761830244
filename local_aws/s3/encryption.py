"""Encryption at rest, as far as a caller can tell: a bucket's default, and what a write says of its object's.

Moto keeps what it is told, and asks KMS for nothing. Without a key, an object under `aws:kms` is told without one.
Sources: "Using server-side encryption with Amazon S3 managed keys" (January 2023), "Default SSE-C setting for new
buckets" (April 2026), S3 user guide; PutBucketEncryption, PutObject, S3 API reference; texts as S3's users report them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws import wire
from local_aws.call import ApiError, Call
from local_aws.house import Host, Service
from local_aws.moto.buckets import default_key_of, region_of
from local_aws.moto.inside import Moto
from local_aws.s3.buckets import require_bucket
from local_aws.s3.documents import require_enumerated
from local_aws.s3.errors import invalid_argument

_AES256 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
_SSE_C = {"EncryptionType": ["SSE-C"]}
_ENCRYPTION = "x-amz-server-side-encryption"
_KEY = f"{_ENCRYPTION}-aws-kms-key-id"
_BY_KMS = {"aws:kms", "aws:kms:dsse"}
_UNUSABLE = {
    "Disabled": ("KMS.DisabledException", "is disabled."),
    "PendingDeletion": ("KMS.KMSInvalidStateException", "is pending deletion."),
}
"""What is said of a key that is there and can't be used, by its state."""


class Encryption(Service):
    """The operations of S3 on a bucket's default, and the keys that objects are encrypted with."""

    name = "s3"

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto

    def get_bucket_encryption(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """The default encryption; every bucket has one."""
        require_bucket(Bucket)
        answer = self._moto.ask("s3", "get_bucket_encryption", Bucket=Bucket)
        for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
            rule.setdefault("BlockedEncryptionTypes", _SSE_C)
        return answer

    def put_bucket_encryption(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        ServerSideEncryptionConfiguration: Mapping[str, Any],  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Change it, by the one rule that there may be. Whether its key is there is seen when an object is put.

        Raises:
            ApiError: `MalformedXML`; `InvalidArgument`, a key for an encryption without one; `NoSuchBucket`.
        """
        require_bucket(Bucket)
        require_enumerated(call.operation, {"ServerSideEncryptionConfiguration": ServerSideEncryptionConfiguration})
        rules = ServerSideEncryptionConfiguration["Rules"]
        default = rules[0].get("ApplyServerSideEncryptionByDefault") if len(rules) == 1 else None
        if default is None:
            raise wire.malformed_xml()
        if "KMSMasterKeyID" in default and default["SSEAlgorithm"] not in _BY_KMS:
            message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            raise ApiError("InvalidArgument", message, 400)
        configuration = {"Rules": [{"BucketKeyEnabled": False, **rules[0]}]}
        which: dict[str, Any] = {"Bucket": Bucket, "ServerSideEncryptionConfiguration": configuration}
        return self._moto.ask("s3", "put_bucket_encryption", **which)

    def delete_bucket_encryption(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Go back to S3's own keys."""
        require_bucket(Bucket)
        self.bucket_created(Bucket)
        return {}

    def bucket_created(self, bucket: str) -> None:
        """Have what is put into a bucket be encrypted with S3's own keys."""
        self._moto.ask("s3", "put_bucket_encryption", Bucket=bucket, ServerSideEncryptionConfiguration=_AES256)

    def with_key(self, bucket: str, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of a request that makes an object, its key of KMS by its ARN.

        Raises:
            ApiError: `InvalidArgument`, a key for an encryption without one; `KMS.NotFoundException`,
                `KMS.DisabledException`, `KMS.KMSInvalidStateException`.
        """
        algorithm, key = headers.get(_ENCRYPTION), headers.get(_KEY)
        if key is not None and algorithm not in _BY_KMS:
            message = "Server Side Encryption with AWS KMS managed key requires HTTP header "
            raise invalid_argument(f"{message}{_ENCRYPTION} : aws:kms", _ENCRYPTION, algorithm or "null")
        its = region_of(bucket)
        if its is None:
            return headers  # which moto will say
        if algorithm is None:
            algorithm, key = default_key_of(bucket)
        if key is None or algorithm not in _BY_KMS:
            return headers
        return {**headers, _ENCRYPTION: algorithm, _KEY: self._usable(key, its)}

    def _usable(self, key: str, region: str) -> str:
        try:
            found = self._moto.in_region(region).ask("kms", "describe_key", KeyId=key)["KeyMetadata"]
        except ApiError as error:
            raise ApiError(f"KMS.{error.code}", error.message, 400) from error
        if found["KeyState"] in _UNUSABLE:
            code, what = _UNUSABLE[found["KeyState"]]
            raise ApiError(code, f"{found['Arn']} {what}", 400)
        arn: str = found["Arn"]
        return arn
