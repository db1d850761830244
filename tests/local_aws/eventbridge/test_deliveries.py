"""What EventBridge and its Scheduler deliver is a record until it has arrived."""

from __future__ import annotations

import threading
from types import SimpleNamespace

from local_aws.clock import Clock
from local_aws.eventbridge.targets import Deliveries, Delivery
from tests.local_aws.state.state_support import until

KIND = "events/deliveries"


class Sender:
    """Makes deliveries that wait for a word, and notes what has arrived."""

    def __init__(self) -> None:
        self.may_arrive, self.arrived, self.changed = threading.Event(), [], []
        host = SimpleNamespace(
            clock=Clock(1000), kind=lambda of: of, changed=lambda of, name: self.changed.append((of, name))
        )
        self.deliveries = Deliveries(host, KIND, self._make)
        self.shelf = self.deliveries.shelf()

    def _make(self, asked):
        def send():
            assert self.may_arrive.wait(60)
            self.arrived.append(asked)

        return Delivery("a test", send)


def test_what_is_on_its_way_is_a_record_until_it_has_arrived():
    sender = Sender()
    sender.deliveries.add({"n": 1})
    [(kind, name)] = sender.changed
    assert (kind, sender.shelf.get(name)) == (KIND, {"n": 1})
    sender.may_arrive.set()
    until(lambda: len(sender.changed) == 2)
    assert (sender.arrived, sender.changed[1], sender.shelf.get(name)) == ([{"n": 1}], (KIND, name), None)
    sender.deliveries.close()


def test_the_next_process_sends_what_the_one_before_it_had_on_its_way():
    sender = Sender()
    sender.shelf.load("a-name", {"n": 1}, None)
    sender.may_arrive.set()
    sender.deliveries.resume()
    until(lambda: sender.shelf.get("a-name") is None)
    assert sender.arrived == [{"n": 1}]
    sender.deliveries.close()
