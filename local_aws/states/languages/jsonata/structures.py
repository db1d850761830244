"""JSONata's functions on lists and objects, and those that call another for each of their values.

As its reference implementation, 2.0.6, has them, but for the time: none is slower than its data is long.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from local_aws.states.languages.jsonata import operators
from local_aws.states.languages.jsonata.calling import Function, apply, called_back
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import Run, size_of
from local_aws.states.languages.jsonata.operators import truth
from local_aws.states.languages.jsonata.values import UNDEFINED, Selected

_CHUNK = 50_000
"""Values that are sorted in one go, within which nobody looks at the clock."""
_LONG = 256


def count(_run: Run, items: Any) -> int:
    return 0 if items is UNDEFINED else len(items)


# ---- functions that call one ---------------------------------------------------------------------------


def map_(run: Run, items: Any, function: Any) -> Any:
    if items is UNDEFINED:
        return items
    found = Selected()
    call = _calling(function, items, run)
    for place, item in enumerate(items):
        result = call(item, place, items)
        if result is not UNDEFINED:
            found.append(result)
    run.elements(len(found))
    return found


def filter_(run: Run, items: Any, function: Any) -> Any:
    if items is UNDEFINED:
        return items
    found = Selected()
    call = _calling(function, items, run)
    for place, item in enumerate(items):
        if truth(call(item, place, items), run):
            found.append(item)
    run.elements(len(found))
    return found


def single(run: Run, items: Any, function: Any) -> Any:
    if items is UNDEFINED:
        return items
    found: list[Any] = []
    call = _calling(function, () if function is UNDEFINED else items, run)
    for place, item in enumerate(items):
        if function is UNDEFINED or truth(call(item, place, items), run):
            found.append(item)
            if len(found) > 1:
                raise Fault("D3138")
    if not found:
        raise Fault("D3139")
    return found[0]


def reduce(run: Run, items: Any, function: Any, initial: Any) -> Any:
    if items is UNDEFINED:
        return items
    if not isinstance(function, Function):
        raise Fault("T0410", index=2)
    if function.arity < 2:
        raise Fault("D3050")
    places = iter(range(len(items)))
    result = initial
    if initial is UNDEFINED and items:
        result = items[next(places)]
    call = called_back(function, run)
    for place in places:
        result = call(result, items[place], place, items)
    return result


def each(run: Run, members: Any, function: Any) -> Any:
    found = Selected()
    call = _calling(function, _members(members), run)
    for name, value in _members(members):
        result = call(value, name, members)
        if result is not UNDEFINED:
            found.append(result)
    run.elements(len(found))
    return found


def sift(run: Run, members: Any, function: Any) -> Any:
    call = _calling(function, _members(members), run)
    kept = {name: value for name, value in _members(members) if truth(call(value, name, members), run)}
    run.allocate(size_of(kept))
    return kept or UNDEFINED


def _calling(function: Any, items: Any, run: Run) -> Callable[..., Any]:
    """What calls a function for each of the items; where there are none, it needn't be one."""
    return called_back(function, run) if items else _no_call


def _no_call(*_arguments: Any) -> Any:
    """Nobody calls it."""


def _members(members: Any) -> Any:
    return members.items() if isinstance(members, dict) else ()


# ---- objects -------------------------------------------------------------------------------------------


def keys(run: Run, value: Any) -> Any:
    found: dict[str, None] = {}
    _collect(value, found, run)
    run.elements(len(found), 80)
    return Selected(found)


def _collect(value: Any, found: dict[str, None], run: Run) -> None:
    if isinstance(value, list):
        for item in value:
            run.spend(1)
            _collect(item, found, run)
    elif isinstance(value, dict):
        run.spend(len(value) >> 2)
        found.update(dict.fromkeys(value))


def lookup(run: Run, value: Any, name: Any) -> Any:
    return UNDEFINED if name is UNDEFINED else operators.looked_up(value, name, run)


def spread(run: Run, value: Any) -> Any:
    if not isinstance(value, list | dict):
        return value
    found = Selected()
    _spread(value, found, run)
    run.elements(len(found), 0)
    return found if isinstance(value, dict) else list(found) if value else found


def _spread(value: Any, found: list[Any], run: Run) -> None:
    if isinstance(value, list):
        for item in value:
            run.spend(1)
            _spread(item, found, run)
    elif isinstance(value, dict):
        run.elements(len(found) + len(value), 0)
        run.allocate(300 * len(value))
        found.extend({name: member} for name, member in value.items())
    elif value is not UNDEFINED:
        found.append(value)


def merge(run: Run, items: Any) -> Any:
    if items is UNDEFINED:
        return items
    made: dict[str, Any] = {}
    for item in items:
        if isinstance(item, dict):
            run.spend(1 + (len(item) >> 2))
            run.allocate(100 * len(item))
            made.update(item)
    return made


# ---- lists ---------------------------------------------------------------------------------------------


def append(run: Run, left: Any, right: Any) -> Any:
    return operators.appended(left, right, run)


def reverse(run: Run, items: Any) -> Any:
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.elements(len(items))
    return items[::-1] if type(items) is list else list(reversed(items))


def zip_(run: Run, *lists: Any) -> Any:
    rows = min((len(items) if isinstance(items, list) else 0 for items in lists), default=0)
    run.elements(rows, 64 + 8 * len(lists))
    run.elements(rows * len(lists), 0)
    return [list(row) for row in run.each(zip(*lists, strict=False))] if rows else []


def shuffle(run: Run, items: Any) -> Any:
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.elements(len(items))
    made = list(items)
    for place in range(len(made) - 1, 0, -1):
        run.steps -= 2
        if run.steps < 0:
            run.look()
        other = int(random.random() * (place + 1))
        made[place], made[other] = made[other], made[place]
    return made


def distinct(run: Run, items: Any) -> Any:
    if not isinstance(items, list) or len(items) <= 1:
        return items
    seen: set[Any] = set()
    found: list[Any] = Selected() if isinstance(items, Selected) else []
    for item in items:
        run.steps -= 2
        if run.steps < 0:
            run.look()
        key = _identity(item, run)
        if key not in seen:
            seen.add(key)
            found.append(item)
    run.elements(len(found), 100)
    return found


def _identity(value: Any, run: Run) -> Any:
    """What two values have in common that are equal."""
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is float:
        return (float, value)
    if isinstance(value, list):
        run.spend(len(value))
        run.allocate(64 + 80 * len(value))
        return (list, *[_identity(item, run) for item in value])
    if kind is dict:
        run.spend(2 * len(value))
        run.allocate(200 + 150 * len(value))
        return (dict, frozenset((name, _identity(item, run)) for name, item in value.items()))
    return (kind, value) if kind is bool or value is None else (kind, id(value))


def sort(run: Run, items: Any, comparator: Any) -> Any:
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.elements(len(items), 24)
    if comparator is not UNDEFINED:
        return operators.merge_sort(
            list(items), lambda one, other: truth(apply(comparator, [one, other], None, run), run)
        )
    if all(map(operators.is_number, items)):
        return _sorted(run, list(items), None)
    if not all(type(item) is str for item in items):
        raise Fault("D3070")
    longest = max(map(len, items))
    run.spend(sum(map(len, items)) >> 6)
    if longest > _LONG:
        return operators.merge_sort(list(items), lambda one, other: _is_after(run, one, other))
    plain = all(map(str.isascii, items))
    return _sorted(run, list(items), None if plain else lambda text: text.encode("utf-16-be", "surrogatepass"))


def _is_after(run: Run, one: str, other: str) -> bool:
    run.spend(2 + (min(len(one), len(other)) >> 6))
    return operators.compared(">", one, other)


def _sorted(run: Run, items: list[Any], key: Callable[[Any], Any] | None) -> list[Any]:
    """Sorted in pieces, between which others get their turn."""
    for start in range(0, len(items), _CHUNK):
        items[start : start + _CHUNK] = sorted(items[start : start + _CHUNK], key=key)
        run.look()
    items.sort(key=key)
    run.look()
    return items
