"""Whatever a client of botocore writes, the wire reads the same; whatever the wire answers, a client reads the same.

For the operations of the services that lessons call, with values made from botocore's own models.
"""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from local_aws import wire
from tests.local_aws.wire.test_wire import request_of

SERVICES = ("lambda", "stepfunctions", "sagemaker", "sagemaker-runtime", "sts", "s3", "iam")
_AT_ANOTHER_HOST = {"ListDirectoryBuckets", "WriteGetObjectResponse"}
_DEPTH, _MEMBERS = 4, 4
"""How deep a value may go, and how many members a structure has that need not be there."""

# In a header and in a path, other characters can't stand or mean something else; a header's name has no capitals.
_TOKENS = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=8)
_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("&<>=+% /?\"'"),
    min_size=1,
    max_size=8,
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _TEXTS,
    "character": _TEXTS,
    "boolean": st.booleans(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "float": st.floats(-1e6, 1e6, width=32),
    "double": st.floats(-1e9, 1e9),
    "timestamp": st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    "blob": st.binary(min_size=1, max_size=8),
}


@st.composite
def requests(draw: st.DrawFn, service: str) -> tuple[str, dict[str, Any]]:
    """An operation, and parameters for it."""
    model = wire.api_for(service).model
    name = draw(st.sampled_from([name for name in model.operation_names if name not in _AT_ANOTHER_HOST]))
    operation = model.operation_model(name)
    # One that is deprecated has the path of the one that came after it.
    assume(not operation.deprecated)
    shape = operation.input_shape
    return name, {} if shape is None else value(draw, shape)


def value(draw: st.DrawFn, shape: Shape, depth: int = 0) -> Any:
    """A value of a shape, as botocore takes it."""
    if isinstance(shape, StructureShape):
        return {name: value(draw, shape.members[name], depth + 1) for name in _chosen(draw, shape, depth)}
    if isinstance(shape, ListShape):
        # None is empty: in a form and in XML an empty list is written as if it weren't there.
        return [value(draw, shape.member, depth + 1) for _ in range(draw(st.integers(1, 2)))]
    if isinstance(shape, MapShape):
        return {key: value(draw, shape.value, depth + 1) for key in draw(st.sets(_TOKENS, min_size=1, max_size=2))}
    if shape.type_name == "string" and shape.enum:
        return draw(st.sampled_from(shape.enum))
    if shape.type_name == "string" and shape.serialization.get("location"):
        return draw(_TOKENS)
    return draw(_SCALARS[shape.type_name])


def _chosen(draw: st.DrawFn, shape: StructureShape, depth: int) -> list[str]:
    names = sorted(shape.members)
    if shape.is_tagged_union:
        return [draw(st.sampled_from(names))]
    optional = [name for name in names if name not in shape.required_members]
    few = [] if depth >= _DEPTH or not optional else draw(st.sets(st.sampled_from(optional), max_size=_MEMBERS))
    # As above: a structure with nothing in it isn't written either.
    if not few and not shape.required_members and optional and depth:
        few = [draw(st.sampled_from(optional))]
    return [*shape.required_members, *few]


def reads_the_same(service: str, examples: int) -> None:
    @settings(max_examples=examples)
    @given(requests(service))
    def holds(asked: tuple[str, dict[str, Any]]) -> None:
        name, params = asked
        written = request_of(service, name, params)
        found, path_values = wire.api_for(service).route(written)
        assert found.name == name
        body = found.input_shape.serialization.get("payload") if found.input_shape else None
        assert _without_empty(wire.parse(written, found, path_values), body) == _without_empty(params, body)

    holds()


def _without_empty(params: dict[str, Any], body: str | None) -> dict[str, Any]:
    """An empty body and none look the same on their way."""
    return {name: value for name, value in params.items() if name != body or value}


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_what_a_client_writes_is_read_the_same(service: str) -> None:
    reads_the_same(service, 120)


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
def test_what_a_client_writes_is_read_the_same_whatever_it_is(service: str) -> None:
    reads_the_same(service, 3000)
