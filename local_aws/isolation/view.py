"""The file system that functions and jobs see: built anew on an empty one, from what programs need and no more.

Shown, and read-only, are the system's programs and libraries, the Python that runs the server with its packages, and
of `/etc` the files by which programs find names, libraries and certificates. There are a few devices, and nothing of
anybody's home, of the project, of the server's scratch, or of other users. What a caller adds it names itself.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from local_aws.isolation import kernel

_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix/store", "gnu/store")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
# Private keys lie beside the certificates, and tokens in `environment` and `profile.d`: folders are named one by one.
_ETC_FOLDERS = (
    "alternatives",
    "ssl/certs",
    "pki/tls/certs",
    "pki/ca-trust/extracted",
    "ca-certificates/extracted",
    "crypto-policies",
    "ld.so.conf.d",
    "fonts",
)
_ETC_FILES = (
    "alpine-release",
    "debian_version",
    "gai.conf",
    "host.conf",
    "hostname",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "locale.alias",
    "locale.conf",
    "localtime",
    "magic",
    "mime.types",
    "networks",
    "nsswitch.conf",
    "os-release",
    "pki/tls/cert.pem",
    "pki/tls/openssl.cnf",
    "protocols",
    "redhat-release",
    "resolv.conf",
    "rpc",
    "services",
    "shells",
    "ssl/cert.pem",
    "ssl/openssl.cnf",
    "system-release",
    "timezone",
)
_OF_A_PREFIX = ("bin", "lib", "lib64", "libexec", "ssl", "pyvenv.cfg")


@dataclass(frozen=True)
class User:
    """Who a program is in there; no user of the machine's, whatever the number."""

    name: str
    uid: int
    gid: int
    home: str


def interpreter() -> list[str]:
    """The files and folders of this Python: programs, standard library, packages; no folder of a project.

    A virtual environment mostly lies in its project, and an interpreter in somebody's home: of either, only what
    Python itself made there.
    """
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    found = [str(Path(prefix, name)) for prefix in sorted(prefixes) for name in _OF_A_PREFIX]
    found += [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    found += [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    return [path for path in found if Path(path).exists()] + _links_to(sys.executable)


def _links_to(program: str) -> list[str]:
    """A program, and each link on the way to where it really is."""
    way = [Path(program).absolute()]
    while way[-1].is_symlink():
        way.append(way[-1].parent / way[-1].readlink())
    return [str(path) for path in way]


class Root:
    """A root that is being built.

    Args:
        stage: an empty folder to build it on; nothing is written into the folder itself.
        size: what may be written beside mounted folders, as mount(8) writes sizes.

    Raises:
        OSError: (from every method) the system refuses it.
    """

    def __init__(self, stage: Path, user: User, also: int | None, size: str = "4m"):
        self.stage = stage
        self._shown: list[Path] = []
        kernel.mount("tmpfs", str(stage), "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, f"mode=755,size={size}")
        for name in _SYSTEM:
            self._show_as_it_is(Path("/", name))
        self._make_etc(user, also)
        self._make_devices()
        for place in ("/proc", "/tmp", "/opt", "/run", "/var/tmp"):
            self.at(place).mkdir(parents=True, exist_ok=True)

    def at(self, path: str) -> Path:
        """Where a path of the new root lies while it is being built."""
        return self.stage / path.lstrip("/")

    def show(self, paths: Iterable[str]) -> None:
        """Let files and folders be seen where they are, links on the way to them included."""
        for path in paths:
            for place in dict.fromkeys((os.path.abspath(path), os.path.realpath(path))):  # noqa: PTH100
                self._shown.append(Path(place))
                self._show_as_it_is(Path(place))

    def bind(self, source: str, place: str) -> None:
        """Let a file or a folder be seen at another place."""
        target = self.at(place)
        if Path(source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        kernel.mount(source, str(target), None, kernel.BIND | kernel.RECURSIVE)

    def lend(self, source: str, place: str) -> None:
        """Let a folder be seen at another place and be written to; after `seal` only.

        What is shown below that place stays visible, and read-only: a project may itself lie in `/tmp`. The mounts need
        folders of that name in the source, where a program may since have laid a link that leads out of it.
        """
        self.bind(source, place)
        kernel.set_mount(str(self.at(place)), writable=True)
        for path in self._shown:
            if not path.is_relative_to(place):
                continue
            if not self.at(str(path.parent)).resolve().is_relative_to(self.at(place).resolve()):
                raise OSError(errno.ELOOP, f"{path} is needed by Python, and a program has laid a link there")
            if self._show_as_it_is(path, again=True):
                kernel.set_mount(str(self.at(str(path))), writable=False, recursive=True)

    def scratch(self, place: str, size: str) -> None:
        """Let there be an empty folder that anybody may write to, kept in memory; after `seal` only."""
        options = kernel.NO_SUID | kernel.NO_DEVICES
        kernel.mount("tmpfs", str(self.at(place)), "tmpfs", options, f"mode=1777,size={size}")

    def seal(self) -> None:
        """Make all that is there read-only; what is bound afterwards is not."""
        kernel.set_mount(str(self.stage), writable=False, recursive=True)

    # ---- inside --------------------------------------------------------------------------------------

    def _show_as_it_is(self, path: Path, again: bool = False) -> bool:
        """Gives whether it is a mount; `again` is for folders in which an earlier root left mount points."""
        target = self.at(str(path))
        if not os.path.lexists(path) or (os.path.lexists(target) and not (again and _is_empty(target))):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            target.symlink_to(path.readlink())
            return False
        self.bind(str(path), str(path))
        return True

    def _make_etc(self, user: User, also: int | None) -> None:
        for name in _ETC_FOLDERS:
            self._show_as_it_is(Path("/etc", name))
        for name in _ETC_FILES:
            # A link may lead to /run or to a home; and what may not be read is not needed.
            with contextlib.suppress(OSError):
                text = Path("/etc", name).read_bytes()
                self._write(f"/etc/{name}", text)
        users = {0: User("root", 0, 0, "/root"), 65534: User("nobody", 65534, 65534, "/"), user.uid: user}
        if also is not None:
            users[also] = User(user.name, also, also, user.home)
        self._write("/etc/passwd", "".join(f"{u.name}:x:{u.uid}:{u.gid}::{u.home}:/bin/sh\n" for u in users.values()))
        self._write("/etc/group", "".join(f"{u.name}:x:{u.gid}:\n" for u in users.values()))

    def _make_devices(self) -> None:
        for name in _DEVICES:
            self.bind(f"/dev/{name}", f"/dev/{name}")
        for name, target in _DEVICE_LINKS.items():
            self.at(f"/dev/{name}").symlink_to(target)

    def _write(self, path: str, content: str | bytes) -> None:
        target = self.at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def _is_empty(path: Path) -> bool:
    if path.is_symlink():
        return False
    return not any(path.iterdir()) if path.is_dir() else path.stat().st_size == 0
