"""Calls a function that a learner has written, in a process of its own and for a bounded time.

What runs is the text of the cell, as in Lambda: a cell that needs another cell is refused with what is missing.
An endless loop ends, and an error is shown as the learner's, with its line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import account_guard
from course.checks.code_errors import after
from course.checks.exercise import Cases
from course.errors import CourseError
from course.functions.cell_package import cell_source
from course.outcomes.outcome import NotYet, Said

SECONDS = 10.0
"""How long a cell and all its calls may take together."""

_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Case:
    """A call and what it should return: `what` says in words what is special about it, `advice` what to try."""

    what: str
    arguments: tuple[Any, ...]
    expected: Any
    advice: str


def compare(function: Callable[..., Any], cases: Iterable[Case], context: bool = False) -> Cases:
    """Call a learner's function once a case, and compare.

    Args:
        function: written in a cell.
        cases: arguments and expected values, both as JSON can hold them.
        context: whether a Lambda context is the last argument.

    Raises:
        NotYet: at the first case that differs, fails, or does not end.
    """
    cases = list(cases)
    given = results(function, [one.arguments for one in cases], context=context)
    for case in cases:
        got = next(given)
        call = f"{case.what}: {called(function, case.arguments)}"
        value = value_of(got, call, case.expected)
        if value != case.expected or isinstance(value, bool) != isinstance(case.expected, bool):
            raise NotYet(call, case.expected, value, case.advice)
        yield case.what


def results(
    function: Callable[..., Any],
    calls: Iterable[tuple[Any, ...]],
    context: bool = False,
    variables: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> Iterator[dict[str, Any]]:
    """Make the calls, one after the other, in one process.

    Args:
        function, context: see `compare`.
        calls: the arguments of each.
        variables: environment variables that the cell finds. Those of AWS lead nowhere unless they are among them.
        seconds: how long all of it may take; `SECONDS` where nothing is said.

    Returns:
        An iterator over what each gave: `{"value": ...}` or `{"error": ..., "line": ...}`. It ends early, with
        `{"lost": ...}`, where a call does not end, or ends its process.

    Raises:
        NotYet: what was handed over is no function, or its cell does not stand on its own.
    """
    source = source_of(function)
    task = {"source": source, "function": function.__name__, "calls": list(calls), "context": context}
    limit = SECONDS if seconds is None else seconds
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=account_guard.without_settings(dict(os.environ)) | dict(variables or {}),
            cwd=folder,
            text=True,
            encoding="utf-8",
        )
        try:
            output, _ = process.communicate(json.dumps(task), timeout=limit)
            lost = f"it has ended its process, with the status {process.returncode}"
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            lost = f"it had not ended after {limit:g} seconds: is there a loop that never ends?"
    return iter([*(_explained(json.loads(line), source) for line in output.splitlines()), {"lost": lost}])


def source_of(function: Any) -> str:
    """The text of the cell in which a learner wrote a function.

    Raises:
        NotYet: it is none, or its cell does not stand on its own.
    """
    try:
        return cell_source(function)
    except CourseError as error:
        raise NotYet(
            "the cell on its own",
            Said("a complete cell"),
            Said(str(error)),
            "Correct the cell, run it, and check again.",
        ) from None


def value_of(got: dict[str, Any], case: str, expected: Any) -> Any:
    """What a call has returned.

    Raises:
        NotYet: it failed, or did not end.
    """
    if "lost" in got:
        raise NotYet(case, expected, Said(f"nothing: {got['lost']}"), "Look at what should bring it to its end.")
    if "error" in got:
        raise NotYet(case, expected, Said(f"an error of your code: {got['error']}"), after(got["error"]))
    return got["value"]


def called(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    """A call as one would write it, cut where it is long."""
    text = ", ".join(json.dumps(one, ensure_ascii=False) for one in arguments)
    return f"{function.__name__}({text if len(text) <= 160 else text[:159] + '…'})"


def _explained(got: dict[str, Any], source: str) -> dict[str, Any]:
    line = got.get("line")
    if line:
        got["error"] += f"\nin line {line} of your cell: {source.splitlines()[line - 1].strip()}"
    return got
