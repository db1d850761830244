"""What a first cell has to import: nothing that only a panel or a notebook needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import course
from course import panels


def test_import_course_brings_no_widgets() -> None:
    code = "import sys, course; print(*sorted({'IPython', 'ipywidgets', 'anywidget', 'sagemaker'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", panels.__all__)
def test_each_panel_is_there_when_it_is_asked_for(name: str) -> None:
    assert getattr(course, name) is getattr(panels, name)
    assert getattr(course, name).__name__ == name


def test_the_tab_key_offers_the_panels() -> None:
    assert set(course.__all__) <= set(dir(course))


def test_what_is_not_there_is_said_as_of_any_module() -> None:
    for module in (course, panels):
        with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'nothing_panel'"):
            _ = module.nothing_panel
    assert set(panels.__all__) <= set(course.__all__)
