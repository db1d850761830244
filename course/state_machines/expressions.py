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

from course.state_machines.json_text import Path
from course.state_machines.value_faults import delimiter_faults, nearest

_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|/\*.*?\*/", re.DOTALL)
_TYPOGRAPHIC = re.compile("[\u2018\u2019\u201c\u201d\u201e\u00b4]")
_NAME = re.compile(r"\$(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?P<call>\s*\()?")
_BOUND = re.compile(r"\$(\w+)\s*:=|function\s*\(([^)]*)\)|\u03bb\s*\(([^)]*)\)|[@#]\s*\$(\w+)")
_ASKED_FOR = re.compile(r"\$exists\(\s*\$([\w.]+)\s*\)")
_OF_THE_RUN = ("states.context", "states.result", "states.errorOutput")
"""What a sample doesn't have: an expression that reads one of them is only read, not evaluated."""


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
        variables: what earlier states have assigned, by name; None where that isn't known.
        states: a client of Step Functions; boto3's own for this notebook where none is given.
    """

    def __init__(self, sample: Any = None, variables: Mapping[str, Any] | None = None, states: Any = None):
        self._sample, self._variables, self._states = sample, variables, states

    def faults(self, value: Any, has_result: bool = False) -> list[Fault]:
        """What is wrong with the expressions in a value.

        Args:
            value: of a field of a state: its Arguments, or a part of them, its Output, its Assign.
            has_result: there is a result when the field is evaluated, as for Output and Assign.

        Raises:
            BotoCoreError: no AWS has been chosen, or it does not answer.
            ClientError: it does not let the caller ask.
        """
        found = {path: text for path, text in strings(value) if text.startswith("{%") and not [*delimiter_faults(text)]}
        if not found:
            return []
        if self._states is None:
            self._states = boto3.client("stepfunctions", config=Config(retries={"total_max_attempts": 1}))
        return (
            _typographic(found)
            or self._unreadable(found, has_result)
            or self._nothing_behind(found)
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
        return [Fault(paths[int(place[1])], _named(said), _with_remedy(said)) for place, said in places if place]

    def _nothing_behind(self, found: Mapping[Path, str]) -> list[Fault]:
        """Names with nothing behind them."""
        asked = [(path, name) for path, text in found.items() for name in _names(text) if self._knows(name)]
        if not asked:
            return []
        answer = self._evaluated([f"{{% $exists({name}) %}}" for _, name in asked])
        there = json.loads(answer["output"]) if answer["status"] == "SUCCEEDED" else [True] * len(asked)
        missing = [one for one, is_there in zip(asked, there, strict=True) if not is_there]
        return [Fault(path, name, self._what_is_there(name)) for path, name in missing]

    def _failing(self, found: Mapping[Path, str]) -> list[Fault]:
        """Expressions that come to nothing, or to an error."""
        known = {path: text for path, text in found.items() if all(map(self._knows, _names(text)))}
        if not known or self._evaluated([*known.values()])["status"] == "SUCCEEDED":
            return []
        answers = [(path, self._evaluated(text)) for path, text in known.items()]
        failed = [(path, _cause(answer)) for path, answer in answers if answer["status"] != "SUCCEEDED"]
        return [Fault(path, "", _with_remedy(cause)) for path, cause in failed]

    def _evaluated(self, output: str | Sequence[str]) -> Any:
        state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": True}
        return self._states.test_state(
            definition=json.dumps(state),
            input=json.dumps({} if self._sample is None else self._sample),
            variables=json.dumps(dict(self._variables or {})),
        )

    def _knows(self, name: str) -> bool:
        """Whether the sample can tell what is behind a name."""
        if name.startswith(tuple(f"${one}" for one in _OF_THE_RUN)):
            return False
        return (self._sample if name.startswith("$states") else self._variables) is not None

    def _what_is_there(self, name: str) -> str:
        """What to do about a name with nothing behind it."""
        if not name.startswith("$states."):
            variables = [f"${one}" for one in self._variables or {}]
            none = ": no state before this one has assigned any."
            return f"there is no variable {name}{nearest(name, variables) if variables else none}"
        data, walked = self._sample, "$states.input"
        for step in name.split(".")[2:]:
            if not isinstance(data, dict):
                break
            if step not in data:
                known = nearest(step, list(data)) if data else ": it is empty."
                return f"the sample input has no '{step}' in {walked}{known}"
            data, walked = data[step], f"{walked}.{step}"
        return f"in the sample input, {walked} is {json.dumps(data)[:60]}, and has no fields."


def strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts in some JSON, each with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from strings(one, (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from strings(one, (*path, at))


def _typographic(found: Mapping[Path, str]) -> list[Fault]:
    """Quotes that a word processor has made: to JSONata, they are letters of a name."""
    quotes = [(path, _TYPOGRAPHIC.search(_code(text))) for path, text in found.items()]
    return [
        Fault(path, quote[0], "texts stand in straight single quotes: 'train/'.") for path, quote in quotes if quote
    ]


def _code(expression: str) -> str:
    """An expression without its delimiters, and with blanks for its texts and comments."""
    return _LITERAL.sub(lambda text: " " * len(text[0]), expression[2:-2])


def _names(expression: str) -> list[str]:
    """The names in an expression that must have something behind them: variables, and paths into $states.

    Not functions, nor what the expression binds itself, nor what it asks for with $exists.
    """
    code = _code(expression)
    own = {name.strip(" $") for found in _BOUND.findall(code) for part in found for name in part.split(",")}
    passed_over = own | set(_ASKED_FOR.findall(code))
    names = [
        f"${found['path']}"
        for found in _NAME.finditer(code)
        if not found["call"] and found["path"] not in passed_over and found["path"].split(".")[0] not in own
    ]
    return list(dict.fromkeys(names))


def _cause(answer: Mapping[str, Any]) -> str:
    """Why an expression failed, without TestState's words about a state and a field that aren't the learner's."""
    cause = re.sub(r"^An error occurred while executing the state .*?\. (?=The JSONata)", "", answer.get("cause", ""))
    return cause.replace(" specified for the field 'Output'", "")


def _named(message: str) -> str:
    """What AWS's words name of an expression: `states` of *Reference to 'states' at the top level*."""
    found = re.search(r"^(?:Reference to|Field) '([^']+)'", message)
    return found[1] if found else ""


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
    ('Expected "|Syntax error', "A bracket, a quote or an & is missing there, or there is one too many."),
    ("Expected 'boolean'", "A condition comes to true or false: compare with something."),
    ("or a JSONata expression", "A condition is an expression: it stands between {% and %}."),
    ("unary operator", "There is nothing beside the operator: texts stand in single quotes, and = is written once."),
    ("Unexpected end", "There is nothing behind the last operator: texts stand in single quotes."),
    ("either side of operator", "A comparison has two numbers or two texts on its sides; a list goes in by [ ]."),
    ("must be an array of", "The function wants a list of one kind: take a field of each element."),
    ("matching quote", "A text has a single quote on either side: 'train/'."),
    ("non-function", "Functions begin with $, and their names are those of JSONata: $split, $millis."),
    ("returned nothing", "There is nothing where the expression looks: compare its names with the state's input."),
    ("does not match function signature", "The function wants another kind of value there: see what it is given."),
    ("must evaluate to a number", "Texts are joined by &; + is for numbers."),
)


def _with_remedy(message: str) -> str:
    return f"{message}\n{remedy_for(message)}"


def remedy_for(
    message: str, otherwise: str = "Try it in parts: course.jsonata_panel() evaluates any piece of it."
) -> str:
    """What to try after what AWS says of an expression; `otherwise` where nothing is known of such a message."""
    return next((remedy for words, remedy in _REMEDIES if re.search(words, message)), otherwise)
