"""Which part of the project may import which: the folders show the architecture, and this keeps it.

Every import counts, also one inside a function and one for types alone.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import course
from img.rooms import arrows, without_shortcuts

ROOT = Path(__file__).parents[1]
PACKAGES = ("local_aws", "course", "lambda_code", "processing", "account_guard")
STANDARD = set(sys.stdlib_module_names)

FLOORS = {
    "local_aws": (
        ("call", "clock", "http_client", "http_server", "lag", "loading", "wire", "matching", "timers"),
        ("event_pattern",),
        ("access",),
        ("logs", "announcer", "deliveries"),
        ("house",),
        ("gateway", "moto", "isolation", "state"),
        ("iam", "cloudwatch_logs", "eventbridge", "s3", "tagging", "functions", "states", "sagemaker"),
        ("server",),
        ("__main__",),
    ),
    "local_aws.functions": (
        ("names", "log", "invocation", "package", "bound_folder", "debugging"),
        ("configuration", "registry"),
        ("kept",),
        ("events", "event_sources", "environments"),
        ("api",),
        ("service",),
    ),
    "local_aws.states": (
        ("errors", "names", "timestamps", "document", "languages", "work"),
        ("integrations",),
        ("definition",),
        ("running",),
        ("maps",),
        ("workflow",),
        ("api",),
        ("service",),
    ),
    "local_aws.sagemaker": (
        ("locations", "collection", "images"),
        ("quotas", "running_jobs", "state_changes"),
        ("platform",),
        ("containers",),
        ("hosting", "blazingtext", "scikit_learn"),
        ("jobs",),
        ("api",),
        ("service",),
    ),
    "course": (
        ("errors", "kernels", "waiting", "history", "outcomes", "pictures", "charts", "seal"),
        ("functions", "account", "state_machines"),
        ("lesson", "console"),
        ("panels",),
        ("checks",),
        ("run_lessons", "exercises"),
        ("marking", "proving"),
        ("mark", "spent"),
    ),
}
"""The floors of each house, lowest first: a room imports what is below it, and what stands beside it on its floor."""

WINGS = ("functions", "states", "sagemaker")


def modules(package: str) -> dict[str, Path]:
    """The modules of a package by full name."""
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in paths.items()}


MODULES = {name: path for package in PACKAGES for name, path in modules(package).items()}


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every module that the files of a folder import, by its full name, wherever in the file it is imported."""
    for path in sorted(folder.rglob("*.py")):
        yield from ((path, name) for name in names_in(path))


@functools.cache
def names_in(path: Path) -> tuple[str, ...]:
    """What a file imports, as full names of modules or of things in them."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(names)


def targets(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    names = set(names_in(path))
    return {name if name in MODULES else name.rpartition(".")[0] for name in names} & MODULES.keys()


@functools.cache
def imports() -> dict[str, set[str]]:
    """Our modules, each with those of ours that it imports."""
    return {name: targets(path) - {name} for name, path in MODULES.items()}


def strangers(folder: str, *allowed: str) -> set[str]:
    """What a folder imports beside the standard library and the packages allowed, as `file: module`."""
    return {
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in imported(ROOT / folder)
        if name.split(".")[0] not in STANDARD | set(allowed)
    }


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """The circles among the arrows of a graph, each as the names on it, one circle for each arrow that closes one."""
    found, done = [], set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
        elif name not in done:
            for target in sorted(arrows.get(name, ())):
                walk(target, [*way, name])
            done.add(name)

    for name in sorted(arrows):
        walk(name, [])
    return found


def rooms(house: str) -> dict[str, set[str]]:
    """The rooms of a house (its folders and single files), and which of its others each imports."""
    arrows: dict[str, set[str]] = {}
    depth = house.count(".") + 1
    for name, names in imports().items():
        if name.startswith(f"{house}."):
            room = name.split(".")[depth]
            inside = {target.split(".")[depth] for target in names if target.startswith(f"{house}.")}
            arrows.setdefault(room, set()).update(inside - {room})
    return arrows


def test_the_finder_of_circles_finds_one():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_module_imports_itself_by_way_of_others():
    assert circles(imports()) == []


@pytest.mark.parametrize("house", FLOORS)
def test_no_arrow_between_rooms_points_up(house):
    """A room that stands on no floor is told, too: whoever adds one says where it belongs."""
    floor_of = {room: number for number, floor in enumerate(FLOORS[house]) for room in floor}
    arrows = rooms(house)
    assert arrows.keys() <= floor_of.keys(), "rooms without a floor"
    up = {(room, target) for room in arrows for target in arrows[room] if floor_of[target] > floor_of[room]}
    assert up == set()


@pytest.mark.parametrize("house", FLOORS)
def test_no_two_rooms_import_each_other(house):
    assert circles(rooms(house)) == []


@pytest.mark.parametrize("house", ["local_aws", "course"])
def test_the_picture_of_the_rooms_shows_every_import_and_no_other(house):
    """An arrow that is left out follows from others."""
    drawn = without_shortcuts(arrows(house))
    assert {room: reached(drawn, room) for room in drawn} == {
        room: reached(rooms(house), room) for room in rooms(house)
    }


def reached(arrows: dict[str, set[str]], room: str) -> set[str]:
    """Where one comes from a room, arrow after arrow."""
    return arrows[room].union(*(reached(arrows, target) for target in arrows[room]))


def test_what_the_job_runs_needs_nothing_but_python():
    """The script of the job finds `reviews` beside it."""
    assert strangers("processing", "reviews") == set()


def test_what_lambda_runs_needs_nothing_but_python_and_boto3():
    assert strangers("lambda_code", "boto3", "botocore", "processing") == set()


def test_the_embedded_aws_knows_nothing_of_the_course():
    own = ("local_aws", "moto", "botocore", "werkzeug", "jsonata", "jsonpath", "regex", "awslambdaric", "fasttext")
    libraries = (
        "awscrt",
        "xxhash",
        "psutil",
        "fasttext_pybind",
        "numpy",
        "pyarrow",
        "scipy",
        "boto3",
        "cryptography",
        "debugpy",
        "zlib_ng",
    )
    assert strangers("local_aws", *own, *libraries) == set()


def test_the_guard_of_the_real_account_needs_nothing_but_botocore():
    """It closes a kernel also where the course is broken; boto3 is only looked at where a notebook has imported it."""
    assert strangers("account_guard", "botocore", "boto3", "account_guard") == set()


def test_a_call_knows_nothing_of_the_house():
    assert imports()["local_aws.call"] == set()


@pytest.mark.parametrize("wing", WINGS)
def test_the_wings_never_import_each_other(wing):
    """What one wants of another it asks for at the front door, as AWS's services do."""
    others = tuple(f"local_aws.{other}." for other in WINGS if other != wing)
    assert {name for _, name in imported(ROOT / "local_aws" / wing) if name.startswith(others)} == set()


def test_the_course_knows_of_the_embedded_aws_only_how_to_start_it():
    known = {name for _, name in imported(ROOT / "course") if name.split(".")[0] == "local_aws"}
    assert known <= {"local_aws", "local_aws.ADMIN_ACCESS_KEY", "local_aws.REGION", "local_aws.access.administrator"}


def test_moto_is_known_to_one_room():
    files = {path for path, name in imported(ROOT / "local_aws") if name.split(".")[0] == "moto"}
    assert files <= set((ROOT / "local_aws" / "moto").glob("*.py"))


def test_no_package_bears_the_name_of_a_function_that_lessons_call():
    packages = {name.rpartition(".")[2] for name, path in modules("course").items() if path.name == "__init__.py"}
    assert {name for name in packages & set(course.__all__) if callable(getattr(course, name))} == set()


def test_tests_stand_in_the_folders_of_what_they_test():
    """So that a room's tests are found without searching; what needs the whole house stands above the rooms."""
    for package in ("local_aws", "course"):
        folders = {path.relative_to(ROOT / "tests") for path in (ROOT / "tests" / package).rglob("*") if path.is_dir()}
        folders = {folder for folder in folders if "__pycache__" not in folder.parts}
        assert {folder for folder in folders if not (ROOT / folder).is_dir()} == set()
