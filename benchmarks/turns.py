"""Taking turns: ours and its baselines, one reading each, over and over, so that a busy moment hits all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.figures import Absent, Reading

Way = Callable[[], float]
"""One way to do a thing: does it once, and gives the reading."""

_REASON_LENGTH = 72

Statistic = Callable[[list[float]], float]


class WrongAnswer(Exception):
    """The thing was done, and its result isn't right: how fast it was doesn't count."""


def milliseconds(action: Callable[[], Any]) -> Way:
    """A way whose reading is the milliseconds that an action takes."""
    return lambda: seconds(action)() * 1000


def seconds(action: Callable[[], Any]) -> Way:
    """A way whose reading is the seconds that an action takes."""

    def way() -> float:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started

    return way


def rate(count: int, action: Callable[[], Any]) -> Way:
    """A way whose reading is how many of `count` things a second are done by one call of an action."""
    return lambda: count / seconds(action)()


def in_threads(threads: int, calls: int, action: Callable[[], Any]) -> Callable[[], None]:
    """An action that calls another one so many times from several threads."""

    def together() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(action) for _ in range(calls)]:
                done.result()

    return together


def take_turns(
    ways: Mapping[str, Way | Absent], rounds: int, limit_seconds: float = 10.0
) -> dict[str, list[float] | Absent]:
    """The readings of every way, in the order they were taken.

    Args:
        ways: by name; one that is absent stays so.
        rounds: how often each has its turn; the order is reversed from round to round.
        limit_seconds: no further round begins after so long, once every way has had one turn.
    """
    readings: dict[str, list[float] | Absent] = {
        name: way if isinstance(way, Absent) else [] for name, way in ways.items()
    }
    order = list(ways)
    deadline = time.monotonic() + limit_seconds
    with _little_garbage():
        for number in range(rounds):
            if number and time.monotonic() > deadline:
                break
            for name in order:
                taken = readings[name]
                if not isinstance(taken, Absent):
                    with why_absent(lambda absent, name=name: readings.update({name: absent})):
                        taken.append(ways[name]())
            order.reverse()
    return readings


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Have the collector leave alone inside the block what is there at its beginning: the clients of many services.

    It would go through all of it now and then, for 60 ms, in the middle of whoever has the turn.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def why_absent(tell: Callable[[Absent], None]) -> Iterator[None]:
    """Where the block's work can't be done, tell why instead of raising.

    A service's own NotImplemented means that the thing isn't there yet; every other error is a failure.
    """
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        tell(Absent("not there yet") if code == "NotImplemented" else Absent(_short(f"{code}: {message}"), failed=True))
    except (BotoCoreError, WrongAnswer) as error:
        tell(Absent(_short(str(error)), failed=True))


def summary(readings: list[float] | Absent, statistic: Statistic = statistics.median) -> Reading:
    """One reading for many: the median (p50) by default."""
    return readings if isinstance(readings, Absent) else statistic(readings)


def p99(readings: list[float]) -> float:
    """The reading that 99 of 100 don't exceed."""
    return sorted(readings)[min(len(readings) - 1, int(len(readings) * 0.99))]


def _short(text: str) -> str:
    text = " ".join(text.split()).replace("|", "/")
    return text if len(text) <= _REASON_LENGTH else text[: _REASON_LENGTH - 1] + "…"
