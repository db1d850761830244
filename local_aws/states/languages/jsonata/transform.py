"""The transform operator (`| pattern | update, delete |`), a function that changes a copy of its argument."""

from __future__ import annotations

import weakref
from typing import Any

from local_aws.states.languages.jsonata.calling import Evaluate, Frame, Function, letter
from local_aws.states.languages.jsonata.errors import Fault
from local_aws.states.languages.jsonata.limits import Run, size_of
from local_aws.states.languages.jsonata.signature import Signature
from local_aws.states.languages.jsonata.text_of import rounded
from local_aws.states.languages.jsonata.values import UNDEFINED

_SIGNATURE = Signature("<(oa):o>", letter)


class Transform(Function):
    """A transform, with the variables of the place where it stands."""

    def __init__(self, pattern: Evaluate, update: Evaluate, delete: Evaluate, frame: Frame):
        self._pattern, self._update, self._delete, self._frame = pattern, update, delete, frame
        frame.run.frames.append(weakref.ref(frame))

    def call(self, arguments: list[Any], context: Any, run: Run) -> Any:
        (value,) = _SIGNATURE.validate(arguments, context)
        if value is UNDEFINED:
            return value
        result = clone(value, run)
        matches = self._pattern(result, self._frame)
        if matches is UNDEFINED:
            return result
        for match in matches if isinstance(matches, list) else [matches]:
            run.spend(1)
            self._change(match)
        return result

    def _change(self, match: Any) -> None:
        update = self._update(match, self._frame)
        if update is not UNDEFINED:
            if not isinstance(update, dict):
                raise Fault("T2011", value=update)
            if isinstance(match, dict):
                match.update(update)
        names = self._delete(match, self._frame)
        if names is UNDEFINED:
            return
        listed = names if isinstance(names, list) else [names]
        if not all(type(name) is str for name in listed):
            raise Fault("T2012", value=names)
        if isinstance(match, dict):
            for name in listed:
                match.pop(name, None)


def clone(value: Any, run: Run) -> Any:
    """A copy of a value as JSON text would give it: a number has 15 digits, a function is an empty text."""
    run.spend(1)
    if isinstance(value, list):
        run.allocate(64 + 8 * len(value))
        return [None if item is UNDEFINED else clone(item, run) for item in value]
    if isinstance(value, dict):
        run.allocate(size_of(value))
        return {key: clone(item, run) for key, item in value.items()}
    if type(value) in (int, float):
        return rounded(value)
    return "" if isinstance(value, Function) else value
