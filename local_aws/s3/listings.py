"""Lists of S3 that moto gives as if nobody had asked for pages or for names in URL form.

Source: ListBuckets, ListObjectVersions, ListMultipartUploads, S3 API reference.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from local_aws.call import ApiError, Call
from local_aws.house import Host, Service
from local_aws.moto.buckets import any_bucket, region_of
from local_aws.moto.inside import Moto

_MOST_BUCKETS = 10_000
_NO_BUCKETS: dict[str, Any] = {
    "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"},
    "Buckets": [],
}
"""What moto answers where there is none."""
_NAMES = {"Key", "Prefix", "Delimiter", "KeyMarker", "NextKeyMarker"}
"""Members whose text an answer may give in URL form."""


class Listings(Service):
    """The lists of buckets, of versions and of uploads that go on."""

    name = "s3"

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto

    def list_buckets(
        self,
        call: Call,
        MaxBuckets: int = _MOST_BUCKETS,  # noqa: N803
        ContinuationToken: str = "",  # noqa: N803
        **filters: Any,
    ) -> dict[str, Any]:
        """The account's buckets, of one region or by a prefix, in pages.

        Raises:
            ApiError: `InvalidArgument`.
        """
        found = self._moto.ask("s3", "list_buckets", **filters) if any_bucket() else _NO_BUCKETS
        after = _read(ContinuationToken)
        buckets = sorted((one for one in found["Buckets"] if one["Name"] > after), key=lambda one: one["Name"])
        page = buckets[:MaxBuckets]
        for bucket in page:
            bucket["BucketRegion"] = region_of(bucket["Name"])
        answer = {"Owner": found["Owner"], "Buckets": page, "Prefix": filters.get("Prefix")}
        if len(buckets) > len(page):
            answer["ContinuationToken"] = base64.urlsafe_b64encode(page[-1]["Name"].encode()).decode()
        return answer

    def list_object_versions(self, call: Call, EncodingType: str = "", **params: Any) -> dict[str, Any]:  # noqa: N803
        """The versions of objects, and delete markers."""
        return _encoded(self._moto.ask("s3", "list_object_versions", **params), EncodingType)

    def list_multipart_uploads(self, call: Call, EncodingType: str = "", **params: Any) -> dict[str, Any]:  # noqa: N803
        """The uploads in parts that are neither completed nor aborted."""
        return _encoded(self._moto.ask("s3", "list_multipart_uploads", **params), EncodingType)


def _read(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        message = "The continuation token provided is incorrect"
        raise ApiError("InvalidArgument", message, 400, ArgumentName="continuation-token") from error


def _encoded(answer: dict[str, Any], encoding: str) -> dict[str, Any]:
    if encoding != "url":
        return answer
    return {name: _in_url_form(name, value) for name, value in answer.items()} | {"EncodingType": "url"}


def _in_url_form(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _in_url_form(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_in_url_form(name, item) for item in value]
    return quote(value, safe="/") if name in _NAMES and isinstance(value, str) else value
