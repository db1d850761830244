"""What AWS says of a request's fields: kind, limits and meaning, read from botocore's models."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from botocore.model import Shape

from course.state_machines.value_faults import bounds

_KINDS = {
    "structure": "an object",
    "list": "a list",
    "map": "an object of names and values",
    "string": "a string",
    "character": "a string",
    "blob": "a string",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "boolean": "true or false",
    "timestamp": "a time",
}
_UNITS = {"string": "characters", "list": "items", "map": "entries"}
_OPEN_END = 2**31 - 1
"""A limit this high is the model's way of saying none."""


@dataclass(frozen=True)
class FieldGuide:
    """What is known of a field.

    Attributes:
        path: from the top of the request, with `[]` for the items of a list.
        kind: what kind of value it takes, in words.
        need: `required` by the model, `needed in practice` by the course's jobs, or `optional`.
        limits: length or range, in words; empty where there is none.
        pattern: that a string must match; empty where there is none.
        values: those it may have, where they are few enough to be listed by the model.
        meaning: its first sentence.
        documentation: all that the model says, as plain text.
    """

    path: str
    kind: str
    need: str
    limits: str
    pattern: str
    values: tuple[str, ...]
    meaning: str
    documentation: str


def guides(
    shape: Shape, practical: Collection[str], path: str = "", inside: tuple[str, ...] = ()
) -> Iterator[FieldGuide]:
    """The fields of a structure and of all that is in it, in the model's order.

    Args:
        shape: the structure, or a list of structures.
        practical: paths that are needed in practice, though the model doesn't require them.
        path: of the structure.
        inside: the names of the structures around it: one that holds itself is followed once.
    """
    if shape.type_name == "list":
        yield from guides(shape.member, practical, f"{path}[]", inside)
    if shape.type_name != "structure" or shape.name in inside:
        return
    required = {pascal(name) for name in shape.required_members}
    for name, member in members(shape).items():
        here = f"{path}.{name}".lstrip(".")
        need = "required" if name in required else "needed in practice" if here in practical else "optional"
        yield _guide(member, here, need)
        yield from guides(member, practical, here, (*inside, shape.name))


def _guide(shape: Shape, path: str, need: str) -> FieldGuide:
    kind = _KINDS.get(shape.type_name, shape.type_name)
    if shape.type_name == "list":
        kind = f"a list; each item is {_KINDS.get(shape.member.type_name, shape.member.type_name)}"
    text = plain_text(shape.documentation)
    return FieldGuide(
        path,
        kind,
        need,
        _limits(shape),
        shape.metadata.get("pattern", ""),
        tuple(getattr(shape, "enum", ())),
        first_sentence(shape.documentation),
        text,
    )


def _limits(shape: Shape) -> str:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    most = None if most is not None and most >= _OPEN_END else most
    if (not least and most is None) or (shape.type_name == "string" and shape.enum):
        return ""
    return f"{bounds(least or 0, most)} {_UNITS.get(shape.type_name, '')}".rstrip()


def pascal(name: str) -> str:
    """A field's name as a state writes it, whatever the service's own API does (`StateMachineArn`)."""
    return name[:1].upper() + name[1:]


def members(shape: Shape) -> dict[str, Shape]:
    """The members of a structure, by their names as a state writes them."""
    return {pascal(name): member for name, member in shape.members.items()}


def first_sentence(documentation: str) -> str:
    """The first sentence of a documentation in HTML, without what it says in parentheses at its beginning."""
    text = re.sub(r"^\(Optional\)\s*", "", plain_text(documentation))
    sentence = re.match(r".*?[^.\s]{2}\.(?=\s+[A-Z]|[A-Z]|$)", text)
    return sentence[0] if sentence else text


def plain_text(documentation: str) -> str:
    """A documentation in HTML as text on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", documentation)).split())
