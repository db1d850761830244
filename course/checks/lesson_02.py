"""Checks of lesson 02: the label of a review, the preprocessing handler, its test event, its role's policy."""

from __future__ import annotations

import html
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from botocore.exceptions import ClientError

from course.checks.code_errors import after
from course.checks.exercise import Cases, exercise
from course.checks.on_aws import acting_under, as_json, client, function_of, is_allowed
from course.checks.review_archives import AWKWARD, PLAIN, Archive, archive
from course.checks.trial import Case, compare, source_of
from course.checks.work import dug
from course.functions.invocation import Invocation, result
from course.functions.test_events import test_event
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
    more, fewer = "More than half of these votes say helpful.", "Fewer than half of these votes say helpful."
    tie, exact = "As many say helpful as don't: such a review teaches nothing.", "It is only just so: compare exactly."
    votes = [
        ("most say helpful", [2, 3], "__label__1", more),
        ("few say helpful", [1, 3], "__label__2", fewer),
        ("all say helpful", [5, 5], "__label__1", more),
        ("nobody says helpful", [0, 1], "__label__2", fewer),
        ("no votes", [0, 0], None, "Nobody has voted: such a review teaches nothing."),
        ("a tie of two", [1, 2], None, tie),
        ("a tie of many", [50, 100], None, tie),
        ("a majority of one", [501, 1001], "__label__1", f"{more} {exact}"),
        ("one short of a tie", [499, 1000], "__label__2", f"{fewer} {exact}"),
    ]
    yield from compare(work, [Case(what, ({"helpful": pair},), right, advice) for what, pair, right, advice in votes])


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


_AWKWARD = "Follow this line by hand: the votes of its review, then its sentences, then the file."
_ENCODED = "The key in the event is not the key in the bucket: in section 2 you have seen what becomes of a blank."
_FIRST_DOT = "When a name has several dots, the data set's name ends before the first one."
_NOTHING = "Nothing was written beside the data set: is each of the two files uploaded, for each record?"
_PLACE = "The two files stand beside the data set, in train/ and test/, and have its name, up to the first dot."


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
        case, advice = "two records in one event", "One event, two uploads: everything has to be done for each record."
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
            raise NotYet(
                case,
                Said("about one review in five for testing"),
                said,
                "Is it the text that decides, and does it choose one in five?",
            )
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
                case,
                Said("the function fails"),
                said,
                "The error was caught, and nobody will hear of it: S3 waits for no answer.",
            )
        return case

    def _succeed(self, case: str, objects: dict[str, bytes], advice: str) -> None:
        ran = self._run(objects)
        if not ran.succeeded:
            said = Said(f"an error of your code: {_error(ran)}")
            raise NotYet(case, Said("it succeeds"), said, _after(ran.error, advice))

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
            said = Said(f"in one of the two files: {missing[0]}")
            raise NotYet(case, said, Said("it is in neither"), _missing(missing[0], got, advice))
        if extra := list(got - expected):
            said = Said(f"a line too many: {extra[0]!r}")
            raise NotYet(case, Said("labelled sentences only, each once"), said, _too_many(extra[0], expected, advice))

    def _written(self, file_name: str, part: str, case: str, advice: str) -> list[str]:
        key = f"{self._folder}{part}/{file_name.split('.')[0]}_{part}.txt"
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode().splitlines()
        except ClientError:
            there = [one.removeprefix(self._folder) for one in _keys(self._bucket, self._folder)]
            there = [one for one in there if one.endswith(".txt")]
            expected = Said(f"the file {key.removeprefix(self._folder)}, beside the data set's own folder")
            own = [one for one in there if file_name.split(".")[0] in one]
            tried = _where(own, advice) if own else advice if there else _NOTHING
            raise NotYet(case, expected, Said(f"files: {', '.join(there) or 'none'}"), tried) from None


def _after(error: str, advice: str) -> str:
    """What to try next after an error of the function; `advice` is that of the case."""
    if "AccessDenied" in error and "PutObject" in error:
        return _PLACE
    return advice if error.startswith("AccessDenied") and advice == _ENCODED else after(error)


def _where(files: list[str], advice: str) -> str:
    """What is wrong with the files that were written for a data set."""
    if len(files) == 1:
        return "Only one of the two files was written: does a return stand inside of the loop?"
    return advice if advice == _FIRST_DOT else _PLACE


def _missing(line: str, got: Counter[str], advice: str) -> str:
    """Why a line is not there, from the lines that are."""
    label, _, sentence = line.partition(" ")
    if any(html.unescape(one) == line for one in got):
        return "The text still has pieces of a web page in it, such as &#34; for a quote."
    if any(one.endswith(f" {sentence}") for one in got):
        return "The sentence is there with another label, or with more in front of it."
    if any(f"{label}{sentence}" in one for one in got):
        return "Between the label and the sentence stands one blank."
    if any(f"{label} {sentence}" in one for one in got):
        return "Each sentence stands on a line of its own: what ends a line?"
    return advice


def _too_many(line: str, expected: Counter[str], advice: str) -> str:
    """What is wrong with a line that should not be there, or not so often."""
    label, _, sentence = line.partition(" ")
    if label not in ("__label__1", "__label__2"):
        return "This review has no label: is it dropped?"
    if not sentence.strip():
        return "This sentence is empty: is it left out?"
    if not any(one.partition(" ")[2] == sentence for one in expected):
        return "No labelled review has this sentence: has its review no votes, or a tie; or is it cut otherwise?"
    if line in expected:
        return "It is there more often than in the data set: is something left of an earlier run?"
    return advice


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
    again = "Take the template again (course.test_event) and change the two places in it."
    shape = "the shape of the event"
    named = dug(shape, work, ("Records", 0, "s3", "bucket", "name"), again)
    key = dug(shape, work, ("Records", 0, "s3", "object", "key"), again)
    if named != bucket:
        raise NotYet("the bucket's name", bucket, named, _OTHER_BUCKET)
    yield "the bucket's name"
    case = "the object's key"
    if not isinstance(key, str) or not key:
        raise NotYet(case, Said("a key, which is a text"), key, "Section 2 has uploaded the data set under a key.")
    if key.startswith(("s3://", "https://")):
        raise NotYet(case, Said("a key"), key, "This is an address. A key has no s3:// or https://, and no bucket.")
    try:
        client("s3").head_object(Bucket=bucket, Key=unquote_plus(key))
    except ClientError:
        there = _keys(bucket, "data/")
        found = Said(f"an object that is there: {', '.join(there) or 'none'}")
        raise NotYet(case, found, key, _other_key(key, bucket, there)) from None
    yield case


_OTHER_BUCKET = "This is not the course's bucket, whose name is among the lesson's settings."


def _other_key(key: str, bucket: str, there: list[str]) -> str:
    """What is wrong with a key that no object has."""
    if not there:
        return "First upload the data set, in section 2."
    if key == test_event("s3-put")["Records"][0]["s3"]["object"]["key"]:
        return "This is the template's own key."
    if key.startswith("/"):
        return "A key begins without a slash."
    if key.startswith(f"{bucket}/"):
        return "The bucket's name is no part of the key."
    if any(one.rpartition("/")[2] == key for one in there):
        return "The folder is a part of the key."
    return "Letter by letter it has to be the key of the upload; case counts."


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
            reads = is_allowed(s3.get_object, Bucket=bucket, Key=readable)
            yield _must("read a data set", True, reads, _unmet(readable))
            for key in written[:2]:
                what = f"write to {key.rpartition('/')[0]}/"
                writes = is_allowed(s3.put_object, Bucket=bucket, Key=key, Body=b"a probe")
                yield _must(what, True, writes, _unmet(key))
            yield _must("read from another folder", False, is_allowed(s3.get_object, Bucket=bucket, Key=secret), _WIDE)
            for key, what, advice in zip(written[2:], _NOT_TO_BE_WRITTEN, (_WIDE, _REPLACED), strict=True):
                writes = is_allowed(s3.put_object, Bucket=bucket, Key=key, Body=b"a probe")
                yield _must(what, False, writes, advice)
            yield _must("delete a data set", False, is_allowed(s3.delete_object, Bucket=bucket, Key=readable), _MANY)
            yield _must("list the account's buckets", False, is_allowed(s3.list_buckets), _MANY)
    finally:
        for key in (readable, secret, *written):
            admin.delete_object(Bucket=bucket, Key=key)


_NOT_TO_BE_WRITTEN = ("write to another folder", "replace a data set")
_REPLACED = "A data set can be written over: is only reading allowed on it, and does no resource for writing cover it?"
_WIDE = "A resource covers more than the work needs: what else does its * stand for?"
_MANY = "More actions are allowed than the work needs: it reads and it writes, nothing else."


def _unmet(key: str) -> str:
    return f"No statement allows this on {key}: look at the action first, then at the resource, its folder."


def _must(what: str, expected: bool, allowed: bool, advice: str) -> str:
    """The case in words."""
    if allowed != expected:
        raise NotYet(what, Said(_word(expected)), Said(_word(allowed)), advice)
    return f"{what}: {_word(expected)}"


def _word(allowed: bool) -> str:
    return "allowed" if allowed else "denied"
