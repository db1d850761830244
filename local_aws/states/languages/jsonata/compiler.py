"""Turns a parsed expression into Python functions, once: evaluating it is calling them.

Each function gives the value of one node for an input and the variables of a frame. What a node means is JSONata's
reference implementation, 2.0.6; names like *step*, *stage* and *tuple* are its own. How deep nodes are nested is
known from the text but for the calls of functions: so only a call counts the depth, and a body that might get too
deep is compiled anew with each node counting.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from local_aws.states.languages.jsonata import operators, transform
from local_aws.states.languages.jsonata.calling import (
    MISSING,
    Body,
    Composed,
    Evaluate,
    Frame,
    Function,
    Lambda,
    Partial,
    TailCall,
    apply,
    letter,
)
from local_aws.states.languages.jsonata.errors import DEPTH_MESSAGE, Fault, JSONataError
from local_aws.states.languages.jsonata.limits import MAX_DEPTH, Run
from local_aws.states.languages.jsonata.operators import arithmetic, truth
from local_aws.states.languages.jsonata.paths import filtered, grouping, object_of, path_of, sorted_by
from local_aws.states.languages.jsonata.signature import Signature
from local_aws.states.languages.jsonata.text_of import text_of
from local_aws.states.languages.jsonata.values import (
    EXACT,
    UNDEFINED,
    Constructed,
    Kept,
    Selected,
    unwrapped,
)

_NEVER_SELECTED = frozenset({"string", "number", "value", "unary", "lambda", "regex", "transform", "partial"})


def compile_body(tree: Any) -> Body:
    """A parsed expression, ready to be evaluated."""
    compiler = _Compiler(guarded=False)
    plain = compiler.node(tree, 1)
    return Body(plain, compiler.deepest, functools.cache(lambda: _Compiler(guarded=True).node(tree, 1)))


class _Compiler:
    """Compiles the nodes of one body; `deepest` is how deep they are nested."""

    def __init__(self, guarded: bool):
        self.guarded, self.deepest = guarded, 0
        self._makers: dict[str, Callable[[Any, int], Evaluate]] = {
            "path": self._path,
            "binary": self._binary,
            "unary": self._unary,
            "name": self._name,
            "string": self._literal,
            "number": self._literal,
            "value": self._literal,
            "regex": self._literal,
            "wildcard": lambda _node, _depth: _wildcard,
            "descendant": lambda _node, _depth: _descendants,
            "parent": self._parent,
            "condition": self._condition,
            "block": self._block,
            "bind": self._bind,
            "function": self._function,
            "variable": self._variable,
            "lambda": self._lambda,
            "partial": self._partial,
            "apply": self._apply,
            "transform": self._transform,
        }

    def node(self, node: Any, depth: int) -> Evaluate:
        """Compile a node that is so deep in its body."""
        self.deepest = max(self.deepest, depth)
        evaluate = self._makers[node.type](node, depth)
        for predicate in node.predicate or ():
            evaluate = self._filter(evaluate, predicate.expr, depth)
        if node.group is not None and node.type != "path":
            evaluate = self._group(evaluate, node.group, depth)
        if node.predicate or node.group is not None or not _never_selects(node):
            evaluate = _selecting(evaluate, node.keep_array)
        return _counting(evaluate, depth) if self.guarded else evaluate

    def nodes(self, nodes: Any, depth: int) -> list[Evaluate]:
        return [self.node(node, depth) for node in nodes]

    def pairs(self, group: Any, depth: int) -> list[tuple[Evaluate, Evaluate]]:
        """The keys and values of an object."""
        return [(self.node(key, depth + 1), self.node(value, depth + 1)) for key, value in group.lhs_object]

    def predicate(self, node: Any, depth: int) -> tuple[Any, Evaluate | None]:
        """A predicate as `filtered` takes it: a number, or what to evaluate."""
        return (node.value, None) if node.type == "number" else (None, self.node(node, depth + 1))

    # ---- leaves --------------------------------------------------------------------------------------

    def _literal(self, node: Any, _depth: int) -> Evaluate:
        value = node.value
        return lambda _input, _frame: value

    def _name(self, node: Any, _depth: int) -> Evaluate:
        name = node.value
        return lambda input, frame: operators.looked_up(input, name, frame.run)

    def _variable(self, node: Any, _depth: int) -> Evaluate:
        name = node.value
        if name == "":
            return lambda input, _frame: input

        def variable(_input: Any, frame: Frame) -> Any:
            inner: Frame | None = frame
            while inner is not None:
                value = inner.variables.get(name, MISSING)
                if value is not MISSING:
                    return value
                inner = inner.parent
            return UNDEFINED

        return variable

    def _parent(self, node: Any, _depth: int) -> Evaluate:
        label = node.slot.label
        return lambda _input, frame: frame.lookup(label)

    # ---- paths ---------------------------------------------------------------------------------------

    def _path(self, node: Any, depth: int) -> Evaluate:
        return path_of(self, node, depth)

    def _filter(self, evaluate: Evaluate, predicate: Any, depth: int) -> Evaluate:
        position, condition = self.predicate(predicate, depth)
        return lambda input, frame: filtered(evaluate(input, frame), position, condition, frame)

    def _group(self, evaluate: Evaluate, group: Any, depth: int) -> Evaluate:
        return grouping(evaluate, self.pairs(group, depth))

    # ---- operators -----------------------------------------------------------------------------------

    def _binary(self, node: Any, depth: int) -> Evaluate:
        sign = str(node.value)
        left, right = self.node(node.lhs, depth + 1), self.node(node.rhs, depth + 1)
        if sign in _EXACT:
            return _EXACT[sign](left, right)
        return _BINARY[sign](sign, left, right)

    def _unary(self, node: Any, depth: int) -> Evaluate:
        sign = str(node.value)
        if sign == "{":
            return object_of(self.pairs(node, depth))
        if sign == "[":
            return self._array(node, depth)
        operand = self.node(node.expression, depth + 1)

        def negative(input: Any, frame: Frame) -> Any:
            value = operand(input, frame)
            if value is UNDEFINED:
                return value
            if not operators.is_number(value):
                raise Fault("D1002", value=value)
            return -value

        return negative

    def _array(self, node: Any, depth: int) -> Evaluate:
        items = [
            (item.type == "unary" and str(item.value) == "[", self.node(item, depth + 1)) for item in node.expressions
        ]
        make = Constructed if node.consarray else list

        def array(input: Any, frame: Frame) -> Any:
            made: list[Any] = make()
            for is_array, evaluate in items:
                value = evaluate(input, frame)
                if value is UNDEFINED:
                    continue
                if not is_array and isinstance(value, list):
                    frame.run.elements(len(made) + len(value))
                    made.extend(value)
                else:
                    made.append(value)
            frame.run.allocate(64 + 8 * len(made))
            return made

        return array

    # ---- control -------------------------------------------------------------------------------------

    def _condition(self, node: Any, depth: int) -> Evaluate:
        condition, then = self.node(node.condition, depth + 1), self.node(node.then, depth + 1)
        otherwise = _nothing if node._else is None else self.node(node._else, depth + 1)

        def conditional(input: Any, frame: Frame) -> Any:
            value = condition(input, frame)
            if value is True or (value is not False and truth(value, frame.run)):
                return then(input, frame)
            return otherwise(input, frame)

        return conditional

    def _block(self, node: Any, depth: int) -> Evaluate:
        parts = self.nodes(node.expressions, depth + 1)

        def block(input: Any, frame: Frame) -> Any:
            inner = Frame(frame, frame.run, frame.base, {})
            value = UNDEFINED
            for part in parts:
                value = part(input, inner)
            return value

        return block

    def _bind(self, node: Any, depth: int) -> Evaluate:
        name, evaluate = node.lhs.value, self.node(node.rhs, depth + 1)

        def bind(input: Any, frame: Frame) -> Any:
            value = frame.variables[name] = evaluate(input, frame)
            return value

        return bind

    # ---- functions -----------------------------------------------------------------------------------

    def _function(self, node: Any, depth: int) -> Evaluate:
        call = self._call(node, depth)
        return lambda input, frame: call(input, frame, [])

    def _call(self, node: Any, depth: int) -> Callable[[Any, Frame, list[Any]], Any]:
        """Calls a function, with what is already there as its first argument."""
        procedure, name = self.node(node.procedure, depth + 1), _name_of(node.procedure)
        arguments = self.nodes(node.arguments, depth + 1)
        is_name = node.procedure.type == "path"

        def call(input: Any, frame: Frame, given: list[Any]) -> Any:
            function = procedure(input, frame)
            if function is UNDEFINED and is_name and frame.lookup(name) is not UNDEFINED:
                raise Fault("T1005", token=name)
            for argument in arguments:
                given.append(argument(input, frame))
            run = frame.run
            run.depth = frame.base + depth
            try:
                return apply(function, given, input, run)
            except Fault as fault:
                fault.named.setdefault("token", name)
                raise

        return call

    def _lambda(self, node: Any, depth: int) -> Evaluate:
        if node.thunk:
            return self._tail_call(node.body)
        parameters = [str(parameter.value) for parameter in node.arguments]
        body = compile_body(node.body)
        signature = None if node.signature is None else Signature(node.signature.text, letter)

        def function(input: Any, frame: Frame) -> Any:
            frame.run.allocate(400)
            return Lambda(parameters, body, input, frame, signature)

        return function

    def _tail_call(self, node: Any) -> Evaluate:
        # The function that is called last is called by whoever called the one it stands in: no deeper than that.
        procedure, arguments = self.node(node.procedure, 1), self.nodes(node.arguments, 1)
        return lambda input, frame: TailCall(procedure, arguments, input, frame)

    def _partial(self, node: Any, depth: int) -> Evaluate:
        places = [
            None if argument.type == "operator" else self.node(argument, depth + 1) for argument in node.arguments
        ]
        open_places = [index for index, place in enumerate(places) if place is None]
        procedure, name = self.node(node.procedure, depth + 1), _name_of(node.procedure)
        is_name = node.procedure.type == "path"

        def partial(input: Any, frame: Frame) -> Any:
            given = [UNDEFINED if place is None else place(input, frame) for place in places]
            function = procedure(input, frame)
            if not isinstance(function, Function):
                known = function is UNDEFINED and is_name and frame.lookup(name) is not UNDEFINED
                raise Fault("T1007" if known else "T1008", token=name)
            return Partial(function, given, open_places)

        return partial

    def _apply(self, node: Any, depth: int) -> Evaluate:
        left = self.node(node.lhs, depth + 1)
        if node.rhs.type == "function":
            # The node on the right is called, not evaluated: it counts for no depth.
            call = self._call(node.rhs, depth)
            return lambda input, frame: call(input, frame, [left(input, frame)])
        right = self.node(node.rhs, depth + 1)

        def applied(input: Any, frame: Frame) -> Any:
            value, function = left(input, frame), right(input, frame)
            if not isinstance(function, Function):
                raise Fault("T2006", value=function)
            if isinstance(value, Function):
                return Composed(value, function)
            frame.run.depth = frame.base + depth
            try:
                return apply(function, [value], None, frame.run)
            except Fault as fault:
                fault.named.setdefault("token", getattr(function, "name", UNDEFINED))
                raise

        return applied

    def _transform(self, node: Any, depth: int) -> Evaluate:
        pattern, update = self.node(node.pattern, depth + 1), self.node(node.update, depth + 1)
        delete = _nothing if node.delete is None else self.node(node.delete, depth + 1)
        return lambda _input, frame: transform.Transform(pattern, update, delete, frame)

    def sort_step(self, node: Any, depth: int) -> Callable[[list[Any], Frame], list[Any]]:
        """Sorts the values of a path."""
        terms = [(self.node(term.expression, depth + 1), term.descending) for term in node.terms]
        return lambda values, frame: sorted_by(values, terms, frame)


# ---- what nodes have in common -------------------------------------------------------------------------


def _never_selects(node: Any) -> bool:
    """Whether its value is no list that was selected: that of an operator on values, of what is written down."""
    return node.type in _NEVER_SELECTED or (node.type == "binary" and str(node.value) != "..")


def _nothing(_input: Any, _frame: Frame) -> Any:
    return UNDEFINED


def _name_of(procedure: Any) -> Any:
    name = procedure.steps[0].value if procedure.type == "path" else procedure.value
    return UNDEFINED if name is None else name


def _selecting(evaluate: Evaluate, keep: bool) -> Evaluate:
    """Gives what a selected list stands for."""

    def selected(input: Any, frame: Frame) -> Any:
        value = evaluate(input, frame)
        kind = type(value)
        if kind is Selected:
            if keep:
                value.__class__ = Kept
                return value or UNDEFINED
            return value if len(value) > 1 else (value[0] if value else UNDEFINED)
        return UNDEFINED if kind is Kept and not value else value

    return selected


def _counting(evaluate: Evaluate, depth: int) -> Evaluate:
    """Counts how deep it is in the whole evaluation."""

    def counted(input: Any, frame: Frame) -> Any:
        if frame.base + depth > MAX_DEPTH:
            raise JSONataError(None, DEPTH_MESSAGE)
        return evaluate(input, frame)

    return counted


def _wildcard(input: Any, frame: Frame) -> Any:
    """`*`: the members of an object, those that are lists flattened."""
    if isinstance(input, dict):
        members: Sequence[Any] = list(input.values())
    else:
        members = input if isinstance(input, list) else ()
    # A list among them makes the reference forget that they were selected.
    found: list[Any] = [] if any(isinstance(member, list) for member in members) else Selected()
    for member in members:
        if isinstance(member, list):
            _flatten(member, found, frame.run)
        else:
            found.append(member)
    frame.run.elements(len(found))
    return found


def _flatten(items: list[Any], found: list[Any], run: Run) -> None:
    for item in items:
        run.steps -= 1
        if run.steps < 0:
            run.elements(len(found))
            run.look()
        if isinstance(item, list):
            _flatten(item, found, run)
        else:
            found.append(item)


def _descendants(input: Any, frame: Frame) -> Any:
    """`**`: the value, and all that is in it."""
    if input is UNDEFINED:
        return input
    found = Selected()
    _descend(input, found, frame.run)
    frame.run.elements(len(found))
    return unwrapped(found)


def _descend(value: Any, found: list[Any], run: Run) -> None:
    run.steps -= 1
    if run.steps < 0:
        run.elements(len(found))
        run.look()
    if isinstance(value, list):
        for item in value:
            _descend(item, found, run)
        return
    found.append(value)
    if isinstance(value, dict):
        for item in value.values():
            _descend(item, found, run)


# ---- binary operators ----------------------------------------------------------------------------------


def _sum(left: Evaluate, right: Evaluate) -> Evaluate:
    def add(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int and -EXACT <= (result := one + other) <= EXACT:
            return result
        return arithmetic("+", one, other)

    return add


def _difference(left: Evaluate, right: Evaluate) -> Evaluate:
    def subtract(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int and -EXACT <= (result := one - other) <= EXACT:
            return result
        return arithmetic("-", one, other)

    return subtract


def _product(left: Evaluate, right: Evaluate) -> Evaluate:
    def multiply(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int and -EXACT <= (result := one * other) <= EXACT:
            return result
        return arithmetic("*", one, other)

    return multiply


def _quotient(left: Evaluate, right: Evaluate) -> Evaluate:
    def divide(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int and other:
            result = one / other
            return int(result) if result.is_integer() else result
        return arithmetic("/", one, other)

    return divide


def _remainder(left: Evaluate, right: Evaluate) -> Evaluate:
    def remain(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int and one >= 0 and other > 0:
            return one % other
        return arithmetic("%", one, other)

    return remain


def _comparison(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    compare = operators.COMPARISONS[sign]

    def comparison(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        if type(one) is int and type(other) is int:
            return compare(one, other)
        return operators.compared(sign, one, other)

    return comparison


def _equality(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    wanted = sign == "="

    def equality(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        kind = type(one)
        if kind is type(other) and (kind is int or kind is str):
            return (one == other) is wanted
        if one is UNDEFINED or other is UNDEFINED:
            return False
        return operators.equal(one, other, frame.run) is wanted

    return equality


def _logic(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    decisive = sign == "or"

    def logic(input: Any, frame: Frame) -> Any:
        one = left(input, frame)
        try:
            if truth(one, frame.run) is decisive:
                return decisive
            return truth(right(input, frame), frame.run)
        except Fault as fault:
            fault.named["token"] = sign
            raise

    return logic


def _concatenation(_sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    def concatenate(input: Any, frame: Frame) -> Any:
        one, other = left(input, frame), right(input, frame)
        before = one if type(one) is str else "" if one is UNDEFINED else text_of(one, frame.run)
        after = other if type(other) is str else "" if other is UNDEFINED else text_of(other, frame.run)
        frame.run.characters(len(before) + len(after))
        return before + after

    return concatenate


def _range(_sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda input, frame: operators.span(left(input, frame), right(input, frame), frame.run)


def _inclusion(_sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda input, frame: operators.included(left(input, frame), right(input, frame), frame.run)


_EXACT = {"+": _sum, "-": _difference, "*": _product, "/": _quotient, "%": _remainder}
_BINARY: dict[str, Callable[[str, Evaluate, Evaluate], Evaluate]] = {
    "&": _concatenation,
    "..": _range,
    "in": _inclusion,
    **dict.fromkeys(("<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("=", "!="), _equality),
    **dict.fromkeys(("and", "or"), _logic),
}
