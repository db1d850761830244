"""A draft of a Task state that grows field by field, and names what is still missing.

Each piece is JSON text as it stands in the console's Arguments box. It is checked before anything is created:
first as JSON, then against AWS's own model of the request, then each expression in it by Step Functions. A piece with
a mistake in it changes nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from course.errors import CourseError
from course.state_machines.answer_model import Answer
from course.state_machines.expressions import Expressions, Fault
from course.state_machines.field_guide import FieldGuide
from course.state_machines.json_text import Document, JsonTextError, Path, Place, parse
from course.state_machines.request_model import Missing, Request, item_name

# The actions whose end Step Functions can wait for (Step Functions developer guide, Integrating services).
_WAITS = {
    "sagemaker:createProcessingJob": ".sync",
    "sagemaker:createTrainingJob": ".sync",
    "sagemaker:createTransformJob": ".sync",
    "sagemaker:createHyperParameterTuningJob": ".sync",
    "sagemaker:createLabelingJob": ".sync",
    "states:startExecution": ".sync:2",
}


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a piece of a draft: the field (empty where the text is no JSON), where, and what."""

    field: str
    place: Place
    text: str

    def __str__(self) -> str:
        # Of a field, its path fills the line; of a text that is no JSON, the remedy stands alone below.
        first, rest = (self.field, self.text) if self.field else self.text.split("\n", 1)
        return f"{self.place}: {first}\n{self.place.pointed_at()}\n{rest}"


@dataclass(frozen=True)
class Field:
    """A row of the report: a field, its status (`there`, `missing`, or `needed in practice`), its meaning."""

    name: str
    status: str
    meaning: str


@dataclass(frozen=True, repr=False)
class DraftReport:
    """What a draft has and lacks after a piece was added, and what was wrong with that piece.

    Attributes:
        changed: the fields at the top of the request that the piece has added or replaced. Only these are shown in
            full; without any, it is all of them.
    """

    title: str
    fields: tuple[Field, ...]
    mistakes: tuple[Mistake, ...] = ()
    advice: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that are still missing, by their path."""
        return tuple(field.name for field in self.fields if field.status != "there")

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing was wrong."""
        return not (self.missing or self.mistakes)

    def _verdict(self) -> str:
        if self.mistakes:
            count = len(self.mistakes)
            return f"{count} mistake{'s' if count > 1 else ''}: nothing was added. Correct the text and run it again."
        return f"Still missing: {', '.join(self.missing)}." if self.missing else "Complete: nothing is missing."

    def _shown(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.name in self.changed) or self.fields

    def __repr__(self) -> str:
        parts = [f"{self.title}: {self._verdict()}"]
        parts += [str(mistake) for mistake in self.mistakes]
        if not self.mistakes:
            shown = self._shown()
            width = max((len(field.name) for field in shown), default=0)
            state = max((len(field.status) for field in shown), default=0)
            parts += [f"  {f.name:<{width}}  {f.status:<{state}}  {f.meaning}".rstrip() for f in shown]
        return "\n".join([*parts, *(f"Note: {text}" for text in self.advice)])

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.title}: {self._verdict()}**"]
        if self.mistakes:
            parts += ["```text\n" + "\n\n".join(map(str, self.mistakes)) + "\n```"]
        else:
            shown = self._shown()
            parts.append(_markdown_table(shown))
            if len(shown) < len(self.fields):
                summary = f"<summary>All {len(self.fields)} fields</summary>"
                parts.append(f"<details>{summary}\n\n{_markdown_table(self.fields)}\n\n</details>")
        return "\n\n".join([*parts, *(f"*Note: {text}*" for text in self.advice)])


def _markdown_table(fields: Sequence[Field]) -> str:
    marks = {"there": "✓\N{NO-BREAK SPACE}there"}
    rows = [f"| `{f.name}` | {marks.get(f.status, '**' + f.status + '**')} | {f.meaning} |" for f in fields]
    return "\n".join(["| field | status | meaning |", "|:--|:--|:--|", *rows])


class Draft:
    """A Task state in the making.

    Args:
        action: an API action as the state's Resource names it: `createProcessingJob` (of SageMaker),
            `lambda:invoke`, `aws-sdk:sagemaker:describeEndpoint`.
        sample: an input that the state may get. With it, expressions are evaluated as they are added; without it, only
            those that read no input.
        variables: what earlier states have assigned, by name.

    Raises:
        CourseError: AWS has no such action.
    """

    def __init__(self, action: str, sample: Any = None, variables: Mapping[str, Any] | None = None):
        parts = action.split(":")
        self._integration = action if len(parts) > 1 else f"sagemaker:{action}"
        self._action = parts[-1]
        self._request = Request(self._integration.split(":")[-2], self._action)
        self._arguments: dict[str, Any] = {}
        self._expressions = Expressions(sample, variables)
        self._untried = ""

    def add(self, text: str) -> DraftReport:
        """Add fields, written as a JSON object.

        A field that is there already is replaced; inside an object, only the fields that the text names; of a
        list whose items have a name, such as inputs by `InputName`, only the items of the same name. Run twice,
        a cell leaves what it left the first time.

        Returns:
            What the draft has and lacks now, or what is wrong with the text. Then nothing was added.

        Raises:
            CourseError: it is no text at all.
        """
        if not isinstance(text, str):
            raise CourseError("add takes JSON as text, as it stands in the console: put it in triple quotes.")
        piece, mistakes = self._read(text)
        mistakes = mistakes or self._tried(text)
        if mistakes:
            return self._report(mistakes)
        self._arguments = _merged(self._arguments, piece)
        return self._report(changed=tuple(piece))

    def check(self, text: str) -> tuple[Mistake, ...]:
        """What is wrong with fields written as a JSON object; nothing is added, and no AWS is asked.

        `add` finds the same, and tries the expressions, too.
        """
        return self._read(text)[1]

    def remove(self, *fields: str) -> DraftReport:
        """Take fields at the top of the request out again; one that is not there is no harm."""
        for field in fields:
            self._arguments.pop(field, None)
        return self._report()

    @property
    def action(self) -> str:
        """The API action, such as `createProcessingJob`."""
        return self._action

    @property
    def report(self) -> DraftReport:
        """What is there and what is missing, as it stands."""
        return self._report()

    def guide(self) -> dict[str, FieldGuide]:
        """What AWS's model says of each field that the request can have, by path, as `Tags[].Key`."""
        return self._request.guide()

    @property
    def arguments(self) -> dict[str, Any]:
        """What is there: the value of the state's `Arguments`. The caller's own, to change freely."""
        return copy.deepcopy(self._arguments)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields still missing, by their path, as `AppSpecification.ContainerEntrypoint`."""
        return tuple(one.path for one in self._request.missing(self._arguments))

    def json(self) -> str:
        """What is there as text, as it pastes into the console's Arguments box."""
        return json.dumps(self._arguments, indent=2, ensure_ascii=False)

    def resource(self, wait: bool = True) -> str:
        """The state's `Resource`.

        Args:
            wait: with *Wait for task to complete*, where the action has that; the others answer at once.
        """
        suffix = _WAITS.get(self._integration, "") if wait else ""
        return f"arn:aws:states:::{self._integration}{suffix}"

    def state(
        self,
        next: str | None = None,
        *,
        output: Any = None,
        assign: Any = None,
        wait: bool = True,
        **fields: Any,
    ) -> dict[str, Any]:
        """The whole Task state, as it stands under `States` in a definition.

        Args:
            next: the state that follows; without it, this one ends the machine.
            output: the state's `Output`; JSON text, as in the console's box, or a value.
            assign: the state's variables, likewise.
            wait: see `resource`.
            **fields: further fields of a Task state, such as `Retry`, `Catch`, `TimeoutSeconds`.

        Raises:
            CourseError: something is still missing; or `output` or `assign` is text that is no JSON, or has a wrong
                expression.
        """
        if self.missing:
            raise CourseError(f"{self._action} is not complete. Still missing: {', '.join(self.missing)}.")
        state: dict[str, Any] = {"Type": "Task", "Resource": self.resource(wait), "Arguments": self.arguments}
        if output is not None:
            state["Output"] = self._given("Output", output, wait)
        if assign is not None:
            state["Assign"] = self._given("Assign", assign, wait)
        return state | fields | ({"Next": next} if next else {"End": True})

    def __repr__(self) -> str:
        return repr(self._report())

    def _repr_markdown_(self) -> str:
        return self._report()._repr_markdown_()

    def _read(self, text: str) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
        """Fields as a value, and what is wrong with them."""
        try:
            piece = parse(text)
        except JsonTextError as error:
            return {}, (Mistake("", error.place, f"{error.message}\n{error.remedy}"),)
        if not isinstance(piece.value, dict):
            start = piece.places[()]
            return {}, (Mistake("", start, "an object is needed here\nPut the fields between { and }."),)
        return piece.value, self._mistakes(piece)

    def _mistakes(self, piece: Document) -> tuple[Mistake, ...]:
        found = self._request.problems(piece.value)
        return tuple(Mistake(_spelt(one.path), piece.places[one.path], one.text) for one in found)

    def _tried(self, text: str) -> tuple[Mistake, ...]:
        """What is wrong with the expressions in fields that are right otherwise."""
        piece = parse(text)
        return tuple(Mistake(_spelt(one.path), _place_of(one, piece), one.text) for one in self._faults(piece.value))

    def _faults(self, value: Any, answer: Answer | None = None) -> list[Fault]:
        self._untried = ""
        try:
            return self._expressions.faults(value, answer)
        except (BotoCoreError, ClientError) as error:
            # Without an AWS, a draft still knows AWS's model; it says what it could not ask.
            self._untried = f"The expressions were not tried, for Step Functions could not be asked: {error}"
            return []

    def _given(self, field: str, value: Any, wait: bool) -> Any:
        """A value, or the text of one: an expression stands for itself, any other text is JSON."""
        given = copy.deepcopy(value)
        if isinstance(value, str) and not value.startswith("{%"):
            try:
                given = parse(value).value
            except JsonTextError as error:
                raise CourseError(f"{field}, {error}") from None
        waits = wait and self._integration in _WAITS
        for fault in self._faults(given, Answer(self._integration.split(":")[-2], self._action, waits)):
            raise CourseError(f"{'.'.join([field, _spelt(fault.path)]).strip('.')}: {fault.text}")
        return given

    def _report(self, mistakes: tuple[Mistake, ...] = (), changed: tuple[str, ...] = ()) -> DraftReport:
        missing = self._request.missing(self._arguments)
        fields: list[Field] = []
        for name in self._arguments:
            fields.append(Field(name, "there", self._request.meaning(name)))
            fields += [_row(one) for one in missing if one.top == name]
        fields += [_row(one) for one in missing if one.top not in self._arguments]
        return DraftReport(self._action, tuple(fields), mistakes, () if mistakes else self._advice(), changed)

    def _advice(self) -> tuple[str, ...]:
        untried = (self._untried,) if self._untried else ()
        name = next((field for field in self._arguments if field.endswith("JobName")), None)
        if name is None or "{%" in self._arguments[name]:
            return untried
        return (f"{name} is fixed. A job's name is used once: the second run of this state would fail.", *untried)


def _row(missing: Missing) -> Field:
    return Field(missing.path, "missing" if missing.required else "needed in practice", missing.meaning)


def _spelt(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _place_of(fault: Fault, piece: Document) -> Place:
    """Where the part that is meant stands; the field, where it can't be found on its line."""
    place = piece.places[fault.path]
    column = place.text.find(fault.part, place.column) + 1 if fault.part else 0
    return Place(place.line, column, place.text) if column else place


def _merged(there: Any, piece: Any) -> Any:
    if isinstance(there, dict) and isinstance(piece, dict):
        kept = {name: _merged(there[name], piece[name]) if name in piece else there[name] for name in there}
        return kept | {name: piece[name] for name in piece if name not in there}
    if isinstance(there, list) and isinstance(piece, list):
        return _merged_lists(there, piece)
    return piece


def _merged_lists(there: list[Any], piece: list[Any]) -> list[Any]:
    named = {item_name(item): item for item in [*there, *piece]}
    return piece if None in named else list(named.values())
