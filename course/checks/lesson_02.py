"""Checks of lesson 02: the label of a review, the preprocessing handler, its test event, its role's policy."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from botocore.exceptions import ClientError

from course.checks.exercise import Cases, exercise
from course.checks.on_aws import acting_under, as_json, client, function_of, is_allowed
from course.checks.review_archives import AWKWARD, PLAIN, Archive, archive
from course.checks.trial import Case, compare, source_of
from course.functions.invocation import Invocation, result
from course.outcomes.outcome import NotYet, Said


@exercise(
    "02.label",
    "The label of a review",
    "`review['helpful']` is a list of two numbers: how many found it helpful, how many voted.",
    "More than half means: twice the first number is more than the second. What are the other two ways?",
    "`if 2 * helpful == votes: return None` takes care of ties and of no votes; then `2 * helpful > votes` decides.",
)
def label(work: Callable[..., Any]) -> Cases:
    """Clear cases, ties of several sizes, no votes, and a majority of one."""
    votes = [
        ("most say helpful", [2, 3], "__label__1"),
        ("few say helpful", [1, 3], "__label__2"),
        ("all say helpful", [5, 5], "__label__1"),
        ("nobody says helpful", [0, 1], "__label__2"),
        ("no votes", [0, 0], None),
        ("a tie of two", [1, 2], None),
        ("a tie of many", [50, 100], None),
        ("a majority of one", [501, 1001], "__label__1"),
        ("one short of a tie", [499, 1000], "__label__2"),
    ]
    advice = "Compare twice the helpful votes with all votes: more, fewer, or as many."
    yield from compare(work, [Case(what, ({"helpful": pair},), expected, advice) for what, pair, expected in votes])


@exercise(
    "02.handler",
    "A handler that preprocesses uploads",
    "Begin with one record: where are bucket and key in it, and what does `unquote_plus` do to the key?",
    "Everything belongs inside `for record in event['Records']`. The name of the data set ends at its first dot.",
    "`key = unquote_plus(record['s3']['object']['key'])`; `folder, _, file_name = key.rpartition('/')`; "
    "`name = file_name.split('.')[0]`. Whether a review is for testing must depend on its text alone.",
)
def handler(work: Callable[..., Any], bucket: str) -> Cases:
    """The cell as a function on AWS: awkward reviews, an encoded key, two records, a second run, a corrupt zip."""
    source = source_of(work)
    with _folder(bucket) as folder, function_of(source, _may_use(bucket, folder)) as function:
        trial = _Trial(function, bucket, folder)
        yield trial.one("awkward reviews", "reviews.json.zip", archive(AWKWARD), _AWKWARD)
        yield trial.one("a key with a blank and an umlaut", "my grüne reviews.json.zip", archive(AWKWARD), _ENCODED)
        yield trial.one("a name with several dots", "guitars.2026.json.zip", archive(AWKWARD), _FIRST_DOT)
        yield trial.split(archive(PLAIN, "another_name.json"))
        yield trial.several({"first.json.zip": archive(AWKWARD), "second.json.zip": archive(PLAIN)})
        yield trial.corrupt()


_AWKWARD = "Follow one review by hand: no votes or a tie, drop it; no empty sentence; `html.unescape` the text."
_ENCODED = "Keys in events are form-encoded: take `unquote_plus(record['s3']['object']['key'])`."
_FIRST_DOT = "The name ends at the first dot: `file_name.split('.')[0]`."


class _Trial:
    """The learner's handler on AWS, and a folder of the bucket with what it is tried on."""

    def __init__(self, function: str, bucket: str, folder: str):
        self._function, self._bucket, self._folder = function, bucket, folder
        self._s3 = client("s3")

    def one(self, case: str, file_name: str, data: Archive, advice: str) -> str:
        """Preprocess one object and compare what is written with what should be."""
        self._succeed(case, {file_name: data.content}, advice)
        self._compare(case, file_name, data, advice)
        return case

    def several(self, data: dict[str, Archive]) -> str:
        """Several records in one event: each is preprocessed, and no file gets another's sentences."""
        case, advice = "two records in one event", "Do everything for each record, and begin each with empty files."
        self._succeed(case, {name: one.content for name, one in data.items()}, advice)
        for name, one in data.items():
            self._compare(case, name, one, advice)
        return case

    def split(self, data: Archive) -> str:
        """No review on both sides, a fair share for testing, and the same again at a second run."""
        case = "the split of sixty reviews, and a second run"
        by_review = "Decide for a whole review, before it is cut into sentences."
        self._succeed(case, {"plain.json.zip": data.content}, by_review)
        self._compare(case, "plain.json.zip", data, by_review)
        first = [self._written("plain.json.zip", part, case, by_review) for part in ("train", "test")]
        both = [lines[0] for lines in data.labelled if set(lines) & set(first[0]) and set(lines) & set(first[1])]
        if both:
            said = Said(f"a review with sentences on both sides, the one with: {both[0]}")
            raise NotYet(case, Said("each review on one side"), said, by_review)
        reviews = sum(bool(set(lines) & set(first[1])) for lines in data.labelled)
        if not 3 <= reviews <= 24:
            said = Said(f"{reviews} of {len(data.labelled)} reviews for testing")
            raise NotYet(case, Said("about one review in five for testing"), said, "A checksum of the text, modulo 5.")
        again = "The same data must give the same files: let the text decide, and no chance and no clock."
        self._succeed(case, {"plain.json.zip": data.content}, again)
        if first != [self._written("plain.json.zip", part, case, again) for part in ("train", "test")]:
            raise NotYet(case, Said("the same two files after a second run"), Said("other files"), again)
        return case

    def corrupt(self) -> str:
        """What is no zip must be reported as an error: S3 waits for no answer, so nothing else would be seen."""
        case = "a corrupt zip"
        if self._run({"corrupt.json.zip": b"not a zip at all"}).succeeded:
            said = Said("it succeeded, as if all were well")
            raise NotYet(
                case, Said("the function fails"), said, "Let the error out; nobody hears of one that is caught."
            )
        return case

    def _succeed(self, case: str, objects: dict[str, bytes], advice: str) -> None:
        ran = self._run(objects)
        if not ran.succeeded:
            raise NotYet(case, Said("it succeeds"), Said(f"an error of your code: {_error(ran)}"), advice)

    def _run(self, objects: dict[str, bytes]) -> Invocation:
        for name, content in objects.items():
            self._s3.put_object(Bucket=self._bucket, Key=self._folder + name, Body=content)
        records = [_record(self._bucket, self._folder + name) for name in objects]
        payload = json.dumps({"Records": records})
        return result(client("lambda").invoke(FunctionName=self._function, Payload=payload, LogType="Tail"))

    def _compare(self, case: str, file_name: str, data: Archive, advice: str) -> None:
        """The two files together have every labelled sentence as often as the data set has it."""
        train, test = (self._written(file_name, part, case, advice) for part in ("train", "test"))
        expected, got = Counter(line for lines in data.labelled for line in lines), Counter([*train, *test])
        if missing := list(expected - got):
            raise NotYet(case, Said(f"in one of the two files: {missing[0]}"), Said("it is in neither"), advice)
        if extra := list(got - expected):
            raise NotYet(
                case, Said("labelled sentences only, each once"), Said(f"a line too many: {extra[0]!r}"), advice
            )

    def _written(self, file_name: str, part: str, case: str, advice: str) -> list[str]:
        key = f"{self._folder}{part}/{file_name.split('.')[0]}_{part}.txt"
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode().splitlines()
        except ClientError:
            there = [one.removeprefix(self._folder) for one in _keys(self._bucket, self._folder)]
            there = [one for one in there if one.endswith(".txt")]
            expected = Said(f"the file {key.removeprefix(self._folder)}, beside the data set's own folder")
            raise NotYet(case, expected, Said(f"files: {', '.join(there) or 'none'}"), advice) from None


def _error(ran: Invocation) -> str:
    """The error, and the learner's own lines on the way to it."""
    trace = [line.strip() for line in ran.payload.get("stackTrace", []) if "lambda_function.py" in line]
    return ran.error + (f"\n{trace[-1]}" if trace else "")


def _record(bucket: str, key: str) -> dict[str, Any]:
    described = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/"), "size": 1, "eTag": "0" * 32}}
    return {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": described}


@contextmanager
def _folder(bucket: str) -> Iterator[str]:
    """A folder of the bucket that is emptied at the end."""
    folder = f"check-{uuid.uuid4().hex[:12]}/data/"
    try:
        yield folder
    finally:
        for key in _keys(bucket, folder):
            client("s3").delete_object(Bucket=bucket, Key=key)


def _keys(bucket: str, prefix: str) -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def _may_use(bucket: str, folder: str) -> dict[str, Any]:
    resource = f"arn:aws:s3:::{bucket}/{folder}*"
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


@exercise(
    "02.event",
    "A test event for S3",
    "Two places of the template change: the bucket's name, and the object's key.",
    "A key is no address: it has no `s3://` and no bucket in it.",
    "`event['Records'][0]['s3']['bucket']['name'] = settings.bucket`, and the same with `['object']['key'] = key`.",
)
def event(work: Any, bucket: str) -> Cases:
    """It must name the bucket and an object that is there."""
    as_json("the event as JSON", work)
    try:
        named, key = work["Records"][0]["s3"]["bucket"]["name"], work["Records"][0]["s3"]["object"]["key"]
    except (KeyError, IndexError, TypeError) as error:
        said = Said(f"one without: {type(error).__name__}: {error}")
        advice = "Take the template again (course.test_event) and change the two places in it."
        raise NotYet("the shape of the event", Said("an event like the template S3 Put"), said, advice) from None
    if named != bucket:
        raise NotYet("the bucket's name", bucket, named, "It is in settings.bucket.")
    yield "the bucket's name"
    if not isinstance(key, str) or not key:
        raise NotYet("the object's key", Said("a key, which is a text"), key, "It is in key, a few cells up.")
    if key.startswith(("s3://", "https://")):
        advice = "Leave out s3:// or https://, the bucket's name and the / after it."
        raise NotYet("the object's key", Said("a key"), key, advice)
    try:
        client("s3").head_object(Bucket=bucket, Key=unquote_plus(key))
    except ClientError:
        there = ", ".join(_keys(bucket, "data/"))
        advice = (
            "A key begins without a slash, and case counts." if there else "First upload the data set, in section 2."
        )
        raise NotYet("the object's key", Said(f"an object that is there: {there or 'none'}"), key, advice) from None
    yield "the object's key"


@exercise(
    "02.policy",
    "A policy that allows what the function needs",
    "What does the function do, to which objects? It reads in one place and writes in two.",
    "`s3:GetObject` is the action that reads, `s3:PutObject` the one that writes. In a resource, `*` is any text.",
    "Read `arn:aws:s3:::<bucket>/data/*.json.zip`; write `arn:aws:s3:::<bucket>/data/train/*` and the same with "
    "`test`. Nothing else.",
)
def policy(work: Any, bucket: str) -> Cases:
    """Under a role with this policy, what the function does must be allowed, and what it doesn't must be denied."""
    mark = f"check-{uuid.uuid4().hex[:8]}"
    admin = client("s3")
    readable, secret = f"data/{mark}.json.zip", f"salaries/{mark}.json.zip"
    written = [f"data/train/{mark}.txt", f"data/test/{mark}.txt", f"models/{mark}.txt", f"data/{mark}-2.json.zip"]
    try:
        for key in (readable, secret):
            admin.put_object(Bucket=bucket, Key=key, Body=b"a probe")
        with acting_under(work, "s3") as [s3]:
            yield _must("read a data set", True, is_allowed(s3.get_object, Bucket=bucket, Key=readable))
            for key in written[:2]:
                what = f"write to {key.rpartition('/')[0]}/"
                yield _must(what, True, is_allowed(s3.put_object, Bucket=bucket, Key=key, Body=b"a probe"))
            yield _must("read from another folder", False, is_allowed(s3.get_object, Bucket=bucket, Key=secret))
            for key in written[2:]:
                what = "replace a data set" if key.endswith(".zip") else "write to another folder"
                yield _must(what, False, is_allowed(s3.put_object, Bucket=bucket, Key=key, Body=b"a probe"))
            yield _must("delete a data set", False, is_allowed(s3.delete_object, Bucket=bucket, Key=readable))
            yield _must("list the account's buckets", False, is_allowed(s3.list_buckets))
    finally:
        for key in (readable, secret, *written):
            admin.delete_object(Bucket=bucket, Key=key)


def _must(what: str, expected: bool, allowed: bool) -> str:
    if allowed == expected:
        return f"{what}: {_word(expected)}"
    advice = "Name the action and the resource in a statement." if expected else "Narrow the actions or the resources."
    raise NotYet(what, Said(_word(expected)), Said(_word(allowed)), advice)


def _word(allowed: bool) -> str:
    return "allowed" if allowed else "denied"
