"""The intrinsic functions `States.…`, each on values that are there.

Sources: "Intrinsic functions for JSONPath states", AWS Step Functions developer guide; what AWS does with numbers that
are not whole, with empty arrays and with texts that are no Base64 was measured on it by others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from local_aws.states.document import loads
from local_aws.states.languages.jsonpath.texts import written

MAX_RANGE = 1000
MAX_CHARACTERS = 10_000
INT_MIN, INT_MAX = -(2**31), 2**31 - 1
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_UNLIMITED = math.inf


class InvalidArgumentError(Exception):
    """A function can't work with what it was given."""


@dataclass(frozen=True)
class Intrinsic:
    """A function, with how many arguments it takes at least and at most."""

    call: Callable[..., Any]
    least: int
    most: float

    def __call__(self, arguments: list[Any]) -> Any:
        """Its value.

        Raises:
            InvalidArgumentError: the arguments are not what it takes.
        """
        if not self.least <= len(arguments) <= self.most:
            raise InvalidArgumentError
        return self.call(*arguments)


@dataclass(frozen=True)
class Template:
    """A text in which `{}` stands for a value: the first argument of States.Format. A backslash escapes.

    Attributes:
        parts: what stands before, between and after the values.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """Read a template.

        Raises:
            InvalidArgumentError: a brace stands alone.
        """
        parts, at = [""], 0
        while at < len(text):
            character = text[at]
            if character == "\\" and at + 1 < len(text):
                at += 1
                parts[-1] += text[at]
            elif character == "{" and text.startswith("}", at + 1):
                at += 1
                parts.append("")
            elif character in "{}":
                raise InvalidArgumentError
            else:
                parts[-1] += character
            at += 1
        return cls(tuple(parts))


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; Python takes `True` for 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return left == right


def _key(value: Any) -> str:
    """The same text for equal values, and for those only."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    """1.0 as 1, at any depth."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _invalid() -> NoReturn:
    raise InvalidArgumentError


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else _invalid()


def _string(value: Any) -> str:
    return value if isinstance(value, str) else _invalid()


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _invalid()
    return value


def _in_range(number: int) -> int:
    return number if INT_MIN <= number <= INT_MAX else _invalid()


def _truncated(value: Any) -> int:
    return _in_range(int(_number(value)))


def _rounded(value: Any) -> int:
    """To the nearest whole number, a half upwards, as Java's `Math.round` does it, and so AWS in moto's interpreter."""
    number = _number(value)
    if isinstance(number, int):
        return _in_range(number)
    return _in_range(math.floor(number + 0.5))


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else _invalid()


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _array_partition(array: Any, size: Any) -> list[list[Any]]:
    items, step = _array(array), _truncated(size)
    if step < 1:
        _invalid()
    return [items[start : start + step] for start in range(0, len(items), step)]


def _array_contains(array: Any, value: Any) -> bool:
    return any(same(item, value) for item in _array(array))


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    start, end, by = _truncated(first), _truncated(last), _truncated(step)
    if by == 0:
        _invalid()
    numbers = range(start, end + (1 if by > 0 else -1), by)
    return list(numbers) if len(numbers) <= MAX_RANGE else _invalid()


def _array_get_item(array: Any, index: Any) -> Any:
    items, at = _array(array), _truncated(index)
    if at < 0:
        _invalid()
    if not items:
        return None
    return items[at] if at < len(items) else _invalid()


def _array_unique(array: Any) -> list[Any]:
    """The first of those that are equal, in the order of the array."""
    found: dict[str, Any] = {}
    for item in _array(array):
        found.setdefault(_key(item), item)
    return list(found.values())


def _base64_encode(text: Any) -> str:
    return base64.b64encode(_encoded(_short(_string(text)))).decode()


def _base64_decode(text: Any) -> str:
    """What is no Base64 is passed over, and padding may be missing, as on AWS."""
    characters = "".join(c for c in _short(_string(text)).partition("=")[0] if c in _BASE64)
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return base64.b64decode(characters + "=" * (-len(characters) % 4)).decode(errors="replace")


def _hash(data: Any, algorithm: Any) -> str:
    name = _ALGORITHMS.get(_string(algorithm)) or _invalid()
    text = data if isinstance(data, str) else written(data)
    return hashlib.new(name, _encoded(_short(text)), usedforsecurity=False).hexdigest()


def _json_merge(left: Any, right: Any, deep: Any) -> dict[str, Any]:
    if not isinstance(left, dict) or not isinstance(right, dict) or deep is not False:
        _invalid()
    return left | right


def _string_to_json(text: Any) -> Any:
    """Of nothing, be it an empty text or null, AWS makes null, as moto's interpreter has it."""
    if text is None or not _string(text).strip():
        return None
    try:
        return loads(text)
    except (ValueError, RecursionError):
        _invalid()


def _math_random(first: Any, last: Any, seed: Any = None) -> int:
    start, end = _truncated(first), _truncated(last)
    if start >= end:
        _invalid()
    return start + (random.randrange(end - start) if seed is None else _java_random(_truncated(seed), end - start))


def _java_random(seed: int, bound: int) -> int:
    """The first `nextInt(bound)` of a `java.util.Random` made with the seed (its documented generator)."""
    state = (seed ^ 0x5DEECE66D) & (1 << 48) - 1
    while True:
        state = (state * 0x5DEECE66D + 0xB) & (1 << 48) - 1
        bits = state >> 17
        if bound > INT_MAX:
            return bits
        if bound & -bound == bound:
            return bound * bits >> 31
        number = bits % bound
        if bits - number + bound - 1 <= INT_MAX:
            return number


def _math_add(left: Any, right: Any) -> int:
    return _in_range(_rounded(left) + _rounded(right))


def _string_split(text: Any, delimiters: Any) -> list[str]:
    """Each character of the second argument divides; what is empty between two of them is left out."""
    parts, dividers = [""], frozenset(_string(delimiters))
    for character in _string(text):
        if character in dividers:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part]


def _format(template: Any, *values: Any) -> str:
    parts = (template if isinstance(template, Template) else Template.of(_string(template))).parts
    if len(values) != len(parts) - 1:
        _invalid()
    return parts[0] + "".join(_shown(value) + part for value, part in zip(values, parts[1:], strict=True))


def _shown(value: Any) -> str:
    """A value inside a text. Arrays and objects are as Java shows them, `{a=1, b=[]}`, as in moto's interpreter."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_shown(item)}' for name, item in value.items())}}}"
    return value if isinstance(value, str) else written(value)


INTRINSICS: dict[str, Intrinsic] = {
    "States.Array": Intrinsic(lambda *items: list(items), 0, _UNLIMITED),
    "States.ArrayPartition": Intrinsic(_array_partition, 2, 2),
    "States.ArrayContains": Intrinsic(_array_contains, 2, 2),
    "States.ArrayRange": Intrinsic(_array_range, 3, 3),
    "States.ArrayGetItem": Intrinsic(_array_get_item, 2, 2),
    "States.ArrayLength": Intrinsic(lambda array: len(_array(array)), 1, 1),
    "States.ArrayUnique": Intrinsic(_array_unique, 1, 1),
    "States.Base64Encode": Intrinsic(_base64_encode, 1, 1),
    "States.Base64Decode": Intrinsic(_base64_decode, 1, 1),
    "States.Hash": Intrinsic(_hash, 2, 2),
    "States.JsonMerge": Intrinsic(_json_merge, 3, 3),
    "States.StringToJson": Intrinsic(_string_to_json, 1, 1),
    "States.JsonToString": Intrinsic(written, 1, 1),
    "States.MathRandom": Intrinsic(_math_random, 2, 3),
    "States.MathAdd": Intrinsic(_math_add, 2, 2),
    "States.StringSplit": Intrinsic(_string_split, 2, 2),
    "States.Format": Intrinsic(_format, 1, _UNLIMITED),
    "States.UUID": Intrinsic(lambda: str(uuid.uuid4()), 0, 0),
}
