"""The pictures in `img/`: each SVG is what its source draws, can be read by day and by night, and stands beside
its one alt text wherever a lesson shows it."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from img.pictures import all_pictures
from img.shapes import Picture, Rect
from img.theme import DAY, NIGHT, Palette

ROOT = Path(__file__).parents[1]
IMG = ROOT / "img"
PICTURES = {picture.name: picture for picture in all_pictures()}
SVG = "{http://www.w3.org/2000/svg}"

every_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())


def draw(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the drawing program as a reader would."""
    command = [sys.executable, "-m", "img", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)


# --- sources and files ---------------------------------------------------------------------------------------


def test_every_file_is_what_its_source_draws() -> None:
    checked = draw("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_a_file_edited_by_hand_is_found_and_drawn_anew(tmp_path: Path) -> None:
    assert draw("--to", tmp_path).returncode == 0
    edited = tmp_path / "workflow.svg"
    drawn = edited.read_bytes()
    edited.write_bytes(drawn.replace(b"Deploy", b"Employ"))
    (tmp_path / "roles.svg").unlink()

    checked = draw("--check", "--to", tmp_path)
    assert checked.returncode == 1
    assert "workflow.svg" in checked.stdout
    assert "roles.svg" in checked.stdout
    assert "s3_trigger.svg" not in checked.stdout

    assert draw("--to", tmp_path).returncode == 0
    assert edited.read_bytes() == drawn


def test_no_svg_is_without_a_source_of_its_name() -> None:
    assert {file.stem for file in IMG.glob("*.svg")} == PICTURES.keys()
    assert all((IMG / f"{name}.py").is_file() for name in PICTURES)


def test_captured_pictures_are_small() -> None:
    captured = list(IMG.glob("*.png"))
    assert captured
    assert [file.name for file in captured if file.stat().st_size > 200_000] == []


# --- the drawings --------------------------------------------------------------------------------------------


@every_picture
def test_nothing_overlaps_or_sticks_out(picture: Picture) -> None:
    assert picture.problems() == []


@pytest.fixture
def blank() -> Picture:
    return Picture(name="blank", title="Blank", subtitle="Empty.", alt="An empty page.", lessons=(), height=400)


def test_a_text_too_wide_for_its_box_is_found(blank: Picture) -> None:
    blank.box(100, 100, 120, 60, "far too long a title for this box")
    assert any("too large for its shape" in problem for problem in blank.problems())


def test_text_on_text_is_found(blank: Picture) -> None:
    blank.text(100, 200, "one")
    blank.text(110, 205, "two")
    assert blank.problems() == ["'one' and 'two' overlap"]


def test_text_on_the_edge_of_a_box_is_found(blank: Picture) -> None:
    box = blank.box(100, 100, 120, 60, "box")
    blank.text(210, 135, "label")
    assert blank.problems() == [f"'label' lies on a shape at {box}"]


def test_an_arrow_through_text_or_box_is_found(blank: Picture) -> None:
    blank.text(200, 205, "in the way")
    blank.box(400, 170, 120, 60, "")
    blank.arrow((100, 200), (700, 200))
    problems = "\n".join(blank.problems())
    assert "crosses 'in the way'" in problems
    assert "crosses the shape at" in problems


def test_an_arrow_that_only_touches_what_it_joins_is_right(blank: Picture) -> None:
    one, other = blank.box(100, 100, 120, 60, "one"), blank.box(300, 100, 120, 60, "other")
    blank.arrow(one.right(), other.left())
    assert blank.problems() == []


def test_a_slanted_arrow_is_found(blank: Picture) -> None:
    blank.arrow((100, 200), (300, 204))
    assert [problem.split(" is ")[-1] for problem in blank.problems()] == ["slanted"]


def test_boxes_on_each_other_and_outside_are_found(blank: Picture) -> None:
    blank.box(700, 100, 120, 60, "")
    blank.box(800, 120, 120, 60, "")
    problems = "\n".join(blank.problems())
    assert "overlap" in problems
    assert "leaves the picture" in problems


def test_rectangles_that_share_an_edge_do_not_overlap() -> None:
    assert not Rect(0, 0, 10, 10).overlaps(Rect(10, 0, 10, 10))
    assert Rect(0, 0, 10, 10).overlaps(Rect(9, 9, 10, 10))


# --- the SVG files -------------------------------------------------------------------------------------------


@every_picture
def test_an_svg_says_its_size_its_title_and_its_description(picture: Picture) -> None:
    root = ElementTree.parse(IMG / f"{picture.name}.svg").getroot()
    assert (root.get("width"), root.get("height")) == ("880", str(picture.height))
    assert root.get("viewBox") == f"0 0 880 {picture.height}"
    assert root.findtext(f"{SVG}title") == picture.title
    assert root.findtext(f"{SVG}desc") == picture.alt
    named = {element.get("id") for element in root if element.get("id")}
    assert set(root.get("aria-labelledby", "").split()) == named


@every_picture
def test_an_svg_needs_nothing_from_outside_and_runs_nothing(picture: Picture) -> None:
    svg = (IMG / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert not re.search(r"href|url\(|@import|@font-face|<script|<image|<foreignObject|\son\w+=", svg)
    assert "prefers-color-scheme: dark" in svg


@every_picture
def test_type_is_never_smaller_than_14_pixels(picture: Picture) -> None:
    root = ElementTree.parse(IMG / f"{picture.name}.svg").getroot()
    code = float(re.search(r"\.code \{[^}]*font-size: ([\d.]+)em", root.findtext(f"{SVG}style"))[1])
    sizes = [
        float(text.get("font-size")) * (code if text.find(f"{SVG}tspan") is not None else 1)
        for text in root.iter(f"{SVG}text")
    ]
    assert sizes
    assert min(sizes) >= 14


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_text_and_outlines_stand_out_from_their_ground(palette: Palette) -> None:
    """Web Content Accessibility Guidelines 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for outlines (1.4.11)."""
    grounds = [palette.card, *(tone.fill for tone in palette.tones.values())]
    assert min(contrast(palette.ink, ground) for ground in grounds) >= 4.5
    assert min(contrast(ink, palette.card) for ink in (palette.soft, palette.wrong_ink)) >= 4.5
    edges = [palette.line, *(tone.edge for tone in palette.tones.values())]
    assert {edge for edge in edges if contrast(edge, palette.card) < 3} == set()


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, by the formula of the Web Content Accessibility Guidelines."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_is_as_the_guidelines_define_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# --- alt texts -----------------------------------------------------------------------------------------------


@every_picture
def test_an_alt_text_says_what_there_is_to_see(picture: Picture) -> None:
    assert 120 <= len(picture.alt) <= 420
    assert picture.alt.endswith(".")
    assert not re.match(r"(a |an |the )?(picture|image|diagram|figure)\b", picture.alt, re.IGNORECASE)
    assert not re.search(r'[\[\]"|<>`\n]', picture.alt), "it could not stand in Markdown, HTML and a table"


def test_no_two_pictures_share_an_alt_text() -> None:
    assert all(one.alt != other.alt for one, other in itertools.combinations(PICTURES.values(), 2))


def test_the_readme_of_the_pictures_lists_them_all() -> None:
    rows = [line for line in (IMG / "README.md").read_text(encoding="utf-8").splitlines() if ".svg) |" in line]
    assert len(rows) == len(PICTURES)
    for row, picture in zip(rows, PICTURES.values(), strict=True):
        assert row.startswith(f"| [{picture.name}]({picture.name}.svg) | {picture.alt} | ")


IN_MARKDOWN = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)\s]*\bimg/(?P<name>[^/)\s]+)\.svg\)")
IN_HTML = re.compile(r"<img\b[^>]*>")


def shown(markdown: str) -> Iterator[tuple[str, str]]:
    """The pictures of `img/` that a Markdown text shows: name and alt text of each."""
    for found in IN_MARKDOWN.finditer(markdown):
        yield found["name"], found["alt"]
    for tag in IN_HTML.findall(markdown):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        source = re.search(r"\bimg/([^/]+)\.svg$", attributes.get("src", ""))
        if source:
            yield source[1], attributes.get("alt", "")


def wrong_alt_texts(markdown: str) -> list[str]:
    """The names of the pictures that a Markdown text shows with another alt text than theirs, or that don't exist."""
    return [name for name, alt in shown(markdown) if name not in PICTURES or PICTURES[name].alt != alt]


def texts_with_pictures() -> Iterator[Path]:
    """The README and every lesson."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "notebooks").rglob("*.ipynb"))


def test_lessons_show_pictures_with_their_alt_text() -> None:
    wrong = {}
    for file in filter(Path.is_file, texts_with_pictures()):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".ipynb":
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
            text = "\n\n".join("".join(cell["source"]) for cell in cells)
        if found := wrong_alt_texts(text):
            wrong[str(file.relative_to(ROOT))] = found
    assert wrong == {}, "take the alt text from img/README.md"


def test_a_wrong_alt_text_is_found_in_markdown_and_in_html() -> None:
    alt = PICTURES["roles"].alt
    assert wrong_alt_texts(f'![{alt}](../img/roles.svg)\n<img src="../img/roles.svg" width="880" alt="{alt}">') == []
    assert wrong_alt_texts("![Roles](img/roles.svg)") == ["roles"]
    assert wrong_alt_texts('<img alt="Roles" src="../img/roles.svg">') == ["roles"]
    assert wrong_alt_texts('<img src="../img/roles.svg">') == ["roles"]
    assert wrong_alt_texts("![x](../img/no_such_picture.svg)") == ["no_such_picture"]
