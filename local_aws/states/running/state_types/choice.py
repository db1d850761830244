"""Choice: goes where the first condition that holds points."""

from __future__ import annotations

from dataclasses import dataclass

from local_aws.states.errors import RuntimeFault, in_state
from local_aws.states.languages.query_language import Template
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import Blueprint, State


@dataclass(frozen=True)
class _Rule:
    condition: Template
    next: str
    output: Template | None
    assign: Template | None


class Choice(State):
    """The Choice state. A rule brings its own Output and Assign; the state's are those of its Default."""

    type = "Choice"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._default: str | None = blueprint.definition.get("Default")
        self._rules = []
        for index, fields in enumerate(blueprint.definition["Choices"]):
            condition, output, assign = (
                blueprint.template(field, fields, f"Choices[{index}]/") for field in ("Condition", "Output", "Assign")
            )
            self._rules.append(_Rule(condition, fields["Next"], output, assign))

    def perform(self, visit: Visit) -> Transition:
        for rule in self._rules:
            if visit.evaluate(rule.condition, "boolean").value is True:
                return visit.leave(rule.next, visit.input, rule.output, rule.assign)
        if self._default is None:
            # AWS's words and error name for it, as many executions report them.
            sentence = "Failed to transition out of the state. The state does not point to a next state."
            raise RuntimeFault(in_state(self.name, visit.entered, sentence))
        return visit.leave(self._default, visit.input, self.output, self.assign)
