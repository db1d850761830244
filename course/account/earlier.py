"""What an earlier run of a lesson has left, in words: removed, kept, or gone with an embedded AWS that has ended."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from course.account.cleaning import CleanUp
from course.account.ledger import Ledger, Resource
from course.account.target import Target
from course.waiting import somebody_reads

_LAST = Path(__file__).resolve().parents[2] / ".course" / "embedded-aws.json"
_RUN_ABOVE = (
    "If you are in the middle of the lesson: go to the cell where you were, and choose Run, Run All Above Selected "
    "Cell. That makes it all again."
)


def removed(done: CleanUp, lesson: str, start: str) -> str:
    """What the first cell of a lesson has removed; empty where it was nothing.

    Args:
        done: what became of it: of what the lesson had left, and of other lessons' triggers.
        lesson: the lesson's two digits.
        start: the call that keeps what the lesson has left.
    """
    all_gone = [removal.resource for removal in done.removals if not removal.reason]
    triggers = [one for one in all_gone if one.kind == "S3 trigger" and one.lesson != lesson]
    gone = [one for one in all_gone if one not in triggers]
    stays = [f"{_named([removal.resource])}: {removal.reason}" for removal in done.removals if removal.reason]
    lines = [f"It could not be removed, and is still there: {text}" for text in stays]
    if gone:
        lines = [
            f"An earlier run of this lesson had left something. It was removed, so that the lesson can begin anew: "
            f"{_named(gone)}.",
            f"{_RUN_ABOVE} To keep such things the next time: {start}",
            *lines,
        ]
    lines += [
        f"The trigger of lesson {one.lesson} was removed from the bucket: it could fire on what this lesson uploads. "
        f"To have it again, run its cell in lesson {one.lesson}."
        for one in triggers
    ]
    return "\n".join(lines)


def kept(resources: Sequence[Resource]) -> str:
    """What the first cell of a lesson has left as it was; empty where there was nothing."""
    return f"Kept from an earlier run of this lesson: {_named(resources)}." if resources else ""


def lost(target: Target, lesson: str, is_new: bool) -> str:
    """What a lesson had made on an embedded AWS that has ended since; empty where it is still the same one.

    Args:
        target: the AWS at hand.
        lesson: the lesson's two digits.
        is_new: it has nothing of the course's yet.
    """
    if target.kind != "local" or not somebody_reads():
        return ""
    before = _ledgers()
    _remember(before | {lesson: str(target.ledger)})
    made = Ledger(Path(before[lesson])).resources(lesson) if is_new and lesson in before else []
    if not made:
        return ""
    return (
        "This embedded AWS is new and empty. What this lesson had made on "
        f"the last one is gone: {_named(made)}. The course's bucket and the SageMaker role are there again.\n"
        + _RUN_ABOVE
    )


def _named(resources: Sequence[Resource], most: int = 6) -> str:
    names = [f"{one.kind} {one.name}" for one in resources]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _ledgers() -> dict[str, str]:
    """The ledger of the embedded AWS on which each lesson was begun last, by the lesson's two digits."""
    try:
        return dict(json.loads(_LAST.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _remember(ledgers: dict[str, str]) -> None:
    _LAST.parent.mkdir(exist_ok=True)
    temporary = _LAST.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(ledgers), encoding="utf-8")
    temporary.replace(_LAST)
