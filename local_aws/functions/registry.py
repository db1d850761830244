"""The functions of the account: their versions, aliases, policies and asynchronous settings, and how they
are found.

It holds records and knows the errors for what isn't there; it runs nothing.
"""

from __future__ import annotations

import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_aws.call import ApiError
from local_aws.functions.bound_folder import BoundFolder
from local_aws.functions.configuration import FunctionVersion
from local_aws.functions.names import LATEST, FunctionName, function_arn


@dataclass
class Alias:
    """A name for a version; `weights` sends part of the invocations to other versions."""

    name: str
    version: str
    description: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    revision_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def choose(self) -> str:
        """The version that one invocation goes to."""
        point = random.random()
        for version, weight in self.weights.items():
            if point < weight:
                return version
            point -= weight
        return self.version


@dataclass
class EventInvokeConfig:
    """How asynchronous invocations of a function (or of one of its versions or aliases) are handled."""

    last_modified: datetime
    maximum_retry_attempts: int | None = None
    maximum_event_age: int | None = None
    on_success: str | None = None
    on_failure: str | None = None
    given: dict[str, Any] = field(default_factory=dict)


@dataclass
class Policy:
    """A resource-based policy: its statements by their id."""

    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    revision_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def document(self) -> dict[str, Any]:
        """The policy as parsed JSON."""
        return {"Version": "2012-10-17", "Id": "default", "Statement": list(self.statements.values())}


@dataclass
class Function:
    """A function with all that belongs to it.

    `latest` is what was last set, `serving` what invocations run: they differ while an update is in progress.
    `bound` is the folder from which its code is read anew.
    """

    name: str
    region: str
    account: str
    latest: FunctionVersion
    serving: FunctionVersion
    versions: dict[str, FunctionVersion] = field(default_factory=dict)
    last_version: int = 0
    aliases: dict[str, Alias] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    event_configs: dict[str, EventInvokeConfig] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    recursive_loop: str = "Terminate"
    tags: dict[str, str] = field(default_factory=dict)
    bound: BoundFolder | None = None

    def arn(self, qualifier: str | None = None) -> str:
        """The function's ARN, with a qualifier where there is one."""
        return function_arn(self.region, self.account, self.name, qualifier)

    def find(self, qualifier: str | None) -> FunctionVersion | None:
        """The version that a qualifier names, as it was last set; None where there is none."""
        alias = self.aliases.get(qualifier or "")
        version = alias.version if alias else qualifier
        return self.latest if version in (None, LATEST) else self.versions.get(version)

    def version_to_run(self, qualifier: str | None) -> FunctionVersion | None:
        """The version that an invocation runs: an alias's weights have a say."""
        alias = self.aliases.get(qualifier or "")
        version = alias.choose() if alias else qualifier
        return self.serving if version in (None, LATEST) else self.versions.get(version)


class Registry:
    """All functions. `lock` is held while a record is read and changed."""

    def __init__(self, region: str, account: str):
        self.lock = threading.RLock()
        self.functions: dict[str, Function] = {}
        self._region, self._account = region, account

    def get(self, name: FunctionName, implied: str | None = None) -> Function:
        """The function.

        Args:
            implied: a qualifier that AWS adds to the ARN in the error when the caller gave none.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        if name.region not in (None, self._region):
            message = f"Functions from '{name.region}' are not reachable in this region ('{self._region}')"
            raise ApiError("ResourceNotFoundException", message, 404, Type="User")
        function = self.functions.get(name.name)
        if function is None or name.account not in (None, self._account):
            raise self.not_found(name, implied)
        return function

    def get_version(self, name: FunctionName, implied: str | None = None) -> tuple[Function, FunctionVersion]:
        """The function and the version that the name's qualifier means.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        function = self.get(name, implied)
        version = function.find(name.qualifier)
        if version is None:
            raise self.not_found(name, implied)
        return function, version

    def not_found(self, name: FunctionName, implied: str | None = None) -> ApiError:
        """The error for a function that isn't there."""
        arn = function_arn(
            name.region or self._region, name.account or self._account, name.name, name.qualifier or implied
        )
        return ApiError("ResourceNotFoundException", f"Function not found: {arn}", 404, Type="User")
