"""A Task's resource and the arguments that its integration takes.

Arguments are looked at where they are written out; those that come from one expression are known at run time only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states import integrations
from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic
from local_aws.states.definition.fields import JSONATA, Language


def check(state: dict[str, Any], place: str, language: Language, machine_type: str) -> Iterator[Diagnostic]:
    """Findings on a Task state's `Resource`, `Arguments` or `Parameters`, and `Credentials`."""
    yield from _check_credentials(state, place)
    yield from _check_heartbeat(state, place)
    resource, field = state.get("Resource"), "Arguments" if language == JSONATA else "Parameters"
    if not isinstance(resource, str):
        return
    if not resource.startswith("arn:"):
        yield Diagnostic("ERROR", SCHEMA, "Value is not a valid resource ARN", f"{place}/Resource")
        return
    is_elsewhere = integrations.is_known_elsewhere(resource)
    integration = None if is_elsewhere else integrations.resolve(resource)
    if integration is None and not is_elsewhere:
        message = (
            f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, "
            "or the resource is not available in this region."
        )
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Resource")
        return
    if ":states:::" in resource and field not in state:
        message = f"{field} field is required for resource ARN: {resource}"
        yield Diagnostic("ERROR", SCHEMA, message, place)
    if integration is None:
        return
    if integration.style == "activity" and "Credentials" in state:
        message = "The field 'Credentials' is not supported for activities"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Credentials")
    yield from _check_express(integration, place, machine_type)
    yield from _check_arguments(state, integration, place, field)


def _check_credentials(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    credentials = state.get("Credentials")
    if isinstance(credentials, dict) and not {"RoleArn", "RoleArn.$"} & set(credentials):
        message = "The field 'RoleArn' is required but was missing"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Credentials")


def _check_heartbeat(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    heartbeat, timeout = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
    if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
        # The rule is documented ("Task state fields"), the wording is not AWS's.
        message = "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/HeartbeatSeconds")


def _check_express(integration: Any, place: str, machine_type: str) -> Iterator[Diagnostic]:
    if machine_type != "EXPRESS":
        return
    if integration.style == "activity":
        message = "Express state machine does not support Activity ARN"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Resource")
        return
    for pattern, used in ((".sync", integration.waits_for_job), (".waitForTaskToken", integration.waits_for_token)):
        if used:
            # The blank at the end is AWS's.
            message = f"Express state machine does not support '{pattern}' service integration "
            yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Resource")


def _check_arguments(state: dict[str, Any], integration: Any, place: str, field: str) -> Iterator[Diagnostic]:
    arguments = state.get(field, {})
    if not isinstance(arguments, dict):
        return
    if field == "Parameters":
        arguments = _without_paths(arguments)
    for name in integration.unknown_arguments(arguments):
        message = f'The field "{name}" is not supported by Step Functions'
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/{field}")
    for name in integration.missing_arguments(arguments) if field in state else ():
        message = f"The field '{name}' is required but was missing"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/{field}")


def _without_paths(value: Any) -> Any:
    """Parameters by the names that they have once JSONPath has filled in `name.$`."""
    if isinstance(value, dict):
        return {name.removesuffix(".$"): _without_paths(item) for name, item in value.items()}
    return [_without_paths(item) for item in value] if isinstance(value, list) else value
