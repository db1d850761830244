"""Whatever a client of botocore writes, the wire reads the same; whatever the wire answers, a client reads the same.

For every operation of the services that lessons call, with values made from botocore's own models.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws import wire
from tests.local_aws.wire.test_wire import request_of

SERVICES = ("lambda", "stepfunctions", "sagemaker", "sagemaker-runtime", "sts", "s3", "iam")
_DEPTH = 3
_EXAMPLES = 2
"""For each operation; there are more than a thousand."""

# In a header, and around a name in a path, other characters can't stand or mean something else.
_TOKENS = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("&<>=+% /?\"'"),
    max_size=8,
)
_MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "float": st.floats(-1e6, 1e6, width=32),
    "double": st.floats(-1e9, 1e9),
    "timestamp": _MOMENTS,
    "blob": st.binary(min_size=1, max_size=8),
}


def operations() -> Iterator[Any]:
    for service in SERVICES:
        model = wire.api_for(service).model
        yield from (pytest.param(service, name, id=f"{service}-{name}") for name in model.operation_names)


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a shape; at some depth, members that need not be there are left out."""
    if isinstance(shape, StructureShape):
        if shape.is_tagged_union:
            chosen = [st.fixed_dictionaries({name: values(member, depth + 1)}) for name, member in shape.members.items()]
            return st.one_of(chosen)
        required = {name: _member(shape.members[name], depth) for name in shape.required_members}
        rest = {name: member for name, member in shape.members.items() if name not in required}
        further = {} if depth >= _DEPTH else {name: _member(member, depth) for name, member in rest.items()}
        return st.fixed_dictionaries(required, optional=further)
    if isinstance(shape, ListShape):
        # The query protocols have no way to write an empty list that a service could tell from none.
        return st.lists(_member(shape.member, depth), min_size=1, max_size=1 if depth else 2)
    if isinstance(shape, MapShape):
        return st.dictionaries(_TOKENS, _member(shape.value, depth), min_size=1, max_size=2)
    if shape.type_name == "string" and shape.enum:
        return st.sampled_from(shape.enum)
    if shape.type_name in ("string", "character"):
        return _TOKENS if shape.serialization.get("location") else _TEXTS.filter(bool)
    return _SCALARS[shape.type_name]


def _member(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: values(shape, depth + 1))


def parameters(operation: OperationModel) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({}) if operation.input_shape is None else values(operation.input_shape)


@pytest.mark.parametrize(("service", "name"), operations())
def test_what_a_client_writes_is_read_the_same(service: str, name: str) -> None:
    operation = wire.api_for(service).model.operation_model(name)

    @settings(max_examples=_EXAMPLES)
    @given(parameters(operation))
    def holds(params: dict[str, Any]) -> None:
        request = request_of(service, name, params)
        found, path_values = wire.api_for(service).route(request)
        assert found.name == name
        assert wire.parse(request, found, path_values) == params

    holds()
