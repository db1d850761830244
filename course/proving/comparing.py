"""Where two recordings of the same lessons differ: what AWS answered, and what the embedded AWS answers.

A call is known by its lesson, its operation and its parameters, without what is new in every run (moments, long
numbers, ids).
What was asked several times, as a status is until a job has ended, is one call with several answers: of their members
all count, of their values the last. Numbers are compared by their kind alone, and so are the numbers in texts.
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

_NEW_IN_EVERY_RUN = (
    (re.compile(r"arn:[\w-]+:(?:iam|sts)::\d{12}:[\w-]+(?:/[^/\s\"]+)*/learner\b"), "<caller>"),
    (re.compile(r"https?://[^/\s\"]+"), "<host>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.:+Z-]*"), "<moment>"),
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
    if on_aws != on_ours:
        answered_in_the_end = "error" not in there[-1] and "error" not in here[-1]
        what = "refused on the way" if answered_in_the_end else "the error"
        only_there = [error for error in on_aws if error not in on_ours]
        only_here = [error for error in on_ours if error not in on_aws]
        yield what, *_side_by_side(_joined(only_there), _joined(only_here))
    if not (_answered(there) and _answered(here)):
        return
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


def _errors(lines: list[Line]) -> list[str]:
    errors = (line["error"] for line in lines if "error" in line)
    said = (f"{error['code']}: {_plain(error['message'], _LONG_NUMBER)}" for error in errors)
    return list(dict.fromkeys(said))


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
