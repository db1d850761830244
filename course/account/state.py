"""The state of the lab's embedded AWS as a learner changes it: begin again from a clean one, or go on from a file.

What was there is set aside, never deleted. The work on the files is the embedded AWS's own command.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import account_guard
from course.account import embedded
from course.account.target import chosen
from course.errors import CourseError


def begin_again() -> None:
    """Begin again from a clean AWS: the embedded one of this lab, with nothing in it.

    Raises:
        CourseError: the lesson works on a real account, the lab keeps no state, or its AWS was started elsewhere.
    """
    _changed("reset")
    print("The embedded AWS is empty. Run the first cell of your lesson again.")


def go_on_from(file: str | Path) -> None:
    """Go on where the class is: with what is in a file that `python -m local_aws state save` has written.

    Args:
        file: the file, as your instructor has handed it out.

    Raises:
        CourseError: as `begin_again`, or the file can't be read by this version.
    """
    path = Path(file).expanduser().resolve()
    if not path.is_file():
        raise CourseError(f"There is no file {path}.")
    _changed("load", str(path))
    print(f"The embedded AWS holds what is in {path.name}. Run the first cell of your lesson again.")


def _changed(action: str, *arguments: str) -> None:
    if chosen() == "aws":
        raise CourseError("You work on a real account: what is there, only clean-up removes (course.clean_up).")
    folder = embedded.state_folder()
    if folder is None:
        raise CourseError("This lab keeps no state: start it with `make lab`, which does.")
    embedded.stop(embedded.find_or_start())
    command = [sys.executable, "-m", "local_aws", "state", action, *arguments, "--state", str(folder)]
    environment = account_guard.without_settings(dict(os.environ))
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise CourseError(done.stderr.strip())
    embedded.find_or_start()
