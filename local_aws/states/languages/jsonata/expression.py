"""Expressions: parsed once, evaluated as often as needed, from any thread."""

from __future__ import annotations

import math
import operator
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from local_aws.states.languages.jsonata.engine import Frame, JException, Jsonata, Parser, Tokenizer, Utils
from local_aws.states.languages.jsonata.errors import JSONataError, described
from local_aws.states.languages.jsonata.library import make_base_frame
from local_aws.states.languages.jsonata.limits import BoundedPattern, Guard
from local_aws.states.languages.jsonata.references import references
from local_aws.states.languages.jsonata.values import UnsupportedResultError, to_json

_ESCAPED_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89aAbB]\w\w)\\u([dD][c-fC-F]\w\w)", re.ASCII)


class Expression:
    """A parsed expression. Safe to evaluate from several threads at once.

    Attributes:
        source: the expression's text without its delimiters, stripped.
        references: what it refers to.
    """

    def __init__(self, source: str, tree: Any):
        self.source, self._tree = source, tree
        self.references = references(tree)

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The expression's value as JSON data, or `UNDEFINED`.

        Args:
            variables: data by variable name, without the `$`, each made ready by `bindable`. It is read,
                never changed.

        Raises:
            JSONataError: it threw, or exceeded a bound.
            UnsupportedResultError: its value is not JSON.
        """
        frame = Frame(_BASE_FRAME)
        bindings = frame.bindings
        bindings.update(variables)
        guard = Guard()
        bindings["__evaluate_entry"], bindings["__evaluate_exit"] = guard.enter, guard.leave
        evaluator = _evaluator()
        evaluator.timestamp = int(time.time() * 1000)
        try:
            return to_json(evaluator.eval(self._tree, None, frame))
        except UnsupportedResultError:
            raise
        except Exception as error:
            # Whatever the engine raises is a failure of the expression; an engine breaks down in many ways.
            raise described(error) from error


def compile_expression(source: str) -> Expression:
    """Parse an expression (the text between `{%` and `%}`).

    Raises:
        JSONataError: it doesn't parse.
    """
    text = source.strip()
    with _parse_lock:
        try:
            tree = _parser.parse(_ESCAPED_PAIR.sub(_character, text), BoundedPattern)
        except (JException, RecursionError) as error:
            raise described(error) from error
        except Exception as error:
            # The tokenizer runs off the end of some broken texts, such as an unclosed comment.
            raise JSONataError("S0207", "Unexpected end of expression") from error
    return Expression(text, tree)


def _character(match: re.Match[str]) -> str:
    """The character of two escapes that are a surrogate pair, which the engine would take for two characters."""
    pair = "".join(chr(int(half, 16)) for half in match.groups()[1:])
    return match[1] + pair.encode("utf-16", "surrogatepass").decode("utf-16")


class _NotIn206(Parser.Infix):
    """An operator that JSONata gained after 2.0.6: there it is a misplaced `?` or `:`."""

    def led(self, _left: Any) -> Any:
        raise JException("S0211", self.position, self.id[1])


def _make_parser() -> Any:
    parser = Parser()
    for symbol in ("??", "?:"):
        parser.symbol_table[symbol] = _NotIn206(parser, symbol)
        parser.symbol_table[symbol].lbp = Tokenizer.operators[symbol]
    return parser


class _Evaluator(Jsonata):
    """The engine with JavaScript's arithmetic, and errors that know in which function they arose."""

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str | None) -> Any:
        if op is not None and Utils.is_numeric(lhs) and Utils.is_numeric(rhs):
            return _number(_ARITHMETIC[op](float(lhs), float(rhs)))
        return super().evaluate_numeric_expression(lhs, rhs, op)

    def evaluate_function(self, expr: Any, input: Any, environment: Any, applyto_context: Any) -> Any:
        try:
            return super().evaluate_function(expr, input, environment, applyto_context)
        except JException as error:
            if not hasattr(error, "function_name"):
                error.function_name = getattr(expr.procedure, "value", None)
            raise


def _divided(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _remainder(left: float, right: float) -> float:
    return math.nan if right == 0 else math.fmod(left, right)


def _number(value: float) -> float | int:
    """A result that may be too large for a number, or none at all; the engine allows neither."""
    return Utils.convert_number(value) if math.isfinite(value) else value


_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divided, "%": _remainder}
_parse_lock = threading.Lock()
_parser = _make_parser()
_BASE_FRAME = make_base_frame()
FUNCTION_NAMES: Final = frozenset(_BASE_FRAME.bindings)
"""The functions that every expression has, without the `$`."""
_evaluators = threading.local()


def _evaluator() -> Any:
    """This thread's evaluator. The engine looks for it in a thread-local of its own, and takes the time from it."""
    mine = getattr(_evaluators, "mine", None)
    if mine is None:
        with _parse_lock:
            mine = _evaluators.mine = _Evaluator("null")
    Jsonata.CURRENT.jsonata = mine
    return mine
