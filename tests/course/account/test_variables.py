"""A variable of the course's that is misspelt is named before anything is done."""

from __future__ import annotations

import re

import pytest

import course
from course.account.variables import KNOWN, require_well_spelt
from course.errors import CourseError
from tests.sources import ROOT


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("COURSE_PREFX", "COURSE_PREFIX"),
        ("course_prefix", "COURSE_PREFIX"),
        ("COURSE_TARGT", "COURSE_TARGET"),
        ("COURSE_LAMBDA_ROLES", "COURSE_LAMBDA_ROLE"),
        ("COURSE_BOUNDRY", "COURSE_BOUNDARY"),
        ("COURSE_INSTANCE_TYP", "COURSE_INSTANCE_TYPE"),
        ("COURSE_ENDPOINT_INSTANCE_TYPE", "COURSE_ENDPOINT_INSTANCE"),
    ],
)
def test_what_is_misspelt_is_named_with_what_was_meant(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    monkeypatch.setenv(name, "ada")
    with pytest.raises(CourseError, match=f"There is a variable {name}, .* is {meant} meant"):
        require_well_spelt()


@pytest.mark.parametrize("name", ["COURSE_ID", "COURSE_NAME", "COURSE_URL", "COURSE_", "COURSE", "MY_COURSE_PREFX"])
def test_what_is_anybodys_is_passed_over(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "ada")
    require_well_spelt()


def test_nothing_is_begun_or_removed_with_one(settings: course.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PREFX", "ada")
    for call in (lambda: course.start("98"), course.clean_up, course.left):
        with pytest.raises(CourseError, match="COURSE_PREFX"):
            call()
    monkeypatch.delenv("COURSE_PREFX")
    course.start("98")


def test_every_variable_that_is_read_is_known() -> None:
    sources = [path for room in ("course", "account_guard", "local_aws") for path in (ROOT / room).rglob("*.py")]
    read = {name for path in sources for name in re.findall(r'"COURSE_([A-Z_]+)"', path.read_text(encoding="utf-8"))}
    uses = {f"{use}_INSTANCE" for use in ("PROCESSING", "TRAINING", "ENDPOINT", "TRANSFORM")}
    assert read | uses == set(KNOWN)
