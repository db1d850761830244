"""Map, distributed: reads its items, runs each (or each batch) as a child execution, writes the results.

Source: "Using Map state in Distributed mode", AWS Step Functions developer guide; the order of its history events
is that of recorded executions. A label that the definition doesn't give is made of the state's name, so that it names
the state in each run of the machine; AWS makes one, too, and doesn't say of what.
"""

from __future__ import annotations

import json
import uuid

from local_aws.states.definition.maps import executes_express
from local_aws.states.document import Document
from local_aws.states.errors import Cancelled, RuntimeFault, StateError
from local_aws.states.maps.item_batcher import ItemBatcher
from local_aws.states.maps.item_reader import ItemReader
from local_aws.states.maps.map_run import ChildInput, MapRun
from local_aws.states.maps.result_writer import ResultWriter
from local_aws.states.running.flow import Visit
from local_aws.states.running.program import Program
from local_aws.states.running.state_types.map_ import Item, Map, items_of
from local_aws.states.running.state_types.state import Blueprint
from local_aws.states.work.waiting import in_thread


class DistributedMap(Map):
    """The Map state in distributed mode. Its children can't read the variables of the workflow around them."""

    def __init__(self, blueprint: Blueprint):
        super().__init__(blueprint)
        fields = blueprint.definition
        self._reader = ItemReader(blueprint) if "ItemReader" in fields else None
        self._batcher = ItemBatcher(blueprint) if "ItemBatcher" in fields else None
        self._writer = ResultWriter(blueprint)
        self.exports_results = self._writer.exports
        self._label = fields.get("Label") or str(uuid.uuid3(uuid.NAMESPACE_OID, self.name))
        self._is_express = executes_express(fields)
        self._definition = json.dumps(fields.get("ItemProcessor", fields.get("Iterator")))

    async def attempt(self, visit: Visit) -> Document:
        if visit.progress is None:
            self._begin(visit)
        else:
            visit.progress.redrive()
            run = visit.progress
            visit.flow.record("MapRunRedriven", mapRunArn=run.arn, redriveCount=run.redrive_count)
        output = await self._run(visit, visit.progress)
        visit.flow.mark("MapStateSucceeded")
        return output

    def items(self, visit: Visit) -> list[Item]:
        """As inline, and an object's members as well ("Items", in the source of this module)."""
        return items_of(visit.ask(self.data_flow.items, True))

    def rehearse(self, visit: Visit, read: str | None) -> int:
        if self._reader is None:
            return super().rehearse(visit, read)
        return self.rehearse_with(visit, [] if read is None else self._reader.rehearsed(visit, read))

    def _begin(self, visit: Visit) -> None:
        if self._writer.is_empty:
            # That it fails is known (aws/aws-cdk pull 33831), AWS's words are not.
            raise RuntimeFault(visit.described("The ResultWriter field cannot be empty"))
        items = None if self._reader else self.items(visit)
        limits: dict[str, float] = {"maxConcurrency": self.concurrency(visit)}
        visit.flow.record("MapStateStarted", length=0 if items is None else len(items))
        limits |= self.tolerated(visit)
        run = visit.progress = MapRun(visit.flow.execution, self._program(visit), limits, items)
        visit.flow.execution.engine.map_runs.add(run)
        visit.flow.record("MapRunStarted", mapRunArn=run.arn)

    async def _run(self, visit: Visit, run: MapRun) -> Document:
        try:
            self._check_role(visit)
            if run.inputs is None:
                items = await self._read(visit, self._reader) if self._reader else list(run.items or ())
                run.take(self._child_inputs(visit, self.inputs(visit, items)))
            output = await self._results(visit, run)
        except StateError as error:
            run.end("FAILED")
            visit.flow.record("MapRunFailed", **error.details())
            raise
        except Cancelled:
            run.end("ABORTED")
            raise
        run.end("SUCCEEDED")
        visit.flow.record("MapRunSucceeded")
        return output

    @staticmethod
    def _check_role(visit: Visit) -> None:
        """Raise unless the role may start executions of its own machine, as the children are.

        That AWS wants this right is documented ("IAM policies for using Distributed Map states"), the error is not.
        """
        execution, action = visit.flow.execution, "states:StartExecution"
        machine = execution.program.arn.partition("/")[0]
        if not execution.host.roles.role_may(execution.role_arn, action, machine):
            sentence = f"The role {execution.role_arn} is not authorized to perform: {action} on resource: {machine}"
            raise StateError("StepFunctions.AWSStepFunctionsException", sentence)

    async def _results(self, visit: Visit, run: MapRun) -> Document:
        """Run the children and write what came of them, where it goes to S3 also after too many have failed."""
        try:
            await run.run(visit.flow)
        except StateError:
            if self.exports_results:
                await self._write(visit, run)
            raise
        return await self._write(visit, run)

    @staticmethod
    async def _read(visit: Visit, reader: ItemReader) -> list[Item]:
        return await in_thread(lambda: reader.read(visit), visit.flow.stopped)

    async def _write(self, visit: Visit, run: MapRun) -> Document:
        return await in_thread(lambda: self._writer.write(visit, run), visit.flow.stopped)

    def _child_inputs(self, visit: Visit, selected: list[Document]) -> list[ChildInput]:
        if self._batcher is None:
            for document in selected:
                visit.check_size(document, self.name)
            return [ChildInput(document, 1) for document in selected]
        return self._batcher.batches(visit, selected)

    def _program(self, visit: Visit) -> Program:
        parent = visit.flow.execution.program
        program = Program(
            arn=f"{parent.arn}/{self._label}",
            name=f"{parent.name}/{self._label}",
            definition=self._definition,
            role_arn=parent.role_arn,
            workflow=self.processor,
            updated=parent.updated,
            revision_id=parent.revision_id,
            label=self._label,
        )
        return program.as_express() if self._is_express else program
