"""Who calls is who has signed: with the right secret, in time, and all that matters in the request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import stat
import subprocess
import sys
import urllib.error
import urllib.request
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_aws import ADMIN_ACCESS_KEY, REGION, wire
from local_aws.access import administrator, signature
from local_aws.call import ApiError
from tests.served import served
from tests.signing import signed_headers

# ---- AWS's own examples --------------------------------------------------------------------------------------

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
S3_HOST = "examplebucket.s3.amazonaws.com"
CHUNKED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
EXAMPLES = {
    "an object, in part": ("GET", "/test.txt", {"range": "bytes=0-9", "x-amz-content-sha256": signature.EMPTY_SHA256},
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    "an object, put": ("PUT", "/test%24file.text", {"date": "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"},
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    "a bucket's lifecycle": ("GET", "/?lifecycle", {"x-amz-content-sha256": signature.EMPTY_SHA256},
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    "a bucket's keys": ("GET", "/?max-keys=2&prefix=J", {"x-amz-content-sha256": signature.EMPTY_SHA256},
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
}  # fmt: skip
"""S3 API reference, "Authenticating Requests: Using the Authorization Header", its examples of 24 May 2013."""


class Then(datetime):
    """The time of the examples."""

    at = datetime(2013, 5, 24, tzinfo=UTC)

    @classmethod
    def now(cls, zone: Any = None) -> datetime:
        return cls.at


def read(method: str, target: str, headers: dict[str, str]) -> tuple[wire.Request, signature.Signature]:
    request = wire.read(method, target, list(headers.items()))
    return request, signature.signature(request)


def refusal(api: str, signed: signature.Signature, secret: str, request: wire.Request) -> str | None:
    try:
        signature.verify(wire.api_for(api), signed, secret, request)
    except ApiError as error:
        return error.code
    return None


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_reference_are_right_and_nothing_beside_them(monkeypatch, name):
    monkeypatch.setattr(signature, "datetime", Then)
    method, target, headers, value = EXAMPLES[name]
    headers = {"host": S3_HOST, "x-amz-date": "20130524T000000Z"} | headers
    names = ";".join(sorted(headers))
    scope = "20130524/us-east-1/s3/aws4_request"
    parts = f"Credential=AKIAIOSFODNN7EXAMPLE/{scope},SignedHeaders={names},Signature={value}"
    request, signed = read(method, target, headers | {"authorization": f"AWS4-HMAC-SHA256 {parts}"})
    assert refusal("s3", signed, SECRET, request) is None
    assert refusal("s3", signed, SECRET + "x", request) == "SignatureDoesNotMatch"
    for change in ({"method": "DELETE"}, {"path": "/other"}, {"raw_query": "x=1"}):
        changed = wire.Request(**(vars(request) | change))
        assert refusal("s3", signed, SECRET, changed) == "SignatureDoesNotMatch", change


def test_the_presigned_example_of_the_reference(monkeypatch):
    monkeypatch.setattr(signature, "datetime", Then)
    target = (
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
        "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    request, signed = read("GET", target, {"host": S3_HOST})
    assert refusal("s3", signed, SECRET, request) is None
    monkeypatch.setattr(Then, "at", Then.at + timedelta(days=2))
    assert refusal("s3", signed, SECRET, request) == "AccessDenied"


def test_the_chunks_of_the_reference(monkeypatch):
    """S3 API reference, "Transferring Payload in Multiple Chunks": 66,560 bytes of `a`."""
    monkeypatch.setattr(signature, "datetime", Then)
    headers = {
        "content-encoding": "aws-chunked", "content-length": "66824", "host": "s3.amazonaws.com",
        "x-amz-content-sha256": CHUNKED, "x-amz-date": "20130524T000000Z", "x-amz-decoded-content-length": "66560",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }  # fmt: skip
    seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    scope = "20130524/us-east-1/s3/aws4_request"
    parts = f"Credential=AKIAIOSFODNN7EXAMPLE/{scope},SignedHeaders={';'.join(sorted(headers))},Signature={seed}"
    request, signed = read(
        "PUT", "/examplebucket/chunkObject.txt", headers | {"authorization": f"AWS4-HMAC-SHA256 {parts}"}
    )
    assert refusal("s3", signed, SECRET, request) is None
    before = seed
    for size, value in (
        (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    ):
        hashed = hashlib.sha256(b"a" * size).hexdigest()
        signature.verify_chunk(signed, SECRET, "PAYLOAD", before, hashed, value)
        with pytest.raises(ApiError):
            signature.verify_chunk(signed, SECRET, "PAYLOAD", value, hashed, value)
        before = value


def test_the_example_of_iam(monkeypatch):
    """IAM user guide, "Create a signed AWS API request": ListUsers of 30 August 2015."""
    monkeypatch.setattr(signature, "datetime", Then)
    monkeypatch.setattr(Then, "at", datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    scope = "20150830/us-east-1/iam/aws4_request"
    value = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8", "host": "iam.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, "
        f"SignedHeaders=content-type;host;x-amz-date, Signature={value}",
    }  # fmt: skip
    request, signed = read("GET", "/?Action=ListUsers&Version=2010-05-08", headers)
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    assert refusal("iam", signed, secret, request) is None
    request.body = b"Action=CreateUser"
    assert refusal("iam", signed, secret, request) == "SignatureDoesNotMatch"


# ---- what services say ---------------------------------------------------------------------------------------

CALLS = {
    "s3": "list_buckets", "iam": "list_users", "sts": "get_caller_identity", "sns": "list_topics",
    "lambda": "list_functions", "stepfunctions": "list_state_machines", "sagemaker": "list_models",
    "logs": "describe_log_groups", "sqs": "list_queues", "dynamodb": "list_tables",
}  # fmt: skip
IN_FORMS = {"s3", "iam", "sts", "sns"}


def refused(client: Any, service: str) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as error:
        getattr(client, CALLS[service])()
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


@pytest.mark.parametrize("service", CALLS)
def test_a_wrong_secret_is_refused_in_the_services_words(outsider, service):
    wrong = {"AccessKeyId": ADMIN_ACCESS_KEY, "SecretAccessKey": "local-aws-only-not-a-real-secret-key-000"}
    code, status, message = refused(outsider.client(service, wrong), service)
    assert code == ("SignatureDoesNotMatch" if service in IN_FORMS else "InvalidSignatureException")
    assert status == (400 if service in {"stepfunctions", "sagemaker", "logs", "sqs", "dynamodb"} else 403)
    assert message.startswith("The request signature we calculated does not match the signature you provided.")


@pytest.mark.parametrize("service", CALLS)
def test_an_unknown_key_is_refused_whatever_it_signs_with(outsider, service):
    code, _, _ = refused(outsider.client(service, {"AccessKeyId": "AKIANOBODY", "SecretAccessKey": "x"}), service)
    known = {"s3": "InvalidAccessKeyId"} | dict.fromkeys(IN_FORMS - {"s3"}, "InvalidClientTokenId")
    assert code == known.get(service, "UnrecognizedClientException")


def test_keys_of_users_and_sessions_need_their_own_secrets(outsider):
    iam, name = outsider.client("iam"), f"user-{os.urandom(4).hex()}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    assert outsider.client("sts", key).get_caller_identity()["Arn"].endswith(f"user/{name}")
    code, _, _ = refused(outsider.client("sts", key | {"SecretAccessKey": "x" * 40}), "sts")
    assert code == "SignatureDoesNotMatch"
    code, _, _ = refused(outsider.client("sts", key | {"SecretAccessKey": outsider.secret}), "sts")
    assert code == "SignatureDoesNotMatch"
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    session = outsider.client("sts").assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="session")["Credentials"]
    assert "assumed-role" in outsider.client("sts", session).get_caller_identity()["Arn"]
    code, _, _ = refused(outsider.client("sts", session | {"SecretAccessKey": "x" * 40}), "sts")
    assert code == "SignatureDoesNotMatch"
    code, _, _ = refused(outsider.client("sts", session | {"SessionToken": "x"}), "sts")
    assert code == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("service", "path", "minutes", "words"),
    [
        ("s3", "/", 16, "RequestTimeTooSkewed"),
        ("s3", "/", -16, "RequestTimeTooSkewed"),
        ("iam", "/?Action=ListUsers&Version=2010-05-08", 16, "Signature expired: "),
        ("iam", "/?Action=ListUsers&Version=2010-05-08", -16, "Signature not yet current: "),
        ("lambda", "/2015-03-31/functions", 6, " min.)"),
        ("lambda", "/2015-03-31/functions", -6, "InvalidSignatureException"),
    ],
)
def test_a_clock_that_is_wrong(outsider, monkeypatch, service, path, minutes, words):
    class Off(datetime):
        @classmethod
        def now(cls, zone: Any = None) -> datetime:
            return datetime.now(zone) - timedelta(minutes=minutes)

        @classmethod
        def utcnow(cls) -> datetime:
            return datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)

    assert outsider.ask("GET", path, outsider.signed(service, "GET", path)).status == 200
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: Off.utcnow())
    answer = outsider.ask("GET", path, outsider.signed(service, "GET", path))
    assert (answer.status, words in answer.text) == (403, True), answer


@pytest.mark.parametrize("region", ["mars-1", "us-east-99", "cn-north-1", "us-gov-west-1", "aws-global"])
def test_a_region_that_the_account_does_not_have(outsider, region):
    for service, path, words in (
        ("s3", "/", f"the region '{region}' is wrong"),
        ("iam", "/?Action=ListUsers&Version=2010-05-08", "Credential should be scoped to a valid region."),
        ("lambda", "/2015-03-31/functions", "Credential should be scoped to a valid region."),
    ):
        signed = signed_headers(outsider.endpoint_url, outsider.secret, service, "GET", path, region=region)
        answer = outsider.ask("GET", path, signed)
        assert (answer.status in {400, 403}, words in answer.text) == (True, True), answer


@pytest.mark.parametrize("left_out", ["host", "x-amz-target", "x-amz-date"])
def test_headers_that_count_must_be_signed(outsider, left_out):
    headers = {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}
    signed = outsider.signed("logs", "POST", "/", headers, b"{}")
    assert outsider.ask("POST", "/", signed, b"{}").status == 200
    signed["Authorization"] = re.sub(rf"(?<=[=;]){left_out};?", "", signed["Authorization"]).replace(";,", ",")
    answer = outsider.ask("POST", "/", signed, b"{}")
    assert (answer.status, "InvalidSignatureException" in answer.text) == (400, True), answer


def test_headers_added_to_a_signed_request_of_s3(outsider):
    path = f"/{outsider.bucket()}/k"
    signed = outsider.signed("s3", "GET", path)
    assert outsider.ask("GET", path, signed | {"x-amzn-trace-id": "Root=1"}).status == 200
    for name in ("x-amz-acl", "x-amz-copy-source", "x-amz-meta-a", "X-Amz-Security-Token"):
        answer = outsider.ask("PUT", path, outsider.signed("s3", "PUT", path) | {name: "public-read"})
        assert answer.status == 403, answer
    answer = outsider.ask("GET", path, signed | {"x-amz-acl": "private"})
    assert "<HeadersNotSigned>x-amz-acl</HeadersNotSigned>" in answer.text


def test_a_body_is_the_one_that_was_signed(outsider):
    path = f"/{outsider.bucket()}/k"
    signed = outsider.signed("s3", "PUT", path, body=b"right")
    answer = outsider.ask("PUT", path, signed, b"wrong")
    assert (answer.status, "XAmzContentSHA256Mismatch" in answer.text) == (400, True)
    body = b"Action=ListUsers&Version=2010-05-08"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    signed = outsider.signed("iam", "POST", "/", headers, body)
    assert outsider.ask("POST", "/", signed, body).status == 200
    assert outsider.ask("POST", "/", signed, body.replace(b"ListUsers", b"ListRoles")).status == 403


# ---- presigned -----------------------------------------------------------------------------------------------


def status(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data, {"Content-Type": "", **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("version", ["s3v4", None])
def test_a_presigned_url_is_good_for_what_was_signed(outsider, version):
    bucket, s3 = outsider.bucket(), outsider.client("s3", signature_version=version)
    outsider.client("s3").put_object(Bucket=bucket, Key="other", Body=b"other")
    where = {"Bucket": bucket, "Key": "k"}
    get = s3.generate_presigned_url("get_object", Params=where)
    put = s3.generate_presigned_url("put_object", Params=where | {"ContentType": "text/plain"})
    assert status(get) == (200, "secret")
    assert status(put, "PUT", b"new", **{"Content-Type": "text/plain"})[0] == 200
    for url, method, headers in (
        (put, "PUT", {"Content-Type": "text/html"}),
        (get.replace("/k?", "/other?"), "GET", {}),
        (get.replace(f"/{bucket}/", "/another/"), "GET", {}),
        (get, "PUT", {}),
        (get, "DELETE", {}),
        (get, "HEAD", {}),
        (get + "&response-content-type=text/html", "GET", {}),
        (get + "&versionId=null", "GET", {}),
        (get + "&acl", "GET", {}),
        (get.replace("3600", "36000") if version else re.sub("Expires=[0-9]+", "Expires=9999999999", get), "GET", {}),
        (get.replace("Signature=", "Signature=0"), "GET", {}),
        (get, "GET", {"x-amz-expected-bucket-owner": "123456789012"}),
    ):
        data = b"evil" if method == "PUT" else None
        code, text = status(url, method, data, **headers)
        assert code in {400, 403}, (url, method, headers, code)
        assert "secret" not in text.lower().replace("secret access key", "")
    assert status(get) == (200, "new")


def test_a_presigned_url_ends(outsider):
    bucket, s3 = outsider.bucket(), outsider.client("s3", signature_version="s3v4")
    where = {"Bucket": bucket, "Key": "k"}
    url = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=8 * 86400)
    code, text = status(url)
    assert (code, "AuthorizationQueryParametersError" in text, "less than a week" in text) == (400, True, True)
    for expires, words in (("-1", "non-negative"), ("soon", "a number"), ("", "requires"), ("1e3", "a number")):
        code, text = status(re.sub("X-Amz-Expires=[0-9]+", f"X-Amz-Expires={expires}", url))
        assert (code, words in text) == (400, True), text
    gone = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=1)
    old = outsider.client("s3").generate_presigned_url("get_object", Params=where, ExpiresIn=-1)
    for one in (gone, old):
        code, text = status(one)
        while code == 200:  # within the seconds for which it holds
            code, text = status(one)
        assert (code, "Request has expired" in text) == (403, True)


def test_presigned_calls_of_other_services(outsider):
    for secret, expected in ((outsider.secret, 200), ("x" * 40, 403)):
        url = f"{outsider.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
        request = AWSRequest("GET", url)
        SigV4QueryAuth(Credentials(ADMIN_ACCESS_KEY, secret), "sts", REGION, expires=60).add_auth(request)
        assert status(request.url)[0] == expected
        assert status(request.url.replace("GetCallerIdentity", "AssumeRole"))[0] == 403


# ---- forms and chunks ----------------------------------------------------------------------------------------


def send_form(url: str, fields: dict[str, str], content: bytes) -> tuple[int, str]:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    body = parts.encode() + b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body += content + b"\r\n--b--\r\n"
    return status(url, "POST", body, **{"Content-Type": "multipart/form-data; boundary=b"})


@pytest.mark.parametrize("version", ["s3v4", None])
def test_a_form_is_good_for_its_policy(outsider, version):
    bucket, s3 = outsider.bucket(), outsider.client("s3", signature_version=version)
    post = s3.generate_presigned_post(bucket, "up/${filename}", {"success_action_status": "201"},
                                      [{"success_action_status": "201"}, ["content-length-range", 1, 10]])  # fmt: skip
    url, fields = post["url"], post["fields"]
    code, text = send_form(url, fields, b"four")
    assert (code, "<Key>up/f</Key>" in text) == (201, True), text
    assert s3.get_object(Bucket=bucket, Key="up/f")["Body"].read() == b"four"
    name = "x-amz-signature" if version else "signature"
    policy = base64.b64encode(base64.b64decode(fields["policy"]).replace(b"up/", b"")).decode()
    for change in (
        {name: "0" * 64},
        {"policy": policy},
        {"policy": policy, "key": "k"},
        {"key": "k"},
        {"KEY": "k"},
        {"x-amz-meta-a": "1"},
        {"acl": "public-read"},
        {"x-amz-credential": f"{ADMIN_ACCESS_KEY}/20260101/{REGION}/iam/aws4_request"},
        {"AWSAccessKeyId": "AKIANOBODY"},
    ):
        code, text = send_form(url, fields | change, b"evil")
        assert code in {400, 403}, (change, code, text)
    for missing in (name, "policy"):
        assert send_form(url, {n: v for n, v in fields.items() if n != missing}, b"evil")[0] in {400, 403}
    assert send_form(url, fields, b"")[0] == 400
    assert send_form(url, fields, b"x" * 11)[0] == 400
    assert send_form(url, {"key": "k"}, b"evil")[0] == 403
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"secret"


def chunks(outsider: Any, path: str, parts: list[bytes], trailer: dict[str, str], headers: dict[str, str]) -> tuple:
    """The headers and the body of an upload in signed chunks."""
    kind = CHUNKED + ("-TRAILER" if trailer else "")
    length = str(sum(map(len, parts)))
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Content-SHA256": kind,
        "X-Amz-Decoded-Content-Length": length,
    } | headers
    headers |= {"X-Amz-Trailer": ",".join(trailer)} if trailer else {}
    signed = outsider.signed("s3", "PUT", path, headers)
    stamp, before = signed["X-Amz-Date"], signed["Authorization"].rpartition("=")[2]
    scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
    key = signature.signing_key(outsider.secret, stamp[:8], REGION, "s3")

    def sign(kind: str, *lines: str) -> str:
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", stamp, scope, before, *lines])
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    body = b""
    for part in [*parts, b""]:
        before = sign("PAYLOAD", signature.EMPTY_SHA256, hashlib.sha256(part).hexdigest())
        body += f"{len(part):x};chunk-signature={before}\r\n".encode() + part + (b"\r\n" if part else b"")
    if trailer:
        text = "".join(f"{name}:{value}\n" for name, value in trailer.items())
        last = sign("TRAILER", hashlib.sha256(text.encode()).hexdigest())
        body += text.replace("\n", "\r\n").encode() + f"x-amz-trailer-signature:{last}\r\n".encode()
    return signed, body + b"\r\n"


def crc32(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


@pytest.mark.parametrize("with_trailer", [False, True])
def test_an_upload_in_signed_chunks(outsider, with_trailer):
    path = f"/{outsider.bucket()}/k"
    parts = [b"a" * 65536, b"b" * 65536, b"c" * 10]
    content = b"".join(parts)
    trailer = {"x-amz-checksum-crc32": crc32(content)} if with_trailer else {}
    signed, body = chunks(outsider, path, parts, trailer, {})
    assert outsider.ask("PUT", path, signed, body).status == 200
    found = outsider.client("s3").get_object(Bucket=path.split("/")[1], Key="k")
    assert (found["Body"].read() == content, found.get("ContentEncoding")) == (True, None)
    for old, new in (
        (b"aaaa", b"evil"),
        (b"chunk-signature=", b"chunk-signature=0"),
        (b"10000;chunk-signature=", b"ffff;chunk-signature="),
        (b"\r\n0;chunk-signature=", b"\r\n1;chunk-signature="),
        (b"10000;chunk-signature=", b"ffffffffffffffff;chunk-signature="),
        (b"10000;chunk-signature=", b"-1;chunk-signature="),
        (b";chunk-signature=", b""),
        (crc32(content).encode(), crc32(b"evil").encode()),
        (b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0"),
        (b"x-amz-checksum-crc32:", b"x-amz-checksum-sha1:"),
    ):
        changed = body.replace(old, new, 1)
        if changed != body:
            answer = outsider.ask("PUT", path, signed, changed)
            assert answer.status in {400, 403}, (old, new, answer)
    assert outsider.ask("PUT", path, signed, body[: len(body) // 2]).status in {400, 403}


def test_an_upload_with_an_unsigned_trailer(outsider):
    path = f"/{outsider.bucket()}/k"
    headers = {"Content-Encoding": "gzip,aws-chunked", "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
               "X-Amz-Decoded-Content-Length": "4", "X-Amz-Trailer": "x-amz-checksum-crc32"}  # fmt: skip
    signed = outsider.signed("s3", "PUT", path, headers)
    good = f"4\r\nfour\r\n0\r\nx-amz-checksum-crc32:{crc32(b'four')}\r\n\r\n".encode()
    assert outsider.ask("PUT", path, signed, good).status == 200
    found = outsider.client("s3").get_object(Bucket=path.split("/")[1], Key="k")
    assert (found["Body"].read(), found["ContentEncoding"]) == (b"four", "gzip")
    for bad in (
        good.replace(b"four", b"evil"),
        good.replace(b"4\r\n", b"5\r\n", 1),
        good.replace(b"4\r\n", b"x\r\n", 1),
        good.replace(b"x-amz-checksum-crc32", b"x-amz-checksum-sha1"),
        good.replace(b"0\r\nx", b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx"),
        b"4\r\nfour\r\n0\r\n\r\n",
        b"4\r\nfour\r\n",
        b"2\r\nfo\r\n0\r\n\r\n",
        b"",
    ):
        answer = outsider.ask("PUT", path, signed, bad)
        assert (answer.status, "<Error>" in answer.text) == (400, True), (bad, answer)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_the_checksums_that_boto3_sends(outsider, algorithm):
    bucket, s3 = outsider.bucket(), outsider.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"four", ChecksumAlgorithm=algorithm)
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"four"
    for name in (f"Checksum{algorithm}", "ContentMD5"):
        wrong = {"CRC32": 4, "SHA1": 20, "SHA256": 32}[algorithm] if name != "ContentMD5" else 16
        with pytest.raises(ClientError, match="BadDigest"):
            s3.put_object(Bucket=bucket, Key="k", Body=b"four", **{name: base64.b64encode(b"x" * wrong).decode()})


# ---- the administrator's secret ------------------------------------------------------------------------------


def test_the_secret_is_new_and_this_users_alone(outsider):
    with served() as another:
        assert administrator.secret_for(another) != outsider.secret
        assert len(outsider.secret) == 40
    assert administrator.secret_for(another) is None
    files = list(administrator.folder().glob("administrator-*.json"))
    assert files
    if os.name != "nt":
        assert stat.S_IMODE(administrator.folder().stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_env_tells_the_secret_of_the_server_that_is_asked_for(outsider):
    with served() as another:
        for endpoint_url in (outsider.endpoint_url, another):
            port = endpoint_url.rpartition(":")[2]
            command = [sys.executable, "-m", "local_aws", "env", "--port", port]
            lines = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
            assert administrator.secret_for(endpoint_url) in lines
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "No embedded AWS of yours runs on port" in done.stderr, done.stdout) == (1, True, "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_another_user_of_the_computer_finds_no_secret(outsider):
    """`nobody` reads neither the file nor, in /proc, the server's memory or environment."""
    pid = json.loads(next(administrator.folder().glob(f"*-{outsider.address[1]}.json")).read_text())["pid"]
    for path in (next(administrator.folder().glob("*.json")), Path(f"/proc/{pid}/environ"), Path(f"/proc/{pid}/mem")):
        code = f"import os; os.setgid(65534); os.setuid(65534); open({str(path)!r}, 'rb').read(1)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        assert "PermissionError" in done.stderr, done.stderr
    environ = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    assert outsider.secret.encode() not in environ


def test_a_request_as_the_old_constant_key(outsider):
    body = urlencode({"Action": "CreateUser", "UserName": "evil", "Version": "2010-05-08"}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for secret in ("local-aws-only-not-a-real-secret-key-000", "", "None"):
        signed = signed_headers(outsider.endpoint_url, secret, "iam", "POST", "/", headers, body)
        assert outsider.ask("POST", "/", signed, body).status == 403
    assert "evil" not in [user["UserName"] for user in outsider.client("iam").list_users()["Users"]]
