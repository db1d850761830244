"""Checks of lesson 01: a handler that cuts reviews, an event that tests one, and one that minds a bad event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.checks.exercise import Cases, exercise
from course.checks.trial import Case, compare
from course.outcomes.outcome import NotYet, Said, shown


def _pieces(text: str) -> list[str]:
    """The course's rule: a sentence ends at a full stop, and none is empty."""
    return [piece.strip() for piece in text.split(".") if piece.strip()]


@exercise(
    "01.handler",
    "A handler that cuts reviews into sentences",
    "`text.split('.')` cuts a text at its full stops. Look at what it makes of `'Well...'`.",
    "Take the blanks off both ends of each piece (`piece.strip()`), and leave out the pieces that are empty then.",
    "For the helper, one line: a list of `piece.strip()` for each piece of `text.split('.')`, `if piece.strip()`. The "
    "handler calls the helper for each of `event.items()`.",
)
def handler(work: Callable[..., Any]) -> Cases:
    """Several reviews, ellipses, blanks, nothing at all."""
    empty = "A piece is empty, or only blanks: it is no sentence, and has to be left out."
    events = [
        ("a single sentence", {"guitar": "Stays in tune"}, "The last sentence counts, with a full stop or without."),
        (
            "two sentences",
            {"stand": "Holds.Barely"},
            "A sentence ends at the full stop itself, whether or not a blank follows.",
        ),
        ("blanks around sentences", {"amp": "  Loud.  Very loud "}, "There are blanks left at an end of a sentence."),
        ("a full stop at the end", {"drum": "Loud."}, empty),
        ("a sentence of one letter", {"key": "E. Fine."}, "One letter is a sentence, too: it is not empty."),
        ("an ellipsis", {"strings": "Well... they break."}, empty),
        ("nothing but dots", {"pick": " ... . "}, empty),
        ("an empty text", {"cable": ""}, empty),
        (
            "several reviews",
            {"a": "One. Two.", "b": "Three."},
            "The event has several reviews: the body has the sentences of each.",
        ),
        ("no review at all", {}, "An event without reviews has an empty dict as its body."),
    ]
    yield from compare(work, [Case(what, (event,), _answer(event), advice) for what, event, advice in events], True)


def _answer(event: dict[str, str]) -> dict[str, Any]:
    return {"statusCode": 200, "body": {name: _pieces(text) for name, text in event.items()}}


_WRONG: dict[str, Callable[[dict[str, str]], Any]] = {
    "keeps empty pieces": lambda event: {name: [p.strip() for p in text.split(".")] for name, text in event.items()},
    "leaves blanks around a sentence": lambda event: {
        name: [p for p in text.split(".") if p.strip()] for name, text in event.items()
    },
    "stops after the first review": lambda event: {name: _pieces(event[name]) for name in list(event)[:1]},
    "cuts at ellipses only": lambda event: {
        name: [p.strip() for p in text.split("...") if p.strip(" .")] for name, text in event.items()
    },
}


@exercise(
    "01.event",
    "A test event that finds mistakes",
    "A good test event is one on which a wrong handler gives another answer than the right one.",
    "Which reviews are awkward? Several of them; an ellipsis; a blank after a full stop.",
    "Two reviews will do, if one of them is like `'Well... it works. Mostly.'`.",
)
def event(work: Any) -> Cases:
    """Handlers with a mistake each: the event must tell every one of them from the right one."""
    shape = "Write a dict: names of things, and for each the text of a review."
    if not isinstance(work, dict):
        raise NotYet("the kind of event", Said("a dict of reviews"), work, shape)
    for name, text in work.items():
        if not (isinstance(name, str) and isinstance(text, str)):
            raise NotYet("the kind of event", Said("a text for each name"), {name: text}, shape)
    for mistake, wrong in _WRONG.items():
        case = f"a handler that {mistake}"
        if wrong(work) == _answer(work)["body"]:
            same = Said(f"the same answer as that of the right one: {shown(wrong(work))}")
            raise NotYet(case, Said("another answer than that of the right handler"), same, _REVEALS[mistake])
        yield case


_REVEALS = {
    "keeps empty pieces": "Add a review that ends with a full stop.",
    "leaves blanks around a sentence": "Add a review of two sentences, with a blank between them.",
    "stops after the first review": "Add a second review.",
    "cuts at ellipses only": "Add a review of two sentences, each with a single full stop.",
}


@exercise(
    "01.bad_event",
    "A handler that says what is wrong with its event",
    "What is in the event is not for you to choose. Look before you take: `if 'review' not in event`.",
    "An event may have the name and no text under it: `isinstance(event.get('review'), str)` is True for a text alone.",
    "First: `if not isinstance(event.get('review'), str): return {'statusCode': 400, 'body': 'no review'}`. Then go "
    "on as before.",
)
def bad_event(work: Callable[..., Any]) -> Cases:
    """Good events as before; bad ones answered with status 400, and no error."""
    refuse = "There is no text under `review` here: the answer to such an event has a status and a body of its own."
    number = "There is something under `review` here, and it is no text: that is no review either."
    good = "With a review, the answer is the one of before: its status, and its sentences."
    yield from compare(
        work,
        [
            Case("a review", ({"review": "Great value. Loud."},), _ok(["Great value", "Loud"]), good),
            Case(
                "an empty review",
                ({"review": ""},),
                _ok([]),
                "An empty text is a text, too: a review without sentences.",
            ),
            Case("the hello-world event", ({"key1": "value1"},), _REFUSED, refuse),
            Case("an empty event", ({},), _REFUSED, refuse),
            Case("a number for a review", ({"review": 5},), _REFUSED, number),
            Case("null for a review", ({"review": None},), _REFUSED, number),
        ],
        context=True,
    )


_REFUSED = {"statusCode": 400, "body": "no review"}


def _ok(body: list[str]) -> dict[str, Any]:
    return {"statusCode": 200, "body": body}
