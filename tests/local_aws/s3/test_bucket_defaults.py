"""What a new bucket has, as on AWS since April 2023: public access blocked, ACLs disabled, objects encrypted."""

from __future__ import annotations

import json

import pytest

from tests.refusals import refusal

pytestmark = pytest.mark.two_targets


def letting_in(bucket: str, principal, **condition) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
    statement["Resource"] = f"arn:aws:s3:::{bucket}/*"
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_what_a_new_bucket_has(s3, bucket):
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True} and len(block) == 4
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("acl", ["public-read", "authenticated-read", "aws-exec-read", "bucket-owner-read"])
def test_acls_are_disabled(s3, bucket, acl):
    refused = ("AccessControlListNotSupported", "The bucket does not allow ACLs")
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL=acl) == refused
    assert refusal(s3.create_multipart_upload, Bucket=bucket, Key="k", ACL=acl) == refused
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="bucket-owner-full-control")
    assert refusal(s3.put_object_acl, Bucket=bucket, Key="k", ACL=acl) == refused
    assert refusal(s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/k", ACL=acl) == refused
    grants = {"GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}
    assert refusal(s3.put_bucket_acl, Bucket=bucket, **grants) == refused


def test_the_owners_own_acl_may_be_put_again(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Grants": acl["Grants"], "Owner": acl["Owner"]})


def test_no_bucket_is_made_with_an_acl(s3, bucket):
    assert refusal(s3.create_bucket, Bucket=f"{bucket}-2", ACL="public-read")[0] == (
        "InvalidBucketAclWithObjectOwnership"
    )


def test_where_acls_count_public_ones_are_blocked(s3, bucket):
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    code, message = refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL="public-read")
    assert code == "AccessDenied"
    assert message.endswith(
        "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access."
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="bucket-owner-read")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="public-read")
    assert refusal(s3.get_public_access_block, Bucket=bucket)[0] == "NoSuchPublicAccessBlockConfiguration"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("principal", "condition", "public"),
    [
        ("*", {}, True),
        ({"AWS": "*"}, {}, True),
        ({"AWS": ["*"]}, {"StringLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, True),
        ("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ("*", {"StringEquals": {"s3:prefix": "x"}}, True),
        ("*", {"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
        ("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, {}, False),
        ({"Service": "cloudfront.amazonaws.com"}, {}, False),
    ],
)
def test_public_policies_are_blocked(s3, bucket, principal, condition, public):
    policy = letting_in(bucket, principal, **condition)
    if public:
        code, message = refusal(s3.put_bucket_policy, Bucket=bucket, Policy=policy)
        assert code == "AccessDenied"
        assert "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access." in message
        s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is public


def test_a_public_policy_counts_for_nothing_once_it_is_restricted(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=letting_in(bucket, "*"))
    reader = aws.client("s3", role_arn=aws.role("lambda.amazonaws.com"))
    assert reader.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert refusal(reader.get_object, Bucket=bucket, Key="k")[0] == "AccessDenied"


def test_encryption_that_is_deleted_is_s3s_own_again(s3, bucket):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.delete_bucket_encryption(Bucket=bucket)
    [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_a_bucket_that_is_made_again_has_the_defaults_again(s3, bucket):
    s3.delete_public_access_block(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert refusal(s3.get_public_access_block, Bucket=bucket)[0] == "NoSuchPublicAccessBlockConfiguration"
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
