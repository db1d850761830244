"""The checks of a definition, from the machine down to each field of each state.

The order of the findings is AWS's: state by state, each state's own fields first; then, for each set of states,
what can't be reached. A Map's processor and a Parallel's branches are machines of their own in this, but for
the query language, which they inherit from the whole machine and never set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_aws.states import timestamps
from local_aws.states.definition import expressions, graph, handlers, maps, paths, tasks
from local_aws.states.definition.assignments import check_names, check_scopes
from local_aws.states.definition.diagnostic import DUPLICATE_NAME, EMPTY, SCHEMA, Diagnostic, none_of, too_many
from local_aws.states.definition.fields import (
    CHOICE_RULE,
    JSONATA,
    JSONPATH,
    MACHINE,
    PROCESSOR,
    QUERY_LANGUAGES,
    STATE_TYPES,
    STATES,
    WORKFLOW,
    Field,
    Fields,
    Language,
)

MAX_NAME = 80
_WITH_RESULT = ("Task", "Parallel", "Map")
_VALUE_PATHS = ("REFERENCE", "REFERENCE_OF_DATA", "REFERENCE_OR_CALL")
_WAITS = ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")
_WAYS_ON = ("Next", "End")


def check(definition: Any, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """What AWS would refuse or warn of in a definition.

    Args:
        definition: parsed JSON.
        machine_type: `STANDARD` or `EXPRESS`.
    """
    if not isinstance(definition, dict):
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    language = effective_language(definition, JSONPATH)
    checker = _Checker(machine_type, language)
    checker.fields(definition, MACHINE, "", language)
    checker.query_language(definition, "")
    checker.workflow(definition, "", is_machine=True)
    return [*checker.findings, *check_scopes(definition, "")]


def check_state(state: Any, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """What AWS would refuse in the definition of a single state, as TestState takes it."""
    if not isinstance(state, dict):
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    checker = _Checker(machine_type, JSONPATH)
    checker.state(state, "")
    return checker.findings


def effective_language(owner: dict[str, Any], inherited: Language) -> Language:
    """The query language of a machine or state: whatever it sets that isn't `JSONPath` is taken for JSONata."""
    if "QueryLanguage" not in owner:
        return inherited
    return JSONPATH if owner["QueryLanguage"] == JSONPATH else JSONATA


class _Checker:
    """Collects findings on one definition."""

    def __init__(self, machine_type: str, machine_language: Language):
        self.findings: list[Diagnostic] = []
        self._machine_type, self._machine_language = machine_type, machine_language
        self._names: set[str] = set()

    def report(self, message: str, place: str, code: str = SCHEMA) -> None:
        self.findings.append(Diagnostic("ERROR", code, message, place or "/"))

    # ---- machines ------------------------------------------------------------------------------------

    def workflow(self, workflow: dict[str, Any], place: str, is_machine: bool = False) -> None:
        """The states of a machine, branch or processor, and the ways between them."""
        states = workflow.get("States")
        if not isinstance(states, dict):
            return
        if not states:
            self.report("'States' must have at least one state", f"{place}/States")
        for name, state in states.items():
            at = f"{place}/States/{name}"
            self._name(name, at)
            if isinstance(state, dict):
                self.state(state, at)
                self.findings += graph.missing_targets(state, states, at)
            else:
                self.report("Expected value of type Object", at)
        self.findings += graph.unreachable(workflow, place, is_machine)

    def _name(self, name: str, place: str) -> None:
        if len(name) > MAX_NAME:
            self.report(f"The state name must have at most {MAX_NAME} characters", place)
        if name in self._names:
            self.report(f"Duplicate State name: {name}", place, DUPLICATE_NAME)
        self._names.add(name)

    def query_language(self, owner: dict[str, Any], place: str) -> None:
        """The value of `QueryLanguage`, where it is set."""
        value = owner.get("QueryLanguage", JSONATA)
        if not isinstance(value, str):
            self.report("Expected value of type String", f"{place}/QueryLanguage")
        elif value not in QUERY_LANGUAGES:
            known = ", ".join(QUERY_LANGUAGES)
            self.report(f"Value should be one of the following: [{known}]", f"{place}/QueryLanguage")

    # ---- states --------------------------------------------------------------------------------------

    def state(self, state: dict[str, Any], place: str) -> None:
        """One state and what is inside it."""
        kind = state.get("Type")
        if kind is None:
            self.report("These fields are required: [Type]", place)
            return
        if kind not in STATE_TYPES:
            known = ", ".join(STATE_TYPES)
            self.report(f"The field 'Type' should have one of these values: [{known}]", f"{place}/Type")
            return
        language = effective_language(state, self._machine_language)
        downgraded = self._machine_language == JSONATA and state.get("QueryLanguage") == JSONPATH
        if downgraded:
            message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
            self.report(message, place)
        result = expressions.ALWAYS | ({"result"} if kind in _WITH_RESULT else set())
        self.fields(state, STATES[kind], place, language, result, any_language=downgraded)
        self.query_language(state, place)
        self.findings += check_names(state, place)
        self._transition(state, kind, place)
        self._handlers(state, place, language)
        inside = getattr(self, f"_{kind.lower()}", None)
        if inside is not None:
            inside(state, place, language)

    def _transition(self, state: dict[str, Any], kind: str, place: str) -> None:
        if "Next" not in STATES[kind]:
            return
        ends = state.get("End") is True
        if "Next" in state and ends:
            self.report(too_many(_WAYS_ON), place)
        elif "Next" not in state and not ends:
            self.report(none_of(_WAYS_ON), place)

    def _alternatives(self, owner: dict[str, Any], allowed: Fields, place: str) -> None:
        """A value and a path to it can't both be given; a Wait has more than two ways to say its time."""
        for name in owner:
            field, pair = allowed.get(name), (name.removesuffix("Path"), name)
            if field and field.path in _VALUE_PATHS and pair[0] in owner and name not in _WAITS:
                self.report(too_many(pair), place)

    def _handlers(self, state: dict[str, Any], place: str, language: Language) -> None:
        for name, fields in handlers.FIELDS.items():
            entries = state.get(name)
            if not isinstance(entries, list):
                continue
            for index, entry in enumerate(entries):
                at = f"{place}/{name}[{index}]"
                if isinstance(entry, dict):
                    self.fields(entry, fields, at, language, expressions.ALWAYS | {"errorOutput"})
                    self.findings += check_names(entry, at)
                    self.findings += handlers.check_errors(entry, at, is_last=index == len(entries) - 1)
                else:
                    self.report("Expected value of type Object", at)

    # ---- what is particular to a type -----------------------------------------------------------------

    def _task(self, state: dict[str, Any], place: str, language: Language) -> None:
        self.findings += tasks.check(state, place, language, self._machine_type)

    def _wait(self, state: dict[str, Any], place: str, language: Language) -> None:
        self._one_of(state, _WAITS, place)
        timestamp = state.get("Timestamp")
        if not isinstance(timestamp, str) or (language == JSONATA and expressions.is_expression(timestamp)):
            return
        if timestamps.parse(timestamp) is None:
            self.report(paths.TIMESTAMP, f"{place}/Timestamp")

    def _choice(self, state: dict[str, Any], place: str, language: Language) -> None:
        rules = state.get("Choices")
        if not isinstance(rules, list):
            return
        if not rules:
            self.report(EMPTY, f"{place}/Choices")
        for index, rule in enumerate(rules):
            at = f"{place}/Choices[{index}]"
            if not isinstance(rule, dict):
                self.report("Expected value of type Object", at)
            else:
                self._rule(rule, at, language)

    def _rule(self, rule: dict[str, Any], place: str, language: Language) -> None:
        known = {name: value for name, value in rule.items() if name in CHOICE_RULE}
        self.fields(rule if language == JSONATA else known, CHOICE_RULE, place, language)
        self.findings += check_names(rule, place)
        if language == JSONPATH:
            self.findings += paths.check_rule(rule, place, frozenset(CHOICE_RULE))
            return
        self.findings += paths.check_selector(rule, place)
        if "Condition" in rule:
            self._condition(rule["Condition"], f"{place}/Condition")

    def _condition(self, value: Any, place: str) -> None:
        if not isinstance(value, bool) and not expressions.is_expression(value):
            self.report("Expected value of type Boolean or a JSONata expression", place)

    def _parallel(self, state: dict[str, Any], place: str, _language: Language) -> None:
        branches = state.get("Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            self._inner(branch, WORKFLOW, f"{place}/Branches[{index}]")

    def _map(self, state: dict[str, Any], place: str, language: Language) -> None:
        self._one_of(state, maps.PROCESSORS, place)
        for name in maps.PROCESSORS:
            if name in state:
                self._inner(state[name], PROCESSOR, f"{place}/{name}")
        self.findings += maps.check(state, place, language, self._machine_type)

    def _one_of(self, state: dict[str, Any], names: tuple[str, ...], place: str) -> None:
        found = sum(name in state for name in names)
        if found != 1:
            self.report(too_many(names) if found else none_of(names), place)

    def _inner(self, workflow: Any, fields: Fields, place: str) -> None:
        if not isinstance(workflow, dict):
            self.report("Expected value of type Object", place)
            return
        self.fields(workflow, fields, place, self._machine_language)
        self.workflow(workflow, place)

    # ---- fields --------------------------------------------------------------------------------------

    def fields(
        self,
        owner: dict[str, Any],
        allowed: Fields,
        place: str,
        language: Language,
        states_fields: frozenset[str] = expressions.ALWAYS,
        any_language: bool = False,
    ) -> None:
        """The fields of an object against those it may have.

        Args:
            states_fields: what `$states` has in its `Output` and `Assign`; elsewhere it has what it always has.
            any_language: fields of the other query language are no finding of their own.
        """
        missing = [name for name, field in allowed.items() if field.required and name not in owner]
        if missing:
            self.report(f"These fields are required: [{', '.join(missing)}]", place)
        for name, value in owner.items():
            field = allowed.get(name)
            if field is None:
                self.report(f"Field '{name}' is not supported", place)
            elif field.language not in (None, language):
                if not any_language:
                    self.report(_wrong_language(name, field.language, language), place)
            else:
                has_more = name in ("Output", "Assign")
                available = states_fields if has_more else expressions.ALWAYS
                self._value(value, field, f"{place}/{name}", language, available)
        self._alternatives(owner, allowed, place)

    def _value(self, value: Any, field: Field, place: str, language: Language, states_fields: frozenset[str]) -> None:
        if field.expression and language == JSONATA:
            found = list(expressions.check(value, place, states_fields))
            self.findings += found
            if found or (field.whole and expressions.is_expression(value)):
                return
        if language == JSONPATH and field.path is not None:
            if value is not None or not field.nullable:
                self.findings += paths.check_path(value, field.path, place)
            return
        for message in _wrong_value(value, field):
            self.report(message, place)
        if language == JSONPATH and field.template:
            self.findings += paths.check_template(value, place)
        if field.fields is not None and isinstance(value, dict):
            self.fields(value, field.fields, place, language)


def _wrong_language(name: str, field_language: Language | None, language: Language) -> str:
    return (
        f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the "
        f"'{field_language}' QueryLanguage"
    )


def _wrong_value(value: Any, field: Field) -> Iterator[str]:
    if not field.accepts(value):
        yield f"Expected value of type {field.kind.capitalize()}"
    elif field.values and value not in field.values:
        yield f"Value should be one of the following: [{', '.join(field.values)}]"
    elif field.minimum is not None and value < field.minimum:
        yield f"Minimum value is {field.minimum}"
    elif field.maximum is not None and value > field.maximum:
        yield f"Maximum value is {field.maximum}"
