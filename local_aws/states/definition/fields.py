"""Which fields a state may have: by its type, for which query language, of which JSON type, in which range.

Source: "Using Amazon States Language to define workflows" and its pages on each state, AWS Step Functions
developer guide; states-language.net.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from local_aws.states.languages.jsonpath.choice_rules import COMBINATIONS, OPERATORS

Language = Literal["JSONPath", "JSONata"]
JSONPATH: Language = "JSONPath"
JSONATA: Language = "JSONata"


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        kind: JSON type as AWS writes it; `ANY` for data.
        language: the one query language that it belongs to, None for both.
        required: it must be there.
        expression: in JSONata, a string between `{%` and `%}` may stand for any value inside it, and for the whole of
            it where `whole` says so.
        path: in JSONPath, the kind of path that it holds: `PATH`, `REFERENCE`, `REFERENCE_OR_CALL` (of a function),
            `REFERENCE_OF_DATA` that can't begin in the context object, or `RESULT`, a reference path into the state's
            data alone.
        nullable: null may stand for the path.
        template: in JSONPath, fields `name.$` at any depth of it hold paths or calls of functions.
        values: what a string may be, where that is fixed.
        minimum, maximum: range of a number.
        fields: the fields of an object, where they are fixed.
    """

    kind: Literal["STRING", "INTEGER", "NUMBER", "BOOLEAN", "OBJECT", "ARRAY", "ANY"] = "STRING"
    language: Language | None = None
    required: bool = False
    expression: bool = False
    whole: bool = True
    path: Literal["PATH", "REFERENCE", "REFERENCE_OF_DATA", "REFERENCE_OR_CALL", "RESULT"] | None = None
    nullable: bool = False
    template: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    fields: dict[str, Field] | None = None

    def accepts(self, value: Any) -> bool:
        """Whether a value has the field's JSON type."""
        if self.kind == "ANY":
            return True
        if self.kind in ("INTEGER", "NUMBER"):
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return not isinstance(value, bool) and (whole or (self.kind == "NUMBER" and isinstance(value, float)))
        return isinstance(value, {"STRING": str, "BOOLEAN": bool, "OBJECT": dict, "ARRAY": list}[self.kind])


Fields = dict[str, Field]

_DATA = Field("ANY", expression=True, template=True)
_PATH = Field("ANY", JSONPATH, path="REFERENCE")
_NUMBER_PATH = Field("ANY", JSONPATH, path="REFERENCE_OF_DATA")
_PATH_OR_CALL = Field("ANY", JSONPATH, path="REFERENCE_OR_CALL")
_PARAMETERS = Field("ANY", JSONPATH, template=True)
_OUTPUT = Field("ANY", JSONATA, expression=True)
_ASSIGN = Field("OBJECT", expression=True, whole=False, template=True)
_ARGUMENTS = Field("ANY", JSONATA, expression=True)
_SECONDS = Field("INTEGER", expression=True, minimum=1, maximum=99_999_999)


def _count(minimum: int = 0, maximum: int | None = None) -> Field:
    return Field("INTEGER", expression=True, minimum=minimum, maximum=maximum)


QUERY_LANGUAGES = (JSONPATH, JSONATA)
STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
"""In the order in which AWS lists them."""

_EVERY: Fields = {"Type": Field(required=True), "Comment": Field(), "QueryLanguage": Field("ANY")}
_FILTER = Field("ANY", JSONPATH, path="PATH", nullable=True)
_FILTERS: Fields = {"InputPath": _FILTER, "OutputPath": _FILTER}
_TRANSITION: Fields = {"Next": Field(), "End": Field("BOOLEAN")}
_RESULT_PATH = Field("ANY", JSONPATH, path="RESULT", nullable=True)
_RESULT: Fields = {"ResultPath": _RESULT_PATH, "ResultSelector": Field("OBJECT", JSONPATH, template=True)}
_HANDLERS: Fields = {"Retry": Field("ARRAY"), "Catch": Field("ARRAY")}

RETRIER: Fields = {
    "ErrorEquals": Field("ARRAY", required=True),
    "IntervalSeconds": Field("INTEGER", minimum=0, maximum=99_999_999),
    "MaxAttempts": Field("INTEGER", minimum=0, maximum=99_999_999),
    "BackoffRate": Field("NUMBER", minimum=1.0),
    "MaxDelaySeconds": Field("INTEGER", minimum=1, maximum=31_622_400),
    "JitterStrategy": Field(values=("NONE", "FULL")),
    "Comment": Field(),
}
CATCHER: Fields = {
    "ErrorEquals": Field("ARRAY", required=True),
    "Next": Field(required=True),
    "ResultPath": _RESULT_PATH,
    "Output": _OUTPUT,
    "Assign": _ASSIGN,
    "Comment": Field(),
}
CHOICE_RULE: Fields = {
    "Condition": Field("ANY", JSONATA, expression=True),
    "Next": Field(required=True),
    "Output": _OUTPUT,
    "Assign": _ASSIGN,
    "Comment": Field(),
    **{name: Field("ANY", JSONPATH) for name in ("Variable", *COMBINATIONS, *OPERATORS)},
}
"""A rule. What is particular to each language, that one checks: a condition, or one comparison."""

WORKFLOW: Fields = {
    "States": Field("OBJECT", required=True),
    "StartAt": Field(required=True),
    "Comment": Field(),
}
"""What a machine, a Parallel's branch and a Map's processor have in common."""
MACHINE: Fields = WORKFLOW | {
    "Version": Field(values=("1.0",)),
    "QueryLanguage": Field("ANY"),
    "TimeoutSeconds": Field("INTEGER", minimum=0, maximum=99_999_999),
}
PROCESSOR: Fields = WORKFLOW | {
    "ProcessorConfig": Field(
        "OBJECT",
        fields={
            "Mode": Field(values=("INLINE", "DISTRIBUTED")),
            "ExecutionType": Field(values=("STANDARD", "EXPRESS")),
        },
    )
}

_READER_CONFIG: Fields = {
    "InputType": Field(values=("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
    "Transformation": Field(values=("NONE", "LOAD_AND_FLATTEN")),
    "ManifestType": Field(values=("ATHENA_DATA", "S3_INVENTORY")),
    "CSVHeaderLocation": Field(values=("FIRST_ROW", "GIVEN")),
    "CSVHeaders": Field("ARRAY"),
    "CSVDelimiter": Field(values=("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
    "MaxItems": _count(0, 100_000_000),
    "MaxItemsPath": _NUMBER_PATH,
    "ItemsPointer": Field(),
}
_READER: Fields = {
    "Resource": Field(required=True),
    "Arguments": _ARGUMENTS,
    "Parameters": Field("OBJECT", JSONPATH, template=True),
    "ReaderConfig": Field("OBJECT", fields=_READER_CONFIG),
}
_BATCHER: Fields = {
    "MaxItemsPerBatch": _count(),
    "MaxItemsPerBatchPath": _NUMBER_PATH,
    "MaxInputBytesPerBatch": _count(0, 262_144),
    "MaxInputBytesPerBatchPath": _NUMBER_PATH,
    "BatchInput": _DATA,
}
_WRITER: Fields = {
    "Resource": Field(),
    "Arguments": _ARGUMENTS,
    "Parameters": Field("OBJECT", JSONPATH, template=True),
    "WriterConfig": Field(
        "OBJECT",
        fields={
            "Transformation": Field(values=("NONE", "COMPACT", "FLATTEN")),
            "OutputType": Field(values=("JSON", "JSONL")),
        },
    ),
}

STATES: dict[str, Fields] = {
    "Pass": _EVERY
    | _FILTERS
    | _TRANSITION
    | {
        "Parameters": _PARAMETERS,
        "Result": Field("ANY", JSONPATH),
        "ResultPath": _RESULT["ResultPath"],
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
    },
    "Task": _EVERY
    | _FILTERS
    | _TRANSITION
    | _RESULT
    | _HANDLERS
    | {
        "Resource": Field(required=True),
        "Parameters": _PARAMETERS,
        "Arguments": _ARGUMENTS,
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
        "TimeoutSeconds": _SECONDS,
        "TimeoutSecondsPath": _PATH,
        "HeartbeatSeconds": _SECONDS,
        "HeartbeatSecondsPath": _PATH,
        "Credentials": Field("OBJECT", expression=True, template=True),
    },
    "Choice": _EVERY
    | _FILTERS
    | {
        "Choices": Field("ARRAY", required=True),
        "Default": Field(),
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
    },
    "Wait": _EVERY
    | _FILTERS
    | _TRANSITION
    | {
        "Seconds": _count(0, 99_999_999),
        "Timestamp": Field(expression=True),
        "SecondsPath": _PATH,
        "TimestampPath": _PATH,
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
    },
    "Succeed": _EVERY | _FILTERS | {"Output": _OUTPUT},
    "Fail": _EVERY
    | {
        "Error": Field(expression=True),
        "Cause": Field(expression=True),
        "ErrorPath": _PATH_OR_CALL,
        "CausePath": _PATH_OR_CALL,
    },
    "Parallel": _EVERY
    | _FILTERS
    | _TRANSITION
    | _RESULT
    | _HANDLERS
    | {
        "Branches": Field("ARRAY", required=True),
        "Parameters": _PARAMETERS,
        "Arguments": _ARGUMENTS,
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
    },
    "Map": _EVERY
    | _FILTERS
    | _TRANSITION
    | _RESULT
    | _HANDLERS
    | {
        "ItemProcessor": Field("OBJECT"),
        "Iterator": Field("OBJECT"),
        "Items": Field("ANY", JSONATA, expression=True),
        "ItemsPath": _PATH,
        "ItemSelector": _DATA,
        "Parameters": _PARAMETERS,
        "ItemReader": Field("OBJECT", fields=_READER),
        "ItemBatcher": Field("OBJECT", fields=_BATCHER),
        "ResultWriter": Field("OBJECT", fields=_WRITER),
        "MaxConcurrency": _count(),
        "MaxConcurrencyPath": _NUMBER_PATH,
        "ToleratedFailureCount": _count(),
        "ToleratedFailureCountPath": _NUMBER_PATH,
        "ToleratedFailurePercentage": Field("NUMBER", expression=True, minimum=0.0, maximum=100.0),
        "ToleratedFailurePercentagePath": _NUMBER_PATH,
        "Label": Field(),
        "Output": _OUTPUT,
        "Assign": _ASSIGN,
    },
}
