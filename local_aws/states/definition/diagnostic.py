"""What a check finds, and how AWS words several findings in one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from local_aws.call import ApiError

SCHEMA = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON = "INVALID_JSON_DESCRIPTION"
MISSING_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END = "MISSING_END_STATE"
DUPLICATE_NAME = "DUPLICATE_STATE_NAME"
INVALID_EXPRESSION = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_EXPRESSION = "UNSUPPORTED_JSONATA_EXPRESSION"
INVALID_VARIABLE = "INVALID_VARIABLE_NAME"
RESERVED_VARIABLE = "RESERVED_VARIABLE_NAME"
NO_DOLLAR = "NO_DOLLAR"
NO_PATH = "NO_PATH"
STATIC_RESULT = "PASS_RESULT_IS_STATIC"
NOT_HERE = "NOT_IMPLEMENTED_LOCALLY"
"""The one code that isn't AWS's: valid there, but the embedded AWS can't run it."""

EMPTY = "Value cannot be empty"


def too_many(names: tuple[str, ...]) -> str:
    """What is said of an object that has several of fields that stand for each other."""
    return f"There should only be one of the following fields: [{', '.join(names)}]"


def none_of(names: tuple[str, ...]) -> str:
    """What is said of an object that has none of fields one of which it needs."""
    return f"This object should have only one of the following fields: [{', '.join(names)}]"


@dataclass(frozen=True)
class Diagnostic:
    """One finding.

    Attributes:
        location: a path into the definition (`/States/Train/Next`), None where no single place is to blame.
    """

    severity: Literal["ERROR", "WARNING"]
    code: str
    message: str
    location: str | None = None

    def __str__(self) -> str:
        # AWS writes the word null where there is no place.
        return f"{self.code}: {self.message} at {self.location or 'null'}"

    def as_dict(self) -> dict[str, str]:
        """A `ValidateStateMachineDefinitionDiagnostic` of the API."""
        answer = {"severity": self.severity, "code": self.code, "message": self.message}
        return answer if self.location is None else answer | {"location": self.location}


def invalid_definition(diagnostics: Iterable[Diagnostic]) -> ApiError:
    """The error of an operation that was given such a definition."""
    return ApiError("InvalidDefinition", f"Invalid State Machine Definition: '{', '.join(map(str, diagnostics))}'")
