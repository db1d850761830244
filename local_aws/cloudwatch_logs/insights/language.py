"""A query's text read into commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import regex

from local_aws.call import ApiError, not_there
from local_aws.cloudwatch_logs.insights import expressions
from local_aws.cloudwatch_logs.insights.commands import (
    Command,
    Dedup,
    Display,
    Fields,
    Filter,
    Limit,
    Parse,
    Sort,
    Statistic,
    Stats,
)
from local_aws.cloudwatch_logs.insights.expressions import Constant, Expression, Field, Named
from local_aws.cloudwatch_logs.insights.functions import FUNCTIONS, STATISTICS, Series, percentile
from local_aws.cloudwatch_logs.insights.values import Value

T = TypeVar("T")
_ELSEWHERE = ["anomaly", "diff", "filterindex", "join", "lookup", "pattern", "source", "subquery", "unmask", "unnest"]
"""Commands that AWS has and that are not there."""
_FUNCTIONS_ELSEWHERE = {"isipinsubnet", "isipv4insubnet", "isipv6insubnet", "jsonparse", "jsonstringify"}
"""Functions that AWS has and that are not there."""
_TOKEN = re.compile(
    r"""(?P<blank> \s+ | \#[^\n]* )
      | (?P<period> \d+ (?:ms|msec|milliseconds?|s|sec|seconds?|min|m|minutes?|h|hr|hours?|d|days?|w|weeks?) \b )
      | (?P<number> (?:\d+(?:\.\d*)?|\.\d+) (?:[eE][+-]?\d+)? )
      | (?P<text> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
      | (?P<quoted> `[^`]+` )
      | (?P<name> @?[A-Za-z_][\w.@]* )
      | (?P<sign> =~ | != | <= | >= | [=<>+\-*%^(),|\[\]/] )""",
    re.VERBOSE,
)
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/([imsx]*)")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DEEPEST = 50


class MalformedQuery(ApiError):
    """A text isn't a query; where it stops being one is in the error, as AWS has it."""

    def __init__(self, message: str, start: int, end: int):
        location = {"startCharOffset": start, "endCharOffset": end}
        compile_error = {"location": location, "message": message}
        super().__init__("MalformedQueryException", message, queryCompileError=compile_error)


def read(text: str) -> list[Command]:
    """The commands of a query.

    Raises:
        MalformedQuery: it isn't one.
        ApiError: `NotImplemented`, for a command of AWS's that is not there.
    """
    return _Reader(text).commands()


class _Reader:
    """The text, and how far it has been read. Tokens are made one by one: only what is expected says what a `/` is."""

    def __init__(self, text: str):
        self._text, self._at, self._depth = text, 0, 0
        self._skip()

    # ---- tokens --------------------------------------------------------------------------------------

    def _skip(self) -> None:
        while (found := _TOKEN.match(self._text, self._at)) and found["blank"]:
            self._at = found.end()

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _move(self, found: re.Match[str]) -> None:
        self._at = found.end()
        self._skip()

    def _take(self, kind: str) -> str | None:
        """The next token, if it is of a kind."""
        found = self._peek()
        if found is None or found[kind] is None:
            return None
        self._move(found)
        return found[kind]

    def _accept(self, *words: str) -> str | None:
        """The next token, in small letters, if it is one of these signs or words."""
        found = self._peek()
        word = (found["sign"] or found["name"] or "").lower() if found else ""
        if found is None or word not in words:
            return None
        self._move(found)
        return word

    def _expect(self, *words: str) -> str:
        word = self._accept(*words)
        if word is None:
            raise self._unexpected()
        return word

    def _unexpected(self) -> MalformedQuery:
        found = self._peek()
        end = found.end() if found else min(len(self._text), self._at + 1)
        symbol = self._text[self._at : end] or "<EOF>"
        line = self._text.count("\n", 0, self._at) + 1
        position = self._at - (self._text.rfind("\n", 0, self._at) + 1) + 1
        return MalformedQuery(f"unexpected symbol found {symbol} at line {line} and position {position}", self._at, end)

    # ---- commands ------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        found = [self._command()]
        while self._accept("|"):
            found.append(self._command())
        if self._at < len(self._text):
            raise self._unexpected()
        return found

    def _command(self) -> Command:
        start = self._at
        word = (self._take("name") or "").lower()
        if word in _ELSEWHERE:
            raise not_there(f"the command {word} of Logs Insights")
        reader: dict[str, Callable[[], Command]] = {
            "fields": lambda: Fields(self._list(self._named)),
            "display": lambda: Display(self._list(self._named)),
            "filter": lambda: Filter(self._expression()),
            "stats": self._stats,
            "sort": lambda: Sort(self._list(self._sort_key)),
            "order": self._order_by,
            "limit": self._limit,
            "head": self._limit,
            "dedup": lambda: Dedup(self._list(self._name)),
            "parse": self._parse,
        }
        if word not in reader:
            self._at = start
            raise self._unexpected()
        return reader[word]()

    def _list(self, read_one: Callable[[], T]) -> list[T]:
        found = [read_one()]
        while self._accept(","):
            found.append(read_one())
        return found

    def _name(self) -> str:
        quoted = self._take("quoted")
        name = quoted[1:-1] if quoted else self._take("name")
        if name is None:
            raise self._unexpected()
        return name

    def _named(self) -> Named:
        start = self._at
        expression = self._expression()
        own = self._text[start : self._at].strip()
        if isinstance(expression, Field):
            own = expression.name
        return Named(self._name() if self._accept("as") else own, expression)

    def _sort_key(self) -> tuple[Expression, bool]:
        expression = self._expression()
        return expression, self._accept("asc", "desc") == "desc"

    def _order_by(self) -> Command:
        self._expect("by")
        return Sort(self._list(self._sort_key))

    def _limit(self) -> Command:
        number = self._take("number")
        if number is None or not number.isdecimal() or int(number) == 0:
            raise self._unexpected()
        return Limit(int(number))

    def _stats(self) -> Command:
        figures = self._list(self._statistic)
        return Stats(figures, self._list(self._named) if self._accept("by") else [])

    def _statistic(self) -> Statistic:
        start = self._at
        word = (self._take("name") or "").lower()
        if word not in STATISTICS and word not in ("pct", "median"):
            self._at = start
            raise self._unexpected()
        self._expect("(")
        expression: Expression | None = None
        if not (word == "count" and (self._accept("*") or self._text.startswith(")", self._at))):
            expression = self._expression()
        share = self._share() if word == "pct" else 50.0
        self._expect(")")
        own = self._text[start : self._at].strip()
        work = STATISTICS.get(word) or _percentile(share)
        return Statistic(self._name() if self._accept("as") else own, work, expression)

    def _share(self) -> float:
        self._expect(",")
        number = self._take("number")
        if number is None:
            raise self._unexpected()
        return float(number)

    def _parse(self) -> Command:
        source: Expression = Field("@message")
        found = self._peek()
        if found is not None and (found["name"] or found["quoted"]):
            source = Field(self._name())
        expression = self._regex()
        if expression is not None:
            return Parse(source, expression)
        start, glob = self._at, self._string()
        if glob is None:
            raise self._unexpected()
        self._expect("as")
        names = self._list(self._name)
        pieces = glob.split("*")
        if len(pieces) - 1 != len(names):
            message = f"the glob has {len(pieces) - 1} wildcards, and {len(names)} names are given"
            raise MalformedQuery(message, start, self._at)
        return Parse(source, _glob(pieces), names)

    # ---- expressions ---------------------------------------------------------------------------------

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._unexpected()
        parts = [self._and()]
        while self._accept("or"):
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else expressions.Junction(False, parts)

    def _and(self) -> Expression:
        parts = [self._not()]
        while self._accept("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else expressions.Junction(True, parts)

    def _not(self) -> Expression:
        turns = 0
        while self._accept("not"):
            turns += 1
        found = self._comparison()
        return expressions.Not(found) if turns % 2 else found

    def _comparison(self) -> Expression:
        left = self._sum()
        sign = self._accept("=", "!=", "<", "<=", ">", ">=", "=~", "like", "in", "not")
        if sign is None:
            return left
        if sign == "not":
            return expressions.Not(self._membership(left, self._expect("like", "in")))
        if sign in ("=~", "like", "in"):
            return self._membership(left, sign)
        return expressions.Operation(sign, left, self._sum())

    def _membership(self, value: Expression, sign: str) -> Expression:
        if sign == "in":
            self._expect("[")
            among: Sequence[Expression] = self._list(self._sum)
            self._expect("]")
            return expressions.Member(value, among)
        wanted = self._regex() or self._string()
        if wanted is None:
            raise self._unexpected()
        return expressions.Matching(value, wanted)

    def _sum(self) -> Expression:
        return self._operations(("+", "-"), lambda: self._operations(("*", "/", "%"), self._power))

    def _power(self) -> Expression:
        return self._operations(("^",), self._unary)

    def _operations(self, signs: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        left = operand()
        while sign := self._accept(*signs):
            left = expressions.Operation(sign, left, operand())
        return left

    def _unary(self) -> Expression:
        if self._accept("-"):
            return expressions.Operation("-", Constant(0), self._unary())
        if self._accept("("):
            inside = self._expression()
            self._expect(")")
            return inside
        if (period := self._take("period")) is not None:
            return Constant(_milliseconds(period))
        if (number := self._take("number")) is not None:
            return Constant(float(number))
        if (text := self._string()) is not None:
            return Constant(text)
        start, name = self._at, self._name()
        return self._call(name, start) if self._accept("(") else Field(name)

    def _call(self, name: str, start: int) -> Expression:
        arguments = [] if self._text.startswith(")", self._at) else self._list(self._expression)
        self._expect(")")
        word = name.lower()
        if word == "bin":
            arguments.insert(0, Field("@timestamp"))
            word = "datefloor"
        if word in _FUNCTIONS_ELSEWHERE:
            raise not_there(f"the function {name} of Logs Insights")
        function, least, most = FUNCTIONS.get(word, (None, 0, 0))
        if function is None:
            raise MalformedQuery(f"unknown function {name}", start, self._at)
        if not least <= len(arguments) <= most:
            raise MalformedQuery(f"wrong number of arguments of the function {name}", start, self._at)
        return expressions.Call(function, arguments)

    def _string(self) -> str | None:
        quoted = self._take("text")
        return None if quoted is None else re.sub(r"\\(.)", r"\1", quoted[1:-1])

    def _regex(self) -> regex.Pattern[str] | None:
        found = _REGEX.match(self._text, self._at)
        if found is None:
            return None
        flags = 0
        for letter in found[2]:
            flags |= {"i": regex.I, "m": regex.M, "s": regex.S, "x": regex.X}[letter]
        try:
            compiled = regex.compile(found[1].replace(r"\/", "/"), flags)
        except regex.error as error:
            raise MalformedQuery(f"invalid regular expression: {error}", self._at, found.end()) from None
        self._move(found)
        return compiled


def _glob(pieces: Sequence[str]) -> regex.Pattern[str]:
    """A regular expression for pieces of text with anything between them; what stands at the end reaches to the end."""
    *between, last = (regex.escape(piece) for piece in pieces)
    text = "(.*?)".join(between) + (f"(.*?){last}" if last else "(.*)") if between else last
    return regex.compile(text, regex.DOTALL)


def _percentile(share: float) -> Callable[[Series], Value]:
    return lambda values: percentile(values, share)


def _milliseconds(period: str) -> int:
    amount = re.match(r"\d+", period)
    assert amount is not None
    unit = period[amount.end() :]
    letter = "ms" if unit.startswith(("ms", "milli")) else unit[0]
    return int(amount[0]) * _MILLISECONDS[letter]
