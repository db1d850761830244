"""A Map's mode, and what belongs to the distributed one alone.

Sources: "Map state in Distributed mode", AWS Step Functions developer guide; the sentence on a resource that reads
or writes items is the one that AWS is reported to give, the one on Express machines is not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states.definition.diagnostic import SCHEMA, Diagnostic

PROCESSORS = ("ItemProcessor", "Iterator")
_DISTRIBUTED_ONLY = ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
_RESOURCES = {"ItemReader": ("s3:getObject", "s3:listObjectsV2"), "ResultWriter": ("s3:putObject",)}


def is_distributed(state: dict[str, Any]) -> bool:
    """Whether a state is a Map in distributed mode."""
    return _config(state).get("Mode") == "DISTRIBUTED"


def check(state: dict[str, Any], place: str, machine_type: str) -> Iterator[Diagnostic]:
    """Findings on a Map state's mode and on what goes with it."""
    config, at = _config(state), f"{place}/ItemProcessor/ProcessorConfig"
    if not is_distributed(state):
        for name in _DISTRIBUTED_ONLY:
            if name in state:
                yield Diagnostic("ERROR", SCHEMA, f"Field '{name}' is not supported", place)
    elif "ExecutionType" not in config:
        yield Diagnostic("ERROR", SCHEMA, "These fields are required: [ExecutionType]", at)
    elif machine_type == "EXPRESS":
        message = "Express state machine does not support the 'DISTRIBUTED' mode of a Map state"
        yield Diagnostic("ERROR", SCHEMA, message, f"{at}/Mode")
    for name, resources in _RESOURCES.items():
        owner = state.get(name)
        resource = owner.get("Resource") if isinstance(owner, dict) else None
        if isinstance(resource, str) and resource.rpartition(":::")[2] not in resources:
            examples = ", ".join(f"arn:<partition>:states:::{known}" for known in resources)
            message = f"The field 'Resource' does not match any of the allowed values. Examples: [{examples}]"
            yield Diagnostic("ERROR", SCHEMA, message, f"{place}/{name}/Resource")


def _config(state: dict[str, Any]) -> dict[str, Any]:
    processor = state.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return config if isinstance(config, dict) else {}
