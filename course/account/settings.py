"""The settings object of a lesson: which AWS, and the names that every lesson uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from course.account import lateness
from course.account.costs import cost_of_lesson
from course.account.instances import DEFAULT, Instances


@dataclass(frozen=True, repr=False)
class Settings:
    """What `course.start` returns.

    `bucket` and `sagemaker_role_arn` exist; `prefix` is where data sets live in the bucket; `clock` says how
    many times faster than on AWS a wait passes (1 on a real account, None where it is not known); `instances` has the
    type of machine for each use of SageMaker.
    """

    lesson: str
    target: Literal["local", "aws"]
    account: str
    region: str
    bucket: str
    sagemaker_role_arn: str
    prefix: str = "data/"
    instances: Instances = field(default_factory=Instances)
    clock: float | None = 1.0

    @property
    def where(self) -> str:
        """In words, what this lesson works on."""
        if self.target == "local":
            faster = self.clock not in (None, 1)
            speed = f"; waits pass {self.clock:g} times faster than on AWS" if faster else ""
            late = ", and it is late where AWS is" if lateness.is_late() else ""
            return f"the embedded AWS on this computer: no account, no cost{speed}{late}"
        return "your own AWS account: what this lesson makes is real and may cost money"

    @property
    def costs(self) -> str:
        """In words, what this lesson costs; empty where nothing does."""
        if self.target == "local":
            return ""
        own = "" if self.instances == Instances() else f" That is for {DEFAULT}; you have chosen other instances."
        return f"What it costs: {cost_of_lesson(self.lesson)}{own}"

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("account", self.account),
            ("region", self.region),
            ("bucket", self.bucket),
            ("SageMaker role", self.sagemaker_role_arn),
        ]

    def __repr__(self) -> str:
        lines = [f"Lesson {self.lesson} works on {self.where}.", *filter(None, [self.costs])]
        return "\n".join([*lines, *(f"{name}: {value}" for name, value in self._rows())])

    def _repr_markdown_(self) -> str:
        lines = [f"**Lesson {self.lesson} works on {self.where}.**", *filter(None, [self.costs])]
        rows = "\n".join(f"| {name} | `{value}` |" for name, value in self._rows())
        return "\n\n".join([*lines, f"| setting | value |\n|:--|:--|\n{rows}"])
