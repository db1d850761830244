"""A text of a lesson as the learner's own: with their account, region, bucket, role and names in it.

What is not known stands in capitals: `ACCOUNT`, `REGION`, `BUCKET`. The number of the embedded AWS's account, which
is nobody's, never goes into a text that is carried over to the console.
"""

from __future__ import annotations

import re
from functools import cache

import boto3

import local_aws
from course.account.endpoint_ends import HOURS
from course.account.foundation import SAGEMAKER_ROLE, bucket_of
from course.account.images import images
from course.console.your_values import YourValues

_BUCKET = bucket_of(local_aws.ACCOUNT, local_aws.REGION)
_ROLE = f"arn:aws:iam::{local_aws.ACCOUNT}:role/{SAGEMAKER_ROLE}"
_IMAGE = rf"\d{{12}}\.dkr\.ecr\.{local_aws.REGION}\.amazonaws\.com/[\w./-]+:[\w.-]+"

_HOURS = r"(?<=\$millis\(\) \+ )[\d.e+]+(?= \* 3600000)"
"""After which an endpoint ends: more where waits pass faster."""

# A digit more, and it is another number. A letter or hyphen more, and it is another name.
_NUMBER = rf"(?<!\d){local_aws.ACCOUNT}(?!\d)"
_WORD = r"(?<![\w-]){}(?![\w-])"


def own(text: str, values: YourValues) -> str:
    """The text with the learner's values in place of the embedded AWS's.

    Args:
        text: JSON, Python, or a single value, as a lesson on the embedded AWS has it.
        values: what is known.

    Returns:
        The text; an image's address is the one of the learner's region, where the region is known.
    """
    account, arn = values.account or "ACCOUNT", f"arn:{_partition(values.region)}:"
    replaced = {
        _IMAGE: lambda found: _image(found, values.region),
        _ROLE: lambda _: values.sagemaker_role or f"{arn}iam::{account}:role/{SAGEMAKER_ROLE}",
        _WORD.format(_BUCKET): lambda _: values.bucket or "BUCKET",
        _NUMBER: lambda _: account,
        _WORD.format(local_aws.REGION): lambda _: values.region or "REGION",
        "arn:aws:(?=[a-z])": lambda _: arn,
        _HOURS: lambda _: str(HOURS),
    } | {_WORD.format(name): lambda _, own=own: own for name, own in values.names.items()}
    kinds = {f"k{number}": (pattern, make) for number, (pattern, make) in enumerate(replaced.items())}
    pattern = "|".join(f"(?P<{kind}>{pattern})" for kind, (pattern, _) in kinds.items())
    return re.sub(pattern, lambda found: kinds[str(found.lastgroup)][1](found[0]), text)


def _image(address: str, region: str) -> str:
    """The same image in another region, where another account has it; where SageMaker has it not, it stays."""
    if not region or region == local_aws.REGION:
        return address
    try:
        here, there = images(local_aws.REGION), images(region)
    except ValueError:
        return address
    return next((there[name] for name, known in here.items() if known == address), address)


@cache
def _partition(region: str) -> str:
    return boto3.Session().get_partition_for_region(region) if region else "aws"
