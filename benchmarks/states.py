"""Step Functions: executions end to end, states a second, Maps of both modes, a Lambda task, many executions at once.

An execution is over when DescribeExecution says so; it is asked a millisecond after each answer, so that the asking
takes little of what is measured. The output is checked: an emulator that can't evaluate JSONata has no reading.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.bench import Bench
from benchmarks.emulators import Emulator
from benchmarks.figures import Figure, at_least, at_most, within
from benchmarks.functions import PLAIN, function, role
from benchmarks.turns import Way, WrongAnswer, milliseconds, rate

ITEMS, EXECUTIONS, MANY_EXECUTIONS = 1000, 50, 500
CHILDREN, LAMBDA_CHILDREN = 10_000, 1000
_LIMIT_SECONDS, _PAUSE_SECONDS = 60, 0.001
_PASS = {"Type": "Pass"}
_CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 0}]}
_INTRINSIC = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}}
_COUNTED = "{% $states.input.n + 1 %}"


def measure(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of an execution, and states, items and executions a second."""

    def compare(what: str, unit: str, prepare: Callable, rounds: int, **aim: Any) -> Iterator[Figure]:
        return bench.compare(what, unit, prepare, "stepfunctions", rounds, **aim)

    yield from compare("one Pass state end to end", "ms", _one_pass, 50, aim=at_most(10, "ms"))
    yield from compare("200 JSONata Pass states", "/s", _passes(200), 5)
    yield from compare("2,000 JSONata Pass states", "/s", _passes(2000), 2, aim=at_least(2000, "/s"))
    yield from compare(
        "2,000 JSONPath Pass states", "/s", _in_jsonpath(_PASS, 0), 2, aim=within(1), aim_beside="MiniStack"
    )
    yield from compare("2,000 JSONPath Choice states", "/s", _in_jsonpath(_CHOICE, 0), 2)
    yield from compare("2,000 intrinsic functions", "/s", _in_jsonpath(_INTRINSIC, 2000), 2)
    yield from compare(f"Map of {ITEMS:,} items", "/s", _map, 2)
    yield from compare(f"Distributed Map of {CHILDREN:,} children", "/s", _children, 2)
    yield from compare(f"Distributed Map of {LAMBDA_CHILDREN:,} Lambda children", "/s", _lambda_children, 2)
    yield from compare("one warm Lambda task", "ms", _lambda_task, 30, aim=at_most(15, "ms"), aim_beside="MiniStack")
    for count, rounds in ((EXECUTIONS, 3), (MANY_EXECUTIONS, 2)):
        yield from compare(f"{count} executions at once", "/s", _at_once(count), rounds)


def chain(length: int) -> dict[str, Any]:
    """A machine of so many Pass states, each of which adds 1 to `n`."""
    states = {f"S{i}": {"Type": "Pass", "Output": {"n": _COUNTED}, "Next": f"S{i + 1}"} for i in range(length)}
    last = states[f"S{length - 1}"]
    del last["Next"]
    last["End"] = True
    return _machine(states)


def jsonpath_chain(state: dict[str, Any], length: int) -> dict[str, Any]:
    """A machine in JSONPath of so many states like that one; a Choice goes on where its one rule points."""
    states = {}
    for number in range(length):
        following = {"Next": f"S{number + 1}"}
        if state["Type"] == "Choice":
            states[f"S{number}"] = state | {"Choices": [rule | following for rule in state["Choices"]]}
        else:
            states[f"S{number}"] = state | following
    states[f"S{length}"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONPath", "StartAt": "S0", "States": states}


def counting_map() -> dict[str, Any]:
    """A machine that adds 1 to every number of its input's `items`."""
    item = {"Type": "Pass", "Output": "{% $states.input + 1 %}", "End": True}
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Item", "States": {"Item": item}}
    return _machine(
        {"S0": {"Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": processor, "End": True}}
    )


def counting_children(state: dict[str, Any], count: int) -> dict[str, Any]:
    """A machine that starts a child with that one state for each number from 1 to `count`."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Child",
        "States": {"Child": state | {"End": True}},
    }
    items = f"{{% [1..{count}] %}}"
    return _machine({"S0": {"Type": "Map", "Items": items, "ItemProcessor": processor, "End": True}})


class Machine:
    """A state machine on an emulator, whose executions are waited for."""

    def __init__(self, emulator: Emulator, definition: dict[str, Any]):
        self._client = emulator.client("stepfunctions")
        made = self._client.create_state_machine(
            name=f"machine-{secrets.token_hex(6)}",
            definition=json.dumps(definition),
            roleArn=role(emulator, "states.amazonaws.com"),
        )
        self._arn = made["stateMachineArn"]

    def start(self, given: Any) -> str:
        """Start an execution; gives its ARN."""
        started = self._client.start_execution(
            stateMachineArn=self._arn, name=secrets.token_hex(16), input=json.dumps(given)
        )
        return started["executionArn"]

    def finish(self, execution: str, wanted: Any) -> None:
        """Wait for an execution.

        Raises:
            WrongAnswer: it did not succeed in time, or its output isn't the wanted one.
        """
        deadline = time.monotonic() + _LIMIT_SECONDS
        while (told := self._client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            if time.monotonic() > deadline:
                raise WrongAnswer(f"still running after {_LIMIT_SECONDS} seconds")
            time.sleep(_PAUSE_SECONDS)
        if told["status"] != "SUCCEEDED":
            raise WrongAnswer(f"{told['status']}: {told.get('error')} {told.get('cause')}")
        if json.loads(told["output"]) != wanted:
            raise WrongAnswer("JSONata is not evaluated" if "{%" in told["output"] else "the output is not right")

    def run(self, given: Any, wanted: Any) -> None:
        """Both, one after the other."""
        self.finish(self.start(given), wanted)


def _one_pass(emulator: Emulator) -> Way:
    machine = Machine(emulator, _machine({"S0": {"Type": "Pass", "End": True}}))
    return milliseconds(lambda: machine.run({"n": 0}, {"n": 0}))


def _passes(length: int) -> Callable[[Emulator], Way]:
    def prepare(emulator: Emulator) -> Way:
        machine = Machine(emulator, chain(length))
        return rate(length, lambda: machine.run({"n": 0}, {"n": length}))

    return prepare


def _in_jsonpath(state: dict[str, Any], wanted: int) -> Callable[[Emulator], Way]:
    def prepare(emulator: Emulator) -> Way:
        machine = Machine(emulator, jsonpath_chain(state, 2000))
        return rate(2000, lambda: machine.run({"n": 0}, {"n": wanted}))

    return prepare


def _map(emulator: Emulator) -> Way:
    machine = Machine(emulator, counting_map())
    items = list(range(ITEMS))
    return rate(ITEMS, lambda: machine.run({"items": items}, [item + 1 for item in items]))


def _children(emulator: Emulator) -> Way:
    machine = Machine(emulator, counting_children({"Type": "Pass"}, CHILDREN))
    return rate(CHILDREN, lambda: machine.run({}, list(range(1, CHILDREN + 1))))


def _lambda_children(emulator: Emulator) -> Way:
    machine = Machine(emulator, counting_children(_task(emulator), LAMBDA_CHILDREN))
    return rate(LAMBDA_CHILDREN, lambda: machine.run({}, list(range(1, LAMBDA_CHILDREN + 1))))


def _task(emulator: Emulator) -> dict[str, Any]:
    """A state that calls a function, where the emulator has any."""
    if "lambda" in emulator.without:
        raise WrongAnswer(f"its Lambda {emulator.without['lambda']}")
    return {"Type": "Task", "Resource": function(emulator, PLAIN)}


def _lambda_task(emulator: Emulator) -> Way:
    task = _task(emulator) | {"End": True}
    machine = Machine(emulator, _machine({"S0": task}))
    machine.run({"n": 1}, {"n": 1})
    return milliseconds(lambda: machine.run({"n": 1}, {"n": 1}))


def _at_once(count: int) -> Callable[[Emulator], Way]:
    def prepare(emulator: Emulator) -> Way:
        machine = Machine(emulator, chain(10))

        def together() -> None:
            for execution in [machine.start({"n": 0}) for _ in range(count)]:
                machine.finish(execution, {"n": 10})

        return rate(count, together)

    return prepare


def _machine(states: dict[str, Any]) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": "S0", "States": states}
