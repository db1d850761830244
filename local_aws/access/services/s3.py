"""S3: its actions are named by what they are about, not by the operation, and change with a version that is named."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from local_aws import ACCOUNT
from local_aws.access.services.tags import member_keys
from local_aws.access.wanted import Asked, Params, Place

_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
}
_OF_VERSIONS = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
_KEYS = {
    "ACL": "s3:x-amz-acl",
    "CopySource": "s3:x-amz-copy-source",
    "Delimiter": "s3:delimiter",
    "GrantFullControl": "s3:x-amz-grant-full-control",
    "GrantRead": "s3:x-amz-grant-read",
    "GrantReadACP": "s3:x-amz-grant-read-acp",
    "GrantWrite": "s3:x-amz-grant-write",
    "GrantWriteACP": "s3:x-amz-grant-write-acp",
    "IfMatch": "s3:if-match",
    "IfNoneMatch": "s3:if-none-match",
    "MaxKeys": "s3:max-keys",
    "MetadataDirective": "s3:x-amz-metadata-directive",
    "ObjectLockLegalHoldStatus": "s3:object-lock-legal-hold",
    "ObjectLockMode": "s3:object-lock-mode",
    "ObjectLockRetainUntilDate": "s3:object-lock-retain-until-date",
    "ObjectOwnership": "s3:x-amz-object-ownership",
    "Prefix": "s3:prefix",
    "SSECustomerAlgorithm": "s3:x-amz-server-side-encryption-customer-algorithm",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "StorageClass": "s3:x-amz-storage-class",
    "VersionId": "s3:VersionId",
    "WebsiteRedirectLocation": "s3:x-amz-website-redirect-location",
}
_WRITES = {"PutObject", "PostObject", "CopyObject", "CreateMultipartUpload"}
_ALSO = (
    ("Tagging", "PutObjectTagging"),
    ("ACL", "PutObjectAcl"),
    ("GrantFullControl", "PutObjectAcl"),
    ("GrantRead", "PutObjectAcl"),
    ("GrantReadACP", "PutObjectAcl"),
    ("GrantWriteACP", "PutObjectAcl"),
    ("ObjectLockMode", "PutObjectRetention"),
    ("ObjectLockLegalHoldStatus", "PutObjectLegalHold"),
)
"""Members of a write that ask for a right of their own."""


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of S3."""
    if operation == "DeleteObjects":
        return [
            Asked(
                "DeleteObjectVersion" if item.get("VersionId") else "DeleteObject",
                {"Bucket": params["Bucket"], "Key": item["Key"]},
            )
            for item in params.get("Delete", {}).get("Objects", [])
        ]
    context = _context(params)
    if operation in {"CopyObject", "UploadPartCopy"}:
        needed = [_source(params["CopySource"]), Asked("PutObject", params, context)]
    else:
        needed = [Asked(_action(operation, params), params, context)]
    if operation == "GetObjectAttributes":
        needed.append(Asked("GetObjectVersion" if params.get("VersionId") else "GetObject", params, context))
    if operation in _WRITES:
        also = dict.fromkeys(action for member, action in _ALSO if params.get(member))
        needed += [Asked(action, params, context) for action in also]
    if operation in {"DeleteObject", "PutObjectRetention"} and params.get("BypassGovernanceRetention"):
        needed.append(Asked("BypassGovernanceRetention", params, context))
    if operation == "CreateBucket":
        needed += [Asked(action, params, context) for action in _of_a_new_bucket(params)]
    return needed


def _action(operation: str, params: Params) -> str:
    action = _ACTIONS.get(operation, operation)
    return _OF_VERSIONS.get(action, action) if params.get("VersionId") else action


def _of_a_new_bucket(params: Params) -> list[str]:
    acl = any(params.get(member) for member in ("ACL", "GrantFullControl", "GrantRead", "GrantWrite"))
    actions = ["PutBucketAcl"] if acl else []
    actions += (
        ["PutBucketObjectLockConfiguration", "PutBucketVersioning"] if params.get("ObjectLockEnabledForBucket") else []
    )
    if (params.get("CreateBucketConfiguration") or {}).get("Tags"):
        actions.append("TagResource")
    return actions + (["PutBucketOwnershipControls"] if params.get("ObjectOwnership") else [])


def _source(text: str | dict[str, Any]) -> Asked:
    if isinstance(text, dict):
        return Asked("GetObjectVersion" if text.get("VersionId") else "GetObject", text)
    source, _, query = text.removeprefix("/").partition("?")
    bucket, _, key = unquote(source).partition("/")
    action = "GetObjectVersion" if query.startswith("versionId=") else "GetObject"
    return Asked(action, {"Bucket": bucket, "Key": key})


def _context(params: Params) -> dict[str, str | list[str]]:
    known: dict[str, str | list[str]] = {**member_keys(params, _KEYS)}
    location = (params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if location:
        known["s3:LocationConstraint"] = location
    if isinstance(params.get("Tagging"), str):
        tags = dict(parse_qsl(params["Tagging"], keep_blank_values=True))
    else:
        tags = {tag["Key"]: tag.get("Value", "") for tag in (params.get("Tagging") or {}).get("TagSet", [])}
    if tags:
        known |= {f"s3:RequestObjectTag/{name}": value for name, value in tags.items()}
        known["s3:RequestObjectTagKeys"] = list(tags)
    return known | {"s3:signatureversion": "AWS4-HMAC-SHA256", "s3:ResourceAccount": ACCOUNT}
