"""The form of S3's answers: the root element of each is the one in the API reference, and a refusal is XML, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from docs.operations import answers

ROOTS = {
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesOutput",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}
"""Where neither the answer's own shape nor the request of what is asked for names it (response syntax, API reference).
Of all others it is the name of the payload, or of the document that the operation of the same name puts."""
NO_DOCUMENT = {"GetBucketPolicy", "GetObject", "SelectObjectContent"}


def root_of(operation: OperationModel) -> str | None:
    """The root element of an operation's answer; None where it has no document."""
    shape = operation.output_shape
    if operation.name in ROOTS:
        return ROOTS[operation.name]
    if shape is None or operation.name in NO_DOCUMENT or operation.name.startswith("Head"):
        return None
    if payload := shape.serialization.get("payload"):
        return shape.members[payload].serialization.get("name", payload)
    if all("location" in member.serialization for member in shape.members.values()):
        return None
    put = operation.service_model.operation_model(operation.name.replace("Get", "Put", 1)).input_shape
    return put.members[put.serialization["payload"]].serialization["name"]


@pytest.fixture
def documents(s3: Any) -> dict[str, bytes]:
    """By operation, the document that was last answered."""
    found: dict[str, bytes] = {}

    def keep(response_dict: dict[str, Any], operation_model: OperationModel, **_: Any) -> None:
        if response_dict["status_code"] < 300 and isinstance(response_dict["body"], bytes):
            found[operation_model.name] = response_dict["body"]

    s3.meta.events.register("before-parse.s3", keep)
    return found


def test_each_answers_root_element(s3, bucket, documents):
    name = f"{bucket}-roots"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    of_bucket, of_object = {"Bucket": name}, {"Bucket": name, "Key": "k"}
    s3.put_object(**of_object, Body=b"x", Tagging="a=1", ObjectLockLegalHoldStatus="ON")
    far = {"Mode": "GOVERNANCE", "RetainUntilDate": "2999-01-01T00:00:00Z"}
    s3.put_object_retention(**of_object, Retention=far)
    cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    s3.put_bucket_cors(**of_bucket, CORSConfiguration=cors)
    rules = [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
    s3.put_bucket_lifecycle_configuration(**of_bucket, LifecycleConfiguration={"Rules": rules})
    s3.put_bucket_tagging(**of_bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.put_bucket_website(**of_bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    destination = {"Bucket": f"arn:aws:s3:::{name}"}
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "Destination": destination}
    replication = {"Role": "arn:aws:iam::123456789012:role/r", "Rules": [rule]}
    s3.put_bucket_replication(**of_bucket, ReplicationConfiguration=replication)
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    statement |= {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(**of_bucket, Policy=json.dumps({"Statement": [statement]}))
    in_parts = of_bucket | {"Key": "parts"}
    upload = in_parts | {"UploadId": s3.create_multipart_upload(**in_parts)["UploadId"]}
    s3.upload_part_copy(**upload, PartNumber=1, CopySource=f"{name}/k")
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")
    s3.list_parts(**upload)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    s3.copy_object(**of_bucket, Key="copy", CopySource=f"{name}/k")
    s3.delete_objects(**of_bucket, Delete={"Objects": [{"Key": "copy"}]})
    s3.get_object_attributes(**of_object, ObjectAttributes=["ETag"])
    model, found = s3.meta.service_model, answers("s3")
    served = {*found.ours, *found.corrected, *found.motos}
    for operation in sorted(served - documents.keys()):
        if operation.startswith(("Get", "List")):
            members = model.operation_model(operation).input_shape.members
            getattr(s3, xform_name(operation))(**{key: of_object[key] for key in of_object.keys() & members.keys()})
    expected = {one: root for one in served if (root := root_of(model.operation_model(one))) is not None}
    assert set(expected) <= documents.keys() | {"CreateBucket"}
    wrong = {one: (root, documents[one]) for one, root in expected.items() if f"<{root}".encode() not in documents[one]}
    assert wrong == {}


def test_what_is_not_there_is_refused_by_name_in_xml(s3, bucket):
    answered: list[tuple[int, str]] = []

    def keep(response_dict: dict[str, Any], **_: Any) -> None:
        answered.append((response_dict["status_code"], response_dict["headers"]["content-type"]))

    s3.meta.events.register("before-parse.s3", keep)
    missing = answers("s3").missing
    assert "ListDirectoryBuckets" in missing
    with pytest.raises(ClientError) as refused:
        s3.list_directory_buckets()
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    with pytest.raises(ClientError) as refused:
        s3.get_object_torrent(Bucket=bucket, Key="k")
    assert refused.value.response["Error"]["Message"].startswith("s3:GetObjectTorrent is not there")
    assert answered == [(501, "application/xml")] * 2
