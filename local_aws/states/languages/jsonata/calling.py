"""Functions and how they are called: those of JSONata, those that an expression defines, and what is made of them."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import MAX_DEPTH, Run
from local_aws.states.languages.jsonata.signature import Signature
from local_aws.states.languages.jsonata.values import UNDEFINED, Constructed, Kept, Selected, Tuples

MISSING = object()
_LETTERS: dict[type, str] = {
    str: "s",
    int: "n",
    float: "n",
    bool: "b",
    type(None): "l",
    dict: "o",
    type(UNDEFINED): "m",
} | dict.fromkeys((list, Selected, Kept, Constructed, Tuples), "a")


def letter(value: Any) -> str:
    """The letter of a value's type in a signature."""
    return _LETTERS.get(type(value), "f")


class Frame:
    """Variables by name, on top of those around.

    Attributes:
        base: how deep in expressions the function was called that the frame belongs to.
    """

    __slots__ = ("__weakref__", "base", "parent", "run", "variables")

    def __init__(self, parent: Frame | None, run: Run, base: int, variables: dict[str, Any]):
        self.parent, self.run, self.base, self.variables = parent, run, base, variables

    def lookup(self, name: str) -> Any:
        """The variable's value, `UNDEFINED` where there is none."""
        frame: Frame | None = self
        while frame is not None:
            value = frame.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            frame = frame.parent
        return UNDEFINED


Evaluate = Callable[[Any, Frame], Any]
"""A compiled expression: gives its value for an input, and the variables of a frame."""


class Function:
    """What can be called.

    Attributes:
        arity: how many arguments it wants of a function that calls it back.
        counts_as_true: whether it does as a condition: a regular expression does not.
    """

    __slots__ = ()
    arity: int = 1
    counts_as_true = True

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        """The function's value, or the `TailCall` that gives it.

        Args:
            arguments: `UNDEFINED` for one that has no value.
            context: stands in for a first argument that is not given.
        """
        raise NotImplementedError

    def repeated(self, run: Run) -> Callable[..., Any]:
        """What calls it again and again from one place, with no more arguments than it takes."""
        most = max(self.arity, 1)
        return lambda *arguments: apply(self, list(arguments[:most]), None, run)


@dataclass(slots=True)
class TailCall:
    """A call that is all that is left to do in a function: made when the function has been left."""

    procedure: Evaluate
    arguments: Sequence[Evaluate]
    context: Any
    frame: Frame


def apply(function: Any, arguments: list[Any], context: Any, run: Run) -> Any:
    """Call a function.

    Raises:
        Fault: it is none, or failed.
    """
    if not isinstance(function, Function):
        raise Fault("T1006")
    result = function.call(arguments, context, run)
    return _finished(result, context, run) if type(result) is TailCall else result


def called_back(function: Any, run: Run) -> Callable[..., Any]:
    """What calls a function that was given as the second argument of another, with as many arguments as it takes.

    It is called many times, so what is the same each time is found out once.

    Raises:
        Fault: it is none.
    """
    if not isinstance(function, Function):
        raise Fault("T0410", index=2)
    return function.repeated(run)


def _finished(result: Any, context: Any, run: Run) -> Any:
    """The value of a call, of which a part may be left to do."""
    while type(result) is TailCall:
        function = result.procedure(result.context, result.frame)
        if not isinstance(function, Function):
            raise Fault("T1006")
        given = [argument(result.context, result.frame) for argument in result.arguments]
        result = function.call(given, context, run)
    return result


class Native(Function):
    """A function of JSONata's.

    Args:
        name: without the `$`.
        signature: as in `signature.Signature`.
        implementation: takes the evaluation and the arguments, all that the signature has.
        arity: how many parameters the reference implementation declares.
    """

    def __init__(self, name: str, signature: str, implementation: Callable[..., Any], arity: int):
        self.name, self.arity = name, arity
        self._signature, self._implementation = Signature(signature, letter), implementation

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        run.steps -= 4
        if run.steps < 0:
            run.look()
        return self._implementation(run, *self._signature.validate(arguments, context))


@dataclass(frozen=True)
class Body:
    """The body of a function that an expression defines.

    Attributes:
        plain: evaluates it.
        deepest: how deep expressions in it are nested.
        guarded: gives a body that counts the depth as it goes, for where it may be too much.
    """

    plain: Evaluate
    deepest: int
    guarded: Callable[[], Evaluate]


class Lambda(Function):
    """A function that an expression defines, with the input and the variables of that place."""

    __slots__ = ("_body", "_context", "_frame", "_parameters", "_signature", "arity")

    def __init__(
        self, parameters: Sequence[str], body: Body, context: Any, frame: Frame, signature: Signature | None = None
    ):
        self._parameters, self.arity = parameters, len(parameters)
        self._body, self._context, self._frame, self._signature = body, context, frame, signature
        frame.run.frames.append(weakref.ref(frame))

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        if self._signature is not None:
            arguments = self._signature.validate(arguments, context)
        depth = run.depth
        variables = dict(zip(self._parameters, arguments, strict=False))
        if len(variables) < len(self._parameters):
            variables = dict.fromkeys(self._parameters, UNDEFINED) | variables
        run.steps -= 2
        if run.steps < 0:
            run.look()
        run.allocate(400)
        body = self._body
        evaluate = body.plain if depth + body.deepest <= MAX_DEPTH else body.guarded()
        result = evaluate(self._context, Frame(self._frame, run, depth, variables))
        run.depth = depth
        return result

    def repeated(self, run: Run) -> Callable[..., Any]:
        names, depth, body = self._parameters, run.depth, self._body
        # Whoever calls a function back has three arguments for it.
        if self._signature is not None or len(names) > 2:
            return super().repeated(run)
        evaluate = body.plain if depth + body.deepest <= MAX_DEPTH else body.guarded()
        context, frame = self._context, self._frame

        def call(*arguments: Any) -> Any:
            run.steps -= 2
            if run.steps < 0:
                run.look()
            run.allocate(400)
            result = evaluate(context, Frame(frame, run, depth, dict(zip(names, arguments, strict=False))))
            run.depth = depth
            return _finished(result, None, run) if type(result) is TailCall else result

        return call


class Partial(Function):
    """A function with some of its arguments given: `$substring(?, 0, 5)`."""

    def __init__(self, function: Function, given: list[Any], open_places: list[int]):
        self._function, self._given, self._open = function, given, open_places
        self.arity = len(open_places)

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        run.steps -= 1
        filled = list(self._given)
        for place, value in zip(self._open, arguments, strict=False):
            filled[place] = value
        return self._function.call(filled, context, run)


class Composed(Function):
    """Two functions, one after the other: `$trim ~> $uppercase`."""

    def __init__(self, first: Function, second: Function):
        self._first, self._second = first, second

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        depth = run.depth
        value = apply(self._first, arguments[:1], context, run)
        run.depth = depth
        return self._second.call([value], context, run)
