"""What typing does to a text: articles put right, slips put in, ellipses, HTML entities, an emoji. It adds
no meaning."""

import re
from random import Random

from generator.grammar import below, pick

_VOWEL = re.compile(r"\b([Aa]) (?=(?!uni|USB|uke|ukulele|used|one|user|unit|usual)[aeiouAEIOU]|8|11\b|18\b)")
_SPACED = re.compile(r" (!+|,)")
_MISSPELT = {
    "definitely": "definately",
    "the": "teh",
    "receive": "recieve",
    "really": "realy",
    "would": "woud",
    "because": "becuase",
    "which": "wich",
    "with": "wiht",
    "quality": "quailty",
    "guitar": "guitat",
    "separate": "seperate",
    "noticeably": "noticably",
    "it's": "its",
    "than": "then",
    "their": "there",
    "don't": "dont",
    "can't": "cant",
    "through": "thru",
    "though": "tho",
    "probably": "prolly",
    "though,": "tho,",
    "and": "&",
    "you": "u",
    "about": "abt",
    "months": "mos.",
    "minutes": "min.",
    "inches": "in.",
    "pounds": "lbs.",
    "weeks": "wks",
    "without": "w/o",
}
_EMOJI = ("☺", "👍", "🙂", "♥", "★★★★★", "🎸", "🌻")


def corrected(sentence: str) -> str:
    """A sentence out of the grammar with a capital letter and the right article."""
    text = _SPACED.sub(r"\1", _VOWEL.sub(r"\1n ", " ".join(sentence.split())))
    return text[0].upper() + text[1:]


def mistyped(text: str, random: Random) -> str:
    """The text as a hasty hand types it: most texts stay as they are."""
    chance = random.random()
    if chance < 0.16:
        return text.replace(". ", ".  ")
    if chance < 0.34:
        return _misspelt(text, random)
    if chance < 0.38:
        return text.replace("I ", "i ").replace("I'm", "im")
    if chance < 0.43:
        return _shouted(text, random)
    if chance < 0.438:
        return f"{text} {pick(random, _EMOJI)}"
    if chance < 0.443:
        return text.upper()
    return text


def _misspelt(text: str, random: Random) -> str:
    words = text.split(" ")
    for index, word in enumerate(words):
        if word in _MISSPELT and random.random() < 0.15:
            words[index] = _MISSPELT[word]
    return " ".join(words)


def _shouted(text: str, random: Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // 25):
        index = below(random, len(words))
        words[index] = words[index].upper()
    return " ".join(words)


def with_ellipses(text: str, random: Random) -> str:
    """The text with at least one `...` in it."""
    pieces = re.split(r"(?<=[a-z])(, | - |\. +)", text)
    breaks = range(1, len(pieces), 2)
    if not breaks:
        return text.rstrip(".!") + "..."
    sure = below(random, len(breaks))
    for count, index in enumerate(breaks):
        if count == sure or random.random() < 0.25:
            pieces[index] = pick(random, ("...", "... ", "....", "... "))
    return "".join(pieces)


def with_entities(text: str, random: Random) -> str:
    """The text with `"`, `&` and `<` as HTML entities, at least one."""
    if not any(mark in text for mark in '"&<'):
        words = text.split(" ")
        index = below(random, len(words))
        plain = words[index].rstrip(".,!")
        words[index] = f'"{plain}"{words[index][len(plain) :]}' if plain else "<3"
        text = " ".join(words)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;")
