"""`docs/operations.md` says what the embedded AWS does: every operation is called, and what is there is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import Shape

from docs.operations import PAGE, answers, page, services
from local_aws import REGION, wire
from local_aws.__main__ import environment
from tests.served import served

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


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_page_calls_there_is_there_and_nothing_else(service: str, endpoint: str) -> None:
    client, one = caller(service, endpoint), answers(service)
    there = {*one.ours, *one.corrected, *one.motos}
    named = {name for name in (there | set(one.missing)) - NOT_TO_BE_TOLD if is_named_as_missing(client, name)}
    assert named == set(one.missing) - NOT_TO_BE_TOLD


def caller(service: str, endpoint: str) -> BaseClient:
    config = Config(
        retries={"total_max_attempts": 1},
        parameter_validation=False,
        inject_host_prefix=False,
        s3={"addressing_style": "path"},
    )
    variables = environment(endpoint)
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        config=config,
    )


def is_named_as_missing(client: BaseClient, operation: str) -> bool:
    """Whether a call with some parameters, right or wrong, is answered by saying that the operation isn't there."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    try:
        getattr(client, xform_name(operation))(**(some_value(shape) if shape else {}))
    except ClientError as error:
        found = error.response["Error"]
        return found["Code"] == "NotImplemented" and f"{operation} is not there" in found["Message"]
    return False


def some_value(shape: Shape) -> Any:
    """A value of a shape's type, with the required members alone."""
    match shape.type_name:
        case "structure":
            return {name: some_value(shape.members[name]) for name in shape.required_members}
        case "list":
            return [some_value(shape.member)]
        case "map":
            return {}
        case "string":
            return shape.enum[0] if shape.enum else "a" * max(1, shape.metadata.get("min", 1))
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "float" | "double":
            return 1.0
        case "boolean":
            return False
        case "blob":
            return b"x"
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
    raise AssertionError(f"no value for the type {shape.type_name}")
