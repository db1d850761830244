"""Charts: every number in the picture and in the words, an alternative text, and nothing that breaks the picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import course
from course.charts import Chart

SVG = "{http://www.w3.org/2000/svg}"
BARS = course.Bars({"helpful": 23793, "unhelpful": 3304}, "Sentences", shares=True)
LINE = course.TimeLine([course.Span("wait", 0, 1.5), course.Span("run", 1.5, 2, "failed", "bad")], "One upload")
WAYS = [("s3://b/in", "->", "/opt/ml/in"), ("s3://b/out", "<-", "/opt/ml/out")]
STEPS = course.Steps(
    [
        course.Step("Upload", "done", 0.5, "4 bytes"),
        course.Step("Train", "begun"),
        course.Step("Test", "failed", what="no data"),
        course.Step("Endpoint", "waits"),
    ],
    "The chain",
)
PATHS = course.Paths(WAYS, ("S3", "machine"), "Copies")


def rectangles(chart: Chart) -> list[dict[str, str]]:
    """All but the sheet that the chart stands on."""
    return [one.attrib for one in ElementTree.fromstring(chart.svg).iter(f"{SVG}rect")][1:]


@pytest.mark.parametrize("chart", [BARS, LINE, PATHS, STEPS], ids=lambda chart: type(chart).__name__)
def test_a_chart_reads_as_text_and_has_an_alternative_text(chart: Chart) -> None:
    picture = ElementTree.fromstring(chart.svg)
    assert picture.attrib["role"] == "img"
    assert picture.find(f"{SVG}desc").text == repr(chart)
    shown = chart._repr_mimebundle_()
    assert shown["text/plain"] == repr(chart)
    assert f'alt="{chart.title}:' in shown["text/html"]
    assert ("course-measured" in shown["text/html"]) == chart.measured


def test_bars_are_as_long_as_their_numbers() -> None:
    assert repr(BARS).splitlines() == ["Sentences:", "  helpful    23,793 (88%)", "  unhelpful  3,304 (12%)"]
    long, short = (float(one["width"]) for one in rectangles(BARS))
    assert short / long == pytest.approx(3304 / 23793)


def test_spans_stand_where_they_were_on_one_scale() -> None:
    assert repr(LINE).splitlines()[1:] == ["  wait  from 0.000 s, 1.500 s", "  run   from 1.500 s, 0.500 s, failed"]
    wait, run = rectangles(LINE)
    assert float(run["x"]) == pytest.approx(float(wait["x"]) + float(wait["width"]))
    assert float(run["width"]) == pytest.approx(float(wait["width"]) / 3)
    assert run["fill"] != wait["fill"]


def test_spans_of_one_name_stand_in_one_row_with_the_sum_of_their_times() -> None:
    spans = [course.Span("wait", 0, 1), course.Span("look", 1, 2), course.Span("wait", 2, 4, "left", "good")]
    line = course.TimeLine(spans, "Round and round")
    assert repr(line).splitlines()[1:] == ["  wait  from 0.000 s, 3.000 s, left", "  look  from 1.000 s, 1.000 s"]
    first, second, look = rectangles(line)
    assert first["y"] == second["y"] != look["y"]
    assert float(second["x"]) == pytest.approx(float(look["x"]) + float(look["width"]))


def test_paths_have_their_direction() -> None:
    assert repr(PATHS).splitlines()[1:] == ["  s3://b/in   ->  /opt/ml/in", "  s3://b/out  <-  /opt/ml/out"]
    there, back = (one.attrib["points"].split()[0] for one in ElementTree.fromstring(PATHS.svg).iter(f"{SVG}polygon"))
    assert float(there.split(",")[0]) > float(back.split(",")[0])


def test_a_step_says_how_it_stands_by_a_sign_a_word_and_a_colour() -> None:
    assert repr(STEPS).splitlines()[1:] == [
        "  ✓ Upload    done, 0.500 s, 4 bytes",
        "  ● Train     begun",
        "  ✕ Test      failed, no data",
        "  ○ Endpoint  waits",
    ]
    circles = list(ElementTree.fromstring(STEPS.svg).iter(f"{SVG}circle"))
    assert len({one.attrib["stroke"] for one in circles}) == 4
    assert len({one.attrib["cy"] for one in circles}) == 4


def test_names_cannot_break_the_picture() -> None:
    for chart in (
        course.Bars({'<"&': 1, "</svg>": 0}, "<&>"),
        course.TimeLine([course.Span("</svg>", 0, 0, "<&")], "&"),
        course.Paths([("<", "->", "&")], ("<", ">"), "<"),
        course.Steps([course.Step("</svg>", "done", what="&")], "<"),
    ):
        ElementTree.fromstring(chart.svg)


@pytest.mark.parametrize(
    "make",
    [
        lambda: course.Bars({}, "t"),
        lambda: course.Bars({"a": -1}, "t"),
        lambda: course.TimeLine([], "t"),
        lambda: course.Steps([], "t"),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: object) -> None:
    with pytest.raises(course.CourseError):
        make()
