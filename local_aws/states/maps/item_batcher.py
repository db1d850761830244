"""ItemBatcher: several items as the input of one child ("ItemBatcher (Map)", AWS Step Functions developer guide)."""

from __future__ import annotations

from typing import Any

from local_aws.states.document import MAX_BYTES, Document
from local_aws.states.errors import RuntimeFault
from local_aws.states.languages.query_language import Range
from local_aws.states.maps.map_run import ChildInput
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.state import Blueprint


class ItemBatcher:
    """Groups items by number, by size, or both. A batch is `{"BatchInput": …, "Items": […]}`."""

    def __init__(self, blueprint: Blueprint):
        fields, language, inside = blueprint.definition["ItemBatcher"], blueprint.language, "ItemBatcher/"
        self._max_items = language.number(fields, "MaxItemsPerBatch", Range(least=1), inside)
        self._max_bytes = language.number(fields, "MaxInputBytesPerBatch", Range(least=1, most=MAX_BYTES), inside)
        self._batch_input = language.data(fields, "BatchInput", inside)

    def batches(self, visit: Visit, items: list[Document]) -> list[ChildInput]:
        """The inputs of the children.

        Raises:
            StateError: an item is too large for any batch.
        """
        max_items = visit.evaluate(self._max_items, len(items))
        max_bytes = visit.evaluate(self._max_bytes, MAX_BYTES)
        head = {} if self._batch_input is None else {"BatchInput": visit.ask(self._batch_input.evaluate).value}
        empty = Document({**head, "Items": []}).size
        batches: list[ChildInput] = []
        batch: list[Any] = []
        size = empty
        for item in items:
            added = item.size + 1
            if empty + added > max_bytes:
                sentence = f"An item of {added - 1} bytes does not fit into a batch of at most {max_bytes} bytes."
                raise RuntimeFault(visit.described(sentence))
            if batch and (len(batch) == max_items or size + added > max_bytes):
                batches.append(_batch(head, batch))
                batch, size = [], empty
            batch.append(item.value)
            size += added
        if batch:
            batches.append(_batch(head, batch))
        visit.inspect(afterItemBatcher=Document([one.document.value for one in batches]))
        return batches


def _batch(head: dict[str, Any], items: list[Any]) -> ChildInput:
    return ChildInput(Document({**head, "Items": items}), len(items))
