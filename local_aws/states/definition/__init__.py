"""A state machine's definition, checked as AWS Step Functions checks it before it accepts one.

`require_valid` is what creating and updating a machine call, `validate` what ValidateStateMachineDefinition
answers, `check` and `check_state` give the findings themselves. Codes, texts, places and their order are those
that others recorded or measured on AWS; where nobody has, the wording is this package's own and plain.
"""

from local_aws.states.definition.diagnostic import Diagnostic
from local_aws.states.definition.machine import check, check_state
from local_aws.states.definition.parse import parse
from local_aws.states.definition.requests import require_valid, require_valid_for_test, require_valid_state, validate
from local_aws.states.definition.runnable import require_runnable
from local_aws.states.definition.variables import variable_references

__all__ = [
    "Diagnostic",
    "check",
    "check_state",
    "parse",
    "require_runnable",
    "require_valid",
    "require_valid_for_test",
    "require_valid_state",
    "validate",
    "variable_references",
]
