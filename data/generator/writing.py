"""Writes the words of a review: which sentences, in what order, how long. No votes, no dates.

A review is written in one of two manners. The *informative* one measures, compares, weighs and advises; the
*bare* one praises, rages, complains of the parcel or tells of the family. Readers' votes follow the manner
most of the time (`reviews.py`), and each manner borrows sentences from the other, so that a single sentence
hints at the vote and never gives it away.
"""

from dataclasses import dataclass
from random import Random

from generator import slips, vocabulary_common
from generator.grammar import Dealt, Grammar, alternatives, below, pick
from generator.market import Product
from generator.profiles import Profile

LONGEST_RUN_ON = 221  # words between two full stops, as in the real file
SHORT = 55  # characters: with fewer left, a short remark has to do
RUN_ON = 0.05  # share of the reviews that do without full stops
EXCLAIMED = 0.02  # share of the sentences that end with an exclamation mark

# How often each manner uses each kind of sentence. Names without a mood take one: _good, _mixed or _bad.
INFORMATIVE = {
    "measured": 32,
    "used": 36,
    "comparison": 30,
    "balanced": 28,
    "advice": 24,
    "story": 12,
    "background_line": 11,
    "plain": 18,
    "verdict": 7,
    "bare": 1,
    "parcel": 1,
    "offtopic": 1,
}
BARE = {
    "measured": 2,
    "used": 2,
    "comparison": 2,
    "balanced": 2,
    "advice": 1,
    "story": 4,
    "background_line": 4,
    "plain": 9,
    "verdict": 7,
    "bare": 28,
    "parcel": 22,
    "offtopic": 19,
}


@dataclass(frozen=True)
class Assignment:
    """What a review is to be like: stars from 1 to 5, the manner, about how many characters."""

    product: Product
    stars: int
    informative: bool
    length: int


class Writer:
    """Writes reviews about the products of one data set."""

    def __init__(self, profile: Profile):
        self._kinds = profile.vocabulary.KINDS
        self._brands = alternatives(profile.vocabulary.BRANDS)
        domain = Grammar({**vocabulary_common.RULES, **profile.vocabulary.RULES})
        self._grammars = {
            kind: Grammar({**_inflection(facts["plural"]), **_prose(facts)}, domain)
            for kind, facts in self._kinds.items()
        }

    def title(self, assignment: Assignment, random: Random) -> str:
        """The line above the review."""
        title = self._sentence(f"title_{_mood(assignment.stars, random)}", assignment, random, {})
        return title[:120]

    def text(self, assignment: Assignment, random: Random) -> str:
        """The review itself, without ellipses and entities."""
        weights = INFORMATIVE if assignment.informative else BARE
        run_on = random.random() < RUN_ON
        dealt: Dealt = {}
        text = ""
        last = ""
        while not text or len(text) + SHORT / 2 < assignment.length:
            mood = _mood(assignment.stars, random)
            kind = _weighted(weights, random) if assignment.length - len(text) >= SHORT else "short"
            rule = _rule(kind, mood)
            # Nobody tells of themselves, or of the same parcel, twice running.
            if rule == last and kind not in ("short", "plain", "used", "comparison", "balanced"):
                continue
            sentence = self._sentence(rule, assignment, random, dealt)
            last = rule
            words = len(text.rsplit(".", 1)[-1].split()) + len(sentence.split())
            if words + 2 > LONGEST_RUN_ON:
                text = f"{text.rstrip('!')}. {sentence}"
            elif run_on and text:
                text += pick(random, (", ", " and ", ", and ", " - ", " so ", ", also ")) + _lower_first(sentence)
            elif text:
                text += _end(text, random) + (" " if random.random() < 0.97 else "") + sentence
            else:
                text = sentence
        return slips.mistyped(text + _end(text, random), random)

    def _sentence(self, rule: str, assignment: Assignment, random: Random, dealt: Dealt) -> str:
        product = assignment.product
        text = self._grammars[product.kind].expand(rule, random, dealt)
        rival = pick(random, self._brands)
        text = text.replace("<noun>", product.noun).replace("<brand>", product.brand).replace("<maker>", rival)
        return slips.corrected(text)


def _inflection(plural: bool) -> dict[str, str]:
    """Rules that make a sentence agree with one thing or with several."""
    singular_plural = {
        "it": ("it", "they"),
        "them": ("it", "them"),
        "is": ("is", "are"),
        "has": ("has", "have"),
        "does": ("does", "do"),
        "s": ("s", ""),
        "es": ("es", ""),
        "ies": ("ies", "y"),
        "a": ("a", "a set of"),
        "this": ("this", "these"),
        "this_one": ("this one", "these"),
    }
    return {name: forms[plural] for name, forms in singular_plural.items()}


def _prose(facts: dict) -> dict[str, str]:
    """A kind's rules; what the review is about is filled in later, as it is the same all through a review."""
    fixed = {"noun": "<noun>", "brand": "<brand>", "maker": "<maker>"}
    return {name: value for name, value in facts.items() if name != "plural"} | fixed


def _mood(stars: int, random: Random) -> str:
    """`good`, `mixed` or `bad`, as people with so many stars to give mostly sound."""
    chance = random.random()
    if stars >= 4:
        return "good" if chance < (0.99 if stars == 5 else 0.8) else "mixed"
    if stars == 3:
        return "mixed" if chance < 0.6 else "good" if chance < 0.8 else "bad"
    return "bad" if chance < 0.9 else "mixed"


def _rule(kind: str, mood: str) -> str:
    if kind == "plain":
        return "plain_good" if mood != "bad" else "plain_bad"
    if kind == "bare":
        return {"good": "gush", "mixed": "verdict_mixed", "bad": "rant"}[mood]
    if kind in ("used", "comparison", "balanced") and mood == "bad":
        return "weighed_bad"
    return f"{kind}_{mood}" if kind in ("verdict", "short") else kind


def _weighted(weights: dict[str, int], random: Random) -> str:
    left = below(random, sum(weights.values()))
    for name, weight in weights.items():
        if left < weight:
            return name
        left -= weight
    raise AssertionError("the weights add up to more than their sum")


def _end(text: str, random: Random) -> str:
    if text.endswith(("!", "?", ":)")):
        return ""
    return "!" if random.random() < EXCLAIMED else "."


def _lower_first(sentence: str) -> str:
    first = sentence.split(" ", 1)[0]
    keeps = first in ("I", "I'm", "I've") or (first.isupper() and len(first) > 1) or not first.isalpha()
    return sentence if keeps else sentence[0].lower() + sentence[1:]
