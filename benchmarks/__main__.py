"""Run benchmarks: `python -m benchmarks [SUBJECT ...]`, all of them where none is named.

Progress goes to standard error, the table to standard output and to `build/bench.md`, with a line of verdict at the
end. A missed aim is told and is no failure; the exit status is 1 where something of ours broke.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from types import ModuleType

from benchmarks import functions, jsonata, lessons, preprocessing, s3, sagemaker, starting, states
from benchmarks.bench import Bench
from benchmarks.emulators import BUILD, CLOCK
from benchmarks.figures import Figure, failed, table, verdict

SUBJECTS: dict[str, ModuleType] = {
    "starting": starting,
    "s3": s3,
    "functions": functions,
    "preprocessing": preprocessing,
    "states": states,
    "jsonata": jsonata,
    "sagemaker": sagemaker,
    "lessons": lessons,
}
REPORT = BUILD / "bench.md"


def main(arguments: list[str] | None = None) -> int:
    """Measure, and tell; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measured beside its baselines.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)} (default: all)")
    names = parser.parse_args(arguments).subjects or list(SUBJECTS)
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject is named {', '.join(unknown)}: there are {', '.join(SUBJECTS)}")
    started = time.monotonic()
    figures = list(_measured(names, started))
    report = f"{table(figures)}\n\n{_conditions(time.monotonic() - started)}\n\n{verdict(figures)}\n"
    BUILD.mkdir(exist_ok=True)
    REPORT.write_text(report, encoding="utf-8")
    print(report, end="")
    return 1 if failed(figures) else 0


def _measured(names: list[str], started: float) -> Iterator[Figure]:
    with Bench(lambda what: print(f"[{time.monotonic() - started:4.0f} s] {what} ...", file=sys.stderr)) as bench:
        for name in names:
            yield from SUBJECTS[name].measure(bench)


def _conditions(seconds: float) -> str:
    return (
        "A ratio below 1 means that ours takes less. Medians; ours and the baselines took turns. "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"waits that only pass time, {CLOCK} times faster than on AWS; {seconds:.0f} s in all."
    )


if __name__ == "__main__":
    raise SystemExit(main())
