"""The pages beside the lessons say what the lessons, the prices and the code say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import course.panels
from course.account.costs import endpoint_cost
from course.account.quotas import NEEDED

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def text_of(lesson: str) -> str:
    cells = json.loads(LESSONS[lesson].read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_the_guide_gives_each_lesson_the_time_that_its_head_says() -> None:
    said = {number: int(minutes) for number, minutes in re.findall(r"^\| (\d\d) [^|]*\| (\d+) \|", GUIDE, re.MULTILINE)}
    heads = {number: re.search(r"\*\*Takes\*\* about (\d+) minutes", text_of(number)) for number in LESSONS}
    assert said == {number: int(found[1]) for number, found in heads.items()}
    assert sum(said.values()) == 6.5 * 60


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
        "endpoints, an hour each": costs["endpoints"],
        "transitions, invocations": costs["rest"],
        "together": costs["one"],
        "an endpoint forgotten for two weeks": endpoint_cost(hours=24 * 14),
    }.items():
        assert f"| {row} | {dollars:,.2f} | {30 * dollars:,.2f} |" in GUIDE


def test_the_guide_asks_for_the_quotas_that_lesson_00_checks() -> None:
    [asked] = re.findall(r"\*\*Quotas to request\*\*.*?usage\*\.", GUIDE.replace("\n", " "))
    one, two = re.fullmatch(r".*: 1 each of (.*), and 2 of (.*)\.", asked).groups()
    said = {re.sub(r"^for |^ml\.m5\.large for ", "", name): 1 for name in re.findall(r"\*(.*?)\*", one)}
    said |= {name.removeprefix("for "): 2 for name in re.findall(r"\*(.*?)\*", two)}
    needed = {name.removeprefix("{instance} for "): count for service, name, count in NEEDED if service == "sagemaker"}
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
