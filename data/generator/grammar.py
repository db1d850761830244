"""Random sentences from a grammar written as plain text.

A rule is a block of alternatives, one a line or several in a line between ` | `. In an alternative

- `{name}` stands for a random alternative of that rule,
- `{3-9}` for a whole number from 3 to 9, `{0.5-2.0}` for one with one decimal,
- `{a|b|}` for one of the pieces between the bars, here *a*, *b* or nothing.

It knows nothing of reviews, and it uses `Random.random()` only: that sequence is the same on every Python,
which the standard library promises for no other method.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")

Dealt = dict[str, set[int]]
"""By rule, the alternatives already used, so that a text need not say the same thing twice."""

_SLOT = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+(?:\.\d)?)-(\d+(?:\.\d)?)")


def below(random: Random, end: int) -> int:
    """A whole number from 0 to `end` - 1."""
    return int(random.random() * end)


def pick(random: Random, items: Sequence[Item]) -> Item:
    """One of `items`, each as likely."""
    return items[below(random, len(items))]


def shuffled(random: Random, items: Sequence[Item]) -> list[Item]:
    """The items in random order (Fisher and Yates)."""
    result = list(items)
    for last in range(len(result) - 1, 0, -1):
        other = below(random, last + 1)
        result[last], result[other] = result[other], result[last]
    return result


def alternatives(block: str) -> list[str]:
    """The alternatives of a rule as written in a vocabulary."""
    return [piece.strip(" ") for line in block.strip("\n").split("\n") for piece in line.split(" | ")]


class Grammar:
    """Rules that expand into text; rules of a `parent` grammar are used where this one has none of that
    name."""

    def __init__(self, rules: Mapping[str, str], parent: "Grammar | None" = None):
        own = {name: [_parsed(text) for text in alternatives(block)] for name, block in rules.items()}
        self._rules = {**parent._rules, **own} if parent else own

    def undefined(self) -> list[str]:
        """Names that an alternative uses and no rule defines, sorted."""
        used = {text for choices in self._rules.values() for parts in choices for what, text in parts if what == "rule"}
        return sorted(used - set(self._rules))

    def expand(self, name: str, random: Random, dealt: Dealt) -> str:
        """Random text of the rule `name`. Alternatives that `dealt` remembers wait until their rule has no
        other left. KeyError where a rule is missing."""
        pieces: list[str] = []
        for what, value in self._deal(name, random, dealt):
            if what == "text":
                pieces.append(value)
            elif what == "rule":
                pieces.append(self.expand(value, random, dealt))
            elif what == "one_of":
                pieces.append(pick(random, value))
            else:
                low, high, decimals = value
                number = low + below(random, high - low + 1)
                pieces.append(f"{number // 10}.{number % 10}" if decimals else str(number))
        return "".join(pieces)

    def _deal(self, name: str, random: Random, dealt: Dealt) -> list[tuple]:
        choices = self._rules[name]
        taken = dealt.setdefault(name, set())
        if len(taken) == len(choices):
            taken.clear()
        index = below(random, len(choices))
        while index in taken:
            index = below(random, len(choices))
        taken.add(index)
        return choices[index]


def _parsed(alternative: str) -> list[tuple]:
    """Pairs of what a piece is (`text`, `rule`, `one_of`, `number`) and its value, ready to be expanded."""
    parts: list[tuple] = []
    for index, piece in enumerate(_SLOT.split(alternative)):
        span = _RANGE.fullmatch(piece)
        if index % 2 == 0:
            if piece:
                parts.append(("text", piece))
        elif span:
            decimals = "." in span[1]
            low, high = (int(end.replace(".", "")) if decimals else int(end) for end in span.groups())
            parts.append(("number", (low, high, decimals)))
        elif "|" in piece:
            parts.append(("one_of", piece.split("|")))
        else:
            parts.append(("rule", piece))
    return parts
