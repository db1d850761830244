"""The Step Functions service of the embedded AWS: its operations together.

Not there, and so answered by name: encryption with keys of one's own. Tracing can be configured, and there is no X-Ray
that would show traces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.house import Host, Shelf
from local_aws.states.api.activity_operations import ActivityOperations
from local_aws.states.api.execution_operations import ExecutionOperations
from local_aws.states.api.kept import KeptStates, touched
from local_aws.states.api.machine_operations import MachineOperations
from local_aws.states.api.map_run_operations import MapRunOperations
from local_aws.states.api.test_state_operation import TestStateOperation
from local_aws.states.api.version_operations import VersionOperations


class StatesService(
    MachineOperations, VersionOperations, ExecutionOperations, ActivityOperations, MapRunOperations, TestStateOperation
):
    """AWS Step Functions."""

    def __init__(self, host: Host):
        super().__init__(host)
        self._kept = KeptStates(self._engine, self._machines, self._map_runs, self._activities)

    def shelves(self) -> Iterable[Shelf]:
        return self._kept.shelves()

    def loaded(self) -> None:
        self._kept.end()

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        return touched(self.host, operation, params)
