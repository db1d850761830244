"""The six functions that Step Functions adds to JSONata: `$partition $range $hash $random $uuid $parse`.

Source: "Additional JSONata functions provided by Step Functions", AWS Step Functions developer guide. What that page
leaves open was measured on AWS by others: `$range` of one element is that element, a missing or impossible
argument (a step or a size of 0) gives nothing, `$random(seed)` is `java.util.Random`.
"""

from __future__ import annotations

import hashlib
import json
import json.decoder
import json.scanner
import math
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.states.languages.jsonata.errors import Fault, JSONataError
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.values import UNDEFINED, as_float, number

MAX_RANGE = 1_000_000

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_AT_ONCE = 262_144
"""Characters of JSON that are read in one go, within which nobody looks at the clock."""
_LONGEST_INTEGER = 16
"""Characters of an integer that a number holds exactly."""


class ArgumentError(Exception):
    """An argument is of the wrong type; `index` counts from 1."""

    def __init__(self, index: int):
        super().__init__(index)
        self.index = index


@dataclass(frozen=True)
class Function:
    """An implementation and the Python types that each argument may have, in order."""

    implementation: Callable[..., Any]
    signature: tuple[type | tuple[type, ...], ...]
    required: int

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Check the arguments and call.

        Args:
            arguments: `UNDEFINED` for one that has no value, also given where there is none.
            run: the evaluation, which pays.

        Raises:
            ArgumentError: an argument of the wrong type, or one too many.
            Fault, JSONataError: what the function itself refuses.
        """
        if len(arguments) > len(self.signature):
            raise ArgumentError(len(self.signature) + 1)
        for index, (value, types) in enumerate(zip(arguments, self.signature, strict=False), 1):
            is_bool = isinstance(value, bool) and types is not bool
            if value is not UNDEFINED and (is_bool or not isinstance(value, types)):
                raise ArgumentError(index)
        given = [value for value in arguments if value is not UNDEFINED]
        if len(given) < self.required or len(given) != len(arguments):
            return UNDEFINED
        return self.implementation(run, *given)


def partition(run: Run, items: list[Any], size: float) -> Any:
    """`$partition(array, size)`: the array in pieces of so many elements, the last one possibly shorter."""
    width = int(min(size, 2**53)) if size >= 1 else 0
    if width < 1:
        return UNDEFINED
    run.elements(len(items), 8 + 64 // width)
    return [list(items[start : start + width]) for start in run.each(range(0, len(items), width))]


def range_(run: Run, first: float, last: float, step: float) -> Any:
    """`$range(first, last, step)`: numbers from first to last, the end included where a step lands on it."""
    first, last, step = as_float(first), as_float(last), as_float(step)
    steps = (last - first) / step if step else math.nan
    if not steps >= 0:
        return UNDEFINED
    if steps >= MAX_RANGE:
        raise Fault("D2014", value=number(math.floor(steps) + 1.0) if math.isfinite(steps) else steps)
    count = math.floor(steps) + 1
    run.elements(count, 40)
    values = [number(first + position * step) for position in run.each(range(count))]
    return values[0] if count == 1 else values


def hash_(run: Run, text: str, algorithm: str) -> str:
    """`$hash(string, algorithm)`: the digest in hexadecimal; MD5, SHA-1, SHA-256, SHA-384 or SHA-512."""
    if algorithm not in _HASHES:
        named = json.dumps(algorithm[:100])
        raise JSONataError(None, f"Unsupported hash algorithm {named}. Use one of {', '.join(_HASHES)}.")
    run.characters(4 * len(text))
    # Half a surrogate pair is a question mark, as where Java encodes it.
    return hashlib.new(_HASHES[algorithm], text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def random_(_run: Run, seed: float | None = None) -> float:
    """`$random([seed])`: a number from 0 to below 1, always the same one for the same seed."""
    if seed is None:
        return random.random()
    return _java_random_double(int(seed) if math.isfinite(as_float(seed)) else 0)


def uuid_(_run: Run) -> str:
    """`$uuid()`: a random UUID, version 4."""
    return str(uuid.uuid4())


def parse(run: Run, text: str) -> Any:
    """`$parse(jsonString)`: the data that a JSON text stands for."""
    run.characters(len(text))
    # Of short texts, such as `[]`, many values are made.
    run.allocate(30 * len(text))
    try:
        return (_decoder() if len(text) <= _AT_ONCE else _SlowDecoder(run)).decode(text)
    except ValueError:
        raise JSONataError(None, 'Unable to parse the argument of function "parse" as JSON') from None


class _SlowDecoder(json.JSONDecoder):
    """Looks at the clock after each list and object, which the standard library's fast decoder gives no chance to."""

    def __init__(self, run: Run):
        super().__init__(parse_constant=_refuse_constant, parse_int=_integer)
        self._run = run
        self.parse_array = self._watched(json.decoder.JSONArray)  # type: ignore[attr-defined] # typeshed hasn't got it
        self.parse_object = self._watched(json.decoder.JSONObject)  # type: ignore[attr-defined] # nor this
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined] # nor this

    def _watched(self, parse_part: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any) -> Any:
            self._run.spend(4)
            return parse_part(*arguments)

        return watched


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else number(float(digits))


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
