"""Calls of any operation, with values made from botocore's models; botocore lets them out unchecked."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.model import Shape

from local_aws import REGION
from local_aws.__main__ import environment


@functools.cache
def client(service: str, endpoint: str) -> Any:
    """The administrator's client of a service at an embedded AWS, which tries once and validates nothing."""
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


def some_value(shape: Shape, least: bool = False) -> Any:
    """A value of a shape's type.

    Args:
        least: one that asks for as little as possible (required members alone, an empty map, false); else one that
            asks for something.
    """
    match shape.type_name:
        case "structure":
            names = shape.required_members or ([] if least else list(shape.members)[:1])
            return {name: some_value(shape.members[name], least) for name in names}
        case "list":
            return [some_value(shape.member, least)]
        case "map":
            return {} if least else {some_value(shape.key): some_value(shape.value)}
        case "string":
            return shape.enum[0 if least else -1] if shape.enum else "a" * max(1, shape.metadata.get("min", 1))
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "float" | "double":
            return 1.0
        case "boolean":
            return not least
        case "blob":
            return b"x"
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
    raise AssertionError(f"no value for the type {shape.type_name}")
