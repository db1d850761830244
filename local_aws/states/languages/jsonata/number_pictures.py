"""`$formatNumber`: a number as a picture shows it (XPath and XQuery Functions 3.1, "fn:format-number").

As JSONata's reference implementation, 2.0.6, has it, to the letter; where that one would not end, 0 and negative
numbers with an exponent, the plain meaning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from local_aws.states.languages.jsonata.errors import SIZE_MESSAGE, Fault, JSONataError
from local_aws.states.languages.jsonata.limits import Run
from local_aws.states.languages.jsonata.numerals import rounded
from local_aws.states.languages.jsonata.values import UNDEFINED, as_float, number_text

_DEFAULTS = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "infinity": "Infinity",
    "minus-sign": "-",
    "NaN": "NaN",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}
_MAX_DIGITS = 100
"""Digits after the point that JavaScript writes."""
_MAX_PICTURE = 1000


@dataclass(frozen=True)
class _Signs:
    """The characters that mean something in a picture."""

    decimal: str
    grouping: str
    exponent: str
    minus: str
    percent: str
    per_mille: str
    optional: str
    digits: str

    @property
    def zero(self) -> str:
        return self.digits[0]

    def count(self, text: str, optional: bool = False) -> int:
        """The digits in a part of a picture, with the optional ones or without."""
        return sum(character in self.digits or (optional and character == self.optional) for character in text)


@dataclass(frozen=True)
class _Parts:
    """A picture taken apart."""

    picture: str
    prefix: str
    suffix: str
    active: str
    mantissa: str
    exponent: str | None
    integer: str
    fraction: str


@dataclass(frozen=True)
class _Layout:
    """What a picture asks for."""

    picture: str
    prefix: str
    suffix: str
    groups: list[int]
    regular: int
    fraction_groups: list[int]
    least_integer: int
    scaling: int
    least_fraction: int
    most_fraction: int
    least_exponent: int


def format_number(run: Run, value: Any, picture: Any, options: Any) -> Any:
    if value is UNDEFINED:
        return value
    if picture is UNDEFINED:
        raise Fault("T0410", index=2)
    if len(picture) > _MAX_PICTURE:
        raise JSONataError(None, SIZE_MESSAGE)
    run.spend(40 * len(picture))
    words = _DEFAULTS | {
        name: text for name, text in ({} if options is UNDEFINED else options).items() if type(text) is str and text
    }
    first = ord(words["zero-digit"][0])
    signs = _Signs(
        words["decimal-separator"],
        words["grouping-separator"],
        words["exponent-separator"],
        words["minus-sign"],
        words["percent"],
        words["per-mille"],
        words["digit"],
        "".join(chr(code) for code in range(first, min(first + 10, 0x110000))).ljust(10, "\0"),
    )
    pictures = picture.split(words["pattern-separator"])
    if len(pictures) > 2:
        raise Fault("D3080")
    active = {*signs.digits, signs.decimal, signs.exponent, signs.grouping, signs.optional, words["pattern-separator"]}
    layouts = []
    for part in pictures:
        parts = _parts(part, signs, active)
        _check(parts, signs, active)
        layouts.append(_layout(parts, signs))
    if len(layouts) == 1:
        layouts.append(replace(layouts[0], prefix=signs.minus + layouts[0].prefix))
    text = _format(as_float(value), layouts[0] if value >= 0 else layouts[1], signs)
    run.characters(len(text))
    return text


def _parts(picture: str, signs: _Signs, active: set[str]) -> _Parts:
    places = [place for place, character in enumerate(picture) if character in active and character != signs.exponent]
    if not places:
        # The reference breaks down here; AWS goes on to the next rule (measured by others, floci-io/floci issue 2737).
        raise Fault("D3086" if picture else "D3085")
    begin, end = places[0], places[-1] + 1
    shown = picture[begin:end]
    exponent_at = picture.find(signs.exponent, begin)
    if exponent_at < 0 or exponent_at > end:
        mantissa, exponent = shown, None
    else:
        # The reference counts this place from the beginning of the picture in a text that begins later.
        mantissa, exponent = shown[:exponent_at], shown[exponent_at + 1 :]
    integer, found, fraction = mantissa.partition(signs.decimal)
    suffix = picture[end:]
    return _Parts(picture, picture[:begin], suffix, shown, mantissa, exponent, integer, fraction if found else suffix)


def _check(parts: _Parts, signs: _Signs, active: set[str]) -> None:
    faults = list(_faults(parts, signs, active))
    if faults:
        # The reference reports the last one.
        raise Fault(faults[-1])


def _faults(parts: _Parts, signs: _Signs, active: set[str]) -> Any:
    picture = parts.picture
    if picture.count(signs.decimal) > 1:
        yield "D3081"
    if picture.count(signs.percent) > 1:
        yield "D3082"
    if picture.count(signs.per_mille) > 1:
        yield "D3083"
    if signs.percent in picture and signs.per_mille in picture:
        yield "D3084"
    if not signs.count(parts.mantissa, optional=True):
        yield "D3085"
    if any(character not in active for character in parts.active):
        yield "D3086"
    point = picture.find(signs.decimal)
    if point >= 0:
        if signs.grouping in (picture[max(point - 1, 0) : point], picture[point + 1 : point + 2]):
            yield "D3087"
    elif parts.integer[-1:] == signs.grouping:
        yield "D3088"
    if signs.grouping * 2 in picture:
        yield "D3089"
    optional = parts.integer.find(signs.optional)
    if optional >= 0 and signs.count(parts.integer[:optional]):
        yield "D3090"
    optional = parts.fraction.rfind(signs.optional)
    if optional >= 0 and signs.count(parts.fraction[optional:]):
        yield "D3091"
    if parts.exponent and (signs.percent in picture or signs.per_mille in picture):
        yield "D3092"
    if parts.exponent is not None and (not parts.exponent or signs.count(parts.exponent) < len(parts.exponent)):
        yield "D3093"


def _layout(parts: _Parts, signs: _Signs) -> _Layout:
    groups = _groupings(parts.integer, parts.integer, signs, to_left=False)
    least_integer = scaling = signs.count(parts.integer)
    least_fraction = signs.count(parts.fraction)
    most_fraction = signs.count(parts.fraction, optional=True)
    has_exponent = parts.exponent is not None
    if least_integer == 0 and most_fraction == 0:
        if has_exponent:
            least_fraction = most_fraction = 1
        else:
            least_integer = 1
    if has_exponent and least_integer == 0 and signs.optional in parts.integer:
        least_integer = 1
    if least_integer == 0 and least_fraction == 0:
        least_fraction = 1
    return _Layout(
        parts.picture,
        parts.prefix,
        parts.suffix,
        groups,
        regular_distance(groups),
        _groupings(parts.fraction, parts.integer, signs, to_left=True),
        least_integer,
        scaling,
        least_fraction,
        most_fraction,
        signs.count(parts.exponent or ""),
    )


def _groupings(part: str, integer: str, signs: _Signs, to_left: bool) -> list[int]:
    """How many digits stand between each grouping separator of a part and the point."""
    positions = []
    place = part.find(signs.grouping)
    while place >= 0:
        positions.append(signs.count(part[:place] if to_left else part[place:], optional=True))
        # The reference looks for the next one in the integer part, whichever part it is at.
        place = integer.find(signs.grouping, place + 1)
    return positions


def regular_distance(positions: list[int]) -> int:
    """The distance at which separators are repeated, 0 where it differs."""
    distance = math.gcd(*positions) if positions else 0
    known = set(positions)
    return distance if all(index * distance in known for index in range(1, len(positions) + 1)) else 0


def _format(value: float, layout: _Layout, signs: _Signs) -> str:
    if signs.percent in layout.picture:
        value *= 100
    elif signs.per_mille in layout.picture:
        value *= 1000
    exponent = None
    if layout.least_exponent:
        value, exponent = _scaled(value, layout.scaling)
    text = _digits(as_float(rounded(value, layout.most_fraction)), layout.most_fraction, signs)
    whole, _, fraction = text.partition(".")
    whole, fraction = whole.lstrip(signs.zero), fraction.rstrip(signs.zero)
    whole = whole.rjust(layout.least_integer, signs.zero)
    fraction = fraction.ljust(layout.least_fraction, signs.zero)
    whole = _with_separators(whole, layout, signs)
    for position in layout.fraction_groups:
        fraction = f"{fraction[:position]}{signs.grouping}{fraction[position:]}"
    text = whole + (signs.decimal + fraction if fraction and signs.decimal in layout.picture else "")
    if exponent is not None:
        sign = signs.minus if exponent < 0 else ""
        text += signs.exponent + sign + _digits(exponent, 0, signs).rjust(layout.least_exponent, signs.zero)
    return layout.prefix + text + layout.suffix


def _with_separators(whole: str, layout: _Layout, signs: _Signs) -> str:
    if layout.regular:
        places = [group * layout.regular for group in range(1, (len(whole) - 1) // layout.regular + 1)]
    else:
        places = layout.groups
    point = len(whole)
    for place in places:
        whole = f"{whole[: point - place]}{signs.grouping}{whole[point - place :]}"
        if not layout.regular:
            point += 1
    return whole


def _scaled(value: float, digits: int) -> tuple[float, int]:
    """A number with so many digits before the point, and the exponent that goes with it."""
    if value == 0 or not math.isfinite(value):
        return value, 0
    exponent = 0
    while abs(value) < as_float(10 ** min(digits - 1, 308) if digits else 0.1):
        value *= 10
        exponent -= 1
    while abs(value) > as_float(10 ** min(digits, 308)):
        value /= 10
        exponent += 1
    return value, exponent


def _digits(value: float, places: int, signs: _Signs) -> str:
    """A number without its sign, with so many digits after the point (JavaScript's `toFixed`)."""
    if places > _MAX_DIGITS:
        raise JSONataError(None, "toFixed() digits argument must be between 0 and 100")
    value = abs(value)
    if not math.isfinite(value) or value >= 1e21:
        return number_text(value)
    with localcontext() as context:
        context.prec = 200
        text = f"{Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    if signs.zero == "0":
        return text
    return "".join(signs.digits[int(character)] if character.isdecimal() else character for character in text)
