"""`make site`: the lessons as they are stored, and the pages of `docs/`, as a static site under `build/site`.

Nothing is executed and nothing is fetched. A warning of Sphinx, a link that leads nowhere inside the site or a
picture without alternative text is a failure.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from docs.site.pages import problems
from docs.site.sources import PROJECT, gather

_CONFIGURATION = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Build the site; 0 where nothing is wrong with it."""
    parser = argparse.ArgumentParser(prog="make site", description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=PROJECT / "build" / "site", help="the folder to write to")
    parser.add_argument("--web", action="store_true", help="ask the addresses on the web whether they answer, instead")
    options = parser.parse_args(arguments)
    site = options.to.resolve()
    sources = site.with_name(f"{site.name}-sources")
    gather(sources)
    if options.web:
        return build(sources, site.with_name(f"{site.name}-web"), "linkcheck")
    if build(sources, site):
        return 1
    found = problems(site)
    print("\n".join(found) if found else f"The site is at {site / 'index.html'}")
    return 1 if found else 0


def build(sources: Path, to: Path, builder: str = "html") -> int:
    """Run Sphinx on a folder of sources; 0 where it had nothing to complain of."""
    settings = ["--quiet", "--fail-on-warning", "--keep-going", "--jobs", "auto", "--builder", builder]
    files = ["--conf-dir", str(_CONFIGURATION), "--doctree-dir", str(sources / ".doctrees"), str(sources), str(to)]
    return build_main([*settings, *files])


if __name__ == "__main__":
    sys.exit(main())
