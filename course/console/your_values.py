"""*Your values*: the account, region, bucket, role and names that the learner's own copy of a text should hold.

They are asked for once and kept in `.course/your-values.json` in the project's folder; the environment variable
`COURSE_VALUES` names another file. On a real account they are known, and nobody is asked.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from weakref import WeakMethod

import boto3

from course.errors import CourseError

_ROLE_ARN = r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+"
_FILE = Path(__file__).resolve().parents[2] / ".course" / "your-values.json"

NAMES = {
    "review-sentences": "Function of lesson 01",
    "preprocess-reviews": "Function of lesson 02",
    "preprocess-uploads": "Function of lesson 03",
    "failed-uploads": "Queue of lesson 03",
    "review-states-sentences": "Function of lesson 04",
    "review-states": "State machine of lesson 04",
    "review-workflow": "State machine of lessons 05 and 06",
    "endpoint-ends": "Schedule group of lesson 06",
    "upload-workflow": "State machine of lesson 07",
    "start-workflow": "Function of lesson 07",
    "helpful-reviews": "Endpoint of lesson 07",
    "preprocess-one": "Function of lesson 08",
    "scale-out": "State machine of lesson 08",
}
"""The course's names of things that a learner may have called otherwise, and what they are names of."""


@dataclass(frozen=True)
class YourValues:
    """A learner's own values; empty where one is not known.

    Attributes:
        account: twelve digits.
        region: such as `eu-central-1`.
        bucket: its name.
        sagemaker_role: the ARN of the role under which SageMaker's jobs run.
        names: the learner's name of a thing, by the course's name of it (see `NAMES`).
    """

    account: str = ""
    region: str = ""
    bucket: str = ""
    sagemaker_role: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """What stands in a copied text in capitals, because nobody has said it."""
        return [name.upper() for name in ("account", "region", "bucket") if not getattr(self, name)]

    def check(self) -> None:
        """Look at each value that is there.

        Raises:
            CourseError: one is not what AWS would take; the message names it.
        """
        if self.account and not re.fullmatch(r"\d{12}", self.account):
            raise CourseError("An account has twelve digits: in the console, click your name at the top right.")
        if self.region and self.region not in regions():
            raise CourseError(f"'{self.region}' is not a region: us-east-1 is one, or eu-central-1.")
        # S3 user guide, "General purpose bucket naming rules".
        if self.bucket and not re.fullmatch(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", self.bucket):
            raise CourseError(
                f"'{self.bucket}' can't name a bucket: 3 to 63 small letters, digits, dots and hyphens. It is the "
                "name alone, without s3://."
            )
        if self.sagemaker_role and not re.fullmatch(
            r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+", self.sagemaker_role
        ):
            raise CourseError(
                "A role's ARN begins with arn:aws:iam:: and your account; IAM shows it on the role's page."
            )
        for name, own in self.names.items():
            if name not in NAMES or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", own):
                raise CourseError(f"'{own}' can't be the name in place of '{name}': letters, digits, - and _.")


@cache
def regions() -> set[str]:
    """All regions that boto3 knows, of every partition."""
    session = boto3.Session()
    return {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sagemaker", partition_name=partition)
    }


def given() -> YourValues:
    """The values as they are known now: those of a real account, else what was kept."""
    if _known:
        return _known[0]
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
        values = YourValues(**{one.name: kept[one.name] for one in fields(YourValues) if one.name in kept})
        values.check()
    except FileNotFoundError:
        return YourValues()
    except (ValueError, TypeError, KeyError, AttributeError, CourseError):
        # A file that was edited by hand, or belongs to another version, is worth no error: the form asks again.
        return YourValues()
    return values


def give(values: YourValues) -> None:
    """Keep values, from now on and in every notebook.

    Raises:
        CourseError: one is not what AWS would take.
    """
    values.check()
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}-{os.getpid()}")
    temporary.write_text(json.dumps(asdict(values), indent=2), encoding="utf-8")
    temporary.replace(path)
    _tell()


def know(values: YourValues | None) -> None:
    """Take the values of the real account that a lesson works on; None on the embedded AWS, which is nobody's."""
    _known[:] = [values] if values else []
    _tell()


def are_known() -> bool:
    """Whether the values are those of the real account that this notebook works on."""
    return bool(_known)


def listen(changed: Callable[[], object]) -> None:
    """Call a method whenever values are given, for as long as the object of that method lives."""
    _listening.append(WeakMethod(changed))


def _tell() -> None:
    _listening[:] = [one for one in _listening if one() is not None]
    for one in list(_listening):
        if (changed := one()) is not None:
            changed()


def _path() -> Path:
    return Path(os.environ.get("COURSE_VALUES") or _FILE)


_known: list[YourValues] = []
_listening: list[WeakMethod[Callable[[], object]]] = []
