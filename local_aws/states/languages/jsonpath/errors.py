"""How evaluations in JSONPath fail.

What the States Language calls `States.ParameterPathFailure` or `States.IntrinsicFailure`, AWS reports as
`States.Runtime`, which ends an execution past every `States.ALL`; the sentences are those of recorded executions. A
Retry or Catch that names the documented error gets it.
"""

from __future__ import annotations

from local_aws.states.errors import RUNTIME, FieldError

PARAMETER_PATH_FAILURE = "States.ParameterPathFailure"
INTRINSIC_FAILURE = "States.IntrinsicFailure"
RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
REFERENCE_PATH_CONFLICT = "States.ReferencePathConflict"


class InvalidPathError(ValueError):
    """A text is not a path, or not one of the kind that is wanted here."""


class NotFoundError(Exception):
    """A path that stands for one place leads nowhere in the data."""


class PathError(Exception):
    """A path can't be evaluated on the data; the text is what AWS's path library says."""


def fault(sentence: str, documented_as: str | None = None) -> FieldError:
    """The failure of a field."""
    return FieldError(sentence, RUNTIME, documented_as)
