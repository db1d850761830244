"""Nothing that a browser sends for a page is answered, but an object by a URL that somebody really signed for it."""

from __future__ import annotations

import pytest

from local_aws import ADMIN_ACCESS_KEY, REGION

MARKS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-User": "?1"},
    {"sec-fetch-storage-access": "active"},
    {"Origin": "https://example.com"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Referer": "https://example.com/"},
    {"Referer": "http://127.0.0.1:8888/lab"},
    {"Host": "rebound.example.com"},
    {"Host": "127.0.0.1.example.com"},
    {"Host": "127.0.0.1:4566@example.com"},
    {"Host": "localhost.example.com:80"},
    {"Host": "xlocalhost"},
    {"Host": "sync-example.com"},
    {"Host": "sync-bucket.localhost"},
    {"Host": "127.0.0.1 "},
    {"Host": "bucket.localhost"},
    {"Host": "0.0.0.0"},
    {"Host": "127.1"},
    {"Host": "s3.amazonaws.com"},
    {"Host": ""},
]
"""What tells a page's request: what a browser adds, and names by which this server isn't called (DNS rebinding)."""
REBOUND = {"127.0.0.1 "}
"""A space at a header's end is no part of it."""

CALLS = [
    ("s3", "GET", "/", {}, b""),
    ("s3", "PUT", "/taken-by-a-page", {}, b""),
    ("iam", "GET", "/?Action=CreateUser&UserName=page&Version=2010-05-08", {}, b""),
    ("iam", "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Action=ListUsers&Version=2010-05-08"),
    ("lambda", "GET", "/2015-03-31/functions", {}, b""),
    ("logs", "POST", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "text/plain"}, b"{}"),
    (
        "states",
        "POST",
        "/",
        {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Content-Type": "text/plain"},
        b"{}",
    ),
    ("s3", "OPTIONS", "/", {}, b""),
]


@pytest.mark.parametrize("mark", MARKS, ids=str)
def test_a_page_gets_nothing_even_of_a_signed_request(outsider, mark):
    for service, method, path, headers, body in CALLS:
        if mark.get("Host") in REBOUND:
            continue
        signed = outsider.signed(service, method, path, headers | {"Host": outsider.host} | mark, body)
        answer = outsider.ask(method, path, signed, body)
        assert answer.status in {400, 403}, (service, method, path, answer)
        assert "access-control" not in answer.text.lower()
    assert "page" not in [user["UserName"] for user in outsider.client("iam").list_users()["Users"]]
    assert "taken-by-a-page" not in [b["Name"] for b in outsider.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize("mark", [mark for mark in MARKS if "Host" not in mark], ids=str)
def test_a_page_shows_an_object_only_by_a_url_that_was_really_signed(outsider, mark):
    bucket, s3 = outsider.bucket(), outsider.client("s3", signature_version="s3v4")
    where = {"Bucket": bucket, "Key": "k"}
    signed = s3.generate_presigned_url("get_object", Params=where).removeprefix(outsider.endpoint_url)
    answer = outsider.ask("GET", signed, mark)
    assert (answer.status, answer.text.endswith("secret")) == (200, True)
    assert "access-control" not in answer.text.lower()
    scope = f"20260101%2F{REGION}%2Fs3%2Faws4_request"
    forged = (
        f"/{bucket}/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ADMIN_ACCESS_KEY}%2F{scope}"
        "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=" + "0" * 64
    )
    well_known = outsider.client(
        "s3", {"AccessKeyId": ADMIN_ACCESS_KEY, "SecretAccessKey": "local-aws-only-not-a-real-secret-key-000"}
    )
    put = s3.generate_presigned_url("put_object", Params=where).removeprefix(outsider.endpoint_url)
    delete = s3.generate_presigned_url("delete_object", Params=where).removeprefix(outsider.endpoint_url)
    for method, target in (
        ("GET", f"/{bucket}/k"),
        ("GET", forged),
        ("GET", well_known.generate_presigned_url("get_object", Params=where).removeprefix(outsider.endpoint_url)),
        ("GET", f"/{bucket}/k?X-Amz-Credential={ADMIN_ACCESS_KEY}%2F{scope}"),
        ("GET", f"/{bucket}/k?AWSAccessKeyId={ADMIN_ACCESS_KEY}&Signature=AAAA&Expires=9999999999"),
        ("GET", signed.replace("Signature=", "Signature=0")),
        ("PUT", put),
        ("DELETE", delete),
        ("POST", f"/{bucket}"),
        ("OPTIONS", signed),
    ):
        answer = outsider.ask(method, target, mark)
        assert (answer.status in {400, 403, 405}, "secret" in answer.text) == (True, False), (method, target, answer)
    assert s3.get_object(**where)["Body"].read() == b"secret"


def test_an_object_that_is_public_is_not_so_for_pages(outsider):
    bucket, s3 = outsider.bucket(), outsider.client("s3")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=str({"Version": "2012-10-17", "Statement": statement}).replace("'", '"'))
    assert outsider.ask("GET", f"/{bucket}/k").status == 200
    for mark in MARKS:
        if mark.get("Host") not in REBOUND:
            assert outsider.ask("GET", f"/{bucket}/k", mark).status in {400, 403}, mark
