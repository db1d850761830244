"""A picture in a notebook: with an alternative text, and in dark colours where JupyterLab's theme is dark."""

from __future__ import annotations

import base64
from html import escape

INK, PAPER, LINE = "#16191f", "#f7f8f9", "#d5dbdb"
BLUE, RED, GREEN, GREY = "#0b63ce", "#c4161c", "#1d8102", "#687078"

# Turned over and back in hue, every colour keeps its meaning: green stays green.
_DARK = '<style>[data-jp-theme-light="false"] .course-picture { filter: invert(0.9) hue-rotate(180deg); }</style>'


def image(svg: str, alt: str, measured: bool = False) -> str:
    """HTML that shows an SVG picture.

    JupyterLab shows no bare SVG in a notebook that it doesn't trust yet, and gives it no alternative text.

    Args:
        svg: the picture, as it stands on its own.
        alt: what it shows, in words.
        measured: it shows what was measured, so it differs from run to run.
    """
    source = base64.b64encode(svg.encode()).decode()
    kind = "course-picture course-measured" if measured else "course-picture"
    return (
        f'<img class="{kind}" src="data:image/svg+xml;base64,{source}" alt="{escape(alt)}" '
        f'style="max-width:100%">{_DARK}'
    )


def inline(svg: str) -> str:
    """HTML with the SVG itself in it, for a picture that changes while it is looked at."""
    return f'{_DARK}<div class="course-picture">{svg}</div>'


def frame(width: float, height: float, title: str, description: str, *parts: str) -> str:
    """An SVG picture on a sheet of its own, with its title and description for those who don't see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">',
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
            f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="10" fill="{PAPER}" '
            f'stroke="{LINE}"/>',
            *parts,
            "</svg>",
        ]
    )


def text(words: str, x: float, y: float, anchor: str = "start", more: str = "") -> str:
    """A line of text in an SVG picture."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" {more}>{escape(words)}</text>'
