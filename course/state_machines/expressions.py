"""Whether the JSONata expressions in a piece of JSON work, asked of Step Functions itself.

ValidateStateMachineDefinition finds what is no JSONata. TestState runs a Pass state, which costs nothing and needs no
role, on a sample: it tells what each expression comes to, and whether there is anything behind each name in it. That
second question matters: `'s3://' & $buket` is no error of JSONata, it joins the text and nothing.

Sources: Step Functions developer guide, "Transforming data with JSONata", "Using TestState API"; JSONata 2.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from course.state_machines import expression_text
from course.state_machines.answer_model import Answer
from course.state_machines.json_text import Path
from course.state_machines.value_faults import delimiter_faults, nearest

_OF_THE_RUN = ("states.context", "states.result", "states.errorOutput")
"""What a sample doesn't have: an expression that reads one of them is only read, not evaluated."""

_CONTEXT: dict[str, Any] = {
    "Execution": dict.fromkeys(("Id", "Input", "Name", "RedriveCount", "RedriveTime", "RoleArn", "StartTime")),
    "Map": {"Item": dict.fromkeys(("Index", "Key", "Source", "Value"))},
    "State": dict.fromkeys(("EnteredTime", "Name", "RetryCount")),
    "StateMachine": dict.fromkeys(("Id", "Name")),
    "Task": {"Token": None},
}
"""The Context object. Source: Step Functions developer guide, "Accessing execution data from the Context object"."""

_FUNCTIONS = (
    "abs append assert average base64decode base64encode boolean ceil contains count decodeUrl decodeUrlComponent "
    "distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber "
    "fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad parse "
    "parseInteger partition power random range reduce replace reverse round shuffle sift single sort split spread "
    "sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip"
)
"""Those that there are, to name the one that was probably meant. Step Functions itself says which aren't there.

Sources: JSONata 2.0; Step Functions developer guide, "JSONata functions provided by Step Functions".
"""


@dataclass(frozen=True)
class Fault:
    """Something wrong in an expression: where it stands, the part of it that is meant (maybe empty), what to do."""

    path: Path
    part: str
    text: str


class Expressions:
    """Expressions as a state would meet them.

    Args:
        sample: an input of the state; None where none is known, so that nothing that reads it is evaluated.
        variables: what earlier states have assigned, by name; None where that isn't known, or with a sample for
            nothing.
        states: a client of Step Functions; boto3's own for this notebook where none is given.
    """

    def __init__(self, sample: Any = None, variables: Mapping[str, Any] | None = None, states: Any = None):
        self._sample, self._told = sample, variables is not None
        # Who knows the state's input knows what has been assigned before it: as far as it says, nothing.
        self._variables = {} if variables is None and sample is not None else variables
        self._states = states

    def faults(self, value: Any, answer: Answer | None = None) -> list[Fault]:
        """What is wrong with the expressions in a value.

        Args:
            value: of a field of a state: its Arguments, or a part of them, its Output, its Assign.
            answer: what the state's call answers, for fields that are evaluated afterwards: Output and Assign.

        Raises:
            BotoCoreError: no AWS has been chosen, or it does not answer.
            ClientError: it does not let the caller ask.
        """
        texts = dict(_strings(value))
        undelimited = [Fault(path, "", fault) for path, text in texts.items() for fault in delimiter_faults(text)]
        found = {path: text for path, text in texts.items() if text.startswith("{%")}
        if undelimited or not found:
            return undelimited
        if self._states is None:
            self._states = boto3.client("stepfunctions", config=Config(retries={"total_max_attempts": 1}))
        return (
            _typographic(found)
            or self._unreadable(found, has_result=answer is not None)
            or [*self._nothing_behind(found), *_not_told(found, answer)]
            or self._failing(found)
        )

    def _unreadable(self, found: Mapping[Path, str], has_result: bool) -> list[Fault]:
        """What is no JSONata, in AWS's words."""
        work: dict[str, Any] = {"Type": "Pass"}
        if has_result:
            task = "arn:aws:states:::lambda:invoke"
            work = {"Type": "Task", "Resource": task, "Arguments": {"FunctionName": "any"}}
        state = {**work, "Output": [*found.values()], "End": True}
        machine = {"QueryLanguage": "JSONata", "StartAt": "Draft", "States": {"Draft": state}}
        report = self._states.validate_state_machine_definition(definition=json.dumps(machine))
        paths = [*found]
        places = [(re.search(r"/Output\[(\d+)\]", one["location"]), one["message"]) for one in report["diagnostics"]]
        return [_unread(paths[int(place[1])], found[paths[int(place[1])]], said) for place, said in places if place]

    def _nothing_behind(self, found: Mapping[Path, str]) -> list[Fault]:
        """Names with nothing behind them, functions among them."""
        asked = [(path, name) for path, text in found.items() for name in expression_text.functions(text)]
        asked += [(path, name) for path, text in found.items() for name in self._known_names(text)]
        if not asked:
            return []
        answer = self._evaluated([f"{{% $exists({name}) %}}" for _, name in asked])
        there = json.loads(answer["output"]) if answer["status"] == "SUCCEEDED" else [True] * len(asked)
        missing = [one for one, is_there in zip(asked, there, strict=True) if not is_there]
        called = {(path, name) for path, text in found.items() for name in expression_text.functions(text)}
        return [
            Fault(path, name, _no_function(name) if (path, name) in called else self._what_is_there(name))
            for path, name in missing
        ]

    def _failing(self, found: Mapping[Path, str]) -> list[Fault]:
        """Expressions that come to nothing, or to an error."""
        known = {path: text for path, text in found.items() if all(map(self._knows, expression_text.names(text)))}
        if not known or self._evaluated([*known.values()])["status"] == "SUCCEEDED":
            return []
        answers = [(path, self._evaluated(text)) for path, text in known.items()]
        failed = [(path, _cause(answer)) for path, answer in answers if answer["status"] != "SUCCEEDED"]
        return [Fault(path, "", _with_remedy(cause, known[path])) for path, cause in failed]

    def _evaluated(self, output: str | Sequence[str]) -> Any:
        state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": True}
        return self._states.test_state(
            definition=json.dumps(state),
            input=json.dumps({} if self._sample is None else self._sample),
            variables=json.dumps(dict(self._variables or {})),
        )

    def _known_names(self, expression: str) -> list[str]:
        return [name for name in expression_text.names(expression) if self._knows(name)]

    def _knows(self, name: str) -> bool:
        """Whether the sample can tell what is behind a name."""
        if name.startswith(tuple(f"${one}" for one in _OF_THE_RUN)):
            return False
        return (self._sample if name.startswith("$states") else self._variables) is not None

    def _what_is_there(self, name: str) -> str:
        """What to do about a name with nothing behind it."""
        root, *steps = name.split(".")
        if root != "$states":
            variables = [f"${one}" for one in self._variables or {}]
            if root[1:] in ("input", "result", "context", "errorOutput"):
                return f"there is no variable {root}; did you mean $states.{root[1:]}?"
            meant = nearest(root, ["$states", *variables])
            if "did you mean" in meant:
                return f"there is no variable {root}{meant}"
            if not self._told:
                return (
                    f"the draft knows no variable {root}: name those of earlier states in course.Draft(variables=...)."
                )
            none = ": no state before this one has assigned any."
            return f"there is no variable {root}{nearest(root, variables) if variables else none}"
        data, walked = self._sample, "$states.input"
        for step in steps[1:]:
            if not isinstance(data, dict):
                break
            if step not in data:
                known = nearest(step, list(data)) if data else ": it is empty."
                return f"the sample input has no '{step}' in {walked}{known}"
            data, walked = data[step], f"{walked}.{step}"
        return f"in the sample input, {walked} is {json.dumps(data)[:60]}, and has no fields."


def _strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _strings(one, (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _strings(one, (*path, at))


def _typographic(found: Mapping[Path, str]) -> list[Fault]:
    """Quotes that a word processor has made."""
    quotes = [(path, expression_text.typographic_quote(text)) for path, text in found.items()]
    return [Fault(path, quote, "texts stand in straight single quotes: 'train/'.") for path, quote in quotes if quote]


def _not_told(found: Mapping[Path, str], answer: Answer | None) -> list[Fault]:
    """Names that neither the Context object has, nor what the state's call answers."""
    faults = []
    for path, text in found.items():
        for name in expression_text.names(text):
            root, *steps = name.split(".")[1:] or [""]
            said = _not_in_context(steps) if root == "context" else ""
            said = answer.fault(steps) if root == "result" and answer else said
            faults += [Fault(path, name, said)] if said else []
    return faults


def _not_in_context(steps: Sequence[str]) -> str:
    there, walked = _CONTEXT, "$states.context"
    for step in steps:
        if there is None or walked.endswith((".Value", ".Input")):
            return ""
        if step not in there:
            return f"there is no '{step}' in {walked}{nearest(step, list(there))}"
        there, walked = there[step], f"{walked}.{step}"
    return ""


def _no_function(name: str) -> str:
    return f"there is no function {name}{nearest(name, [f'${one}' for one in _FUNCTIONS.split()])}"


def _cause(answer: Mapping[str, Any]) -> str:
    """Why an expression failed, without TestState's words about a state and a field that aren't the learner's."""
    cause = re.sub(r"^An error occurred while executing the state .*?\. (?=The JSONata)", "", answer.get("cause", ""))
    return cause.replace(" specified for the field 'Output'", "")


def _unread(path: Path, expression: str, message: str) -> Fault:
    """What is no JSONata: AWS's words, the part that they are about, and what to do."""
    named = re.search(r"^(?:Reference to|Field) '([^']+)'", message)
    part = named[1] if named else expression_text.meant(expression, message)
    return Fault(path, part, _with_remedy(message, expression))


_REMEDIES = (
    (
        "at the top level",
        "Variables and functions begin with $: $states.input, $millis(). Texts stand in single quotes.",
    ),
    (
        "does not exist",
        "There are $states.input and $states.context; in Output and Assign of a task, $states.result, too; and in a "
        "Catch, $states.errorOutput.",
    ),
    (
        r"\$states\.errorOutput.*returned nothing",
        "An error has two parts, Error and Cause, with a capital each; both are texts.",
    ),
    ("Unable to parse", "Not every cause is JSON: this one is a sentence, and $parse can't read it."),
    ("Expected value of type Array", "A list is needed there: it stands in square brackets."),
    ("must start with", "An expression is the whole string: {% comes first, and %} last, with no blank outside."),
    ("Expected 'boolean'", "A condition comes to true or false: compare with something."),
    ("or a JSONata expression", "A condition is an expression: it stands between {% and %}."),
    (
        "either side of operator",
        "A comparison has two numbers or two texts on its sides; a condition on a list stands in [ ].",
    ),
    ("must be an array of", "The function wants a list of one kind: take a field of each element."),
    ("matching quote", "A text has a single quote on either side: 'train/'."),
    ("non-function", "Functions begin with $, and their names are those of JSONata: $split, $millis."),
    ("returned nothing", "There is nothing where the expression looks: compare its names with the state's input."),
    ("does not match function signature", "The function wants another kind of value there: see what it is given."),
    ("must evaluate to a number", "Texts are joined by &; + is for numbers."),
    ("before end of expression", "What is opened has to be closed: each ( by ), each [ by ], each { by }."),
    ('"&" cannot be used as a unary operator', "A single & joins two texts: one on its left, one on its right."),
    ("unary operator", "There is nothing beside the operator: texts stand in single quotes, and = is written once."),
    ('Expected "|Syntax error', "A bracket, a quote or an operator is missing, or one too many."),
)
_IN_PARTS = "Try it in parts: course.jsonata_panel() evaluates any piece of it."


def remedy_for(message: str, otherwise: str = _IN_PARTS) -> str:
    """What to try after what AWS says of an expression; `otherwise` where nothing is known of such a message."""
    return next((remedy for words, remedy in _REMEDIES if re.search(words, message)), otherwise)


def _with_remedy(message: str, expression: str) -> str:
    """A message, and what to do: by its words, and by what the expression looks like."""
    code = expression_text.code(expression)
    if "returned nothing" in message and "?" in code and ":" not in code:
        return f"{message}\nA condition has two ends: what it gives otherwise stands after a colon, ? 'yes' : 'no'."
    word = expression_text.bare_word(expression)
    remedy = remedy_for(message, "")
    if word and (not remedy or "unary operator" in message):
        remedy = f"{word} stands alone: a text has single quotes, '{word}'; a variable or a function begins with $."
    return f"{message}\n{remedy or _IN_PARTS}"
