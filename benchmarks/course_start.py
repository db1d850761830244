"""What a learner's first cell waits for beside Python and boto3: `import course`, and a lesson's first cell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench, figures
from benchmarks.emulators import ROOT, environment
from benchmarks.figures import Figure, within
from benchmarks.turns import Way, WrongAnswer, seconds, take_turns

_ROUNDS = 9
_LESSON = ROOT / "notebooks" / "01_write_a_lambda_function.ipynb"
_ALONE = "import boto3; boto3.client('s3', region_name='us-east-1')"


def measure(bench: Bench) -> Iterator[Figure]:
    """Seconds of a fresh process each."""
    for what, code in (("import course", "import course"), ("a lesson's first cell", first_cell(_LESSON))):
        bench.say(what)
        ways = {"ours": _process(code), "Python with boto3": _process(_ALONE)}
        yield from figures(what, "s", take_turns(ways, _ROUNDS, limit_seconds=40), aim=within(1.5))


def first_cell(notebook: Path) -> str:
    """The code of a notebook's first cell of code."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "".join(next(cell["source"] for cell in cells if cell["cell_type"] == "code"))


def _process(code: str) -> Way:
    def run() -> None:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True)
        if done.returncode:
            raise WrongAnswer(done.stderr.strip().splitlines()[-1])

    return seconds(run)
