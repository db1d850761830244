"""DynamoDB: requests about several tables, transactions, and PartiQL, whose statements name their tables in text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_PARTIQL = {"select": "PartiQLSelect", "insert": "PartiQLInsert", "update": "PartiQLUpdate", "delete": "PartiQLDelete"}
_NAME = r"(?:\"([^\"]+)\"|([\w.-]+))"
_TABLE = re.compile(rf"\b(?:from|into|update|exists)\s+{_NAME}(?:\s*\.\s*{_NAME})?", re.IGNORECASE)
_EQUALITY = re.compile(r"(?<![#\w])([#\w]++)\s*+=\s*+(:\w++)")
_KEYS = {
    "ReturnConsumedCapacity": "dynamodb:ReturnConsumedCapacity",
    "ReturnValues": "dynamodb:ReturnValues",
    "Select": "dynamodb:Select",
}
_MOVED_DATA = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
"""What restoring a table needs on the new one, beside the operation's own action."""


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of DynamoDB."""
    context = keys(params, _KEYS)
    if operation in ("BatchGetItem", "BatchWriteItem"):
        tables = params.get("RequestItems") or {}
        return [
            Asked(operation, {"TableName": table}, context | _leading(_attribute(table, place), _of_batch(found)))
            for table, found in tables.items()
        ]
    if operation in ("TransactGetItems", "TransactWriteItems"):
        parts = [part for item in params.get("TransactItems", []) for part in item.items()]
        attributes = {table: _attribute(table, place) for table in {part.get("TableName") for _, part in parts}}
        return [
            Asked(_single(kind), part, context | _leading(attributes[part.get("TableName")], [_key(part)]))
            for kind, part in parts
        ]
    statements = _statements(operation, params)
    if statements is not None:
        return [one for text in statements for one in _partiql(text, context)]
    named = dict(params)
    if operation == "ImportTable":
        named["TableName"] = (params.get("TableCreationParameters") or {}).get("TableName")
    if operation in ("CreateGlobalTable", "UpdateGlobalTable", "UpdateGlobalTableSettings"):
        named["TableName"] = params["GlobalTableName"]
    if operation.startswith("Restore"):
        target = {"TableName": params["TargetTableName"]}
        return [Asked(operation, named, context), *(Asked(action, target) for action in _MOVED_DATA)]
    if "TableName" in params and ("Key" in params or "Item" in params or "KeyConditions" in params):
        context |= _leading(_attribute(params["TableName"], place), [_key(params)])
    elif operation == "Query":
        context |= _leading(_attribute(params["TableName"], place), [_condition(params)])
    return tagging("TagResource", Asked(operation, named, context))


def _single(kind: str) -> str:
    """The action of a part of a transaction (`Put`)."""
    return "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"


# ---- PartiQL -----------------------------------------------------------------------------------------


def _statements(operation: str, params: Params) -> list[str] | None:
    if operation == "ExecuteStatement":
        return [params["Statement"]]
    member = {"BatchExecuteStatement": "Statements", "ExecuteTransaction": "TransactStatements"}.get(operation)
    return [entry["Statement"] for entry in params.get(member, [])] if member else None


def _partiql(text: str, context: dict[str, Any]) -> Iterator[Asked]:
    """The action on every table that a statement names; on `*` where none can be read."""
    words = text.split(None, 1)
    verb = words[0].lower() if words else ""
    action = _PARTIQL.get(verb, "PartiQLSelect")
    names = [[part for part in found if part] for found in _TABLE.findall(text)]
    for name in names or [[]]:
        yield Asked(action, dict(zip(("TableName", "IndexName"), name, strict=False)), context)


# ---- the keys that rules on items read ---------------------------------------------------------------


def _attribute(table: str | None, place: Place) -> str | None:
    """The name of a table's partition key."""
    return place.records.partition_key(table, place.region) if place.records and table else None


def _leading(attribute: str | None, items: Iterable[Any]) -> dict[str, list[str]]:
    """`dynamodb:LeadingKeys`: the values of the partition key that a request names."""
    values = [_value(item[attribute]) for item in items if isinstance(item, dict) and attribute in item]
    return {"dynamodb:LeadingKeys": values} if values else {}


def _key(part: Params) -> Any:
    if "KeyConditions" in part:
        conditions = part["KeyConditions"]
        return {name: (found.get("AttributeValueList") or [{}])[0] for name, found in conditions.items()}
    return part.get("Key") or part.get("Item")


def _of_batch(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return found.get("Keys", [])
    requests = [request for entry in found or [] for request in entry.values()]
    return [_key(request) for request in requests]


def _condition(params: Params) -> dict[str, Any]:
    """The equalities of a query's key condition expression: attribute to value."""
    names, values = params.get("ExpressionAttributeNames") or {}, params.get("ExpressionAttributeValues") or {}
    found = _EQUALITY.findall(params.get("KeyConditionExpression", ""))
    return {names.get(name, name): values[value] for name, value in found if value in values}


def _value(typed: Any) -> str:
    """A DynamoDB value (`{"S": "a"}`) as policies write it."""
    return str(next(iter(typed.values()), "")) if isinstance(typed, dict) else str(typed)
