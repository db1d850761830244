"""Any key that S3 takes: it is put, listed, read and removed as it is, and its event tells it form-encoded."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local_aws.s3.event_record import Change, record
from local_aws.s3.notification_rules import matches

pytestmark = pytest.mark.slow

# What URLs, forms, paths and XML have a use for of their own; no control characters, which XML 1.0 can't hold.
SPECIAL = st.sampled_from(
    ["/", "//", "..", ".", "+", " ", "%", "%2F", "%20", "&", "=", "?", "#", "<", "'", '"', "\\", "~", "é", "日"]
)
LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=4)
KEYS = (
    st.lists(SPECIAL | LETTERS, min_size=1, max_size=8).map("".join).filter(lambda key: 0 < len(key.encode()) <= 1024)
)


@pytest.fixture(scope="module")
def bucket(aws: Any) -> str:
    return aws.bucket()


@given(KEYS)
@example("a b+c%20d/é//../x")
@example("./")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_kept_under_its_own_name(aws: Any, bucket: str, key: str) -> None:
    s3, body = aws.client("s3"), secrets.token_bytes(8)
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert "Errors" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def told(key: str) -> str:
    """The key as the record of its upload has it."""
    principal = SimpleNamespace(user_id="AIDAEXAMPLE")
    call: Any = SimpleNamespace(region="us-east-1", principal=principal, source_ip="127.0.0.1", request_id="R")
    return record(call, Change("ObjectCreated:Put", "a-bucket", key, 1, "0" * 32), "rule")["s3"]["object"]["key"]


@given(KEYS)
@example("a b+c%20d/é")
def test_an_event_tells_it_in_plain_ascii_from_which_it_comes_back(key: str) -> None:
    """The lessons read it with `unquote_plus`. A blank is a plus, and slashes stay, as S3's user guide says."""
    encoded = told(key)
    assert encoded.isascii() and " " not in encoded and encoded.count("/") == key.count("/")
    assert unquote_plus(encoded, errors="strict") == key


@given(KEYS, KEYS, KEYS)
def test_a_filter_is_given_encoded_and_meant_plain(prefix: str, suffix: str, key: str) -> None:
    rules = [{"Name": "prefix", "Value": told(prefix)}, {"Name": "suffix", "Value": told(suffix)}]
    rule = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    for one in (key, prefix + key, key + suffix, prefix + key + suffix):
        wanted = one.startswith(prefix) and one.endswith(suffix)
        assert matches(rule, Change("ObjectCreated:Put", "a-bucket", one)) == wanted
