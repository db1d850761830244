"""What all operations of the Lambda service stand on: records, packages, environments, and the life cycle.

A new function is Pending, and a changed one has an update InProgress, for about a second of the host's clock;
meanwhile invocations of a changed function still run what was there before.

Two environment variables of the server change how functions run: `LOCAL_AWS_LAMBDA_RUNTIME` is `isolated`
(each environment forked, with a file system of its own), `forked` (without one) or `subprocess`; by
default it is the first of these that the system allows. `LOCAL_AWS_LAMBDA_CONCURRENCY` is the account's
limit, 1000 by default.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws import REGION
from local_aws.call import ApiError, Call
from local_aws.functions.bound_folder import BUCKET, BoundFolder
from local_aws.functions.configuration import FunctionVersion, invalid
from local_aws.functions.debugging import Debuggers
from local_aws.functions.environments.package_server import PackageServer
from local_aws.functions.environments.pool import ACCOUNT_CONCURRENCY, Concurrency, Environments
from local_aws.functions.environments.spawn import spawner
from local_aws.functions.kept import Functions
from local_aws.functions.names import SERVICE_PRINCIPAL, FunctionName, parse
from local_aws.functions.package import Package, Packages
from local_aws.functions.registry import Function, Registry
from local_aws.house import Host, Service, Shelf

MAPPINGS = "lambda/event-source-mappings"
_RECORDS = "lambda/functions"
"""Kinds of records that outlive the process."""
DEBUGGER_TAG = "debugger"
_PROVISIONING_SECONDS = 1.0
_PAGE_ITEMS = 50


class LambdaFoundation(Service):
    """The service without its operations."""

    name = "lambda"

    def __init__(self, host: Host):
        super().__init__(host)
        directory = host.directory / "lambda"
        how = os.environ.get("LOCAL_AWS_LAMBDA_RUNTIME", "")
        limit = int(os.environ.get("LOCAL_AWS_LAMBDA_CONCURRENCY", ACCOUNT_CONCURRENCY))
        self._registry = Registry(host.region, host.account)
        self._packages = Packages(directory / "code")
        self._package_server = PackageServer()
        self._concurrency = Concurrency(limit)
        self._spawner = spawner(
            directory / "spawner",
            fork=False if how == "subprocess" else None,
            isolate=False if how == "forked" else None,
        )
        if host.region == REGION:
            self._spawner.begin()
        self._debuggers = Debuggers(host.debug_port)
        self._environments = Environments(host, directory / "environments", self._spawner, self._debuggers)
        self._closing = threading.Event()

    def shelves(self) -> Iterable[Shelf]:
        return (Functions(self.host.kind(_RECORDS), self._registry, self._packages),)

    def loaded(self) -> None:
        for function in self._registry.functions.values():
            if function.reserved_concurrency is not None:
                self._concurrency.reserve(function.name, function.reserved_concurrency)

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        named = params.get("FunctionName") or params.get("Resource")
        if operation == "Invoke" or named is None:
            return ()
        if ":event-source-mapping:" in named:
            return ((MAPPINGS, named.rpartition(":")[2]),)
        return ((_RECORDS, parse(named).name),)

    def close(self) -> None:
        """End every environment."""
        self._closing.set()
        self._environments.close()
        self._package_server.close()

    # ---- finding -------------------------------------------------------------------------------------

    def _function(self, params: dict[str, Any]) -> tuple[Function, FunctionName]:
        name = parse(params["FunctionName"], params.get("Qualifier"))
        return self._registry.get(name), name

    def _unqualified(self, params: dict[str, Any]) -> Function:
        """The function that a call names, which must not be a version or an alias."""
        function, name = self._function(params)
        if name.qualifier is not None:
            raise invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                "operation. Please specify either a function name or an unqualified function ARN."
            )
        return function

    def _check_revision(self, params: dict[str, Any], revision_id: str) -> None:
        if params.get("RevisionId", revision_id) != revision_id:
            raise ApiError(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. "
                "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
                412,
                Type="User",
            )

    def _page(self, items: list[Any], params: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
        """The part of a list that a call asks for, and `NextMarker` where there is more."""
        try:
            start = int(params.get("Marker", 0))
        except ValueError:
            raise invalid(f"Invalid Marker: {params['Marker']}") from None
        end = start + min(params.get("MaxItems", _PAGE_ITEMS), _PAGE_ITEMS)
        return items[start:end], {"NextMarker": str(end)} if end < len(items) else {}

    # ---- code ----------------------------------------------------------------------------------------

    def _bound(self, call: Call, code: dict[str, Any]) -> BoundFolder | None:
        """The folder that takes the place of a package, for whom this is allowed: the administrator, with `--debug`."""
        if code.get("S3Bucket") != BUCKET or self.host.debug_port is None or call.principal.kind != "admin":
            return None
        folder = Path(code.get("S3Key", ""))
        if not folder.is_absolute():
            raise invalid(f"S3Key is {code.get('S3Key')}: with {BUCKET} it is a folder's whole path, from the root on.")
        return BoundFolder(folder)

    def _package(self, call: Call, code: dict[str, Any], bound: BoundFolder | None) -> Package:
        if bound is not None:
            return self._packages.add(bound.package(), call.operation, uploaded=False)
        if "ZipFile" in code:
            return self._packages.add(code["ZipFile"], call.operation, uploaded=True)
        if "S3Bucket" not in code or "S3Key" not in code:
            raise invalid("Please provide a source for function code.")
        return self._packages.add(self._fetch(call, code), call.operation, uploaded=False)

    def _fetch(self, call: Call, code: dict[str, Any]) -> bytes:
        """The package from S3. The caller must have the right to read it; Lambda does the reading."""
        bucket, key = code["S3Bucket"], code["S3Key"]
        try:
            self.host.roles.check(call, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        except ApiError as denied:
            message = (
                "Your access has been denied by S3, please make sure your request credentials have permission to "
                f"GetObject for {bucket}/{key}. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
            )
            raise ApiError("AccessDeniedException", message, 403, Type="User") from denied
        version = {"VersionId": code["S3ObjectVersion"]} if "S3ObjectVersion" in code else {}
        s3 = self.host.roles.admin_client("s3")
        try:
            content = s3.get_object(Bucket=bucket, Key=key, **version)["Body"].read()
            there = s3.head_bucket(Bucket=bucket)["BucketRegion"]
        except ClientError as error:
            cause = error.response["Error"]
            raise invalid(
                f"Error occurred while GetObject. S3 Error Code: {cause['Code']}. "
                f"S3 Error Message: {cause.get('Message', '')}"
            ) from error
        if there == self.host.region:
            return content
        raise invalid(
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this "
            f"region: {there}. Please use this region to retry the request"
        )

    def _shown_tags(self, function: Function) -> dict[str, str]:
        """The tags of a function; with `--debug` there is one more, which says where a debugger attaches."""
        debugger = self._debuggers.of(function.name)
        return function.tags if debugger is None else function.tags | {DEBUGGER_TAG: debugger.address}

    def _read_anew(self, function: Function) -> None:
        """Let a function that is bound to a folder run what is in it now.

        Raises:
            ApiError: the folder isn't there, or is no package.
        """
        bound = function.bound
        if bound is None or self.host.debug_port is None:
            return
        with bound.lock:
            if not bound.has_changed() or function.latest is not function.serving:
                return
            package = self._packages.add(bound.package(), "UpdateFunctionCode", uploaded=False)
            with self._registry.lock:
                function.latest = function.latest.changed(package=package)
            self._settle(function, function.latest)

    # ---- role ----------------------------------------------------------------------------------------

    def _check_role(self, call: Call, role_arn: str) -> None:
        self.host.roles.check_pass_role(call, role_arn, SERVICE_PRINCIPAL)
        if not self.host.roles.assumable(role_arn, SERVICE_PRINCIPAL):
            raise invalid("The role defined for the function cannot be assumed by Lambda.")

    def _check_dead_letters(self, role_arn: str, target: str | None) -> None:
        if target is None:
            return
        service = target.split(":")[2]
        operation = "SendMessage" if service == "sqs" else "Publish"
        if not self.host.roles.role_may(role_arn, f"{service}:{operation}", target):
            raise invalid(
                f"The provided execution role does not have permissions to call {operation} on {service.upper()}"
            )

    # ---- life cycle ----------------------------------------------------------------------------------

    def _check_settled(self, function: Function) -> None:
        if function.latest.state == "Pending" or function.latest.update_status == "InProgress":
            raise ApiError(
                "ResourceConflictException",
                "The operation cannot be performed at this time. "
                f"An update is in progress for resource: {function.arn()}",
                409,
                Type="User",
            )

    def _settle_later(self, function: Function, version: FunctionVersion) -> None:
        """Make a version Active, and its update Successful, when the time of provisioning is over."""
        self._later(lambda: self._settle(function, version))

    def _settle(self, function: Function, version: FunctionVersion) -> None:
        settled = replace(version, state="Active", update_status="Successful", revision_id=str(uuid.uuid4()))
        with self._registry.lock:
            if function.latest is version:
                before, function.latest, function.serving = function.serving, settled, settled
                self._environments.retire(before.revision_id)
            elif function.versions.get(version.version) is version:
                function.versions[version.version] = settled
        self.host.changed(_RECORDS, function.name)

    def _later(self, action: Callable[[], None]) -> None:
        def run() -> None:
            if not self.host.clock.wait(self._closing, _PROVISIONING_SECONDS):
                action()

        threading.Thread(target=run, name="lambda-provisioning", daemon=True).start()
