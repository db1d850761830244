"""The Lambda handler over a real S3 endpoint, with real permissions where a test is about them."""

from __future__ import annotations

import importlib
import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import boto3
import pytest

from lambda_code import build
from local_aws.__main__ import environment as environment_of
from processing.reviews import preprocess
from tests.served import served

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
DATA_SETS = sorted((ROOT / "data").glob("reviews_*_5.json.zip"))
BUCKET = "course-bucket"
KEY = "data/reviews_X_5.json.zip"
TRAIN, TEST = "data/train/reviews_X_5_train.txt", "data/test/reviews_X_5_test.txt"


def data_set(count: int = 60, text: str = "Review {} holds. Fine.") -> bytes:
    lines = [json.dumps({"helpful": [1, 1], "reviewText": text.format(i)}) for i in range(count)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("reviews.json", "\n".join(lines))
    return buffer.getvalue()


def put_event(*keys: str, bucket: str = BUCKET) -> dict:
    """S3's event, its keys already encoded as S3 encodes them."""
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
            }
            for key in keys
        ]
    }


@pytest.fixture(scope="module")
def endpoint():
    with served() as endpoint_url:
        yield endpoint_url


@pytest.fixture
def environment(endpoint, monkeypatch, tmp_path):
    """The environment of a function whose role may do everything; a fresh S3 with the course's bucket."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    values = {
        **environment_of(endpoint),
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield values
    for key in keys(s3):
        s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)
    assert list(scratch.iterdir()) == []


@pytest.fixture
def s3(environment):
    return boto3.client("s3")


@pytest.fixture
def function(environment):
    """A freshly imported module, as in a new execution environment."""
    boto3.setup_default_session()
    return importlib.reload(importlib.import_module("lambda_code.lambda_function"))


@pytest.fixture
def limited(environment, monkeypatch):
    """Give the function an identity that may do only these (action, resource) pairs."""

    def limited(*statements: tuple[str, str]):
        iam, name = boto3.client("iam"), f"function-{secrets.token_hex(4)}"
        iam.create_user(UserName=name)
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements
            ],
        }
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        boto3.setup_default_session()
        return importlib.reload(importlib.import_module("lambda_code.lambda_function"))

    return limited


def keys(s3) -> list[str]:
    return sorted(item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def body(s3, key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_writes_both_sets_beside_the_inputs_prefix(s3, function, tmp_path, capsys):
    (tmp_path / "x.zip").write_bytes(data_set())
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data_set())
    response = function.lambda_handler(put_event(KEY), None)
    summary = preprocess(tmp_path / "x.zip", tmp_path / "train.txt", tmp_path / "test.txt")
    entry = {"bucket": BUCKET, "key": KEY, "train": TRAIN, "test": TEST, **summary.as_dict()}
    assert response == {"statusCode": 200, "body": [entry]}
    assert json.loads(json.dumps(response)) == response
    assert json.loads(capsys.readouterr().out) == entry
    assert keys(s3) == sorted([KEY, TRAIN, TEST])
    assert not any(key.endswith(".json.zip") for key in (TRAIN, TEST))
    assert body(s3, TRAIN) == (tmp_path / "train.txt").read_bytes()
    assert body(s3, TEST) == (tmp_path / "test.txt").read_bytes()


def test_encoded_keys_several_records_and_no_prefix(s3, function):
    for key in ("my data/é+x@y.json.zip", "plain.json.zip"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=data_set())
    event = put_event("my+data/%C3%A9%2Bx%40y.json.zip", "plain.json.zip")
    assert [entry["key"] for entry in function.lambda_handler(event, None)["body"]] == [
        "my data/é+x@y.json.zip",
        "plain.json.zip",
    ]
    assert {"my data/train/é+x@y_train.txt", "train/plain_train.txt", "test/plain_test.txt"} < set(keys(s3))


def test_a_key_as_long_as_s3_allows(s3, function):
    key = "x" * 1000 + ".json.zip"
    s3.put_object(Bucket=BUCKET, Key=key, Body=data_set())
    assert function.lambda_handler(put_event(key), None)["body"][0]["train"] == f"train/{'x' * 1000}_train.txt"


@pytest.mark.parametrize("key", ["data/", "data/.json.zip"])
def test_a_key_without_a_name_is_refused(s3, function, key):
    s3.put_object(Bucket=BUCKET, Key=key, Body=data_set())
    with pytest.raises(function.PreprocessingFailed, match=rf"s3://{BUCKET}/{key} has no file name"):
        function.lambda_handler(put_event(key), None)


def test_the_same_event_twice_gives_the_same_objects(s3, function):
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data_set())
    first = function.lambda_handler(put_event(KEY), None), body(s3, TRAIN), body(s3, TEST)
    assert (function.lambda_handler(put_event(KEY), None), body(s3, TRAIN), body(s3, TEST)) == first


def test_a_bad_object_fails_the_invocation_after_the_others_are_done(s3, function):
    s3.put_object(Bucket=BUCKET, Key="data/bad.json.zip", Body=b"no zip")
    s3.put_object(Bucket=BUCKET, Key="data/empty.json.zip", Body=data_set(0))
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data_set())
    event = put_event("data/bad.json.zip", "data/gone.json.zip", "data/empty.json.zip", KEY)
    event["Records"] += [
        {"s3": {"bucket": {"name": BUCKET}}},
        {"s3": {"bucket": {"name": 5}, "object": {"key": KEY}}},
        "x",
    ]
    with pytest.raises(function.PreprocessingFailed) as caught:
        function.lambda_handler(event, None)
    message = str(caught.value)
    assert message.startswith("6 of 7 objects failed. ")
    assert f"s3://{BUCKET}/data/bad.json.zip is not a zip file" in message
    assert f"s3://{BUCKET}/data/gone.json.zip: " in message
    assert "(NoSuchKey)" in message
    assert "Check the key" in message
    assert f"s3://{BUCKET}/data/empty.json.zip holds no usable review" in message
    assert "names no bucket and key" in message
    assert keys(s3) == sorted(["data/bad.json.zip", "data/empty.json.zip", KEY, TRAIN, TEST])


@pytest.mark.parametrize("event", [{"key1": "value1"}, {"Records": "x"}, [], None, "text"])
def test_an_event_of_another_kind_is_refused_in_words(function, event):
    with pytest.raises(function.EventError, match="S3 Put"):
        function.lambda_handler(event, None)


def test_the_test_event_of_s3_reports_no_objects(function):
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}
    assert function.lambda_handler(event, None) == {"statusCode": 200, "body": []}


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [("no-such-bucket-here", "Check the bucket's name."), ("s3://x y", "Check the bucket's name and")],
)
def test_a_wrong_bucket_is_named(function, bucket, expected):
    with pytest.raises(function.PreprocessingFailed) as caught:
        function.lambda_handler(put_event(KEY, bucket=bucket), None)
    assert f"s3://{bucket}/{KEY}: " in str(caught.value)
    assert expected in str(caught.value)


def test_no_permission_to_read_says_which_to_give(s3, limited):
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data_set())
    function = limited(("s3:ListBucket", "*"))
    with pytest.raises(function.PreprocessingFailed) as caught:
        function.lambda_handler(put_event(KEY), None)
    assert "(AccessDenied)" in str(caught.value)
    assert f"Allow s3:GetObject on arn:aws:s3:::{BUCKET}/{KEY}" in str(caught.value)


READ = ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")
WRITE_TRAIN = ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/data/train/*")
DELETE_TRAIN = ("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/data/train/*")


@pytest.mark.parametrize(
    ("granted", "older", "left", "says"),
    [
        ([READ], False, [], "Allow s3:PutObject on arn:aws:s3:::course-bucket/data/train/"),
        ([READ, WRITE_TRAIN, DELETE_TRAIN], False, [], "Nothing was left in S3."),
        ([READ, WRITE_TRAIN], False, [TRAIN], "without its testing set and could not be deleted"),
        ([READ, WRITE_TRAIN, DELETE_TRAIN], True, [TRAIN], "no longer matches its testing set"),
    ],
)
def test_half_a_pair_is_taken_back_or_owned_up_to(s3, limited, granted, older, left, says):
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=data_set())
    if older:
        s3.put_object(Bucket=BUCKET, Key=TRAIN, Body=b"older")
    function = limited(*granted)
    with pytest.raises(function.PreprocessingFailed) as caught:
        function.lambda_handler(put_event(KEY), None)
    assert says in str(caught.value)
    assert keys(s3) == sorted([KEY, *left])


def test_code_zip_in_the_repository_is_what_its_sources_give():
    assert build.CODE_ZIP.read_bytes() == build.code_zip()
    assert build.main(["--check"]) == 0


def test_code_zip_can_be_read_by_lambdas_user_and_has_the_handler_at_the_top():
    with zipfile.ZipFile(io.BytesIO(build.code_zip())) as archive:
        assert archive.testzip() is None
        assert "lambda_function.py" in archive.namelist()
        assert {member.external_attr >> 16 for member in archive.infolist()} == {0o100644}


IN_LAMBDA = """
import json, sys
from lambda_function import lambda_handler
print(json.dumps(lambda_handler(json.loads(sys.argv[1]), None)), file=sys.stderr)
try:
    status = open("/proc/self/status").read().split()
    print(int(status[status.index("VmHWM:") + 1]), file=sys.stderr)
except FileNotFoundError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports no peak memory to Python")
def test_code_zip_alone_preprocesses_the_bundled_data_within_128_mb(environment, s3, tmp_path):
    assert len(DATA_SETS) == 2
    build.zipfile.ZipFile(build.CODE_ZIP).extractall(tmp_path / "task")
    for path in DATA_SETS:
        s3.upload_file(str(path), BUCKET, f"data/{path.name}")
    event = json.dumps(put_event(*[f"data/{path.name}" for path in DATA_SETS]))
    done = subprocess.run(
        [sys.executable, "-B", "-c", IN_LAMBDA, event],
        cwd=tmp_path / "task",
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    response, peak_kib = done.stderr.splitlines()
    for entry, path in zip(json.loads(response)["body"], DATA_SETS, strict=True):
        summary = preprocess(path, tmp_path / "train.txt", tmp_path / "test.txt")
        assert {name: entry[name] for name in summary.as_dict()} == summary.as_dict()
        assert body(s3, entry["train"]) == (tmp_path / "train.txt").read_bytes()
        assert body(s3, entry["test"]) == (tmp_path / "test.txt").read_bytes()
        assert summary.training_reviews > 3 * summary.testing_reviews > 0
    assert int(peak_kib) < 128 * 1024
