"""What `make test` reads out of pytest's output: the failures that it names at the end, and its figures."""

import subprocess
import sys
from collections import Counter

import nbformat
import pytest

from tests.run_all import counts, failures

pytestmark = pytest.mark.slow

TESTS = """
import pytest

@pytest.fixture
def broken():
    raise OSError("the disk is full")

def test_passes(): pass
def test_differs(): assert 1 == 2, "one is not two"
def test_has_no_ground(broken): pass
def test_is_left_out(): pytest.skip("not here")
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of the tests above, and of a notebook whose stored output is not what its cell prints."""
    folder = tmp_path_factory.mktemp("to be tested")
    (folder / "test_some.py").write_text(TESTS)
    stored = nbformat.v4.new_output("stream", text="two\n")
    cell = nbformat.v4.new_code_cell("print('one')", execution_count=1, outputs=[stored])
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), folder / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "-rfEs", "--nbval", "--nbval-current-env", "--rootdir", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


def test_each_failure_is_named_with_its_reason(output: str) -> None:
    named = failures(output)
    assert "FAILED test_some.py::test_differs - AssertionError: one is not two" in named
    assert "ERROR test_some.py::test_has_no_ground - OSError: the disk is full" in named
    assert [line for line in named if line.startswith("FAILED lesson.ipynb::Cell 0")]
    assert len(named) == 3


def test_the_tests_are_counted(output: str) -> None:
    assert counts(output) == Counter(passed=1, failed=2, skipped=1, error=1)
