"""The front door: every request passes here once.

Finds the service by the request's signature, the caller by the access key, asks the judge whether the caller may,
and hands the request to the service: to our own through the wire, to moto's as it came.
An operation that isn't there is answered by its name, never with an invented result.
"""

from __future__ import annotations

import io
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from werkzeug.http import HTTP_STATUS_CODES

from local_aws import ACCOUNT, ADMIN_ACCESS_KEY, REGION, wire
from local_aws.access.actions import Place, Wanted, wanted
from local_aws.access.judge import denial
from local_aws.moto_backend import SERVICES as MOTO_SERVICES
from local_aws.moto_backend import WsgiApp
from local_aws.roles import Roles
from local_aws.s3_events import Change, S3Events
from local_aws.service import ApiError, Call, Principal, Service

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]

ADMIN = Principal(f"arn:aws:iam::{ACCOUNT}:user/administrator", "admin", "AIDALOCALAWSADMIN000")
ANONYMOUS = Principal("anonymous", "anonymous", "ANONYMOUS")

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_OWN_SIGNING_NAMES = {"lambda": "lambda", "states": "stepfunctions", "sagemaker": "sagemaker", "sts": "sts"}
_READS = ("Get", "List", "Simulate", "Generate")
"""IAM's operations that change nothing begin so."""
_STREAMED = {"PutObject", "UploadPart", "GetObject", "PostObject"}
"""S3's operations whose body the gateway never looks into."""
_CREATED = {
    "PutObject": "ObjectCreated:Put",
    "PostObject": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}


class Gateway:
    """A WSGI application that answers for all of AWS that is here."""

    def __init__(self, roles: Roles, services: Mapping[str, Service], s3_events: S3Events, moto: WsgiApp):
        self._roles, self._services, self._s3_events, self._moto = roles, services, s3_events, moto

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request_id = str(uuid.uuid4())
        request = _request(environ)
        api = None
        try:
            key, region, service = _signature(request)
            api = wire.api_for(self._model_name(service, request))
            call_basics = (key, region, request_id)
            if api.name in self._services and api.name not in MOTO_SERVICES.values():
                return _send(self._own(api, request, environ, call_basics), start_response)
            if api.name == "s3":
                return self._s3(api, request, environ, start_response, call_basics)
            return self._moto_service(api, request, environ, start_response, call_basics)
        except ApiError as error:
            return _send(_error(api, error, request_id, request), start_response)
        except Exception:
            log.exception("request %s %s failed inside", request.method, request.path)
            error = ApiError("InternalFailure", "the embedded AWS failed inside; its log says how", 500)
            return _send(_error(api, error, request_id, request), start_response)

    # ---- the three ways on ---------------------------------------------------------------------------

    def _own(self, api: wire.Api, request: wire.Request, environ: dict, basics: tuple) -> wire.Response:
        """An operation of one of our own services."""
        request.body = _body(environ)
        operation, path_values = self._routed(api, request)
        call = self._call(api, operation.name, request, basics)
        return self._answer(self._services[api.name], call, operation, request, path_values)

    def _answer(
        self,
        service: Service,
        call: Call,
        operation: OperationModel,
        request: wire.Request,
        path_values: dict,
    ) -> wire.Response:
        params = wire.parse(request, operation, path_values)
        wire.validate(operation, params)
        self._authorise(call, params, service.resource_policy)
        method = getattr(service, xform_name(operation.name), None)
        if method is None:
            raise _not_there(f"{call.service}:{operation.name}")
        return wire.serialise(operation, method(call, **params), call.request_id)

    def _moto_service(
        self,
        api: wire.Api,
        request: wire.Request,
        environ: dict,
        start_response: StartResponse,
        basics: tuple,
    ) -> Iterable[bytes]:
        """An operation of a service that moto answers, S3 apart; ours, where moto lacks it and we have it."""
        request.body = _body(environ)
        operation, path_values = self._routed(api, request)
        call = self._call(api, operation.name, request, basics)
        own = self._services.get(api.name)
        if own is not None and hasattr(own, xform_name(operation.name)):
            return _send(self._answer(own, call, operation, request, path_values), start_response)
        if call.principal.kind != "admin" or api.name == "sns":
            params = wire.parse(request, operation, path_values)
            self._authorise(call, params, lambda name, params: self._moto_resource_policy(api.name, params))
            if api.name == "sns" and operation.name == "Subscribe" and params.get("Protocol") == "lambda":
                raise _not_there("sns:Subscribe with the protocol lambda")
        answer = self._from_moto(environ, request.body, start_response)
        if api.name == "iam" and not operation.name.startswith(_READS):
            self._roles.iam.forget()
        return answer

    def _s3(
        self,
        api: wire.Api,
        request: wire.Request,
        environ: dict,
        start_response: StartResponse,
        basics: tuple,
    ) -> Iterable[bytes]:
        """An operation of S3: its notifications are ours, the rest moto's, and what changes is told."""
        if _is_form_post(request):
            request.body = _body(environ)
            name, operation, params = "PostObject", None, _posted(request)
            basics = (params.pop("access_key", None), *basics[1:])
        else:
            operation, params = self._routed(api, request)
            name = operation.name
        call = self._call(api, name, request, basics)
        if hasattr(self._s3_events, xform_name(name)) and operation is not None:
            request.body = _body(environ)
            return _send(self._answer(self._s3_events, call, operation, request, params), start_response)
        if operation is not None and name not in _STREAMED:
            request.body = _body(environ)
        if call.principal.kind != "admin":
            if operation is not None:
                params = wire.parse(request, operation, params)
            self._authorise(call, params, lambda name, params: self._bucket_policy(params))
        watched = self._s3_events.watches(params.get("Bucket", ""))
        if not watched and name != "DeleteBucket" and call.principal.kind == "admin":
            return self._from_moto(environ, request.body if name not in _STREAMED else None, start_response)
        answer = _Captured()
        body = request.body if name not in {"PutObject", "UploadPart"} else None
        chunks = list(self._from_moto(environ, body, answer))
        if answer.status == 404 and name in {"GetObject", "HeadObject"}:
            self._hide_missing(call, params)
        if answer.status < 300:
            self._tell(call, name, params, answer, b"".join(chunks))
        start_response(answer.status_line, answer.headers)
        return chunks

    def _from_moto(self, environ: dict, body: bytes | None, start_response: StartResponse) -> Iterable[bytes]:
        if body is not None:
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self._moto(environ, start_response)

    # ---- who calls, and may they ---------------------------------------------------------------------

    def _model_name(self, service: str, request: wire.Request) -> str:
        """Botocore's name of the model of a service by its name in a signature."""
        if service == "sagemaker" and request.path.startswith("/endpoints/"):
            return "sagemaker-runtime"
        name = _OWN_SIGNING_NAMES.get(service) or MOTO_SERVICES.get(service)
        if name is None:
            raise _not_there(f"the service {service}")
        return name

    def _routed(self, api: wire.Api, request: wire.Request) -> tuple[OperationModel, dict[str, str]]:
        found = api.route(request)
        if found is None:
            target = request.headers.get("x-amz-target") or f"{request.method} {request.path}"
            raise ApiError("UnknownOperationException", f"{api.name} has no operation for {target}", 404)
        return found

    def _call(self, api: wire.Api, operation: str, request: wire.Request, basics: tuple) -> Call:
        key, region, request_id = basics
        return Call(
            service=api.name,
            operation=operation,
            principal=self._principal(api, key),
            region=region,
            account=ACCOUNT,
            request_id=request_id,
            trace_header=request.headers.get("x-amzn-trace-id"),
            source_ip="127.0.0.1",
        )

    def _principal(self, api: wire.Api, key: str | None) -> Principal:
        if key == ADMIN_ACCESS_KEY:
            return ADMIN
        if key is None:
            return ANONYMOUS
        temporary = self._roles.identities.find(key)
        if temporary is not None:
            principal, expiration = temporary
            if expiration < datetime.now(UTC):
                code = "ExpiredToken" if api.name in {"s3", "sts", "iam"} else "ExpiredTokenException"
                raise ApiError(code, "The security token included in the request is expired", 403)
            return principal
        user = self._roles.iam.user_of_key(key)
        if user is None:
            raise _unknown_key(api)
        context = {"aws:username": user.name, "access_key": key}
        return Principal(user.arn, "user", user.user_id, context=context)

    def _authorise(self, call: Call, params: dict[str, Any], resource_policy: Callable[[str, dict], Any]) -> None:
        if call.principal.kind == "admin":
            return
        needed = wanted(call.service, call.operation, params, Place(call.region, call.account))
        if needed:
            self._roles.judge.require(call, needed, resource_policy(call.operation, params))

    def _bucket_policy(self, params: dict[str, Any]) -> dict | None:
        import json

        if "Bucket" not in params:
            return None
        try:
            answer = self._roles.admin_client("s3").get_bucket_policy(Bucket=params["Bucket"])
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchBucketPolicy", "NoSuchBucket"}:
                return None
            raise
        return json.loads(answer["Policy"])

    def _moto_resource_policy(self, service: str, params: dict[str, Any]) -> dict | None:
        import json

        client = self._roles.admin_client
        try:
            if service == "sqs" and "QueueUrl" in params:
                found = client("sqs").get_queue_attributes(QueueUrl=params["QueueUrl"], AttributeNames=["Policy"])
            elif service == "sns" and "TopicArn" in params:
                found = client("sns").get_topic_attributes(TopicArn=params["TopicArn"])
            else:
                return None
        except ClientError:
            return None
        text = found.get("Attributes", {}).get("Policy")
        return json.loads(text) if text else None

    def _hide_missing(self, call: Call, params: dict[str, Any]) -> None:
        """Without s3:ListBucket a key that isn't there looks like one that may not be read."""
        listing = Wanted("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")
        decision = self._roles.judge.decide(call, listing, self._bucket_policy(params))
        if not decision.allowed:
            raise denial(call, listing, decision)

    # ---- what a change in S3 sets off ----------------------------------------------------------------

    def _tell(self, call: Call, name: str, params: dict[str, Any], answer: _Captured, body: bytes) -> None:
        bucket = params.get("Bucket", "")
        if name == "DeleteBucket":
            self._s3_events.bucket_deleted(bucket)
        if not self._s3_events.watches(bucket):
            return
        if name in _CREATED:
            self._s3_events.happened(call, self._created(_CREATED[name], bucket, params["Key"], answer))
        elif name == "DeleteObject":
            version, marker = answer.header("x-amz-version-id"), answer.header("x-amz-delete-marker")
            self._s3_events.happened(call, _removed(bucket, params["Key"], version, marker == "true"))
        elif name == "DeleteObjects":
            for change in _removals(bucket, body):
                self._s3_events.happened(call, change)

    def _created(self, event: str, bucket: str, key: str, answer: _Captured) -> Change:
        version = answer.header("x-amz-version-id")
        version = None if version == "null" else version
        which = {"VersionId": version} if version else {}
        head = self._roles.admin_client("s3").head_object(Bucket=bucket, Key=key, **which)
        return Change(event, bucket, key, head["ContentLength"], head["ETag"].strip('"'), version)


class _Captured:
    """A WSGI start_response that remembers what it was told."""

    def __init__(self) -> None:
        self.status_line, self.headers = "", []

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status_line, self.headers = status, headers

    @property
    def status(self) -> int:
        return int(self.status_line.split()[0])

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


# ---- reading requests --------------------------------------------------------------------------------


def _request(environ: dict[str, Any]) -> wire.Request:
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
    if raw.startswith("http"):
        raw = "/" + raw.split("/", 3)[3] if raw.count("/") > 2 else "/"
    path, _, query = raw.partition("?")
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return wire.Request(environ["REQUEST_METHOD"], path, wire.query(query), headers)


def _body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length:
        return environ["wsgi.input"].read(int(length))
    return environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""


def _signature(request: wire.Request) -> tuple[str | None, str, str]:
    """Access key, region and service that a request is signed for; an unsigned one can only mean S3."""
    query = request.query
    text = request.headers.get("authorization") or f"Credential={query.get('X-Amz-Credential', '')}"
    found = _CREDENTIAL.search(text)
    if found:
        if "X-Amz-Expires" in query:
            signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            _check_unexpired(signed + timedelta(seconds=int(query["X-Amz-Expires"])))
        return found.group(1), found.group(2), found.group(3)
    if "AWSAccessKeyId" in query and "Expires" in query:
        _check_unexpired(datetime.fromtimestamp(int(query["Expires"]), UTC))
        return query["AWSAccessKeyId"], REGION, "s3"
    if request.path.startswith("/moto-api"):
        raise ApiError("AccessDenied", "Access Denied", 403)
    return None, REGION, "s3"


def _check_unexpired(until: datetime) -> None:
    now = datetime.now(UTC)
    if until < now:
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        members = {"Expires": until.strftime(stamp), "ServerTime": now.strftime(stamp)}
        raise ApiError("AccessDenied", "Request has expired", 403, **members)


def _is_form_post(request: wire.Request) -> bool:
    """A browser's upload to S3: a form posted to the bucket."""
    return request.method == "POST" and request.headers["content-type"].startswith("multipart/form-data")


def _posted(request: wire.Request) -> dict[str, Any]:
    from werkzeug.formparser import parse_form_data

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.headers["content-type"],
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
    }
    _, fields, files = parse_form_data(environ)
    file_name = next((file.filename or "" for file in files.values()), "")
    credential = fields.get("x-amz-credential") or fields.get("X-Amz-Credential") or fields.get("AWSAccessKeyId")
    return {
        "Bucket": request.path.strip("/"),
        "Key": fields.get("key", "").replace("${filename}", file_name),
        "access_key": credential.partition("/")[0] if credential else None,
    }


def _removed(bucket: str, key: str, version: str | None, marker: bool) -> Change:
    if marker:
        empty = "d41d8cd98f00b204e9800998ecf8427e"
        return Change("ObjectRemoved:DeleteMarkerCreated", bucket, key, etag=empty, version_id=version)
    return Change("ObjectRemoved:Delete", bucket, key, version_id=version)


def _removals(bucket: str, body: bytes) -> Iterable[Change]:
    for element in ElementTree.fromstring(body).iter():
        if element.tag.rpartition("}")[2] == "Deleted":
            values = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            version = values.get("DeleteMarkerVersionId") or values.get("VersionId")
            yield _removed(bucket, values["Key"], version, values.get("DeleteMarker") == "true")


# ---- answering ---------------------------------------------------------------------------------------


def _send(response: wire.Response, start_response: StartResponse) -> list[bytes]:
    headers = response.headers | {"Content-Length": str(len(response.body))}
    if response.status == 204:
        del headers["Content-Length"]
    start_response(f"{response.status} {HTTP_STATUS_CODES.get(response.status, '')}", list(headers.items()))
    return [response.body]


def _error(api: wire.Api | None, error: ApiError, request_id: str, request: wire.Request) -> wire.Response:
    response = wire.serialise_error(api or wire.api_for("s3"), error, request_id, request.path)
    if request.method == "HEAD":
        response.body = b""
    return response


def _not_there(what: str) -> ApiError:
    return ApiError("NotImplemented", f"{what} is not there: the embedded AWS doesn't implement it", 501)


def _unknown_key(api: wire.Api) -> ApiError:
    if api.name == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return ApiError("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    code = "InvalidClientTokenId" if api.protocol == "query" else "UnrecognizedClientException"
    return ApiError(code, message, 403 if api.protocol != "json" else 400)
