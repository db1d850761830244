"""JSONata: simple steps a second, ours beside the reference implementation in JavaScript, of the version that AWS has.

A step is one turn of what an expression does over and over: a call of its function, an element of its path. Time is
the processor's, of the evaluation alone; what an expression comes to is compared. Node.js and npm have to be there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.bench import Bench, figures
from benchmarks.emulators import BUILD, ROOT, NotThere
from benchmarks.figures import Absent, Figure, at_least
from benchmarks.turns import Way, WrongAnswer, take_turns
from local_aws.states.languages.jsonata import compile_expression

VERSION = "2.0.6"
STEPS = 20_000
_NAME = f"jsonata-js {VERSION}"
_FOLDER = BUILD / "jsonata-js"
_ROUNDS = 5
_DATA = [{"price": number % 37, "count": number % 11} for number in range(STEPS)]
EXPRESSIONS = {
    "recursion": f"($f := function($i, $s) {{ $i = 0 ? $s : $f($i - 1, $s + $i) }}; $f({STEPS}, 0))",
    "$map": f"$sum($map([1..{STEPS}], function($v) {{ $v * 2 + 1 }}))",
    "$filter": f"$count($filter([1..{STEPS}], function($v) {{ $v % 3 = 0 }}))",
    "$reduce": f"$reduce([1..{STEPS}], function($a, $b) {{ $a + $b }})",
    "a path": "$sum($data.(price * count))",
    "a predicate": "$count($data[price > 10 and count < 5])",
    "texts": f"$length($join($map([1..{STEPS}], function($v) {{ 'job-' & $string($v) }})))",
}


def measure(bench: Bench) -> Iterator[Figure]:
    """Steps a second for each kind of expression."""
    with _reference() as reference:
        for name, expression in EXPRESSIONS.items():
            bench.say(f"JSONata: {name}")
            theirs = reference if isinstance(reference, Absent) else _theirs(reference, expression)
            readings = take_turns({"ours": _ours(expression), _NAME: theirs}, _ROUNDS)
            aim = at_least(300_000, "/s") if name == "$map" else None
            yield from figures(f"JSONata steps, {name}", "/s", readings, aim=aim)


def _ours(expression: str) -> Way:
    compiled = compile_expression(expression)

    def way() -> float:
        before = time.thread_time()
        compiled.evaluate({"data": _DATA})
        return STEPS / (time.thread_time() - before)

    return way


def _theirs(reference: subprocess.Popen[str], expression: str) -> Way:
    wanted = compile_expression(expression).evaluate({"data": _DATA})
    question = json.dumps({"expression": expression, "data": _DATA}) + "\n"

    def way() -> float:
        assert reference.stdin and reference.stdout
        reference.stdin.write(question)
        reference.stdin.flush()
        answer: dict[str, Any] = json.loads(reference.stdout.readline())
        if answer["value"] != wanted:
            raise WrongAnswer(f"{answer['value']} in place of {wanted}")
        return STEPS / answer["seconds"]

    return way


@contextmanager
def _reference() -> Iterator[subprocess.Popen[str] | Absent]:
    """The reference implementation in a process of its own; why it is absent where it can't be had."""
    try:
        _install()
    except NotThere as reason:
        yield Absent(str(reason))
        return
    script = _FOLDER / "reference.mjs"
    shutil.copyfile(ROOT / "benchmarks" / "jsonata_reference.mjs", script)
    process = subprocess.Popen(["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _install() -> None:
    """Raises:
    NotThere: Node.js or npm isn't there, or the package can't be had.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotThere("needs Node.js and npm")
    if (_FOLDER / f".installed-{VERSION}").exists():
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-save", "--prefix", str(_FOLDER), f"jsonata@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotThere(f"can't be installed: {''.join(done.stderr.strip().splitlines()[-1:])}")
    (_FOLDER / f".installed-{VERSION}").touch()
