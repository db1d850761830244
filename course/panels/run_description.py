"""What the Execution panel says of a run: how it stands, its states as a list, one state in full, its events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from course.charts import Span, TimeLine
from course.history import states_of
from course.panels.description import Block, Code, Facts, Fold, Picture, Say, Table, plain
from course.panels.machine_runs import in_words
from course.panels.panel import News
from course.state_machines.execution import Execution, StateRun
from course.state_machines.graph.drawing import LOOKS
from course.state_machines.graph.machine import Flow, read

NOT_REACHED = "not reached"
_DEFAULT_ATTEMPTS, _DEFAULT_INTERVAL, _DEFAULT_BACKOFF = 3, 1, 2.0
_MOST_EVENTS = 1000
_MANY_NULLS = 3
_TRYING = ("Task", "Parallel", "Map")
_TONES = {"failed": "bad", "succeeded": "good", "in progress": "plain"}
_BESIDE_THE_GRAPH = 260


def state_options(definition: Mapping[str, Any], execution: Execution | None) -> list[tuple[str, str]]:
    """The states of a machine for a list: what is shown of each, and its name; inner ones are set in."""
    return [(_label(name, depth, execution), name) for name, depth in _walk(read(definition))]


def states_table(definition: Mapping[str, Any], execution: Execution | None) -> Table:
    """Every state: type, status, how often entered and tried, seconds in all."""
    rows = []
    for state in read(definition).walk():
        row = [state.name, state.type or "no type yet", NOT_REACHED, "", "", ""]
        runs = _runs(execution, state.name)
        if execution and runs:
            # Only what does work for somebody can be tried again; a state that is entered again is a visit.
            tries = str(max(run.tries for run in runs)) if state.type in _TRYING else ""
            row[2:] = [execution.became[state.name], str(len(runs)), tries, seconds_text(_seconds(runs))]
        rows.append(row)
    return Table("States", ("State", "Type", "Status", "Visits", "Tries", "Duration"), rows)


def time_line(execution: Execution | None) -> list[Block]:
    """When each state was at work, visit by visit; nothing while there is none."""
    runs = [run for name in execution.became for run in execution.runs(name)] if execution else []
    if execution is None or not runs:
        return []
    begin = min(run.entered for run in runs)
    until = max(run.left or run.entered for run in runs)
    spans = [
        Span(
            name,
            (run.entered - begin).total_seconds(),
            ((run.left or until) - begin).total_seconds(),
            status,
            _TONES.get(run.status, "quiet"),
        )
        for name, status in execution.became.items()
        for run in execution.runs(name)
    ]
    return [Picture(TimeLine(spans, "When each state was at work", _BESIDE_THE_GRAPH))]


def notes(definition: Mapping[str, Any], execution: Execution | None) -> dict[str, str]:
    """What the graph says in a state's box beyond its type: how often it was tried or entered, or may be."""
    found = {}
    for state in read(definition).walk():
        runs = _runs(execution, state.name)
        tries = max((run.tries for run in runs), default=1)
        if tries > 1:
            found[state.name] = f"{tries} tries"
        elif len(runs) > 1:
            found[state.name] = f"{len(runs)} visits"
        elif state.fields.get("Retry"):
            found[state.name] = "may retry"
    return found


def state_blocks(definition: Mapping[str, Any], run: StateRun | None, name: str) -> list[Block]:
    """One state in full: what went in, what it did, what came out, and what happens when it fails."""
    fields = _fields_of(definition, name)
    facts = [("State", name), ("Type", str(fields.get("Type", "")))]
    if run is not None:
        facts += [("Status", f"{LOOKS[run.status].sign} {run.status}")]
        facts += [("Tries", str(run.tries))] if run.type in _TRYING else []
        facts += [("Duration", seconds_text(run.seconds))] if run.seconds is not None else []
    blocks: list[Block] = [Facts([*facts, *rules(fields)])]
    if run is None:
        return [*blocks, Say("This execution has not come to it.")]
    if run.error:
        blocks += [Say(f"**{plain(run.error)}**: {plain(run.reason)}", "bad")]
    values = [("Input", run.input), ("Arguments", run.arguments), ("Result", run.result), ("Output", run.output)]
    blocks += [block for title, value in values if value is not None for block in _value_blocks(title, value)]
    blocks += [Code("Variables assigned", _json(run.assigned), "json")] if run.assigned else []
    blocks += [Fold("The whole cause", [Code("Cause", run.cause)])] if run.cause != run.reason else []
    return blocks


def iteration_blocks(number: int, runs: list[StateRun]) -> list[Block]:
    """One iteration of a Map: its states as they came, each with what went in and what came out."""
    way = ", ".join(f"{LOOKS[run.status].sign} {plain(run.name)}" for run in runs)
    blocks: list[Block] = [Say(f"**Iteration {number}**: {way}")]
    for run in runs:
        inside: list[Block] = [Say(f"**{plain(run.error)}**: {plain(run.reason)}", "bad")] if run.error else []
        values = [(f"Input of {run.name}", run.input), (f"Output of {run.name}", run.output)]
        inside += [block for title, value in values if value is not None for block in _value_blocks(title, value)]
        said = ", ".join(filter(None, (run.status, seconds_text(run.seconds))))
        blocks.append(Fold(f"{LOOKS[run.status].sign} {run.name} ({said})", inside))
    return blocks


def outcome_blocks(execution: Execution | None) -> list[Block]:
    """How an execution stands, and why it failed where it did; nothing where there is none."""
    if execution is None:
        return []
    tone = "plain" if execution.status == "RUNNING" else _tone(execution)
    blocks: list[Block] = [Say(f"**Execution {in_words(execution.status)}**", tone)]
    if execution.error:
        blocks.append(Facts([("Error", execution.error), ("Reason", execution.reason)]))
    return blocks


def output_blocks(execution: Execution | None) -> list[Block]:
    """What an execution has given; nothing where it has given nothing yet."""
    if execution is None or execution.output is None:
        return []
    return [Code("Output of the execution", json.dumps(execution.output, indent=2, ensure_ascii=False), "json")]


def news(execution: Execution) -> News:
    """One line on an execution: the states at work, or how and when it ended."""
    if execution.status == "RUNNING":
        now = [name for name, status in execution.became.items() if status == "in progress"]
        return News(f"Running: {', '.join(now) or 'about to begin'}.", "plain")
    return News(f"Execution {in_words(execution.status)} after {seconds_text(execution.seconds)}.", _tone(execution))


def rules(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A state's Retry and Catch in words."""
    found = []
    for retrier in fields.get("Retry", ()):
        attempts = retrier.get("MaxAttempts", _DEFAULT_ATTEMPTS)
        interval, backoff = (
            retrier.get("IntervalSeconds", _DEFAULT_INTERVAL),
            retrier.get("BackoffRate", _DEFAULT_BACKOFF),
        )
        errors = ", ".join(retrier["ErrorEquals"])
        found.append(("Retry", f"{errors}: up to {attempts} times, after {interval} s, then each time × {backoff:g}"))
    for catcher in fields.get("Catch", ()):
        found.append(("Catch", f"{', '.join(catcher['ErrorEquals'])} → {catcher['Next']}"))
    return found


def events_table(execution: Execution) -> Table:
    """The event table of the console: the last events where there are very many."""
    states = states_of(execution.events)
    rows = []
    for event in execution.events[-_MOST_EVENTS:]:
        details: Mapping[str, Any] = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
        what = details.get("error") or ":".join(filter(None, (details.get("resourceType"), details.get("resource"))))
        after = (event["timestamp"] - execution.started).total_seconds()
        rows.append((str(event["id"]), event["type"], states.get(event["id"], ""), what, seconds_text(after)))
    title = f"Events ({len(execution.events)})"
    return Table(title, ("Id", "Type", "State", "Resource or error", "After"), rows)


def _fields_of(definition: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A state's fields as the definition has them, at any depth; empty where it isn't defined."""
    return next((state.fields for state in read(definition).walk() if state.name == name), {})


def seconds_text(seconds: float | None) -> str:
    """A duration in words, always to the millisecond; empty for none."""
    return "" if seconds is None else f"{seconds:.3f} s"


def _tone(execution: Execution) -> Literal["good", "bad"]:
    return "good" if execution.status == "SUCCEEDED" else "bad"


def _walk(flow: Flow, depth: int = 0) -> Iterator[tuple[str, int]]:
    for state in flow.states.values():
        yield state.name, depth
        for inner in state.flows:
            yield from _walk(inner, depth + 1)


def _label(name: str, depth: int, execution: Execution | None) -> str:
    indent = "\N{NO-BREAK SPACE}" * 4 * depth
    runs = _runs(execution, name)
    if execution is None or not runs:
        return f"{indent}○ {name}" + (f" ({NOT_REACHED})" if execution else "")
    status = execution.became[name]
    duration = seconds_text(_seconds(runs))
    return f"{indent}{LOOKS[status].sign} {name} ({', '.join(filter(None, (status, duration)))})"


def _runs(execution: Execution | None, name: str) -> list[StateRun]:
    return execution.runs(name) if execution else []


def _seconds(runs: list[StateRun]) -> float | None:
    known = [run.seconds for run in runs if run.seconds is not None]
    return sum(known) if known else None


def _value_blocks(title: str, value: Any) -> list[Block]:
    """A value as JSON. Where many members are null, as in the description of a job, the whole of it is folded up."""
    told, empty = _without_nulls(value)
    if empty < _MANY_NULLS:
        return [Code(title, _json(value), "json")]
    whole = Fold(f"{title}, with its {empty} members that are null", [Code(f"The whole {title}", _json(value), "json")])
    return [Code(title, _json(told), "json"), whole]


def _without_nulls(value: Any) -> tuple[Any, int]:
    """A value without the members of objects that are null, and how many these are."""
    if isinstance(value, dict):
        inner = {name: _without_nulls(one) for name, one in value.items() if one is not None}
        told = {name: one for name, (one, _) in inner.items()}
        return told, len(value) - len(inner) + sum(empty for _, empty in inner.values())
    if isinstance(value, list):
        items = [_without_nulls(one) for one in value]
        return [one for one, _ in items], sum(empty for _, empty in items)
    return value, 0


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
