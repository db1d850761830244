"""Which of AWS's container images the embedded SageMaker knows, and what stands behind each.

An image is recognised by its whole address: registry account and region must belong together, as they must for
the real service to be able to pull it. No image is ever downloaded.
Source of the accounts: the registry paths of the SageMaker developer guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local_aws.call import ApiError

_BLAZINGTEXT_ACCOUNTS = {
    "us-east-1": "811284229777",
    "us-east-2": "825641698319",
    "us-west-1": "632365934929",
    "us-west-2": "433757028032",
    "ca-central-1": "469771592824",
    "sa-east-1": "855470959533",
    "eu-west-1": "685385470294",
    "eu-west-2": "644912444149",
    "eu-west-3": "749696950732",
    "eu-central-1": "813361260812",
    "eu-north-1": "669576153137",
    "ap-south-1": "991648021394",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "544295431143",
    "ap-northeast-1": "501404015308",
    "us-gov-west-1": "226302683700",
}
_SCIKIT_LEARN_ACCOUNTS = {
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
    "eu-west-1": "141502667606",
    "eu-central-1": "492215442770",
}
_SCIKIT_LEARN_TAGS = tuple(
    f"{version}-cpu-py3" for version in ("0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.2-1-1", "1.4-2", "1.4-2-py312")
)
_ADDRESS = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^:@]+):(?P<tag>.+)"
)

_ELSEWHERE = {
    "processing": "Invalid region {asked} in image URI {image}. Please provide an image URI in region {region}.",
    "training": "Invalid DNS suffix 'amazonaws.com' for region '{asked}' in training image. Please provide the valid "
    "<region>.<dns-suffix>: '{region}.amazonaws.com'",
    "hosting": 'Region of "{image}" does not match expected region of {region}. Cross region ECR image pulls are not '
    "allowed.",
}


@dataclass(frozen=True)
class ImageFamily:
    """Images that are run in the same way.

    `trains` and `hosts` are the modules that an image runs of its own for training and for inference, None where it
    isn't good for that here; `processes` says whether it runs processing jobs. With `metrics`, the image is an
    algorithm of SageMaker's own: what is read from its log is fixed, and its program can't be replaced.
    """

    name: str
    repository: str
    accounts: dict[str, str]
    tags: tuple[str, ...]
    trains: str | None = None
    hosts: str | None = None
    processes: bool = False
    metrics: tuple[dict[str, str], ...] = ()


BLAZINGTEXT = ImageFamily(
    "BlazingText",
    "blazingtext",
    _BLAZINGTEXT_ACCOUNTS,
    ("1", "latest"),
    trains="local_aws.sagemaker.blazingtext.train",
    hosts="local_aws.sagemaker.blazingtext.serve",
    metrics=(
        {"Name": "train:accuracy", "Regex": "#train_accuracy: ([0-9.]+)"},
        {"Name": "validation:accuracy", "Regex": "#validation_accuracy: ([0-9.]+)"},
        {"Name": "train:mean_rho", "Regex": "#mean_rho: ([-0-9.]+)"},
    ),
)
"""The names of its metrics are AWS's; how AWS writes their patterns isn't known, and these find the same lines."""
SCIKIT_LEARN = ImageFamily(
    "scikit-learn",
    "sagemaker-scikit-learn",
    _SCIKIT_LEARN_ACCOUNTS,
    _SCIKIT_LEARN_TAGS,
    trains="local_aws.sagemaker.scikit_learn.train",
    hosts="local_aws.sagemaker.scikit_learn.serve",
    processes=True,
)
FAMILIES = (BLAZINGTEXT, SCIKIT_LEARN)


def address(family: ImageFamily, region: str, tag: str | None = None) -> str:
    """The address of an image in a region; without a tag, the family's usual one.

    Raises:
        KeyError: the family's account in that region isn't known here.
    """
    return f"{family.accounts[region]}.dkr.ecr.{region}.amazonaws.com/{family.repository}:{tag or family.tags[0]}"


def resolve(image: str, purpose: str, region: str) -> ImageFamily:
    """The family that an image address names.

    Args:
        image: the address in a request.
        purpose: "processing", "training" or "hosting".
        region: in which it is to be run; each use refuses an image of another region in words of its own, as public
            bug reports quote them.

    Raises:
        ApiError: `ValidationException` naming the image, when it isn't one of the known ones, stands in another
            account's registry or another region, or can't serve the purpose. The real service asks the registry at
            this point and refuses what it can't pull, in words about the registry; ours say what can be run instead.
    """
    found = _ADDRESS.fullmatch(image)
    if found is not None and found["region"] != region:
        elsewhere = _ELSEWHERE[purpose].format(image=image, asked=found["region"], region=region)
        raise ApiError("ValidationException", elsewhere)
    for family in FAMILIES:
        if found is None or found["name"] != family.repository:
            continue
        account = family.accounts.get(found["region"])
        if account is None:
            raise _refusal(image, f"no account is known for {family.name} in the region {found['region']}")
        if account != found["account"]:
            raise _refusal(image, f"{family.name} images of {found['region']} are in the account {account}")
        if found["tag"] not in family.tags:
            raise _refusal(image, f"the tags of {family.name} are {', '.join(family.tags)}")
        fitting: Mapping[str, object] = {
            "processing": family.processes,
            "training": family.trains,
            "hosting": family.hosts,
        }
        if not fitting[purpose]:
            raise _refusal(image, f"{family.name} images are not implemented for {purpose} in the embedded AWS")
        return family
    known = " and ".join(family.repository for family in FAMILIES)
    raise _refusal(image, f"the embedded AWS pulls no images and runs {known} only")


def _refusal(image: str, reason: str) -> ApiError:
    return ApiError("ValidationException", f"The image {image} can't be run: {reason}.")
