"""The images of SageMaker's that the course runs: each region has them at an address of its own, or not at all."""

from __future__ import annotations

from functools import cache

USES = {"ScikitLearnImage": "processing", "BlazingTextImage": "training, endpoint and transform"}
"""What stands for an image in the workflow's definition, and what the course uses it for."""
_NAMED = {
    "ScikitLearnImage": {"framework": "sklearn", "version": "1.4-2", "image_scope": "training"},
    "BlazingTextImage": {"framework": "blazingtext"},
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
    """The address of an image in a region. The first call takes some seconds: it asks the SageMaker SDK.

    Raises:
        ValueError: SageMaker has it not in this region.
    """
    # Importing the SDK takes seconds; no other part of the course should wait for it.
    from sagemaker.core import image_uris

    found: str = image_uris.retrieve(region=region, **_NAMED[image])
    return found
