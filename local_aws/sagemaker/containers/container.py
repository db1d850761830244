"""One instance of a job: its tree of `/opt/ml`, its process, and its output on the way to a log stream."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

import local_aws
from local_aws.isolation.launcher import Launched
from local_aws.logs.lines import lines_of
from local_aws.sagemaker.containers import sandbox, tree

_PYTHON = {"python", "python3"}
_PACKAGE = Path(local_aws.__file__).resolve().parent
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KILLED = 137
_EXPLANATION_LENGTH = 1024
_LONGEST_CHARACTER = 4
_MEMORY = "Please use an instance type with more memory, or reduce the size of job data processed on an instance."


class ContainerFailed(Exception):
    """A container exited with a code that isn't 0; `reason` says so in SageMaker's words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Output(Protocol):
    """Where a container's output goes; a log stream, for one."""

    def write_all(self, texts: list[str]) -> None:
        """Take lines."""

    def flush(self) -> None:
        """Have what was written sent now."""


class Container:
    """An instance with its own `/opt/ml`.

    Args:
        root: the folder that the process sees as `/opt/ml`.
        host: the instance's name ("algo-1").
        log: where its output goes, line by line.
        explanation: the file under `root` in which the container may explain its failure.
        watch: called with each line of the output.
    """

    def __init__(
        self,
        root: Path,
        host: str,
        log: Output,
        explanation: str,
        watch: Callable[[str], None] | None = None,
    ):
        self.root, self.host, self._log, self._explanation = root, host, log, explanation
        self._watch = watch
        self._process: Launched | None = None
        self._pump: threading.Thread | None = None

    def start(self, command: Sequence[str], environment: Mapping[str, str], built_in: bool = False) -> None:
        """Start a command with this environment on top of an image's own.

        `python3` (or `python`) is the Python that runs the server: its folder comes first in the container's PATH.

        Args:
            built_in: the command is a module of this package, as AWS's images of an algorithm bring theirs.
        """
        words = list(command)
        if words[0] in _PYTHON and not Path(sys.executable).with_name(words[0]).exists():
            words[0] = sys.executable  # on Windows there is no python3
        variables = {**_image_environment(), **environment}
        if built_in:
            variables["PYTHONPATH"] = str(_PACKAGE.parent)
        process = sandbox.start(words, self.root, variables, [_PACKAGE] if built_in else [])
        self._process = process
        self._pump = threading.Thread(
            target=self._copy_output, args=(process.output,), name=f"output of {self.host}", daemon=True
        )
        self._pump.start()

    def exited(self) -> bool:
        return not self._started.running()

    def wait(self, timeout: float | None) -> None:
        """Wait for the exit, at most so many seconds unless that is None."""
        self._started.wait(timeout)

    def check(self) -> None:
        """Raise where the container has exited with a code that isn't 0.

        Exit code 137 is a kill that nobody asked for; on AWS that is the kernel's answer to a lack of memory.

        Raises:
            ContainerFailed: `AlgorithmError: <what the container wrote about it>, exit code: <code>`.
        """
        code = self._started.wait(0) if self.exited() else 0
        if code == _KILLED:
            raise ContainerFailed(f"ClientError: {_MEMORY}, exit code: {code}")
        if code:
            raise ContainerFailed(f"AlgorithmError: {self.explanation()}, exit code: {code}")

    def explanation(self) -> str:
        """What the container wrote about its end (its first 1,024 characters), "" if nothing that can be read."""
        try:
            with tree.open_file(self.root, self._explanation) as file:
                text = file.read(_LONGEST_CHARACTER * _EXPLANATION_LENGTH).decode("utf-8", "replace")
        except OSError:
            return ""
        return sandbox.inside(text, self.root)[:_EXPLANATION_LENGTH]

    def terminate(self) -> None:
        """Ask the process to end."""
        self._started.terminate()

    def close(self) -> None:
        """End everything that the process started, and send the rest of its output."""
        if self._process is not None and self._pump is not None:
            self._process.kill()
            self._pump.join(10)
            self._process.wait(10)
        self._log.flush()

    @property
    def _started(self) -> Launched:
        if self._process is None:
            raise RuntimeError(f"the container {self.host} has not been started")
        return self._process

    def _copy_output(self, output: IO[bytes]) -> None:
        with output:
            for lines in lines_of(output):
                texts = [sandbox.inside(line, self.root) for line in lines]
                # CloudWatch Logs takes no empty event; an empty line is kept as a blank.
                self._log.write_all([text or " " for text in texts])
                if self._watch is not None:
                    for text in texts:
                        self._watch(text)


def _image_environment() -> dict[str, str]:
    """What an image sets by itself, and what a system can't do without."""
    isolated = sandbox.isolates()
    path = _PATH if isolated else os.environ.get("PATH", os.defpath)
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), path]),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "TRUE",
        "PYTHONDONTWRITEBYTECODE": "TRUE",
        "PYTHONIOENCODING": "UTF-8",
    }
    needed = ["LD_LIBRARY_PATH"] if isolated else ["SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH"]
    return variables | {name: os.environ[name] for name in needed if name in os.environ}
