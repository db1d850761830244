"""The JSONata playground: an expression as Step Functions evaluates it, on a state's real input.

The expression becomes the Output of a state of its own, which TestState runs: so its value, and its errors, are
those of AWS. Source: Step Functions developer guide, "Transforming data with JSONata" and "Using TestState API".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import boto3
import ipywidgets as widgets

from course.panels.controls import button, field, html_box, row
from course.panels.description import Block, Code, Facts, Say, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.json_text import json_fault
from course.panels.panel import News, Panel

_CONSOLE = (
    "**Step Functions**, **State machines**, the machine, **Edit**.",
    "Click the state: tab **Arguments & Output**. Paste the expression, in double quotes, as the value of a field.",
    "**Test state**, below the tabs: paste the input, choose a role, **Start test**. It shows the output.",
)

_INPUT = {
    "bucket": "your-bucket",
    "prefix": "s3://your-bucket/data/",
    "dataset": "reviews_Musical_Instruments_5.json.zip",
}


@dataclass(frozen=True)
class Example:
    """An expression and what it is evaluated on: JSON texts, empty where there is none."""

    expression: str
    input: str = json.dumps(_INPUT, indent=2)
    result: str = ""
    variables: str = "{}"


EXAMPLES = {
    "Join two texts": Example("{% $states.input.prefix & 'train/' %}"),
    "The file that preprocessing writes": Example(
        "{% $states.input.prefix & 'train/' & $split($states.input.dataset, '.', 1)[0] & '_train.txt' %}"
    ),
    "A result, where there is one": Example(
        "{% $states.result.Payload.training_sentences %}",
        result=json.dumps(
            {"StatusCode": 200, "Payload": {"training_sentences": 21600, "testing_sentences": 5400}}, indent=2
        ),
    ),
    "A variable": Example("{% 's3://' & $bucket & '/models/' %}", variables='{"bucket": "your-bucket"}'),
    "Several fields at once": Example(
        '{\n  "key": "{% $substringAfter($states.input.prefix, $states.input.bucket & \'/\') %}",\n'
        '  "zipped": "{% $contains($states.input.dataset, /\\\\.zip$/) %}"\n}'
    ),
    "Wrong: a field that is not there": Example("{% $states.input.dateset %}"),
    "Wrong: a blank in the opening": Example("{ % $states.input.prefix %}"),
    "Wrong: text and number": Example("{% $states.input.prefix + 1 %}"),
}
"""The expressions of the lesson, right ones and wrong ones."""


@dataclass(frozen=True)
class Evaluation:
    """What became of an expression: a value, or an error and its cause."""

    succeeded: bool
    output: Any = None
    error: str = ""
    cause: str = ""


class JsonataEvaluator:
    """What the playground does, through boto3."""

    def __init__(self) -> None:
        self._states = boto3.client("stepfunctions")

    def evaluate(self, example: Example) -> Evaluation:
        """Evaluate an expression as the Output of a state: of a Task where there is a result, else of a Pass.

        Raises:
            ClientError: Step Functions refuses the expression before it evaluates anything.
        """
        mock = {"mock": {"result": example.result, "fieldValidationMode": "NONE"}} if example.result else {}
        answer = self._states.test_state(
            definition=json.dumps(_state(example.expression, bool(mock))),
            input=example.input or "{}",
            variables=example.variables or "{}",
            **mock,
        )
        if answer["status"] == "SUCCEEDED":
            return Evaluation(True, json.loads(answer["output"]))
        return Evaluation(False, error=answer.get("error", ""), cause=answer.get("cause", ""))


def _state(expression: str, has_result: bool) -> dict[str, Any]:
    """A state whose Output is the expression."""
    work: dict[str, Any] = {"Type": "Pass"}
    if has_result:
        work = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "any"}}
    return {**work, "QueryLanguage": "JSONata", "Output": output_field(expression), "End": True}


def output_field(text: str) -> Any:
    """What is typed, as the Output field holds it: JSON where it is an object or a list, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


class JsonataPanel(Panel):
    """An expression, a state's input, result and variables; its value, or AWS's error."""

    def __init__(self, input: Any = None, result: Any = None, variables: Any = None):
        super().__init__("JSONata playground", "$states", _CONSOLE)
        self.evaluator = JsonataEvaluator()
        self.evaluation: Evaluation | None = None
        self._given = Example("", _text(input), _text(result), _text(variables))
        self.example = field(widgets.Dropdown(description="Example", options=list(EXAMPLES)))
        self.expression = field(widgets.Textarea(description="Expression, or JSON with expressions", rows=4))
        self.input = field(widgets.Textarea(description="$states.input", rows=6))
        self.result = field(widgets.Textarea(description="$states.result (of a Task; may be empty)", rows=6))
        self.variables = field(widgets.Textarea(description="Variables, such as $bucket", rows=2))
        self.evaluate = button("Evaluate", self._evaluate, primary=True)
        self.copy_expression = CopyButton(label="Copy expression for the console")
        self._fault, self._value = html_box(), html_box()
        for area in (self.expression, self.input, self.result, self.variables):
            area.add_class("course-mono")
        self.example.observe(lambda change: self._load(EXAMPLES[change["new"]]), "value")
        self.expression.observe(lambda change: setattr(self.copy_expression, "text", change["new"]), "value")
        for area in (self.input, self.result, self.variables):
            area.observe(lambda _: self._check(), "value")
        self._load(EXAMPLES[self.example.value])
        self._assemble(
            [
                self.example,
                self.expression,
                row(self.evaluate),
                self._value,
                self._fault,
                row(self.input, self.result),
                self.variables,
            ],
            [self.copy_expression],
        )

    def describe(self) -> list[Block]:
        return [
            Code("Expression", self.expression.value),
            Code("Input", self.input.value, "json"),
            *([Code("Result", self.result.value, "json")] if self.result.value.strip() else []),
            *([Code("Variables", self.variables.value, "json")] if self._has_variables() else []),
            *self._fault_blocks(),
            *self._value_blocks(),
        ]

    def _load(self, example: Example) -> None:
        self.expression.value = example.expression
        self.input.value = self._given.input or example.input
        self.result.value = self._given.result or example.result
        self.variables.value = self._given.variables or example.variables

    def _has_variables(self) -> bool:
        return self.variables.value.strip() not in ("", "{}")

    def _faults(self) -> list[str]:
        areas = (("Input", self.input), ("Result", self.result), ("Variables", self.variables))
        faults = [(name, json_fault(area.value)) for name, area in areas if area.value.strip()]
        return [f"{name} is not valid JSON. {fault}" for name, fault in faults if fault]

    def _check(self) -> None:
        self._fault.value = as_html(self._fault_blocks())

    def _fault_blocks(self) -> list[Block]:
        return [Say(plain(fault), "bad") for fault in self._faults()]

    def _evaluate(self) -> None:
        faults = self._faults()
        if faults:
            self.refuse(" ".join(faults))
            return
        self.evaluation, self._value.value = None, ""
        areas = (self.expression, self.input, self.result, self.variables)
        asked = Example(*(area.value.strip() for area in areas))
        self.work("Evaluating", lambda: self.evaluator.evaluate(asked), self._show)

    def _show(self, evaluation: Evaluation) -> News:
        self.evaluation = evaluation
        tone: Literal["good", "bad"] = "good" if evaluation.succeeded else "bad"
        self._value.value = f'<div class="course-result course-result-{tone}">{as_html(self._value_blocks())}</div>'
        return News("Evaluated." if evaluation.succeeded else "The expression failed.", tone)

    def _value_blocks(self) -> list[Block]:
        found = self.evaluation
        if found is None:
            return []
        if found.succeeded:
            value = json.dumps(found.output, indent=2, ensure_ascii=False)
            return [Say("**Succeeded**", "good"), Code("Value", value, "json")]
        return [Say("**Failed**", "bad"), Facts([("Error", found.error)]), Code("Cause", found.cause)]


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def jsonata_panel(input: Any = None, result: Any = None, variables: Any = None) -> JsonataPanel:
    """A playground for JSONata as Step Functions evaluates it.

    Args:
        input: of the state, `$states.input`; an example's where none is given.
        result: of the state's task, `$states.result`.
        variables: by name, without the dollar sign.
    """
    return JsonataPanel(input, result, variables)
