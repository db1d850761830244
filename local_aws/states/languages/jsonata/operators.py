"""JSONata's operators on values, as its reference implementation, 2.0.6, has them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from local_aws.states.languages.jsonata.calling import Function
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import MAX_ELEMENTS, Run
from local_aws.states.languages.jsonata.values import EXACT, UNDEFINED, Constructed, Selected, as_float

_LONG = 256
"""A text of more characters is not compared without looking at the clock."""


def is_number(value: Any) -> bool:
    """Whether it counts as a number: NaN does not.

    Raises:
        Fault: it is infinite.
    """
    kind = type(value)
    if kind is int:
        return True
    if kind is not float or math.isnan(value):
        return False
    if math.isinf(value):
        raise Fault("D1001", value=value)
    return True


def arithmetic(sign: str, left: Any, right: Any) -> Any:
    """`+ - * / %` on two values."""
    if left is not UNDEFINED and not is_number(left):
        raise Fault("T2001", token=sign, value=left)
    if right is not UNDEFINED and not is_number(right):
        raise Fault("T2002", token=sign, value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    result = _ARITHMETIC[sign](as_float(left), as_float(right))
    return int(result) if result.is_integer() and -EXACT <= result <= EXACT else result


def _divided(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _remainder(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _remainder,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compared(sign: str, left: Any, right: Any) -> Any:
    """`< <= > >=` on two numbers or two texts."""
    left_kind, right_kind = _comparable(left), _comparable(right)
    if left_kind is None or right_kind is None:
        raise Fault("T2010", token=sign, value=right if left_kind in (str, float) else left)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if left_kind is not right_kind:
        raise Fault("T2009", token=sign, value=left, value2=right)
    if left_kind is str:
        left, right = in_order(left), in_order(right)
        if type(left) is not type(right):
            left, right = _units(left), _units(right)
    return COMPARISONS[sign](left, right)


def _comparable(value: Any) -> Any:
    kind = type(value)
    if kind is int or kind is float:
        return float
    return kind if kind is str or value is UNDEFINED else None


def in_order(text: str) -> str | bytes:
    """What to compare a text by: JavaScript does it by halves of surrogate pairs."""
    return text if text.isascii() or max(text) < "\ud800" else _units(text)


def _units(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-16-be", "surrogatepass")


def equal(left: Any, right: Any, run: Run) -> bool:
    """`=` on two values that are there."""
    kind, other = type(left), type(right)
    if kind is str or other is str:
        return kind is other and left == right
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and _equal_items(left, right, run)
    if kind is dict:
        return other is dict and left.keys() == right.keys() and _equal_items(left.values(), map(right.get, left), run)
    if kind is bool or other is bool or left is None or isinstance(left, Function):
        return left is right
    return not isinstance(right, list | dict | Function) and left == right


def _equal_items(left: Any, right: Any, run: Run) -> bool:
    for one, other in zip(left, right, strict=False):
        run.steps -= 1
        if run.steps < 0:
            run.look()
        if one is not other and not equal(one, other, run):
            return False
    return True


def included(value: Any, items: Any, run: Run) -> bool:
    """`in`: a list, or an object, is in another only if it is the very same."""
    if value is UNDEFINED or items is UNDEFINED:
        return False
    if not isinstance(items, list):
        items = [items]
    kind = type(value)
    run.spend(len(items) >> 3)
    if kind is str and len(value) <= _LONG:
        return value in items
    for item in items:
        run.steps -= 1
        if run.steps < 0:
            run.look()
        if item is value or (type(item) is str and kind is str and item == value):
            return True
        if kind in (int, float) and type(item) in (int, float) and item == value:
            return True
    return False


def truth(value: Any, run: Run) -> bool:
    """What a value counts for as a condition; undefined is false."""
    kind = type(value)
    if kind is bool:
        return value
    if isinstance(value, list):
        if len(value) == 1:
            return truth(value[0], run)
        run.spend(len(value) >> 2)
        return any(truth(item, run) for item in value)
    if kind is str or kind is dict:
        return len(value) > 0
    if isinstance(value, Function):
        return value.counts_as_true
    return is_number(value) and value != 0


def span(first: Any, last: Any, run: Run) -> Any:
    """`[first..last]`."""
    if first is not UNDEFINED and not _is_integer(first):
        raise Fault("T2003", value=first)
    if last is not UNDEFINED and not _is_integer(last):
        raise Fault("T2004", value=last)
    if first is UNDEFINED or last is UNDEFINED or first > last:
        return UNDEFINED
    size = int(last) - int(first) + 1
    if size > 10_000_000:
        raise Fault("D2014", value=size)
    run.elements(size, 40)
    return Selected(range(int(first), int(last) + 1))


def _is_integer(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def appended(left: Any, right: Any, run: Run) -> Any:
    """Two values as one list; neither is changed."""
    if left is UNDEFINED:
        return right
    if right is UNDEFINED:
        return left
    before = left if isinstance(left, list) else [left]
    after = right if isinstance(right, list) else [right]
    run.elements(len(before) + len(after))
    return [*before, *after]


def looked_up(value: Any, name: str, run: Run) -> Any:
    """The member of an object, or those of the objects in a list."""
    if type(value) is dict:
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    found = Selected()
    for item in value:
        run.steps -= 1
        if run.steps < 0:
            run.look()
        member = item.get(name, UNDEFINED) if type(item) is dict else looked_up(item, name, run)
        if isinstance(member, list):
            run.elements(len(found) + len(member))
            found.extend(member)
        elif member is not UNDEFINED:
            found.append(member)
    run.elements(len(found))
    return found


def flattened(values: list[Any], run: Run) -> Selected:
    """The values of a step as one list: those of each list in it, but for lists that the step made."""
    found = Selected()
    extended = 0
    for value in values:
        if isinstance(value, list) and type(value) is not Constructed:
            extended += len(value)
            if extended > MAX_ELEMENTS:
                run.elements(extended)
            found.extend(value)
        else:
            found.append(value)
    run.elements(len(found))
    return found


def merge_sort(items: list[Any], is_after: Callable[[Any, Any], bool]) -> list[Any]:
    """Sort by a function that says whether its first argument belongs after the second one.

    As the reference implementation does it, so that a function that contradicts itself gives the same order.
    """
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle], is_after), merge_sort(items[middle:], is_after)
    merged, first, second = [], 0, 0
    while first < len(left) and second < len(right):
        if is_after(left[first], right[second]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return [*merged, *left[first:], *right[second:]]
