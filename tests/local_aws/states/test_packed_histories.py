"""Histories of executions that have ended: in less room, and read as before."""

from __future__ import annotations

import sys

import pytest

from local_aws.states.document import Document
from local_aws.states.errors import Cancelled
from local_aws.states.running.history import BLOCK, Event, EventLog, PackedEvents, _unpacked

COUNT = 2 * BLOCK + 7


def filled(count: int = COUNT) -> EventLog:
    log = EventLog()
    for number in range(count):
        details = {"name": f"S{number}", "input": Document(value={"n": number}), "inputDetails": {"truncated": False}}
        log.append("PassStateEntered", number, details if number % 3 else None)
    return log


def shown(log) -> list[dict]:
    return [event.as_dict() for event in log]


def test_a_packed_history_reads_as_it_did() -> None:
    log = filled()
    before = shown(log)
    assert log.close("ExecutionSucceeded", COUNT, {"output": Document(text='{"n": 1}')})
    log.pack()
    assert (len(log), shown(log)[:-1]) == (COUNT + 1, before)
    assert log[-1].as_dict()["executionSucceededEventDetails"] == {"output": '{"n": 1}'}
    for index in (0, BLOCK - 1, BLOCK, COUNT, -1, -COUNT):
        assert log[index].as_dict() == shown(log)[index]
    assert [event.id for event in log[BLOCK - 2 : BLOCK + 2]] == list(range(BLOCK - 1, BLOCK + 3))
    with pytest.raises(IndexError):
        _ = log[COUNT + 1]


def test_one_that_goes_on_is_not_packed() -> None:
    log = filled(3)
    log.pack()
    assert log.append("PassStateExited", 3, None) == 4


def test_one_that_is_redriven_goes_on_where_it_ended() -> None:
    log = filled(3)
    log.close("ExecutionFailed", 3, None)
    log.pack()
    with pytest.raises(Cancelled):
        log.append("PassStateExited", 3, None)
    assert log.reopen("ExecutionRedriven", 4, {"redriveCount": 1}) == 5
    assert [event.type for event in log][-2:] == ["ExecutionFailed", "ExecutionRedriven"]


def test_reading_it_in_turn_unpacks_each_block_once() -> None:
    packed = PackedEvents([Event(number + 1, number, "PassStateEntered", 0.0, None) for number in range(COUNT)])
    _unpacked.cache_clear()
    assert [packed[index].id for index in range(len(packed))] == list(range(1, COUNT + 1))
    assert _unpacked.cache_info().misses == -(-COUNT // BLOCK)


def test_it_takes_a_fraction_of_the_room() -> None:
    """Of the events alone, without what their documents hold."""
    log = filled()
    parts = (part for event in log for part in (event, event.details, *(event.details or {}).values()))
    whole = sum(map(sys.getsizeof, parts))
    assert sum(map(len, PackedEvents(list(log))._blocks)) < whole / 3
