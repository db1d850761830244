"""The first and the last call of a lesson: which AWS it works on, and what it leaves there."""

from __future__ import annotations

from dataclasses import replace

import boto3

from course.account import earlier, foundation, given_roles, instances, made_before
from course.account.cleaning import CleanUp, remove
from course.account.ended_endpoints import ask_before_deleting
from course.account.ledger import Ledger, record_calls
from course.account.leftovers import Leftovers, survey
from course.account.sessions import new_session
from course.account.settings import Settings
from course.account.shared import shared
from course.account.sweep import sweep
from course.account.tags import owner_in, tag_calls
from course.account.target import AS_ROOT, Target, chosen, closed_on_failure, connect
from course.account.variables import require_well_spelt
from course.console import your_values
from course.errors import CourseError
from course.outcomes import record
from course.waiting import interruptible, let_long_lines_be_read


def start(lesson: str, exercises: bool = False, keep: bool = False) -> Settings:
    """Begin a lesson: choose the AWS, remove what an earlier run of the lesson left, see to bucket and role.

    Every boto3 client made afterwards works on that AWS; what it creates is written down for the clean-up, and gets the
    tags `course`, `lesson` and `owner`.

    Args:
        lesson: the lesson's two digits, such as `"01"`.
        exercises: this is the learner's edition: what checks say is kept in the progress record.
        keep: leave what an earlier run of the lesson has made.

    What was removed, or is gone with an embedded AWS that has ended, is said, and what to do about it.
    Whatever goes wrong in here, boto3 leads nowhere afterwards.

    Raises:
        CourseError: a real account that has not been agreed to, or can't be reached; or this kernel has worked on
            another AWS.
        EmbeddedAwsError: the embedded AWS did not start.
    """
    stopped = "course.start was interrupted before it had come to its end. Run this cell again."
    with interruptible(stopped), closed_on_failure():
        return _start(lesson, exercises, keep)


def _start(lesson: str, exercises: bool, keep: bool) -> Settings:
    record.begin(kept=exercises)
    first = not _works_on
    target = _connect(lesson)
    given_roles.require_given_roles(target.account)
    keep = keep or bool(target.news)  # whoever is told that all is back must find it
    _tell_what_was_made_before(target, first)
    said = [earlier.lost(target, lesson, foundation.is_new(target))]
    ledger = foundation.open_ledger(target)
    left = ledger.resources(lesson)
    # No other lesson's trigger may fire on what this lesson uploads.
    triggers = [found for found in ledger.resources() if found.kind == "S3 trigger" and found.lesson != lesson]
    again = f'course.start("{lesson}"{", exercises=True" if exercises else ""}, keep=True)'
    said += [
        earlier.removed(remove(ledger, triggers if keep else [*left, *triggers], clock=target.clock), lesson, again)
    ]
    said += [earlier.kept(left) if keep else ""]
    bucket = foundation.ensure_bucket(target, ledger)
    role = foundation.ensure_sagemaker_role(target, bucket, ledger)
    _begun.append(lesson)
    _listen(target, ledger)
    warning = AS_ROOT if target.as_root and lesson == "00" else ""
    let_long_lines_be_read()
    for text in filter(None, [warning, target.news, *said]):
        print(text)
    real = target.kind == "aws"
    your_values.know(your_values.YourValues(target.account, target.region, bucket, role) if real else None)
    return _settings(lesson, target, bucket, role)


def clean_up(lesson: str | None = None) -> CleanUp:
    """Remove what a lesson has made, or everything that the course has made on this AWS.

    Safe at any time, twice in a row, and after a failure. It finds what is to go in the ledger, and by its tags: so it
    can be run from another computer, too. What can't be removed is said, with the command that removes it.

    Args:
        lesson: the lesson's two digits; without it, everything, the course's bucket and role included.
    """
    stopped = "The clean-up was interrupted. What is removed by now stays so; run this cell again for the rest."
    with interruptible(stopped):
        target = _connect(lesson or "09")
        ledger = foundation.open_ledger(target)
        found = sweep(owner_in(target.account, target.region), lesson)
        written = ledger.resources(lesson)
        known = {(one.kind, one.name) for one in written}
        more = [one for one in found.resources if (one.kind, one.name) not in known]
        done = remove(ledger, [*written, *more], found.faults, target.clock)
        _listen(target, ledger)
        return done


def left() -> Leftovers:
    """What the course has left on this AWS, and what it costs an hour on a real account. Nothing is changed."""
    target, ledger = look()
    # What one lesson looks at is not made by it: nobody listens to this session.
    client = new_session().client
    found = sweep(owner_in(target.account, target.region), client=client)
    there = survey([*ledger.resources(), *found.resources], client)
    return replace(there, shared=shared(client), faults=(*found.faults, *there.faults))


def look() -> tuple[Target, Ledger]:
    """The AWS that this process works on, and its ledger; the lesson that has begun goes on being listened to."""
    target = _connect("09")
    ledger = foundation.open_ledger(target)
    _listen(target, ledger)
    return target, ledger


def begun() -> str | None:
    """The lesson that this kernel has begun last, by its two digits."""
    return _begun[-1] if _begun else None


_begun: list[str] = []
"""The lessons that this kernel has begun; it is in the last one."""


_works_on: list[Target] = []
"""The AWS that this kernel has been connected to, the only one."""


def _connect(lesson: str) -> Target:
    """Connect, but never to another AWS than before: the notebook's older cells would go there, too.

    Raises:
        CourseError: `COURSE_TARGET` or the learner's keys lead to another AWS now.
    """
    with closed_on_failure():
        require_well_spelt()
        if _works_on and _works_on[0].kind != chosen():
            raise CourseError(_restart_first(_works_on[0]))
        target = connect(lesson)
        if not _works_on:
            _works_on.append(target)
        before = _works_on[0]
        if (before.account, before.region) != (target.account, target.region):
            raise CourseError(_restart_first(before))
    return target


def _restart_first(before: Target) -> str:
    place = "the embedded AWS" if before.kind == "local" else f"your account {before.account}, in {before.region}"
    return (
        f"This notebook has begun on {place}, and would now go on in another AWS. That can't be done halfway: cells "
        "that you have run before would act over there. Nothing was done, and boto3 leads nowhere for now.\n"
        "To change over: restart the kernel (menu Kernel, Restart Kernel...), and begin with the first cell.\n"
        f"To stay: set COURSE_TARGET back to '{before.kind}', with the same keys, and run the first cell of the lesson."
    )


def _tell_what_was_made_before(target: Target, first: bool) -> None:
    names = made_before.shut_out(local=target.kind == "local", first=first)
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        print(
            f"Made before course.start had chosen this AWS, so of no use on it: {listed}. "
            "Calls through them are refused. Run the cells again in which they are made."
        )


def _listen(target: Target, ledger: Ledger) -> None:
    """Write down and tag what the lesson makes from now on. A new connection is a new session, unheard so far."""
    if _begun:
        record_calls(boto3.DEFAULT_SESSION, ledger, _begun[-1], foundation.bucket_name(target))
        ask_before_deleting(boto3.DEFAULT_SESSION, ledger)
        tag_calls(boto3.DEFAULT_SESSION, foundation.tags_of(target, _begun[-1]))


def _settings(lesson: str, target: Target, bucket: str, role: str) -> Settings:
    return Settings(
        lesson=lesson,
        target=target.kind,
        account=target.account,
        region=target.region,
        bucket=bucket,
        sagemaker_role_arn=role,
        instances=instances.chosen(),
        clock=target.clock,
    )
