"""Functions as records that outlive the process, and back; a package's zip lies beside them, once for all versions."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_aws.functions.bound_folder import BoundFolder
from local_aws.functions.configuration import FunctionVersion
from local_aws.functions.package import Package, Packages
from local_aws.functions.registry import Alias, EventInvokeConfig, Function, Policy, Registry
from local_aws.house import Content, Contents, FileContent, Kept


class Functions:
    """The shelf of a region's functions, by name."""

    def __init__(self, kind: str, registry: Registry, packages: Packages):
        self.kind = kind
        self._registry, self._packages = registry, packages

    def dump(self, name: str) -> Kept | None:
        """A function with all that belongs to it."""
        function = self._registry.functions.get(name)
        if function is None:
            return None
        versions = (function.latest, *function.versions.values())
        packages: dict[str, Content] = {}
        for version in versions:
            packages[_identity(version.package)] = FileContent(version.package.archive)
        data = _fields(function) | {
            "latest": _version(function.latest),
            "serving": None,
            "bound": str(function.bound.folder) if function.bound else None,
            "versions": {number: _version(version) for number, version in function.versions.items()},
            "aliases": {name: _fields(alias) for name, alias in function.aliases.items()},
            "policies": {name: _fields(policy) for name, policy in function.policies.items()},
            "event_configs": {name: _fields(config) for name, config in function.event_configs.items()},
        }
        return Kept(data, packages)

    def load(self, name: str, data: Any, contents: Contents) -> None:
        """Take a function back: what was Pending, or an update InProgress, has come to its end."""
        latest = self._restored(data["latest"], contents)
        versions = {number: self._restored(version, contents) for number, version in data["versions"].items()}
        changed = {
            "latest": latest,
            "serving": latest,
            "bound": BoundFolder(Path(data["bound"])) if data.get("bound") else None,
            "versions": versions,
            "aliases": {name: Alias(**alias) for name, alias in data["aliases"].items()},
            "policies": {name: Policy(**policy) for name, policy in data["policies"].items()},
            "event_configs": {name: EventInvokeConfig(**config) for name, config in data["event_configs"].items()},
        }
        self._registry.functions[name] = Function(**(data | changed))

    def _restored(self, data: Mapping[str, Any], contents: Contents) -> FunctionVersion:
        package = self._packages.add(contents.read(data["package"]), "CreateFunction", uploaded=False)
        return FunctionVersion(**{**data, "package": package, "state": "Active", "update_status": "Successful"})


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _version(version: FunctionVersion) -> dict[str, Any]:
    return _fields(version) | {"package": _identity(version.package)}


def _identity(package: Package) -> str:
    return f"package-{base64.b64decode(package.sha256).hex()}"
