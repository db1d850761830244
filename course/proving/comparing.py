"""Where two recordings of the same lessons differ: what AWS answered, and what the embedded AWS answers.

A call is known by its lesson, its operation and its parameters, without what is new in every run (moments, long
numbers, ids).
What was asked several times, as a status is until a job has ended, is one call with several answers: of their members
all count, of their values the last. Numbers are compared by their kind alone, and so are the numbers in texts. Lists
have no fixed length; of their order counts that one goes up where the other goes down, by a name, a moment or an id.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

Line = dict[str, Any]

_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.:+Z-]*")
_NEW_IN_EVERY_RUN = (
    (re.compile(r"arn:[\w-]+:(?:iam|sts)::\d{12}:[\w-]+(?:/[^/\s\"]+)*/learner\b"), "<caller>"),
    (re.compile(r"https?://[^/\s\"]+"), "<host>"),
    (re.compile(r"\b(?:A[A-Z]{3})?SCRUBBED\b"), "<scrubbed>"),
    (re.compile(r"\bRoot=1-[0-9a-f]{8}-[0-9a-f]{24}\b"), "Root=<id>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (_MOMENT, "<moment>"),
    (re.compile(r"\b\d{4}/\d\d/\d\d\b"), "<day>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{17,}\b"), "<id>"),
    (re.compile(r"(?<=-)(?=[a-f]*\d)[0-9a-f]{9,}\b"), "<id>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}(?![\w-])"), "<id>"),
    (re.compile(r"\b(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d\b"), "<region>"),
)
_BEFORE = 120
"""So much of two long texts is shown before the place where they part."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LONG_NUMBER = re.compile(r"\d{6,}")
_OPAQUE = {
    *("RevisionId", "RequestId", "nextToken", "NextToken", "ContinuationToken", "sha256", "CodeSha256", "ETag", "etag"),
    *("MessageId", "ReceiptHandle", "nextSequenceToken", "uploadSequenceToken", "UploadId", "VersionId", "RoleId"),
    *("PolicyId", "MD5OfBody", "RuntimeVersionArn", "eventId", "HostId", "UserId"),
}
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Difference:
    """One thing that AWS answered otherwise: where it was first seen, of which call, and how often."""

    lesson: str
    cell: int
    call: str
    what: str
    there: str
    here: str
    times: int = 1

    def __str__(self) -> str:
        place = f"lesson {self.lesson}, cell [{self.cell}]" + (f" and {self.times - 1} more" if self.times > 1 else "")
        return f"{self.call}, {place}: {self.what}\n    there: {self.there}\n    here:  {self.here}"


def compare(there: Iterable[Line], here: Iterable[Line]) -> list[Difference]:
    """Where the answers of one recording differ from those of another.

    Args:
        there: the lines of the calls on AWS.
        here: those of the same lessons on the embedded AWS.

    Returns:
        Each difference once, in the order in which it was first met.
    """
    on_aws, on_ours = _by_call(there), _by_call(here)
    found: dict[tuple[str, str, str, str], Difference] = {}
    for key, lines in on_aws.items():
        first = lines[0]
        for what, one, other in _differences(lines, on_ours.get(key, [])):
            call = f"{first['service']}.{first['operation']}"
            known = found.get((call, what, one, other))
            found[call, what, one, other] = (
                replace(known, times=known.times + 1)
                if known
                else Difference(first["lesson"], first["cell"], call, what, one, other)
            )
    return list(found.values())


def unmatched(there: Iterable[Line], here: Iterable[Line]) -> list[str]:
    """The calls that only one of two recordings has, in words; what one side asks depends on what it was answered."""
    on_aws, on_ours = _by_call(there), _by_call(here)
    only = [("there", key, lines) for key, lines in on_aws.items() if key not in on_ours]
    only += [("here", key, lines) for key, lines in on_ours.items() if key not in on_aws]
    return [
        f"lesson {lines[0]['lesson']}, cell [{lines[0]['cell']}], {lines[0]['service']}.{lines[0]['operation']}: "
        f"asked only {side}, with {_cut(key[3])}"
        for side, key, lines in only
    ]


Key = tuple[str, str, str, str]


def _by_call(lines: Iterable[Line]) -> dict[Key, list[Line]]:
    calls: dict[Key, list[Line]] = {}
    for line in lines:
        asked = json.dumps(_plain(line["params"], _LONG_NUMBER), sort_keys=True, ensure_ascii=False)
        calls.setdefault((line["lesson"], line["service"], line["operation"], asked), []).append(line)
    return calls


def _differences(there: list[Line], here: list[Line]) -> Iterator[tuple[str, str, str]]:
    """What differs between the answers to one call: what it is, there, here."""
    if not here:
        return
    on_aws, on_ours = _errors(there), _errors(here)
    if on_aws.keys() != on_ours.keys():
        answered_in_the_end = "error" not in there[-1] and "error" not in here[-1]
        what = "refused on the way" if answered_in_the_end else "the error"
        only_there = [error for error in on_aws if error not in on_ours]
        only_here = [error for error in on_ours if error not in on_aws]
        yield what, *_side_by_side(_joined(only_there), _joined(only_here))
    for error in on_aws.keys() & on_ours.keys():
        if on_aws[error] != on_ours[error]:
            yield f"the status of {_cut(error)}", _shown(on_aws[error]), _shown(on_ours[error])
    if not (_answered(there) and _answered(here)):
        return
    if _status(there) != _status(here):
        yield "the status", _shown(_status(there)), _shown(_status(here))
    on_aws_ordered, on_ours_ordered = _orders(there), _orders(here)
    for path in on_aws_ordered.keys() & on_ours_ordered.keys():
        one, other = on_aws_ordered[path], on_ours_ordered[path]
        turned = sorted(member for member in one.keys() & other.keys() if one[member] != other[member])
        for member in turned[:1]:
            yield f"the order of {path}", f"{member or 'it'} {one[member]}", f"{member or 'it'} {other[member]}"
    one, other = _members(there), _members(here)
    for name in one.keys() - other.keys():
        if _parent(name) in other or not _parent(name):
            yield f"the member {name}", _shown(one[name]), "is not there"
    for name in other.keys() - one.keys():
        if _parent(name) in one or not _parent(name):
            yield f"the member {name}", "is not there", _shown(other[name])
    for name in one.keys() & other.keys():
        if one[name] != other[name]:
            yield f"the value of {name}", *_side_by_side(_spelled(one[name]), _spelled(other[name]))


def _answered(lines: list[Line]) -> bool:
    return any("answer" in line for line in lines)


def _status(lines: list[Line]) -> int | None:
    """The status of HTTP's of the last answer."""
    return [line.get("status") for line in lines if "answer" in line][-1]


def _errors(lines: list[Line]) -> dict[str, int | None]:
    """The errors in words, in their order, each with its status of HTTP's."""
    errors = ((line["error"], line.get("status")) for line in lines if "error" in line)
    return {f"{error['code']}: {_plain(error['message'], _LONG_NUMBER)}": status for error, status in errors}


def _orders(lines: list[Line]) -> dict[str, dict[str, str]]:
    """How the lists of the answers are ordered: each list's path, and by which members it goes up or down."""
    orders: dict[str, dict[str, str]] = {}
    for line in lines:
        for path, items in _lists(line.get("answer")):
            named = [item if isinstance(item, dict) else {"": item} for item in items]
            members = set.intersection(*(set(item) for item in named)) if len(named) > 1 else set()
            ways = {member: _way(member, [item[member] for item in named]) for member in members}
            orders[path] = {member: way for member, way in ways.items() if way}
    return orders


def _lists(value: Any, path: str = "") -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _lists(member, f"{path}.{name}" if path else name)


def _way(member: str, values: list[Any]) -> str:
    """Whether values go up or down, in words; empty where they do neither, or are new in every run."""
    if not all(isinstance(value, str) for value in values) and not (member == "id" and _are_numbers(values)):
        return ""
    # A moment is known, and goes by what it says; of the rest, only what is the same in every run has an order.
    if not all(isinstance(value, str) and _MOMENT.fullmatch(value) for value in values):
        values = [_plain_text(value, _LONG_NUMBER) if isinstance(value, str) else value for value in values]
        if any(isinstance(value, str) and ("<id>" in value or "<n>" in value) for value in values):
            return ""
    pairs = list(itertools.pairwise(values))
    if all(one < other for one, other in pairs):
        return "goes up"
    return "goes down" if all(one > other for one, other in pairs) else ""


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int) for value in values)


def _members(lines: list[Line]) -> dict[str, Any]:
    """Each member of the answers by its path, with what it was in the last answer that had it."""
    members: dict[str, Any] = {}
    for line in lines:
        if "answer" in line:
            members |= _flat(_plain(line["answer"], _NUMBER))
    return members


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Each member by its path; those of a list's items together, since lists have no fixed order or length."""
    if isinstance(value, dict):
        flat: dict[str, Any] = {path: "an object"} if path else {}
        for name, member in value.items():
            flat |= _flat(member, f"{path}.{name}" if path else name)
        return flat
    if isinstance(value, list):
        flat = {path: "a list"}
        values: dict[str, set[str]] = {}
        for item in value:
            for name, member in _flat(item, f"{path}[]").items():
                values.setdefault(name, set()).add(json.dumps(member, sort_keys=True))
        return flat | {name: " | ".join(sorted(texts)) for name, texts in values.items()}
    return {path: value}


def _parent(path: str) -> str:
    """The path of what a member stands in; only the topmost member that is missing is a difference."""
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]


def _plain(value: Any, number: re.Pattern[str]) -> Any:
    """A value without what is new in every run."""
    if isinstance(value, dict):
        return {_plain_text(name, number): _plain_member(name, member, number) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member, number) for member in value]
    if isinstance(value, str):
        return _plain_text(value, number)
    return "<number>" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _plain_member(name: str, value: Any, number: re.Pattern[str]) -> Any:
    if value and (name in _OPAQUE or name.startswith("Checksum")):
        return "<opaque>"
    if name == "LogResult":
        # The end of a function's log, in Base64.
        value = base64.b64decode(value).decode(errors="replace")
    return _plain(value, number)


def _plain_text(text: str, number: re.Pattern[str]) -> str:
    for pattern, name in _NEW_IN_EVERY_RUN:
        text = pattern.sub(name, text)
    return number.sub("<n>", text.replace(ACCOUNT, "<account>"))


def _joined(texts: list[str]) -> str:
    return "; ".join(texts) if texts else "no such error"


def _side_by_side(one: str, other: str) -> tuple[str, str]:
    """Two texts, each cut so that the place is seen where they part."""
    alike = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    begin = max(0, alike - _BEFORE)
    return _cut(_from(one, begin)), _cut(_from(other, begin))


def _from(text: str, begin: int) -> str:
    return "…" + text[begin:] if begin else text


def _shown(value: Any) -> str:
    return _cut(_spelled(value))


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str, length: int = 400) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
