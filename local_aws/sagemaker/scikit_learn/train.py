"""The scikit-learn image's training program: `python3 -m local_aws.sagemaker.scikit_learn.train`.

Runs the script that `sagemaker_program` names, out of `sagemaker_submit_directory`, with the hyperparameters as its
arguments. Where the script fails, says so in /opt/ml/output/failure and exits with the script's status.
Source: the sagemaker-training toolkit, and failure reasons that public bug reports quote.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from local_aws.sagemaker.containers.sandbox import OPT_ML, ROOT_VARIABLE
from local_aws.sagemaker.scikit_learn.training_environment import PROGRAM, TrainingEnvironment
from local_aws.sagemaker.scikit_learn.user_code import UserError, fetch, install_requirements

_FAILURE = 1


def main() -> int:
    """Run the script of this container's job; gives the exit status."""
    root = Path(os.environ.get(ROOT_VARIABLE, OPT_ML))
    environment = TrainingEnvironment.read(root)
    try:
        status = run(environment)
    except UserError as error:
        return _fail(root, str(error), _FAILURE)
    if not status:
        _say("Reporting training SUCCESS")
    return status


def run(environment: TrainingEnvironment) -> int:
    """Fetch and run the script; gives its exit status, with a failure written down unless it is 0.

    Raises:
        UserError: there is no script to run.
    """
    program = environment.program
    if not program:
        raise UserError(f"framework error: the hyperparameter {PROGRAM} names no script")
    fetch(environment.submit_directory, environment.code)
    if not (environment.code / program).is_file():
        raise UserError(f"framework error: there is no {program} in {environment.submit_directory}")
    install_requirements(environment.code)
    _say("Invoking user script")
    words = [program, *environment.arguments()]
    command = _command(environment.code, words)
    print(f"Invoking script with the following command:\n\n{shlex.join(command)}\n", flush=True)
    variables = {**os.environ, **environment.variables(program), "PYTHONPATH": str(environment.code)}
    ended = subprocess.run(_of_this_python(command), cwd=environment.code, env=variables, check=False)
    if ended.returncode:
        # A script that a signal ended has its number as a negative status; a shell adds it to 128.
        status = ended.returncode if ended.returncode > 0 else 128 - ended.returncode
        reason = f'ExecuteUserScriptError:\nExitCode {status}\nErrorMessage ""\nCommand "{" ".join(command)}"'
        return _fail(environment.root, reason, status)
    return 0


def _command(code: Path, words: list[str]) -> list[str]:
    if words[0].endswith(".py"):
        return ["python3", *words]
    (code / words[0]).chmod(0o777)
    return ["/bin/sh", "-c", f"./{' '.join(words)}"]


def _of_this_python(command: list[str]) -> list[str]:
    return [sys.executable, *command[1:]] if command[0] == "python3" else command


def _say(text: str) -> None:
    """A line in the form of the toolkit's logger."""
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S,%f}"[:-3]
    print(f"{moment} sagemaker-training-toolkit INFO     {text}", flush=True)


def _fail(root: Path, reason: str, status: int) -> int:
    _say("Reporting training FAILURE")
    print(reason, file=sys.stderr, flush=True)
    failure = root / "output" / "failure"
    failure.parent.mkdir(parents=True, exist_ok=True)
    failure.write_text(reason, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
