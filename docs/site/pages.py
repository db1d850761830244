"""Looks through the built pages as a reader's browser would: every link leads somewhere, every picture has words.

Only what is inside the site is looked at; addresses on the web are the matter of `python -m docs.site --web`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src", "object": "data"}


@dataclass
class Page(HTMLParser):
    """What a page links to, what can be linked to on it, and how many of its pictures have no alternative text."""

    path: Path
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    mute: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := attributes.get(name))}
        if (target := attributes.get(_LINKS.get(tag, ""))) is not None:
            self.links.append(target)
        if tag == "img" and not (attributes.get("alt") or "").strip():
            self.mute.append((attributes.get("src") or "")[:80])


def problems(site: Path) -> list[str]:
    """What is wrong in a built site, a line each: page, and the link that leads nowhere or the mute picture."""
    # The theme leaves a template of its own among its files.
    found = [path for path in sorted(site.rglob("*.html")) if path.relative_to(site).parts[0] != "_static"]
    pages = {path: Page(path) for path in found}
    return [
        f"{path.relative_to(site)}: {problem}"
        for path, page in pages.items()
        for problem in [
            *(f"{link} leads nowhere" for link in page.links if not _leads_somewhere(link, path, pages)),
            *(f"a picture without alternative text: {source}" for source in page.mute),
        ]
    ]


def _leads_somewhere(link: str, page: Path, pages: dict[Path, Page]) -> bool:
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return True
    target = (page.parent / unquote(address.path)).resolve() if address.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not address.fragment or target not in pages or unquote(address.fragment) in pages[target].anchors
