"""The six functions that Step Functions adds to JSONata: `$partition $range $hash $random $uuid $parse`.

Plain Python on JSON data; what JSONata's engine wants of a function is the jsonata module's concern. Source:
"Additional JSONata functions provided by Step Functions", AWS Step Functions developer guide. What that page
leaves open was measured on AWS by others: `$range` of one element is that element, a missing or impossible
argument (a step or a size of 0) gives nothing, `$random(seed)` is `java.util.Random`.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_RANGE = 1_000_000

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


class Nothing(Exception):
    """The function gives no value (undefined)."""


class ArgumentError(Exception):
    """An argument is of the wrong type; `index` counts from 1."""

    def __init__(self, index: int):
        super().__init__(index)
        self.index = index


class FunctionError(Exception):
    """The function can't do it; `code` is JSONata's, None where it has none."""

    def __init__(self, message: str, code: str | None = None):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Function:
    """An implementation and the Python types that each argument may have, in order."""

    implementation: Callable[..., Any]
    signature: tuple[type | tuple[type, ...], ...]
    required: int

    def call(self, arguments: list[Any], undefined: Any) -> Any:
        """Check the arguments and call.

        Args:
            arguments: JSON data, `undefined` for one that has no value.
            undefined: the marker for no value, also returned where there is none.

        Raises:
            ArgumentError: an argument of the wrong type, or one too many.
            FunctionError: what the function itself refuses.
        """
        if len(arguments) > len(self.signature):
            raise ArgumentError(len(self.signature) + 1)
        for index, (value, types) in enumerate(zip(arguments, self.signature, strict=False), 1):
            is_bool = isinstance(value, bool) and types is not bool
            if value is not undefined and (is_bool or not isinstance(value, types)):
                raise ArgumentError(index)
        given = [value for value in arguments if value is not undefined]
        if len(given) < self.required or len(given) != len(arguments):
            return undefined
        try:
            return self.implementation(*given)
        except Nothing:
            return undefined


def partition(items: list[Any], size: float) -> list[list[Any]]:
    """`$partition(array, size)`: the array in pieces of so many elements, the last one possibly shorter."""
    width = int(size)
    if width < 1:
        raise Nothing
    return [items[start : start + width] for start in range(0, len(items), width)]


def range_(first: float, last: float, step: float) -> Any:
    """`$range(first, last, step)`: numbers from first to last, the end included where a step lands on it."""
    if step == 0:
        raise Nothing
    count = math.floor((last - first) / step) + 1
    if count < 1:
        raise Nothing
    if count > MAX_RANGE:
        raise FunctionError(
            f"The size of the sequence allocated by the range operator (..) must not exceed 1e6. "
            f"Attempted to allocate {count}.",
            "D2014",
        )
    values = [first + position * step for position in range(count)]
    return values[0] if count == 1 else values


def hash_(text: str, algorithm: str) -> str:
    """`$hash(string, algorithm)`: the digest in hexadecimal; MD5, SHA-1, SHA-256, SHA-384 or SHA-512."""
    if algorithm not in _HASHES:
        raise FunctionError(f"Unsupported hash algorithm {json.dumps(algorithm)}. Use one of {', '.join(_HASHES)}.")
    return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def random_(seed: float | None = None) -> float:
    """`$random([seed])`: a number from 0 to below 1, always the same one for the same seed."""
    if seed is None:
        return random.random()
    return _java_random_double(int(seed))


def uuid_() -> str:
    """`$uuid()`: a random UUID, version 4."""
    return str(uuid.uuid4())


def parse(text: str) -> Any:
    """`$parse(jsonString)`: the data that a JSON text stands for."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise FunctionError(f'Unable to parse the argument of function "parse" as JSON: {error}') from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _java_random_double(seed: int) -> float:
    """The first `nextDouble()` of a `java.util.Random` made with the seed (its documented generator)."""
    multiplier, mask = 0x5DEECE66D, (1 << 48) - 1
    state = (seed ^ multiplier) & mask
    drawn = []
    for bits in (26, 27):
        state = (state * multiplier + 0xB) & mask
        drawn.append(state >> (48 - bits))
    return ((drawn[0] << 27) + drawn[1]) / (1 << 53)


_NUMBER = (int, float)

FUNCTIONS = {
    "partition": Function(partition, (list, _NUMBER), 2),
    "range": Function(range_, (_NUMBER, _NUMBER, _NUMBER), 3),
    "hash": Function(hash_, (str, str), 2),
    "random": Function(random_, (_NUMBER,), 0),
    "uuid": Function(uuid_, (), 0),
    "parse": Function(parse, (str,), 1),
}
"""The functions by name, without the `$`."""
