"""Operations on event buses, their policies, and the tags of buses and rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError, Call, not_there
from local_aws.eventbridge.buses import DEFAULT, Bus
from local_aws.eventbridge.foundation import EventBridgeFoundation
from local_aws.eventbridge.paging import page

_NOT_HONOURED = ("EventSourceName", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
_AWS_ITSELF = {
    "Sid": "AWS",
    "Effect": "Allow",
    "Principal": {"Service": ["s3.amazonaws.com", "states.amazonaws.com", "sagemaker.amazonaws.com"]},
    "Action": "events:PutEvents",
    "Resource": "*",
}
"""AWS's own services may tell the default bus; no policy that a customer sees says so."""


class BusOperations(EventBridgeFoundation):
    """CreateEventBus to RemovePermission, and tags."""

    def resource_policy(self, operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """The policy of the bus that events are put on."""
        if operation != "PutEvents":
            return None
        statements: list[dict[str, Any]] = []
        for name in {entry.get("EventBusName") for entry in params["Entries"]}:
            bus = self._buses.find(name)
            if bus is not None:
                statements += bus.statements.values()
                statements += [_AWS_ITSELF] if bus.name == DEFAULT else []
        return {"Version": "2012-10-17", "Statement": statements} if statements else None

    def create_event_bus(self, call: Call, Name: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """Make a custom bus."""
        _refuse_unhonoured("CreateEventBus", params)
        if "/" in Name:
            raise ApiError("ValidationException", "Event bus name must not contain '/'.")
        with self._buses.lock:
            bus = self._buses.add(Name)
            bus.description = params.get("Description")
            bus.tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        return _present({"EventBusArn": bus.arn, "Description": bus.description})

    def update_event_bus(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change a bus's description."""
        _refuse_unhonoured("UpdateEventBus", params)
        bus = self._buses.get(params.get("Name"))
        bus.description, bus.modified = params.get("Description"), datetime.now(UTC)
        return _present({"Arn": bus.arn, "Name": bus.name, "Description": bus.description})

    def delete_event_bus(self, call: Call, Name: str) -> dict[str, Any]:  # noqa: N803
        """Delete a custom bus; one that isn't there is deleted already."""
        if Name == DEFAULT:
            raise ApiError("ValidationException", "Cannot delete event bus default.")
        with self._buses.lock:
            bus = self._buses.by_name.get(Name)
            if bus is not None and bus.rules:
                raise ApiError("ValidationException", f"Event bus {Name} can't be deleted since it has rules.")
            self._buses.by_name.pop(Name, None)
        return {}

    def describe_event_bus(self, call: Call, Name: str | None = None) -> dict[str, Any]:  # noqa: N803
        """A bus and its policy."""
        bus = self._buses.get(Name)
        return _present(
            {"Name": bus.name, "Arn": bus.arn, "Description": bus.description, **_dates(bus), **_policy(bus)}
        )

    def list_event_buses(self, call: Call, **params: Any) -> dict[str, Any]:
        """All buses, or those whose names begin so."""
        prefix = params.get("NamePrefix", "")
        found = [bus for name, bus in sorted(self._buses.by_name.items()) if name.startswith(prefix)]
        some, more = page(found, params)
        shown = [_present({"Name": bus.name, "Arn": bus.arn, **_dates(bus), **_policy(bus)}) for bus in some]
        return {"EventBuses": shown, **more}

    # ---- who may put events --------------------------------------------------------------------------

    def put_permission(self, call: Call, **params: Any) -> dict[str, Any]:
        """Let others put events on a bus: one statement, or a whole policy."""
        bus = self._buses.get(params.get("EventBusName"))
        if "Policy" in params:
            bus.statements = _statements(params["Policy"])
            return {}
        missing = [name for name in ("Action", "Principal", "StatementId") if name not in params]
        if missing:
            raise ApiError("ValidationException", f"Parameter {missing[0]} must be specified.")
        if params["Action"] != "events:PutEvents":
            raise ApiError("ValidationException", "Provided value in parameter 'action' is not supported.")
        principal = params["Principal"]
        statement: dict[str, Any] = {
            "Sid": params["StatementId"],
            "Effect": "Allow",
            "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
            "Action": params["Action"],
            "Resource": bus.arn,
        }
        if "Condition" in params:
            condition = params["Condition"]
            statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
        bus.statements[params["StatementId"]] = statement
        return {}

    def remove_permission(self, call: Call, **params: Any) -> dict[str, Any]:
        """Take one statement of a bus's policy back, or all."""
        bus = self._buses.get(params.get("EventBusName"))
        if params.get("RemoveAllPermissions"):
            bus.statements = {}
            return {}
        if not bus.statements:
            raise ApiError("ResourceNotFoundException", "EventBus does not have a policy.")
        if params.get("StatementId") not in bus.statements:
            raise ApiError("ResourceNotFoundException", "Statement with the provided id does not exist.")
        del bus.statements[params["StatementId"]]
        return {}

    # ---- tags ----------------------------------------------------------------------------------------

    def tag_resource(self, call: Call, ResourceARN: str, Tags: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        """Add tags to a bus or a rule."""
        self._buses.tagged(ResourceARN).tags |= {tag["Key"]: tag["Value"] for tag in Tags}
        return {}

    def untag_resource(self, call: Call, ResourceARN: str, TagKeys: list[str]) -> dict[str, Any]:  # noqa: N803
        """Take tags away."""
        found = self._buses.tagged(ResourceARN)
        found.tags = {key: value for key, value in found.tags.items() if key not in TagKeys}
        return {}

    def list_tags_for_resource(self, call: Call, ResourceARN: str) -> dict[str, Any]:  # noqa: N803
        """The tags of a bus or a rule."""
        tags = self._buses.tagged(ResourceARN).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _refuse_unhonoured(operation: str, params: dict[str, Any]) -> None:
    for member in _NOT_HONOURED:
        if params.get(member):
            raise not_there(f"{member} of {operation}")


def _statements(text: str) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(text)["Statement"]
        several = found if isinstance(found, list) else [found]
        return {statement.get("Sid", str(number)): dict(statement) for number, statement in enumerate(several)}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ApiError("ValidationException", "Provided value in parameter 'policy' is not valid.") from None


def _policy(bus: Bus) -> dict[str, str]:
    if not bus.statements:
        return {}
    document = {"Version": "2012-10-17", "Statement": list(bus.statements.values())}
    return {"Policy": json.dumps(document, separators=(",", ":"))}


def _dates(bus: Bus) -> dict[str, datetime]:
    return {"CreationTime": bus.created, "LastModifiedTime": bus.modified}


def _present(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if value is not None}
