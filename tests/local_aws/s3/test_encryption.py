"""What a write, or a bucket's default, says of encryption and of keys, where S3 refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.refusals import refusal, refused

NO_KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def key(aws: Any) -> dict[str, str]:
    """A key of KMS."""
    return aws.client("kms").create_key()["KeyMetadata"]


@pytest.mark.parametrize("how", [{}, {"ServerSideEncryption": "AES256"}])
def test_a_key_is_for_an_encryption_with_keys(s3, bucket, key, how):
    s3.put_object(Bucket=bucket, Key="there", Body=b"")
    sentence = (
        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
    )
    which = {"Bucket": bucket, "Key": "k", "SSEKMSKeyId": key["Arn"], **how}
    for call, more in (
        (s3.put_object, {"Body": b"x"}),
        (s3.create_multipart_upload, {}),
        (s3.copy_object, {"CopySource": f"{bucket}/there"}),
    ):
        assert refusal(call, **which, **more) == ("InvalidArgument", sentence)


@pytest.mark.parametrize(("named", "sentence"), [(NO_KEY, f"Key '{NO_KEY}' does not exist"), ("x", "Invalid keyId x")])
def test_a_key_that_is_not_there(s3, bucket, named, sentence):
    which = {"Bucket": bucket, "Key": "k", "ServerSideEncryption": "aws:kms"}
    assert refusal(s3.put_object, **which, SSEKMSKeyId=named) == ("KMS.NotFoundException", sentence)
    assert refused(s3.head_object, Bucket=bucket, Key="k")[1] == 404


def test_a_key_is_told_by_its_arn_as_long_as_it_may_be_used(aws, s3, bucket, key):
    which = {"Bucket": bucket, "Key": "k"}
    how = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["KeyId"]}
    assert s3.put_object(**which, **how)["SSEKMSKeyId"] == key["Arn"]
    assert s3.head_object(**which)["SSEKMSKeyId"] == key["Arn"]
    aws.client("kms").disable_key(KeyId=key["KeyId"])
    assert refusal(s3.put_object, **which, **how) == ("KMS.DisabledException", f"{key['Arn']} is disabled.")


def test_the_key_of_a_buckets_default(s3, bucket, key):
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["KeyId"]}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    answer = s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])
    assert answer["BucketKeyEnabled"] is True
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="AES256").get("SSEKMSKeyId") is None


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{}], "MalformedXML"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}] * 2, "MalformedXML"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "DES"}}], "MalformedXML"),
        (
            [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": NO_KEY}}],
            "InvalidArgument",
        ),
    ],
)
def test_defaults_that_are_none(s3, bucket, rules, code):
    call = s3.put_bucket_encryption
    assert refused(call, Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules}) == (code, 400)
