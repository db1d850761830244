"""The first and the last call of a lesson: which AWS it works on, and what it leaves there."""

from __future__ import annotations

import os

import boto3

from course.account import foundation
from course.account.cleaning import CleanUp, remove
from course.account.ledger import Ledger, record_calls
from course.account.leftovers import Leftovers, survey
from course.account.sessions import new_session
from course.account.settings import Settings
from course.account.target import Target, connect
from course.outcomes import record


def start(lesson: str, exercises: bool = False) -> Settings:
    """Begin a lesson: choose the AWS, remove what an earlier run of the lesson left, see to bucket and role.

    Every boto3 client made afterwards works on that AWS; what it creates is written down for the clean-up.

    Args:
        lesson: the lesson's two digits, such as `"01"`.
        exercises: this is the learner's edition: what checks say is kept in the progress record.

    Raises:
        CourseError: a real account that has not been agreed to, or can't be reached.
        EmbeddedAwsError: the embedded AWS did not start.
    """
    record.begin(kept=exercises)
    target = connect(lesson)
    ledger = foundation.open_ledger(target)
    # No other lesson's trigger may fire on what this lesson uploads.
    left = [found for found in ledger.resources() if lesson == found.lesson or found.kind == "S3 trigger"]
    remove(ledger, left)
    bucket = foundation.ensure_bucket(target, ledger)
    role = foundation.ensure_sagemaker_role(bucket, ledger)
    _begun.append(lesson)
    _listen(target, ledger)
    return _settings(lesson, target, bucket, role)


def clean_up(lesson: str | None = None) -> CleanUp:
    """Remove what a lesson has made, or everything that the course has made on this AWS.

    Safe at any time, twice in a row, and after a failure.

    Args:
        lesson: the lesson's two digits; without it, everything, the course's bucket and role included.
    """
    target = connect(lesson or "09")
    ledger = foundation.open_ledger(target)
    done = remove(ledger, ledger.resources(lesson))
    _listen(target, ledger)
    return done


def left() -> Leftovers:
    """What the course has left on this AWS, and what it costs an hour on a real account. Nothing is changed."""
    _, ledger = look()
    # What one lesson looks at is not made by it: nobody listens to this session.
    return survey(ledger.resources(), new_session().client)


def look() -> tuple[Target, Ledger]:
    """The AWS that this process works on, and its ledger; the lesson that has begun goes on being listened to."""
    target = connect("09")
    ledger = foundation.open_ledger(target)
    _listen(target, ledger)
    return target, ledger


_begun: list[str] = []
"""The lessons that this kernel has begun; it is in the last one."""


def _listen(target: Target, ledger: Ledger) -> None:
    """Write down what the lesson makes from now on. To connect begins a new session, to which nobody listens yet."""
    if _begun:
        record_calls(boto3.DEFAULT_SESSION, ledger, _begun[-1], foundation.bucket_name(target))


def _settings(lesson: str, target: Target, bucket: str, role: str) -> Settings:
    return Settings(
        lesson=lesson,
        target=target.kind,
        account=target.account,
        region=target.region,
        bucket=bucket,
        sagemaker_role_arn=role,
        instance_type=os.environ.get("COURSE_INSTANCE_TYPE", "ml.m5.large"),
        clock=target.clock,
    )
