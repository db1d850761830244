"""JSONata's functions on texts, as its reference implementation, 2.0.6, has them.

Lengths and positions count characters; the reference counts halves of surrogate pairs in the positions of matches.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import regex

from local_aws.states.languages.jsonata.calling import Function, apply
from local_aws.states.languages.jsonata.errors import Fault, InternalError
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.patterns import Pattern, described, groups_of
from local_aws.states.languages.jsonata.text_of import text_of
from local_aws.states.languages.jsonata.values import UNDEFINED, Selected

_BLANKS = regex.compile(r"[ \t\n\r]+")
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+|%")
_RESERVED = ";/?:@&=+$,#"
_UNRESERVED = "-_.!~*'()"


def on_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives nothing for nothing, and pays for its text once over."""

    def checked(run: Run, text: Any, *more: Any) -> Any:
        if text is UNDEFINED:
            return text
        run.characters(len(text))
        return function(run, text, *more)

    return checked


def string(run: Run, value: Any, indent: Any) -> Any:
    return value if value is UNDEFINED else text_of(value, run, indent is True)


@on_text
def substring(_run: Run, text: str, start: Any, length: Any) -> str:
    start = math.nan if start is UNDEFINED else start
    if len(text) + start < 0:
        start = 0
    if length is UNDEFINED:
        return text[_whole(start) :]
    if length <= 0:
        return ""
    end = start + length if start >= 0 else len(text) + start + length
    return text[_whole(start) : _whole(end)]


def _whole(value: float) -> int:
    """A position as JavaScript's `slice` takes it."""
    if math.isnan(value):
        return 0
    return int(max(min(value, 2**53), -(2**53)))


@on_text
def substring_before(_run: Run, text: str, end: Any) -> str:
    return text.partition(_searched(end))[0] if end != "" else ""


@on_text
def substring_after(_run: Run, text: str, begin: Any) -> str:
    begin = _searched(begin)
    position = text.find(begin)
    return text if position < 0 else text[position + len(begin) :]


def _searched(text: Any) -> str:
    return "undefined" if text is UNDEFINED else text


@on_text
def lowercase(_run: Run, text: str) -> str:
    return text.lower()


@on_text
def uppercase(_run: Run, text: str) -> str:
    return text.upper()


@on_text
def length(_run: Run, text: str) -> int:
    return len(text)


@on_text
def trim(_run: Run, text: str) -> str:
    return _BLANKS.sub(" ", text, concurrent=True).removeprefix(" ").removesuffix(" ")


@on_text
def pad(run: Run, text: str, width: Any, filler: Any) -> str:
    missing = abs(width) - len(text) if width is not UNDEFINED else 0
    if not missing > 0:
        return text
    run.characters(abs(width))
    filler = " " if filler is UNDEFINED or not filler else filler
    count = int(missing)
    padding = (filler * (count // len(filler) + 1))[:count]
    return text + padding if width > 0 else padding + text


# ---- matching ------------------------------------------------------------------------------------------


class _Found:
    """A match that a function of the expression's reports."""

    def __init__(self, value: dict[str, Any]):
        self.value = value

    def start(self) -> int:
        return _index(self.value.get("start"))

    def end(self) -> int:
        return _index(self.value.get("end"))

    def group(self) -> Any:
        return self.value.get("match", "")

    def groups(self) -> Iterable[Any]:
        return self.value.get("groups") or ()


def _index(value: Any) -> int:
    return int(value) if type(value) is int or (type(value) is float and value.is_integer()) else 0


def matches(run: Run, matcher: Function, text: str) -> Iterator[Any]:
    """The matches in a text of a regular expression, or of a function that does what one does.

    Raises:
        Fault: the function gives anything else.
    """
    if isinstance(matcher, Pattern):
        yield from matcher.matches(text, run)
        return
    value = apply(matcher, [text], None, run)
    while value is not UNDEFINED:
        if not _is_match(value):
            raise Fault("T1010")
        yield _Found(value)
        following = value.get("next", UNDEFINED)
        if not isinstance(following, Function):
            return
        run.spend(1)
        value = apply(following, [], None, run)


def _is_match(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and type(value.get("start")) in (int, float)
        and type(value.get("end")) in (int, float)
        and type(value.get("match")) is str
        and isinstance(value.get("groups", []), list)
    )


@on_text
def contains(run: Run, text: str, token: Any) -> Any:
    if token is UNDEFINED:
        return "undefined" in text
    if type(token) is str:
        return token in text
    return next(matches(run, token, text), None) is not None


@on_text
def match(run: Run, text: str, pattern: Any, limit: Any) -> Any:
    _limited(limit, "D3040")
    found = Selected()
    if pattern is UNDEFINED:
        raise Fault("T0410", index=2)
    if limit is not UNDEFINED and not limit > 0:
        return found
    for one in matches(run, pattern, text):
        run.allocate(400)
        found.append({"match": one.group(), "index": one.start(), "groups": groups_of(one)})
        if limit is not UNDEFINED and len(found) >= limit:
            break
    run.elements(len(found), 0)
    return found


def _limited(limit: Any, code: str) -> None:
    if limit is not UNDEFINED and limit < 0:
        raise Fault(code, value=limit)


@on_text
def split(run: Run, text: str, separator: Any, limit: Any) -> Any:
    _limited(limit, "D3020")
    if limit is not UNDEFINED and not limit > 0:
        return []
    most = math.inf if limit is UNDEFINED else limit
    if separator is UNDEFINED:
        return [text]
    if type(separator) is not str:
        return _split_by_pattern(run, text, separator, most)
    if limit is not UNDEFINED:
        most = math.floor(most) if math.isfinite(most) else 0
    if separator == "":
        count = int(min(len(text), most))
        run.elements(count, 60)
        return list(text[:count])
    count = int(min(text.count(separator) + 1, most))
    run.elements(count, 60)
    return text.split(separator, count)[:count]


def _split_by_pattern(run: Run, text: str, pattern: Function, most: float) -> list[str]:
    parts: list[str] = []
    start = 0
    for one in matches(run, pattern, text):
        run.allocate(60)
        parts.append(text[start : one.start()])
        start = one.end()
        if len(parts) >= most:
            return parts
    parts.append(text[start:])
    run.elements(len(parts), 0)
    return parts


def join(run: Run, texts: Any, separator: Any) -> Any:
    if texts is UNDEFINED:
        return texts
    separator = "" if separator is UNDEFINED else separator
    run.elements(len(texts))
    run.characters(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


# ---- replacing -----------------------------------------------------------------------------------------


@on_text
def replace(run: Run, text: str, pattern: Any, replacement: Any, limit: Any) -> str:
    """`$1` stands for a group of a regular expression, `$0` for all of the match and `$$` for `$`."""
    if pattern == "":
        raise Fault("D3010", value=pattern)
    _limited(limit, "D3011")
    if limit is not UNDEFINED and not limit > 0:
        return text
    most = math.inf if limit is UNDEFINED else limit
    if type(pattern) is not str:
        return _replace_pattern(run, text, pattern, replacement, most)
    if type(replacement) is not str:
        replacement = "undefined" if replacement is UNDEFINED else ""
    count = min(text.count(pattern), most)
    run.characters(len(text) + count * (len(replacement) - len(pattern)))
    return text.replace(pattern, replacement, math.ceil(count))


def _replace_pattern(run: Run, text: str, pattern: Any, replacement: Any, most: float) -> str:
    if pattern is UNDEFINED:
        raise Fault("T0410", index=2)
    pieces: list[str] = []
    position = length = 0
    for count, one in enumerate(matches(run, pattern, text), 1):
        pieces += (text[position : one.start()], _substitute(run, replacement, one))
        length += len(pieces[-1]) + len(pieces[-2])
        run.characters(length)
        position = one.start() + len(one.group())
        if count >= most:
            break
    run.characters(length + len(text) - position)
    return "".join([*pieces, text[position:]])


def _substitute(run: Run, replacement: Any, found: Any) -> str:
    """What to put in the place of a match."""
    if type(replacement) is str:
        return _filled(run, replacement, found.group(), groups_of(found))
    value = found.value if isinstance(found, _Found) else described(found)
    result = apply(replacement, [value], None, run)
    if type(result) is not str:
        raise Fault("D3012", value=result)
    return result


def _filled(run: Run, template: str, whole: str, groups: list[Any]) -> str:
    pieces, position, length = [], 0, len(template)
    while (found := template.find("$", position)) >= 0:
        pieces.append(template[position:found])
        text, width = _reference(template[found + 1 : found + 9], whole, groups)
        pieces.append(text)
        length += len(text)
        run.characters(length)
        position = found + 1 + width
    return "".join([*pieces, template[position:]])


def _reference(rest: str, whole: str, groups: list[Any]) -> tuple[str, int]:
    """What stands for a `$`, given what follows it, and how much of that belongs to it."""
    if rest[:1] == "$":
        return "$", 1
    if rest[:1] == "0":
        return whole, 1
    most = len(str(len(groups)))
    digits = "".join(itertools.takewhile("0123456789".__contains__, rest[:most]))
    if most > 1 and digits and int(digits) > len(groups):
        digits = digits[: most - 1]
    if not digits:
        return "$", 0
    group = groups[int(digits) - 1] if 0 < int(digits) <= len(groups) else UNDEFINED
    return (group if type(group) is str else ""), len(str(int(digits)))


# ---- encoding ------------------------------------------------------------------------------------------


@on_text
def base64_encode(_run: Run, text: str) -> str:
    """Of a byte for each character, as JavaScript's `btoa`: texts of others have to be encoded before."""
    units = text.encode("utf-16-le", "surrogatepass")
    return base64.b64encode(units[::2]).decode()


@on_text
def base64_decode(_run: Run, text: str) -> str:
    """Fails for what is no base64, as AWS does (measured by others; the reference skips what it doesn't know)."""
    try:
        return base64.b64decode(_BLANKS.sub("", text, concurrent=True), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        raise InternalError from None


def _encoder(name: str, safe: str) -> Callable[..., Any]:
    @on_text
    def encode(run: Run, text: str) -> str:
        try:
            run.characters(3 * len(text))
            return quote(text, safe=safe)
        except UnicodeEncodeError:
            raise Fault("D3140", value=text, functionName=name) from None

    return encode


def _decoder(name: str, kept: str) -> Callable[..., Any]:
    def decoded(escapes: re.Match[str]) -> str:
        text = bytes.fromhex(escapes[0].replace("%", "")).decode() if len(escapes[0]) > 1 else _malformed()
        if not kept or not any(character in kept for character in text):
            return text
        return "".join(f"%{ord(character):02X}" if character in kept else character for character in text)

    @on_text
    def decode(_run: Run, text: str) -> str:
        try:
            return _ESCAPES.sub(decoded, text)
        except ValueError:
            raise Fault("D3140", value=text, functionName=name) from None

    return decode


def _malformed() -> str:
    raise ValueError


encode_url_component = _encoder("encodeUrlComponent", _UNRESERVED)
encode_url = _encoder("encodeUrl", _UNRESERVED + _RESERVED)
decode_url_component = _decoder("decodeUrlComponent", "")
decode_url = _decoder("decodeUrl", _RESERVED)
