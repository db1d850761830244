"""The functions that an expression sees: JSONata's without `$eval`, and AWS's six."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.states.languages.jsonata import (
    aws_functions,
    dates,
    integer_pictures,
    number_pictures,
    numerals,
    structures,
    texts,
)
from local_aws.states.languages.jsonata.calling import Function, Native
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.operators import is_number
from local_aws.states.languages.jsonata.transform import clone
from local_aws.states.languages.jsonata.values import UNDEFINED


class _AwsFunction(Function):
    """A function of AWS's own, which checks its arguments itself."""

    def __init__(self, name: str, function: aws_functions.Function):
        self._name, self._function = name, function
        self.arity = len(function.signature)

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        try:
            return self._function.call(arguments, run)
        except aws_functions.ArgumentError as error:
            raise Fault("T0410", token=self._name, index=error.index) from None


def _exists(_run: Run, value: Any) -> bool:
    return value is not UNDEFINED


def _type(_run: Run, value: Any) -> Any:
    if value is UNDEFINED:
        return value
    if isinstance(value, bool):
        return "boolean"
    if type(value) is float and not is_number(value):
        return "object"
    names = {type(None): "null", str: "string", int: "number", float: "number", dict: "object"}
    if isinstance(value, list):
        return "array"
    return names.get(type(value), "function")


def _error(_run: Run, message: Any) -> Any:
    raise Fault("D3137", message=message or "$error() function evaluated")


def _assert(_run: Run, condition: Any, message: Any) -> Any:
    if condition is not True:
        raise Fault("D3141", message=message or "$assert() statement failed")
    return UNDEFINED


def _clone(run: Run, value: Any) -> Any:
    return value if value is UNDEFINED else clone(value, run)


_JSONATA: dict[str, tuple[str, Callable[..., Any], int]] = {
    "sum": ("<a<n>:n>", numerals.total, 1),
    "count": ("<a:n>", structures.count, 1),
    "max": ("<a<n>:n>", numerals.largest, 1),
    "min": ("<a<n>:n>", numerals.smallest, 1),
    "average": ("<a<n>:n>", numerals.average, 1),
    "string": ("<x-b?:s>", texts.string, 1),
    "substring": ("<s-nn?:s>", texts.substring, 3),
    "substringBefore": ("<s-s:s>", texts.substring_before, 2),
    "substringAfter": ("<s-s:s>", texts.substring_after, 2),
    "lowercase": ("<s-:s>", texts.lowercase, 1),
    "uppercase": ("<s-:s>", texts.uppercase, 1),
    "length": ("<s-:n>", texts.length, 1),
    "trim": ("<s-:s>", texts.trim, 1),
    "pad": ("<s-ns?:s>", texts.pad, 3),
    "match": ("<s-f<s:o>n?:a<o>>", texts.match, 3),
    "contains": ("<s-(sf):b>", texts.contains, 2),
    "replace": ("<s-(sf)(sf)n?:s>", texts.replace, 4),
    "split": ("<s-(sf)n?:a<s>>", texts.split, 3),
    "join": ("<a<s>s?:s>", texts.join, 2),
    "formatNumber": ("<n-so?:s>", number_pictures.format_number, 3),
    "formatBase": ("<n-n?:s>", numerals.format_base, 2),
    "formatInteger": ("<n-s:s>", integer_pictures.format_integer, 2),
    "parseInteger": ("<s-s:n>", integer_pictures.parse_integer, 2),
    "number": ("<(nsb)-:n>", numerals.to_number, 1),
    "floor": ("<n-:n>", numerals.floor, 1),
    "ceil": ("<n-:n>", numerals.ceiling, 1),
    "round": ("<n-n?:n>", numerals.round_, 2),
    "abs": ("<n-:n>", numerals.absolute, 1),
    "sqrt": ("<n-:n>", numerals.square_root, 1),
    "power": ("<n-n:n>", numerals.power, 2),
    "boolean": ("<x-:b>", numerals.boolean, 1),
    "not": ("<x-:b>", numerals.negation, 1),
    "map": ("<af>", structures.map_, 2),
    "zip": ("<a+>", structures.zip_, 0),
    "filter": ("<af>", structures.filter_, 2),
    "single": ("<af?>", structures.single, 2),
    "reduce": ("<afj?:j>", structures.reduce, 3),
    "sift": ("<o-f?:o>", structures.sift, 2),
    "keys": ("<x-:a<s>>", structures.keys, 1),
    "lookup": ("<x-s:x>", structures.lookup, 2),
    "append": ("<xx:a>", structures.append, 2),
    "exists": ("<x:b>", _exists, 1),
    "spread": ("<x-:a<o>>", structures.spread, 1),
    "merge": ("<a<o>:o>", structures.merge, 1),
    "reverse": ("<a:a>", structures.reverse, 1),
    "each": ("<o-f:a>", structures.each, 2),
    "error": ("<s?:x>", _error, 1),
    "assert": ("<bs?:x>", _assert, 2),
    "type": ("<x:s>", _type, 1),
    "sort": ("<af?:a>", structures.sort, 2),
    "shuffle": ("<a:a>", structures.shuffle, 1),
    "distinct": ("<x:x>", structures.distinct, 1),
    "base64encode": ("<s-:s>", texts.base64_encode, 1),
    "base64decode": ("<s-:s>", texts.base64_decode, 1),
    "encodeUrlComponent": ("<s-:s>", texts.encode_url_component, 1),
    "encodeUrl": ("<s-:s>", texts.encode_url, 1),
    "decodeUrlComponent": ("<s-:s>", texts.decode_url_component, 1),
    "decodeUrl": ("<s-:s>", texts.decode_url, 1),
    "toMillis": ("<s-s?:n>", dates.to_millis, 2),
    "fromMillis": ("<n-s?s?:s>", dates.from_millis, 3),
    "clone": ("<(oa)-:o>", _clone, 1),
    "now": ("<s?s?:s>", dates.now, 2),
    "millis": ("<:n>", dates.millis, 0),
}

FUNCTIONS: dict[str, Function] = {
    name: Native(name, signature, implementation, arity)
    for name, (signature, implementation, arity) in _JSONATA.items()
} | {name: _AwsFunction(name, function) for name, function in aws_functions.FUNCTIONS.items()}
"""By name, without the `$`."""
