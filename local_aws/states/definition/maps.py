"""A Map's mode, and what belongs to the distributed one alone.

Sources: "Map state in Distributed mode", "ItemReader" and "ResultWriter", AWS Step Functions developer guide; the
sentence on a resource that reads or writes items is the one that AWS is reported to give; those on labels and on
inventories are not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic
from local_aws.states.names import is_refused

PROCESSORS = ("ItemProcessor", "Iterator")
MAX_LABEL = 40
_LABEL = "Label"
DISTRIBUTED_ONLY = ("ItemReader", "ItemBatcher", "ResultWriter")
"""Fields that a definition may have in either mode: an inline Map that has one fails when it is run."""
_WITHOUT_HEADERS = ("JSON", "JSONL", "PARQUET")
_RESOURCES = {"ItemReader": ("s3:getObject", "s3:listObjectsV2"), "ResultWriter": ("s3:putObject",)}


def is_distributed(state: dict[str, Any]) -> bool:
    """Whether a state is a Map in distributed mode."""
    return _config(state).get("Mode") == "DISTRIBUTED"


def executes_express(state: dict[str, Any]) -> bool:
    """Whether the children of a distributed Map are Express executions."""
    return _config(state).get("ExecutionType") == "EXPRESS"


def check(state: dict[str, Any], place: str, machine_type: str) -> Iterator[Diagnostic]:
    """Findings on a Map state's mode and on what goes with it."""
    config, at = _config(state), f"{place}/ItemProcessor/ProcessorConfig"
    if not is_distributed(state):
        if _LABEL in state:
            yield Diagnostic("ERROR", SCHEMA, f"Field '{_LABEL}' is not supported", place)
        if config.get("Mode") == "INLINE" and "ExecutionType" in config:
            yield Diagnostic("ERROR", SCHEMA, "Field 'ExecutionType' is not supported", at)
    elif "ExecutionType" not in config:
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [ExecutionType]", at)
    elif machine_type == "EXPRESS":
        message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        yield Diagnostic("ERROR", SCHEMA, message, f"{at}/Mode")
    yield from _check_label(state, place)
    yield from _check_reader(state, place)
    yield from _check_writer(state, place)
    for name, resources in _RESOURCES.items():
        owner = state.get(name)
        resource = owner.get("Resource") if isinstance(owner, dict) else None
        if isinstance(resource, str) and resource.rpartition(":::")[2] not in resources:
            examples = ", ".join(f"arn:<partition>:states:::{known}" for known in resources)
            message = f"The field 'Resource' does not match any of the allowed values. Examples: [{examples}]"
            yield Diagnostic("ERROR", SCHEMA, message, f"{place}/{name}/Resource")


def _check_label(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    label = state.get(_LABEL, "label")
    if isinstance(label, str) and (not 0 < len(label) <= MAX_LABEL or is_refused(label)):
        message = f"'Label' must have 1 to {MAX_LABEL} characters, without whitespace, brackets and special characters"
        yield Diagnostic("ERROR", SCHEMA, message, f"{place}/Label")


def _check_reader(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    reader = state.get("ItemReader")
    config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
    if not isinstance(config, dict):
        return
    at = f"{place}/ItemReader/ReaderConfig"
    if config.get("Transformation") == "LOAD_AND_FLATTEN" and "InputType" not in config:
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [InputType]", at)
    if config.get("InputType") == "CSV" and not {"CSVHeaderLocation", "ManifestType"} & set(config):
        yield Diagnostic("ERROR", SCHEMA, "The field 'CSVHeaderLocation' is required but was missing", at)
    if config.get("InputType") in _WITHOUT_HEADERS and "CSVHeaderLocation" in config:
        yield Diagnostic("ERROR", SCHEMA, "Field 'CSVHeaderLocation' is not supported", at)
    if config.get("CSVHeaderLocation") == "GIVEN" and "CSVHeaders" not in config:
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [CSVHeaders]", at)
    if config.get("ManifestType") == "S3_INVENTORY" and "InputType" in config:
        yield Diagnostic("ERROR", SCHEMA, "Field 'InputType' is not supported with the ManifestType S3_INVENTORY", at)


def _check_writer(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    writer = state.get("ResultWriter")
    if not isinstance(writer, dict):
        return
    where = {"Arguments", "Parameters"} & set(writer)
    if "Resource" in writer and not where:
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [Arguments]", f"{place}/ResultWriter")
    elif "Resource" not in writer and (where or "WriterConfig" not in writer):
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [Resource]", f"{place}/ResultWriter")


def _config(state: dict[str, Any]) -> dict[str, Any]:
    processor = state.get("ItemProcessor", state.get("Iterator"))
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return config if isinstance(config, dict) else {}
