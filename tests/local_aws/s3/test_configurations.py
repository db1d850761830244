"""Configurations of a bucket that S3 refuses: websites, CORS, lifecycles, tags; moto would keep them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.refusals import refusal, refused
from tests.unchecked import client

INDEX = {"IndexDocument": {"Suffix": "index.html"}}
NO_INDEX = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
PROTOCOL = (
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
)


@pytest.fixture(scope="module")
def s3(aws: Any) -> Any:
    """A client that checks nothing itself."""
    return client("s3", aws.endpoint_url)


def routing(**rule: Any) -> dict[str, Any]:
    return INDEX | {"RoutingRules": [rule]}


@pytest.mark.parametrize(
    ("website", "code", "sentence"),
    [
        ({}, "InvalidArgument", NO_INDEX),
        ({"ErrorDocument": {"Key": "e"}}, "InvalidArgument", NO_INDEX),
        ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument", "The IndexDocument Suffix is not well formed"),
        ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument", "The IndexDocument Suffix is not well formed"),
        (
            INDEX | {"ErrorDocument": {"Key": ""}},
            "InvalidArgument",
            "The ErrorDocument Key is not well formed",
        ),
        (
            INDEX | {"RedirectAllRequestsTo": {"HostName": "h"}},
            "InvalidRequest",
            "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
        ),
        ({"RedirectAllRequestsTo": {"HostName": "h", "Protocol": "ftp"}}, "InvalidRequest", PROTOCOL),
        (routing(Redirect={"Protocol": "ftp"}), "InvalidRequest", PROTOCOL),
        (
            routing(Redirect={"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}),
            "InvalidRequest",
            "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
        ),
        (
            routing(Redirect={"HttpRedirectCode": "300"}),
            "InvalidRequest",
            "The provided HTTP redirect code (300) is not valid. Valid codes are 3XX except 300.",
        ),
        (
            routing(Condition={"HttpErrorCodeReturnedEquals": "301"}, Redirect={"HostName": "h"}),
            "InvalidRequest",
            "The provided HTTP error code (301) is not valid. Valid codes are 4XX or 5XX.",
        ),
        (
            routing(Condition={"KeyPrefixEquals": "a"}),
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
    ],
)
def test_websites_that_are_none(s3, bucket, website, code, sentence):
    assert refusal(s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration=website) == (code, sentence)
    assert refused(s3.get_bucket_website, Bucket=bucket) == ("NoSuchWebsiteConfiguration", 404)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            {"AllowedOrigins": ["http://*.*"]},
            'AllowedOrigin "http://*.*" can not have more than one wildcard.',
        ),
        ({"AllowedHeaders": ["a*b*"]}, 'AllowedHeader "a*b*" can not have more than one wildcard.'),
        (
            {"ExposeHeaders": ["*"]},
            'ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
        ),
        ({"AllowedMethods": ["TAKE"]}, "Found unsupported HTTP method in CORS config. Unsupported method is TAKE"),
    ],
)
def test_rules_of_cors_that_are_none(s3, bucket, rule, sentence):
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], **rule}]
    call = s3.put_bucket_cors
    assert refusal(call, Bucket=bucket, CORSConfiguration={"CORSRules": rules}) == ("InvalidRequest", sentence)
    assert refused(s3.get_bucket_cors, Bucket=bucket) == ("NoSuchCORSConfiguration", 404)


def later(days: int, goal: str) -> dict[str, Any]:
    return {"Days": days, "StorageClass": goal}


TAGGED = {"Filter": {"Tag": {"Key": "a", "Value": "b"}}}


@pytest.mark.parametrize(
    ("rule", "code", "sentence"),
    [
        ({"Expiration": {}}, "MalformedXML", ""),
        ({"Expiration": {"Days": 1, "Date": "2030-01-01T00:00:00Z"}}, "MalformedXML", ""),
        ({"Expiration": {"Date": "2030-01-01T10:00:00Z"}}, "InvalidArgument", "'Date' must be at midnight GMT"),
        ({"ID": "a" * 256}, "InvalidArgument", "ID length should not exceed allowed limit of 255"),
        ({"Filter": {"And": {"Prefix": "a"}}}, "MalformedXML", ""),
        (
            {**TAGGED, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
            "InvalidRequest",
            "AbortIncompleteMultipartUpload cannot be specified with Tags.",
        ),
        (
            {**TAGGED, "Expiration": {"ExpiredObjectDeleteMarker": True}},
            "InvalidRequest",
            "ExpiredObjectDeleteMarker cannot be specified with Tags.",
        ),
        (
            {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0}},
            "InvalidArgument",
            "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
        ),
        (
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 0}},
            "InvalidArgument",
            "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
        ),
        (
            {"Transitions": [later(1, "STANDARD_IA")]},
            "InvalidArgument",
            "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
        ),
        (
            {"Transitions": [later(10, "GLACIER")], "Expiration": {"Days": 10}},
            "InvalidArgument",
            "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition "
            "action",
        ),
        (
            {"Transitions": [later(10, "GLACIER"), later(20, "GLACIER")], "Expiration": {"Days": 30}},
            "InvalidRequest",
            "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'",
        ),
        ({"Transitions": [{"StorageClass": "GLACIER"}]}, "MalformedXML", ""),
    ],
)
def test_lives_of_objects_that_are_none(s3, bucket, rule, code, sentence):
    rules = [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}, **rule}]
    call = s3.put_bucket_lifecycle_configuration
    found = refusal(call, Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert found[0] == code and (not sentence or found[1] == sentence)
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)[0] == "NoSuchLifecycleConfiguration"


def tags(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs]}


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        (("", "v"), "The TagKey you have provided is invalid"),
        (("a" * 129, "v"), "The TagKey you have provided is invalid"),
        (("a?", "v"), "The TagKey you have provided is invalid"),
        (("a", "v" * 257), "The TagValue you have provided is invalid"),
    ],
)
def test_tags_that_are_none(s3, bucket, tag, sentence):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    invalid = ("InvalidTag", sentence)
    assert refusal(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=tags(tag)) == invalid
    assert refusal(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags(tag)) == invalid


def test_how_many_tags_there_may_be(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    many = [(str(number), "") for number in range(51)]
    too_many = ("BadRequest", "Object tags cannot be greater than 10")
    assert refusal(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=tags(*many[:11])) == too_many
    too_many = ("BadRequest", "Bucket tag count cannot be greater than 50")
    assert refusal(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags(*many)) == too_many
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(("a", "")))
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": ""}]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags())


def test_a_bucket_has_its_tags_from_the_beginning(s3, bucket):
    name = f"{bucket}-tagged"
    given = [{"Key": "a", "Value": "b"}]
    assert refused(s3.create_bucket, Bucket=name, CreateBucketConfiguration={"Tags": given * 2}) == ("InvalidTag", 400)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"Tags": given})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == given


def test_a_bucket_of_ones_own_that_is_made_again(aws, s3, bucket):
    """In us-east-1 that is no error, and changes nothing; elsewhere it is one."""
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    assert refused(s3.get_object_lock_configuration, Bucket=bucket)[0] == "ObjectLockConfigurationNotFoundError"
    sentence = "Your previous request to create the named bucket succeeded and you already own it."
    ireland = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    elsewhere = aws.client("s3", region="eu-west-1")
    for call in (s3.create_bucket, elsewhere.create_bucket):
        assert refusal(call, Bucket=bucket, **ireland) == ("BucketAlreadyOwnedByYou", sentence)
    name = f"{bucket}-ireland"
    elsewhere.create_bucket(Bucket=name, **ireland)
    assert refusal(elsewhere.create_bucket, Bucket=name, **ireland) == ("BucketAlreadyOwnedByYou", sentence)
    assert refusal(s3.create_bucket, Bucket=name) == ("BucketAlreadyOwnedByYou", sentence)
