"""The images of SageMaker's that the course runs: each region has them at an address of its own, or not at all.

The addresses are those of the SageMaker SDK (`sagemaker.core.image_uris.retrieve`). Its tables are read as files, since
its import takes seconds, which nobody need wait for but where a lesson shows it.
"""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session


class _Named(NamedTuple):
    """An image as the SDK names it: its framework, the version of that, and what the image's tag has after it."""

    framework: str
    version: str
    scope: str | None = None
    tag: str = ""


USES = {"ScikitLearnImage": "processing", "BlazingTextImage": "training, endpoint and transform"}
"""What stands for an image in the workflow's definition, and what the course uses it for."""
_NAMED = {
    "ScikitLearnImage": _Named("sklearn", "1.4-2", "training", "-cpu-py3"),
    "BlazingTextImage": _Named("blazingtext", "1"),
}


def images(region: str) -> dict[str, str]:
    """The addresses of all images, which differ from region to region.

    Returns:
        The addresses by what stands for them in the definition.

    Raises:
        ValueError: SageMaker has one of them not in this region.
    """
    return {image: address(image, region) for image in _NAMED}


@cache
def address(image: str, region: str) -> str:
    """The address of an image in a region.

    Raises:
        ValueError: SageMaker has it not in this region.
    """
    named = _NAMED[image]
    table = _table(named.framework)
    version = (table[named.scope] if named.scope else table)["versions"][named.version]
    registries: dict[str, str] = version["registries"]
    if region not in registries:
        raise ValueError(f"Unsupported region: {region}. The image {named.framework} is in {', '.join(registries)}.")
    host = f"{registries[region]}.dkr.ecr.{region}.{_suffix(region)}"
    return f"{host}/{version['repository']}:{named.version}{named.tag}"


def _suffix(region: str) -> str:
    """What the addresses in a region's partition end with ("amazonaws.com")."""
    partitions = botocore.session.get_session().get_data("partitions")["partitions"]
    found = next(one for one in partitions if re.fullmatch(one["regionRegex"], region))
    return str(found["outputs"]["dnsSuffix"])


def _table(framework: str) -> dict[str, Any]:
    """The SDK's table of a framework's images."""
    sdk = importlib.util.find_spec("sagemaker")
    assert sdk is not None and sdk.submodule_search_locations
    paths = [Path(place, "core", "image_uri_config", f"{framework}.json") for place in sdk.submodule_search_locations]
    table: dict[str, Any] = json.loads(next(path for path in paths if path.is_file()).read_text(encoding="utf-8"))
    return table
