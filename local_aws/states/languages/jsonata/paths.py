"""Paths (`a.b[c]^(d){e: f}`): steps, predicates, orders and groups, as JSONata's reference implementation has them.

A step is evaluated for each value of the step before, and what it gives is made one list. With `@`, `#` or `%` in a
path its values are *tuples*: dictionaries with the value under `@`, and the variables that go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from local_aws.states.languages.jsonata import operators
from local_aws.states.languages.jsonata.calling import Evaluate, Frame
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import size_of
from local_aws.states.languages.jsonata.operators import flattened, truth
from local_aws.states.languages.jsonata.values import UNDEFINED, Constructed, Kept, Selected, Tuples, unwrapped

Pairs = Sequence[tuple[Evaluate, Evaluate]]
Step = Callable[[list[Any], Frame, bool], Any]
"""Gives the values of a step for those of the step before; whether it is the last one matters to lists in lists."""


class Compiler(Protocol):
    """What of `compiler` a path needs."""

    def node(self, node: Any, depth: int) -> Evaluate: ...

    def pairs(self, group: Any, depth: int) -> list[tuple[Evaluate, Evaluate]]: ...

    def predicate(self, node: Any, depth: int) -> tuple[Any, Evaluate | None]: ...

    def sort_step(self, node: Any, depth: int) -> Callable[[list[Any], Frame], list[Any]]: ...


def path_of(compiler: Compiler, node: Any, depth: int) -> Evaluate:
    """Compile a path."""
    steps = node.steps
    if any(step.tuple for step in steps):
        evaluate = _tuple_path(compiler, node, depth)
    else:
        evaluate = _value_path(compiler, node, depth)
    if node.keep_singleton_array:
        evaluate = _keeping(evaluate)
    if node.group is not None:
        return grouping(evaluate, compiler.pairs(node.group, depth))
    return evaluate


def _keeping(evaluate: Evaluate) -> Evaluate:
    def kept(input: Any, frame: Frame) -> Any:
        value = evaluate(input, frame)
        if type(value) is Constructed:
            return Kept([value])
        return Kept(value) if type(value) is Selected else value

    return kept


def grouping(evaluate: Evaluate, pairs: Pairs) -> Evaluate:
    """Compile what makes an object of the values that an expression gives (`a{b: c}`)."""
    return lambda input, frame: grouped(evaluate(input, frame), pairs, frame)


# ---- paths of values -----------------------------------------------------------------------------------


def _value_path(compiler: Compiler, node: Any, depth: int) -> Evaluate:
    names = _names(node)
    steps = [_step(compiler, step, depth) for step in node.steps]
    follow = _follow(node, steps)
    if names is None:
        return follow
    first, rest = names

    def named(input: Any, frame: Frame) -> Any:
        value = input if first is None else frame.lookup(first)
        for name in rest:
            if type(value) is not dict:
                return follow(input, frame)
            value = value.get(name, UNDEFINED)
            if value is UNDEFINED:
                return value
        return follow(input, frame) if isinstance(value, Selected) else value

    return named


def _names(node: Any) -> tuple[str | None, list[str]] | None:
    """A path of names only, perhaps with a variable at its beginning; None for any other."""
    steps = node.steps
    if node.keep_singleton_array or any(step.stages or step.predicate or step.group for step in steps):
        return None
    names = [str(step.value) for step in steps if step.type == "name"]
    if len(names) == len(steps):
        return None, names
    if len(names) == len(steps) - 1 and steps[0].type == "variable" and steps[0].value not in ("", "$"):
        return str(steps[0].value), names
    return None


def _follow(node: Any, steps: list[Step]) -> Evaluate:
    from_list = node.steps[0].type != "variable"
    last = len(steps) - 1

    def follow(input: Any, frame: Frame) -> Any:
        values: Any = input if from_list and isinstance(input, list) else [input]
        for index, step in enumerate(steps):
            values = step(values, frame, index == last)
            if not values:
                return values
        return values

    if not node.steps[0].consarray:
        return follow
    first, rest = steps[0], steps[1:]

    def follow_constructed(input: Any, frame: Frame) -> Any:
        # A list that is written at the beginning of a path is made once, not once for each value.
        sources = input if isinstance(input, list) else Selected([input])
        values = first.once(sources, frame)  # type: ignore[attr-defined]
        for index, step in enumerate(rest, 1):
            if values is UNDEFINED or not values:
                return values
            values = step(values, frame, index == last)
        return values

    return follow_constructed


class _ConstructedStep:
    """A step that is a list written down: as the first of a path it is evaluated once."""

    def __init__(self, once: Evaluate, step: Step):
        self.once, self._step = once, step

    def __call__(self, values: list[Any], frame: Frame, last: bool) -> Any:
        return self._step(values, frame, last)


def _step(compiler: Compiler, node: Any, depth: int) -> Step:
    """One step of a path of values."""
    stages = [compiler.predicate(stage.expr, depth) for stage in node.stages or ()]
    if node.type == "sort":
        return _sort_step(compiler.sort_step(node, depth), stages)
    evaluate = compiler.node(node, depth + 1)
    if node.type == "name" and not stages and not node.predicate and node.group is None and not node.keep_array:
        return _name_step(str(node.value), evaluate)

    def step(values: list[Any], frame: Frame, last: bool) -> Any:
        run = frame.run
        found = []
        for value in values:
            run.steps -= 1
            if run.steps < 0:
                run.look()
            result = evaluate(value, frame)
            for position, condition in stages:
                result = filtered(result, position, condition, frame)
            if result is not UNDEFINED:
                found.append(result)
        return _joined(found, frame, last)

    return _ConstructedStep(evaluate, step) if node.consarray else step


def _name_step(name: str, evaluate: Evaluate) -> Step:
    def step(values: list[Any], frame: Frame, last: bool) -> Any:
        run = frame.run
        run.spend(len(values) >> 1)
        found = []
        for value in values:
            result = value.get(name, UNDEFINED) if type(value) is dict else evaluate(value, frame)
            if result is not UNDEFINED:
                found.append(unwrapped(result))
        return _joined(found, frame, last)

    return step


def _sort_step(order: Callable[[list[Any], Frame], list[Any]], stages: Sequence[tuple[Any, Any]]) -> Step:
    def step(values: list[Any], frame: Frame, _last: bool) -> Any:
        result = order(values, frame)
        for position, condition in stages:
            result = filtered(result, position, condition, frame)
        return result

    return step


def _joined(found: list[Any], frame: Frame, last: bool) -> Any:
    if last and len(found) == 1 and isinstance(found[0], list) and not isinstance(found[0], Selected):
        return found[0]
    return flattened(found, frame.run)


# ---- paths of tuples -----------------------------------------------------------------------------------


def _tuple_path(compiler: Compiler, node: Any, depth: int) -> Evaluate:
    steps = node.steps
    from_list = steps[0].type != "variable"
    begin = next(index for index, step in enumerate(steps) if step.tuple)
    before = [_step(compiler, step, depth) for step in steps[:begin]]
    after = [_tuple_step(compiler, step, depth) for step in steps[begin:]]
    gives_tuples = bool(node.tuple) or node.group is not None

    def follow(input: Any, frame: Frame) -> Any:
        values: Any = input if from_list and isinstance(input, list) else [input]
        for index, step in enumerate(before):
            if index == 0 and steps[0].consarray:
                values = step.once(values, frame)  # type: ignore[attr-defined]
            else:
                values = step(values, frame, False)
            if values is UNDEFINED or not values:
                return values
        tuples: Tuples | None = None
        for tuple_step in after:
            tuples = tuple_step(values, tuples, frame)
        return tuples if gives_tuples else Selected(item["@"] for item in tuples or ())

    return follow


def _tuple_step(compiler: Compiler, node: Any, depth: int) -> Callable[[list[Any], Any, Frame], Tuples]:
    stages = [
        (stage.value, None, None) if stage.type == "index" else (None, *compiler.predicate(stage.expr, depth))
        for stage in node.stages or ()
    ]
    if node.type == "sort":
        order = compiler.sort_step(node, depth)

        def sort(values: list[Any], tuples: Tuples | None, frame: Frame) -> Tuples:
            if tuples is not None:
                return _staged(Tuples(order(tuples, frame)), stages, frame)
            found = Tuples({"@": value} for value in order(values, frame))
            if isinstance(node.index, str):
                for index, item in enumerate(found):
                    item[node.index] = index
            return _staged(found, stages, frame)

        return sort
    evaluate = compiler.node(node, depth + 1)
    index = node.index if isinstance(node.index, str) else None
    ancestor = None if node.ancestor is None else node.ancestor.label

    def step(values: list[Any], tuples: Tuples | None, frame: Frame) -> Tuples:
        run = frame.run
        found = Tuples()
        for item in Tuples({"@": value} for value in values) if tuples is None else tuples:
            result = evaluate(item["@"], _frame_of(item, frame))
            if result is UNDEFINED:
                continue
            results = result if isinstance(result, list) else [result]
            run.elements(len(found) + len(results), 0)
            for place, value in enumerate(results):
                run.steps -= 1
                if run.steps < 0:
                    run.look()
                run.allocate(size_of(item))
                found.append(_tuple(item, value, place, type(result) is Tuples, node.focus, index, ancestor))
        return _staged(found, stages, frame)

    return step


def _tuple(
    item: dict[str, Any], value: Any, place: int, is_tuple: bool, focus: Any, index: Any, ancestor: Any
) -> dict[str, Any]:
    """The tuple of a value that a step gave for another tuple."""
    if is_tuple:
        return item | value
    made = dict(item)
    if focus:
        made[focus] = value
    else:
        made["@"] = value
    if index is not None:
        made[index] = place
    if ancestor is not None:
        made[ancestor] = item["@"]
    return made


def _staged(tuples: Tuples, stages: Sequence[tuple[Any, Any, Any]], frame: Frame) -> Tuples:
    for index, position, condition in stages:
        if index is not None:
            for place, item in enumerate(tuples):
                item[index] = place
        else:
            tuples = filtered(tuples, position, condition, frame)
    return tuples


def _frame_of(item: dict[str, Any], frame: Frame) -> Frame:
    """The variables of a tuple, on top of those around."""
    return Frame(frame, frame.run, frame.base, item)


# ---- predicates ----------------------------------------------------------------------------------------


def filtered(values: Any, position: Any, condition: Evaluate | None, frame: Frame) -> Any:
    """The values that a predicate lets through: the one at a position, or those for which a condition holds.

    A condition that gives numbers gives positions, from the end if they are negative.
    """
    found = Tuples() if type(values) is Tuples else Selected()
    if not isinstance(values, list):
        values = [values]
    if condition is None:
        return _at(values, position, found)
    run = frame.run
    are_tuples = type(values) is Tuples
    count = len(values)
    for index, value in enumerate(values):
        run.steps -= 1
        if run.steps < 0:
            run.look()
        if are_tuples:
            result = condition(value["@"], _frame_of(value, frame))
        else:
            result = condition(value, frame)
        if result is True:
            found.append(value)
        elif result is False:
            continue
        elif operators.is_number(result):
            if _place(result, count) == index:
                found.append(value)
        elif isinstance(result, list):
            run.spend(len(result))
            if all(map(operators.is_number, result)):
                times = sum(_place(place, count) == index for place in result)
                run.elements(len(found) + times)
                found.extend([value] * times)
            elif truth(result, run):
                found.append(value)
        elif truth(result, run):
            found.append(value)
    run.allocate(8 * len(found))
    return found


def _place(position: float, count: int) -> int | float:
    place = position // 1
    return count + place if place < 0 else place


def _at(values: list[Any], position: float, found: list[Any]) -> Any:
    place = _place(position, len(values))
    if not 0 <= place < len(values) or values[int(place)] is UNDEFINED:
        return found
    value = values[int(place)]
    if isinstance(value, list):
        return value
    found.append(value)
    return found


# ---- orders --------------------------------------------------------------------------------------------

_MISSING = object()


def sorted_by(values: list[Any], terms: Sequence[tuple[Evaluate, bool]], frame: Frame) -> list[Any]:
    """The values ordered by terms, each of them descending or not; a value without one comes last."""
    if len(values) <= 1:
        return values
    run = frame.run
    run.elements(len(values), 16 + 16 * len(terms))
    are_tuples = type(values) is Tuples
    keys = [[_MISSING] * len(values) for _term in terms]

    def key(term: int, place: int) -> Any:
        known = keys[term][place]
        if known is _MISSING:
            value = values[place]
            evaluate = terms[term][0]
            known = evaluate(value["@"], _frame_of(value, frame)) if are_tuples else evaluate(value, frame)
            keys[term][place] = known
        return known

    def is_after(one: int, other: int) -> bool:
        run.steps -= 2
        if run.steps < 0:
            run.look()
        for term, (_evaluate, descending) in enumerate(terms):
            order = _order(key(term, one), key(term, other))
            if order:
                return order > 0 if not descending or abs(order) > 1 else order < 0
        return False

    return [values[place] for place in operators.merge_sort(list(range(len(values))), is_after)]


def _order(one: Any, other: Any) -> int:
    """-1, 0 or 1; 2 and -2 where one of them is missing, which no term turns round."""
    if one is UNDEFINED:
        return 0 if other is UNDEFINED else 2
    if other is UNDEFINED:
        return -2
    if type(one) is int and type(other) is int:
        return (one > other) - (one < other)
    kinds = [str if type(value) is str else float if type(value) in (int, float) else None for value in (one, other)]
    if None in kinds:
        raise Fault("T2008", value=one if kinds[0] is None else other)
    if kinds[0] is not kinds[1]:
        raise Fault("T2007", value=one, value2=other)
    if one == other:
        return 0
    return -1 if operators.compared("<", one, other) else 1


# ---- groups and objects --------------------------------------------------------------------------------


def object_of(pairs: Pairs) -> Evaluate:
    """Compile `{key: value}`."""

    def make(input: Any, frame: Frame) -> Any:
        if isinstance(input, list):
            return grouped(input, pairs, frame)
        chosen: dict[str, Evaluate] = {}
        for key, value in pairs:
            name = key(input, frame)
            if type(name) is not str:
                _refuse_key(name)
            elif name in chosen:
                raise Fault("D1009", value=name)
            else:
                chosen[name] = value
        frame.run.allocate(size_of(chosen))
        made = {}
        for name, value in chosen.items():
            result = value(input, frame)
            if result is not UNDEFINED:
                made[name] = result
        return made

    return make


def _refuse_key(name: Any) -> None:
    if name is not UNDEFINED:
        raise Fault("T1003", value=name)


def grouped(values: Any, pairs: Pairs, frame: Frame) -> dict[str, Any]:
    """An object with the values by key: for each key what an expression gives for all its values together."""
    run = frame.run
    are_tuples = type(values) is Tuples
    if not isinstance(values, list):
        values = [values]
    groups: dict[str, tuple[int, list[Any]]] = {}
    for item in values or [UNDEFINED]:
        value, inner = (item["@"], _frame_of(item, frame)) if are_tuples and values else (item, frame)
        for number, (key, _value) in enumerate(pairs):
            run.steps -= 1
            if run.steps < 0:
                run.look()
            name = key(value, inner)
            if type(name) is not str:
                _refuse_key(name)
                continue
            group = groups.get(name)
            if group is None:
                run.allocate(300)
                groups[name] = (number, [item])
            elif group[0] != number:
                raise Fault("D1009", value=name)
            else:
                group[1].append(item)
    made = {}
    for name, (number, items) in groups.items():
        evaluate = pairs[number][1]
        if are_tuples and values:
            together = _together(items, frame)
            result = evaluate(together.pop("@"), _frame_of(together, frame))
        else:
            result = evaluate(_as_one(items, frame), frame)
        if result is not UNDEFINED:
            made[name] = result
    return made


def _as_one(items: list[Any], frame: Frame) -> Any:
    """The values of a group: the value, or a list of them."""
    present = [item for item in items if item is not UNDEFINED]
    if len(present) <= 1:
        return present[0] if present else UNDEFINED
    return list(flattened([[*item] if isinstance(item, list) else item for item in present], frame.run))


def _together(tuples: list[dict[str, Any]], frame: Frame) -> dict[str, Any]:
    """Tuples of a group as one, with the values of each variable."""
    names = dict.fromkeys(name for item in tuples for name in item)
    frame.run.spend(len(tuples) * len(names))
    return {name: _as_one([item.get(name, UNDEFINED) for item in tuples], frame) for name in names}
