"""Operations on functions as such: create, read, change, delete, list, tag."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.functions import names
from local_aws.functions.api.foundation import LambdaFoundation
from local_aws.functions.configuration import FunctionVersion, invalid, refuse_absent, settings
from local_aws.functions.names import LATEST, parse
from local_aws.functions.package import UNZIPPED_BYTES, ZIPPED_BYTES
from local_aws.functions.registry import Function

_CODE_STORAGE_BYTES = 300 * (1 << 30)
# ListFunctions and ListVersionsByFunction leave these out: AWS Lambda API reference, ListFunctions.
_NOT_LISTED = (
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
)


def listed(version: FunctionVersion) -> dict[str, Any]:
    """A configuration as a list shows it."""
    shape = version.shape(version.version)
    return {name: value for name, value in shape.items() if name not in _NOT_LISTED}


class FunctionOperations(LambdaFoundation):
    """CreateFunction to DeleteFunction, lists, tags and account settings."""

    def create_function(self, call: Call, **params: Any) -> dict[str, Any]:
        """Create a function from a zip or from an object in S3."""
        name = parse(params["FunctionName"]).name
        found = settings(params)
        if "runtime" not in found or "handler" not in found:
            raise invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        self._check_role(call, params["Role"])
        self._check_dead_letters(params["Role"], found.get("dead_letter_arn"))
        self._check_free(name)
        bound = self._bound(call, params["Code"])
        package = self._package(call, params["Code"], bound)
        found.setdefault("log_group", f"/aws/lambda/{name}")
        version = FunctionVersion(
            name=name, region=self.host.region, account=self.host.account, package=package, **found
        )
        function = Function(
            name, version.region, version.account, version, version, tags=params.get("Tags", {}), bound=bound
        )
        with self._registry.lock:
            self._check_free(name)
            self._registry.functions[name] = function
            answer = version.shape()
            if params.get("Publish"):
                answer = self._publish(function, version.description).shape()
        self._settle_later(function, version)
        return answer

    def get_function(self, call: Call, **params: Any) -> dict[str, Any]:
        """Configuration, a URL of the package, tags and reserved concurrency."""
        name = parse(params["FunctionName"], params.get("Qualifier"))
        function, version = self._registry.get_version(name)
        location = self._package_server.offer(version.package.archive, function.name)
        answer: dict[str, Any] = {
            "Configuration": version.shape(name.qualifier),
            "Code": {"RepositoryType": "S3", "Location": location},
        }
        if tags := self._shown_tags(function):
            answer["Tags"] = dict(tags)
        if function.reserved_concurrency is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved_concurrency}
        return answer

    def get_function_configuration(self, call: Call, **params: Any) -> dict[str, Any]:
        """The configuration alone."""
        name = parse(params["FunctionName"], params.get("Qualifier"))
        _, version = self._registry.get_version(name)
        return version.shape(name.qualifier)

    def update_function_code(self, call: Call, **params: Any) -> dict[str, Any]:
        """Replace the package. With `DryRun`, only check it."""
        refuse_absent(params)
        function = self._unqualified(params)
        self._check_settled(function)
        self._check_revision(params, function.latest.revision_id)
        bound = self._bound(call, params)
        package = self._package(call, params, bound)
        changes: dict[str, Any] = {"package": package}
        if "Architectures" in params:
            changes["architectures"] = tuple(params["Architectures"])
        if params.get("DryRun"):
            return function.latest.changed(**changes).shape()
        function.bound = bound
        return self._update(function, changes, bool(params.get("Publish")))

    def update_function_configuration(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change settings."""
        function = self._unqualified(params)
        self._check_settled(function)
        self._check_revision(params, function.latest.revision_id)
        changes = settings(params)
        if "role" in changes:
            self._check_role(call, changes["role"])
        role, target = changes.get("role", function.latest.role), changes.get("dead_letter_arn")
        self._check_dead_letters(role, target)
        return self._update(function, changes, publish=False)

    def delete_function(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a function with all its versions, or one version."""
        function, name = self._function(params)
        with self._registry.lock:
            if name.qualifier is not None:
                self._delete_version(function, name.qualifier)
                return {"StatusCode": 204}
            self._registry.functions.pop(name.name, None)
            self._concurrency.release(name.name)
        for version in (function.serving, function.latest, *function.versions.values()):
            self._environments.retire(version.revision_id)
        return {"StatusCode": 204}

    def list_functions(self, call: Call, **params: Any) -> dict[str, Any]:
        """The functions by name, all their versions with `FunctionVersion="ALL"`."""
        with self._registry.lock:
            functions = sorted(self._registry.functions.values(), key=lambda function: function.name)
        if params.get("FunctionVersion") == "ALL":
            versions = [version for one in functions for version in (one.latest, *one.versions.values())]
            some, marker = self._page(versions, params)
            return {"Functions": [listed(version) for version in some], **marker}
        page, marker = self._page(functions, params)  # only what a page shows is put into words
        return {"Functions": [{**listed(one.latest), "FunctionArn": one.arn()} for one in page], **marker}

    def get_account_settings(self, call: Call, **params: Any) -> dict[str, Any]:
        """Limits and use."""
        functions = list(self._registry.functions.values())
        used = sum(version.package.size for one in functions for version in (one.latest, *one.versions.values()))
        return {
            "AccountLimit": {
                "TotalCodeSize": _CODE_STORAGE_BYTES,
                "CodeSizeUnzipped": UNZIPPED_BYTES,
                "CodeSizeZipped": ZIPPED_BYTES,
                "ConcurrentExecutions": self._concurrency.account_limit,
                "UnreservedConcurrentExecutions": self._concurrency.unreserved,
            },
            "AccountUsage": {"TotalCodeSize": used, "FunctionCount": len(functions)},
        }

    def tag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Add tags to a function, or to an event source mapping."""
        self._tags_of(params["Resource"]).update(params["Tags"])
        return {}

    def untag_resource(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove tags from a function, or from an event source mapping."""
        tags = self._tags_of(params["Resource"])
        for key in params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags(self, call: Call, **params: Any) -> dict[str, Any]:
        """The tags of a function, or of an event source mapping."""
        arn = params["Resource"]
        is_mapping = ":event-source-mapping:" in arn
        return {"Tags": dict(self._tags_of(arn) if is_mapping else self._shown_tags(self._by_arn(arn)))}

    # ---- inside --------------------------------------------------------------------------------------

    def _tags_of(self, arn: str) -> dict[str, str]:
        """The tags of what an ARN names, as they are kept."""
        return self._by_arn(arn).tags

    def _by_arn(self, arn: str) -> Function:
        return self._registry.get(names.parse(arn))

    def _check_free(self, name: str) -> None:
        if name in self._registry.functions:
            raise ApiError("ResourceConflictException", f"Function already exist: {name}", 409, Type="User")

    def _update(self, function: Function, changes: dict[str, Any], publish: bool) -> dict[str, Any]:
        with self._registry.lock:
            self._check_settled(function)
            version = function.latest.changed(**changes, update_status="InProgress")
            function.latest = version
            answer = version.shape()
            if publish:
                answer = self._publish(function, version.description).shape()
        self._settle_later(function, version)
        return answer

    def _publish(self, function: Function, description: str) -> FunctionVersion:
        """Freeze `$LATEST` as the next version; the lock is held."""
        number = str(function.last_version + 1)
        version = function.latest.changed(version=number, description=description, state="Pending", update_status=None)
        function.last_version += 1
        function.versions[number] = version
        self._settle_later(function, version)
        return version

    def _delete_version(self, function: Function, qualifier: str) -> None:
        if qualifier == LATEST:
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        if qualifier in function.aliases:
            raise invalid("Deletion of aliases is not currently supported.")
        users = [alias.name for alias in function.aliases.values() if qualifier in (alias.version, *alias.weights)]
        if users:
            raise ApiError(
                "ResourceConflictException",
                f"Version {qualifier} of function {function.name} is used by aliases: {', '.join(users)}",
                409,
                Type="User",
            )
        version = function.versions.pop(qualifier, None)
        if version is not None:
            self._environments.retire(version.revision_id)
