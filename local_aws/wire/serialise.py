"""From an operation's result, or its error, to an HTTP response in the service's own protocol."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape as _with_entities

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from local_aws.call import ApiError
from local_aws.wire.model import Api, Response

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ROOTS = {
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketVersioning": "VersioningConfiguration",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListParts": "ListPartsResult",
}
"""The root elements of S3's answers that botocore's model doesn't name (response syntax, S3 API reference)."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document can hold, in any form."""


def serialise(operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
    """The HTTP answer of a call that succeeded. Members of `result` that the model doesn't know are an error.

    Raises:
        KeyError: the result has a member that the model's output doesn't have (a defect of the service).
    """
    service = operation.service_model
    protocol = service.resolved_protocol
    shape = operation.output_shape
    result = {name: value for name, value in (result or {}).items() if value is not None}
    if protocol == "json":
        body = json.dumps(_to_json(result, shape) if shape else {}).encode()
        version = service.metadata.get("jsonVersion", "1.0")
        headers = {"Content-Type": f"application/x-amz-json-{version}", "x-amzn-RequestId": request_id}
        return Response(200, headers, body)
    if protocol == "query":
        return _query_answer(operation, result, request_id)
    return _rest_answer(operation, result, request_id)


def _rest_answer(operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
    response = Response(operation.http.get("responseCode", 200), {"x-amzn-RequestId": request_id})
    shape = operation.output_shape
    if shape is None:
        return response
    payload = shape.serialization.get("payload")
    body: dict[str, Any] = {}
    for name, value in result.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        if location == "statusCode":
            response.status = value
        elif location == "header":
            response.headers[member.serialization["name"]] = _header(value, member)
        elif location == "headers":
            response.headers.update({member.serialization["name"] + key: text for key, text in value.items()})
        elif name != payload:
            body[name] = value
    if payload is not None:
        content = result.get(payload)
        if isinstance(content, dict):
            response.body = _document(operation, content, shape.members[payload])
        elif content is not None:
            response.body = content if isinstance(content, bytes) else content.encode()
    elif response.status != 204:
        response.body = _document(operation, body, shape)
    xml = operation.service_model.resolved_protocol == "rest-xml"
    response.headers.setdefault("Content-Type", "application/xml" if xml else "application/json")
    return response


def _document(operation: OperationModel, body: dict[str, Any], shape: StructureShape) -> bytes:
    if operation.service_model.resolved_protocol == "rest-json":
        return json.dumps(_to_json(body, shape)).encode()
    root = _ROOTS.get(operation.name) or shape.serialization.get("name", shape.name)
    return f"{_XML}<{root}{_namespace(operation)}>{_to_xml(body, shape)}</{root}>".encode()


def _namespace(operation: OperationModel) -> str:
    uri = operation.service_model.metadata.get("xmlNamespace", "http://s3.amazonaws.com/doc/2006-03-01/")
    return f' xmlns="{uri}"'


def _query_answer(operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
    name = operation.name
    wrapper = operation.output_shape.serialization.get("resultWrapper") if operation.output_shape else None
    inner = _to_xml(result, operation.output_shape) if operation.output_shape else ""
    wrapped = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
    body = (
        f"<{name}Response{_namespace(operation)}>{wrapped}"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>"
    )
    return Response(200, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def _to_json(value: Any, shape: Shape) -> Any:
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        return {
            shape.members[name].serialization.get("name", name): _to_json(item, shape.members[name])
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [_to_json(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {key: _to_json(item, shape.value) for key, item in value.items()}
    if isinstance(value, datetime):
        return _timestamp(value, shape.serialization.get("timestampFormat", "unixTimestamp"))
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return value


def _to_xml(value: Any, shape: Shape) -> str:
    if isinstance(shape, StructureShape):
        return "".join(
            _element(shape.members[name].serialization.get("name", name), item, shape.members[name])
            for name, item in value.items()
            if item is not None
        )
    if isinstance(shape, ListShape):
        item_name = shape.member.serialization.get("name", "member")
        return "".join(f"<{item_name}>{_to_xml(item, shape.member)}</{item_name}>" for item in value)
    if isinstance(shape, MapShape):
        return "".join(
            f"<entry><key>{escape(key)}</key><value>{_to_xml(item, shape.value)}</value></entry>"
            for key, item in value.items()
        )
    if isinstance(value, datetime):
        return _timestamp(value, shape.serialization.get("timestampFormat", "iso8601"))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return escape(str(value))


def escape(text: str) -> str:
    """Text as it stands in a document; a character that can't stand there is `\ufffd`, which says that one was."""
    return _with_entities(_NO_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _element(name: str, value: Any, shape: Shape) -> str:
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        return "".join(f"<{name}>{_to_xml(item, shape.member)}</{name}>" for item in value)
    return f"<{name}>{_to_xml(value, shape)}</{name}>"


def _timestamp(moment: datetime, form: str) -> Any:
    if form == "unixTimestamp":
        return round(moment.timestamp(), 3)
    if form == "rfc822":
        return format_datetime(moment, usegmt=True)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _header(value: Any, shape: Shape) -> str:
    if isinstance(value, datetime):
        return _timestamp(value, shape.serialization.get("timestampFormat", "rfc822"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def serialise_error(api: Api, error: ApiError, request_id: str, resource: str = "") -> Response:
    """The HTTP answer of a call that failed, in the form that the service's protocol gives to errors.

    Args:
        resource: for S3, the path that the error's `Resource` member names.
    """
    if api.protocol == "rest-xml":
        return _s3_error(error, request_id, resource)
    if api.protocol == "ec2":
        return _ec2_error(error, request_id)
    if api.protocol == "query":
        return _query_error(api, error, request_id)
    members = error.members | {"message": error.message}
    shape = next((s for s in api.model.error_shapes if _error_code(s) == error.code), None)
    if shape is not None and "Message" in shape.members and "message" not in shape.members:
        members["Message"] = members["message"]
    response = Response(error.status, {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code})
    if api.protocol == "json":
        version = api.model.metadata.get("jsonVersion", "1.0")
        response.headers["Content-Type"] = f"application/x-amz-json-{version}"
        members = {"__type": error.code} | members
        if "awsQueryCompatible" in api.model.metadata:  # SQS, whose SDKs were of that protocol before
            at_fault = "Sender" if error.status < 500 else "Receiver"
            response.headers["x-amzn-query-error"] = f"{error.code};{at_fault}"
    else:
        response.headers["Content-Type"] = "application/json"
    response.body = json.dumps(members).encode()
    return response


def _error_code(shape: StructureShape) -> str:
    return shape.metadata.get("error", {}).get("code", shape.name)


def _s3_error(error: ApiError, request_id: str, resource: str) -> Response:
    extra = "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in error.members.items())
    body = (
        f"{_XML}<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>{extra}"
        f"<Resource>{escape(resource)}</Resource><RequestId>{request_id}</RequestId></Error>"
    )
    headers = {"Content-Type": "application/xml", "x-amz-request-id": request_id}
    return Response(error.status, headers, body.encode())


def _query_error(api: Api, error: ApiError, request_id: str) -> Response:
    uri = api.model.metadata.get("xmlNamespace", "")
    body = (
        f'<ErrorResponse xmlns="{uri}"><Error><Type>Sender</Type><Code>{escape(error.code)}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Response(error.status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def _ec2_error(error: ApiError, request_id: str) -> Response:
    body = (
        f"{_XML}<Response><Errors><Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )
    return Response(error.status, {"Content-Type": "text/xml"}, body.encode())
