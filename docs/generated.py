"""Pages that are made and not written: a command writes one anew, or says whether it is what its source says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def write_or_compare(
    arguments: list[str] | None, command: str, about: str, page: Path, text: Callable[[], str], source: str
) -> int:
    """Run the command that makes a page. Returns the exit status: 1 when it differs under `--check`.

    Args:
        arguments: of the command line.
        command: the module that is run, such as `docs.operations`.
        about: what the command says of itself.
        page: the page's file, in `docs/`.
        text: makes what the page has to be.
        source: what says so, in words, such as "the code says".
    """
    parser = argparse.ArgumentParser(prog=f"python -m {command}", description=about)
    parser.add_argument("--check", action="store_true", help="write nothing, say whether the page is up to date")
    check = parser.parse_args(arguments).check
    made = text()
    if page.exists() and page.read_text(encoding="utf-8") == made:
        print(f"docs/{page.name} is up to date.")
        return 0
    if check:
        print(f"docs/{page.name} is not what {source}. Run: python -m {command}")
        return 1
    page.write_text(made, encoding="utf-8", newline="\n")
    print(f"Written: docs/{page.name}")
    return 0
