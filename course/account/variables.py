"""The variables by which the course is told how to work: one that is misspelt is named, not passed over."""

from __future__ import annotations

import difflib
import os

from course.errors import CourseError

_BEGINNING = "COURSE_"
KNOWN = (
    *("TARGET", "PREFIX", "LAG", "STATE", "PROGRESS", "VALUES", "DEBUG"),
    *("SAGEMAKER_ROLE", "LAMBDA_ROLE", "STATES_ROLE", "SCHEDULER_ROLE", "BOUNDARY"),
    *("INSTANCE_TYPE", "PROCESSING_INSTANCE", "TRAINING_INSTANCE", "ENDPOINT_INSTANCE", "TRANSFORM_INSTANCE"),
    *("STAND_IN", "RECORDING", "RECORDING_NAMES", "OPT_ML"),
)
"""What stands behind `COURSE_` in those that there are, the ones of this project's own programs included."""
_ALIKE = 0.75
"""How alike two names are, from 0 to 1, of which one is taken for the other misspelt."""


def require_well_spelt() -> None:
    """See that no variable is misspelt: without the prefix that was meant, say, a learner works on another's things.

    A variable that is like none of the course's may be anybody's, and is passed over.

    Raises:
        CourseError: one is, and what was probably meant.
    """
    for name in sorted(os.environ):
        said = name.upper().removeprefix(_BEGINNING)
        if not name.upper().startswith(_BEGINNING) or name.removeprefix(_BEGINNING) in KNOWN:
            continue
        meant = difflib.get_close_matches(said, KNOWN, 1, _ALIKE)
        if meant:
            raise CourseError(
                f"There is a variable {name}, and the course has none of that name: is {_BEGINNING}{meant[0]} meant? "
                "Nothing was done. Set it under its right name where you start JupyterLab, and take the other away. "
                f"If it is for something else: import os; del os.environ['{name}'], in a cell of its own."
            )
