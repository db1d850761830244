"""Draws every picture anew: `python -m img` rewrites the SVG files and the table in `img/README.md`.

Drawing is deterministic and needs the standard library only. `--check` writes nothing and names
the files that would change.
"""

import argparse
import sys
from pathlib import Path

from img.pictures import drawn_files


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures, or compare them. Returns the exit status: 1 when a file differs under `--check`."""
    parser = argparse.ArgumentParser(prog="python -m img", description="Draw the course's pictures.")
    parser.add_argument("--check", action="store_true", help="write nothing, name the files that would change")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, help="the folder to write to")
    options = parser.parse_args(arguments)
    options.to.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, content in drawn_files().items():
        file = options.to / name
        if file.exists() and file.read_text(encoding="utf-8") == content:
            continue
        stale.append(name)
        if not options.check:
            file.write_text(content, encoding="utf-8", newline="\n")
    if options.check and stale:
        print(f"Not as drawn: {', '.join(stale)}. Run: python -m img")
        return 1
    print(f"Written: {', '.join(stale)}" if stale else "Every picture is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
