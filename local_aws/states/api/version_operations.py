"""Operations on the versions of state machines and on their aliases."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api.foundation import StatesFoundation
from local_aws.states.api.machines import StateMachine, does_not_exist, moment, present
from local_aws.states.api.paging import page
from local_aws.states.api.versions import INITIAL_REVISION, Alias, Route
from local_aws.states.names import check_arn


class VersionOperations(StatesFoundation):
    """PublishStateMachineVersion to DeleteStateMachineVersion, CreateStateMachineAlias to DeleteStateMachineAlias."""

    def publish_state_machine_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Publish the machine as it is now. What has been published already is not published twice."""
        machine = self._machines.get(params["stateMachineArn"])
        with self._machines.lock:
            current = machine.program.revision_id or INITIAL_REVISION
            if params.get("revisionId", current) != current:
                message = (
                    f"Failed to publish the State Machine version for revision {params['revisionId']}. "
                    f"The current State Machine revision is {current}."
                )
                raise ApiError("ConflictException", message)
            version = machine.publish(params.get("description"))
        return {"stateMachineVersionArn": version.arn, "creationDate": moment(version.created)}

    def list_state_machine_versions(self, call: Call, **params: Any) -> dict[str, Any]:
        """The versions, newest first. A machine that isn't there has none: the operation has no error for it."""
        check_arn(params["stateMachineArn"], "stateMachine")
        machine = self._machines.find(params["stateMachineArn"])
        versions, token = page(list(machine.versions.values()) if machine else [], params, newest_first=True)
        listed = [
            {"stateMachineVersionArn": version.arn, "creationDate": moment(version.created)} for version in versions
        ]
        return {"stateMachineVersions": listed, **token}

    def delete_state_machine_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Forget a version, which no alias may name; one that isn't there is no error, as on AWS."""
        arn = params["stateMachineVersionArn"]
        check_arn(arn, "stateMachine")
        with self._machines.lock:
            machine, number = self._qualified(arn)
            if machine is not None and number.isdecimal():
                named_by = [alias.name for alias in machine.aliases.values() if arn in _versions_of(alias)]
                if named_by:
                    message = (
                        "Version to be deleted must not be referenced by an alias. Current list of aliases "
                        f"referencing this version: [{', '.join(named_by)}]"
                    )
                    raise ApiError("ConflictException", message)
                machine.versions.pop(int(number), None)
        return {}

    def create_state_machine_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Name one version or two. Asked for again with the same routes and description, it gives the one there is."""
        routes = _routes(params["routingConfiguration"])
        with self._machines.lock:
            machine = self._machine_of(routes)
            alias = machine.aliases.get(params["name"])
            if alias is None:
                alias = Alias(params["name"], machine.arn, routes, params.get("description"))
                machine.aliases[alias.name] = alias
            elif (alias.routes, alias.description) != (routes, params.get("description")):
                message = (
                    "Failed to create alias because an alias with the same name and a different routing configuration "
                    "already exists."
                )
                raise ApiError("ConflictException", message)
        return {"stateMachineAliasArn": alias.arn, "creationDate": moment(alias.created)}

    def update_state_machine_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change an alias's description or routes; the next execution that is started by it goes by them."""
        alias = self._alias(params["stateMachineAliasArn"])
        if not {"description", "routingConfiguration"} & params.keys():
            message = "Either the description or the RoutingConfiguration must be specified"
            raise ApiError("ValidationException", message)
        routes = _routes(params["routingConfiguration"]) if "routingConfiguration" in params else alias.routes
        with self._machines.lock:
            if self._machine_of(routes).arn != alias.machine_arn:
                raise _not_versions(routes)
            alias.routes, alias.description = routes, params.get("description", alias.description)
            alias.updated = time.time()
        return {"updateDate": moment(alias.updated)}

    def describe_state_machine_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """An alias as it is now."""
        alias = self._alias(params["stateMachineAliasArn"])
        return present(
            {
                "stateMachineAliasArn": alias.arn,
                "name": alias.name,
                "description": alias.description,
                "routingConfiguration": [
                    {"stateMachineVersionArn": route.version_arn, "weight": route.weight} for route in alias.routes
                ],
                "creationDate": moment(alias.created),
                "updateDate": moment(alias.updated),
            }
        )

    def list_state_machine_aliases(self, call: Call, **params: Any) -> dict[str, Any]:
        """The aliases of a machine, or those that name one of its versions, oldest first."""
        machine, version = self._machine_or_version(params["stateMachineArn"])
        aliases = [alias for alias in machine.aliases.values() if version is None or version in _versions_of(alias)]
        found, token = page(aliases, params)
        listed = [{"stateMachineAliasArn": alias.arn, "creationDate": moment(alias.created)} for alias in found]
        return {"stateMachineAliases": listed, **token}

    def delete_state_machine_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Forget an alias; one that isn't there is no error, as recorded."""
        arn = params["stateMachineAliasArn"]
        check_arn(arn, "stateMachine")
        with self._machines.lock:
            machine, name = self._qualified(arn)
            if machine is not None:
                machine.aliases.pop(name, None)
        return {}

    # ---- inside --------------------------------------------------------------------------------------

    def _qualified(self, arn: str) -> tuple[StateMachine | None, str]:
        """The machine that a version's or an alias's ARN belongs to, and the qualifier."""
        machine_arn, _, qualifier = arn.rpartition(":")
        return self._machines.find(machine_arn), qualifier

    def _alias(self, arn: str) -> Alias:
        check_arn(arn, "stateMachine")
        machine, name = self._qualified(arn)
        alias = machine.aliases.get(name) if machine is not None else None
        if alias is None:
            raise _no_such_resource()
        return alias

    def _machine_or_version(self, arn: str) -> tuple[StateMachine, str | None]:
        check_arn(arn, "stateMachine")
        machine = self._machines.find(arn)
        if machine is not None:
            return machine, None
        machine, number = self._qualified(arn)
        if machine is None or not number.isdecimal() or int(number) not in machine.versions:
            raise does_not_exist(arn)
        return machine, arn

    def _machine_of(self, routes: Sequence[Route]) -> StateMachine:
        """The one machine whose versions an alias names.

        Raises:
            ApiError: `ValidationException`, they are not versions of one machine; `ResourceNotFound`, one isn't there.
        """
        machines = []
        for route in routes:
            machine, number = self._qualified(route.version_arn)
            if not number.isdecimal():
                raise _not_versions(routes)
            if machine is None or int(number) not in machine.versions:
                raise _no_such_resource()
            machines.append(machine)
        if any(machine is not machines[0] for machine in machines):
            raise _not_versions(routes)
        return machines[0]


def _versions_of(alias: Alias) -> set[str]:
    return {route.version_arn for route in alias.routes}


def _routes(configuration: Sequence[Mapping[str, Any]]) -> tuple[Route, ...]:
    """Raises:
    ApiError: `ValidationException`, a version stands twice, or the weights don't come to a hundred.
    """
    routes = tuple(Route(item["stateMachineVersionArn"], item["weight"]) for item in configuration)
    arns = [route.version_arn for route in routes]
    if len(set(arns)) < len(arns):
        message = "Routing configuration must contain distinct state machine version ARNs."
        raise ApiError("ValidationException", f"{message} Received: [{', '.join(arns)}]")
    if not all(arn.rpartition(":")[2].isdecimal() for arn in arns):
        raise _not_versions(routes)
    weights = [route.weight for route in routes]
    if sum(weights) != 100:
        message = f"Sum of routing configuration weights must equal 100. Received: {weights}"
        raise ApiError("ValidationException", message)
    return routes


def _not_versions(routes: Sequence[Route]) -> ApiError:
    received = ", ".join(route.version_arn for route in routes)
    message = f"Routing configuration must contain state machine version ARNs. Received: [{received}]"
    return ApiError("ValidationException", message)


def _no_such_resource() -> ApiError:
    return ApiError("ResourceNotFound", "Request references a resource that does not exist.")
