"""One request, or thousands at once, can't take the machine: bodies, chunks, heads and connections have bounds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator

import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws.access import administrator
from local_aws.http_server import HttpServer
from tests.attack.outsider import Outsider
from tests.local_aws.conftest import wait_until

MB = 1 << 20


def server_of(outsider: Outsider) -> psutil.Process:
    """The process of the embedded AWS."""
    (path,) = administrator.folder().glob(f"administrator-{outsider.address[1]}.json")
    return psutil.Process(json.loads(path.read_text())["pid"])


def head(outsider: Outsider, method: str, path: str, headers: dict[str, str], *lines: str) -> bytes:
    """A request's head as it goes over the line."""
    lines = (*(f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"), *lines)
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {outsider.host}", *lines, "", ""]).encode()


UNSIGNED = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOGS = {"X-Amz-Target": "Logs_20140328.CreateLogGroup"}
STATES = {"X-Amz-Target": "AWSStepFunctions.CreateStateMachine"}
TABLES = {"X-Amz-Target": "DynamoDB_20120810.PutItem"}
QUEUES = {"X-Amz-Target": "AmazonSQS.CreateQueue"}
FUNCTIONS = "/2015-03-31/functions"


# ---- heads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["a:{}\x01", "a: b{}\x01", "a:{}", "a: {}b{}\x7f"], ids=ascii)
def test_a_header_of_blanks_is_read_in_one_go(outsider, line):
    request = head(outsider, "GET", "/", {}, line.replace("{}", " " * 15_000))
    with socket.create_connection(outsider.address, timeout=30) as connection:
        connection.sendall(request)
        status = connection.makefile("rb").readline()
    assert status.split()[1] == (b"400" if line[-1] in "\x01\x7f" else b"403")


# ---- chunks and bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["ffffffffffffffff", "7fffffffffffffff", "100000000"])
@pytest.mark.parametrize("service", ["s3", "lambda", "iam"])
def test_a_huge_chunk_that_is_announced_and_never_sent(outsider, service, size):
    process, path = server_of(outsider), f"/{outsider.bucket()}/k" if service == "s3" else FUNCTIONS
    before, threads = process.memory_info().rss, process.num_threads()
    method = "PUT" if service == "s3" else "POST"
    headers = {"Transfer-Encoding": "chunked"} | (UNSIGNED if service == "s3" else {})
    signed = outsider.signed(service, method, path, headers)
    request = head(outsider, method, path, signed)
    with socket.create_connection(outsider.address, timeout=30) as connection:
        connection.sendall(request + f"{size}\r\nabc".encode())
    wait_until(lambda: process.num_threads() <= threads + 1, 10)
    assert process.memory_info().rss - before < 50 * MB
    if service == "s3":
        assert outsider.client("s3").get_object(Bucket=path.split("/")[1], Key="k")["Body"].read() == b"secret"


@pytest.mark.parametrize(
    "chunks",
    [b"x\r\n", b"-1\r\n", b"+1\r\na\r\n", b"0x1\r\na\r\n", b"1_0\r\n", b" 1\r\na\r\n", b"\r\n", b"1\r\nab\r\n",
     b"1\ra\r\n", b"11111111111111111\r\n", b"1;" + b"x" * 2000 + b"\r\na\r\n", b"\xb2\r\nab\r\n", b"1\x00\r\na\r\n",
     b"0\r\n" + b"a: b\r\n" * 100 + b"\r\n"],
)  # fmt: skip
@pytest.mark.parametrize("service", ["s3", "lambda", "iam", "logs"])
def test_chunks_that_are_none_are_refused_in_the_services_words(outsider, service, chunks):
    target = {"logs": "Logs_20140328.DescribeLogGroups"}.get(service)
    method, path = {"s3": ("PUT", f"/{outsider.bucket()}/k"), "lambda": ("POST", FUNCTIONS)}.get(service, ("POST", "/"))
    headers = {"Transfer-Encoding": "chunked"} | ({"X-Amz-Target": target} if target else {})
    headers |= {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"} if service == "s3" else {}
    answer = outsider.ask(method, path, outsider.signed(service, method, path, headers), chunks)
    assert (answer.status, "BadRequest" in answer.text) == (400, True), answer
    if service == "s3":
        assert outsider.client("s3").get_object(Bucket=path.split("/")[1], Key="k")["Body"].read() == b"secret"


def test_a_body_that_ends_early_is_no_object(outsider):
    path = f"/{outsider.bucket()}/k"
    headers = {"Content-Length": "100", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    signed = outsider.signed("s3", "PUT", path, headers)
    request = head(outsider, "PUT", path, signed)
    with socket.create_connection(outsider.address, timeout=30) as connection:
        connection.sendall(request + b"only this")
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(10_000)
    assert b" 400 " in answer.splitlines()[0]
    assert b"IncompleteBody" in answer
    assert outsider.client("s3").get_object(Bucket=path.split("/")[1], Key="k")["Body"].read() == b"secret"


@pytest.mark.parametrize(
    ("service", "method", "path", "headers"),
    [
        ("lambda", "POST", FUNCTIONS, {}),
        ("iam", "POST", "/", FORM),
        ("logs", "POST", "/", {"X-Amz-Target": "Logs_20140328.PutLogEvents"}),
        ("states", "POST", "/", {"X-Amz-Target": "AWSStepFunctions.StartExecution"}),
        ("s3", "POST", "/any-bucket?delete", {}),
        ("s3", "PUT", "/any-bucket/k", {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
    ],
)
def test_a_body_longer_than_the_operation_takes_is_refused_before_it_comes(outsider, service, method, path, headers):
    signed = outsider.signed(service, method, path, headers | {"Content-Length": str(6 << 30)})
    request = head(outsider, method, path, signed, "Expect: 100-continue")
    with socket.create_connection(outsider.address, timeout=30) as connection:
        connection.sendall(request)
        answer = connection.recv(10_000).decode()
    assert answer.split()[1] in {"400", "404", "413"}, answer
    assert any(word in answer for word in ("EntityTooLarge", "MaxMessageLengthExceeded", "EntityTooLargeException"))
    # Nobody sends the body now, so nothing can follow it here: a client that isn't told asks on, and gets no answer.
    assert "\r\nConnection: close\r\n" in answer


def test_a_body_without_an_end_takes_no_memory(outsider):
    """Chunks that go on and on, for an operation with small requests: refused, and the sender is cut off."""
    process = server_of(outsider)
    before, target = process.memory_info().rss, {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}
    signed = outsider.signed("logs", "POST", "/", target | {"Transfer-Encoding": "chunked"}, b"{}")
    request = head(outsider, "POST", "/", signed)
    sent = 0
    with socket.create_connection(outsider.address, timeout=30) as connection, contextlib.suppress(OSError):
        connection.sendall(request)
        for _ in range(4096):
            connection.sendall(b"100000\r\n" + b" " * MB + b"\r\n")
            sent += MB
    assert sent < 4096 * MB
    assert process.memory_info().rss - before < 200 * MB


def test_large_objects_take_no_memory_on_their_way(outsider, tmp_path):
    """In, out, in part, copied, put together of parts, and over one another: content stays in files."""
    process, s3, bucket = server_of(outsider), outsider.client("s3"), outsider.bucket()
    content = os.urandom(MB) * 64
    (tmp_path / "large").write_bytes(content)
    before, peaks, done = process.memory_info().rss, [], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            peaks.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(5):
            s3.put_object(Bucket=bucket, Key="k", Body=content)
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
        s3.upload_file(str(tmp_path / "large"), bucket, "parts")
        for key in ("k", "copy", "parts"):
            assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
            tail = s3.get_object(Bucket=bucket, Key=key, Range="bytes=-7")["Body"].read()
            assert tail == content[-7:]
        etags = [s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"') for key in ("k", "copy", "parts")]
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        assert (etags[:2], "-" in etags[2]) == ([md5, md5], True)
    finally:
        done.set()
        watcher.join()
    assert max(peaks) - before < 150 * MB
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_object(Bucket="not-there-at-all", Key="k", Body=content)


@pytest.mark.parametrize(
    ("service", "method", "path", "headers", "body", "code"),
    [
        ("s3", "PUT", "/{}/k?tagging", {}, b"<!DOCTYPE x [<!ENTITY a 'b'>]><a>&a;</a>", "MalformedXML"),
        ("s3", "PUT", "/{}?tagging", {}, "<!DOCTYPE x><Tagging/>".encode("utf-16"), "MalformedXML"),
        ("s3", "POST", "/{}?delete", {}, b"<a>" * 100_000 + b"</a>" * 100_000, "MalformedXML"),
        ("s3", "PUT", "/{}?cors", {}, b"<a>" * 500_000, "MalformedXML"),
        ("s3", "PUT", "/{}?versioning", {}, b"\xff\xfe\x00", "MalformedXML"),
        ("s3", "PUT", "/{}?tagging", {}, b"<Tagging><TagSet><Tag/></TagSet></Tagging>", "MalformedXML"),
        ("s3", "PUT", "/{}?policy", {}, b"[" * 100_000, "MalformedPolicy"),
        ("s3", "PUT", "/{}?policy", {}, b"\xff", "SerializationException"),
        ("s3", "GET", "/{}/k?partNumber=one", {}, b"", "InvalidArgument"),
        ("s3", "GET", "/{}?list-type=2&max-keys=1e9", {}, b"", "InvalidArgument"),
        ("lambda", "POST", FUNCTIONS, {}, b"[" * 1_000_000, "SerializationException"),
        ("lambda", "POST", FUNCTIONS, {}, b'{"a":' * 100_000, "SerializationException"),
        ("lambda", "POST", FUNCTIONS, {}, b'{"FunctionName": "\\ud800"}', "SerializationException"),
        ("lambda", "POST", FUNCTIONS, {}, "{}".encode("utf-16"), "SerializationException"),
        ("lambda", "POST", FUNCTIONS, {}, b'{"Timeout": ' + b"9" * 5000 + b"}", "SerializationException"),
        ("states", "POST", "/", STATES, b'{"a":' * 100_000, "Serialization"),
        ("logs", "POST", "/", LOGS, b"{" * 100_000, "SerializationException"),
        ("dynamodb", "POST", "/", TABLES, b'{"Item":' * 100_000, "Serialization"),
        ("sqs", "POST", "/", QUEUES, b"\x00", "SerializationException"),
        ("iam", "POST", "/", FORM, b"Action=%ff", "MalformedQueryString"),
        ("iam", "POST", "/", {}, b"Action=ListUsers&Action=CreateUser&UserName=x", "MalformedQueryString"),
        ("iam", "POST", "/?Action=CreateUser", {}, b"Action=ListUsers", "InvalidParameterCombination"),
    ],
)  # fmt: skip
def test_documents_that_are_none_are_400_in_the_services_words(outsider, service, method, path, headers, body, code):
    path = path.format(outsider.bucket())
    answer = outsider.ask(method, path, outsider.signed(service, method, path, headers, body), body)
    assert (answer.status, code in answer.text) == (400, True), answer.text[:2000]
    assert "Traceback" not in answer.text


def test_documents_deep_inside_others(outsider):
    """Policies and definitions are texts in requests: as deep as they like, and never a failure of the server."""
    deep, iam = "[" * 100_000 + "]" * 100_000, outsider.client("iam")
    for call in (
        lambda: iam.create_role(RoleName="deep", AssumeRolePolicyDocument=deep),
        lambda: iam.create_policy(PolicyName="deep", PolicyDocument=deep),
        lambda: outsider.client("stepfunctions").create_state_machine(
            name="deep", definition=deep, roleArn="arn:aws:iam::123456789012:role/x"
        ),
        lambda: outsider.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="deep", Policy=deep
        ),
    ):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}, refused.value


def test_a_form_of_so_many_members_is_read_in_time(outsider):
    fields = "&".join(f"Tags.member.{n}.Key=k{n}&Tags.member.{n}.Value=v" for n in range(1, 60_001))
    body = f"Action=CreateUser&Version=2010-05-08&UserName=many&{fields}".encode()
    started = time.monotonic()
    signed = outsider.signed("iam", "POST", "/", FORM, body)
    assert outsider.ask("POST", "/", signed, body).status < 500
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + b"".join(b"X%d: %s\r\n" % (n, b"a" * 100) for n in range(1000))
        + b"\r\n",
    ],
    ids=["line", "header", "headers"],
)
def test_heads_have_bounds(outsider, request_):
    answer = outsider.say(request_)
    assert answer.status in {400, 431}, answer


# ---- connections ---------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch) -> Iterator[HttpServer]:
    """A server of this module's own whose patience is short."""
    for name, value in (("HEAD_SECONDS", 1), ("KEPT_SECONDS", 2), ("IDLE_SECONDS", 1)):
        monkeypatch.setattr(f"local_aws.http_server.{name}", value)

    def application(environ, start_response):
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with HttpServer(("127.0.0.1", 0), application) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n12345",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_whoever_says_no_more_is_disconnected(quick, sent):
    threads = threading.active_count()
    with socket.create_connection(("127.0.0.1", quick.port), timeout=10) as connection:
        connection.sendall(sent)
        received = b""
        while data := connection.recv(10_000):
            received += data
    wait_until(lambda: threading.active_count() <= threads, 10)


def test_a_head_that_trickles_in_is_no_head(quick):
    """A byte now and then keeps no connection: the whole head has its time."""
    with socket.create_connection(("127.0.0.1", quick.port), timeout=10) as connection:
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for byte in b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 1000:
                connection.sendall(bytes([byte]))
                if connection in _readable(connection, 0.05):
                    break
        assert time.monotonic() - started < 10


def _readable(connection: socket.socket, seconds: float) -> list[socket.socket]:
    import select

    return select.select([connection], [], [], seconds)[0]


def _half_open(outsider: Outsider, count: int, sent: bytes) -> list[socket.socket]:
    connections = []
    for _ in range(count):
        connection = socket.socket()
        connection.settimeout(20)
        connection.connect(outsider.address)
        connection.sendall(sent)
        connections.append(connection)
    return connections


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\n", b"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"],
    ids=["nothing", "half a head", "half a request"],
)
def test_a_thousand_half_open_connections_keep_nobody_out(outsider, sent):
    _flood(outsider, 1000, sent)


@pytest.mark.long
@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\n", b"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"],
    ids=["nothing", "half a head", "half a request"],
)
def test_five_thousand_half_open_connections_keep_nobody_out(outsider, sent):
    resource = pytest.importorskip("resource")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192) if most > 0 else 8192, most))
    _flood(outsider, 5000, sent)


def _flood(outsider: Outsider, count: int, sent: bytes) -> None:
    process = server_of(outsider)
    sts, threads = outsider.client("sts", connect_timeout=10, read_timeout=10), process.num_threads()
    connections = _half_open(outsider, count, sent)
    try:
        started = time.monotonic()
        assert sts.get_caller_identity()["Account"]
        assert outsider.client("sts").get_caller_identity()["Account"]
        assert time.monotonic() - started < 10
        assert process.num_threads() < threads + 700
    finally:
        for connection in connections:
            connection.close()
    wait_until(lambda: process.num_threads() <= threads + 5, 40)
    assert outsider.client("sts").get_caller_identity()["Account"]
