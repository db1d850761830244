"""A disk that is full: who writes is told, who reads is answered, and nothing that was answered is lost."""

from __future__ import annotations

import sys
import time

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.state.state_support import kept_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="takes its limit from Linux"),
]
ROOM = 600_000
"""How large a file may become, from some moment on: the state's log among them."""


def test_what_finds_no_room_is_refused_and_what_was_answered_stays(tmp_path):
    import resource

    with kept_in(tmp_path) as server:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="nearly-full")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        answered, refused = [], None
        deadline = time.monotonic() + 120
        while refused is None and time.monotonic() < deadline:
            key = f"key-{len(answered)}"
            try:
                s3.put_object(Bucket="nearly-full", Key=key, Body=key.encode() * 500)
                answered.append(key)
            except ClientError as error:
                refused = error.response["Error"]
        assert refused is not None
        assert refused["Code"] == "InternalFailure"
        assert refused["Message"].startswith("the embedded AWS can't keep what this request did: ")
        assert s3.get_object(Bucket="nearly-full", Key=answered[0])["Body"].read() == answered[0].encode() * 500
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        s3.put_object(Bucket="nearly-full", Key="again", Body=b"room")
        found = server.restart().client("s3")
        keys = {each["Key"] for each in found.list_objects_v2(Bucket="nearly-full")["Contents"]}
        assert keys >= {*answered, "again"}
        for key in answered:
            assert found.get_object(Bucket="nearly-full", Key=key)["Body"].read() == key.encode() * 500
