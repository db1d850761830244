"""A Map's mode, and what belongs to the distributed one alone.

Sources: "Map state in Distributed mode", "ItemReader" and "ResultWriter", AWS Step Functions developer guide; the
sentence on a resource that reads or writes items is the one that AWS is reported to give; those on labels are those of
moto's interpreter, that on inventories is not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic
from local_aws.states.definition.fields import JSONATA, Language
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


def check(state: dict[str, Any], place: str, language: Language, machine_type: str) -> Iterator[Diagnostic]:
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
    yield from _check_writer(state, place, "Arguments" if language == JSONATA else "Parameters")
    for name, resources in _RESOURCES.items():
        owner = state.get(name)
        resource = owner.get("Resource") if isinstance(owner, dict) else None
        if isinstance(resource, str) and resource.rpartition(":::")[2] not in resources:
            examples = ", ".join(f"arn:<partition>:states:::{known}" for known in resources)
            message = f"The field 'Resource' does not match any of the allowed values. Examples: [{examples}]"
            yield Diagnostic("ERROR", SCHEMA, message, f"{place}/{name}/Resource")


def _check_label(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    label = state.get(_LABEL)
    if not isinstance(label, str):
        return
    refused = next(filter(is_refused, label), None)
    if not label:
        yield Diagnostic("ERROR", SCHEMA, "Label cannot be empty", f"{place}/Label")
    elif len(label) > MAX_LABEL:
        yield Diagnostic("ERROR", SCHEMA, f"Label cannot exceed {MAX_LABEL} characters", f"{place}/Label")
    elif refused is not None:
        shown = refused.encode("unicode-escape").decode()
        yield Diagnostic("ERROR", SCHEMA, f"Label contains invalid character: '{shown}'", f"{place}/Label")


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
    headers = config.get("CSVHeaders")
    for index, header in enumerate(headers if isinstance(headers, list) else ()):
        if not isinstance(header, str):
            yield Diagnostic("ERROR", SCHEMA, "Expected value of type String", f"{at}/CSVHeaders[{index}]")
    if config.get("ManifestType") == "S3_INVENTORY" and "InputType" in config:
        yield Diagnostic("ERROR", SCHEMA, "Field 'InputType' is not supported with the ManifestType S3_INVENTORY", at)


def _check_writer(state: dict[str, Any], place: str, where: str) -> Iterator[Diagnostic]:
    """An empty one is saved, and fails when it is run (aws/aws-cdk pull 33831)."""
    writer = state.get("ResultWriter")
    if isinstance(writer, dict) and ("Resource" in writer) != (where in writer):
        missing = where if "Resource" in writer else "Resource"
        yield Diagnostic("ERROR", SCHEMA, f"These fields are required: [{missing}]", f"{place}/ResultWriter")


def _config(state: dict[str, Any]) -> dict[str, Any]:
    processor = state.get("ItemProcessor", state.get("Iterator"))
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return config if isinstance(config, dict) else {}
