"""What all state types share: how data goes through them, and the one method by which a flow runs them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from local_aws.states.languages.query_language import Field, QueryLanguage, Range
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition, Workflow


@dataclass(frozen=True)
class Blueprint:
    """What a state is compiled from.

    Attributes:
        name: the state's name.
        definition: its fields, already checked.
        language: its query language.
        workflow: compiles a workflow inside it (a branch, an item processor).
    """

    name: str
    definition: dict[str, Any]
    language: QueryLanguage
    workflow: Callable[[dict[str, Any]], Workflow]

    def number(self, field: str, allowed: Range) -> Field[float] | None:
        """A field of the state that holds a number, None where it is absent."""
        return self.language.number(self.definition, field, allowed)


class State(ABC):
    """A state of a workflow, compiled. It holds no data of any execution."""

    type: ClassVar[str]

    def __init__(self, blueprint: Blueprint):
        self.name = blueprint.name
        self.next: str | None = blueprint.definition.get("Next")
        self.data_flow = blueprint.language.state(blueprint.definition)

    @abstractmethod
    async def perform(self, visit: Visit) -> Transition:
        """Do what the state does, from its input to its output.

        Raises:
            StateError: it failed, and doesn't handle the failure itself.
            Cancelled: the flow was stopped.
        """
