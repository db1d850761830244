"""The lag itself: on time without `--lag`; with it late, in order, and the same for the same seed."""

from __future__ import annotations

import threading
import time

from local_aws.lag import Kind, Lag, Late


def told(lag: Lag) -> list[object]:
    """What a lag decides about a few things."""
    decided: list[object] = [lag.happens(Kind.THROTTLING, "lambda GET") for _ in range(200)]
    return [*decided, *(lag.seconds(Kind.PROVISIONING, f"job {number}", 60) for number in range(20))]


def test_without_lag_everything_is_done_at_once_and_takes_as_long_as_usual():
    done: list[str] = []
    lag = Lag()
    lag.later(Kind.RIGHTS, "IAM", lambda: done.append("here"))
    assert (done, lag.seconds(Kind.PROVISIONING, "job", 60), any(told(lag)[:200])) == (["here"], 60, False)


def test_the_same_seed_decides_the_same_and_another_one_otherwise():
    assert told(Late("1")) == told(Late("1"))
    assert told(Late("1")) != told(Late("2"))


def test_what_is_decided_of_a_thing_does_not_depend_on_the_others():
    alone, among_others = Late("1"), Late("1")
    for number in range(50):
        among_others.happens(Kind.THROTTLING, f"other {number}")
    assert told(alone) == told(among_others)


def test_jobs_take_two_to_four_times_as_long():
    seconds = [Late("1").seconds(Kind.PROVISIONING, f"job {number}", 60) for number in range(50)]
    assert 120 <= min(seconds) < 150 < 210 < max(seconds) <= 240


def test_what_is_late_is_seen_in_order():
    """A policy that was changed twice never seems to go back."""
    seen: list[int] = []
    lag, over = Late("1", scale=0.02), threading.Event()
    for number in range(20):
        lag.later(Kind.RIGHTS, "IAM", lambda number=number: seen.append(number))
    lag.later(Kind.RIGHTS, "IAM", over.set)
    assert over.wait(30)
    assert seen == list(range(20))


def test_it_is_late_by_wall_seconds():
    lag, over = Late("1", scale=0.02), threading.Event()
    begun = time.monotonic()
    lag.later(Kind.RIGHTS, "IAM", over.set)
    assert over.wait(30)
    assert time.monotonic() - begun >= 8 * 0.02


def test_what_fails_when_it_is_due_does_not_end_the_rest():
    lag, over = Late("1", scale=0.001), threading.Event()
    lag.later(Kind.RIGHTS, "IAM", lambda: 1 / 0)
    lag.later(Kind.RIGHTS, "IAM", over.set)
    assert over.wait(30)
