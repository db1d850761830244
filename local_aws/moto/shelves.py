"""Moto's state as records that outlive the process, and which of them a call may have changed.

A service's whole state in a region is one record, whose writing costs with its size. What there may be many of has
records of its own: objects of S3 and their uploads, log streams, and a stream's events in blocks. An object's content
lies beside its record. What every process begins with (AWS's managed policies, public parameters) isn't kept.
"""

from __future__ import annotations

import functools
import json
import re
import threading
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from local_aws import ACCOUNT, wire
from local_aws.house import Content, Contents, Kept, Shelf
from local_aws.moto.contents import PIECE, Stored, in_pieces
from local_aws.moto.frozen import freeze, thaw

_READS = re.compile(
    "(Get|List|Head|Describe|BatchGet|Query|Scan|TransactGet|Filter|Test|Select|Lookup|Simulate|Validate|Verify|Encrypt|"
    "Decrypt|GenerateDataKey|GenerateRandom|StartQuery|StopQuery)"
)
"""Operations that change nothing begin so."""
_GLOBAL = ("s3", "iam")
"""Services that have one state for all regions; moto files it under the partition."""
_ATTACHED = "how often AWS's own policies are attached"
_LEFT = ("_value_buffer", "lock", "stored", "content_id")
"""What of moto's record of an object isn't kept, or not so."""
_IN_THE_RECORD = 4096
"""The largest content of an object that is written with its record."""
_KEPT_AS = "kept as"
"""An object's content, in its record."""
_SAME = ("region_name", "account_id", "partition")
_BLOCK = 256
"""Log events of a stream that are written together."""
_ROOT, _OBJECTS, _UPLOADS, _STREAMS, _EVENTS = "moto", "s3/objects", "s3/uploads", "logs/streams", "logs/events"
Mark = tuple[str, str]


def shelves(services: Iterable[str]) -> list[Shelf]:
    """The shelves of some of moto's services, in the order in which they are to be read back."""
    return [*(_Root(name) for name in services), _Objects(), _Uploads(), _Streams(), _Events()]


def touched(service: str, operation: str, request: wire.Request, region: str) -> list[Mark]:
    """The records that a call may change. Asked before and after it, it names also what is gone, or new."""
    if _READS.match(operation):
        return []
    if service == "s3":
        return list(_touched_in_s3(operation, request))
    if service == "logs":
        return list(_touched_in_logs(operation, request, region))
    return [region_mark(service, region)]


def region_mark(service: str, region: str) -> Mark:
    """The record of what a service holds in a region, except what has records of its own."""
    return f"{_ROOT}/{service}", "aws" if service in _GLOBAL else region


# ---- a service's state as a whole ------------------------------------------------------------------------


class _Root:
    """What a service holds in a region, except what has records of its own."""

    def __init__(self, service: str):
        self.kind = f"{_ROOT}/{service}"
        self._service = service

    def dump(self, name: str) -> Kept | None:
        """A region's state."""
        held = vars(_backend(self._service, name))
        state = {name: _own(self._service, name, value) for name, value in held.items() if name not in _SAME}
        if self._service == "iam":
            attached = {policy.arn: policy.attachment_count for policy in state.pop("aws_managed_policies")}
            state[_ATTACHED] = {arn: count for arn, count in attached.items() if count}
        return Kept(freeze(state, _stands_for, _without(self._service)))

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put a region's state into moto."""
        backend = _backend(self._service, name)
        for attribute, value in thaw(data, _found).items():
            before = getattr(backend, attribute, None)
            if isinstance(before, dict) and isinstance(value, dict):
                # Moto's dict knows more than its items: what to make of a key that is missing, for one.
                if (self._service, attribute) != ("iam", "managed_policies"):
                    before.clear()
                before.update(value)
            elif attribute == _ATTACHED:
                for arn, count in value.items():
                    backend.managed_policies[arn].attachment_count = count
            else:
                setattr(backend, attribute, value)
        if self._service == "s3":
            _complete_buckets(backend)


def _own(service: str, attribute: str, value: Any) -> Any:
    """What of an attribute is to be kept."""
    if (service, attribute) == ("iam", "managed_policies"):
        return {arn: policy for arn, policy in value.items() if not arn.startswith("arn:aws:iam::aws:")}
    if (service, attribute) == ("ssm", "_parameters"):
        return {path: versions for path, versions in value.items() if not path.startswith("/aws/service/")}
    return dict(value) if isinstance(value, dict) else value


def _stands_for(value: Any) -> Any:
    """What stands for an object that is there in every process."""
    if type(value) in _kinds():
        return _kinds()[type(value)](value)
    return None


@functools.cache
def _kinds() -> dict[type, Any]:
    from moto.core.base_backend import BaseBackend
    from moto.iam.models import AWSManagedPolicy

    kinds: dict[type, Any] = {
        re.Pattern: lambda pattern: ("pattern", pattern.pattern, pattern.flags),
        threading.Condition: lambda condition: ("condition",),
        AWSManagedPolicy: lambda policy: ("policy", policy.arn),
    }
    for kind in _subclasses(BaseBackend):
        kinds[kind] = lambda backend: ("backend", backend.__module__.split(".")[1], backend.region_name)
    return kinds


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    one: type[Any]
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def _found(stands: Any) -> Any:
    if stands[0] == "pattern":
        return re.compile(stands[1], stands[2])
    if stands[0] == "policy":
        return _backend("iam", "aws").managed_policies[stands[1]]
    if stands[0] == "condition":
        return threading.Condition()
    return _backend(stands[1], stands[2])


def _backend(service: str, region: str) -> Any:
    from moto.backends import get_backend

    name: Any = service.replace("-", "")  # which moto knows one by one
    return get_backend(name)[ACCOUNT][region]


@functools.cache
def _without(service: str) -> dict[type, Any]:
    """What of an attribute's objects is kept, by their class."""
    if service == "logs":
        from moto.logs.models import LogGroup, LogStream

        return {
            LogGroup: lambda group: {**vars(group), "streams": {}},
            LogStream: lambda stream: {**vars(stream), "events": [], "log_group": None},
        }
    if service == "s3":
        from moto.s3.models import FakeBucket, FakeKey
        from moto.utilities.tagging_service import TaggingService

        return {
            FakeBucket: lambda bucket: {**vars(bucket), "keys": None, "multiparts": None},
            FakeKey: _without_content,
            TaggingService: lambda tagger: {**vars(tagger), "tags": _tags_of_buckets(tagger)},
        }
    return {}


# ---- S3 --------------------------------------------------------------------------------------------------


def _complete_buckets(backend: Any) -> None:
    from moto.s3.models import MultipartDict, s3_backends

    from local_aws.moto.key_store import KeyStore

    for bucket in backend.buckets.values():
        bucket.keys, bucket.multiparts = KeyStore(), MultipartDict()
        s3_backends.bucket_accounts[bucket.name] = (backend.partition, ACCOUNT)


def _tags_of_buckets(tagger: Any) -> dict[str, Any]:
    return {arn: tags for arn, tags in list(tagger.tags.items()) if "/" not in arn}


def _touched_in_s3(operation: str, request: wire.Request) -> Iterator[Mark]:
    bucket, _, key = (unquote(part) for part in request.path[1:].partition("/"))
    if operation == "DeleteObjects":
        for element in ElementTree.fromstring(bytes(request.body)).iter():
            if element.tag.rpartition("}")[2] == "Key":
                yield _OBJECTS, f"{bucket}/{element.text or ''}"
    elif key:
        yield _OBJECTS, f"{bucket}/{key}"
    else:
        yield f"{_ROOT}/s3", "aws"
    backend = _backend("s3", "aws")
    if operation in ("CreateMultipartUpload", "UploadPart", "UploadPartCopy"):
        uploads = backend.buckets[bucket].multiparts if bucket in backend.buckets else {}
        asked = request.query.get("uploadId")
        # Which upload is new, only the answer tells.
        names = [asked] if asked else [name for name, upload in list(uploads.items()) if upload.key_name == key]
        yield from ((_UPLOADS, f"{bucket}/{name}") for name in names)
    elif "uploadId" in request.query:
        yield _UPLOADS, f"{bucket}/{request.query['uploadId']}"
    elif operation == "DeleteBucket" and bucket in backend.buckets:
        yield from ((_UPLOADS, f"{bucket}/{name}") for name in list(backend.buckets[bucket].multiparts))


class _Objects:
    """A key's versions, delete markers among them, with their tags."""

    kind = _OBJECTS

    def dump(self, name: str) -> Kept | None:
        """A key's versions."""
        bucket, _, key = name.partition("/")
        backend = _backend("s3", "aws")
        found = backend.buckets.get(bucket)
        versions = list(found.keys.getlist(key, [])) if found is not None else []
        if not versions:
            return None
        arns = [one.arn for one in versions if hasattr(one, "arn")]
        tags = {arn: backend.tagger.tags[arn] for arn in arns if arn in backend.tagger.tags}
        data = freeze({"versions": versions, "tags": tags}, _stands_for, _without("s3"))
        return Kept(data, _contents(versions))

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put a key's versions into their bucket."""
        bucket, _, key = name.partition("/")
        backend, held = _backend("s3", "aws"), thaw(data, _found)
        _give_contents(held["versions"], contents)
        backend.buckets[bucket].keys.setlist(key, held["versions"])
        backend.tagger.tags.update(held["tags"])


class _Uploads:
    """A multipart upload that isn't complete, with its parts."""

    kind = _UPLOADS

    def dump(self, name: str) -> Kept | None:
        """An upload."""
        bucket, _, identity = name.partition("/")
        found = _backend("s3", "aws").buckets.get(bucket)
        upload = found.multiparts.get(identity) if found is not None else None
        if upload is None:
            return None
        data = freeze(upload, _stands_for, _without("s3"))
        return Kept(data, _contents(upload.parts.values()))

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put an upload into its bucket."""
        bucket, _, identity = name.partition("/")
        upload = thaw(data, _found)
        _give_contents(upload.parts.values(), contents)
        _backend("s3", "aws").buckets[bucket].multiparts[identity] = upload


def _with_content(versions: Iterable[Any]) -> Iterator[Any]:
    """The objects of moto's that have a content: an object, and the parts that it was put together from."""
    for one in versions:
        if hasattr(one, "_value_buffer"):
            if not one._value_buffer.closed:
                yield one
            if one.multipart is not None:
                yield from _with_content(one.multipart.parts.values())


def _without_content(key: Any) -> dict[str, Any]:
    """What of moto's record of an object is written; `value` is what moto sets on the way back."""
    kept = {name: value for name, value in vars(key).items() if name not in _LEFT}
    if key._value_buffer.closed:  # moto has let its content go
        return kept | {"value": b"", _KEPT_AS: None}
    if key.contentsize <= _IN_THE_RECORD:
        return kept | {"value": key.value}
    if getattr(key, "content_id", None) is None:
        key.content_id = uuid.uuid4().hex
    return kept | {"value": b"", _KEPT_AS: key.content_id}


def _contents(versions: Iterable[Any]) -> dict[str, Content]:
    """What lies beside a record that has been written."""
    identified = ((getattr(one, "content_id", None), one) for one in _with_content(versions))
    return {identity: _content(one) for identity, one in identified if identity is not None}


def _content(key: Any) -> Content:
    return _InMemory(key) if getattr(key, "stored", None) is None else _InAFile(key)


class _InMemory:
    """A content that moto holds in memory."""

    def __init__(self, key: Any):
        self._key, self.size = key, key.contentsize

    def pieces(self) -> Iterator[bytes]:
        """The whole."""
        yield self._key.value


class _InAFile:
    """A content in a file of ours."""

    def __init__(self, key: Any):
        self._key, self.size = key, key.stored.size

    def pieces(self) -> Iterator[bytes]:
        """Piece by piece."""
        with in_pieces(wanted=True):
            value = self._key.value
        return iter((value,)) if isinstance(value, bytes) else iter(value)


def _give_contents(versions: Iterable[Any], contents: Contents) -> None:
    for key in _with_content(versions):
        if _KEPT_AS not in vars(key):
            continue
        identity, etag = vars(key).pop(_KEPT_AS), key._etag
        if identity is None:
            key.dispose()
            continue
        path = contents.path(identity)
        key.value = contents.read(identity) if path is None else _stored(path, etag)
        key.content_id, key._etag = identity, etag


def _stored(path: Path, etag: str | None) -> Stored:
    return Stored.of(path.open("rb", buffering=PIECE), path.stat().st_size, etag)


# ---- CloudWatch Logs -------------------------------------------------------------------------------------


def _touched_in_logs(operation: str, request: wire.Request, region: str) -> Iterator[Mark]:
    told = json.loads(bytes(request.body) or b"{}")
    group = told.get("logGroupName")
    groups = _backend("logs", region).groups
    if group is None or operation not in ("CreateLogStream", "PutLogEvents"):
        yield f"{_ROOT}/logs", region
    if operation == "PutLogEvents":
        stream = groups[group].streams.get(told["logStreamName"]) if group in groups else None
        if stream is not None:
            name = _joined(region, group, stream.log_stream_name)
            yield _STREAMS, name
            # Before the call the block that is being filled, after it those that are new.
            last, new = len(stream.events) // _BLOCK, len(told["logEvents"]) // _BLOCK + 1
            yield from ((_EVENTS, f"{name}\n{number}") for number in range(max(0, last - new), last + 1))
    elif operation == "CreateLogStream":
        yield _STREAMS, _joined(region, group, told["logStreamName"])
    elif operation == "DeleteLogStream" and group in groups:
        yield from _all_of(region, group, groups[group].streams.get(told["logStreamName"]))
    elif operation == "DeleteLogGroup" and group in groups:
        for stream in list(groups[group].streams.values()):
            yield from _all_of(region, group, stream)


def _all_of(region: str, group: str, stream: Any) -> Iterator[Mark]:
    if stream is not None:
        name = _joined(region, group, stream.log_stream_name)
        yield _STREAMS, name
        yield from ((_EVENTS, f"{name}\n{number}") for number in range(len(stream.events) // _BLOCK + 1))


def _joined(region: str, group: str, stream: str) -> str:
    """The name of a stream's record: no name of Logs' has a newline in it."""
    return f"{region}\n{group}\n{stream}"


def _stream(name: str) -> Any:
    region, group, stream = name.split("\n")
    found = _backend("logs", region).groups.get(group)
    return found.streams.get(stream) if found is not None else None


class _Streams:
    """A log stream without its events."""

    kind = _STREAMS

    def dump(self, name: str) -> Kept | None:
        """A stream."""
        stream = _stream(name)
        return None if stream is None else Kept(freeze(stream, _stands_for, _without("logs")))

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put a stream into its group."""
        region, group, stream = name.split("\n")
        held, found = thaw(data, _found), _backend("logs", region).groups[group]
        held.log_group = found
        found.streams[stream] = held


class _Events:
    """Some of a stream's events, one after the other."""

    kind = _EVENTS

    def dump(self, name: str) -> Kept | None:
        """A block of events."""
        stream_name, _, number = name.rpartition("\n")
        stream, start = _stream(stream_name), int(number) * _BLOCK
        events = stream.events[start : start + _BLOCK] if stream is not None else []
        if not events:
            return None
        return Kept([(event.event_id, event.timestamp, event.ingestion_time, event.message) for event in events])

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Put a block behind those that came before it."""
        from moto.logs.models import LogEvent

        stream, counter = _stream(name.rpartition("\n")[0]), vars(LogEvent)
        upto = counter["_event_id"]
        for identity, timestamp, ingested, message in data:
            event = LogEvent(ingested, {"timestamp": timestamp, "message": message})
            event.event_id = identity
            upto = max(upto, identity + 1)
            stream.events.append(event)
        LogEvent._event_id = upto
