"""A JSONata expression read as text: the names in it, and the part that an error is about.

Step Functions says what is wrong with an expression, but not where in it. Source of the grammar: JSONata 2.0.
"""

from __future__ import annotations

import re

_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|/\*.*?\*/", re.DOTALL)
_TYPOGRAPHIC = re.compile("[\u2018\u2019\u201c\u201d\u201e\u00b4]")
_NAME = re.compile(r"\$(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?P<call>\s*\()?")
_BOUND = re.compile(r"\$(\w+)\s*:=|function\s*\(([^)]*)\)|\u03bb\s*\(([^)]*)\)|[@#]\s*\$(\w+)")
_ASKED_FOR = re.compile(r"\$exists\(\s*\$([\w.]+)\s*\)")
_BARE_WORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*(?![\w.]*\s*\()")
_WORDS_OF_JSONATA = {"and", "or", "in", "true", "false", "null", "function"}
_TWO_OPERATORS = r"[-+*/&=<>!,(?:]\s*({})"
_OPENING = {")": "(", "]": "[", "}": "{"}


def code(expression: str) -> str:
    """An expression without its delimiters, and with blanks for its texts and comments."""
    return _LITERAL.sub(lambda text: " " * len(text[0]), expression[2:-2])


def typographic_quote(expression: str) -> str:
    """A quote that a word processor has made: to JSONata, it is a letter of a name. Empty where there is none."""
    found = _TYPOGRAPHIC.search(code(expression))
    return found[0] if found else ""


def names(expression: str) -> list[str]:
    """The names in an expression that must have something behind them: variables, and paths into $states.

    Not functions, nor what the expression binds itself, nor what it asks for with $exists.
    """
    text = code(expression)
    own = _bound(text)
    passed_over = own | set(_ASKED_FOR.findall(text))
    found = [
        f"${one['path']}"
        for one in _NAME.finditer(text)
        if not one["call"] and one["path"] not in passed_over and one["path"].split(".")[0] not in own
    ]
    return list(dict.fromkeys(found))


def functions(expression: str) -> list[str]:
    """The functions that an expression calls and does not make itself."""
    text = code(expression)
    called = [one["path"] for one in _NAME.finditer(text) if one["call"] and "." not in one["path"]]
    return [f"${name}" for name in dict.fromkeys(called) if name not in _bound(text)]


def bare_word(expression: str) -> str:
    """The first word that stands without quotes and without $; empty where there is none."""
    found = (one[0] for one in _BARE_WORD.finditer(code(expression)))
    return next((word for word in found if word not in _WORDS_OF_JSONATA), "")


def meant(expression: str, message: str) -> str:
    """The part of an expression that an error of its syntax is about; empty where the message doesn't tell.

    Args:
        expression: with its delimiters.
        message: JSONata's own words.
    """
    text = code(expression)
    if "matching quote" in message:
        return _from(expression, min((at for at in map(text.find, "'\"") if at >= 0), default=-1))
    if closing := re.match(r'Expected "([)\]}])"', message):
        return _from(expression, _left_open(text, _OPENING[closing[1]], closing[1]))
    if symbol := re.match(r'The symbol "(.+)" cannot be used as a unary operator', message):
        found = re.search(_TWO_OPERATORS.format(re.escape(symbol[1])), text)
        return _from(expression, found.start(1) if found else text.find(symbol[1]))
    return bare_word(expression)


def _bound(text: str) -> set[str]:
    return {name.strip(" $") for found in _BOUND.findall(text) for part in found for name in part.split(",")}


def _left_open(text: str, opening: str, closing: str) -> int:
    """Where the last bracket stands that is not closed."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == closing) - (text[at] == opening)
        if depth < 0:
            return at
    return -1


def _from(expression: str, at: int) -> str:
    """What an expression holds from a place of its code on."""
    return expression[2:-2][at:] if at >= 0 else ""
