"""Operations on versions and aliases."""

from __future__ import annotations

import uuid
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.functions.api.function_operations import FunctionOperations, listed
from local_aws.functions.configuration import invalid
from local_aws.functions.names import LATEST
from local_aws.functions.registry import Alias, Function


class VersionOperations(FunctionOperations):
    """PublishVersion, ListVersionsByFunction, and everything about aliases."""

    def publish_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Freeze `$LATEST`; where nothing has changed since the last version, that one is the answer."""
        function, _ = self._function(params)
        self._check_settled(function)
        latest = function.latest
        wanted = params.get("CodeSha256") or latest.package.sha256
        if wanted != latest.package.sha256:
            raise invalid(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST "
                f"({latest.package.sha256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        self._check_revision(params, latest.revision_id)
        with self._registry.lock:
            last = function.versions.get(str(function.last_version))
            description = params.get("Description", latest.description)
            if last is not None and _what_runs(last.changed(version=LATEST).shape()) == _what_runs(latest.shape()):
                return last.shape()
            return self._publish(function, description).shape()

    def list_versions_by_function(self, call: Call, **params: Any) -> dict[str, Any]:
        """`$LATEST` and the published versions."""
        function, _ = self._function(params)
        versions = [listed(version) for version in (function.latest, *function.versions.values())]
        page, marker = self._page(versions, params)
        return {"Versions": page, **marker}

    def create_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Name a version."""
        function, _ = self._function(params)
        with self._registry.lock:
            if params["Name"] in function.aliases:
                raise ApiError(
                    "ResourceConflictException",
                    f"Alias already exists: {function.arn(params['Name'])}",
                    409,
                    Type="User",
                )
            alias = Alias(params["Name"], params["FunctionVersion"], params.get("Description", ""))
            alias.weights = params.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
            self._check_alias(function, alias)
            function.aliases[alias.name] = alias
        return _alias_shape(function, alias)

    def update_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Move a name to another version, or change its weights."""
        function, _ = self._function(params)
        with self._registry.lock:
            alias = self._alias(function, params["Name"])
            self._check_revision(params, alias.revision_id)
            changed = Alias(
                alias.name,
                params.get("FunctionVersion", alias.version),
                params.get("Description", alias.description),
                params.get("RoutingConfig", {"AdditionalVersionWeights": alias.weights}).get(
                    "AdditionalVersionWeights", {}
                ),
                str(uuid.uuid4()),
            )
            self._check_alias(function, changed)
            function.aliases[alias.name] = changed
        return _alias_shape(function, changed)

    def get_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """One alias."""
        function, _ = self._function(params)
        return _alias_shape(function, self._alias(function, params["Name"]))

    def list_aliases(self, call: Call, **params: Any) -> dict[str, Any]:
        """The aliases of a function, or of one of its versions."""
        function, _ = self._function(params)
        aliases = sorted(function.aliases.values(), key=lambda alias: alias.name)
        version = params.get("FunctionVersion")
        chosen = [alias for alias in aliases if version in (None, alias.version, *alias.weights)]
        page, marker = self._page([_alias_shape(function, alias) for alias in chosen], params)
        return {"Aliases": page, **marker}

    def delete_alias(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove a name; it is no error where there is none."""
        function, _ = self._function(params)
        with self._registry.lock:
            function.aliases.pop(params["Name"], None)
            function.policies.pop(params["Name"], None)
        return {}

    def _alias(self, function: Function, name: str) -> Alias:
        if name not in function.aliases:
            raise ApiError(
                "ResourceNotFoundException", f"Cannot find alias arn: {function.arn(name)}", 404, Type="User"
            )
        return function.aliases[name]

    def _check_alias(self, function: Function, alias: Alias) -> None:
        for version in (alias.version, *alias.weights):
            if version != LATEST and version not in function.versions:
                raise ApiError(
                    "ResourceNotFoundException",
                    f"Function not found: {function.arn(version)}",
                    404,
                    Type="User",
                )
        if alias.weights and (alias.version == LATEST or LATEST in alias.weights):
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        if len(alias.weights) > 1:
            raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
        if alias.version in alias.weights:
            raise invalid(
                f"Invalid function version {alias.version}. "
                f"Function version {alias.version} is already included in routing configuration."
            )
        if any(not 0 <= weight <= 1 for weight in alias.weights.values()):
            raise invalid("Weights must be between 0.0 and 1.0")


def _what_runs(shape: dict[str, Any]) -> dict[str, Any]:
    without = (
        "RevisionId",
        "LastModified",
        "State",
        "LastUpdateStatus",
        "StateReason",
        "StateReasonCode",
        "Description",
    )
    return {name: value for name, value in shape.items() if name not in without}


def _alias_shape(function: Function, alias: Alias) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "AliasArn": function.arn(alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        shape["RoutingConfig"] = {"AdditionalVersionWeights": dict(alias.weights)}
    return shape
