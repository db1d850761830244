"""One request, one reading: what is judged is what is done, however the request is written."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore import xform_name
from botocore.awsrequest import prepare_request_dict
from botocore.model import Shape
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws import ADMIN_ACCESS_KEY, REGION, http_server, wire
from local_aws.access.callers import Callers
from local_aws.iam.service import IamService
from local_aws.moto.backend import SERVICES, lacks
from local_aws.server import serve
from tests.attack.outsider import Outsider

ENCODED_MOTO_API = [
    "/moto-api/reset",
    "/%6doto-api/reset",
    "/%6Doto-api/recorder/start-recording",
    "/moto-api%2Freset",
    "/moto-%61pi/seed?a=1",
    "//moto-api/reset",
    "/./moto-api/reset",
    "/x/../moto-api/reset",
    "/moto-api/data.json",
    "/latest/meta-data/iam/security-credentials/",
    "/favicon.ico",
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ENCODED_MOTO_API)
def test_motos_own_pages_are_reached_by_no_path(outsider, method, path):
    bucket = outsider.bucket()
    credential = f"X-Amz-Credential={ADMIN_ACCESS_KEY}/20260101/{REGION}/s3/aws4_request"
    assert outsider.ask(method, path).status >= 400
    assert outsider.ask(method, f"{path}?{credential}&X-Amz-Signature=0").status >= 400
    for service in ("s3", "iam", "sqs"):
        plain = path.partition("?")[0]
        with contextlib.suppress(ValueError):
            answer = outsider.ask(method, plain, outsider.signed(service, method, plain))
            assert answer.status >= 400, answer
    assert outsider.client("s3").head_bucket(Bucket=bucket)


# ---- what is ambiguous ---------------------------------------------------------------------------------------


def credential(service: str, key: str = ADMIN_ACCESS_KEY) -> str:
    return f"Credential={key}/20260101/{REGION}/{service}/aws4_request"


@pytest.mark.parametrize(
    "authorization",
    [
        f"AWS4-HMAC-SHA256 {credential('s3')}, {credential('iam')}, SignedHeaders=host, Signature=0",
        f"AWS4-HMAC-SHA256 {credential('iam')}, {credential('s3')}, SignedHeaders=host, Signature=0",
        f"AWS4-HMAC-SHA256 {credential('s3')}, SignedHeaders=host, SignedHeaders=host, Signature=0",
        f"AWS4-HMAC-SHA256 {credential('s3')}, SignedHeaders=host, Signature=0, Signature=1",
        f"AWS4-HMAC-SHA256 {credential('s3')}, SignedHeaders=host, Signature=0, Other=1",
        f"AWS4-HMAC-SHA256 {credential('s3')}/{REGION}/iam/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential",
        f"AWS4-ECDSA-P256-SHA256 {credential('s3')}, SignedHeaders=host, Signature=0",
        "AWS AKIALOCALAWSEMBEDDED:c2lnbmF0dXJl",
        "Bearer x",
        "Basic eDp5",
        f"Bearer AWS4-HMAC-SHA256 {credential('s3')}, SignedHeaders=host, Signature=0",
    ],
)
def test_a_header_that_is_no_one_signature_is_refused(outsider, authorization):
    for path in ("/", "/?Action=ListUsers&Version=2010-05-08"):
        answer = outsider.ask("GET", path, {"Authorization": authorization})
        assert answer.status in {400, 403}, answer
        assert "<Error>" in answer.text
        assert "Buckets" not in answer.text
        assert "ListUsersResult" not in answer.text


def test_signatures_in_two_places_are_refused(outsider):
    bucket, s3 = outsider.bucket(), outsider.client("s3", signature_version="s3v4")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    target = url.removeprefix(outsider.endpoint_url)
    assert outsider.ask("GET", target).status == 200
    header = outsider.signed("s3", "GET", target)
    old = outsider.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    for asked, headers in (
        (target, header),
        (f"{target}&{old.partition('?')[2]}", {}),
        (f"{target}&X-Amz-Signature=0", {}),
        (f"{target}&X-Amz-Credential={ADMIN_ACCESS_KEY}%2F20260101%2F{REGION}%2Fiam%2Faws4_request", {}),
        (old.removeprefix(outsider.endpoint_url) + "&AWSAccessKeyId=A", {}),
    ):
        answer = outsider.ask("GET", asked, headers)
        assert (answer.status, "secret" in answer.text) == (400, False), (asked, answer)


@pytest.mark.parametrize(
    "extra",
    [
        [("Host", "example.com")],
        [("Content-Length", "0"), ("Content-Length", "0")],
        [("Content-Length", "0"), ("Content-Length", "5")],
        [("Content-Length", "0"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")],
        [("Transfer-Encoding", "gzip, chunked")],
        [("Transfer-Encoding", "xchunked")],
        [("Authorization", "AWS4-HMAC-SHA256 a"), ("Authorization", "AWS4-HMAC-SHA256 b")],
        [("X-Amz-Target", "Logs_20140328.DescribeLogGroups"), ("X-Amz-Target", "Logs_20140328.DeleteLogGroup")],
        [("X-Amz-Date", "20260101T000000Z"), ("X-Amz-Date", "20260102T000000Z")],
        [("X-Amz-Security-Token", "a"), ("x-amz-security-token", "b")],
        [("Content-Length ", "0")],
        [("X\x00", "0")],
        [("X", "a\x00b")],
        [("X", "a\r\n folded")],
        [("", "empty")],
        [("Content-Length", "-1")],
        [("Content-Length", "+1")],
        [("Content-Length", "0x10")],
        [("Content-Length", "1_0")],
        [("Content-Length", "\u00b2")],
    ],
)
def test_headers_that_could_be_read_in_two_ways_are_refused(outsider, extra):
    answer = outsider.ask("GET", "/", [("Host", outsider.host), *extra])
    assert answer.status in {400, 501}, answer
    assert "<Code>BadRequest</Code>" in answer.text


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://127.0.0.1/ HTTP/1.1",
        b"GET https://s3.amazonaws.com/b/k HTTP/1.1",
        b"GET //127.0.0.1 /x HTTP/1.1",
        b"GET * HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT 127.0.0.1:80 HTTP/1.1",
        b"GET b/k HTTP/1.1",
        b"GET /b/k#fragment HTTP/1.1",
        b"GET /b/\x00 HTTP/1.1",
        b"GET /b/\xc3\xa9 HTTP/1.1",
        b"GET /b/\x7f HTTP/1.1",
        b"GET  / HTTP/1.1",
        b"GET /\tb HTTP/1.1",
        b"GET / HTTP/2.0",
        b"GET / HTTP/1.1 HTTP/1.1",
        b"GET /",
        b"get / HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_a_request_line_that_is_none_is_refused(outsider, line):
    answer = outsider.say(line + b"\r\nHost: 127.0.0.1\r\n\r\n")
    assert (answer.status, "BadRequest" in answer.text) == (400, True), answer


@pytest.mark.parametrize(
    "path",
    [
        "/b/%00",
        "/b/%c0%af",
        "/b/%e0%80%af",
        "/b/%c0%ae%c0%ae/k",
        "/b/%ff",
        "/b/%ed%a0%80",
        "/b/%zz",
        "/b/%",
        "/b/%4",
        "/b/k?x=%00",
        "/b/k?%c0%af=x",
        "/b/k?x=%f",
    ],
)
def test_escapes_that_are_none_are_refused(outsider, path):
    for headers in ({}, outsider.signed("s3", "GET", path)):
        answer = outsider.ask("GET", path, headers)
        assert (answer.status, "InvalidURI" in answer.text) == (400, True), answer


@pytest.mark.parametrize(
    "path",
    [
        "/2015-03-31//functions",
        "/2015-03-31/functions/..",
        "/2015-03-31/functions/%2e%2e/functions",
        "/2015-03-31/functions/x%2F..%2Fy",
        "/2015-03-31/functions/x%2finvocations",
        "/2015-03-31/./functions",
        "/x/..%5c2015-03-31/functions",
    ],
)
def test_a_path_that_another_would_shorten_is_refused_where_no_key_is_meant(outsider, path):
    answer = outsider.ask("GET", path, outsider.signed("lambda", "GET", path))
    assert (answer.status, "InvalidURI" in answer.text) == (400, True), answer


@pytest.mark.parametrize(
    "key",
    ["a//b", "//", "/", "/lead", ".", "..", "../x", "x/../y", "a/./b", "pct%2F", "%2e%2e", "new\nline",
     "tab\t", "a b+c", "ü/€/😀", "q?x=1&y=2", "h#h", "semi;colon", "a=b", "back\\slash", "'\"<>&",
     "a.s3.amazonaws.com/x", "x.eu-west-1.amazonaws.com", "moto-api/reset", "trailing/", "trailing.", "~tilde", "*",
     "k?acl", "k?uploads"],
)  # fmt: skip
def test_every_key_goes_in_and_comes_out_as_it_is(outsider, key):
    bucket, s3 = outsider.bucket(), outsider.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"a_b": "1"})
    found = s3.get_object(Bucket=bucket, Key=key)
    assert (found["Body"].read(), found["Metadata"]) == (key.encode(), {"a_b": "1"})
    assert key in [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == key.encode()
    assert s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})["Deleted"] == [{"Key": key}]
    assert key not in [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]


# ---- what is judged is what is asked -------------------------------------------------------------------------


@dataclass
class Trace:
    """What one request was judged as, and what moto was asked for it."""

    judged: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)


class Watched:
    """An embedded AWS of this process, and what goes on inside it for each request that is sent here."""

    def __init__(self, outsider: Outsider):
        self.outsider = outsider
        self._of_thread = threading.local()
        self._traces: dict[str, Trace] = {}

    def trace(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Trace]:
        """Send a request; gives the status of its answer and what happened inside."""
        name = str(len(self._traces))
        self._traces[name] = Trace()
        answer = self.outsider.ask(method, target, {"x-test": name} | headers, body)
        return answer.status, self._traces[name]

    def application(self, inner: Any) -> Any:
        """The server's application, which knows whose request each thread is at."""

        def watched(environ: dict[str, Any], start_response: Any) -> Any:
            name = dict(environ[http_server.HEADERS]).get("x-test", "")
            self._of_thread.trace = self._traces.get(name)
            try:
                return inner(environ, start_response)
            finally:
                self._of_thread.trace = None

        return watched

    def note(self, kind: str, what: tuple[str, str]) -> None:
        """Write down what is done in this thread's request."""
        trace = getattr(self._of_thread, "trace", None)
        if trace is not None:
            getattr(trace, kind).append(what)


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with serve(clock=600) as server, pytest.MonkeyPatch.context() as patch:
        one = Watched(Outsider(server.endpoint_url))
        patch.setattr(server.http, "application", one.application(server.http.application))
        _watch(one, patch)
        yield one


def _watch(one: Watched, patch: pytest.MonkeyPatch) -> None:
    from moto.core.responses import BaseResponse
    from moto.s3.models import S3Backend
    from moto.s3.responses import S3Response

    call = Callers.call
    patch.setattr(
        Callers,
        "call",
        lambda self, api, name, *rest: one.note("judged", (api.name, name)) or call(self, api, name, *rest),
    )
    act = BaseResponse.call_action
    patch.setattr(
        BaseResponse,
        "call_action",
        lambda self: one.note("asked", (self.service_name, self._get_action())) or act(self),
    )
    operations = {xform_name(name): name for name in wire.api_for("s3").model.operation_names} | DONE_IN_S3
    for kind, names in (
        (S3Response, operations),
        (S3Backend, [n for n in operations if n.startswith(("put_b", "create_b"))]),
    ):
        for name in [name for name in names if name in vars(kind)]:
            patch.setattr(kind, name, _noting(one, vars(kind)[name], operations[name]))


DONE_IN_S3 = {
    "all_buckets": "ListBuckets",
    "get_bucket_notification": "GetBucketNotificationConfiguration",
    "get_bucket_lifecycle": "GetBucketLifecycleConfiguration",
    "get_bucket_accelerate_configuration": "GetBucketAccelerateConfiguration",
    "get_bucket_tags": "GetBucketTagging",
    "put_bucket_lifecycle": "PutBucketLifecycleConfiguration",
    "put_bucket_notification_configuration": "PutBucketNotificationConfiguration",
    "_bucket_response_delete_keys": "DeleteObjects",
}
"""Methods of moto's for S3 that aren't named as the operation is."""


def _noting(one: Watched, method: Any, operation: str) -> Any:
    def noting(*args: Any, **kwargs: Any) -> Any:
        one.note("asked", ("s3", operation))
        return method(*args, **kwargs)

    return noting


@dataclass(frozen=True)
class Asked:
    """A request before it is signed."""

    service: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def target(self) -> str:
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.query)
        return self.path + (f"?{query}" if query else "")


SIGNING = {name: signing for signing, name in SERVICES.items()}
OPERATIONS = [
    *(("s3", name) for name in ("GetObject", "PutObject", "DeleteObject", "HeadObject", "ListObjectsV2", "ListObjects",
      "GetObjectAcl", "PutObjectAcl", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "CopyObject",
      "ListBuckets", "GetBucketTagging", "PutBucketTagging", "PutBucketVersioning", "GetBucketAcl", "DeleteObjects",
      "CreateMultipartUpload", "UploadPart", "ListMultipartUploads", "ListObjectVersions", "DeleteBucket")),
    *(("iam", name) for name in ("ListUsers", "GetUser", "CreateUser", "DeleteUser", "ListRoles", "GetRole")),
    *(("sns", name) for name in ("ListTopics", "CreateTopic", "DeleteTopic")),
    *(("logs", name) for name in ("DescribeLogGroups", "CreateLogGroup", "DeleteLogGroup")),
    *(("sqs", name) for name in ("ListQueues", "CreateQueue", "GetQueueUrl", "DeleteQueue")),
    *(("dynamodb", name) for name in ("ListTables", "DescribeTable", "DeleteTable")),
    *(("ssm", name) for name in ("DescribeParameters", "GetParameter", "PutParameter", "DeleteParameter")),
    *(("secretsmanager", name) for name in ("ListSecrets", "GetSecretValue")),
    *(("kms", name) for name in ("ListKeys", "DescribeKey")),
]  # fmt: skip
VALUES = {
    "Bucket": "attacked", "Key": "k", "CopySource": "attacked/k", "UserName": "u", "RoleName": "r", "Name": "n",
    "TopicArn": f"arn:aws:sns:{REGION}:123456789012:n", "logGroupName": "g", "QueueName": "q", "TableName": "t",
    "QueueUrl": "http://127.0.0.1/123456789012/q", "SecretId": "s", "KeyId": "k", "UploadId": "u", "PartNumber": 1,
    "Value": "v", "Type": "String", "Body": b"x", "ACL": "private",
    "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}, "VersioningConfiguration": {"Status": "Suspended"},
    "Delete": {"Objects": [{"Key": "nothing"}]},
}  # fmt: skip
NAMES = sorted({name for _, name in OPERATIONS})


def plain(service: str, operation: str) -> Asked:
    """The request that a client sends for an operation."""
    model = wire.api_for(service).model.operation_model(operation)
    members = model.input_shape.members if model.input_shape else {}
    params = {name: _value(name, members[name]) for name in model.input_shape.required_members} if members else {}
    params |= {"ACL": "private"} if operation == "PutObjectAcl" else {}
    made = create_serializer(model.service_model.resolved_protocol, False).serialize_to_request(params, model)
    prepare_request_dict(made, "http://127.0.0.1", context={})
    path, _, query = made["url"].removeprefix("http://127.0.0.1").partition("?")
    body = made["body"]
    body = urlencode(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    pairs = tuple((name, value) for name, value in wire.query(query).pairs)
    return Asked(service, made["method"], path or "/", pairs, tuple(made["headers"].items()), bytes(body or b""))


def _value(name: str, shape: Shape) -> Any:
    """A value for a required member: one that means something here, or any of its type."""
    if name in VALUES:
        return VALUES[name]
    if shape.type_name == "structure":
        required = shape.required_members or list(shape.members)[:1]
        return {inner: _value(inner, shape.members[inner]) for inner in required}
    if shape.type_name == "list":
        return [_value("", shape.member)]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "a"
    return {"boolean": False, "integer": 1, "blob": b"x"}[shape.type_name]


S3_MARKS = ["acl", "tagging", "uploads", "delete", "versioning", "policy", "versions", "torrent", "legal-hold",
            "retention", "attributes", "list-type", "location", "website", "restore", "select", "uploadId",
            "partNumber", "versionId", "notification", "encryption", "object-lock", "x-id", "Action", "Signature",
            "X-Amz-Target", "key", "file", "prefix", "response-content-type", "Version", "AWSAccessKeyId"]  # fmt: skip
HEADERS = ["x-amz-target", "x-amz-copy-source", "x-http-method-override", "x-method-override", "content-type",
           "content-encoding", "user-agent", "x-amz-acl", "x-amz-tagging", "x-moto-account-id", "x-amz-meta-a",
           "x-amz-decoded-content-length", "x-amz-security-token", "forwarded", "x-forwarded-host",
           "x-original-url", "x-rewrite-url", "accept", "range", "action", "content-md5"]  # fmt: skip
TARGETS = [f"{wire.api_for(service).model.metadata.get('targetPrefix', 'X')}.{name}" for service, name in OPERATIONS]
TEXTS = st.sampled_from(
    ["", "1", "2", "attacked/k", "gzip", "aws-chunked", "multipart/form-data; boundary=x", "POST", "DELETE", "PUT",
     "application/x-www-form-urlencoded", "application/json", "application/x-amz-json-1.1", "text/xml", "*/*",
     "Boto3/1 region/eu-west-1", "000000000000", "/moto-api/reset", "bytes=0-1", "k.s3.eu-west-1.amazonaws.com",
     *NAMES, *TARGETS]
)  # fmt: skip
BODIES = [
    b"&Action=DeleteUser&UserName=u&", b"Action=ListRoles&Version=2010-05-08", b"Action=GetUser",
    b'{"x": "&Action=DeleteTable&"}',
    b'{"a": 1, "a": 2}', b"{}", b"<Tagging/>", b"<Delete><Object><Key>k</Key></Object></Delete>",
    b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--x--\r\n', b"\xff\xfe{\x00}\x00", b"",
]  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    """A client's request, twisted: more in the query, in the headers and in the body, another path or method."""
    asked = plain(*draw(st.sampled_from(OPERATIONS)))
    query, headers, body = list(asked.query), dict(asked.headers), asked.body
    for name in draw(st.lists(st.sampled_from(S3_MARKS), max_size=3)):
        query.insert(draw(st.integers(0, len(query))), (name, draw(TEXTS)))
    for name in draw(st.lists(st.sampled_from(HEADERS), max_size=3)):
        headers[name] = draw(TEXTS)
    body = draw(
        st.one_of(
            st.just(body),
            st.just(body),
            st.sampled_from(BODIES),
            st.sampled_from(BODIES).map(lambda more: body + more),
            st.sampled_from(BODIES).map(lambda more: json.dumps({"logGroupName": more.decode("latin-1")}).encode()),
        )
    )
    path = draw(
        st.sampled_from(
            [asked.path, asked.path, asked.path + "/", asked.path + "%3Facl", asked.path + ";x", "/" + asked.path,
             asked.path.replace("k", "%6b"), asked.path + "/../k", asked.path + "%0A", "/123456789012/q", "/moto-api/",
             asked.path + "/..%2F", "/attacked?acl/k".replace("?", "%3F")]
        )
    )  # fmt: skip
    method = draw(st.sampled_from([asked.method] * 4 + ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]))
    return Asked(asked.service, method, path, tuple(query), tuple(headers.items()), body)


def _is_as_judged(watched: Watched, asked: Asked) -> None:
    headers = {
        name: value for name, value in asked.headers if name.lower() not in {"content-length", "transfer-encoding"}
    }
    headers.pop("x-amz-security-token", None) if asked.service != "s3" else None
    signed = watched.outsider.signed(SIGNING[asked.service], asked.method, asked.target, headers, asked.body)
    status, trace = watched.trace(asked.method, asked.target, signed, asked.body)
    assert len(trace.judged) <= 1, (asked, trace)
    done = {(ALIKE.get(service, service), NAMED_ALIKE.get(name, name)) for service, name in trace.asked}
    judged = {(service, NAMED_ALIKE.get(name, name)) for service, name in trace.judged}
    beside = set().union(*(BESIDE.get(one, set()) for one in judged))
    assert done - judged - beside <= _looks_beside(judged, done), (asked, trace)
    assert status != 500 or not trace.judged, (asked, status, trace)


def _looks_beside(judged: set[tuple[str, str]], done: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What an operation of IAM that is this house's own only looks up, as its quotas and conflicts need it."""
    if not any(service == "iam" and hasattr(IamService, xform_name(name)) for service, name in judged):
        return set()
    return {(service, name) for service, name in done if service == "iam" and name.startswith(("Get", "List"))}


BESIDE = {("s3", "CreateBucket"): {("s3", "PutBucketEncryption")}}
"""What this house has moto do for a call, beside the call itself."""
ALIKE = {"servicequotas": "service-quotas"}
NAMED_ALIKE = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
}
"""Operations that are one by their address."""


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=requests())
def test_what_was_judged_is_what_moto_was_asked(watched, asked):
    _is_as_judged(watched, asked)


@pytest.mark.long
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=requests())
def test_what_was_judged_is_what_moto_was_asked_for_long(watched, asked):
    _is_as_judged(watched, asked)


@pytest.mark.parametrize("name", [name for name in wire.api_for("s3").model.operation_names if not lacks(name)])
def test_every_operation_of_s3_is_that_of_moto(watched, name):
    """What moto doesn't have it must not take for another operation that its address resembles."""
    _is_as_judged(watched, plain("s3", name))
