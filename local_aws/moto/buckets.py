"""The buckets that moto keeps, for what is ours of them."""

from __future__ import annotations

from local_aws import ACCOUNT


def region_of(bucket: str) -> str | None:
    """The region in which a bucket stands; None where there is no such bucket."""
    # Moto reads its settings while it is imported, so that the first import has to come after them.
    from moto.s3.models import s3_backends

    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    if found is None:
        return None
    return {"EU": "eu-west-1"}.get(found.region_name, found.region_name)
