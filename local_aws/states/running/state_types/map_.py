"""Map, inline: runs its item processor for every item, inside the execution's own history."""

from __future__ import annotations

from typing import Any

from local_aws.states.document import Document, dumps
from local_aws.states.errors import QueryEvaluationError, StateError
from local_aws.states.languages.jsonata import bindable
from local_aws.states.running.flow import Flow, Visit
from local_aws.states.running.side_by_side import Observer, SideBySide, Strand
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint

INLINE_CONCURRENCY = 40
"""Iterations that run at once ("Map state processing modes", AWS Step Functions developer guide)."""


class Map(Fallible):
    """The Map state, and what both of its modes share.

    ToleratedFailureCount and ToleratedFailurePercentage are accepted in both, and only a distributed Map acts on
    them: inline, "the failure of any iteration causes the Map state to fail" ("Using Map state in Inline mode",
    AWS Step Functions developer guide). Whether AWS refuses them in an inline Map is not known.
    """

    type = "Map"

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._items = blueprint.template("Items")
        self._item_selector = blueprint.template("ItemSelector")
        self._max_concurrency = blueprint.template("MaxConcurrency")
        self._tolerated_count = blueprint.template("ToleratedFailureCount")
        self._tolerated_percentage = blueprint.template("ToleratedFailurePercentage")
        # Iterator is what ItemProcessor was called before there were two modes.
        fields = blueprint.definition
        self.processor = blueprint.workflow(
            fields["ItemProcessor"] if "ItemProcessor" in fields else fields["Iterator"]
        )

    def attempt(self, visit: Visit) -> Document:
        try:
            items = self.items(visit)
            inputs = self.inputs(visit, items)
            concurrency = self.limits(visit)["maxConcurrency"] or INLINE_CONCURRENCY
            if visit.progress is None:
                visit.flow.record("MapStateStarted", length=len(items))
            observer = _Iterations(self.name)
            outputs = SideBySide(
                visit,
                lambda index: Strand(self.processor, inputs[index], {"Item": _item(index, items[index])}),
                len(items),
                min(concurrency, INLINE_CONCURRENCY),
                observer,
            ).run()
        except StateError:
            visit.flow.record("MapStateFailed")
            raise
        visit.flow.previous = observer.last or visit.flow.previous
        visit.flow.mark("MapStateSucceeded")
        return Document([output.value for output in outputs])

    def rehearse(self, visit: Visit, read: list | None) -> int:
        items = self.items(visit) if read is None else read
        self.limits(visit)
        inputs = self.inputs(visit, items)
        if self._item_selector is not None:
            visit.inspect(afterItemSelector=Document([document.value for document in inputs]))
        return len(items)

    def inputs(self, visit: Visit, items: list) -> list[Document]:
        """The input of every iteration: what ItemSelector makes of the item, or the item itself."""
        if self._item_selector is None:
            return [Document(item) for item in items]
        return [visit.evaluate(self._item_selector, map_item=_item(index, item)) for index, item in enumerate(items)]

    def items(self, visit: Visit) -> list:
        """The array to go through: Items, or the state's input."""
        if self._items is not None:
            return visit.evaluate(self._items, "array").value
        items = visit.input.value
        if not isinstance(items, list):
            sentence = f"Map state input must be an array but was: {dumps(items)}"
            raise visit.evaluation_failed(QueryEvaluationError(sentence, None))
        return items

    def limits(self, visit: Visit) -> dict[str, float]:
        """`maxConcurrency`, and `toleratedFailureCount` and `toleratedFailurePercentage` where they are given."""
        given = {
            "maxConcurrency": visit.number(self._max_concurrency, "MaxConcurrency", 0),
            "toleratedFailureCount": visit.number(self._tolerated_count, "ToleratedFailureCount"),
            "toleratedFailurePercentage": visit.number(
                self._tolerated_percentage, "ToleratedFailurePercentage", most=100, whole=False
            ),
        }
        limits = {name: value for name, value in given.items() if value is not None}
        visit.inspect(**limits)
        return limits


def _item(index: int, value: Any) -> dict[str, Any]:
    """`$states.context.Map.Item`, ready to be bound."""
    return {"Index": index, "Value": bindable(value)}


class _Iterations(Observer):
    """The history of a Map's iterations. `last` is the event of the one that ended last."""

    def __init__(self, name: str):
        self._name = name
        self.last: int | None = None

    def started(self, index: int, flow: Flow) -> None:
        flow.record("MapIterationStarted", name=self._name, index=index)

    def succeeded(self, index: int, flow: Flow) -> None:
        self.last = flow.mark("MapIterationSucceeded", name=self._name, index=index)

    def failed(self, index: int, parent: Flow) -> None:
        parent.record("MapIterationFailed", name=self._name, index=index)

    def aborted(self, index: int, parent: Flow) -> None:
        parent.mark("MapIterationAborted", name=self._name, index=index)
