"""The signature of a function: checks its arguments, as JSONata's reference implementation, 2.0.6, does.

`<s-nn?:s>` takes a text, or the context where none is given, a number and possibly another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import regex

from local_aws.states.languages.jsonata.errors import Fault, JSONataError
from local_aws.states.languages.jsonata.values import UNDEFINED

_PLURALS = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
_ANY = {"a": "[asnblfom]", "x": "[asnblfom]", "j": "[asnblom]", "f": "f"}
_SECONDS = 0.5
"""For a signature that an expression writes, as `<x+x+x+n>` takes a long time to be sure of a mismatch."""
_CLOSING = {"(": ")", "<": ">"}


class _Parameter:
    """One parameter: the types it takes as a regular expression on their letters."""

    def __init__(self, types: str, pattern: str):
        self.types, self.pattern = types, pattern
        self.context: re.Pattern[str] | None = None
        self.subtype: str | None = None


class Signature:
    """A signature, ready to check arguments. `letter` gives the letter of a value's type."""

    def __init__(self, text: str, letter: Callable[[Any], str]):
        self._letter = letter
        self._parameters = list(_parameters(text))
        self._pattern = regex.compile("".join(f"({parameter.pattern})" for parameter in self._parameters))
        self._seen: dict[str, tuple[str, ...]] = {}
        self._taken_as_they_are: dict[tuple[type, ...], tuple[int, ...]] = {}

    def validate(self, arguments: list[Any], context: Any) -> list[Any]:
        """The arguments as the function takes them.

        Raises:
            Fault: they don't match.
        """
        kinds = tuple(map(type, arguments))
        places = self._taken_as_they_are.get(kinds)
        if places is not None:
            return [arguments[place] if place >= 0 else UNDEFINED for place in places]
        letters = "".join(map(self._letter, arguments))
        groups = self._seen.get(letters)
        if groups is None:
            match = self._pattern.fullmatch(letters, concurrent=True, timeout=_SECONDS)
            if match is None:
                raise self._mismatch(letters)
            groups = match.groups()
            if len(letters) < 9:
                self._seen[letters] = groups
                self._remember(kinds, groups)
        checked: list[Any] = []
        position = 0
        for parameter, group in zip(self._parameters, groups, strict=True):
            if group == "" and parameter.context is not None:
                if not parameter.context.match(self._letter(context)):
                    raise Fault("T0411", value=context, index=position + 1)
                checked.append(context)
            elif group == "":
                checked.append(arguments[position] if position < len(arguments) else UNDEFINED)
                position += 1
            else:
                for letter in group:
                    value = arguments[position]
                    checked.append(self._array(parameter, letter, value, position) if parameter.types == "a" else value)
                    position += 1
        return checked

    def _remember(self, kinds: tuple[type, ...], groups: tuple[str, ...]) -> None:
        """Where each parameter's value stands among arguments of these types, where nothing is to be made of one."""
        pairs = list(zip(self._parameters, groups, strict=True))
        if all(len(group) == 1 and parameter.types != "a" for parameter, group in pairs if group or parameter.context):
            self._taken_as_they_are[kinds] = tuple(place if place < len(kinds) else -1 for place, _ in enumerate(pairs))

    def _array(self, parameter: _Parameter, letter: str, value: Any, position: int) -> Any:
        if letter == "m":
            return UNDEFINED
        wanted = parameter.subtype
        if wanted is not None:
            items = value if letter == "a" else [value]
            if not _all_of_type(items, wanted[0], self._letter):
                raise Fault("T0412", value=value, index=position + 1, type=_PLURALS.get(wanted, UNDEFINED))
        return value if letter == "a" else [value]

    def _mismatch(self, letters: str) -> Fault:
        pattern, good = "", 0
        for parameter in self._parameters:
            pattern += parameter.pattern
            match = regex.match(pattern, letters, concurrent=True, timeout=_SECONDS)
            if match is None:
                break
            good = match.end()
        return Fault("T0410", index=good + 1)


def _all_of_type(items: list[Any], wanted: str, letter: Callable[[Any], str]) -> bool:
    if wanted == "n":
        return all(type(item) is int or type(item) is float for item in items)
    if wanted == "s":
        return all(type(item) is str for item in items)
    return all(letter(item) == wanted for item in items)


def _parameters(text: str) -> Any:
    """The parameters of a signature."""
    found: list[_Parameter] = []
    position = 1
    while position < len(text) and text[position] != ":":
        symbol = text[position]
        if symbol in "snblo":
            found.append(_Parameter(symbol, f"[{symbol}m]"))
        elif symbol in _ANY:
            found.append(_Parameter(symbol, _ANY[symbol]))
        elif symbol in _CLOSING:
            end = _end(text, position, symbol)
            inner, position = text[position + 1 : end], end
            if symbol == "<":
                if not found or found[-1].types not in ("a", "f"):
                    raise JSONataError("S0401", "Type parameters can only be applied to functions and arrays")
                found[-1].subtype = inner
            elif "<" in inner:
                raise JSONataError("S0402", "Choice groups containing parameterized types are not supported")
            else:
                found.append(_Parameter(f"({inner})", f"[{re.escape(inner)}m]"))
        elif symbol in "-?+" and found:
            _modify(found[-1], symbol)
        position += 1
    return found


def _modify(parameter: _Parameter, symbol: str) -> None:
    if symbol == "-":
        parameter.context = re.compile(parameter.pattern)
        symbol = "?"
    if parameter.pattern[-1] not in "?+":
        parameter.pattern += symbol


def _end(text: str, start: int, opening: str) -> int:
    """Where the bracket at `start` closes; the end of the text where it doesn't."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == _CLOSING[opening]:
            depth -= 1
            if depth == 0:
                return position
    return len(text)
