"""Operations on executions: start, stop, redrive, read, list, history, and the tokens of waiting tasks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api import express
from local_aws.states.api.foundation import StatesFoundation, execution_input
from local_aws.states.api.machine_operations import described
from local_aws.states.api.machines import Startable, StateMachine, deleting, moment, present
from local_aws.states.api.paging import page
from local_aws.states.document import Document
from local_aws.states.errors import StateError
from local_aws.states.names import check_name, execution_arn
from local_aws.states.running.execution import Execution
from local_aws.states.running.tokens import gone


class ExecutionOperations(StatesFoundation):
    """StartExecution to GetExecutionHistory, RedriveExecution, SendTask…."""

    def start_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """Start an execution. The same name and input as one that runs give that one."""
        found = self._machines.startable(params["stateMachineArn"])
        machine = found.machine
        name = params.get("name") or str(uuid.uuid4())
        check_name(name)
        document = execution_input(params.get("input", "{}"))
        with self._machines.lock:
            _check_not_deleting(machine)
            if machine.type == "EXPRESS":
                started = express.new_execution(self._engine, found, name, document)
                self._machines.add_express(started)
                started.start()
                return {"executionArn": started.arn, "startDate": moment(started.started)}
            execution = machine.executions.get(name)
            if execution is None:
                execution = self._new(found, execution_arn(machine.arn, name), document)
                execution.trace_header = params.get("traceHeader")
                execution.start()
            elif execution.status != "RUNNING" or execution.input.text != document.text:
                raise ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{execution.arn}'")
        return {"executionArn": execution.arn, "startDate": moment(execution.started)}

    def start_sync_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """Run a machine of type EXPRESS to its end, and answer with what came of it."""
        found = self._machines.startable(params["stateMachineArn"])
        if found.machine.type != "EXPRESS":
            raise _not_this_type()
        _check_not_deleting(found.machine)
        name = params.get("name") or str(uuid.uuid4())
        check_name(name)
        execution = express.new_execution(self._engine, found, name, execution_input(params.get("input", "{}")))
        execution.trace_header = params.get("traceHeader")
        self._machines.add_express(execution)
        execution.start()
        execution.wait()
        return express.described(execution, params.get("includedData") != "METADATA_ONLY")

    def stop_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """End an execution as ABORTED, and what it has started; one that has ended is left as it is."""
        execution = self._machines.execution(params["executionArn"])
        execution.stop(params.get("error"), params.get("cause"))
        execution.wait()
        return {"stopDate": moment(execution.stopped)}

    def redrive_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """Go on from the state in which an execution failed, was stopped or ran out of time."""
        execution = self._machines.execution(params["executionArn"])
        token = params.get("clientToken")
        known = self._redrives.date_of(execution.arn, token)
        if known is not None:
            return {"redriveDate": moment(known)}
        machine = self._machines.find(execution.program.arn)
        if machine is not None and machine.status == "DELETING":
            raise _not_redrivable("State machine is in DELETING status")
        if execution.map_run_arn is not None or not execution.redrive():
            reason = execution.redrive_details().get("redriveStatusReason", "Execution is redriven with its Map Run")
            raise _not_redrivable(reason)
        assert execution.redriven is not None
        self._redrives.remember(execution.arn, token, execution.redriven)
        execution.start()
        return {"redriveDate": moment(execution.redriven)}

    def describe_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """Status, input, and what came of it."""
        execution = self._machines.describable(params["executionArn"])
        included = params.get("includedData") != "METADATA_ONLY"
        status = execution.shown_status
        answer = {
            "executionArn": execution.arn,
            "stateMachineArn": execution.program.arn,
            "stateMachineVersionArn": execution.version_arn,
            "stateMachineAliasArn": execution.alias_arn,
            "name": execution.name,
            "status": status,
            "startDate": moment(execution.started),
            "stopDate": moment(execution.stopped),
            "input": execution.input.text if included else None,
            "inputDetails": {"included": included},
            # Of one that took too long, the history alone says why (measured by others, floci-io/floci issue 2733).
            "error": execution.error if status != "TIMED_OUT" else None,
            "cause": execution.cause,
            "mapRunArn": execution.map_run_arn,
            "traceHeader": execution.trace_header,
            "redriveCount": execution.redrive_count,
            "redriveDate": moment(execution.redriven),
            **execution.redrive_details(),
        }
        if execution.output is not None:
            answer["output"] = execution.output.text if included else None
            answer["outputDetails"] = {"included": included}
        return present(answer)

    def list_executions(self, call: Call, **params: Any) -> dict[str, Any]:
        """The executions of a machine, or the children of a map run, newest first."""
        if ("stateMachineArn" in params) == ("mapRunArn" in params):
            raise ApiError("ValidationException", "Must specify exactly one of state machine ARN or map run ARN")
        executions: Sequence[Execution]
        if params.get("statusFilter") == "PENDING_REDRIVE" and "mapRunArn" not in params:
            # The rule is the API reference's, the wording is not AWS's.
            raise ApiError("ValidationException", "Must specify a map run ARN for the status filter PENDING_REDRIVE")
        if "mapRunArn" in params:
            executions = self._map_run(params["mapRunArn"]).children
        else:
            executions = self._started_by(params["stateMachineArn"])
        status, redrive = params.get("statusFilter"), params.get("redriveFilter")

        def wanted(execution: Execution) -> bool:
            is_redriven = execution.redrive_count > 0
            return status in (None, execution.shown_status) and redrive in (
                None,
                "REDRIVEN" if is_redriven else "NOT_REDRIVEN",
            )

        found, next_token = page(executions, params, newest_first=True, wanted=wanted)
        return {"executions": [_listed(execution) for execution in found], **next_token}

    def get_execution_history(self, call: Call, **params: Any) -> dict[str, Any]:
        """The events of an execution, oldest first unless asked otherwise."""
        execution = self._machines.execution(params["executionArn"])
        events, next_token = page(execution.log, params, newest_first=params.get("reverseOrder", False))
        with_data = params.get("includeExecutionData", True)
        return {"events": [event.as_dict(with_data) for event in events], **next_token}

    def describe_state_machine_for_execution(self, call: Call, **params: Any) -> dict[str, Any]:
        """The machine as it was when the execution started."""
        execution = self._machines.execution(params["executionArn"])
        answer = described(execution.program, params)
        answer["updateDate"] = moment(execution.program.updated)
        if execution.map_run_arn is not None:
            answer["mapRunArn"] = execution.map_run_arn
        return answer

    # ---- task tokens ---------------------------------------------------------------------------------

    def send_task_success(self, call: Call, **params: Any) -> dict[str, Any]:
        """A waiting task is done."""
        task = self._engine.tokens.find(params["taskToken"])
        try:
            output = execution_input(params["output"]).value
        except ApiError as error:
            raise ApiError("InvalidOutput", f"Invalid Output: '{str(error).partition(chr(39))[2]}") from None
        if not task.settle(output, None):
            raise gone()
        return {}

    def send_task_failure(self, call: Call, **params: Any) -> dict[str, Any]:
        """A waiting task has failed."""
        task = self._engine.tokens.find(params["taskToken"])
        if not task.settle(None, StateError(params.get("error"), params.get("cause"))):
            raise gone()
        return {}

    def send_task_heartbeat(self, call: Call, **params: Any) -> dict[str, Any]:
        """A waiting task is still being worked on."""
        self._engine.tokens.find(params["taskToken"]).beat()
        return {}

    # ---- inside --------------------------------------------------------------------------------------

    def _started_by(self, arn: str) -> Sequence[Execution]:
        """The executions of a machine, or those that were started by one of its versions or aliases, oldest first."""
        found = self._machines.startable(arn)
        if found.machine.type == "EXPRESS":
            raise _not_this_type()
        if arn == found.machine.arn:
            return found.machine.in_order
        return [one for one in found.machine.in_order if arn in (one.version_arn, one.alias_arn)]

    def _new(self, found: Startable, arn: str, document: Document) -> Execution:
        """Make an execution known; the lock is held."""
        execution = Execution(
            self._engine,
            found.program,
            arn,
            document,
            version_arn=found.version_arn,
            alias_arn=found.alias_arn,
            ended=lambda: self._machines.settle(found.machine),
        )
        self._machines.add_execution(found.machine, execution)
        return execution


def _check_not_deleting(machine: StateMachine) -> None:
    if machine.status == "DELETING":
        raise deleting(machine.arn)


def _not_redrivable(reason: str) -> ApiError:
    return ApiError("ExecutionNotRedrivable", f"Execution Not Redrivable: '{reason}'")


def _not_this_type() -> ApiError:
    return ApiError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")


def _listed(execution: Execution) -> dict[str, Any]:
    return present(
        {
            "executionArn": execution.arn,
            "stateMachineArn": execution.program.arn,
            "stateMachineVersionArn": execution.version_arn,
            "stateMachineAliasArn": execution.alias_arn,
            "name": execution.name,
            "status": execution.shown_status,
            "startDate": moment(execution.started),
            "stopDate": moment(execution.stopped),
            "mapRunArn": execution.map_run_arn,
            "itemCount": None if execution.map_run_arn is None else execution.item_count,
            "redriveCount": execution.redrive_count,
            "redriveDate": moment(execution.redriven),
        }
    )
