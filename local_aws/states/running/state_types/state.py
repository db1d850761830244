"""What all state types share: their fields as templates, and the one method by which a flow runs them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from local_aws.states.languages.query_language import QueryLanguage, Template
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

    def template(self, field: str, fields: dict[str, Any] | None = None, inside: str = "") -> Template | None:
        """A field as a template, None where it is absent.

        Args:
            field: its name.
            fields: the object that holds it, the state itself by default.
            inside: where that object stands in the state, with a slash at its end (`Catch[0]/`).
        """
        fields = self.definition if fields is None else fields
        return self.language.template(fields[field], inside + field) if field in fields else None


class State(ABC):
    """A state of a workflow, compiled. It holds no data of any execution."""

    type: ClassVar[str]

    def __init__(self, blueprint: Blueprint):
        self.name = blueprint.name
        self.next: str | None = blueprint.definition.get("Next")
        self.output = blueprint.template("Output")
        self.assign = blueprint.template("Assign")

    @abstractmethod
    def perform(self, visit: Visit) -> Transition:
        """Do what the state does, from its input to its output.

        Raises:
            StateError: it failed, and doesn't handle the failure itself.
            Cancelled: the flow was stopped.
        """
