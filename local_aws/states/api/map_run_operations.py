"""Operations on map runs: list, read, change the limits."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api.foundation import StatesFoundation
from local_aws.states.api.machines import moment, present
from local_aws.states.api.paging import page


class MapRunOperations(StatesFoundation):
    """ListMapRuns, DescribeMapRun, UpdateMapRun."""

    def list_map_runs(self, call: Call, **params: Any) -> dict[str, Any]:
        """The map runs that an execution has begun, newest first."""
        execution = self._machines.execution(params["executionArn"])
        runs, token = page(self._map_runs.of_execution(execution.arn), params, newest_first=True)
        listed = [
            present(
                {
                    "executionArn": run.parent.arn,
                    "mapRunArn": run.arn,
                    "stateMachineArn": run.program.arn,
                    "startDate": moment(run.started),
                    "stopDate": moment(run.stopped),
                }
            )
            for run in runs
        ]
        return {"mapRuns": listed, **token}

    def describe_map_run(self, call: Call, **params: Any) -> dict[str, Any]:
        """Status, limits and counts of a map run."""
        run = self._map_run(params["mapRunArn"])
        return present(
            {
                "mapRunArn": run.arn,
                "executionArn": run.parent.arn,
                "status": run.status,
                "startDate": moment(run.started),
                "stopDate": moment(run.stopped),
                "maxConcurrency": run.max_concurrency,
                "toleratedFailurePercentage": run.tolerated_percentage,
                "toleratedFailureCount": run.tolerated_count,
                "itemCounts": run.counts(of_items=True),
                "executionCounts": run.counts(of_items=False),
                "redriveCount": run.redrive_count,
                "redriveDate": moment(run.redriven),
            }
        )

    def update_map_run(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change the limits of a map run that runs."""
        run = self._map_run(params["mapRunArn"])
        if run.status != "RUNNING":
            raise ApiError("ValidationException", f"Map Run is {run.status} and can not be updated")
        run.max_concurrency = params.get("maxConcurrency", run.max_concurrency)
        run.tolerated_count = params.get("toleratedFailureCount", run.tolerated_count)
        run.tolerated_percentage = params.get("toleratedFailurePercentage", run.tolerated_percentage)
        run.wake()
        return {}
