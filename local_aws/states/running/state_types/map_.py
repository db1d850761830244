"""Map, inline: runs its item processor for every item, inside the execution's own history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.states.definition.maps import DISTRIBUTED_ONLY
from local_aws.states.document import Document
from local_aws.states.errors import RuntimeFault, StateError
from local_aws.states.languages.query_language import MapFlow, Range
from local_aws.states.running.flow import Flow, Visit
from local_aws.states.running.side_by_side import Observer, SideBySide, Strand
from local_aws.states.running.state_types.fallible import Fallible
from local_aws.states.running.state_types.state import Blueprint

INLINE_CONCURRENCY = 40
"""Iterations that run at once ("Map state processing modes", AWS Step Functions developer guide)."""


STATE_DATA = "STATE_DATA"
"""The source of items that come with the state's data."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a Map goes through.

    Attributes:
        value: an element of an array, a row, or the value of an object's member.
        key: the member's name, None for what is no member.
        source: where it comes from: the state's data, or the address of an object or a bucket in S3.
    """

    value: Any
    key: str | None = None
    source: str = STATE_DATA

    @property
    def input(self) -> Any:
        """What an iteration is given where no ItemSelector says otherwise."""
        return self.value if self.key is None else {"Key": self.key, "Value": self.value}

    def context(self, index: int) -> dict[str, Any]:
        """`Map` of the context object ("Context object data for Map states", developer guide)."""
        key = {} if self.key is None else {"Key": self.key}
        return {"Item": {"Index": index, **key, "Value": Document(self.value), "Source": self.source}}


def items_of(found: Any, source: str = STATE_DATA) -> list[Item]:
    """The elements of an array, or the members of an object, as items."""
    if isinstance(found, dict):
        return [Item(value, key, source) for key, value in found.items()]
    return [Item(value, None, source) for value in found]


class Map(Fallible):
    """The Map state, and what both of its modes share.

    ToleratedFailureCount and ToleratedFailurePercentage are accepted in both, and only a distributed Map acts on
    them: inline, "the failure of any iteration causes the Map state to fail" ("Using Map state in Inline mode",
    AWS Step Functions developer guide). Whether AWS refuses them in an inline Map is not known.
    """

    type = "Map"
    data_flow: MapFlow

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        self._max_concurrency = blueprint.number("MaxConcurrency", Range(digits=True))
        self._tolerated_count = blueprint.number("ToleratedFailureCount", Range(digits=True))
        self._tolerated_percentage = blueprint.number(
            "ToleratedFailurePercentage", Range(most=100, whole=False, digits=True)
        )
        self._is_misplaced = any(name in blueprint.definition for name in DISTRIBUTED_ONLY)
        # Iterator is what ItemProcessor was called before there were two modes.
        fields = blueprint.definition
        self.processor = blueprint.workflow(
            fields["ItemProcessor"] if "ItemProcessor" in fields else fields["Iterator"]
        )

    async def attempt(self, visit: Visit) -> Document:
        items = self.items(visit)
        inputs = self.inputs(visit, items)
        concurrency = self.concurrency(visit) or INLINE_CONCURRENCY
        if visit.progress is None:
            visit.flow.record("MapStateStarted", length=len(items))
        self.tolerated(visit)
        observer = _Iterations(self.name)
        outputs = await SideBySide(
            visit,
            lambda index: Strand(self.processor, inputs[index], items[index].context(index)),
            len(items),
            min(concurrency, INLINE_CONCURRENCY),
            observer,
        ).run()
        visit.flow.previous = observer.last or visit.flow.previous
        visit.flow.mark("MapStateSucceeded")
        return Document([output.value for output in outputs])

    def give_up(self, visit: Visit, error: StateError) -> None:
        if not isinstance(error, RuntimeFault):
            visit.flow.record("MapStateFailed")

    def rehearse(self, visit: Visit, read: str | None) -> int:
        return self.rehearse_with(visit, self.items(visit))

    def rehearse_with(self, visit: Visit, items: list[Item]) -> int:
        """Evaluate what comes before the work on these items."""
        self.concurrency(visit)
        self.tolerated(visit)
        inputs = self.inputs(visit, items)
        if self.data_flow.selects_items:
            visit.inspect(afterItemSelector=Document([document.value for document in inputs]))
        return len(items)

    def inputs(self, visit: Visit, items: list[Item]) -> list[Document]:
        """The input of every iteration: what the language makes of the item, which may be the item itself."""
        if not self.data_flow.selects_items:
            return [Document(item.input) for item in items]
        return [
            visit.ask(self.data_flow.item_input, Document(item.input), map_context=item.context(index))
            for index, item in enumerate(items)
        ]

    def items(self, visit: Visit) -> list[Item]:
        """The array to go through.

        Raises:
            StateError: it can't be evaluated, or belongs to fields that an inline Map doesn't have; AWS finds these
                when the state is run, in these words (floci-io/floci pull 1588).
        """
        if self._is_misplaced:
            sentence = "The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps"
            raise RuntimeFault(visit.described(sentence))
        return items_of(visit.ask(self.data_flow.items, False))

    def concurrency(self, visit: Visit) -> int:
        """How many iterations may run at once; 0 for as many as there can be."""
        concurrency = int(visit.evaluate(self._max_concurrency, 0))
        visit.inspect(maxConcurrency=concurrency)
        return concurrency

    def tolerated(self, visit: Visit) -> dict[str, float]:
        """`toleratedFailureCount` and `toleratedFailurePercentage`, where they are given."""
        given = {
            "toleratedFailureCount": visit.evaluate(self._tolerated_count),
            "toleratedFailurePercentage": visit.evaluate(self._tolerated_percentage),
        }
        tolerated = {name: value for name, value in given.items() if value is not None}
        visit.inspect(**tolerated)
        return tolerated


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
        parent.mark("MapIterationFailed", name=self._name, index=index)

    def aborted(self, index: int, parent: Flow) -> None:
        parent.mark("MapIterationAborted", name=self._name, index=index)
