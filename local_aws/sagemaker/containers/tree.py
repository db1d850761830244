"""Files of a container's tree, read as what they are in there: no link leads out of it.

What a container leaves behind is read by the server, which may read more than the container may. A link in place of a
folder or a file, and anything that is no regular file, is therefore left out, at whatever moment it is put there.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

_BY_DESCRIPTOR = {os.open, os.stat} <= os.supports_dir_fd
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
# A pipe that nobody writes to must not be waited for.
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

State = tuple[int, int]
"""What changes when a file is written: its size, and when it was written last, in nanoseconds."""


def files(root: Path, folder: str) -> Iterator[tuple[str, State]]:
    """The regular files below a folder of the tree, in order: their paths in the tree, and their states.

    None where the folder is not there any more, or is none.
    """
    try:
        descriptor = _open_folder(root, PurePosixPath(folder))
    except OSError:
        return
    if descriptor is None:
        yield from _files_by_path(root, folder)
        return
    try:
        for directory, folders, names, inside in os.fwalk(".", dir_fd=descriptor):
            folders.sort()
            for name in sorted(names):
                try:
                    status = os.stat(name, dir_fd=inside, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    yield PurePosixPath(folder, directory, name).as_posix(), (status.st_size, status.st_mtime_ns)
    finally:
        os.close(descriptor)


def open_file(root: Path, path: str) -> BinaryIO:
    """Open a regular file of the tree for reading.

    Raises:
        OSError: it is not there, is no regular file, or a link leads to it.
    """
    place = PurePosixPath(path)
    folder = _open_folder(root, place.parent)
    try:
        descriptor = os.open(root / place if folder is None else place.name, _FILE, dir_fd=folder)
    finally:
        if folder is not None:
            os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(f"{path} is no regular file")
    return os.fdopen(descriptor, "rb")


def pack(roots: Iterable[Path], folder: str, archive: Path) -> bool:
    """Put the regular files below one folder of several trees into one gzipped tar archive.

    Args:
        archive: made where there is a file; of two files of the same path, the later one counts.

    Returns:
        Whether there was a file.
    """
    found = {path: root for root in roots for path, _ in files(root, folder)}
    if not found:
        return False
    with tarfile.open(archive, "w:gz") as members:
        for path, root in sorted(found.items()):
            with open_file(root, path) as content:
                status = os.fstat(content.fileno())
                member = tarfile.TarInfo(PurePosixPath(path).relative_to(folder).as_posix())
                member.size, member.mtime, member.mode = status.st_size, int(status.st_mtime), status.st_mode & 0o777
                members.addfile(member, content)
    return True


def _open_folder(root: Path, folder: PurePosixPath) -> int | None:
    """A descriptor of a folder of the tree; None on a system that has none for folders.

    Raises:
        OSError: it is no folder, or a link leads to it.
    """
    if folder.is_absolute() or ".." in folder.parts:
        raise NotADirectoryError(f"{folder} leads out of the tree")
    if not _BY_DESCRIPTOR:
        if (root / folder).resolve() != root.resolve() / folder:
            raise NotADirectoryError(f"a link leads to {folder}")
        return None
    descriptor = os.open(root, _FOLDER)
    for part in folder.parts:
        above = descriptor
        try:
            descriptor = os.open(part, _FOLDER, dir_fd=above)
        finally:
            os.close(above)
    return descriptor


def _files_by_path(root: Path, folder: str) -> Iterator[tuple[str, State]]:
    for directory, folders, names in os.walk(root / folder):
        folders.sort()
        for name in sorted(names):
            path = Path(directory, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                yield path.relative_to(root).as_posix(), (status.st_size, status.st_mtime_ns)
