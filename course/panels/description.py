"""What a panel says, written once and rendered three ways: HTML for its widget, Markdown, plain text.

A panel describes its state as a list of blocks. The widget shows them as HTML; nbviewer, a static site and a
screen reader get the Markdown; nbval compares the text. So no reading of a panel can differ from another.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from course.charts import Chart
from course.pictures import image

Tone = Literal["plain", "good", "bad", "note"]


class Block(Protocol):
    """A piece of a description."""

    def html(self) -> str: ...
    def markdown(self) -> str: ...
    def text(self) -> str: ...


@dataclass(frozen=True)
class Say:
    """A sentence. Its tone colours it; the words alone have to carry the meaning.

    `**bold**`, `*slanted*` and `` `code` `` are understood, as in Markdown; what comes from outside goes through
    `plain` first.
    """

    words: str
    tone: Tone = "plain"

    def html(self) -> str:
        return f'<p class="course-say course-{self.tone}">{inline_html(self.words)}</p>'

    def markdown(self) -> str:
        return self.words

    def text(self) -> str:
        return inline_text(self.words)


@dataclass(frozen=True)
class Facts:
    """Names and their values, a few on a line."""

    rows: Sequence[tuple[str, str]]

    def html(self) -> str:
        pairs = "".join(f"<div><dt>{html.escape(n)}</dt><dd>{html.escape(v)}</dd></div>" for n, v in self.rows)
        return f'<dl class="course-facts">{pairs}</dl>'

    def markdown(self) -> str:
        if not self.rows:
            return ""
        names, values = zip(*self.rows, strict=True)
        return _markdown_table(names, [values])

    def text(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.rows)


@dataclass(frozen=True)
class Table:
    """Rows under column heads; `caption` says what they are, also to a screen reader."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = "Nothing here."

    def html(self) -> str:
        caption = f"<caption>{html.escape(self.caption)}</caption>"
        if not self.rows:
            return f'<p class="course-caption">{html.escape(self.caption)}</p><p>{html.escape(self.empty)}</p>'
        head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in self.columns)
        rows = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        # Wide rows scroll inside the panel; what scrolls must be reachable by keyboard.
        return (
            f'<div class="course-scroll" tabindex="0" role="region" aria-label="{html.escape(self.caption)}">'
            f'<table class="course-table">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        )

    def markdown(self) -> str:
        if not self.rows:
            return f"{self.caption}: {self.empty}"
        return f"{self.caption}\n\n{_markdown_table(self.columns, self.rows)}"

    def text(self) -> str:
        if not self.rows:
            return f"{self.caption}: {self.empty}"
        return "\n".join([f"{self.caption}:", *("  " + " | ".join(row) for row in self.rows)])


def _cell(words: str) -> str:
    """A number stays on one line with its unit."""
    return html.escape(re.sub(r"^([\d.,]+) (\w{1,5})$", "\\1\N{NO-BREAK SPACE}\\2", words))


@dataclass(frozen=True)
class Code:
    """Text to be read as it stands: JSON, a log, a source file."""

    title: str
    code: str
    language: str = "text"

    def html(self) -> str:
        title = html.escape(self.title)
        return (
            f'<p class="course-caption">{title}</p>'
            f'<pre class="course-code" tabindex="0" role="region" aria-label="{title}">{html.escape(self.code)}</pre>'
        )

    def markdown(self) -> str:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", self.code)), default=0))
        return f"{self.title}:\n\n{fence}{self.language}\n{self.code.rstrip()}\n{fence}"

    def text(self) -> str:
        return f"{self.title}:\n{self.code.rstrip()}"


@dataclass(frozen=True)
class Picture:
    """A chart: as a picture where pictures are shown, and in words elsewhere."""

    chart: Chart

    def html(self) -> str:
        title = html.escape(self.chart.title)
        picture = image(self.chart.svg, repr(self.chart), self.chart.measured)
        return (
            f'<div class="course-scroll course-chart" tabindex="0" role="region" aria-label="{title}">{picture}</div>'
        )

    def markdown(self) -> str:
        return f"```text\n{self.chart!r}\n```"

    def text(self) -> str:
        return repr(self.chart)


@dataclass(frozen=True)
class Fold:
    """Blocks that are unfolded on demand."""

    title: str
    blocks: Sequence[Block]

    def html(self) -> str:
        summary = f"<summary>{html.escape(self.title)}</summary>"
        return f'<details class="course-fold">{summary}{as_html(self.blocks)}</details>'

    def markdown(self) -> str:
        return f"<details><summary>{html.escape(self.title)}</summary>\n\n{as_markdown(self.blocks)}\n\n</details>"

    def text(self) -> str:
        return as_text(self.blocks)


def as_html(blocks: Sequence[Block]) -> str:
    """The blocks as HTML; every text in it is escaped."""
    return "".join(block.html() for block in blocks)


def as_markdown(blocks: Sequence[Block]) -> str:
    """The blocks as Markdown."""
    return "\n\n".join(part for part in (block.markdown() for block in blocks) if part)


def as_text(blocks: Sequence[Block]) -> str:
    """The blocks as plain text."""
    return "\n".join(part for part in (block.text() for block in blocks) if part)


def plain(words: str) -> str:
    """Words from outside, for use in `Say`: none of them is read as a mark."""
    return re.sub(r"([*`])", r"\\\1", words)


def inline_html(words: str) -> str:
    """`**bold**`, `*slanted*` and `` `code` `` as HTML."""
    escaped = html.escape(words, quote=False)
    marked = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"<b>\1</b>", escaped)
    marked = re.sub(r"(?<![\\*])\*([^*]+?)(?<!\\)\*", r"<i>\1</i>", marked)
    marked = re.sub(r"(?<!\\)`(.+?)(?<!\\)`", r"<code>\1</code>", marked)
    return re.sub(r"\\([*`])", r"\1", marked)


def inline_text(words: str) -> str:
    """The words without their marks."""
    return re.sub(r"\\([*`])", r"\1", re.sub(r"(?<!\\)(\*+|`)", "", words))


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_markdown_row(columns), "|" + ":--|" * len(columns), *map(_markdown_row, rows)]
    return "\n".join(lines)


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
