"""The Step Functions service of the embedded AWS: its operations together.

Not there, and so answered by name: machines of type EXPRESS and StartSyncExecution, versions and aliases,
activities, logging to CloudWatch Logs, tracing, encryption with keys of one's own.
"""

from __future__ import annotations

from local_aws.states.api.execution_operations import ExecutionOperations
from local_aws.states.api.machine_operations import MachineOperations
from local_aws.states.api.map_run_operations import MapRunOperations
from local_aws.states.api.test_state_operation import TestStateOperation


class StatesService(MachineOperations, ExecutionOperations, MapRunOperations, TestStateOperation):
    """AWS Step Functions."""
