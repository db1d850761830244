"""How every picture looks: colours by day and by night, type sizes, and how wide a text is.

Colours carry meaning, and a word always says the same, so that nobody needs to see them.
This module draws nothing.
"""

from dataclasses import dataclass

WIDTH = 880
"""Width of every picture in pixels: about the width of a JupyterLab page, so that type keeps its size."""

BODY, LABEL, HEADING = 15, 16, 21
CODE_SCALE = 0.94
"""Monospaced letters look larger than others of the same size."""

SANS = "'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
MONO = "Consolas, Menlo, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True)
class Tone:
    """The two colours of one kind of thing: its surface, and its outline (also of arrows of this tone)."""

    fill: str
    edge: str


@dataclass(frozen=True)
class Palette:
    """All colours of one scheme."""

    card: str
    frame: str
    ink: str
    soft: str
    wrong_ink: str
    line: str
    tones: dict[str, Tone]


DAY = Palette(
    card="#fcfcfa",
    frame="#d5dce4",
    ink="#1f2933",
    soft="#4b5a68",
    wrong_ink="#a83232",
    line="#64748b",
    tones={
        "plain": Tone("#f0f3f6", "#7c8a9b"),
        "function": Tone("#e5effb", "#4a86c5"),
        "storage": Tone("#e4f4eb", "#3f9a6d"),
        "flow": Tone("#f0eafa", "#8867c0"),
        "learning": Tone("#fdf1dc", "#bf8322"),
        "access": Tone("#e0f3f4", "#2f8f96"),
        "wrong": Tone("#fdeaea", "#c94f4f"),
    },
)

NIGHT = Palette(
    card="#171c23",
    frame="#323c48",
    ink="#e7edf3",
    soft="#b6c2ce",
    wrong_ink="#f4a3a3",
    line="#8fa0b3",
    tones={
        "plain": Tone("#242c36", "#708195"),
        "function": Tone("#1b2f46", "#6aa5e0"),
        "storage": Tone("#193428", "#5fb98b"),
        "flow": Tone("#2c2442", "#a78be0"),
        "learning": Tone("#3a2d14", "#d9a74a"),
        "access": Tone("#143236", "#55b6bd"),
        "wrong": Tone("#3d2023", "#e57f7f"),
    },
)


def style_sheet() -> str:
    """The CSS of a picture: the day's colours, and the night's for readers whose system prefers dark."""
    fixed = [
        f"text {{ font-family: {SANS}; }}",
        f".code {{ font-family: {MONO}; font-size: {CODE_SCALE:g}em; }}",
        ".strong { font-weight: 600; }",
        ".arrow, .thin { fill: none; stroke-width: 2; stroke-linejoin: round; }",
        ".thin { stroke-width: 1.5; }",
        ".dashed { stroke-dasharray: 6 5; }",
        ".shape { stroke-width: 1.6; }",
        ".lane { fill: none; stroke-width: 1.4; stroke-dasharray: 2 5; stroke-linecap: round; }",
    ]
    night = [f"  {rule}" for rule in _colours(NIGHT)]
    return "\n".join(
        [*fixed, *_colours(DAY), "@media (prefers-color-scheme: dark) {", *night, "}"],
    )


def _colours(palette: Palette) -> list[str]:
    rules = [
        f".card {{ fill: {palette.card}; stroke: {palette.frame}; }}",
        f".ink {{ fill: {palette.ink}; }}",
        f".soft {{ fill: {palette.soft}; }}",
        f".wrong-ink {{ fill: {palette.wrong_ink}; }}",
        f".edge-line {{ stroke: {palette.line}; }}",
        f".head-line {{ fill: {palette.line}; }}",
    ]
    for name, tone in palette.tones.items():
        rules += [
            f".fill-{name} {{ fill: {tone.fill}; }}",
            f".edge-{name} {{ stroke: {tone.edge}; }}",
            f".head-{name} {{ fill: {tone.edge}; }}",
        ]
    return rules


def text_width(text: str, size: float, *, strong: bool = False) -> float:
    """Width in pixels of a text in which `` `code` `` is set in a monospaced face.

    Advance widths are DejaVu Sans', the widest face of those that a reader's machine may choose,
    so a text that fits here fits everywhere.
    """
    widths = _STRONG if strong else _REGULAR
    total = 0.0
    for position, run in enumerate(text.split("`")):
        if position % 2:
            total += len(run) * 0.602 * size * CODE_SCALE
        else:
            total += sum(widths.get(letter, 0.84) for letter in run) * size
    return total


def _advances(hundredths: str) -> dict[str, float]:
    return {chr(32 + position): int(value) / 100 for position, value in enumerate(hundredths.split())}


_REGULAR = _advances(
    "32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 "
    "100 68 69 70 77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 "
    "50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84"
)
_STRONG = _advances(
    "35 46 52 84 70 100 87 31 46 46 52 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 58 "
    "100 77 76 73 83 68 68 82 84 37 37 77 64 100 84 85 73 85 77 72 68 81 77 110 77 72 73 46 37 46 84 50"
    " 50 67 72 59 72 68 44 72 71 34 34 67 34 104 71 69 72 72 49 60 48 71 65 92 65 65 58 71 37 71 84"
)
