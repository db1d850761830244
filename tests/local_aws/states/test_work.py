"""Work that holds no thread while it waits: pauses, limits of time, turns, and what the pool does with all of them."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from local_aws.states.errors import Cancelled, TimedOut
from local_aws.states.work.pool import Pool
from local_aws.states.work.signals import Signal
from local_aws.states.work.turns import Turns
from local_aws.states.work.waiting import in_thread, within

LONG = 60.0


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(threads=2)
    yield made
    made.close()


def states_threads() -> int:
    return sum(thread.name.startswith("states-") for thread in threading.enumerate())


class TestSignals:
    def test_it_spreads_downwards_only(self):
        top = Signal()
        middle = top.child()
        bottom = middle.child()
        middle.set()
        assert (top.is_set(), middle.is_set(), bottom.is_set()) == (False, True, True)
        assert middle.child().is_set()

    def test_a_thread_waits_too(self):
        signal = Signal()
        assert not signal.wait(0.001)
        threading.Timer(0.01, signal.set).start()
        assert signal.wait(LONG)

    def test_one_that_is_cleared_is_waited_for_again(self, pool):
        signal, seen = Signal(), []

        async def look() -> None:
            for _ in range(2):
                seen.append(await signal.until_set(LONG))
                signal.clear()

        ended = threading.Thread(target=lambda: pool.run(look()))
        ended.start()
        while len(seen) < 2:
            signal.set()
            time.sleep(0.001)
        ended.join(LONG)
        assert seen == [True, True]


class TestPool:
    def test_ten_thousand_wait_on_two_threads(self, pool):
        before, begun, go = states_threads(), [], Signal()
        ended = []

        async def wait(number: int) -> None:
            begun.append(number)
            await go.until_set(LONG)
            ended.append(number)

        for number in range(10_000):
            pool.start(wait(number))
        _until(lambda: len(begun) == 10_000)
        assert states_threads() - before <= 3  # The timers have one of their own.
        go.set()
        _until(lambda: len(ended) == 10_000)
        assert sorted(ended) == list(range(10_000))

    def test_a_pause_ends_after_its_time(self, pool):
        assert pool.run(_pause(Signal(), 0.01)) is False
        assert pool.run(_pause(Signal(), 0)) is False
        assert pool.run(_pause(Signal(), -1)) is False

    def test_what_waits_is_kept_though_nobody_else_knows_it(self, pool):
        top, ended = Signal(), []

        async def wait() -> None:
            await top.child().until_set()
            ended.append(1)

        pool.start(wait())
        _until(lambda: len(pool.waiting) == 1)
        gc.collect()
        top.set()
        _until(lambda: ended == [1])
        assert not pool.waiting

    def test_each_has_a_context_of_its_own(self, pool):
        variable: ContextVar[int] = ContextVar("variable")

        async def keep(number: int) -> bool:
            variable.set(number)
            await Signal().until_set(0.001)
            return variable.get() == number and await in_thread(variable.get, Signal()) == number

        assert all(pool.run(keep(number)) for number in range(5))
        assert variable.get(None) is None

    def test_what_it_fails_with_is_raised_or_logged(self, pool, caplog):
        async def fail() -> None:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            pool.run(fail())
        with caplog.at_level(logging.ERROR):
            pool.start(fail())
            _until(lambda: bool(caplog.records))
        assert "broken" in caplog.text

    def test_timers_that_are_called_off_are_not_kept(self, pool):
        happened: list[int] = []
        timers = [pool.timers.after(LONG, lambda: happened.append(1)) for _ in range(1000)]
        for timer in timers:
            timer.cancel()
            timer.cancel()
        soon = pool.timers.after(0.01, lambda: happened.append(2))
        _until(lambda: happened == [2])
        soon.cancel()
        assert len(pool.timers._due) < 500


class TestWaiting:
    def test_work_in_time(self, pool):
        async def work() -> int:
            await Signal().until_set(0.001)
            return 7

        assert pool.run(within(LONG, Signal(), pool, work)) == 7
        assert pool.run(within(None, Signal(), pool, work)) == 7

    def test_its_error(self, pool):
        async def work() -> int:
            raise KeyError("x")

        with pytest.raises(KeyError):
            pool.run(within(LONG, Signal(), pool, work))

    def test_time_runs_out(self, pool):
        stopped = Signal()

        async def work() -> None:
            await stopped.until_set()

        with pytest.raises(TimedOut):
            pool.run(within(0.01, stopped, pool, work))
        assert stopped.is_set()

    def test_a_stop(self, pool):
        stopped, never = Signal(), Signal()

        async def work() -> None:
            stopped.set()
            await never.until_set()

        with pytest.raises(Cancelled):
            pool.run(within(LONG, stopped, pool, work))
        never.set()

    def test_a_thread_is_left_to_end_by_itself(self, pool):
        stopped, never = Signal(), threading.Event()
        threading.Timer(0.01, stopped.set).start()
        with pytest.raises(Cancelled):
            pool.run(in_thread(lambda: never.wait(LONG), stopped))
        never.set()


class TestTurns:
    def test_so_many_at_once_in_order(self, pool):
        turns, most, now, order = Turns(3), [0], [0], []
        lock = threading.Lock()

        async def take(number: int) -> None:
            async with turns.taken(Signal()):
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                    order.append(number)
                await Signal().until_set(0.002)
                with lock:
                    now[0] -= 1

        for number in range(30):
            pool.start(take(number))
        _until(lambda: len(order) == 30 and now[0] == 0)
        assert most[0] == 3

    def test_one_that_is_stopped_leaves_the_queue(self, pool):
        turns, first, second = Turns(1), Signal(), Signal()
        taken, ended = Signal(), []

        async def hold() -> None:
            async with turns.taken(Signal()):
                taken.set()
                await first.until_set()

        async def stopped() -> None:
            try:
                async with turns.taken(second):
                    ended.append("taken")
            except Cancelled:
                ended.append("cancelled")

        async def last() -> None:
            async with turns.taken(Signal()):
                ended.append("last")

        pool.start(hold())
        taken.wait(LONG)
        pool.start(stopped())
        _until(lambda: len(pool.waiting) == 2)
        pool.start(last())
        _until(lambda: len(pool.waiting) == 3)
        second.set()
        _until(lambda: ended == ["cancelled"])
        first.set()
        _until(lambda: ended == ["cancelled", "last"])


async def _pause(signal: Signal, seconds: float) -> bool:
    return await signal.until_set(seconds)


def _until(condition) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.002)
