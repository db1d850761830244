"""The Lambda function that preprocesses every data set of an S3 event.

For an object ``<prefix><name>.json.zip`` it writes ``<prefix>train/<name>_train.txt`` and
``<prefix>test/<name>_test.txt`` to the same bucket. Both end in ``.txt``, so a trigger with the suffix
``.json.zip`` never sees them. The rules of preprocessing are in `processing.reviews`; this module only
moves objects.

The same event twice writes the same bytes to the same keys: S3 delivers at least once, and Lambda repeats
an asynchronous invocation that failed. One object at a time lies on the disk, in a temporary folder (on
Lambda under ``/tmp``) that is removed after it. The role needs s3:GetObject on the data sets and
s3:PutObject and s3:DeleteObject on the outputs.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from processing.reviews import DataSetError, output_names, preprocess

CONTENT_TYPE = "text/plain; charset=utf-8"

s3 = boto3.client("s3")


class EventError(Exception):
    """The event isn't one that S3 sends."""


class ObjectError(Exception):
    """An object can't be read or written. The message names it, AWS's own words, and what to do."""


class PreprocessingFailed(Exception):
    """At least one object of the event failed. The message names each, with its remedy."""


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Preprocess each object that the event reports; return status 200 and a list with what became of each.

    Each entry has ``bucket``, ``key``, ``train`` and ``test`` (the keys written) and the counts of
    `Summary`. A line of JSON for each goes to the log. All objects are tried. If any failed,
    `PreprocessingFailed` is raised at the end, so that a synchronous caller sees an error and an
    asynchronous invocation is repeated and, at last, sent to its failure destination (AWS Lambda developer
    guide, Error handling). `EventError` is raised for an event that S3 doesn't send; the test event of S3
    itself has no objects, and the list is empty.
    """
    done, failures = [], []
    for record in _records(event):
        try:
            bucket, key = _bucket_and_key(record)
            outcome = preprocess_object(bucket, key)
        except (DataSetError, EventError, ObjectError) as error:
            failures.append(str(error))
            print(json.dumps({"error": str(error)}))
        else:
            done.append(outcome)
            print(json.dumps(outcome))
    if failures:
        total = len(done) + len(failures)
        raise PreprocessingFailed(f"{len(failures)} of {total} objects failed. {' '.join(failures)}")
    return {"statusCode": 200, "body": done}


def preprocess_object(bucket: str, key: str) -> dict[str, Any]:
    """Preprocess one object of S3 (`key` as it is, not encoded); return its entry of the response.

    Raises `DataSetError` (processing.reviews) for the content and `ObjectError` for S3 and the disk.
    """
    address = f"s3://{bucket}/{key}"
    prefix, slash, file_name = key.rpartition("/")
    train_name, test_name = output_names(file_name, name=address)
    train_key, test_key = f"{prefix}{slash}train/{train_name}", f"{prefix}{slash}test/{test_name}"
    with tempfile.TemporaryDirectory() as folder:
        # Names of our own: a key may be longer than a file's name.
        archive, train, test = (Path(folder, name) for name in ("data.zip", "train.txt", "test.txt"))
        try:
            _download(bucket, key, archive)
            summary = preprocess(archive, train, test, name=address)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise ObjectError(
                f"{address} and its outputs don't fit under /tmp ({error}). Raise the ephemeral storage."
            ) from error
        _upload_both(bucket, train_key, train, test_key, test)
    return {"bucket": bucket, "key": key, "train": train_key, "test": test_key, **summary.as_dict()}


def _records(event: dict[str, Any]) -> list[Any]:
    if isinstance(event, dict) and isinstance(event.get("Records"), list):
        return event["Records"]
    if isinstance(event, dict) and event.get("Event") == "s3:TestEvent":
        # Sent when a notification is set up; it reports no object.
        return []
    raise EventError(
        "The event has no list 'Records', so it isn't an S3 event. "
        "For a test, choose the template 'S3 Put' and put your bucket's name and the object's key in."
    )


def _bucket_and_key(record: dict[str, Any]) -> tuple[str, str]:
    try:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        if not isinstance(bucket, str) or not isinstance(key, str):
            raise TypeError("both must be texts")
        return bucket, unquote_plus(key, errors="strict")
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise EventError(
            f"A record of the event names no bucket and key ({type(error).__name__}: {error}). "
            "It must hold s3.bucket.name and s3.object.key, as the template 'S3 Put' does."
        ) from error


def _download(bucket: str, key: str, path: Path) -> None:
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        with path.open("wb") as file:
            shutil.copyfileobj(body, file)
    except (BotoCoreError, ClientError) as error:
        raise _explained(error, "s3:GetObject", bucket, key) from error


def _upload_both(bucket: str, train_key: str, train: Path, test_key: str, test: Path) -> None:
    """Upload both files. If the second fails, the first is taken back, so that no half of a pair stays."""
    is_new = _upload(bucket, train_key, train)
    try:
        _upload(bucket, test_key, test)
    except ObjectError as error:
        raise ObjectError(f"{error} {_take_back(bucket, train_key, is_new)}") from error


def _upload(bucket: str, key: str, path: Path) -> bool:
    """Upload a file and return whether nothing was at its key before."""
    try:
        with path.open("rb") as body:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=CONTENT_TYPE, IfNoneMatch="*")
        return True
    except (BotoCoreError, ClientError) as error:
        if _code(error) != "PreconditionFailed":
            raise _explained(error, "s3:PutObject", bucket, key) from error
    try:
        with path.open("rb") as body:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=CONTENT_TYPE)
        return False
    except (BotoCoreError, ClientError) as error:
        raise _explained(error, "s3:PutObject", bucket, key) from error


def _take_back(bucket: str, key: str, is_new: bool) -> str:
    """Delete the object just created at `key`; return what the reader must know of it."""
    if not is_new:
        return f"s3://{bucket}/{key} was already replaced and no longer matches its testing set: run this again."
    try:
        s3.delete_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        return f"s3://{bucket}/{key} is without its testing set and could not be deleted ({error}): delete it."
    return "Nothing was left in S3."


def _code(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def _explained(error: Exception, action: str, bucket: str, key: str) -> ObjectError:
    code = _code(error)
    if code in ("AccessDenied", "403"):
        remedy = f"Allow {action} on arn:aws:s3:::{bucket}/{key} in a policy of the function's role."
        if action == "s3:GetObject":
            remedy += " S3 also answers so for an object that isn't there if the role lacks s3:ListBucket."
    else:
        remedy = _REMEDIES.get(code, "Run this again; if it fails again, look the code up in S3's error responses.")
    return ObjectError(f"s3://{bucket}/{key}: {error}. {remedy}")


_OTHER_REGION = "Put the bucket and the function in the same region."
_REMEDIES = {
    "NoSuchKey": "Check the key: the whole key, as S3 lists it, not an s3:// address; case counts.",
    "NoSuchBucket": "Check the bucket's name.",
    "ParamValidationError": "Check the bucket's name and the key.",
    "301": _OTHER_REGION,
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "IllegalLocationConstraintException": _OTHER_REGION,
    "PermanentRedirect": _OTHER_REGION,
}
