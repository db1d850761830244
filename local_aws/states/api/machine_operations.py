"""Operations on state machines as such: create, read, change, delete, list, tag, validate."""

from __future__ import annotations

import time
import uuid
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api import managed_rules
from local_aws.states.api.foundation import StatesFoundation, not_there
from local_aws.states.api.machines import StateMachine, moment, present
from local_aws.states.api.paging import page
from local_aws.states.definition import require_valid, validate, variable_references
from local_aws.states.names import check_name, machine_arn
from local_aws.states.running.execution import SERVICE_PRINCIPAL
from local_aws.states.running.program import Program
from local_aws.states.workflow import compile_workflow

MAX_TAGS = 50
_NO_LOGGING = {"level": "OFF", "includeExecutionData": False}
_NO_TRACING = {"enabled": False}
_AWS_KEY = {"type": "AWS_OWNED_KEY"}


class MachineOperations(StatesFoundation):
    """CreateStateMachine to DeleteStateMachine, lists, tags, ValidateStateMachineDefinition."""

    def create_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """Create a machine. Asked for again with the same definition, it gives the one that is there."""
        check_name(params["name"])
        _refuse_absent(params)
        if params.get("type", "STANDARD") == "EXPRESS":
            raise not_there("A state machine of type EXPRESS")
        arn = machine_arn(self.host, params["name"])
        definition = require_valid(params["definition"])
        self._check_role(call, params["roleArn"])
        managed_rules.check(self.host, call, params["roleArn"], definition)
        if len(params.get("tags", ())) > MAX_TAGS:
            raise ApiError("TooManyTags", f"Too many tags: at most {MAX_TAGS} can be set", resourceName=arn)
        program = _program(arn, params["definition"], definition, params["roleArn"])
        with self._machines.lock:
            machine = self._machines.find(arn)
            if machine is None:
                tags = {tag["key"]: tag.get("value", "") for tag in params.get("tags", ())}
                machine = StateMachine(params["name"], "STANDARD", program, tags=tags)
                self._machines.add(machine)
            elif machine.status == "DELETING":
                raise _deleting(arn)
            elif machine.program.definition != params["definition"]:
                raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
        return {"stateMachineArn": arn, "creationDate": moment(machine.created)}

    def update_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change definition or role; executions that run go on with the old ones."""
        machine = self._machines.get(params["stateMachineArn"])
        _refuse_absent(params)
        if not {"definition", "roleArn", "loggingConfiguration", "tracingConfiguration"} & params.keys():
            message = (
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
                "must be specified"
            )
            raise ApiError("MissingRequiredParameter", message)
        text = params.get("definition", machine.program.definition)
        definition = require_valid(text)
        role_arn = params.get("roleArn", machine.program.role_arn)
        if "roleArn" in params:
            self._check_role(call, role_arn)
        managed_rules.check(self.host, call, role_arn, definition)
        with self._machines.lock:
            if machine.status == "DELETING":
                raise _deleting(machine.arn)
            machine.program = _program(machine.arn, text, definition, role_arn, revision_id=str(uuid.uuid4()))
        return {"updateDate": moment(machine.program.updated), "revisionId": machine.program.revision_id}

    def describe_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """The machine as it is now."""
        machine = self._machines.get(params["stateMachineArn"])
        return {
            **described(machine.program, params),
            "status": machine.status,
            "type": machine.type,
            "creationDate": moment(machine.created),
        }

    def list_state_machines(self, call: Call, **params: Any) -> dict[str, Any]:
        """The machines by name."""
        machines, token = page(self._machines.all(), params)
        listed = [
            {
                "stateMachineArn": machine.arn,
                "name": machine.name,
                "type": machine.type,
                "creationDate": moment(machine.created),
            }
            for machine in machines
        ]
        return {"stateMachines": listed, **token}

    def delete_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a machine when its last execution has ended; one that isn't there is no error, as on AWS."""
        machine = self._machines.find(params["stateMachineArn"])
        if machine is not None:
            self._machines.delete(machine)
        return {}

    def validate_state_machine_definition(self, call: Call, **params: Any) -> dict[str, Any]:
        """What CreateStateMachine would say of a definition."""
        return validate(
            params["definition"],
            params.get("type", "STANDARD"),
            params.get("severity", "ERROR"),
            params.get("maxResults", 0),
        )

    def tag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Add tags to a machine."""
        machine = self._tagged(params)
        tags = machine.tags | {tag["key"]: tag.get("value", "") for tag in params["tags"]}
        if len(tags) > MAX_TAGS:
            message = f"Too many tags: at most {MAX_TAGS} can be set"
            raise ApiError("TooManyTags", message, resourceName=machine.arn)
        machine.tags = tags
        return {}

    def untag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove tags from a machine."""
        machine = self._tagged(params)
        machine.tags = {key: value for key, value in machine.tags.items() if key not in params["tagKeys"]}
        return {}

    def list_tags_for_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """The tags of a machine."""
        return {"tags": [{"key": key, "value": value} for key, value in self._tagged(params).tags.items()]}

    # ---- inside --------------------------------------------------------------------------------------

    def _tagged(self, params: dict[str, Any]) -> StateMachine:
        machine = self._machines.find(params["resourceArn"])
        if machine is None:
            message = f"Resource not found: '{params['resourceArn']}'"
            raise ApiError("ResourceNotFound", message, resourceName=params["resourceArn"])
        return machine

    def _check_role(self, call: Call, role_arn: str) -> None:
        """Raise unless the caller may pass the role, and Step Functions may assume it."""
        roles = self.host.roles
        roles.check_pass_role(call, role_arn, SERVICE_PRINCIPAL)
        if not any(
            roles.assumable(role_arn, one) for one in (SERVICE_PRINCIPAL, f"states.{call.region}.amazonaws.com")
        ):
            message = (
                f"Neither the global service principal {SERVICE_PRINCIPAL}, nor the regional one is authorized to "
                "assume the provided role."
            )
            raise ApiError("AccessDeniedException", message)


def described(program: Program, params: dict[str, Any]) -> dict[str, Any]:
    """What a program shows of itself, the definition left out where only metadata is asked for."""
    metadata_only = params.get("includedData") == "METADATA_ONLY"
    return present(
        {
            "stateMachineArn": program.arn,
            "name": program.name,
            "definition": "" if metadata_only else program.definition,
            "roleArn": program.role_arn,
            "loggingConfiguration": _NO_LOGGING,
            "tracingConfiguration": _NO_TRACING,
            "encryptionConfiguration": _AWS_KEY,
            "label": program.label,
            "revisionId": program.revision_id,
            "variableReferences": None if metadata_only else program.variable_references or None,
        }
    )


def _program(arn: str, text: str, definition: dict[str, Any], role_arn: str, revision_id: str | None = None) -> Program:
    return Program(
        arn=arn,
        name=arn.rpartition(":")[2],
        definition=text,
        role_arn=role_arn,
        workflow=compile_workflow(definition),
        updated=time.time(),
        revision_id=revision_id,
        variable_references=variable_references(definition),
    )


def _deleting(arn: str) -> ApiError:
    return ApiError("StateMachineDeleting", f"State Machine is being deleted: '{arn}'")


def _refuse_absent(params: dict[str, Any]) -> None:
    """Raise for settings that would have no effect here."""
    if params.get("publish"):
        raise not_there("A published version of a state machine")
    if params.get("loggingConfiguration", {}).get("level", "OFF") != "OFF":
        raise not_there("Logging of executions to CloudWatch Logs")
    if params.get("tracingConfiguration", {}).get("enabled"):
        raise not_there("Tracing of executions with X-Ray")
    if params.get("encryptionConfiguration", {}).get("type", "AWS_OWNED_KEY") != "AWS_OWNED_KEY":
        raise not_there("Encryption of a state machine with a key of one's own")
