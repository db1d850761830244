"""The front door as clients meet it: which service and operation a request means, and what isn't there."""

from __future__ import annotations

import concurrent.futures
import http.client
import secrets
import socket
import threading
from urllib.parse import urlsplit

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws import ADMIN_ACCESS_KEY, REGION
from tests.signing import send, signed_headers


def _send(aws, method: str, path: str, headers: dict | None = None, body: bytes | None = None, service: str = ""):
    """A request without any SDK, signed for a service where one is named; gives status, headers and body."""
    if service:
        headers = signed_headers(aws.endpoint_url, aws.secret, service, method, path, headers, body or b"")
    status, answered, content = send(aws.endpoint_url, method, path, headers, body)
    return status, answered, content.decode()


@pytest.mark.parametrize(
    ("service", "ask"),
    [
        ("s3", lambda client: client.list_buckets()["Buckets"]),
        ("iam", lambda client: client.list_roles()["Roles"]),
        ("sts", lambda client: client.get_caller_identity()["Account"]),
        ("lambda", lambda client: client.list_functions()["Functions"]),
        ("logs", lambda client: client.describe_log_groups()["logGroups"]),
        ("sqs", lambda client: client.list_queues()["ResponseMetadata"]),
        ("sns", lambda client: client.list_topics()["Topics"]),
        ("service-quotas", lambda client: client.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]),
    ],
)
def test_services_are_told_apart_by_the_signature(aws, service, ask):
    assert ask(aws.client(service)) is not None


@pytest.mark.parametrize(
    ("service", "operation", "what"),
    [
        ("ec2", "describe_instances", "the service ec2"),
        ("cloudwatch", "list_metrics", "the service monitoring"),
        ("elb", "describe_load_balancers", "the service elasticloadbalancing"),
        ("efs", "describe_file_systems", "the service elasticfilesystem"),
        ("route53", "list_hosted_zones", "the service route53"),
        ("lambda", "list_capacity_providers", "lambda:ListCapacityProviders"),
        ("sts", "get_session_token", "sts:GetSessionToken"),
        ("service-quotas", "list_services", "service-quotas:ListServices"),
    ],
)
def test_what_is_not_there_says_so_by_name_in_every_protocol(aws, service, operation, what):
    with pytest.raises(ClientError) as refused:
        getattr(aws.client(service), operation)()
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"].startswith(f"{what} is not there")) == ("NotImplemented", True), error


@pytest.mark.parametrize(
    ("service", "request_", "status", "words"),
    [
        ("lambda", ("GET", "/2015-03-31/no-such-thing", {}, None), 404, "GET /2015-03-31/no-such-thing"),
        ("logs", ("POST", "/", {"X-Amz-Target": "Logs_20140328.NoSuchThing"}, b"{}"), 400, "Logs_20140328.NoSuchThing"),
        ("sts", ("POST", "/", {}, b"Action=NoSuchThing&Version=2011-06-15"), 400, "NoSuchThing"),
        ("s3", ("PATCH", "/bucket", {}, None), 405, "MethodNotAllowed"),
    ],
)
def test_an_operation_nobody_knows(aws, service, request_, status, words):
    method, path, headers, body = request_
    answered, _, text = _send(aws, method, path, headers, body, service)
    assert (answered, words in text) == (status, True), text


def test_an_operation_of_s3_is_never_taken_for_another(aws):
    bucket, s3 = aws.bucket(), aws.client("s3")
    for operation in ("delete_bucket_analytics_configuration", "delete_bucket_metrics_configuration"):
        with pytest.raises(ClientError, match="is not there"):
            getattr(s3, operation)(Bucket=bucket, Id="x")
    assert s3.head_bucket(Bucket=bucket)


def test_faults_in_a_request_are_all_named(aws):
    with pytest.raises(ClientError) as refused:
        aws.client("lambda").get_function(FunctionName="a b" * 100)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("2 validation errors detected: Value '")
    assert "at 'functionName' failed to satisfy constraint: Member must have length less than or equal to" in str(error)
    assert "at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern" in str(
        error
    )


def test_a_body_that_is_not_json(aws):
    target = {"X-Amz-Target": "x"}
    status, headers, _ = _send(aws, "POST", "/2015-03-31/functions", target, b"{not json", "lambda")
    assert (status, headers["x-amzn-ErrorType"]) == (400, "SerializationException")


def test_answers_carry_a_request_id(aws):
    for service, ask in (("lambda", "list_functions"), ("s3", "list_buckets"), ("sts", "get_caller_identity")):
        assert getattr(aws.client(service), ask)()["ResponseMetadata"]["RequestId"]


def test_motos_own_pages_are_closed(aws):
    name = aws.bucket()
    for service in ("", "s3", "iam"):
        for path in ("/moto-api/", "/moto-api/reset", "/moto-api/data.json"):
            assert _send(aws, "POST", path, service=service)[0] >= 400
    assert aws.client("s3").head_bucket(Bucket=name)


def test_only_the_loopback_listens(aws):
    port = urlsplit(aws.endpoint_url).port
    listening = [
        c.laddr for c in psutil.Process().net_connections("inet") if c.status == "LISTEN" and c.laddr.port == port
    ]
    assert [address.ip for address in listening] == ["127.0.0.1"]
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET and not address.address.startswith("127."):
                with pytest.raises(OSError), socket.create_connection((address.address, port), timeout=2):
                    pass


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example.com"},
    ],
)
def test_a_page_in_a_browser_cannot_act_here(aws, headers):
    credential = f"X-Amz-Credential={ADMIN_ACCESS_KEY}/20260101/{REGION}/iam/aws4_request"
    name = f"role-{secrets.token_hex(4)}"
    path = f"/?Action=CreateUser&UserName={name}&Version=2010-05-08&{credential}"
    status, answered, _ = _send(aws, "GET", path, headers)
    assert (status, answered.get("Access-Control-Allow-Origin")) == (403, None)
    assert name not in [user["UserName"] for user in aws.client("iam").list_users()["Users"]]


@pytest.mark.parametrize("version", ["s3v4", None])
def test_a_page_may_show_an_object_by_its_presigned_url(aws, version):
    bucket, s3 = aws.bucket(), aws.client("s3", config=Config(signature_version=version))
    s3.put_object(Bucket=bucket, Key="picture.svg", Body=b"<svg/>")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "picture.svg"})
    parts = urlsplit(url)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.com"}
    status, headers, body = _send(aws, "GET", f"{parts.path}?{parts.query}", foreign)
    assert (status, body) == (200, "<svg/>")
    assert "Access-Control-Allow-Origin" not in headers  # shown, but no script of the page may read it


def test_a_connection_is_kept_for_many_requests(aws):
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint_url).netloc, timeout=20)
    connection.connect()
    kept = connection.sock
    bucket = aws.bucket()
    path = f"/{bucket}/key"
    # Refused, unread, empty and chunked bodies all have to leave the connection where the next request begins.
    for method, target, body, service, status in (
        ("GET", "/", None, "s3", 200),
        ("PUT", path, b"x" * 200_000, "", 403),
        ("PUT", path, b"x" * 200_000, "s3", 200),
        ("HEAD", path, None, "s3", 200),
        ("PUT", path, [b"abc", b"def"], "s3", 200),
        ("HEAD", "/missing", None, "s3", 404),
        ("DELETE", path, None, "s3", 204),
        ("POST", "/", b"Action=GetCallerIdentity", "sts", 200),
    ):
        whole = b"".join(body) if isinstance(body, list) else body or b""
        headers = {"Transfer-Encoding": "chunked"} if isinstance(body, list) else {}
        if service:
            headers = signed_headers(aws.endpoint_url, aws.secret, service, method, target, headers, whole)
        connection.request(method, target, body, headers, encode_chunked=True)
        answer = connection.getresponse()
        answer.read()
        assert (method, target, answer.status) == (method, target, status)
        assert connection.sock is kept
    connection.close()


def test_a_request_that_is_no_http_is_answered_and_forgotten(aws):
    for raw in (
        b"nonsense\r\n\r\n",
        b"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: many\r\n\r\n",
        b"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", urlsplit(aws.endpoint_url).port), timeout=10) as connection:
            connection.sendall(raw)
            assert b" 400 " in connection.recv(1000).splitlines()[0], raw
    assert aws.client("sts").get_caller_identity()["Account"]


def test_eight_threads_at_once(aws):
    bucket, barrier = aws.bucket(), threading.Barrier(8)

    def work(number: int) -> list[bytes]:
        s3 = aws.client("s3")
        barrier.wait(20)
        for turn in range(5):
            s3.put_object(Bucket=bucket, Key=f"{number}/{turn}", Body=f"{number}-{turn}".encode())
        return [s3.get_object(Bucket=bucket, Key=f"{number}/{turn}")["Body"].read() for turn in range(5)]

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, range(8)))
    assert results == [[f"{number}-{turn}".encode() for turn in range(5)] for number in range(8)]
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 40


@pytest.mark.slow
def test_an_object_of_a_hundred_megabytes(aws, tmp_path):
    bucket, s3 = aws.bucket(), aws.client("s3")
    content = secrets.token_bytes(1 << 20) * 100
    (tmp_path / "large").write_bytes(content)
    s3.upload_file(str(tmp_path / "large"), bucket, "in parts")
    s3.put_object(Bucket=bucket, Key="at once", Body=content)
    for key, parts in (("in parts", True), ("at once", False)):
        head = s3.head_object(Bucket=bucket, Key=key)
        assert (head["ContentLength"], "-" in head["ETag"]) == (len(content), parts)
    s3.download_file(bucket, "in parts", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content
    tail = s3.get_object(Bucket=bucket, Key="at once", Range=f"bytes={len(content) - 7}-")["Body"].read()
    assert tail == content[-7:]


@pytest.mark.parametrize(
    "name",
    ["Bad-Name", "bad_name", "-bad", "bad-", "bad..name", "192.168.5.4", "xn--bad", "bad-s3alias", "ba", "b" * 64],
)
def test_a_bucket_has_a_name_that_s3_allows(aws, name):
    """Amazon S3 user guide, General purpose bucket naming rules."""
    with pytest.raises(ClientError, match="The specified bucket is not valid") as refused:
        aws.client("s3").create_bucket(Bucket=name)
    assert refused.value.response["Error"]["Code"] == "InvalidBucketName"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert name not in [one["Name"] for one in aws.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize("key", ["a b+c", "ü/ß.txt", "double//slash", "trailing/", "per%20cent", "a&b=c;d", "~'(!)*"])
def test_keys_of_any_spelling(aws, key):
    bucket, s3 = aws.bucket(), aws.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    s3.delete_object(Bucket=bucket, Key=key)
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["copy"]


def test_any_region_is_answered(aws):
    options = {"aws_access_key_id": ADMIN_ACCESS_KEY, "aws_secret_access_key": aws.secret}
    client = boto3.client("sts", region_name="eu-west-1", endpoint_url=aws.endpoint_url, **options)
    assert client.get_caller_identity()["Arn"].startswith("arn:aws:iam::123456789012:user/")
