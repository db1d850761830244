"""Whether this system lets functions and jobs have a file system of their own: tried once, by doing it."""

from __future__ import annotations

import functools
import sys
import tempfile
import threading
from pathlib import Path

from local_aws.isolation import kernel
from local_aws.isolation.launcher import Launched, Order
from local_aws.isolation.view import User, interpreter

_PROBE = (
    "import os, sys; os.stat('/trial/probe'); open('/trial/new', 'w').close(); [os.listdir(p) for p in sys.argv[1:]]"
)
_once = threading.Lock()


def refusal() -> str | None:
    """Why functions and jobs see the whole machine here; None where they don't."""
    with _once:
        return _refusal()


@functools.lru_cache(maxsize=1)
def _refusal() -> str | None:
    if not kernel.known():
        return f"no namespaces on {sys.platform}"
    with tempfile.TemporaryDirectory() as folder:
        trial, stage = Path(folder, "trial"), Path(folder, "stage")
        stage.mkdir()
        trial.mkdir()
        (trial / "probe").touch()
        packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
        process = Launched(
            Order(
                command=[sys.executable, "-I", "-S", "-c", _PROBE, *packages],
                environment={},
                directory="/",
                isolated=True,
                stage=str(stage),
                user=User("trial", 1000, 1000, "/"),
                writable={"/trial": str(trial)},
                shown=interpreter(),
            )
        )
        with process.output:
            said = process.output.read()
        code = process.wait()
        process.kill()
    lines = said.decode(errors="replace").strip().splitlines()
    if code == 0:
        return None
    return lines[-1] if lines else f"exit code {code}"
