"""S3 as a request meets it: whether the caller may, moto's answer, and the events that a change sets off.

Moto keeps buckets and objects. Notifications are `events`', bucket policies `bucket_policies`'; what else is here is
what moto leaves out: rights in AWS's terms (a key that isn't there looks like one that may not be read,
DeleteObjects refuses key by key, a posted form is held against its policy) and the news of every change in a
bucket that is watched. Moto is asked for what was judged, told anew, and for nothing else.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from local_aws import wire
from local_aws.access.actions import wanted
from local_aws.access.callers import Callers
from local_aws.access.judge import denial
from local_aws.access.roles import Roles
from local_aws.access.signature import Signature
from local_aws.access.wanted import Place, Wanted
from local_aws.call import ApiError, Call, not_there
from local_aws.gateway.dispatch import dispatch, routed
from local_aws.gateway.exchange import Exchange
from local_aws.house import Service
from local_aws.moto.backend import Backends, lacks
from local_aws.moto.buckets import region_of
from local_aws.moto.members import require_heeded_in
from local_aws.moto.uploads import marker_of
from local_aws.s3.bucket_defaults import BucketDefaults
from local_aws.s3.bucket_names import BucketNames
from local_aws.s3.bucket_policies import BucketPolicies
from local_aws.s3.buckets import (
    elsewhere,
    is_made_again,
    redirect,
    require_bucket_name,
    require_location,
    require_possible_key,
    require_possible_name,
)
from local_aws.s3.conditions import Head, decisive, require_change, require_conditions
from local_aws.s3.content import received, require_document
from local_aws.s3.customer_keys import require_no_customer_key
from local_aws.s3.deletions import allowed, deleted, require_condition
from local_aws.s3.deletions import answer as deletions_answer
from local_aws.s3.documents import CHECKED, require_headers, require_tags, require_valid
from local_aws.s3.encryption import Encryption
from local_aws.s3.errors import no_such_key
from local_aws.s3.event_record import Change
from local_aws.s3.events import S3Events
from local_aws.s3.listings import Listings
from local_aws.s3.object_lock import ObjectLock, require_lockable, require_removable
from local_aws.s3.object_parts import ObjectParts, by_range
from local_aws.s3.owners import require_owner
from local_aws.s3.post import is_form_post, upload
from local_aws.s3.uploads import require_upload

_WITH_CONTENT = {"PutObject", "UploadPart"}
"""Operations whose body is no document of S3's but what somebody keeps there."""
_WITH_ACL_IN_BODY = {"PutBucketAcl", "PutObjectAcl"}
_WITH_ACL = {"PutObject", "CopyObject", "CreateMultipartUpload", *_WITH_ACL_IN_BODY}
"""Operations that may bring an ACL."""
_NEW_OBJECTS = {"PutObject", "CopyObject", "CreateMultipartUpload"}
_READS = {"GetObject", "HeadObject"}
_EVENTS = {
    "PutObject": "ObjectCreated:Put",
    "PostObject": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
    "PutObjectTagging": "ObjectTagging:Put",
    "DeleteObjectTagging": "ObjectTagging:Delete",
    "PutObjectAcl": "ObjectAcl:Put",
}
_WATCHED = {*_EVENTS, "DeleteObject", "DeleteObjects"}
"""Operations that set off an event where their bucket is watched."""
CORRECTED = {"CreateBucket", "DeleteBucket", *_WITH_ACL, *_WATCHED, *_READS}
"""Operations of which more is done here than to judge who may: moto's answer alone would not be AWS's."""
_EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e"


class S3:
    """Answers the requests that are meant for S3."""

    def __init__(
        self,
        roles: Roles,
        callers: Callers,
        kept: tuple[S3Events, BucketPolicies, BucketDefaults],
        others: tuple[Encryption, Listings, ObjectParts, ObjectLock],
        names: BucketNames,
        moto: Backends,
    ):
        self._roles, self._callers = roles, callers
        self._events, self._policies, self._defaults = kept
        self._encryption = others[0]
        self._names, self._moto = names, moto
        self._parts: tuple[Service, ...] = (*kept, *others)

    def answer(self, api: wire.Api, signed: Signature, exchange: Exchange) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            ApiError: the caller may not, or an error of the notification operations.
        """
        if is_form_post(exchange.request):
            return self._post(api, signed, exchange)
        operation, path_values = routed(api, exchange.request)
        name = operation.name
        if "Bucket" in path_values:
            require_possible_name(path_values["Bucket"])
        if "Key" in path_values:
            require_possible_key(path_values["Key"])
        part = next((part for part in self._parts if hasattr(part, xform_name(name))), None)
        if part is None and lacks(name):
            raise not_there(f"s3:{name}")
        call = self._callers.call(api, name, exchange.request, signed, exchange.request_id)
        if there := elsewhere(signed, name, path_values.get("Bucket", "")):
            return _sent_there(api, exchange, path_values["Bucket"], there)
        if signed.presigned:
            exchange.request = wire.hoisted(operation, exchange.request)
        require_owner(exchange.request.headers)
        require_no_customer_key(name, exchange.request.headers)
        if name not in _WITH_CONTENT:
            exchange.read_body(api, name)
            require_document(name, exchange.request)
        require_heeded_in(operation, exchange.request)
        request = exchange.request
        if part is not None:
            judge, policy_of = self._roles.judge, self._bucket_policy
            return exchange.send(dispatch(part, judge, call, operation, request, path_values, policy_of))
        params: dict[str, Any] = {**path_values}
        told: dict[str, Any] | None = None
        refusals: list[str] = []
        if call.principal.kind != "admin":
            params = told = wire.parse(request, operation, path_values)
            if name != "DeleteObjects":
                self._authorise(call, told)
        if name == "CreateBucket":
            require_bucket_name(params["Bucket"])
            self._names.require_free(params["Bucket"])
            params = told = told or wire.parse(request, operation, path_values)
            configuration = params.get("CreateBucketConfiguration", {})
            require_location(configuration)
            require_tags(configuration.get("Tags", []))
            self._defaults.check_new_bucket(request.headers)
            if is_made_again(params["Bucket"], call.region, configuration):
                answer = {"Location": f"/{params['Bucket']}"}
                return exchange.send(wire.serialise(operation, answer, exchange.request_id))
        elif name in _WITH_ACL:
            brought = wire.parse(request, operation, path_values) if name in _WITH_ACL_IN_BODY else {}
            self._defaults.check_acl(call, params["Bucket"], request.headers, brought.get("AccessControlPolicy"))
        head = functools.partial(self._head, call)
        if name == "DeleteObjects":
            params = told = told or wire.parse(request, operation, path_values)
            wire.validate(operation, told)
            refusals = self._refuse_deletions(call, told, head)
            if refusals and not told["Delete"].get("Objects"):
                body = f"<DeleteResult>{''.join(refusals)}</DeleteResult>".encode()
                return exchange.send(wire.Response(200, {"Content-Type": "application/xml"}, body))
        elif name in CHECKED:
            told = told or wire.parse(request, operation, path_values)
            require_valid(operation, told)
        if name in _NEW_OBJECTS:
            require_headers(request.headers)
            if _locks(request.headers):
                require_lockable(params["Bucket"])
            request = dataclasses.replace(request, headers=self._encryption.with_key(params["Bucket"], request.headers))
        elif name in _READS:
            request = dataclasses.replace(request, headers=decisive(request.headers))
        if "Key" in path_values:
            require_conditions(name, params["Bucket"], params["Key"], request.headers, head)
            request = require_upload(operation, params["Bucket"], params["Key"], request, head)
        version = request.query.get("versionId")
        if name in _READS and (marker := marker_of(params["Bucket"], params["Key"], version)) is not None:
            return self._marked(api, call, params, exchange, marker, version is not None)
        if name == "DeleteObject":
            bypasses = request.headers.get("x-amz-bypass-governance-retention") == "true"
            require_removable(params["Bucket"], params["Key"], version, bypasses)
        elif name == "CopyObject":
            require_change(params["Bucket"], params["Key"], request.headers)
        if name in _READS:
            request, besides = by_range(params["Bucket"], params["Key"], request)
            exchange.start_response = _with_headers(exchange.start_response, besides)
        if name in _WITH_CONTENT:
            exchange.request = request
            request = received(exchange, signed, self._callers.secret_of(signed))
        exchange.request = wire.restated(operation, request, path_values, told)
        return self._from_moto(api, operation, call, params, exchange, refusals)

    def _head(self, call: Call, **which: str) -> Mapping[str, Any] | None:
        """What HeadObject tells of an object; None where it tells nothing."""
        try:
            found: Mapping[str, Any] = self._roles.admin_client("s3", call.region).head_object(**which)
        except ClientError:
            return None
        return found

    def _post(self, api: wire.Api, signed: Signature, exchange: Exchange) -> Iterable[bytes]:
        posted = upload(exchange.request, exchange.body, signed)
        call = self._callers.call(api, "PostObject", exchange.request, posted.signed, exchange.request_id)
        params = {"Bucket": posted.bucket, "Key": posted.key}
        require_possible_name(posted.bucket)
        require_possible_key(posted.key)
        if there := elsewhere(posted.signed, "PostObject", posted.bucket):
            return _sent_there(api, exchange, posted.bucket, there)
        self._authorise(call, params)
        operation = api.model.operation_model("PutObject")
        exchange.request = wire.restated(operation, posted.request(exchange.request), params)
        answer, start_response = Answer(), exchange.start_response
        exchange.start_response = answer
        chunks = list(self._from_moto(api, operation, call, params, exchange, []))
        exchange.start_response = start_response
        if answer.status >= 300:
            start_response(answer.status_line, answer.headers)
            return chunks
        return exchange.send(posted.answer(answer.header("etag") or "", exchange.request.headers["host"]))

    def _authorise(self, call: Call, params: dict[str, Any]) -> None:
        self._roles.judge.authorise(call, params, lambda: self._bucket_policy(params))

    def _bucket_policy(self, params: dict[str, Any]) -> Mapping[str, Any] | None:
        return self._policies.of(params["Bucket"]) if "Bucket" in params else None

    # ---- moto's answer -------------------------------------------------------------------------------

    def _from_moto(
        self,
        api: wire.Api,
        operation: OperationModel,
        call: Call,
        params: dict[str, Any],
        exchange: Exchange,
        refusals: list[str],
    ) -> Iterable[bytes]:
        name, key = call.operation, call.principal.context.get("access_key")
        hidden = name in _READS and call.principal.kind != "admin"
        told = name in ("CreateBucket", "DeleteBucket") or (name in _WATCHED and self._events.watches(params["Bucket"]))
        quiet = name == "DeleteObjects" and params["Delete"].get("Quiet", False)
        edited = bool(refusals or quiet)
        answer = Answer() if hidden or told or edited else exchange.start_response
        chunks = self._moto.answer(api, operation.name, exchange.request, answer, region=call.region, access_key=key)
        if not isinstance(answer, Answer):
            return chunks
        if told or edited:
            chunks = list(chunks)
        if hidden and answer.status == 404:
            self._hide_missing(call, params)
        if told and answer.status < 300:
            self._tell(call, params, exchange, answer, b"".join(chunks))
        if edited and answer.status < 300:
            chunks = [deletions_answer(b"".join(chunks), refusals, quiet)]
            answer.headers = [(key, value) for key, value in answer.headers if key.lower() != "content-length"]
        exchange.start_response(answer.status_line, answer.headers)
        return chunks

    def _hide_missing(self, call: Call, params: dict[str, Any]) -> None:
        """Without s3:ListBucket a key that isn't there looks like one that may not be read."""
        listing = Wanted("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")
        decision = self._roles.judge.decide(call, listing, self._bucket_policy(params))
        if not decision.allowed:
            raise denial(call, listing, decision)

    def _refuse_deletions(self, call: Call, params: dict[str, Any], head: Head) -> list[str]:
        """Take out of a DeleteObjects what the caller may not delete, or not as it is; gives the `Error` elements."""
        policy = self._bucket_policy(params)
        needs = list(wanted(call.service, call.operation, params, Place(call.region, call.account)))

        bucket, bypasses = params["Bucket"], params.get("BypassGovernanceRetention", False)

        def require(place: int, target: dict[str, Any]) -> None:
            also = Wanted("s3:BypassGovernanceRetention", f"arn:aws:s3:::{bucket}/{target['Key']}")
            for need in (needs[place], also) if bypasses else (needs[place],):
                decision = self._roles.judge.decide(call, need, policy)
                if not decision.allowed:
                    raise denial(call, need, decision)
            require_condition(target, bucket, head)
            require_removable(bucket, target["Key"], target.get("VersionId"), bypasses)

        params["Delete"]["Objects"], refusals = allowed(params["Delete"]["Objects"], require)
        return refusals

    def _marked(
        self, api: wire.Api, call: Call, params: dict[str, Any], exchange: Exchange, marker: str, asked_for: bool
    ) -> list[bytes]:
        """The answer to who reads a delete marker: as a version there is no method for it, on top nothing is there."""
        if asked_for:
            message = "The specified method is not allowed against this resource."
            method = exchange.request.method
            error = ApiError("MethodNotAllowed", message, 405, Method=method, ResourceType="DeleteMarker")
        else:
            if call.principal.kind != "admin":
                self._hide_missing(call, params)
            error = no_such_key(params["Key"])
        response = wire.serialise_error(api, error, exchange.request_id, exchange.request.path)
        response.headers |= {"x-amz-delete-marker": "true", "x-amz-version-id": marker}
        if asked_for:
            response.headers["Allow"] = "DELETE"
        if exchange.request.method == "HEAD":
            response.body = b""
        return exchange.send(response)

    # ---- what a change sets off ----------------------------------------------------------------------

    def _tell(self, call: Call, params: dict[str, Any], exchange: Exchange, answer: Answer, body: bytes) -> None:
        name, bucket = call.operation, params["Bucket"]
        if name == "CreateBucket":
            self._defaults.bucket_created(bucket, exchange.request.headers.get("x-amz-object-ownership"))
            self._encryption.bucket_created(bucket)
            if tags := params.get("CreateBucketConfiguration", {}).get("Tags"):
                s3 = self._roles.admin_client("s3", region_of(bucket) or call.region)
                s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
        elif name == "DeleteBucket":
            self._defaults.bucket_deleted(bucket)
            self._policies.bucket_deleted(bucket)
            self._events.bucket_deleted(bucket)
            self._names.bucket_deleted(bucket)
        elif name in _EVENTS:
            self._events.happened(call, self._written(call, bucket, params["Key"], exchange, answer))
        elif name == "DeleteObject":
            version, marker = answer.header("x-amz-version-id"), answer.header("x-amz-delete-marker")
            made_marker = marker == "true" and "versionId" not in exchange.request.query
            self._events.happened(call, _removed(bucket, params["Key"], version, made_marker))
        else:
            for key, version in deleted(body):
                marker = None if version else self._latest_marker(call, bucket, key)
                self._events.happened(call, _removed(bucket, key, version or marker, marker is not None))

    def _latest_marker(self, call: Call, bucket: str, key: str) -> str | None:
        """The version of the delete marker on top of a key, which moto's answer to DeleteObjects doesn't tell."""
        s3 = self._roles.admin_client("s3", call.region)
        if "Status" not in s3.get_bucket_versioning(Bucket=bucket):
            return None
        markers = s3.list_object_versions(Bucket=bucket, Prefix=key).get("DeleteMarkers", [])
        return next((m["VersionId"] for m in markers if m["Key"] == key and m["IsLatest"]), None)

    def _written(self, call: Call, bucket: str, key: str, exchange: Exchange, answer: Answer) -> Change:
        event, version = _EVENTS[call.operation], answer.header("x-amz-version-id")
        version = None if version == "null" else version
        if call.operation == "PutObject":
            etag = (answer.header("etag") or "").strip('"')
            return Change(event, bucket, key, len(exchange.request.body), etag, version)
        which = {"VersionId": version} if version else {}
        head = self._head(call, Bucket=bucket, Key=key, **which)
        if head is None:  # deleted again in the meantime: what happened has happened all the same
            return Change(event, bucket, key, version_id=version)
        size = head["ContentLength"] if event.startswith("ObjectCreated") else None
        return Change(event, bucket, key, size, head["ETag"].strip('"'), version)


def _with_headers(start_response: Callable[..., Any], further: Mapping[str, str]) -> Callable[..., Any]:
    """What begins an answer, with some headers more."""
    if not further:
        return start_response

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return start_response(status, [*headers, *further.items()])

    return start


def _sent_there(api: wire.Api, exchange: Exchange, bucket: str, region: str) -> list[bytes]:
    """The answer to a call that went to another region than its bucket's."""
    response = wire.serialise_error(api, redirect(bucket, region), exchange.request_id, exchange.request.path)
    response.headers["x-amz-bucket-region"] = region
    if exchange.request.method == "HEAD":
        response.body = b""
    return exchange.send(response)


class Answer:
    """A WSGI start_response that remembers what it was told."""

    def __init__(self) -> None:
        self.status_line = ""
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status_line, self.headers = status, headers

    @property
    def status(self) -> int:
        return int(self.status_line.split()[0])

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def _locks(headers: Mapping[str, str]) -> bool:
    """Whether a new object is to be locked."""
    return any(name.startswith("x-amz-object-lock-") for name in headers)


def _removed(bucket: str, key: str, version: str | None, made_marker: bool) -> Change:
    if made_marker:
        return Change("ObjectRemoved:DeleteMarkerCreated", bucket, key, etag=_EMPTY_MD5, version_id=version)
    return Change("ObjectRemoved:Delete", bucket, key, version_id=version)
