"""The type of machine for each use of SageMaker: an account may have none of one type, and some of another."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields

from course.errors import CourseError

DEFAULT = "ml.m5.large"
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
_GRAVITON = re.compile(r"ml\.[a-z]+\d+g[a-z]*\.")
"""Types with AWS's own processors: m6g, c7gn, r6gd (SageMaker developer guide, instance types)."""


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
        CourseError: a variable holds what is no type of SageMaker's, or one on which the course's images don't run.
    """
    default = _in("COURSE_INSTANCE_TYPE", DEFAULT)
    return Instances(**{use.name: _in(f"COURSE_{use.name.upper()}_INSTANCE", default) for use in fields(Instances)})


def _in(variable: str, default: str) -> str:
    said = os.environ.get(variable, "").strip() or default
    if not _TYPE.fullmatch(said):
        raise CourseError(f"{variable} is '{said}': a type of SageMaker's looks like {DEFAULT}.")
    if _GRAVITON.match(said):
        raise CourseError(
            f"{variable} is '{said}': it has AWS's Graviton processors, and the images of scikit-learn and BlazingText "
            f"that the course runs are for Intel's and AMD's. Name a type such as {DEFAULT} or ml.c5.xlarge."
        )
    return said
