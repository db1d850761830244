"""What is kept in order, is: and a page touches what it shows, however much there is. Work is counted, not time."""

from __future__ import annotations

import itertools
import random

import pytest

from local_aws.house import Keeper
from local_aws.moto.backend import Backends

MANY, PAGE = 5000, 50
MOST_TOUCHED = 10 * PAGE
"""Of a page: far fewer than there are, and more than the search for its beginning needs."""


@pytest.fixture(scope="module", autouse=True)
def _moto() -> None:
    """Moto reads its settings while it is imported."""
    Backends(Keeper())


class Counted(str):
    """A key that counts how often it is compared."""

    __slots__ = ()
    comparisons = 0

    def __lt__(self, other: str) -> bool:
        Counted.comparisons += 1
        return super().__lt__(other)


def test_a_page_of_keys_touches_no_more_than_it_shows():
    from local_aws.moto.key_store import KeyStore
    from local_aws.s3.entries import entries, page_of

    keys = KeyStore()
    names = [f"{number % 7}/{number:05d}" for number in range(MANY)]
    random.Random(1).shuffle(names)
    looked_at = []
    for name in names:
        keys[Counted(name)] = name
    assert Counted.comparisons < MANY * 20  # a place is searched for, once
    shown, after = [], ""
    while True:
        Counted.comparisons = 0
        looked_at.clear()
        page, more = page_of(entries(keys, "", "", after, lambda key: not looked_at.append(key)), PAGE)
        assert len(looked_at) <= PAGE + 1
        assert Counted.comparisons <= MOST_TOUCHED * 3
        shown += [entry.name for entry in page]
        after = shown[-1]
        if not more:
            break
    assert shown == sorted(names)


def test_what_stands_under_a_common_prefix_is_passed_over():
    from local_aws.moto.key_store import KeyStore
    from local_aws.s3.entries import entries

    keys, looked_at = KeyStore(), []
    for number in range(MANY):
        keys[f"{number % 3}/{number}"] = number
    found = list(entries(keys, "", "/", "", lambda key: not looked_at.append(key)))
    assert [(entry.name, entry.is_prefix) for entry in found] == [("0/", True), ("1/", True), ("2/", True)]
    assert len(looked_at) == 3


def test_the_order_of_keys_follows_every_change():
    from local_aws.moto.key_store import KeyStore

    class Version:
        def dispose(self) -> None: ...

    keys, chance = KeyStore(), random.Random(2)
    for _ in range(2000):
        key = str(chance.randrange(100))
        if key in keys and chance.random() < 0.5:
            keys.pop(key)
        elif chance.random() < 0.5:
            keys[key] = Version()
        else:
            keys.setlist(key, [Version()])
    walked, key = [], keys.first("")
    while key is not None:
        walked.append(key)
        key = keys.behind(key)
    assert walked == sorted(keys)


class Stream:
    """A log stream as moto keeps one."""

    log_stream_name = "stream"

    def __init__(self) -> None:
        self.events: list[Event] = []


class Event:
    """A log event that counts how often it is asked for its time."""

    asked = 0

    def __init__(self, timestamp: int, number: int):
        self._timestamp, self.event_id = timestamp, number
        self.message, self.ingestion_time = "a line", timestamp

    @property
    def timestamp(self) -> int:
        Event.asked += 1
        return self._timestamp


def test_a_page_of_log_events_touches_no_more_than_it_shows():
    from local_aws.moto.log_events import OrderedEvents

    stream = Stream()
    stream.events = [Event(number // 2, number) for number in range(MANY)]
    events = OrderedEvents(stream)
    assert next(events.forward((0, 0))).number == 0
    place, seen = (0, 0), []
    while True:
        Event.asked = 0
        page = list(itertools.islice(events.forward(place), PAGE))
        assert Event.asked <= MOST_TOUCHED
        if not page:
            break
        seen += page
        place = (page[-1].timestamp, page[-1].number + 1)
    assert [event.number for event in seen] == list(range(MANY))
    Event.asked = 0
    last = [event.number for event in itertools.islice(events.backward((MANY, 0)), PAGE)]
    assert (last, Event.asked <= MOST_TOUCHED) == (list(range(MANY - 1, MANY - 1 - PAGE, -1)), True)


def test_what_comes_late_finds_its_place_and_costs_itself():
    from local_aws.moto.log_events import OrderedEvents

    stream = Stream()
    events = OrderedEvents(stream)
    stream.events += [Event(number, number) for number in range(0, 2 * MANY, 2)]
    assert len(list(events.forward((0, 0)))) == MANY
    stream.events.append(Event(5, 3 * MANY))
    assert [event.timestamp for event in itertools.islice(events.forward((4, 0)), 3)] == [4, 5, 6]
    stream.events += [Event(4 * MANY + number, 4 * MANY + number) for number in range(10)]
    Event.asked = 0
    assert len(list(itertools.islice(events.forward((4 * MANY, 0)), PAGE))) == 10
    assert Event.asked <= MOST_TOUCHED


def test_a_stream_is_described_by_what_came_since():
    """Its first and last time are found once; an event that comes late is the first all the same."""
    from moto.logs.models import LogGroup

    from local_aws.moto import log_records

    log_records.install()
    group = LogGroup("123456789012", "eu-west-1", "group")
    group.create_log_stream("stream")
    stream = group.streams["stream"]
    assert "firstEventTimestamp" not in stream.to_describe_dict()
    stream.events += [Event(1000 + number, number) for number in range(MANY)]
    for late, ends in ((None, (1000, 999 + MANY)), (5, (5, 999 + MANY)), (2 * MANY, (5, 2 * MANY)), (7, (5, 2 * MANY))):
        stream.events += [Event(late, MANY)] if late else []
        Event.asked = 0
        stream.last_ingestion_time = stream.creation_time
        told = stream.to_describe_dict()
        assert (told["firstEventTimestamp"], told["lastEventTimestamp"]) == ends
        assert Event.asked <= (1 if late else MANY)
