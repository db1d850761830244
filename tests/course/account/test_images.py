"""The addresses of images are the SageMaker SDK's, in every region, and nobody waits for its import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from course.account import images

ASKED = {
    "ScikitLearnImage": {"framework": "sklearn", "version": "1.4-2", "image_scope": "training"},
    "BlazingTextImage": {"framework": "blazingtext"},
}


REGIONS = ("us-east-1", "eu-central-1", "il-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1")


@pytest.mark.slow
def test_they_are_those_that_the_sdk_tells():
    """Its tables are read as files: this fails where a newer SDK has them elsewhere, or in another form."""
    from sagemaker.core import image_uris

    for image, question in ASKED.items():
        for region in REGIONS:
            assert images.address(image, region) == image_uris.retrieve(region=region, **question)


def test_a_region_without_one_is_named():
    with pytest.raises(ValueError, match="Unsupported region: xx-north-1"):
        images.address("BlazingTextImage", "xx-north-1")


def test_the_sdk_is_not_imported_for_them():
    program = "import sys; from course.account.images import images; images('eu-west-1'); print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert not any(name.startswith("sagemaker") for name in imported.split())
