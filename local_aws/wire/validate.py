"""The checks that AWS makes of a request before a service sees it, from botocore's model, in AWS's words.

`1 validation error detected: Value '…' at 'functionName' failed to satisfy constraint: …`: required members,
lengths, ranges, patterns and enumerations; several are counted and joined by `; `. Source of the words:
recorded answers of Lambda, SageMaker and Step Functions. Nested members are written
`processingInputs.1.member.s3Input.s3Uri`, as recorded on SageMaker. The query protocol's services (STS) say
the same under the code `ValidationError`; S3 has words of its own, and only what is missing is said here.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from local_aws.call import ApiError
from local_aws.wire.errors import malformed_xml

if TYPE_CHECKING:
    from regex import Pattern

_SHORT = 256
"""Characters of a value of which it is remembered that it matches: names and ARNs come again and again."""
_PATTERN_SECONDS = (0.2, 1.0)
"""What takes longer is taken for what doesn't match: a text that does is matched at once. The time is that of the whole
process, so a busy one gets a second try."""


_ORDERS = {
    frozenset(names): names for names in [("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING")]
}
"""Enumerations that AWS lists in another order than the model, as public emulators have seen it."""


def validate(operation: OperationModel, params: dict[str, Any]) -> None:
    """Check a call's parameters against its model.

    Raises:
        ApiError: `ValidationException` (`ValidationError` in the query protocol, and where the service's model
            has an error of that name) that names every fault; `MalformedXML` where a request to S3 lacks something.
    """
    if operation.input_shape is None:
        return
    protocol = operation.service_model.resolved_protocol
    if protocol == "rest-xml":
        _require(params, operation.input_shape)
        return
    _raise(operation, list(_faults(params, operation.input_shape, "")))


def require_members(operation: OperationModel, params: dict[str, Any]) -> None:
    """Check alone that nothing is missing, for a service that looks at all else itself.

    Raises:
        ApiError: as `validate`.
    """
    if operation.input_shape is None:
        return
    if operation.service_model.resolved_protocol == "rest-xml":
        _require(params, operation.input_shape)
        return
    faults = _faults(params, operation.input_shape, "")
    _raise(operation, [fault for fault in faults if fault.endswith(_MISSING)])


_MISSING = "Member must not be null"


def _raise(operation: OperationModel, faults: list[str]) -> None:
    if not faults:
        return
    protocol = operation.service_model.resolved_protocol
    noun = "validation error" if len(faults) == 1 else "validation errors"
    own_code = protocol == "query" or "ValidationError" in operation.service_model.shape_names
    code = "ValidationError" if own_code else "ValidationException"
    raise ApiError(code, f"{len(faults)} {noun} detected: " + "; ".join(faults))


def _require(value: Any, shape: Shape) -> None:
    if any(fault.endswith(_MISSING) for fault in _faults(value, shape, "")):
        raise malformed_xml()


def _faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                yield _fault(None, shape.members[name], _join(path, name), _MISSING)
        for name, item in value.items():
            if name in shape.members:
                yield from _faults(item, shape.members[name], _join(path, name))
    elif isinstance(shape, ListShape):
        yield from _size_faults(value, shape, path)
        for index, item in enumerate(value, start=1):
            yield from _faults(item, shape.member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _size_faults(value, shape, path)
        for key, item in value.items():
            yield from _faults(key, shape.key, path)
            yield from _faults(item, shape.value, f"{path}.{key}.member")
    elif isinstance(value, str):
        yield from _string_faults(value, shape, path)
    elif isinstance(value, bytes):
        yield from _size_faults(value, shape, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _range_faults(value, shape, path)


def _string_faults(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _size_faults(value, shape, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _fault(value, shape, path, f"Member must satisfy regular expression pattern: {pattern}")
    if shape.enum and value not in shape.enum:
        known = ", ".join(_ORDERS.get(frozenset(shape.enum), shape.enum))
        yield _fault(value, shape, path, f"Member must satisfy enum value set: [{known}]")


def _size_faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield _fault(value, shape, path, f"Member must have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield _fault(value, shape, path, f"Member must have length less than or equal to {high}")


def _range_faults(value: float, shape: Shape, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _fault(value, shape, path, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _fault(value, shape, path, f"Member must have value less than or equal to {high}")


def _fault(value: Any, shape: Shape, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{_shown(value, shape)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any, shape: Shape) -> str:
    """A value as AWS's services, which are written in Java, print one: `[Tag(key=a, value=null)]`.

    The form of a structure is the plain reading: no recorded answer shows one.
    """
    if value is None:
        return "null"
    if isinstance(shape, StructureShape):
        members = shape.members.items()
        inside = (f"{_join('', name)}={_shown(value.get(name), member)}" for name, member in members)
        return f"{shape.name}({', '.join(inside)})"
    if isinstance(shape, ListShape):
        return "[" + ", ".join(_shown(item, shape.member) for item in value) + "]"
    if isinstance(shape, MapShape):
        return "{" + ", ".join(f"{key}={_shown(item, shape.value)}" for key, item in value.items()) + "}"
    if isinstance(value, bytes):
        return "java.nio.HeapByteBuffer"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _join(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


@functools.cache
def _compiled(pattern: str) -> Pattern[str] | None:
    """A model's pattern in Python's terms; None where Java's syntax has no counterpart."""
    for java, python in (
        (r"\p{L}", r"^\W\d_"),
        (r"\p{Z}", r"\s"),
        (r"\p{N}", r"\d"),
        (r"\p{S}", ""),
        (r"\p{P}", ""),
    ):
        pattern = pattern.replace(java, python)
    import regex  # which most requests don't need, and which is large

    try:
        return regex.compile(pattern)
    except regex.error:
        return None


class _NoMatch(Exception):
    """A value isn't what a pattern means, as far as could be told in time."""


def _matches(pattern: str, value: str) -> bool:
    if r"\p{" in pattern:
        return True
    try:
        _require_match(pattern, value) if len(value) <= _SHORT else _require_match.__wrapped__(pattern, value)
    except _NoMatch:
        return False
    return True


@functools.lru_cache(maxsize=2048)
def _require_match(pattern: str, value: str) -> None:
    """Remembered is what matches: who has been refused is looked at anew, since it may be that time ran out."""
    compiled = _compiled(pattern)
    if compiled is None:
        return
    for seconds in _PATTERN_SECONDS:
        # Some of AWS's own patterns try every way of dividing a text; meanwhile nobody else may have to wait.
        with contextlib.suppress(TimeoutError):
            if compiled.fullmatch(value, timeout=seconds, concurrent=True) is not None:
                return
            break
    raise _NoMatch
