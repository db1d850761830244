"""The buckets that moto keeps, for what is ours of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from local_aws import ACCOUNT


def any_bucket() -> bool:
    """Whether there is a bucket."""
    return bool(_buckets())


def region_of(bucket: str) -> str | None:
    """The region in which a bucket stands; None where there is no such bucket."""
    found = _buckets().get(bucket)
    if found is None:
        return None
    return {"EU": "eu-west-1"}.get(found.region_name, found.region_name)


def _buckets() -> Mapping[str, Any]:
    # As long as nobody has wanted moto's S3 there is none: it is imported when somebody does, which takes a while.
    backends = getattr(sys.modules.get("moto.s3.models"), "s3_backends", None)
    return {} if backends is None else backends[ACCOUNT]["aws"].buckets
