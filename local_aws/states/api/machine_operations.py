"""Operations on state machines as such: create, read, change, delete, list, tag, validate."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api import logging_configuration, managed_rules
from local_aws.states.api.foundation import StatesFoundation, not_there
from local_aws.states.api.machines import StateMachine, deleting, moment, present, tags_of
from local_aws.states.api.paging import page
from local_aws.states.definition import require_valid, validate, variable_references
from local_aws.states.names import check_arn, check_name, check_role_arn, machine_arn
from local_aws.states.running.activities import Activity
from local_aws.states.running.execution import SERVICE_PRINCIPAL
from local_aws.states.running.program import Program
from local_aws.states.workflow import compile_workflow

MAX_TAGS = 50
_AWS_KEY = {"type": "AWS_OWNED_KEY"}


class MachineOperations(StatesFoundation):
    """CreateStateMachine to DeleteStateMachine, lists, tags, ValidateStateMachineDefinition."""

    def create_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """Create a machine. Asked for again with the same definition, it gives the one that is there."""
        check_name(params["name"])
        _refuse_absent(params)
        _check_description(params)
        machine_type, role_arn = params.get("type", "STANDARD"), params["roleArn"]
        arn = machine_arn(self.host, params["name"])
        definition = require_valid(params["definition"], self.host.answers, machine_type)
        self._check_role(call, role_arn)
        managed_rules.check(self.host, call, role_arn, definition)
        logging = logging_configuration.checked(self.host, params.get("loggingConfiguration"), role_arn)
        if len(params.get("tags", ())) > MAX_TAGS:
            raise ApiError("TooManyTags", f"Too many tags: at most {MAX_TAGS} can be set", resourceName=arn)
        program = _program(arn, params["definition"], definition, role_arn, logging, _tracing(params))
        with self._machines.lock:
            machine = self._machines.find(arn)
            if machine is None:
                machine = StateMachine(params["name"], machine_type, program, tags=tags_of(params))
                self._machines.add(machine)
            elif machine.status == "DELETING":
                raise deleting(arn)
            elif (machine.program.definition, machine.type) != (params["definition"], machine_type):
                raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
            published = _published(machine, params)
        return {"stateMachineArn": arn, "creationDate": moment(machine.created), **published}

    def update_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change definition or role; executions that run go on with the old ones."""
        machine = self._machines.get(params["stateMachineArn"])
        _refuse_absent(params)
        _check_description(params)
        if not {"definition", "roleArn", "loggingConfiguration", "tracingConfiguration"} & params.keys():
            message = (
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
                "must be specified"
            )
            raise ApiError("MissingRequiredParameter", message)
        before = machine.program
        text = params.get("definition", before.definition)
        definition = require_valid(text, self.host.answers, machine.type)
        role_arn = params.get("roleArn", before.role_arn)
        if "roleArn" in params:
            self._check_role(call, role_arn)
        managed_rules.check(self.host, call, role_arn, definition)
        given = params.get("loggingConfiguration")
        logging = before.logging if given is None else logging_configuration.checked(self.host, given, role_arn)
        tracing = _tracing(params) if "tracingConfiguration" in params else before.tracing
        changed = (text, role_arn, logging, tracing)
        with self._machines.lock:
            if machine.status == "DELETING":
                raise deleting(machine.arn)
            if changed != (before.definition, before.role_arn, before.logging, before.tracing):
                revision = str(uuid.uuid4())
                program = _program(machine.arn, text, definition, role_arn, logging, tracing, revision_id=revision)
                self._machines.change(machine, program)
            answer = {"updateDate": moment(time.time()), "revisionId": machine.program.revision_id}
            return present(answer | _published(machine, params))

    def describe_state_machine(self, call: Call, **params: Any) -> dict[str, Any]:
        """The machine as it is now."""
        found = self._machines.startable(params["stateMachineArn"])
        machine, version = found.machine, found.version
        answer = {
            **described(version.program if version else machine.program, params),
            "status": machine.status,
            "type": machine.type,
            "creationDate": moment(version.created if version else machine.created),
        }
        if version is not None:
            answer |= present({"stateMachineArn": version.arn, "description": version.description})
        return answer

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
        arn = params["stateMachineArn"]
        check_arn(arn, "stateMachine")
        machine = self._machines.find(arn)
        if machine is not None:
            self._machines.delete(machine)
        return {}

    def validate_state_machine_definition(self, call: Call, **params: Any) -> dict[str, Any]:
        """What CreateStateMachine would say of a definition."""
        return validate(
            params["definition"],
            self.host.answers,
            params.get("type", "STANDARD"),
            params.get("severity", "ERROR"),
            params.get("maxResults", 0),
        )

    def tag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Add tags to a machine or an activity."""
        machine = self._tagged(params)
        tags = machine.tags | tags_of(params)
        if len(tags) > MAX_TAGS:
            message = f"Too many tags: at most {MAX_TAGS} can be set"
            raise ApiError("TooManyTags", message, resourceName=machine.arn)
        machine.tags = tags
        return {}

    def untag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove tags from a machine or an activity."""
        machine = self._tagged(params)
        machine.tags = {key: value for key, value in machine.tags.items() if key not in params["tagKeys"]}
        return {}

    def list_tags_for_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """The tags of a machine or an activity."""
        return {"tags": [{"key": key, "value": value} for key, value in self._tagged(params).tags.items()]}

    # ---- inside --------------------------------------------------------------------------------------

    def _tagged(self, params: dict[str, Any]) -> StateMachine | Activity:
        arn = params["resourceArn"]
        check_arn(arn, "stateMachine", "activity")
        tagged = self._machines.find(arn) or self._activities.find(arn)
        if tagged is None:
            raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'", resourceName=arn)
        return tagged

    def _check_role(self, call: Call, role_arn: str) -> None:
        """Raise unless the caller may pass the role, and Step Functions may assume it."""
        check_role_arn(role_arn)
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
            "loggingConfiguration": dict(program.logging),
            "tracingConfiguration": dict(program.tracing),
            "encryptionConfiguration": _AWS_KEY,
            "label": program.label,
            "revisionId": program.revision_id,
            "variableReferences": None if metadata_only else program.variable_references or None,
        }
    )


def _program(
    arn: str,
    text: str,
    definition: dict[str, Any],
    role_arn: str,
    logging: Mapping[str, Any],
    tracing: Mapping[str, Any],
    revision_id: str | None = None,
) -> Program:
    return Program(
        arn=arn,
        name=arn.rpartition(":")[2],
        definition=text,
        role_arn=role_arn,
        workflow=compile_workflow(definition),
        updated=time.time(),
        logging=logging,
        tracing=tracing,
        revision_id=revision_id,
        variable_references=variable_references(definition),
    )


def _tracing(params: dict[str, Any]) -> dict[str, bool]:
    """The tracing configuration. It is kept and shown; there is no X-Ray here to send traces to."""
    return {"enabled": bool(params.get("tracingConfiguration", {}).get("enabled"))}


def _check_description(params: dict[str, Any]) -> None:
    if "versionDescription" in params and not params.get("publish"):
        raise ApiError("ValidationException", "Version description can only be set when publish is true")


def _published(machine: StateMachine, params: dict[str, Any]) -> dict[str, str]:
    """The member of an answer that names the version, where a request asks for one. The lock is held."""
    if not params.get("publish"):
        return {}
    return {"stateMachineVersionArn": machine.publish(params.get("versionDescription")).arn}


def _refuse_absent(params: dict[str, Any]) -> None:
    """Raise for settings that would have no effect here."""
    if params.get("encryptionConfiguration", {}).get("type", "AWS_OWNED_KEY") != "AWS_OWNED_KEY":
        raise not_there("Encryption of a state machine with a key of one's own")
