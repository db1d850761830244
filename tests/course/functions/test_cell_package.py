"""A cell becomes a deployment package, or is told why it would not stand on its own."""

from __future__ import annotations

import io
import linecache
import zipfile
from itertools import count

import pytest

from course.errors import CourseError
from course.functions.cell_package import package

HANDLER = "import json\n\n\ndef lambda_handler(event, context):\n    return json.dumps(event)\n"
_NUMBERS = count(1)


def cell(source: str, name: str = "lambda_handler", **notebook: object):
    """Run a text as IPython runs a cell, the notebook's other names at hand, and give what it defined."""
    file = f"<cell {next(_NUMBERS)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = dict(notebook)
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def members(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_package_is_the_cells_own_text():
    assert members(package(cell(HANDLER))) == {"lambda_function.py": HANDLER}


def test_a_text_is_packed_as_it_is_right_or_wrong():
    assert members(package("def broken(")) == {"lambda_function.py": "def broken("}


def test_modules_are_packed_beside_it(tmp_path):
    (tmp_path / "words.py").write_text("GREETING = 'hello'\n")
    assert set(members(package(cell(HANDLER), tmp_path / "words.py"))) == {"lambda_function.py", "words.py"}


def test_the_same_cell_gives_the_same_bytes():
    assert package(cell(HANDLER)) == package(cell(HANDLER))


def test_files_in_the_package_may_be_read_by_everyone():
    with zipfile.ZipFile(io.BytesIO(package(cell(HANDLER)))) as archive:
        assert archive.getinfo("lambda_function.py").external_attr >> 16 == 0o644


@pytest.mark.parametrize(
    "source",
    [
        "import os.path as p\nfrom json import dumps\nX = 1\n\ndef lambda_handler(event, context):\n    return X, p\n",
        "def other(n):\n    return n\n\ndef lambda_handler(event, context):\n    return [other(x) for x in event]\n",
        "class Counter:\n    n = 0\n\ndef lambda_handler(event, context):\n    return Counter.n, __name__, print\n",
        "def lambda_handler(event, context):\n    global cache\n    cache = event\n    return cache\n",
        "def lambda_handler(event, context):\n    def inner():\n        return event\n    return inner()\n",
        "try:\n    import a\nexcept ImportError as error:\n    a = error\n\ndef lambda_handler(e, c):\n    return a\n",
        "with open(__import__('os').devnull) as f:\n    X = f.read()\n\ndef lambda_handler(e, c):\n    return X\n",
    ],
)
def test_what_stands_on_its_own_is_packed(source):
    assert members(package(cell(source)))["lambda_function.py"] == source


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def lambda_handler(event, context):\n    return json.dumps(event)\n", "json"),
        ("def lambda_handler(event, context):\n    return [SETTING for _ in event]\n", "SETTING"),
        ("X = base + 1\n\ndef lambda_handler(event, context):\n    return X\n", "base"),
        ("def lambda_handler(event, context=default):\n    return event\n", "default"),
        ("def lambda_handler(event, context):\n    return lambda: outer\n", "outer"),
        ("def lambda_handler(event, context):\n    return a + b\n", "a, b"),
    ],
)
def test_names_from_another_cell_are_named(source, missing):
    known = dict.fromkeys(("json", "SETTING", "default", "outer", "a", "b"), 1) | {"base": 1}
    with pytest.raises(CourseError, match=f"uses {missing} from another cell"):
        package(cell(source, **known))


def test_a_notebook_command_is_refused():
    source = HANDLER + "get_ipython().run_line_magic('time', '')\n"
    file = "<cell with a command>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict = {"get_ipython": lambda: type("Shell", (), {"run_line_magic": lambda *a: None})()}
    exec(compile(source, file, "exec"), namespace)
    with pytest.raises(CourseError, match="notebook command"):
        package(namespace["lambda_handler"])


def test_a_function_inside_another_is_refused():
    source = "def make():\n    def lambda_handler(event, context):\n        return event\n    return lambda_handler\n"
    with pytest.raises(CourseError, match="not defined at the top level"):
        package(cell(source, "make")())


def test_a_lambda_expression_is_refused():
    with pytest.raises(CourseError, match="has no name"):
        package(cell("lambda_handler = lambda event, context: event\n"))


def test_what_is_no_function_is_refused():
    with pytest.raises(CourseError, match="is not a function"):
        package(42)


def test_a_function_whose_text_is_nowhere_is_refused():
    namespace: dict = {}
    exec("def lambda_handler(event, context):\n    return event\n", namespace)
    with pytest.raises(CourseError, match="not to be found"):
        package(namespace["lambda_handler"])
