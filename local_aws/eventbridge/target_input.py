"""What a target gets of an event: all of it, a part, a constant, or a text made of its parts.

Source: "Amazon EventBridge input transformation", EventBridge user guide. What becomes of data inside of quotes isn't
told there: a text goes in as it is, data as JSON without its quotes, as public emulators have seen it on AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.call import ApiError

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+|\*)\]|\['([^']+)'\]")
_WHOLE_EVENTS = ("aws.events.event", "aws.events.event.json")
PREDEFINED = ("aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", *_WHOLE_EVENTS)
_NOTHING = object()


def text_for(target: Mapping[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """The input of a target for an event.

    Args:
        target: as PutTargets brought it.
    """
    if "Input" in target:
        return target["Input"]
    if "InputPath" in target:
        found = _at(target["InputPath"], event)
        return json_text(None if found is _NOTHING else found)
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule_arn)
    return json_text(event)


def json_text(value: Any) -> str:
    """JSON as EventBridge writes it: without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check(target: Mapping[str, Any]) -> None:
    """Refuse what can be seen to be wrong with a target's input.

    Raises:
        ApiError: `ValidationException`.
    """
    name = target["Id"]
    if sum(member in target for member in ("Input", "InputPath", "InputTransformer")) > 1:
        raise _invalid(f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}.")
    if "Input" in target and not _is_json(target["Input"]):
        raise _invalid(f"JSON syntax error in input for target {name}.")
    if "InputPath" in target and _steps(target["InputPath"]) is None:
        raise _invalid("Parameter InputPath is not valid. Reason: Provided JSON path is not valid.")
    if "InputTransformer" in target:
        _check_transformer(name, target["InputTransformer"])


def _check_transformer(name: str, transformer: Mapping[str, Any]) -> None:
    paths, template = transformer.get("InputPathsMap", {}), transformer["InputTemplate"]
    for key, path in paths.items():
        if key.startswith("aws."):
            raise _invalid(f"InputPathsMap for target {name} contains reserved key {key}.")
        if _steps(path) is None:
            raise _invalid(f"InputPathsMap for target {name} contains invalid JSON path {path}.")
    for placeholder in _PLACEHOLDER.findall(template):
        if placeholder not in paths and placeholder not in PREDEFINED:
            raise _invalid(f"InputTemplate for target {name} contains invalid placeholder {placeholder}.")
        if placeholder == "aws.events.event.json" and not _is_object(template):
            fault = "contains placeholder aws.events.event.json valid only for JSON template."
            raise _invalid(f"InputTemplate for target {name} {fault}")
    filled = _filled(template, lambda placeholder: "")
    if not all(_is_json(part) for part in ([filled] if _is_object(template) else filled.splitlines()) if part.strip()):
        raise _invalid(f"Invalid InputTemplate for target {name} : [{template}]")


def _transformed(transformer: Mapping[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    known: dict[str, Any] = {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }
    known |= {name: _at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    return _filled(transformer["InputTemplate"], known.__getitem__)


def _filled(template: str, value_of: Callable[[str], Any]) -> str:
    """A template with values in place of its placeholders; inside of quotes they become part of the text."""
    pieces: list[str] = []
    quoted, at = False, 0
    for found in _PLACEHOLDER.finditer(template):
        between = template[at : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        pieces += [between, _within(value_of(found[1])) if quoted else _alone(value_of(found[1]))]
        at = found.end()
    return "".join([*pieces, template[at:]])


def _within(value: Any) -> str:
    if value is _NOTHING:
        return ""
    if isinstance(value, str):
        return json_text(value)[1:-1]
    return json_text(value).replace('\\"', "").replace('"', "")


def _alone(value: Any) -> str:
    return '""' if value is _NOTHING else json_text(value)


def _at(path: str, event: Any) -> Any:
    steps = _steps(path)
    return _walk(steps or [], event)


def _walk(steps: list[str | int], value: Any) -> Any:
    for number, step in enumerate(steps):
        if step == "*" and isinstance(value, list):
            found = [_walk(steps[number + 1 :], each) for each in value]
            return [each for each in found if each is not _NOTHING]
        in_list = isinstance(step, int) and isinstance(value, list) and step < len(value)
        if not in_list and not (isinstance(step, str) and isinstance(value, dict) and step in value):
            return _NOTHING
        value = value[step]
    return value


def _steps(path: str) -> list[str | int] | None:
    """The steps of a path; None for what is none. EventBridge knows names, indexes and the asterisk alone."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return None
        steps.append(found[1] or found[3] or ("*" if found[2] == "*" else int(found[2])))
        at = found.end()
    return steps


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_object(template: str) -> bool:
    return template.lstrip().startswith("{")


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)
