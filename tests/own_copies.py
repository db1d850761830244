"""What `make test` tests where somebody has done the course in the lessons themselves: a copy, with them as committed.

Their work stays where it is. What else was changed in the project is in the copy, too.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from course.seal import is_broken


def worked_in(project: Path) -> dict[str, str | None]:
    """The lessons in which a code cell was run or changed since they were stored, by their paths in the project.

    Returns:
        The text of each as it was committed last; None where git has none. A lesson that was committed as it stands is
        nobody's work: it was not stored, and tests say so.
    """
    found = {}
    for path in sorted(project.glob("notebooks/[0-9][0-9]_*.ipynb")):
        if _is_changed(path):
            name = path.relative_to(project).as_posix()
            committed = _git(project, "show", f"HEAD:./{name}")
            if committed != path.read_text(encoding="utf-8"):
                found[name] = committed
    return found


@contextmanager
def folder_to_test(project: Path) -> Iterator[tuple[Path, list[str]]]:
    """The folder that is to be tested, the project or a copy where somebody has worked in lessons; what to say of it.

    Without git, or with a lesson that was never committed, there is nothing else to test but the lesson as it stands.
    """
    lessons = worked_in(project)
    as_committed = {name: text for name, text in lessons.items() if text is not None}
    said = [_said(name, name in as_committed) for name in lessons]
    if not as_committed:
        yield project, said
        return
    with tempfile.TemporaryDirectory(prefix="course-tested-") as place:
        folder = Path(place) / project.name
        for name in (_git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or "").split("\0"):
            if name and (project / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, folder / name)
        for name, text in as_committed.items():
            (folder / name).write_text(text, encoding="utf-8")
        yield folder, said


def _said(name: str, is_committed: bool) -> str:
    instead = "as it was committed" if is_committed else "as it stands: git has no other"
    store = f"make store LESSONS={Path(name).name[:2]}"
    return f"Somebody has worked in {name}; it is tested {instead}. If that was a change of the lesson: {store}"


def _is_changed(notebook: Path) -> bool:
    try:
        return is_broken(nbformat.read(notebook, as_version=4))
    except (ValueError, AttributeError, KeyError, nbformat.ValidationError):
        return True


def _git(project: Path, *arguments: str) -> str | None:
    """What git answers in the project; None where it has none, or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        return None
    return None if done.returncode else done.stdout
