"""The type of machine for each use of SageMaker: an account may have none of one type, and some of another."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields

from course.errors import CourseError

DEFAULT = "ml.m5.large"
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")


@dataclass(frozen=True)
class Instances:
    """A type for each use."""

    processing: str = DEFAULT
    training: str = DEFAULT
    endpoint: str = DEFAULT
    transform: str = DEFAULT


def chosen() -> Instances:
    """As the environment says it: `COURSE_PROCESSING_INSTANCE` and its like; `COURSE_INSTANCE_TYPE` for the rest.

    Raises:
        CourseError: a variable holds what is no type of SageMaker's.
    """
    default = _in("COURSE_INSTANCE_TYPE", DEFAULT)
    return Instances(**{use.name: _in(f"COURSE_{use.name.upper()}_INSTANCE", default) for use in fields(Instances)})


def _in(variable: str, default: str) -> str:
    said = os.environ.get(variable, "").strip() or default
    if not _TYPE.fullmatch(said):
        raise CourseError(f"{variable} is '{said}': a type of SageMaker's looks like {DEFAULT}.")
    return said
