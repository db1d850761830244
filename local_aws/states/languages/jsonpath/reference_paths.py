"""Reference paths: names and indexes only, so that one can be written to as well as read.

Source: "Reference Paths", states-language.net, and "ResultPath", AWS Step Functions developer guide.
"""

from __future__ import annotations

import re
from typing import Any

from local_aws.states.languages.jsonpath.errors import InvalidPathError, NotFoundError
from local_aws.states.languages.jsonpath.paths import BRACKET, Path, Step, path

_OTHER_BRACKET = re.compile(r"\[\s*+[^'\"\s\d-]")


def reference_path(text: str) -> Path:
    """Parse a reference path.

    Raises:
        InvalidPathError: it isn't one, in AWS's words as far as they are known.
    """
    if not text.startswith("$"):
        raise InvalidPathError("Reference path didn't start with '$'")
    parsed = path(text)
    if not parsed.is_reference and _OTHER_BRACKET.search(text):
        raise InvalidPathError(BRACKET)
    if not parsed.is_reference:
        raise InvalidPathError("Reference path must identify a single node, by names and indexes only")
    return parsed


def placed(data: Any, steps: tuple[Step, ...], value: Any) -> Any:
    """Data with a value put in at a place; objects on the way are made where there are none.

    The data itself stays as it is.

    Raises:
        NotFoundError: the data has no such place, and can't be given one.
    """
    if not steps:
        return value
    step, *others = steps
    if isinstance(step, int):
        if not isinstance(data, list) or not -len(data) <= step < len(data):
            raise NotFoundError
        copy = list(data)
        copy[step] = placed(copy[step], tuple(others), value)
        return copy
    if not isinstance(data, dict):
        raise NotFoundError
    return data | {step: placed(data.get(step, {}) if others else None, tuple(others), value)}
