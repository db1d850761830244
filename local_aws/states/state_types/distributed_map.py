"""Map, distributed: reads its items, runs each (or each batch) as a child execution, writes the results.

Source: "Using Map state in Distributed mode", AWS Step Functions developer guide; the order of its history events
is that of recorded executions.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from local_aws.states.document import Document
from local_aws.states.errors import StateError
from local_aws.states.execution import Program
from local_aws.states.flow import Visit
from local_aws.states.item_batcher import ItemBatcher
from local_aws.states.item_reader import ItemReader
from local_aws.states.map_run import ChildInput, MapRun
from local_aws.states.result_writer import ResultWriter
from local_aws.states.state_types.map_ import Map
from local_aws.states.state_types.state import Blueprint


def is_distributed(fields: dict[str, Any]) -> bool:
    """Whether a state is a Map in distributed mode."""
    processor = fields.get("ItemProcessor", {}) if fields.get("Type") == "Map" else {}
    return processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"


class DistributedMap(Map):
    """The Map state in distributed mode. Its children can't read the variables of the workflow around them."""

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        fields = blueprint.definition
        self.reader = ItemReader(blueprint) if "ItemReader" in fields else None
        self._batcher = ItemBatcher(blueprint) if "ItemBatcher" in fields else None
        self._writer = ResultWriter(blueprint)
        self.exports_results = self._writer.exports
        self._label = fields.get("Label")
        self._definition = json.dumps(fields["ItemProcessor"])

    def attempt(self, visit: Visit) -> Document:
        try:
            if visit.progress is None:
                self._begin(visit)
                work = self._first
            else:
                work = self._again
            run = visit.progress
            try:
                work(visit, run)
                output = self._writer.write(visit, run)
            except StateError as error:
                run.end("FAILED")
                said = {"error": error.error, "cause": error.cause}
                visit.flow.record("MapRunFailed", **{name: text for name, text in said.items() if text is not None})
                raise
        except StateError:
            visit.flow.record("MapStateFailed")
            raise
        run.end("SUCCEEDED")
        visit.flow.record("MapRunSucceeded")
        visit.flow.mark("MapStateSucceeded")
        return output

    def rehearse(self, visit: Visit, read: list | None) -> int:
        return super().rehearse(visit, [] if self.reader and read is None else read)

    def _begin(self, visit: Visit) -> None:
        items = None if self.reader else self.items(visit)
        run = visit.progress = MapRun(visit.flow.execution, self._program(visit), self.limits(visit), items)
        visit.flow.execution.engine.map_runs.add(run)
        visit.flow.record("MapStateStarted", length=0)
        visit.flow.record("MapRunStarted", mapRunArn=run.arn)

    def _first(self, visit: Visit, run: MapRun) -> None:
        items = self.reader.read(visit) if self.reader else run.items
        run.run(visit.flow, self._child_inputs(visit, self.inputs(visit, items)))

    def _again(self, visit: Visit, run: MapRun) -> None:
        visit.flow.record("MapRunRedriven", mapRunArn=run.arn, redriveCount=run.redrive_count + 1)
        run.redrive(visit.flow)

    def _child_inputs(self, visit: Visit, selected: list[Document]) -> list[ChildInput]:
        if self._batcher is None:
            return [ChildInput(document, 1) for document in selected]
        return self._batcher.batches(visit, selected)

    def _program(self, visit: Visit) -> Program:
        parent = visit.flow.execution.program
        label = self._label or secrets.token_hex(8)
        return Program(
            arn=f"{parent.arn}/{label}",
            name=f"{parent.name}/{label}",
            definition=self._definition,
            role_arn=parent.role_arn,
            workflow=self.processor,
            updated=parent.updated,
            revision_id=parent.revision_id,
            label=label,
        )
