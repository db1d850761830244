"""Runs a learner's cell and calls one of its functions: the program of a process of its own, started by `trial`.

Standard library only. From its standard input it reads JSON: `source`, `function`, `calls` (a list of argument
lists) and `context` (whether a Lambda context follows the arguments). For each call it writes a line of JSON:
`{"value": ...}` or `{"error": "KeyError: 'x'", "line": 4}`. What the learner's code prints goes nowhere.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any, TextIO

CELL = "<your cell>"


class Context:
    """What Lambda's context has, for a handler that is called without Lambda."""

    function_name = "check"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:check"
    memory_limit_in_mb = "128"
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    log_group_name = "/aws/lambda/check"
    log_stream_name = "2026/01/01/[$LATEST]00000000000000000000000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """As at the beginning of a function with the default time-out."""
        return 3000


def main() -> None:
    """Run the cell, make the calls, answer each as it ends."""
    task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    names: dict[str, Any] = {"__name__": "lambda_function"}
    try:
        exec(compile(task["source"], CELL, "exec"), names)
    except BaseException as error:
        answer(answers, failure(error))
        return
    function = names[task["function"]]
    for arguments in task["calls"]:
        try:
            value = function(*arguments, *([Context()] if task["context"] else []))
            said = json.dumps({"value": value})
        except BaseException as error:
            said = json.dumps(failure(error))
        answer(answers, said)


def failure(error: BaseException) -> dict[str, Any]:
    """An exception in a line, and the line of the cell in which it arose (None where it was none of the cell's)."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == CELL]
    if isinstance(error, SyntaxError) and error.filename == CELL:
        lines.append(error.lineno)
    return {"error": f"{type(error).__name__}: {error}", "line": lines[-1] if lines else None}


def answer(answers: TextIO, said: str | dict[str, Any]) -> None:
    """Write a line and see that it is out, whatever happens next."""
    answers.write((said if isinstance(said, str) else json.dumps(said)) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
