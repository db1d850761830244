"""One process that sees a container's file system, `/opt/ml` in it, and that never outlives the server.

Where the system allows it (`local_aws.isolation`), the command finds its tree at `/opt/ml`, is root of a file system
without the user's home, the project and the server, and sees its own processes only. Where no namespace can be had
(macOS, Windows, restricted containers), the environment variable `COURSE_OPT_ML` names the tree, leading `/opt/ml` in
the command's words is replaced by it, and the command sees the machine with the rights of whoever runs the server.

Network and clock are the machine's in both cases.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from local_aws.isolation import system
from local_aws.isolation.launcher import Launched, Order
from local_aws.isolation.view import User, interpreter

OPT_ML = "/opt/ml"
ROOT_VARIABLE = "COURSE_OPT_ML"
SWITCH_VARIABLE = "LOCAL_AWS_SAGEMAKER_NAMESPACE"
_ROOT = User("root", 0, 0, "/root")


def start(
    command: Sequence[str],
    opt_ml: Path,
    environment: Mapping[str, str],
    shown: Sequence[Path] = (),
) -> Launched:
    """Start a command that sees `opt_ml` as `/opt/ml`, which is also its working directory.

    Args:
        command: the program and its arguments, as they are written for a container.
        opt_ml: an existing folder, the tree of `/opt/ml`; folders beside it are made for what else it writes.
        environment: the whole environment of the command; nothing is inherited.
        shown: further folders of the machine's that it may read.
    """
    isolated = isolates()
    words, variables = list(command), dict(environment)
    if not isolated:
        words = [_outside(word, opt_ml) for word in words]
        variables[ROOT_VARIABLE] = str(opt_ml)
    stage, temporary = (opt_ml.with_name(f"{opt_ml.name}.{name}") for name in ("root", "tmp"))
    for folder in (stage, temporary):
        folder.mkdir(exist_ok=True)
    order = Order(
        command=words,
        environment=variables,
        directory=OPT_ML if isolated else str(opt_ml),
        isolated=isolated,
        stage=str(stage),
        user=_ROOT,
        writable={OPT_ML: str(opt_ml), "/tmp": str(temporary)},
        shown=[*interpreter(), *map(str, shown)],
    )
    return Launched(order)


def inside(text: str, opt_ml: Path) -> str:
    """A text with the tree's place on this machine written as the container knows it."""
    return text.replace(str(opt_ml), OPT_ML)


def isolates() -> bool:
    """Whether commands have a file system of their own here.

    `LOCAL_AWS_SAGEMAKER_NAMESPACE=off` in the server's environment says no without trying.
    """
    if os.environ.get(SWITCH_VARIABLE, "").lower() in ("off", "0", "no"):
        return False
    return system.refusal() is None


def _outside(word: str, opt_ml: Path) -> str:
    if word == OPT_ML or word.startswith(OPT_ML + "/"):
        return str(opt_ml.joinpath(*word[len(OPT_ML) :].strip("/").split("/")))
    return word
