"""From an HTTP request to an operation's parameters, by botocore's model of its input."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import TreeBuilder

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from local_aws.call import ApiError
from local_aws.wire.errors import malformed_xml
from local_aws.wire.model import Request, form

_TRUE = {"true", "1"}
_WHOLE = re.compile(r"[+-]?\d{1,99}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,99}(\.\d{0,99})?([eE][+-]?\d{1,3})?", re.ASCII)


def parse(request: Request, operation: OperationModel, path_values: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a call, by member name, with absent members absent.

    Raises:
        ApiError: `SerializationException` where the body isn't what the protocol wants.
    """
    shape = operation.input_shape
    if shape is None:
        return {}
    protocol = operation.service_model.resolved_protocol
    if protocol == "json":
        return _from_json(_json_body(request.body), shape)
    if protocol == "query":
        return _from_form(_Fields(form(request)), shape, "")
    return _from_rest(request, shape, path_values, protocol)


def _from_rest(
    request: Request, shape: StructureShape, path_values: Mapping[str, str], protocol: str
) -> dict[str, Any]:
    params: dict[str, Any] = {}
    body_members = {}
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        wire_name = member.serialization.get("name", name)
        value: str | dict[str, str] | None
        if location == "uri":
            value = path_values.get(wire_name)
        elif location == "querystring":
            value = _query_value(request, wire_name, member)
        elif location == "header":
            value = request.headers.get(wire_name.lower())
        elif location == "headers":
            prefix = wire_name.lower()
            value = {k[len(prefix) :]: v for k, v in request.headers.items() if k.startswith(prefix)} or None
        else:
            body_members[name] = member
            continue
        if value is None:
            continue
        if not isinstance(value, str):
            params[name] = value
        elif location == "querystring" and protocol == "rest-xml" and member.type_name in _BITS:
            params[name] = _number_in_query(value, member, wire_name)
        else:
            params[name] = _from_text(value, member)
    payload = shape.serialization.get("payload")
    if payload is not None:
        return params | _payload(request, payload, shape.members[payload], protocol)
    if not body_members or not request.body:
        return params
    if protocol == "rest-xml":
        return params | _from_xml(_xml_body(request.body), shape, only=body_members)
    return params | _from_json(_json_body(request.body), shape, only=body_members)


def _query_value(request: Request, wire_name: str, member: Shape) -> Any:
    if wire_name not in request.query:
        return None
    if isinstance(member, ListShape):
        return [_from_text(text, member.member) for text in request.query.all(wire_name)]
    return request.query[wire_name]


def _number_in_query(text: str, member: Shape, wire_name: str) -> Any:
    """A number in a query of S3's, which has words of its own for what is none."""
    try:
        return _from_text(text, member)
    except ApiError:
        message = f"Provided {wire_name} not an integer or within integer range"
        raise ApiError("InvalidArgument", message) from None


def _payload(request: Request, name: str, member: Shape, protocol: str) -> dict[str, Any]:
    if member.type_name == "blob":
        return {name: request.body}
    if member.type_name == "string":
        try:
            return {name: request.body.decode()} if request.body else {}
        except UnicodeDecodeError as error:
            raise ApiError("SerializationException", "the request's body is not UTF-8") from error
    if not request.body:
        return {}
    if protocol == "rest-xml":
        return {name: _from_xml(_xml_body(request.body), member)}
    return {name: _from_json(_json_body(request.body), member)}


def _json_body(body: bytes) -> Any:
    try:
        text = (body or b"{}").decode()
        parsed = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(parsed, ensure_ascii=False).encode()  # half of a pair is no character
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", "the request's body is not JSON") from error
    if not isinstance(parsed, dict):
        raise ApiError("SerializationException", "the request's body is not a JSON object")
    return parsed


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON, though Python reads it")


def _from_json(value: Any, shape: Shape, only: Mapping[str, Shape] | None = None) -> Any:
    """A JSON value by its shape. Unknown members are ignored and null members are absent, as on AWS."""
    if isinstance(shape, StructureShape):
        if shape.is_document_type:
            return value
        fields = _expect(value, dict, shape)
        found = {}
        for name, wired, member in _wired(shape) if only is None else _wired_members(only):
            value = fields.get(wired)
            if value is not None:
                found[name] = _from_json(value, member)
        return found
    if isinstance(shape, ListShape):
        return [_from_json(item, shape.member) for item in _expect(value, list, shape)]
    if isinstance(shape, MapShape):
        return {key: _from_json(item, shape.value) for key, item in _expect(value, dict, shape).items()}
    return _scalar(value, shape)


@functools.cache
def _wired(shape: StructureShape) -> list[tuple[str, str, Shape]]:
    """The members of a shape, which a flood of log events reads very often: by name, by name on the wire, itself."""
    return _wired_members(shape.members)


def _wired_members(members: Mapping[str, Shape]) -> list[tuple[str, str, Shape]]:
    return [(name, member.serialization.get("name", name), member) for name, member in members.items()]


def _scalar(value: Any, shape: Shape) -> Any:
    kind = shape.type_name
    if kind == "string":
        return value if type(value) is str else _expect(value, str, shape)
    if kind == "boolean":
        return _expect(value, bool, shape)
    if kind in _BITS:
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if -(1 << _BITS[kind]) <= _expect(value, int, shape) < 1 << _BITS[kind]:
            return value
        raise _unreadable(value, shape)
    if kind in {"float", "double"}:
        try:
            number = float(_expect(value, (int, float), shape))
        except OverflowError as error:
            raise _unreadable(value, shape) from error
        if math.isfinite(number):
            return number
        raise _unreadable(value, shape)
    if kind == "timestamp":
        return _timestamp(value, shape)
    if kind == "blob":
        return _blob(_expect(value, str, shape))
    return value


_BITS = {"integer": 31, "long": 63}
"""Of a whole number, beside its sign: in Java numbers end."""
_JAVA_TYPES = {
    "string": "String",
    "integer": "Integer",
    "long": "Long",
    "boolean": "Boolean",
    "float": "Float",
}


def _expect(value: Any, kinds: type | tuple[type, ...], shape: Shape) -> Any:
    wrong_bool = isinstance(value, bool) and kinds is not bool
    if isinstance(value, kinds) and not wrong_bool:
        return value
    raise _unreadable(value, shape)


def _unreadable(value: Any, shape: Shape) -> ApiError:
    wanted = _JAVA_TYPES.get(shape.type_name, shape.type_name.title())
    return ApiError("SerializationException", f"{_token(value)} cannot be converted to {wanted}")


def _token(value: Any) -> str:
    """What the parser of AWS's services calls a value."""
    found = {
        dict: "START_OBJECT",
        list: "START_ARRAY",
        str: "STRING_VALUE",
        bool: f"{str(value).upper()}_VALUE",
        type(None): "VALUE_NULL",
    }
    return found.get(type(value), "NUMBER_VALUE")


def _blob(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError("SerializationException", "a binary member is not base64") from error


def _timestamp(value: Any, shape: Shape) -> datetime:
    try:
        moment = parse_timestamp(_expect(value, (str, int, float), shape))
    except (ValueError, TypeError, ArithmeticError, RuntimeError) as error:
        message = f"{_token(value)} can not be converted to milliseconds since epoch"
        raise ApiError("SerializationException", message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _from_text(text: str, shape: Shape) -> Any:
    """A value that stands as text in a path, a query string, a header, a form or an XML element."""
    kind = shape.type_name
    if kind in _BITS or kind in {"float", "double"}:
        # Python's own reading takes more: `1_000`, digits of other scripts, `nan`.
        if not (_WHOLE if kind in _BITS else _DECIMAL).fullmatch(text):
            raise ApiError("SerializationException", f"'{text}' is not a number")
        return _scalar(int(text) if kind in _BITS else float(text), shape)
    if kind == "boolean":
        return text.lower() in _TRUE
    if kind == "timestamp":
        return _timestamp(text, shape)
    if kind == "blob":
        return _blob(text)
    if kind == "list":
        return [_from_text(item.strip(), shape.member) for item in text.split(",")]
    return text


def _from_form(fields: _Fields, shape: Shape, prefix: str) -> Any:
    """A value of the query protocol: `Tags.member.1.Key=…`."""
    if isinstance(shape, StructureShape):
        start = f"{prefix}." if prefix else ""
        values = {
            name: _from_form(fields, member, start + member.serialization.get("name", name))
            for name, member in shape.members.items()
        }
        return {name: value for name, value in values.items() if value not in (None, {}, [])}
    if isinstance(shape, ListShape):
        item = "" if shape.serialization.get("flattened") else f".{shape.member.serialization.get('name', 'member')}"
        return _numbered(fields, prefix + item, lambda key: _from_form(fields, shape.member, key))
    if isinstance(shape, MapShape):
        entry = "" if shape.serialization.get("flattened") else ".entry"
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        pairs = _numbered(
            fields,
            prefix + entry,
            lambda key: (
                fields.get(f"{key}.{key_name}"),
                _from_form(fields, shape.value, f"{key}.{value_name}"),
            ),
        )
        return {key: value for key, value in pairs if key is not None}
    return _from_text(fields[prefix], shape) if prefix in fields else None


class _Fields(dict[str, str]):
    """A form's fields, and `stems`: all that a field's name begins with up to a full stop, or is."""

    def __init__(self, fields: Mapping[str, str]):
        super().__init__(fields)
        names = (name.split(".")[:_STEM_PARTS] for name in fields)
        self.stems = {".".join(parts[: end + 1]) for parts in names for end in range(len(parts))}


_STEM_PARTS = 16
"""No parameter's name has as many parts as this."""


def _numbered(fields: _Fields, prefix: str, read: Any) -> list[Any]:
    items: list[Any] = []
    while f"{prefix}.{len(items) + 1}" in fields.stems:
        items.append(read(f"{prefix}.{len(items) + 1}"))
    return items


_XML_DEPTH = 64
"""No document of S3's is as deep as this."""


class _Builder(TreeBuilder):
    """Builds a document's tree without namespaces: as deep as one of S3's may be, and of no type of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ElementTree.ParseError("a document type is not allowed")

    def start(self, tag: str, attributes: dict[str, str]) -> ElementTree.Element:
        self._depth += 1
        if self._depth > _XML_DEPTH:
            raise ElementTree.ParseError("the document is nested too deeply")
        return super().start(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def _xml_body(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body, ElementTree.XMLParser(target=_Builder()))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise malformed_xml() from error


_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
"""The one namespace of an attribute: `xsi:type`."""


def _from_xml(element: ElementTree.Element, shape: Shape, only: Mapping[str, Shape] | None = None) -> Any:
    if isinstance(shape, StructureShape):
        values = {}
        for name, member in (shape.members if only is None else only).items():
            if member.serialization.get("xmlAttribute"):
                said = element.get(_INSTANCE + member.serialization["name"].rpartition(":")[2])
                if said is not None:
                    values[name] = _from_text(said, member)
                continue
            found = element.findall(member.serialization.get("name", name))
            if not found:
                continue
            flat = isinstance(member, ListShape) and member.serialization.get("flattened")
            values[name] = [_from_xml(e, member.member) for e in found] if flat else _from_xml(found[0], member)
        return values
    if isinstance(shape, ListShape):
        item = shape.member.serialization.get("name", "member")
        return [_from_xml(child, shape.member) for child in element.findall(item)]
    return _from_text(element.text or "", shape)
