"""Which workflow variables each state refers to, as DescribeStateMachine lists them.

Recorded on AWS: names without the `$`, sorted; states inside Map and Parallel states by their own name; a state
that refers to none isn't listed.
"""

from __future__ import annotations

from typing import Any

from local_aws.states.definition import expressions, paths
from local_aws.states.definition.fields import JSONPATH, Language
from local_aws.states.definition.machine import effective_language
from local_aws.states.definition.runnable import states_in
from local_aws.states.languages.jsonata import FUNCTION_NAMES, compile_expression

_INNER = ("Branches", "ItemProcessor", "Iterator", "Comment", "Next", "Default", "Resource")


def variable_references(definition: dict[str, Any]) -> dict[str, list[str]]:
    """The variables that each state of a valid definition refers to, by the state's name."""
    language = effective_language(definition, JSONPATH)
    found = {name: sorted(_variables(state, language)) for name, state in states_in(definition)}
    return {name: variables for name, variables in found.items() if variables}


def _variables(state: dict[str, Any], machine_language: Language) -> set[str]:
    if effective_language(state, machine_language) == JSONPATH:
        return set(paths.variables(state))
    own = {field: value for field, value in state.items() if field not in _INNER}
    names: set[str] = set()
    for text, _place in expressions.strings(own, ""):
        if expressions.is_expression(text):
            names |= compile_expression(expressions.source(text)).references.variables
    return names - FUNCTION_NAMES - {"states"}
