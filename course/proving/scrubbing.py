"""Takes out of a recording what says whose account it is: account, names, keys, and what isn't the course's own.

Names are known before the run (who calls, in which account), and go before a line is written. What else there is in the
account shows in the answers of lists only; it goes when the lines become one file, because only then it is known what
the course has made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from course.account.ledger import Resource
from course.account.made import IN_A_BUCKET, MADE_BY

ACCOUNT, PERSON = "123456789012", "learner"

_KEYS = re.compile(r"\b(AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|APKA)[A-Z0-9]{12,124}\b")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_SIGNED = re.compile(r"(X-Amz-(?:Credential|Signature|Security-Token)=)[^&\s\"]+", re.IGNORECASE)
_SECRET = {"SecretAccessKey", "SessionToken", "AccessKeyId", "SigningToken", "MasterUserPassword", "SecretString"}
_PEOPLE = {"Owner", "Initiator", "Grantee", "DisplayName", "CreatedBy", "LastModifiedBy"}
GONE = "SCRUBBED"


class Scrubber:
    """Puts other texts in the place of names.

    Args:
        names: each text that is to go, with what stands in its place.
    """

    def __init__(self, names: dict[str, str]):
        self._names = names
        # A name inside a longer word is another word.
        longest_first = sorted(names, key=len, reverse=True)
        parts = "|".join(re.escape(name) for name in longest_first)
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{parts})(?![A-Za-z0-9])") if parts else None

    def scrubbed(self, value: Any) -> Any:
        """A value of JSON without what is to go, at any depth."""
        if isinstance(value, dict):
            return {self._text(name): self._member(name, member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.scrubbed(member) for member in value]
        return self._text(value) if isinstance(value, str) else value

    def _member(self, name: str, value: Any) -> Any:
        if name in _SECRET and isinstance(value, str):
            return GONE
        if name in _PEOPLE:
            return _every_text(value, PERSON)
        return self.scrubbed(value)

    def _text(self, text: str) -> str:
        if self._pattern:
            text = self._pattern.sub(lambda found: self._names[found[0]], text)
        text = _SIGNED.sub(rf"\g<1>{GONE}", text)
        text = _KEYS.sub(lambda found: found[1] + GONE, text)
        return _MAIL.sub(f"{PERSON}@example.com", text)


def names_of(account: str, caller_arn: str, user_id: str) -> dict[str, str]:
    """What is to go of the one who calls, from what GetCallerIdentity says: each text with what stands in its place."""
    kind, _, path = caller_arn.rpartition(":")[2].partition("/")
    names = {account: ACCOUNT}
    if kind in ("user", "assumed-role", "federated-user"):
        names |= {part: PERSON for part in path.split("/") if part}
    names |= {part: GONE for part in user_id.split(":") if part != account and part not in names}
    return names


def names_in(made: Iterable[Resource]) -> list[str]:
    """The names of what the course has made, also as they stand inside an ARN; of what lies in a bucket, the bucket."""
    names: list[str] = []
    for one in made:
        whole = one.name.split("/")[0] if one.kind in IN_A_BUCKET else one.name
        names += [whole, re.split(r"[:/]", whole.rstrip("/"))[-1]]
    return list(dict.fromkeys(names))


def made_in(calls: Iterable[dict[str, Any]]) -> list[Resource]:
    """What recorded calls have made, as a ledger would have it."""
    answered = (call for call in calls if "answer" in call and (call["service"], call["operation"]) in MADE_BY)
    return [
        Resource(kind, name)
        for call in answered
        for kind, name in MADE_BY[call["service"], call["operation"]](call["params"], call["answer"])
    ]


def without_others(line: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """A line of a recording without what others have in the account, which lists of the whole account tell.

    Args:
        line: of a call; one that names something of the course's in its parameters tells of nothing else.
        known: names of what the course has made.
    """
    answer, ours = line.get("answer"), _words(known)
    if not answer or not line["operation"].startswith(("List", "Describe", "Get", "Search")):
        return line
    if _mentions(line["params"], ours):
        return line
    kept = {
        name: [one for one in value if _mentions(one, ours)] if isinstance(value, list) else value
        for name, value in answer.items()
    }
    others = sum(len(value) - len(kept[name]) for name, value in answer.items() if isinstance(value, list))
    return line | {"answer": kept, "others": others} if others else line


def _words(names: Iterable[str]) -> re.Pattern[str]:
    """Matches one of some names as a whole word: `data` is not in `Metadata`. ARNs may have them in small letters."""
    longest_first = sorted({name for name in names if name}, key=len, reverse=True)
    parts = "|".join(map(re.escape, longest_first)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{parts})(?![\w-])", re.IGNORECASE)


def _mentions(value: Any, names: re.Pattern[str]) -> bool:
    if isinstance(value, dict):
        return any(_mentions(member, names) for member in value.values())
    if isinstance(value, list):
        return any(_mentions(member, names) for member in value)
    return isinstance(value, str) and bool(names.search(value))


def _every_text(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _every_text(member, text) for name, member in value.items()}
    if isinstance(value, list):
        return [_every_text(member, text) for member in value]
    return text if isinstance(value, str) else value
