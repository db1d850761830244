"""What the tests of definitions share: machines and states made of a few fields, and findings as texts."""

from __future__ import annotations

from typing import Any

from local_aws.states import definition

SCHEMA = "SCHEMA_VALIDATION_FAILED"


def answers(api: str, operation: str) -> bool:
    """Whether an operation is answered, in a house of a few services, one of which lacks an operation."""
    return (
        api in ("dynamodb", "lambda", "s3", "sagemaker", "sns", "sqs", "stepfunctions") and operation != "InvokeAsync"
    )


def machine(*, language: str | None = "JSONata", start: str | None = None, **states: Any) -> dict[str, Any]:
    """A machine of these states, starting at the first one."""
    found = {"StartAt": start or next(iter(states)), "States": states}
    return {"QueryLanguage": language, **found} if language else found


def state(**fields: Any) -> dict[str, Any]:
    """A Pass state that ends."""
    return {"Type": "Pass", "End": True, **fields}


def task(resource: str = "lambda:invoke", arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """A Task state that ends."""
    arguments = {"FunctionName": "f"} if arguments is None else arguments
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, "End": True, **fields}


def distributed_map(**fields: Any) -> dict[str, Any]:
    """A Map state in distributed mode that ends."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "B", "States": {"B": state()}}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def findings(value: Any, machine_type: str = "STANDARD") -> list[str]:
    """The findings on a definition as AWS writes them in one error."""
    return [str(finding) for finding in definition.check(value, machine_type)]
