"""The pages beside the lessons say what the lessons, the prices and the code say."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import course.panels
from course.account.costs import endpoint_cost
from course.account.quotas import NEEDED
from img import rooms
from tests.test_rooms import FLOORS

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
THERE = [
    "/" + "/".join(path.relative_to(ROOT).parts)
    for folder in ROOT.iterdir()
    if folder.name != "build" and not folder.name.startswith(".")
    for path in [folder, *folder.rglob("*")]
]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
KINDS_OF_JOBS = ("processing", "training", "transform")
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def text_of(lesson: str) -> str:
    cells = json.loads(LESSONS[lesson].read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_the_guide_gives_each_lesson_the_time_that_its_head_says() -> None:
    said = {number: int(minutes) for number, minutes in re.findall(r"^\| (\d\d) [^|]*\| (\d+) \|", GUIDE, re.MULTILINE)}
    heads = {number: re.search(r"\*\*Takes\*\* about (\d+) minutes", text_of(number)) for number in LESSONS}
    assert said == {number: int(found[1]) for number, found in heads.items()}
    assert sum(said.values()) == 7.75 * 60


@pytest.fixture
def costs() -> dict[str, Any]:
    """What the guide's own calculation comes to."""
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_the_guides_costs_are_what_its_calculation_comes_to(costs: dict[str, Any]) -> None:
    for row, dollars in {
        "jobs": costs["jobs"],
        "endpoints": costs["endpoints"],
        "transitions, invocations": costs["rest"],
        "together": costs["one"],
        "an endpoint forgotten for two weeks": endpoint_cost(hours=24 * 14),
    }.items():
        assert f"| {row} | {dollars:,.2f} | {30 * dollars:,.2f} |" in GUIDE


def test_the_guide_counts_the_jobs_that_the_lessons_start() -> None:
    """All of them, of lesson 09 too: each lesson's clean-up names what its state machines have made."""
    removed = "\n".join(path.read_text(encoding="utf-8") for path in LESSONS.values())
    jobs = {kind: len(re.findall(rf'"\| {kind} job \| .* \| removed \|', removed)) for kind in KINDS_OF_JOBS}
    assert "starts {processing} processing, {training} training and {transform} transform\njobs".format(**jobs) in GUIDE
    # One of the processing jobs runs on two instances.
    assert (
        "({processing} + {training} + {transform}) *".format(**jobs | {"processing": jobs["processing"] + 1}) in GUIDE
    )


def test_the_guide_asks_for_the_quotas_that_lesson_00_checks() -> None:
    [asked] = re.findall(r"\*\*Quotas to request\*\*.*?usage\*\.", GUIDE.replace("\n", " "))
    one, two = re.fullmatch(r".*: 1 each of (.*), and 2 of (.*)\.", asked).groups()
    said = {re.sub(r"^for |^ml\.m5\.large for ", "", name): 1 for name in re.findall(r"\*(.*?)\*", one)}
    said |= {name.removeprefix("for "): 2 for name in re.findall(r"\*(.*?)\*", two)}
    needed = {name.partition(" for ")[2]: count for service, name, count in NEEDED if service == "sagemaker"}
    assert said == needed


def squeezed(text: str) -> str:
    """Letters and digits alone: a word is the same as prose, as a Python name, and as a field of a request."""
    return re.sub(r"[\W_]", "", text).lower()


def test_a_word_of_the_glossary_is_at_work_in_the_lessons_that_it_names() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| .+ \| (\d\d(?:, \d\d)*) \|$", page, re.MULTILINE)
    assert len(rows) > 50
    missing = [
        f"{word} in {lesson}"
        for word, lessons in rows
        for lesson in lessons.split(", ")
        if not any(squeezed(form) in squeezed(text_of(lesson)) for form in re.split(r", |[()]", word) if squeezed(form))
    ]
    assert missing == []


@pytest.mark.parametrize("panel", course.panels.__all__)
def test_each_panel_is_on_its_page_with_a_picture_taken_of_it(panel: str) -> None:
    page = (ROOT / "docs" / "panels.md").read_text(encoding="utf-8")
    assert f"`course.{panel}(" in page
    picture = f"img/panels/{panel.removesuffix('_panel')}.png"
    assert re.search(rf"!\[[^\]]{{60,}}\]\(\.\./{picture}\)", page)
    assert (ROOT / picture).stat().st_size < 200_000


def test_the_container_is_started_as_its_file_says() -> None:
    [command] = re.findall(r"docker build -t .*", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert f"```\n{command}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_containers_and_binder_install_the_lock_on_a_python_that_the_course_runs_on() -> None:
    image = re.search(r"^FROM python:(3\.\d+)-slim", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    binder = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert {f"python-{image[1]}", binder} <= {"python-3.11", "python-3.12", "python-3.13"}
    [line] = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert (ROOT / ".binder" / line.removeprefix("-r ")).resolve() == ROOT / "requirements.txt"


def test_the_files_that_the_architecture_page_sends_to_hold_what_it_says() -> None:
    """`file` (`Name`, `Other`): the file is there, and the names are in it."""
    said = [
        (path, name)
        for path, names in re.findall(r"`([\w/.]+\.\w+)` \(((?:`\w+`(?:, )?)+)\)", ARCHITECTURE)
        for name in re.findall(r"\w+", names)
    ]
    assert len(said) > 30
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path, _ in said}
    assert [f"{name} in {path}" for path, name in said if not re.search(rf"\b{name}\b", texts[path])] == []


def test_the_architecture_page_has_the_floors_as_they_are() -> None:
    [table] = re.findall(r"^\| floor of `local_aws/` .*\n\|.*\n((?:\|.*\n)+)", ARCHITECTURE, re.MULTILINE)
    said = [set(re.findall(r"`(\w+)/?`", row.split("|")[1])) for row in table.splitlines()]
    here = rooms.arrows("local_aws").keys()
    assert said == [set(floor) & here for floor in FLOORS["local_aws"] if set(floor) & here]


def test_the_architecture_page_shows_the_rooms_with_their_alt_text() -> None:
    assert f"![{rooms.draw().alt}](../img/rooms.svg)" in ARCHITECTURE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_only_files_and_folders_that_are_there(page: Path) -> None:
    """Whole paths, or their ends: a file of a room is named within it. What a command makes isn't looked for."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = re.findall(r"`(?!build/)(\w[\w/.-]*(?:\.(?:py|md|toml|cfg|in)|/))`", text)
    assert {name for name in named if not any(path.endswith("/" + name.rstrip("/")) for path in THERE)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_changelog_and_the_project_name_the_same_version() -> None:
    """And what comes next stands above it, the newest version first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d", heading) for heading in headings[1:]]
    versions = [tuple(map(int, found.groups())) for found in released]
    assert versions == sorted(versions, reverse=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ".".join(map(str, versions[0]))


def test_each_decision_stands_in_the_list_of_decisions() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- \[(.+)\]\((\w+\.md)\)$", (folder / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    titles = {
        path.name: path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        for path in folder.glob("*.md")
        if path.name != "index.md"
    }
    assert {name: title for title, name in listed} == titles
