"""Writes the table at the end of each lesson: which of its stored outputs differ on a real account, and how.

Made from the stored outputs: what is known to differ is looked for in them, section by section. Below it stands what
differs where roles that are there already stand for the lesson's; that is made from its cells. `python -m
docs.real_account` writes the tables into the lessons, then run `make exercises`; a test fails when one is not what this
program would write, and when something that may differ from run to run has no row.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LESSONS = Path(__file__).parents[1] / "notebooks"
CELL = "on-a-real-account"
"""The id of the cell that is generated."""

KINDS = {
    "where the lesson works": (r"no account, no cost", "your own account, and what the lesson costs"),
    "account, in ARNs and in the bucket's name": (r"123456789012", "your own"),
    "region": (r"us-east-1", "your own"),
    "request ids": (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "new in every run"),
    "log streams": (r"\d{4}/\d\d/\d\d/\[\$LATEST\]", "new for every execution environment"),
    "milliseconds": (r"\b\d+(\.\d+)? ms\b|'remaining_ms': \d+", "other ones; the first call of a function is slower"),
    "memory": (r"Max Memory Used|MB used of", "some megabytes more or less"),
    "names with a number": (r"BlazingText-\d{13}", "the number is the time at which they were made"),
    "how long it took": (
        r"\b\d+\.\d{3} s\b|, \d+\.\d s\b|\d+\.\d\d hours|course-measured",
        "longer: jobs and endpoints take minutes, events of S3 seconds",
    ),
    "how often the workflow looked for its endpoint": (
        r"(Wait \| Wait|Describe endpoint \| Task|Ready\? \| Choice) \| succeeded|\b(?!000)\d+ state transitions",
        "more often, an endpoint takes minutes",
    ),
    "measured costs": (r"\b\d+\.\d\d (cents|dollars)\b|less than 0\.01 cents", "more, by the longer time"),
    "what the model says, and how good it is": (
        r"train_accuracy|accuracy: |Words that speak|[\[:] ?'__label__\d'",
        "close to this, not the same: each training comes out a little otherwise",
    ),
    "quotas": (r"quotas of the embedded AWS", "those of your account"),
}
"""What differs: a pattern that finds it in outputs, and how it is on a real account."""

_CHANGES_A_ROLE = r"(?:create|put|attach|detach|update_assume)_role|logging_role\(|workflow_role\("
_LACKS_A_RIGHT = r"AccessDenied|not authorized to perform"
CHECKS_WITH_A_ROLE = ("02.handler", "02.policy", "07.handler", "07.policy", "08.tolerance")
"""Checks that try the learner's work under a role of their own."""


def table(notebook: dict[str, Any]) -> str:
    """The text of the generated cell of a lesson."""
    found: dict[str, list[str]] = {}
    for section, text in outputs(notebook):
        for kind, (pattern, _) in KINDS.items():
            if re.search(pattern, text) and section not in found.setdefault(kind, []):
                found[kind].append(section)
    rows = [f"| {kind} | {', '.join(found[kind])} | {there} |" for kind, (_, there) in KINDS.items() if found.get(kind)]
    head = "The stored outputs are those of the embedded AWS. On a real account, these are other ones:"
    lines = ["## On a real account", "", head, "", "| what | in section | there |", "|:--|:--|:--|", *rows]
    return "\n".join([*lines, *given_roles(notebook)])


def given_roles(notebook: dict[str, Any]) -> list[str]:
    """The lines that say what differs with roles that are there already; none where the lesson makes no role."""
    made = _sections(notebook, lambda cell: "".join(cell["source"]), _CHANGES_A_ROLE)
    lacks = _sections(notebook, lambda cell: json.dumps(cell["outputs"]), _LACKS_A_RIGHT)
    sources = "".join("".join(cell["source"]) for cell in notebook["cells"])
    checks = [f"`{name}`" for name in CHECKS_WITH_A_ROLE if f'course.check("{name}"' in sources]
    if not made:
        return []
    said = [f"cells that make or change a role ({_in(made)}) say that nothing was sent"]
    if lacks:
        said.append(f"what is refused because a right is missing ({_in(lacks)}) may be allowed")
    if checks:
        each = "each" if len(checks) > 1 else "the"
        said.append(f"{' and '.join(checks)} can't be checked: {each} check makes a role of its own")
    where = "../docs/instructors.md#what-a-class-costs-on-real-accounts"
    return ["", f"Where you work with [roles that are there already]({where}): {'; '.join(said)}."]


def _in(sections: list[str]) -> str:
    return f"section{'s' if len(sections) > 1 else ''} {' and '.join(sections)}"


def _sections(notebook: dict[str, Any], text: Callable[[dict[str, Any]], str], pattern: str) -> list[str]:
    """The sections that have a code cell of which a text holds the pattern."""
    found = (section for section, cell in code_cells(notebook) if re.search(pattern, text(cell)))
    return list(dict.fromkeys(found))


def outputs(notebook: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The stored outputs as text, each with its section."""
    for section, cell in code_cells(notebook):
        yield from ((section, json.dumps(output, ensure_ascii=False)) for output in cell["outputs"])


def code_cells(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The code cells, each with its section: a number, or `start` and `end`."""
    section = "start"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            heading = re.search(r"^## (?:(\d+)\. )?", "".join(cell["source"]), re.MULTILINE)
            section = section if heading is None else heading[1] or "end"
        else:
            yield section, cell


def with_table(notebook: dict[str, Any]) -> dict[str, Any]:
    """A lesson with its table, right before *What is next*."""
    cells = [cell for cell in notebook["cells"] if cell["id"] != CELL]
    [place] = [number for number, cell in enumerate(cells) if "".join(cell["source"]).startswith("## What is next")]
    source = table(notebook).splitlines(keepends=True)
    made = {"cell_type": "markdown", "id": CELL, "metadata": {}, "source": source}
    return notebook | {"cells": [*cells[:place], made, *cells[place:]]}


def main(arguments: list[str] | None = None) -> int:
    """Write the tables, or compare them. Returns the exit status: 1 when one differs under `--check`."""
    parser = argparse.ArgumentParser(prog="python -m docs.real_account", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say which tables are not up to date")
    check = parser.parse_args(arguments).check
    stale = []
    for path in sorted(LESSONS.glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        # As nbformat writes notebooks, so that opening and saving one changes nothing.
        made = json.dumps(with_table(json.loads(text)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if made != text:
            stale.append(path.name)
            if not check:
                path.write_text(made, encoding="utf-8", newline="\n")
    said = "Run: python -m docs.real_account" if check else "Written. Now: make exercises"
    print(f"{', '.join(stale)}: {said}" if stale else "Every table is up to date.")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
