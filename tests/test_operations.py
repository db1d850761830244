"""`docs/operations.md` says what the embedded AWS does: every operation is called, and what is there is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from docs.operations import PAGE, answers, page, services
from local_aws import wire
from tests.served import served
from tests.unchecked import client, some_value

SERVICES = sorted(services())
NOT_TO_BE_TOLD = {
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "WriteGetObjectResponse",
    "ListDirectoryBuckets",
}
"""Boto3 signs the first two with nobody's key, so that they name no service; the third has an answer without a body;
the last is ListBuckets at a host of its own."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served() as url:
        yield url


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python -m docs.operations"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_a_model_stands_in_one_place(service: str) -> None:
    stated = [name for _, names in answers(service).kinds for name in names]
    assert len(stated) == len(set(stated))
    model = wire.api_for(service).model
    assert set(model.operation_names) - set(stated) == {
        name
        for name in model.operation_names
        if model.operation_model(name).deprecated and model.resolved_protocol.startswith("rest")
    }


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_what_the_page_calls_there_is_there_and_nothing_else(service: str, endpoint: str) -> None:
    one, found = answers(service), client(service, endpoint)
    there = {*one.ours, *one.corrected, *one.motos}
    named = {name for name in (there | set(one.missing)) - NOT_TO_BE_TOLD if is_named_as_missing(found, name)}
    assert named == set(one.missing) - NOT_TO_BE_TOLD


def is_named_as_missing(asked: BaseClient, operation: str) -> bool:
    """Whether a call with some parameters, right or wrong, is answered by saying that the operation isn't there."""
    shape = asked.meta.service_model.operation_model(operation).input_shape
    try:
        getattr(asked, xform_name(operation))(**(some_value(shape, least=True) if shape else {}))
    except ClientError as error:
        found = error.response["Error"]
        return found["Code"] == "NotImplemented" and f"{operation} is not there" in found["Message"]
    return False
