"""Choice: goes where the first condition that holds points."""

from __future__ import annotations

from local_aws.states.errors import NO_CHOICE_MATCHED, RuntimeFault
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Transition
from local_aws.states.running.state_types.state import Blueprint, State


class Choice(State):
    """The Choice state. A rule is a way out of its own; the state's is that of its Default."""

    type = "Choice"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._default: str | None = blueprint.definition.get("Default")
        self._rules = [
            (blueprint.language.rule(fields, f"Choices[{index}]/", blueprint.definition), fields["Next"])
            for index, fields in enumerate(blueprint.definition["Choices"])
        ]

    async def perform(self, visit: Visit) -> Transition:
        for rule, next_state in self._rules:
            if visit.ask(rule.holds):
                return visit.leave(next_state, rule)
        if self._default is None:
            # AWS's words and error name for it, as many executions report them.
            sentence = "Failed to transition out of the state. The state does not point to a next state."
            raise RuntimeFault(visit.described(sentence), NO_CHOICE_MATCHED)
        return visit.leave(self._default, self.data_flow)
