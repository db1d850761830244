"""The lessons as files: every cell was run, in order, on a fresh kernel, and what a reader meets is there.

What the cells do is compared by nbval; that is the other half of `make test`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<path>[^)\s#]+)\)")
LEFTOVERS = ("clear_output", "interact(", "widgets.Output(", "/tmp/workflow-course")
LONGEST_CELL = 25
_AWS = "https://docs.aws.amazon.com"
PAGES = {
    "00": (f"{_AWS}/IAM/latest/UserGuide/id_roles.html", "https://aws.amazon.com/pricing/"),
    "01": (
        f"{_AWS}/lambda/latest/dg/python-context.html",
        f"{_AWS}/lambda/latest/dg/python-handler.html",
        "https://boto3.amazonaws.com/v1/documentation/api/latest/index.html",
    ),
    "02": (
        f"{_AWS}/lambda/latest/dg/lambda-services.html",
        f"{_AWS}/AmazonS3/latest/userguide/notification-content-structure.html",
    ),
    "03": (
        f"{_AWS}/lambda/latest/dg/with-s3.html",
        f"{_AWS}/lambda/latest/dg/invocation-async-retain-records.html",
    ),
    "04": (
        "https://states-language.net/spec.html",
        "https://docs.jsonata.org/overview.html",
        f"{_AWS}/step-functions/latest/dg/transforming-data.html",
        f"{_AWS}/step-functions/latest/dg/workflow-variables.html",
        f"{_AWS}/lambda/latest/dg/durable-functions.html",
    ),
    "05": (
        f"{_AWS}/sagemaker/latest/APIReference/API_CreateProcessingJob.html",
        f"{_AWS}/step-functions/latest/dg/connect-to-resource.html",
    ),
    "06": (
        f"{_AWS}/sagemaker/latest/APIReference/API_CreateTrainingJob.html",
        f"{_AWS}/sagemaker/latest/dg/blazingtext.html",
    ),
    "07": (f"{_AWS}/step-functions/latest/apireference/API_StartExecution.html",),
    "08": (
        f"{_AWS}/step-functions/latest/dg/state-map-distributed.html",
        f"{_AWS}/step-functions/latest/dg/input-output-itemreader.html",
        f"{_AWS}/step-functions/latest/dg/redrive-map-run.html",
    ),
}
"""Where a reader of each lesson will want more. Whether the pages still answer, `python -m docs.site --web` asks."""
OUR_NAMES = re.compile(
    r"(?:FunctionName=|QueueName=|create_state_machine\(name=|make_state_machine\(|course\.deploy\(\s*)\"([\w-]+)\""
)
BOOKISH = (
    "mere ",
    "in vain",
    "dear",
    "worth much",
    "Come a ",
    "by their like",
    "stand solved",
    "is had",
    "blank too m",
    "mishap",
    "seat belt",
    "Were the",
    "put right",
    "the first part of this series",
    "seldom ",
    "the same stations",
    "none does",
)
"""Words and turns that readers with English as a second language have stumbled over."""

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell | {"text": "".join(cell["source"])} for cell in notebook["cells"] if cell["cell_type"] == kind]


def tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def test_lessons_are_numbered_without_a_gap_and_named_by_a_verb_phrase() -> None:
    assert all(re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)+", path.stem) for path in LESSONS)
    numbers = [int(path.name[:2]) for path in LESSONS]
    assert numbers == sorted(set(numbers))


@each_lesson
def test_every_code_cell_was_run_once_from_top_to_bottom(path: Path) -> None:
    """A cell that is stored unrun has no output to compare: nbval passes it whatever it does."""
    assert [cell["execution_count"] for cell in cells(path, "code")] == list(range(1, len(cells(path, "code")) + 1))


@each_lesson
def test_an_error_is_stored_only_where_a_tag_announces_it(path: Path) -> None:
    for cell in cells(path, "code"):
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in tags(cell)), cell["text"]


@each_lesson
def test_no_cell_is_exempt_from_comparison(path: Path) -> None:
    exempt = {"nbval-ignore-output", "nbval-skip", "NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP"}
    for cell in cells(path, "code"):
        assert not exempt & {*tags(cell), cell["text"].splitlines()[0].lstrip("# ")}, cell["text"]


@each_lesson
def test_no_cell_leaves_what_cannot_be_compared_or_read(path: Path) -> None:
    for cell in cells(path, "code"):
        assert not [word for word in LEFTOVERS if word in cell["text"]]
        assert not cell["text"].rstrip().endswith(";")
        assert not [output for output in cell["outputs"] if output.get("name") == "stderr"], cell["text"]


@each_lesson
def test_a_cell_fits_a_screen(path: Path) -> None:
    """A handler is complete, and a state's JSON is what it is; everything else is short."""
    for cell in cells(path, "code"):
        excused = "def lambda_handler" in cell["text"] or '"""\n{' in cell["text"]
        assert excused or cell["text"].count("\n") < LONGEST_CELL, cell["text"]


@each_lesson
def test_the_skeleton_is_the_same_every_time(path: Path) -> None:
    prose = [cell["text"] for cell in cells(path, "markdown")]
    headings = [line for text in prose for line in text.splitlines() if re.match(r"#+ ", line)]
    assert sum(line.startswith("# ") for line in headings) == 1
    for said in ("**You will be able to**", "**Takes**", "**You need**", "## Recap", "## Clean-up", "## What is next"):
        assert any(said in text for text in prose), said
    set_up = cells(path, "code")[0]["text"]
    assert f'course.start("{path.name[:2]}")' in set_up


@each_lesson
def test_every_numbered_section_ends_with_a_check(path: Path) -> None:
    text = "\n".join(cell["text"] for cell in cells(path, "markdown"))
    sections = re.split(r"^## (?=\d+\. )", text, flags=re.MULTILINE)[1:]
    missing = [section.splitlines()[0] for section in sections if "**Check yourself.**" not in section]
    assert sections
    assert missing == []


@each_lesson
def test_each_section_has_its_minutes_and_together_they_are_the_lessons(path: Path) -> None:
    """A line such as *5 minutes* right below the heading of each numbered section."""
    text = "\n".join(cell["text"] for cell in cells(path, "markdown"))
    headings = re.findall(r"^## \d+\. (.*)\n(.*)", text, re.MULTILINE)
    found = {title: re.fullmatch(r"\*(\d+) minutes?\*", line) for title, line in headings}
    assert [title for title, minutes in found.items() if not minutes] == []
    [takes] = re.findall(r"\*\*Takes\*\* about (\d+) minutes", text)
    assert sum(int(minutes[1]) for minutes in found.values()) == int(takes)


@each_lesson
def test_a_reader_who_wants_more_is_led_to_the_documentation(path: Path) -> None:
    links = {link for cell in cells(path, "markdown") for link in LINK.findall(cell["text"])}
    assert set(PAGES.get(path.name[:2], ())) - links == set()


@each_lesson
def test_the_words_are_plain(path: Path) -> None:
    text = "\n".join(cell["text"] for cell in cells(path, "markdown"))
    assert [words for words in BOOKISH if words in text] == []


def test_lesson_09_names_what_the_lessons_have_made() -> None:
    made = {name for path in LESSONS for cell in cells(path, "code") for name in OUR_NAMES.findall(cell["text"])}
    told = "\n".join(cell["text"] for cell in cells(LESSONS[-1], "markdown"))
    assert len(made) >= 8
    assert sorted(name for name in made if f"`{name}`" not in told) == []


@each_lesson
def test_pictures_have_an_alternative_text_and_links_lead_somewhere(path: Path) -> None:
    for cell in cells(path, "markdown"):
        for picture in PICTURE.finditer(cell["text"]):
            assert len(picture["alt"]) > 30, picture["path"]
            assert (path.parent / picture["path"]).is_file(), picture["path"]
        for link in LINK.finditer(cell["text"]):
            if not link["path"].startswith(("https://", "http://")):
                assert (path.parent / link["path"]).exists(), link["path"]


@each_lesson
def test_a_handler_cell_pastes_into_the_console_as_it_stands(path: Path) -> None:
    """It has no magic, and nothing of the notebook or of the course in it."""
    handlers = [cell for cell in cells(path, "code") if re.search(r"^def \w*handler\(", cell["text"], re.MULTILINE)]
    for cell in handlers:
        assert not cell["text"].startswith(("%", "#"))
        assert not re.search(r"\b(course|settings)\.", cell["text"]), cell["text"]


def test_every_rule_of_the_sanitizer_is_read() -> None:
    """A rule in a wrong layout vanishes silently: nbval must see as many as the file says it has."""
    text = (ROOT / "tests" / "nbval_sanitize.cfg").read_text(encoding="utf-8")
    read = get_sanitize_patterns(text)
    assert len(read) == text.count("regex:") - 1 > 5  # the explanation at the top names the word once
    assert all(re.compile(pattern) for pattern, _ in read)
