"""The Step Functions service of the embedded AWS: its operations together.

Not there, and so answered by name: encryption with keys of one's own. Tracing can be configured, and there is no X-Ray
that would show traces.
"""

from __future__ import annotations

from local_aws.states.api.activity_operations import ActivityOperations
from local_aws.states.api.execution_operations import ExecutionOperations
from local_aws.states.api.machine_operations import MachineOperations
from local_aws.states.api.map_run_operations import MapRunOperations
from local_aws.states.api.test_state_operation import TestStateOperation
from local_aws.states.api.version_operations import VersionOperations


class StatesService(
    MachineOperations, VersionOperations, ExecutionOperations, ActivityOperations, MapRunOperations, TestStateOperation
):
    """AWS Step Functions."""
