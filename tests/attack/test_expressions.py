"""Expressions of an attacker's: each ends in time and within its memory, keeps nobody waiting, and speaks JSONata.

Bounds: an evaluation ends within 4 seconds and 600 MB more than before, and no other thread waits 2 seconds meanwhile.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.states.languages import jsonata
from local_aws.states.languages.jsonata import errors

SECONDS, WAIT, MEGABYTES = 4.0, 2.0, 600
SLACK = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0
"""How much longer everything takes, as others want the processors, too."""
SIZE = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TIME = "Expression evaluation timeout: Check for infinite loop"
DEPTH = "Stack overflow error"
DATA = {"s": "x", "o": {"a": 1, "b": [1, 2]}, "e": []}


@dataclass
class Watch:
    """A thread that measures how long it is kept waiting, and how much memory the process takes."""

    longest: float = 0.0
    most: int = 0
    over: bool = False

    def __enter__(self) -> Watch:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.over = True
        self._thread.join()

    def _look(self) -> None:
        last = time.monotonic()
        while not self.over:
            time.sleep(0.005)
            self.most = max(self.most, self._process.memory_info().rss - self._before)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now


def held(source: str) -> str:
    """What an expression gives, in short, after it has kept to every bound."""
    started = time.monotonic()
    with Watch() as watch:
        said = _said(source)
    took = time.monotonic() - started
    assert took < SECONDS * SLACK, f"{source[:80]} took {took:.1f} s"
    assert watch.longest < WAIT * SLACK, f"{source[:80]} kept others waiting for {watch.longest:.1f} s"
    assert watch.most < MEGABYTES * 2**20, f"{source[:80]} took {watch.most >> 20} MB"
    return said


def _said(source: str) -> str:
    try:
        value = jsonata.compile_expression(source).evaluate(DATA)
    except jsonata.JSONataError as error:
        return str(error)
    except jsonata.UnsupportedResultError:
        return "a function"
    return f"a text of {len(value)}" if isinstance(value, str) else f"{value!r:.60}"


def text(size: int, of: str = "x") -> str:
    return f"$pad('{of}', {size}, '{of}')"


LONG = text(4_000_000)
MANY = "[1..800000]"
SHARED = "$reduce([1..60], function($a, $_) { [[$a], [$a]] }, [1])"
NESTED = "$reduce([1..20000], function($a, $_) { [[$a]] }, 1)"

AT_ONCE = [
    ("$count($distinct([1..200000]))", "200000"),
    ("$pad('x', 1e9)", SIZE),
    ("$pad('x', -1e9, 'ab')", SIZE),
    ("$reduce([1..100], function($a, $_) { $replace($a, 'x', 'xxxxxxxxxx') }, 'x')", SIZE),
    ("$reduce([1..100], function($a, $_) { $a & $a }, 'x')", SIZE),
    ("$reduce([1..100], function($a, $_) { $append($a, $a) }, [1])", SIZE),
    ("$fromMillis(0, '[Y,100000000]')", SIZE),
    ("$fromMillis(0, '[Y0001,*-2000000000]')", SIZE),
    (f"$fromMillis(0, {text(4_000_000, '[Y]')})", SIZE),
    ("$toMillis('1', '[Y,*-2000000000]')", "UNDEFINED"),
    (f"$formatNumber(1, {text(1_000_000, '0')})", SIZE),
    ("$formatNumber(0, '0.0e0')", "a text of 5"),
    ("$formatInteger(1e300, 'i')", SIZE),
    ("$formatInteger(1/0, 'w')", SIZE),
    (f"$formatInteger(1, {text(400_000, '0,')})", SIZE),
    (f"$parseInteger({text(4_000_000, 'one ')}, 'w')", SIZE),
    ("[1..1e8]", "D2014"),
    ("[1..1e7]", SIZE),
    (f"($l := {MANY}; [1..1000].$l)", SIZE),
    (f"$split({LONG}, '')", SIZE),
    (f"($t := {LONG}; $join([1..1000].$t))", SIZE),
    (f"$match({LONG}, /(x|x)*y/)", SIZE),
    (NESTED, DEPTH),
    (f"$string({NESTED})", DEPTH),
    (f"$keys({NESTED})", DEPTH),
    (f"$parse({text(4_000_000, '[')})", DEPTH),
    ("($f := function($n) { 1 + $f($n + 1) }; $f(0))", DEPTH),
    ("$range(0, 1/0, 1)", "D2014"),
    ("$range(0, 900000, 1)", SIZE),
    ("$partition([1, 2], 0/0)", "UNDEFINED"),
    ("$random(1/0)", "0.730967787376657"),
    (r"$hash('\uD800', 'MD5')", "a text of 32"),
    ("{'a': 1} ~> |$|{'self': $}|", DEPTH),
    (r"$contains('a', /((((((a{99}){99}){99}){99}){99}){99})/)", "Invalid regular expression"),
    (f"'{'a' * 500_000}'", "a text of 500000"),
    ("1" + "+1" * 5000, DEPTH),
    ("(" * 5000 + "1" + ")" * 5000, DEPTH),
    (f"function($x)<{'x+' * 30}n>{{$x}}({', '.join(['1'] * 200)}, 'a')", "T0410"),
]
"""Expressions that are over at once, for what they ask is seen before it is made, and what they answer."""

IN_TIME = [
    "$contains($pad('a', 60, 'a') & '!', /^(a|aa)+$/)",
    "($f := function($n) { $f($n + 1) }; $f(0))",
    "[1..100].[1..800000]",
    f"$distinct([{SHARED}, 1])",
]
"""Expressions that have to be ended."""

FUNCTIONS_OF_LISTS = (
    "sum count max min average zip reverse sort shuffle distinct merge keys spread string not boolean type exists"
)
FUNCTIONS_OF_TEXTS = (
    "string length trim uppercase lowercase base64encode base64decode encodeUrl encodeUrlComponent decodeUrl "
    "decodeUrlComponent number toMillis parse not distinct"
)
LASTING = [
    *(f"${name}({MANY})" for name in FUNCTIONS_OF_LISTS.split()),
    *(f"$length($string(${name}({LONG})))" for name in FUNCTIONS_OF_TEXTS.split()),
    f"$append({MANY}, {MANY})",
    *(f"${name}({SHARED})" for name in ("string", "distinct", "clone", "boolean", "spread")),
    f"{SHARED} = {SHARED}",
    f"$count({SHARED}.**)",
    f"{SHARED}.*",
    f"$count($sort({MANY}.($ * 7919 % 800001)))",
    f"$count($sort({MANY}.$string($)))",
    f"$sort({MANY}, function($a, $b) {{ $a < $b }})",
    f"{MANY}^(>$)",
    f"{MANY}^($random())",
    f"{MANY}{{$string($): $}}",
    f"{MANY}.{{'a': $, 'b': $, 'c': $}}",
    f"{MANY}.[$, $, $]",
    f"{MANY}#$i.{{'i': $i}}",
    "[1..2000]@$x.[1..2000]@$y.1",
    f"($l := {MANY}; $l[$ in $l])",
    f"($l := {MANY}; $string([1..1000].[$l]))",
    f"($l := {MANY}; $map([1..1000], function() {{ $l }}))",
    f"($l := {MANY}; $distinct([[$l], [$l], [$l], [$l], [$l], [$l]]))",
    "$map([1..100], function() { [1..800000] })",
    f"$partition({MANY}, 1)",
    f"{MANY}.$uuid()",
    f"$parse('[' & {text(3_999_998, '[],')} & '1]')",
    f"{MANY}.{{'a': $}} ~> |$|{{'b': 1}}|",
    "($f := function($n, $l) { $f($n + 1, [$l, [[1..100000]]]) }; $f(0, []))",
    "($f := function($n, $l) { $f($n + 1, function() { [$l, [1..100000]] }) }; $f(0, 1))",
    "($f := function($n) { ($l := [1..100000]; $g := function() { $l }; $f($n + 1)) }; $f(0))",
    f"($f := function($n, $t) {{ $f($n + 1, [[$t], {LONG}]) }}; $f(0, []))",
    "($f := function($n) { $map([1, 2], $f) }; $f(0))",
    "($f := function($x) { $x($x) }; $f($f))",
    f"($t := {LONG} & 'a'; $u := {LONG} & 'b'; {MANY}.($t = $u))",
    f"($t := {LONG} & 'a'; $u := {LONG} & 'b'; $u in {MANY}.$t)",
    f"($t := {LONG} & 'a'; $u := {LONG} & 'b'; $sort([1..100000].($ % 2 = 0 ? $t : $u)))",
    f"($t := {LONG}; [1..100000].$substring($t, 1))",
    f"($t := {LONG}; [1..100000].$contains($t, 'y'))",
    f"($t := {text(4_000_000, ' x')}; [1..100000].$trim($t))",
    f"$join($map({MANY}, $string), '-')",
    "$match($pad('a', 1000000, 'a'), /((a)|b)*c/)",
    "$replace($pad('a', 1000000, 'a'), /a/, function() { 'b' })",
    f"$toMillis({text(90, '1')}, {text(90, '[Y]')} & 'x')",
    "[1..100000].$fromMillis($, '[FNn] [Dwo] [MNn] [Yw]')",
    "[1..100000].$formatNumber($, '#,##0.00')",
]
"""Expressions that take a second each, or nearly: each function with the longest list and the longest text."""


@pytest.mark.parametrize(("source", "said"), AT_ONCE, ids=[source[:60] for source, _said in AT_ONCE])
def test_what_is_too_large_is_never_made(source, said):
    assert held(source).startswith(said)


@pytest.mark.parametrize("source", IN_TIME)
def test_what_does_not_end_is_ended(source):
    assert held(source) in (TIME, SIZE)


@pytest.mark.long
@pytest.mark.parametrize("source", LASTING, ids=[source[:60] for source in LASTING])
def test_every_function_holds_to_the_bounds(source):
    held(source)


@pytest.mark.long
def test_many_at_once_take_no_more_memory_than_one():
    """Large evaluations wait for each other; one that waits too long fails in JSONata's words."""
    answers: list[str] = []
    source = "$map([1..100], function() { [1..800000] })"
    threads = [threading.Thread(target=lambda: answers.append(_said(source))) for _ in range(6)]
    with Watch() as watch:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert set(answers) <= {SIZE, TIME} and len(answers) == len(threads)
    assert watch.most < 2 * MEGABYTES * 2**20 and watch.longest < WAIT * SLACK


# ---- whatever is written, JSONata answers --------------------------------------------------------------

PYTHONS_WORDS = re.compile(
    r"object has no attribute|object is not|NoneType|unhashable|Traceback|<[\w.]+ object|\b[A-Z]\w+Error\b"
    r"|codec can't|not supported between|must be (str|int|real)|positional argument|out of range\Z|'(int|float|str)'"
)
NAMES = st.sampled_from(["a", "b", "items", "n", "s", "id"])
LITERALS = st.sampled_from(
    ["0", "1", "-1", "2.5", "1e300", "(1/0)", "(0/0)", "'a'", "''", r"'\uD83D'", "true", "null", "[]", "{}", "/a*/"]
)
FUNCTIONS = st.sampled_from(sorted(jsonata.FUNCTION_NAMES - {"shuffle"}))
PICTURES = st.text("[]YMDdFWwXxHhPmsfZzCE01#,.;nNoIaA%e *-", max_size=12).map(lambda picture: f"'{picture}'")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def _joined(form: str, *parts: Any) -> Any:
    return st.tuples(*parts).map(lambda values: form.format(*values))


def _larger(inner: Any) -> Any:
    arguments = st.lists(inner | PICTURES, max_size=4).map(", ".join)
    signs = ["+", "-", "*", "/", "%", "=", "<", ">=", "&", "in", "and", "or", "~>", "..", "@", "#", ":="]
    return st.one_of(
        _joined("${}({})", FUNCTIONS, arguments),
        _joined("{} {} {}", inner, st.sampled_from(signs), inner),
        _joined("[{}..{}]", inner, inner),
        _joined("[{}]", arguments),
        _joined("{{{}: {}}}", inner, inner),
        _joined("({} ? {} : {})", inner, inner, inner),
        _joined("($v := {}; {})", inner, inner),
        _joined("{}[{}]", inner, inner),
        _joined("{}.{}", inner, inner),
        _joined("{}^(>{})", inner, inner),
        _joined("{}{{{}: {}}}", inner, inner, inner),
        _joined("{} ~> |{}|{}|", inner, inner, inner),
        _joined("function($v, $w){{ {} }}({}, {})", inner, inner, inner),
        _joined("$map({}, function($v, $w){{ {} }})", inner, inner),
        _joined("${}(?, {})", FUNCTIONS, inner),
        _joined("{}@$w.{}", inner, inner),
        _joined("{}#$w.%.{}", inner, inner),
    )


VARIABLES = st.sampled_from(["$", "$$", "$x", "$y", "$v", "$w", "*", "**", "$nothing", "$sum"])
EXPRESSIONS = st.recursive(LITERALS | NAMES | VARIABLES, _larger, max_leaves=12)


def answers_in_jsonata(source: str, data: Any) -> None:
    try:
        jsonata.compile_expression(source).evaluate({"x": jsonata.bindable(data), "y": jsonata.bindable([data, 1])})
    except jsonata.JSONataError as error:
        assert not PYTHONS_WORDS.search(error.message), error.message
        assert error.message != errors.UNEXPECTED_MESSAGE, repr(error.__cause__)
    except jsonata.UnsupportedResultError:
        pass


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, JSON)
def test_any_expression_answers_in_jsonatas_words(source, data):
    answers_in_jsonata(source, data)


@settings(max_examples=200, deadline=None)
@given(st.text("$a1.[](){}'\"`/\\|^@#%&*+-=<>!?:;,~ \n\ud800\u00e9", max_size=40))
def test_any_text_is_an_expression_or_refused_in_jsonatas_words(source):
    answers_in_jsonata(source, {})


@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, JSON)
def test_any_expression_answers_in_jsonatas_words_at_length(source, data):
    answers_in_jsonata(source, data)
