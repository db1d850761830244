"""JSONata as AWS Step Functions evaluates it: the only module that knows jsonata-python from the inside.

`compile_expression` parses an expression once; `Expression.evaluate` runs it as often as needed, from any
thread, on data that is bound as variables and never becomes part of the expression. On top of the engine come
AWS's rules ("Transforming data with JSONata in Step Functions", AWS Step Functions developer guide):
JSONata 2.0.6 without `$eval`, six functions of AWS's own, a second an evaluation, a bounded depth and size.

What a failure means to a state (error name, field, sentence) is not decided here.
"""

from __future__ import annotations

import contextlib
import json
import math
import operator
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import regex

from local_aws.states import functions

_recursion_limit = sys.getrecursionlimit()
import jsonata as engine  # noqa: E402
import jsonata.jsonata as engine_core  # noqa: E402

# The engine raises the limit of the whole process to 10,000 when it is imported; a bounded depth needs no such thing.
sys.setrecursionlimit(max(_recursion_limit, 3000))
# The engine reports a call of something that is no function on standard output, besides raising the error.
engine_core.print = lambda *_args, **_kwargs: None

MAX_SECONDS: Final = 1.0
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 873_782
MAX_CHARACTERS: Final = 4_194_304
"""Bounds of one evaluation. The second is documented; depth and sizes were measured on AWS by others."""

TIMEOUT_MESSAGE: Final = "Expression evaluation timeout: Check for infinite loop"
DEPTH_MESSAGE: Final = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
SIZE_MESSAGE: Final = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class _Undefined:
    """The value of an expression that selects nothing; not the same as null."""

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined()


class JSONataError(Exception):
    """An expression that doesn't parse, or throws when it is evaluated.

    Args:
        code: JSONata's own code (`T1006`), None for a bound that was exceeded.
        message: JSONata's text without the code.
        internal: the engine itself broke down.
    """

    def __init__(self, code: str | None, message: str, internal: bool = False):
        super().__init__(f"{code}: {message}" if code else message)
        self.code, self.message, self.internal = code, message, internal


class UnsupportedResultError(Exception):
    """The value of an expression is not JSON (a function, a regular expression)."""


@dataclass(frozen=True)
class References:
    """What an expression refers to, as far as a definition can be checked without running it."""

    top_level_names: tuple[str, ...]
    uses_root: bool
    states_fields: tuple[str, ...]
    variables: frozenset[str]


class _BoundedPattern:
    """A regular expression that stops at the evaluation's deadline, however it backtracks."""

    def __init__(self, pattern: str, flags: Any):
        options = (regex.IGNORECASE if flags.case_insensitive else 0) | (regex.MULTILINE if flags.multiline else 0)
        self._pattern = regex.compile(pattern, options)
        self.pattern = pattern

    def search(self, string: str) -> Any:
        return self._bounded(self._pattern.search, string)

    def finditer(self, string: str) -> Iterator[Any]:
        return iter(self._bounded(lambda text, timeout: list(self._pattern.finditer(text, timeout=timeout)), string))

    def sub(self, repl: Any, string: str, count: int = 0) -> str:
        return self._bounded(lambda text, timeout: self._pattern.sub(repl, text, count, timeout=timeout), string)

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        return self._bounded(lambda text, timeout: self._pattern.split(text, maxsplit, timeout=timeout), string)

    @staticmethod
    def _bounded(operation: Any, string: str) -> Any:
        remaining = _current.deadline - time.monotonic()
        try:
            return operation(string, timeout=max(remaining, 0.001))
        except TimeoutError:
            raise JSONataError(None, TIMEOUT_MESSAGE) from None


class _Current(threading.local):
    """The deadline of the evaluation that this thread is in."""

    deadline: float = math.inf


_current = _Current()


class Expression:
    """A parsed expression. Safe to evaluate from several threads at once.

    Attributes:
        source: the expression's text without its delimiters, stripped.
        references: what it refers to.
    """

    def __init__(self, source: str, tree: Any):
        self.source, self._tree = source, tree
        self.references = _references(tree)

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The expression's value as JSON data, or `UNDEFINED`.

        Args:
            variables: data by variable name, without the `$`, each made ready by `bindable`. It is read,
                never changed.

        Raises:
            JSONataError: it threw, or exceeded a bound.
            UnsupportedResultError: its value is not JSON.
        """
        frame = engine.Jsonata.Frame(_BASE_FRAME)
        bindings = frame.bindings
        bindings.update(variables)
        guard = _Guard()
        bindings["__evaluate_entry"], bindings["__evaluate_exit"] = guard.enter, guard.leave
        evaluator = _evaluator()
        evaluator.timestamp = int(time.time() * 1000)
        _current.deadline = guard.deadline
        try:
            return _to_json(evaluator.eval(self._tree, None, frame))
        except (engine.JException, JSONataError, RecursionError, TypeError, ValueError, AttributeError) as error:
            raise _described(error) from error
        except (KeyError, IndexError, ArithmeticError, RuntimeError, regex.error, re.error) as error:
            raise _described(error) from error


class _Guard:
    """Called by the engine when it enters and leaves a node: counts depth, looks at the clock and at sizes."""

    def __init__(self) -> None:
        self.depth = 0
        self.visits = 0
        self.deadline = time.monotonic() + MAX_SECONDS

    def enter(self, _node: Any, _input: Any, _frame: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise JSONataError(None, DEPTH_MESSAGE)
        self.visits += 1
        if not self.visits & 63 and time.monotonic() > self.deadline:
            raise JSONataError(None, TIMEOUT_MESSAGE)

    def leave(self, _node: Any, _input: Any, _frame: Any, result: Any) -> None:
        self.depth -= 1
        if (isinstance(result, list) and len(result) > MAX_ELEMENTS) or (
            isinstance(result, str) and len(result) > MAX_CHARACTERS
        ):
            raise JSONataError(None, SIZE_MESSAGE)


def bindable(value: Any) -> Any:
    """JSON data as the engine wants it bound: every null is its own marker, since it takes None for undefined.

    Gives the same object where there is nothing to mark.
    """
    if value is None:
        return _NULL
    if isinstance(value, list):
        marked = [bindable(item) for item in value]
        return value if all(map(operator.is_, marked, value)) else marked
    if isinstance(value, dict):
        marked = {key: bindable(item) for key, item in value.items()}
        return value if all(map(operator.is_, marked.values(), value.values())) else marked
    return value


def compile_expression(source: str) -> Expression:
    """Parse an expression (the text between `{%` and `%}`).

    Raises:
        JSONataError: it doesn't parse.
    """
    text = source.strip()
    with _parse_lock:
        try:
            tree = _parser.parse(text, _BoundedPattern)
        except (engine.JException, JSONataError, RecursionError) as error:
            raise _described(error) from error
        except (KeyError, IndexError, AttributeError, TypeError, ValueError, regex.error) as error:
            # The tokenizer runs off the end of some broken texts, such as an unclosed comment.
            raise JSONataError("S0207", "Unexpected end of expression") from error
    return Expression(text, tree)


class _NotIn206(engine.Parser.Infix):
    """An operator that JSONata gained after 2.0.6: there it is a misplaced `?` or `:`."""

    def led(self, _left: Any) -> Any:
        raise engine.JException("S0211", self.position, self.id[1])


def _make_parser() -> Any:
    parser = engine.Parser()
    for symbol in ("??", "?:"):
        parser.symbol_table[symbol] = _NotIn206(parser, symbol)
        parser.symbol_table[symbol].lbp = engine.Tokenizer.operators[symbol]
    return parser


def _make_base_frame() -> Any:
    """The functions that an expression sees: the engine's without `$eval`, and AWS's six."""
    frame = engine.Jsonata.Frame(None)
    frame.bindings.update(engine.Jsonata.static_frame.bindings)
    del frame.bindings["eval"]
    for name, function in functions.FUNCTIONS.items():
        frame.bindings[name] = _AwsFunction(name, function)
    to_millis = engine.Jsonata.function("toMillis", "<s-s?:n>", engine.Functions, "datetime_to_millis")
    to_millis.method, to_millis.nargs = _to_millis, 2
    frame.bindings["toMillis"] = to_millis
    return frame


def _to_millis(timestamp: str | None, picture: str | None) -> int | None:
    try:
        return engine.Functions.datetime_to_millis(timestamp, picture)
    except ValueError:
        raise engine.JException("D3110", -1, timestamp) from None


class _AwsFunction(engine.Jsonata.JLambda):
    """A function of AWS's own: takes JSON data, with None for null and `UNDEFINED` for a missing argument."""

    def __init__(self, name: str, function: functions.Function):
        super().__init__(function.implementation)
        self._name, self._function = name, function

    def call(self, _input: Any, args: Any) -> Any:
        given = [UNDEFINED if value is None else _to_json(value) for value in args or ()]
        try:
            result = self._function.call(given, UNDEFINED)
        except functions.ArgumentError as error:
            raise JSONataError(
                "T0410", f'Argument {error.index} of function "{self._name}" does not match function signature'
            ) from None
        except functions.FunctionError as error:
            raise JSONataError(error.code, str(error)) from None
        return None if result is UNDEFINED else bindable(result)


class _Evaluator(engine.Jsonata):
    """The engine with JavaScript's arithmetic, and errors that know in which function they arose."""

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str | None) -> Any:
        if op in ("/", "%") and engine.Utils.is_numeric(lhs) and engine.Utils.is_numeric(rhs):
            return _divided(float(lhs), float(rhs)) if op == "/" else _remainder(float(lhs), float(rhs))
        return super().evaluate_numeric_expression(lhs, rhs, op)

    def evaluate_function(self, expr: Any, input: Any, environment: Any, applyto_context: Any) -> Any:
        try:
            return super().evaluate_function(expr, input, environment, applyto_context)
        except engine.JException as error:
            if not hasattr(error, "function_name"):
                error.function_name = getattr(expr.procedure, "value", None)
            raise


def _divided(left: float, right: float) -> float | int | None:
    if right == 0:
        return math.nan if left == 0 else math.copysign(math.inf, left) * math.copysign(1, right)
    return engine.Utils.convert_number(left / right)


def _remainder(left: float, right: float) -> float | int | None:
    return math.nan if right == 0 else engine.Utils.convert_number(math.fmod(left, right))


_NULL = engine.Utils.NULL_VALUE
_parse_lock = threading.Lock()
_parser = _make_parser()
_BASE_FRAME = _make_base_frame()
FUNCTION_NAMES: Final = frozenset(_BASE_FRAME.bindings)
"""The functions that every expression has, without the `$`."""
_evaluators = threading.local()


def _evaluator() -> Any:
    """This thread's evaluator. The engine looks for it in a thread-local of its own, and takes the time from it."""
    mine = getattr(_evaluators, "mine", None)
    if mine is None:
        with _parse_lock:
            mine = _evaluators.mine = _Evaluator("null")
    engine.Jsonata.CURRENT.jsonata = mine
    return mine


def _to_json(value: Any) -> Any:
    """The engine's value as JSON data of our own: no engine types, no shared lists that a caller could change."""
    if value is None:
        return UNDEFINED
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is None or value is _NULL:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, engine.Utils.RangeList):
        return list(range(value.a, value.b + 1))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    raise UnsupportedResultError


def _number(value: float) -> Any:
    if math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    # AWS answers a string where JSON has no number.
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


_PLURALS = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
_FUNCTION_WORD = re.compile(r"\bObject\b(?! structure)")
_PLACEHOLDER = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")


def _described(error: BaseException) -> JSONataError:
    """The engine's failure in JSONata's words: it says `Object` for `function` and leaves values unquoted."""
    if isinstance(error, JSONataError):
        return error
    if isinstance(error, RecursionError):
        return JSONataError(None, DEPTH_MESSAGE)
    if not isinstance(error, engine.JException):
        return JSONataError(None, f"{type(error).__name__}: {error}", internal=True)
    template = engine.JException.error_codes.get(error.error)
    if template is None:
        return JSONataError(error.error, str(error))
    if error.error in ("D1011", "D1012"):
        return JSONataError(None, DEPTH_MESSAGE if error.error == "D1011" else TIMEOUT_MESSAGE)
    template = re.sub(r"\s{2,}", " ", _FUNCTION_WORD.sub("function", template))
    arguments = iter(_arguments_of(error))
    return JSONataError(error.error, _PLACEHOLDER.sub(lambda match: _filled(match, arguments), template))


def _arguments_of(error: Any) -> list[Any]:
    given = [error.current, error.expected, error.extra]
    name = getattr(error, "function_name", None)
    if error.error in ("T0410", "T0411"):
        return [next((value for value in given if isinstance(value, int)), 1), name]
    if error.error == "T0412":
        return [error.current, error.expected, _PLURALS.get(str(error.extra), error.extra)]
    return given


def _filled(match: re.Match[str], arguments: Iterator[Any]) -> str:
    value = next(arguments, None)
    if match[1]:
        return str(value)
    with contextlib.suppress(UnsupportedResultError):
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _references(tree: Any) -> References:
    walk = _Walk()
    walk.node(tree, has_context=False)
    return References(
        tuple(dict.fromkeys(walk.names)),
        walk.root,
        tuple(dict.fromkeys(walk.states_fields)),
        frozenset(walk.variables - walk.bound),
    )


class _Walk:
    """Collects references. `has_context` says whether a bare name has something to be looked up in."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.states_fields: list[str] = []
        self.variables: set[str] = set()
        self.bound: set[str] = set()
        self.root = False

    def node(self, node: Any, has_context: bool) -> None:
        if node is None or not isinstance(node, engine.Parser.Symbol):
            return
        if node.type == "path":
            self._path(node, has_context)
            return
        if node.type == "name" and not has_context:
            self.names.append(str(node.value))
        elif node.type == "variable":
            self._variable(node)
        elif node.type == "bind":
            self.bound.add(str(node.lhs.value))
            self.node(node.rhs, has_context)
            return
        elif node.type == "lambda":
            self.bound.update(str(parameter.value) for parameter in node.arguments or ())
            self.node(node.body, has_context)
            return
        elif node.type == "transform":
            has_context = True
        self._children(node, has_context)

    def _path(self, node: Any, has_context: bool) -> None:
        steps = node.steps or []
        if len(steps) > 1 and steps[0].type == "variable" and steps[0].value == "states" and steps[1].type == "name":
            self.states_fields.append(str(steps[1].value))
        for position, step in enumerate(steps):
            self.node(step, has_context or position > 0)
        self._group(node.group)

    def _variable(self, node: Any) -> None:
        if node.value == "$":
            self.root = True
        elif node.value:
            self.variables.add(str(node.value))

    def _children(self, node: Any, has_context: bool) -> None:
        for name in ("lhs", "rhs", "procedure", "body", "condition", "then", "_else", "expression"):
            self.node(getattr(node, name), has_context)
        for name in ("pattern", "update", "delete"):
            self.node(getattr(node, name), True)
        for name in ("arguments", "expressions"):
            for child in getattr(node, name) or ():
                self.node(child, has_context)
        for child in node.rhs_terms or node.terms or ():
            self.node(child.expression if child.type is None else child, True)
        for pair in node.lhs_object or ():
            for child in pair:
                self.node(child, has_context)
        for filtered in (*(node.predicate or ()), *(node.stages or ())):
            self.node(filtered.expr if isinstance(filtered.expr, engine.Parser.Symbol) else None, True)
        if node.focus:
            self.bound.add(str(node.focus))
        if isinstance(node.index, str):
            self.bound.add(node.index)
        self._group(node.group)

    def _group(self, group: Any) -> None:
        for pair in (group.lhs_object if group is not None else None) or ():
            for child in pair:
                self.node(child, True)
