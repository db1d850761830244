"""Between a state machine's JSON and what botocore takes and gives, by the shapes of an API's model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from local_aws.states.document import dumps, loads

Naming = Callable[[str], str]

_JSON_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "string": (str, "a STRING"),
    "character": (str, "a STRING"),
    "integer": (int, "an INTEGER"),
    "long": (int, "an INTEGER"),
    "float": ((int, float), "a NUMBER"),
    "double": ((int, float), "a NUMBER"),
    "boolean": (bool, "a BOOLEAN"),
    "list": (list, "an ARRAY"),
    "map": (dict, "an OBJECT"),
    "structure": (dict, "an OBJECT"),
    "timestamp": ((str, int, float), "a STRING"),
}


def unknown_members(value: Any, shape: Shape | None, naming: Naming) -> Iterator[str]:
    """The names in JSON data, at any depth, that a shape has no member for."""
    if isinstance(value, dict) and (shape is None or shape.type_name == "structure"):
        if shape is not None and getattr(shape, "is_document_type", False):
            return
        members = _members(shape, naming)
        for name, item in value.items():
            if name not in members:
                yield name
            else:
                yield from unknown_members(item, members[name][1], naming)
    elif isinstance(value, dict) and shape is not None and shape.type_name == "map":
        for item in value.values():
            yield from unknown_members(item, shape.value, naming)
    elif isinstance(value, list) and shape is not None and shape.type_name == "list":
        for item in value:
            yield from unknown_members(item, shape.member, naming)


def missing_members(value: Any, shape: Shape | None, naming: Naming) -> list[str]:
    """The required members of a structure that JSON data hasn't got, at the top level."""
    if shape is None or not isinstance(value, dict):
        return []
    return [naming(name) for name in shape.required_members if naming(name) not in value]


def wrong_types(value: Any, shape: Shape, naming: Naming, name: str, json_texts: tuple[str, ...]) -> Iterator[str]:
    """A sentence for each value in JSON data whose type isn't the shape's.

    Args:
        name: the field that the value stands in.
        json_texts: fields at the top that are texts for the API and take any JSON data here.
    """
    if getattr(shape, "is_document_type", False):
        return
    expected, article = _JSON_TYPES.get(shape.type_name, (object, ""))
    is_bool = isinstance(value, bool) and shape.type_name not in ("boolean", "blob")
    if name not in json_texts and (not isinstance(value, expected) or is_bool):
        yield f"The value for the field '{name}' must be {article}"
    elif isinstance(value, dict) and shape.type_name == "structure":
        members = _members(shape, naming)
        for key, item in value.items():
            if key in members:
                yield from wrong_types(item, members[key][1], naming, key, json_texts)
    elif isinstance(value, dict) and shape.type_name == "map":
        for key, item in value.items():
            yield from wrong_types(item, shape.value, naming, key, ())
    elif isinstance(value, list) and shape.type_name == "list":
        for item in value:
            yield from wrong_types(item, shape.member, naming, name, ())


def to_request(value: Any, shape: Shape | None, naming: Naming) -> Any:
    """JSON data as parameters of a client's method: names of the model, bytes where it wants bytes."""
    if shape is None:
        return {}
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        members = _members(shape, naming)
        return {
            members[name][0]: to_request(item, members[name][1], naming)
            for name, item in value.items()
            if name in members
        }
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: to_request(item, shape.value, naming) for name, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [to_request(item, shape.member, naming) for item in value]
    if shape.type_name == "blob":
        return utf8(value if isinstance(value, str) else dumps(value))
    if shape.type_name == "string":
        text = value if isinstance(value, str) else dumps(value)
        return text if text.isascii() else utf8(text).decode()
    return value


def utf8(text: str) -> bytes:
    """A text as a request carries it. Half a surrogate pair, which JSON may hold, becomes a question mark."""
    return text.encode(errors="replace")


def from_answer(value: Any, shape: Shape | None, naming: Naming, timestamp: Callable[[datetime], Any]) -> Any:
    """A client's answer as JSON data: what is absent stays absent, bytes and streams become text."""
    if shape is None:
        return {}
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            naming(name): from_answer(value[name], member, naming, timestamp)
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type_name == "map":
        return {name: from_answer(item, shape.value, naming, timestamp) for name, item in value.items()}
    if shape.type_name == "list":
        return [from_answer(item, shape.member, naming, timestamp) for item in value]
    if shape.type_name == "timestamp":
        return timestamp(value) if isinstance(value, datetime) else value
    if shape.type_name == "blob":
        data = value.read() if hasattr(value, "read") else value
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    return value


def iso(moment: datetime) -> str:
    """A time as `aws-sdk` integrations give it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def epoch_milliseconds(moment: datetime) -> int:
    """A time as optimised integrations give it."""
    return round(moment.timestamp() * 1000)


def parsed(text: str) -> Any:
    """JSON data from a text, the text itself where it is no JSON."""
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text


def _members(shape: Shape | None, naming: Naming) -> dict[str, tuple[str, Shape]]:
    """A structure's members by the name they have in a definition, with the model's name and shape."""
    if shape is None:
        return {}
    return {naming(name): (name, member) for name, member in shape.members.items()}
