"""Awkward data sets for a preprocessing function, and what becomes of them by the course's rules."""

from __future__ import annotations

import html
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any


def _review(text: str, helpful: int, votes: int) -> dict[str, Any]:
    return {"reviewText": text, "helpful": [helpful, votes], "overall": 4.0}


AWKWARD = [
    _review("Well... it works. Mostly.", 2, 3),
    _review("A tie. Nobody knows.", 2, 4),
    _review("No votes. No label.", 0, 0),
    _review("", 3, 3),
    _review("... . ", 3, 3),
    _review("The 6&#34; cable is good &amp; cheap. It lasts.", 1, 5),
    _review("Schön laut. Très bien.", 7, 7),
]
"""Ellipses, a tie, no votes, nothing to say, pieces of a web page, letters beyond ASCII."""

PLAIN = [_review(f"Review {n} begins. Review {n} ends.", *((1, 1) if n % 4 else (0, 1))) for n in range(60)]
"""Sixty ordinary reviews: enough to see how they are split."""


@dataclass(frozen=True)
class Archive:
    """A zipped data set, and the labelled sentences that should come of it, a list for each review."""

    content: bytes
    labelled: list[list[str]]


def archive(reviews: list[dict[str, Any]], member: str = "reviews.json") -> Archive:
    """A zip of reviews, one a line, with what macOS leaves in every zip beside them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(member, "\n".join(json.dumps(review) for review in reviews) + "\n")
        zipped.writestr(f"__MACOSX/._{member}", b"\x00\x05\x16\x07 not JSON")
    return Archive(packed.getvalue(), [found for found in map(_labelled, reviews) if found])


def _labelled(review: dict[str, Any]) -> list[str]:
    helpful, votes = review["helpful"]
    if 2 * helpful == votes:
        return []
    label = "__label__1" if 2 * helpful > votes else "__label__2"
    pieces = (piece.strip() for piece in html.unescape(review["reviewText"]).split("."))
    return [f"{label} {piece}" for piece in pieces if piece]
