"""Expressions: parsed and compiled once, evaluated as often as needed, from any thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local_aws.states.languages.jsonata.calling import Frame
from local_aws.states.languages.jsonata.compiler import compile_body
from local_aws.states.languages.jsonata.engine import JException, Parser, Tokenizer
from local_aws.states.languages.jsonata.errors import JSONataError, described, unparsed
from local_aws.states.languages.jsonata.library import FUNCTIONS
from local_aws.states.languages.jsonata.limits import MAX_DEPTH, Run
from local_aws.states.languages.jsonata.patterns import Pattern
from local_aws.states.languages.jsonata.references import references
from local_aws.states.languages.jsonata.values import UNDEFINED, UnsupportedResultError, to_json

FUNCTION_NAMES: Final = frozenset(FUNCTIONS)
"""The functions that every expression has, without the `$`."""


class Expression:
    """A parsed expression. Safe to evaluate from several threads at once.

    Attributes:
        source: the expression's text without its delimiters, stripped.
        references: what it refers to.
    """

    def __init__(self, source: str, tree: Any):
        self.source = source
        self.references = references(tree)
        self._body = compile_body(tree)

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The expression's value as JSON data, or `UNDEFINED`.

        Args:
            variables: data by variable name, without the `$`, each made ready by `bindable`. It is read,
                never changed.

        Raises:
            JSONataError: it threw, or exceeded a bound.
            UnsupportedResultError: its value is not JSON.
        """
        run = Run()
        frame = Frame(Frame(None, run, 0, FUNCTIONS), run, 0, dict(variables))
        body = self._body
        evaluate = body.plain if body.deepest <= MAX_DEPTH else body.guarded()
        try:
            return to_json(evaluate(UNDEFINED, frame), run)
        except UnsupportedResultError:
            raise
        except Exception as error:
            failure = described(error)
        finally:
            run.end()
        # Not within the handler: the error would hold on to all that was computed.
        raise failure.with_traceback(None)


def compile_expression(source: str) -> Expression:
    """Parse an expression (the text between `{%` and `%}`).

    Raises:
        JSONataError: it doesn't parse.
    """
    text = source.strip()
    try:
        parser = _idle.pop()
    except IndexError:
        parser = _make_parser()
    # What it remembers of an earlier text means nothing to this one.
    parser.ancestry, parser.ancestor_label, parser.ancestor_index = [], 0, 0
    try:
        return Expression(text, parser.parse(text, Pattern))
    except JException as error:
        raise unparsed(error) from error
    except (JSONataError, RecursionError, TimeoutError) as error:
        raise described(error) from error
    except (IndexError, KeyError, TypeError, AttributeError, NotImplementedError) as error:
        # The parser trips over some texts that the reference refuses, such as an operator in an odd place.
        raise JSONataError("S0201", "Syntax error") from error
    finally:
        _idle.append(parser)


class _NotIn206(Parser.Infix):  # type: ignore[misc] # the parser has no types
    """An operator that JSONata gained after 2.0.6: there it is a misplaced `?` or `:`."""

    def led(self, _left: Any) -> Any:
        raise JException("S0211", self.position, self.id[1])


def _make_parser() -> Any:
    parser = Parser()
    for symbol in ("??", "?:"):
        parser.symbol_table[symbol] = _NotIn206(parser, symbol)
        parser.symbol_table[symbol].lbp = Tokenizer.operators[symbol]
    return parser


_idle: list[Any] = []
"""Parsers that are in nobody's use; making one takes longer than most expressions."""
