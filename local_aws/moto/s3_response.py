"""Moto's reading of a request to S3, without what is known before: all of moto's that is done at each request.

A request comes as `wire.restated` has told it: to this host, with the bucket in its path, under a key that was judged.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.core.request import Request
from moto.core.responses import ActionResult
from moto.s3 import responses
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition
from werkzeug.datastructures import ImmutableMultiDict

from local_aws import ACCOUNT, ADMIN_ACCESS_KEY
from local_aws.moto.locks import retain_by_default
from local_aws.moto.uploads import checksum_of

_REQUEST_ID = re.compile(r"(?<=<RequestId>).*(?=</RequestId>)")
_CHECKSUM, _VERSION = "x-amz-checksum-", "x-amz-version-id"
_DOCUMENTS = {"acl", "legal-hold", "retention", "tagging"}
"""What a query names where a PUT brings a document about an object."""
_WITHOUT_FORM = {"DELETE", "GET", "HEAD", "PUT"}


class S3Response(responses.S3Response):
    """Moto's S3 at a request."""

    def setup_class(  # type: ignore[override] # as moto's own class of S3 has it
        self, request: Request, full_url: str | None = None, headers: Any = None
    ) -> None:
        """Read a request; moto's own way for one whose body may be taken for a form."""
        if request.method not in _WITHOUT_FORM:
            super().setup_class(request, full_url, headers)
            self._held = super().backend
            return
        self.is_werkzeug_request, self.normalized_request, self.request = True, request, request
        self.uri, self.method, self.headers = request.raw_url, request.method, request.headers
        self.parsed_url, self.raw_path = urlparse(self.uri), request.raw_path
        self.path = self.parsed_url.path
        self.body = self.raw_body = request.environ["wsgi.input"].read()
        self.form_data = ImmutableMultiDict()
        query = self.parsed_url.query
        self.querystring = self.data = dict(parse_qs(query, keep_blank_values=True)) if query else {}
        self.uri_match: dict[str, Any] = {}
        self.response_headers = {"server": "amazon.com"}
        self.current_account = ACCOUNT
        credential = self.headers["Authorization"].partition("Credential=")[2].split("/")
        self.access_key, self.region = credential[0], credential[2]
        self.partition = get_partition(self.region)
        self.bucket_name = self.parse_bucket_name_from_url(request, self.uri)
        self._held = s3_backends[self.current_account][self.partition]
        self._note_use()

    def _note_use(self) -> None:
        """Have IAM know when a user's key was last used; the administrator is no user."""
        if self.access_key == ADMIN_ACCESS_KEY:
            return
        from moto.iam.models import mark_account_as_visited

        mark_account_as_visited(self.current_account, self.access_key, "s3", self.region)

    @property
    def backend(self) -> S3Backend:
        """What moto holds."""
        return self._held

    def _authenticate_and_authorize_s3_action(
        self, bucket_name: str | None = None, key_name: str | None = None
    ) -> None:
        """Nothing: the caller has been judged before."""

    @staticmethod
    def subdomain_based_buckets(request: Any) -> bool:
        """Never: a bucket stands in the path."""
        return False

    @property
    def is_access_point(self) -> bool:
        """Never: this host is none."""
        return False

    def parse_bucket_name_from_url(self, request: Any, url: str) -> str:
        """The path's first segment."""
        return unquote(request.raw_path[1:].partition("/")[0])

    def serialized(self, action_result: ActionResult) -> Any:
        """An answer, with what moto leaves out of those to uploads in parts."""
        told: Any = action_result.result
        action = self.data.get("Action")
        if action == "CreateMultipartUpload":
            upload: Any = self.backend.get_bucket(self.bucket_name).multiparts[told["UploadId"]]
            upload.initiated = datetime.now(UTC)
        elif action == "CompleteMultipartUpload":
            key: Any = self.backend.get_object(self.bucket_name, told["Key"])
            told.update(checksum_of(key))
            bucket = self.backend.get_bucket(self.bucket_name)
            retain_by_default(bucket, key)
            key.set_acl(key.acl or bucket.acl)
        return super().serialized(action_result)

    def head_object(self, bucket_name: str, query: dict[str, Any], key_name: str, headers: Any) -> Any:
        """HeadObject, with the checksum as GetObject tells it, and of a version also where versioning is suspended."""
        if "versionId" in query and self.backend.get_bucket(bucket_name).versioning_status == "Suspended":
            status, told, _ = self.get_object()
            return status, told, ""
        status, told, body = super().head_object(bucket_name, query, key_name, headers)
        if any(name.startswith(_CHECKSUM) for name in told):
            key = self.backend.get_object(bucket_name, key_name, query.get("versionId", [None])[0])
            named = {name.removeprefix("Checksum").lower(): value for name, value in checksum_of(key).items()}
            told.update({f"{_CHECKSUM}{name}": value for name, value in named.items()})
        return status, told, body

    def _key_response_put(self, query: dict[str, Any], key_name: str) -> Any:
        if self.is_without_content(query):
            self.headers = self.headers.beside(**{"content-md5": "of no content"})
        return super()._key_response_put(query, key_name)

    def is_without_content(self, query: dict[str, Any]) -> bool:
        """Whether a PUT brings no object's content: where objects are locked, moto wants a digest of every one."""
        return "x-amz-copy-source" in self.headers or not _DOCUMENTS.isdisjoint(query)

    def _tagging_from_xml(self) -> dict[str, str]:
        return super()._tagging_from_xml() if b"<Tag>" in self.body else {}

    def _bucket_tagging_from_body(self) -> dict[str, str]:
        return {key: value or "" for key, value in super()._bucket_tagging_from_body().items()}

    def _key_response_post(self, request: Any, body: bytes, bucket_name: str, query: Any, key_name: str) -> Any:
        status, told, answer = super()._key_response_post(request, body, bucket_name, query, key_name)
        if told.get(_VERSION) == "null" and not self.backend.get_bucket(bucket_name).versioning_status:
            del told[_VERSION]
        return status, told, answer

    @staticmethod
    def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        headers["x-amzn-requestid"] = request_id = secrets.token_hex(26)
        if isinstance(body, str):
            body = _REQUEST_ID.sub(request_id, body)
        return headers, body
