"""From a checked definition to something that runs: states compiled once, however often they are visited."""

from __future__ import annotations

from typing import Any

from local_aws.states.definition.maps import is_distributed
from local_aws.states.languages.languages import DEFAULT, LANGUAGES
from local_aws.states.maps.distributed_map import DistributedMap
from local_aws.states.running.program import Workflow
from local_aws.states.running.state_types.choice import Choice
from local_aws.states.running.state_types.fail import Fail
from local_aws.states.running.state_types.map_ import Map
from local_aws.states.running.state_types.parallel import Parallel
from local_aws.states.running.state_types.pass_ import Pass
from local_aws.states.running.state_types.state import Blueprint, State
from local_aws.states.running.state_types.succeed import Succeed
from local_aws.states.running.state_types.task import Task
from local_aws.states.running.state_types.wait import Wait

_TYPES: dict[str, type[State]] = {
    state_type.type: state_type for state_type in (Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map)
}


def compile_workflow(definition: dict[str, Any], language: str | None = None) -> Workflow:
    """Compile a definition that has been found valid.

    Args:
        definition: a machine's, a branch's or an item processor's.
        language: the machine's query language, where the definition is one inside a machine: states inside a
            Map or a Parallel inherit that of the machine, not of the state around them.

    Raises:
        jsonata.JSONataError: an expression doesn't parse.
    """
    language = language or definition.get("QueryLanguage", DEFAULT)
    states = {name: compile_state(name, fields, language) for name, fields in definition["States"].items()}
    return Workflow(states, states[definition["StartAt"]], definition.get("TimeoutSeconds"))


def compile_state(name: str, fields: dict[str, Any], language: str = DEFAULT) -> State:
    """Compile one state of a machine with that query language."""
    blueprint = Blueprint(
        name,
        fields,
        LANGUAGES[fields.get("QueryLanguage", language)],
        lambda definition: compile_workflow(definition, language),
    )
    state_type = DistributedMap if is_distributed(fields) else _TYPES[fields["Type"]]
    return state_type(blueprint)
