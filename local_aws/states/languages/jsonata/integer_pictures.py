"""Integers as a picture shows them: digits, words, letters, Roman (XPath Functions 3.1, "fn:format-integer").

As JSONata's reference implementation, 2.0.6, has it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local_aws.states.languages.jsonata.errors import SIZE_MESSAGE, Fault, JSONataError
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.number_pictures import regular_distance
from local_aws.states.languages.jsonata.values import UNDEFINED, as_float, number, number_text

_FEW = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
_ORDINALS = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
]
_DECADES = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"]
_MAGNITUDES = ["Thousand", "Million", "Billion", "Trillion"]
_ROMAN = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
]
_ROMAN_VALUES = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_ZEROS = [
    *(0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66),
    *(0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50),
    *(0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
]
_MAX_PICTURE = 4096
_MAX_TEXT = 65_536
"""Characters of an integer that is read: every one of JavaScript's has less."""
_WORD_SEPARATOR = re.compile(r",\s|\sand\s|[\s\\-]")
_LEADING_INTEGER = re.compile(r"\s*([+-]?[0-9]+)", re.ASCII)
_DECIMAL, _LETTERS, _ROMAN_NUMERAL, _WORDS, _SEQUENCE = "decimal", "letters", "roman", "words", "sequence"
_NAMED = {
    "A": (_LETTERS, "upper"),
    "a": (_LETTERS, "lower"),
    "I": (_ROMAN_NUMERAL, "upper"),
    "i": (_ROMAN_NUMERAL, "lower"),
    "W": (_WORDS, "upper"),
    "Ww": (_WORDS, "title"),
    "w": (_WORDS, "lower"),
}


def _word_values() -> dict[str, int]:
    values = {word.lower(): index for words in (_FEW, _ORDINALS) for index, word in enumerate(words)}
    for index, word in enumerate(_DECADES):
        values[word.lower()] = values[f"{word.lower()[:-1]}ieth"] = (index + 2) * 10
    values["hundredth"] = 100
    for index, word in enumerate(_MAGNITUDES):
        values[word.lower()] = values[f"{word.lower()}th"] = 1000 ** (index + 1)
    return values


WORD_VALUES = _word_values()


@dataclass
class IntegerPicture:
    """What a picture asks for."""

    kind: str = _DECIMAL
    case: str = "lower"
    ordinal: bool = False
    zero: int = 0x30
    mandatory: int = 0
    optional: int = 0
    regular: int = 0
    separators: list[tuple[int, str]] = field(default_factory=list)
    token: str = ""


def integer_picture(picture: str) -> IntegerPicture:
    """Read a picture.

    Raises:
        Fault: its digits are of different families.
        JSONataError: it is too long.
    """
    if len(picture) > _MAX_PICTURE:
        raise JSONataError(None, SIZE_MESSAGE)
    primary, semicolon, modifier = picture.rpartition(";")
    if not semicolon:
        primary, modifier = picture, ""
    ordinal = modifier[:1] == "o"
    if primary in _NAMED:
        kind, case = _NAMED[primary]
        return IntegerPicture(kind, case, ordinal)
    made = IntegerPicture(ordinal=ordinal, token=primary)
    zero, position = None, 0
    for character in reversed(primary):
        family = next((start for start in _ZEROS if start <= ord(character) <= start + 9), None)
        if family is not None:
            made.mandatory += 1
            position += 1
            zero = zero or family
            if family != zero:
                raise Fault("D3131")
        elif character == "#":
            position += 1
            made.optional += 1
        else:
            made.separators.append((position, character))
    if not made.mandatory:
        made.kind = _SEQUENCE
    else:
        made.zero = zero or 0x30
        if len({character for _position, character in made.separators}) == 1:
            made.regular = regular_distance([position for position, _character in made.separators])
    return made


def format_integer(run: Run, value: Any, picture: Any) -> Any:
    if value is UNDEFINED:
        return value
    if picture is UNDEFINED:
        raise Fault("T0410", index=2)
    run.spend(len(picture))
    run.characters(2 * len(picture))
    value = as_float(value)
    return formatted(run, math.floor(value) if math.isfinite(value) else value, integer_picture(picture))


def formatted(run: Run, value: float, picture: IntegerPicture) -> str:
    """An integer as a picture shows it."""
    size = abs(value)
    if picture.kind == _SEQUENCE:
        raise Fault("D3130", value=picture.token)
    if picture.kind == _LETTERS:
        text = _letters(size, "A" if picture.case == "upper" else "a")
    elif picture.kind == _ROMAN_NUMERAL:
        run.characters(size / 1000 if math.isfinite(size) else math.inf)
        text = _cased(_roman(int(size)), picture.case)
    elif picture.kind == _WORDS:
        run.characters(0 if math.isfinite(size) else math.inf)
        text = _words(number(float(size)), False, picture.ordinal)
        text = text if picture.case == "title" else _cased(text, picture.case)
    else:
        text = _digits(run, size, picture)
    return f"-{text}" if value < 0 else text


def _cased(text: str, case: str) -> str:
    return text.upper() if case == "upper" else text.lower()


def _letters(value: float, first: str) -> str:
    letters = []
    rest = as_float(value) if math.isfinite(value) else 0
    while rest > 0:
        letters.append(chr(int((rest - 1) % 26) + ord(first)))
        rest = math.floor((rest - 1) / 26)
    return "".join(reversed(letters))


def _roman(value: int) -> str:
    pieces = []
    for size, numeral in _ROMAN:
        pieces.append(numeral * (value // size))
        value %= size
    return "".join(pieces)


def _words(value: float, continued: bool, ordinal: bool) -> str:
    if value <= 19:
        return (" and " if continued else "") + (_ORDINALS if ordinal else _FEW)[int(value)]
    if value < 100:
        tens, rest = divmod(value, 10)
        text = (" and " if continued else "") + _DECADES[int(tens) - 2]
        if rest > 0:
            return f"{text}-{_words(rest, False, ordinal)}"
        return f"{text[:-1]}ieth" if ordinal else text
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        text = (", " if continued else "") + f"{_FEW[int(hundreds)]} Hundred"
    else:
        magnitude = min(math.floor(math.log10(value) / 3), len(_MAGNITUDES))
        factor = 1000**magnitude
        mantissa = value // factor
        rest = value - mantissa * factor
        text = (", " if continued else "") + f"{_words(mantissa, False, False)} {_MAGNITUDES[magnitude - 1]}"
    if rest > 0:
        return text + _words(rest, True, ordinal)
    return f"{text}th" if ordinal else text


def _digits(run: Run, value: float, picture: IntegerPicture) -> str:
    text = number_text(value)
    run.characters(max(picture.mandatory, len(text)) * 2)
    text = text.rjust(picture.mandatory, "0")
    if picture.zero != 0x30:
        text = "".join(chr(ord(character) + picture.zero - 0x30) for character in text)
    if picture.regular:
        places = range((len(text) - 1) // picture.regular, 0, -1)
        separators = [(place * picture.regular, picture.separators[0][1]) for place in places]
    else:
        separators = picture.separators[::-1]
    text = _separated(run, text, separators, bool(picture.regular))
    return text + _suffix(text) if picture.ordinal else text


def _separated(run: Run, text: str, separators: list[tuple[int, str]], regular: bool) -> str:
    if regular:
        pieces: list[str] = []
        start = 0
        for place, character in separators:
            pieces += (text[start : len(text) - place], character)
            start = len(text) - place
        return "".join([*pieces, text[start:]])
    for place, character in separators:
        run.spend(1 + (len(text) >> 8))
        at = len(text) - place
        # JavaScript's `substr` counts from the end where it is negative, and from 0 where that is not there.
        text = f"{text[: max(at, 0)]}{character}{text[at:] if at >= 0 else text[max(at + len(text), 0) :]}"
    return text


def _suffix(text: str) -> str:
    if len(text) > 1 and text[-2] == "1":
        return "th"
    return {"1": "st", "2": "nd", "3": "rd"}.get(text[-1:], "th")


# ---- reading -------------------------------------------------------------------------------------------


def parse_integer(run: Run, value: Any, picture: Any) -> Any:
    if value is UNDEFINED:
        return value
    if picture is UNDEFINED:
        raise Fault("T0410", index=2)
    if len(value) > _MAX_TEXT:
        raise JSONataError(None, SIZE_MESSAGE)
    run.spend(len(picture) + len(value))
    return reader(integer_picture(picture))(value)


def pattern(picture: IntegerPicture, digits: int) -> str:
    """A regular expression for what a picture shows; of so many digits, where that is more than none."""
    upper = picture.case == "upper"
    if picture.kind == _LETTERS:
        return "[A-Z]+" if upper else "[a-z]+"
    if picture.kind == _ROMAN_NUMERAL:
        return "[MDCLXVI]+" if upper else "[mdclxvi]+"
    if picture.kind == _WORDS:
        return f"(?:{'|'.join([*WORD_VALUES, 'and', '[-, ]'])})+"
    if picture.kind == _SEQUENCE:
        raise Fault("D3130", value=picture.token)
    times = "+"
    if digits > 0:
        times = f"{{{digits}}}" if not picture.optional else f"{{{max(digits - picture.optional, 0)},{digits}}}"
    return f"[0-9]{times}" + ("(?:th|st|nd|rd)" if picture.ordinal else "")


def reader(picture: IntegerPicture) -> Callable[[str], float]:
    """A function that reads what a picture shows; NaN for what it doesn't show."""
    if picture.kind == _LETTERS:
        first = ord("A" if picture.case == "upper" else "a")
        return lambda text: _from_letters(text, first)
    if picture.kind == _ROMAN_NUMERAL:
        return lambda text: _from_roman(text if picture.case == "upper" else text.upper())
    if picture.kind == _WORDS:
        return lambda text: _from_words(text.lower())
    if picture.kind == _SEQUENCE:
        raise Fault("D3130", value=picture.token)
    return lambda text: _from_digits(text, picture)


def _from_letters(text: str, first: int) -> float:
    value = 0.0
    for letter in text:
        value = value * 26 + ord(letter) - first + 1
    return number(value) if math.isfinite(value) else value


def _from_roman(text: str) -> float:
    value, largest = 0, 1
    for letter in reversed(text):
        worth = _ROMAN_VALUES.get(letter)
        if worth is None:
            return math.nan
        if worth < largest:
            value -= worth
        else:
            largest = worth
            value += worth
    return value


def _from_words(text: str) -> float:
    segments: list[float] = [0]
    for word in _WORD_SEPARATOR.split(text):
        worth = WORD_VALUES.get(word)
        if worth is None:
            return math.nan
        if worth < 100:
            top = segments.pop()
            if top >= 1000:
                segments.append(top)
                top = 0
            segments.append(top + worth)
        else:
            segments.append(as_float(segments.pop()) * worth)
    total = sum(map(as_float, segments))
    return number(total) if math.isfinite(total) else total


def _from_digits(text: str, picture: IntegerPicture) -> float:
    if picture.ordinal:
        text = text[:-2]
    if picture.regular:
        text = text.replace(",", "")
    else:
        for character in {character for _position, character in picture.separators}:
            text = text.replace(character, "")
    if picture.zero != 0x30:
        text = "".join(chr(max(ord(character) - picture.zero + 0x30, 0)) for character in text)
    return leading_integer(text)


def leading_integer(text: str) -> float:
    """The integer that a text begins with (JavaScript's `parseInt`), NaN where there is none."""
    match = _LEADING_INTEGER.match(text)
    return math.nan if match is None else number(float(match[1]))
