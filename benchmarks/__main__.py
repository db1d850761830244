"""Run benchmarks: `python -m benchmarks [SUBJECT ...]`, all of them where none is named; `--rows` for some rows alone.

Progress goes to standard error, the table to standard output and to `build/bench.md`, with a line of verdict at the
end; with `--readme` also into the README, which shows one run of all rows. The exit status is 1 where an aim is missed
or something of ours broke.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

from benchmarks import (
    course_start,
    functions,
    growth,
    jsonata,
    lessons,
    memory,
    preprocessing,
    s3,
    sagemaker,
    starting,
    states,
)
from benchmarks.bench import Bench
from benchmarks.emulators import BUILD, CLOCK, ROOT
from benchmarks.figures import Figure, failed, missed, table, verdict

SUBJECTS: dict[str, ModuleType] = {
    "starting": starting,
    "s3": s3,
    "functions": functions,
    "preprocessing": preprocessing,
    "states": states,
    "jsonata": jsonata,
    "sagemaker": sagemaker,
    "memory": memory,
    "growth": growth,
    "course_start": course_start,
    "lessons": lessons,
}
_ROWS = {
    "starting": "start to first answer",
    "s3": "s3 put get 1 kb 10 mb",
    "functions": "lambda cold that imports boto3 warm in 8 threads",
    "preprocessing": "preprocessing processor time peak memory",
    "states": "one pass state jsonata jsonpath choice states intrinsic functions map of items distributed map lambda "
    "children one warm lambda task executions at once",
    "jsonata": "jsonata steps",
    "sagemaker": "training job end to end endpoint answer p50 p99 answers in 8 threads batch transform lines",
    "memory": "memory idle after invocations and executions that the second thousand take",
    "growth": "one more of a page of objects log events executions functions",
    "course_start": "import course a lesson's first cell",
    "lessons": "lesson executed make course",
}
"""The words in the names of a subject's rows: a row that is asked for is looked for where its words are."""
REPORT, README = BUILD / "bench.md", ROOT / "README.md"
_BEGIN, _END = "<!-- written by make bench README=1 -->\n", "<!-- so far -->\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, and tell; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measured beside its baselines.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)} (default: all)")
    parser.add_argument("--rows", default="", help='only rows with this in their names; several: "S3 put; memory"')
    parser.add_argument("--readme", action="store_true", help="put the table into README.md; only of all rows")
    asked = parser.parse_args(arguments)
    if asked.readme and (asked.subjects or asked.rows):
        parser.error("the README shows all rows, measured in one run")
    rows = [row.strip() for row in asked.rows.split(";") if row.strip()]
    names = asked.subjects or [name for name in SUBJECTS if not rows or _has_any(name, rows)]
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject is named {', '.join(unknown)}: there are {', '.join(SUBJECTS)}")
    started = time.monotonic()
    figures = list(_measured(names, rows, started))
    if not figures:
        parser.error(f"no row has {' or '.join(rows)} in its name")
    conditions = _conditions(time.monotonic() - started)
    report = f"{table(figures)}\n\n{conditions}\n\n{verdict(figures)}\n"
    BUILD.mkdir(exist_ok=True)
    REPORT.write_text(report, encoding="utf-8")
    print(report, end="")
    if asked.readme:
        _put_into_readme(table(figures), conditions, verdict(figures))
    return 1 if failed(figures) or missed(figures) else 0


def _has_any(subject: str, rows: list[str]) -> bool:
    """Whether a subject may have one of the rows."""
    words = set(_ROWS[subject].split())
    return any(all(word in words or word[0].isdigit() for word in row.lower().split()) for row in rows)


def _measured(names: list[str], rows: list[str], started: float) -> Iterator[Figure]:
    def say(what: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {what} ...", file=sys.stderr)

    with Bench(say, rows) as bench:
        for name in names:
            yield from (figure for figure in SUBJECTS[name].measure(bench) if bench.wants(figure.what))


def _put_into_readme(rows: str, conditions: str, said: str) -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    today = datetime.now(UTC)
    lines = (
        f"{_BEGIN}Measured on {today.day} {today:%B %Y}. {said}",
        "<details><summary>The whole table</summary>",
        rows,
        conditions,
        f"</details>\n{_END}",
    )
    text = "\n\n".join(lines)
    README.write_text(before + text + rest.partition(_END)[2], encoding="utf-8")


def _conditions(seconds: float) -> str:
    return (
        "A ratio below 1 means that ours takes less. Medians; ours and the baselines took turns. "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"waits that only pass time, {CLOCK} times faster than on AWS; {seconds:.0f} s in all."
    )


if __name__ == "__main__":
    raise SystemExit(main())
