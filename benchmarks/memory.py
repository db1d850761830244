"""The server's memory: idle beside moto's server, and how it grows with invocations and executions.

What counts is the memory of the server's process, without the processes in which functions run.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.baselines import Moto
from benchmarks.bench import Bench
from benchmarks.emulators import Emulator, NotThere, Ours
from benchmarks.figures import Absent, Figure, Reading, at_most, within
from benchmarks.functions import PLAIN, function, invocation
from benchmarks.states import Machine, chain

_MIB = 1 << 20
INVOCATIONS, EXECUTIONS = 5000, 2000
_GROWTH_MIB = 2
"""What may come and go without being kept: a thread's arena, a buffer."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Resident memory in MiB."""
    bench.say("memory, idle")
    ours = Ours()
    try:
        ours.start()
        yield Figure("memory, idle", "MiB", ours.memory() / _MIB, "moto", _idle(Moto()), within(1.3))
        bench.say(f"memory after {INVOCATIONS:,} invocations")
        yield from _grown(ours)
    finally:
        ours.stop()


def _idle(emulator: Emulator) -> Reading:
    try:
        emulator.start()
        return emulator.memory() / _MIB
    except NotThere as reason:
        return Absent(str(reason))
    finally:
        emulator.stop()


def _grown(ours: Ours) -> Iterator[Figure]:
    invoke = invocation(ours.client("lambda"), function(ours, PLAIN))
    for _ in range(INVOCATIONS):
        invoke()
    machine, taken = Machine(ours, chain(2)), []
    for count in range(EXECUTIONS):
        machine.run({"n": 0}, {"n": 2})
        if count + 1 in (EXECUTIONS // 2, EXECUTIONS):
            taken.append(ours.memory() / _MIB)
    what = f"memory after {INVOCATIONS:,} invocations and {EXECUTIONS:,} executions"
    yield Figure(what, "MiB", taken[1])
    # Step Functions keeps what an execution was given and did for 90 days, as on AWS: that is what may grow.
    growth = "memory that the second thousand executions take"
    yield Figure(growth, "MiB", max(0.0, taken[1] - taken[0]), aim=at_most(_GROWTH_MIB, "MiB"))
