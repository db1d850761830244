"""The checks of lesson 01: untouched, with planted mistakes, solved."""

from __future__ import annotations

import pytest

from course.checks import trial
from tests.course.checks.conftest import changed, check_untouched_and_solved, check_wrong, judge


@pytest.mark.parametrize("name", ["01.handler", "01.event", "01.bad_event"])
def test_untouched_and_solved(name: str) -> None:
    check_untouched_and_solved(name)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (changed("01.handler", (" if piece.strip()", "")), ["''", "only blanks", "left out"]),
        (changed("01.handler", ("[piece.strip() for", "[piece for")), ["blanks", "'  Very loud '"]),
        (changed("01.handler", ('split(".")', 'split(". ")')), ["'Holds.Barely'"]),
        (changed("01.handler", ("event.items()", "list(event.items())[:1]")), ["several reviews", "`b` is missing"]),
        (changed("01.handler", ('"body": found', '"body": str(found)')), ["a single sentence"]),
        (
            changed("01.handler", ("len(event)", "event['guitar']")),
            ["KeyError: 'guitar'", "in line 6 of your cell"],
        ),
        (changed("01.handler", ("return {", "return {1, 2} or {")), ["not JSON serializable"]),
        (changed("01.handler", ("def sentences", "def pieces")), ["uses sentences from another cell"]),
        (changed("01.handler", ("    return {", "    result = {")), ["end with a return"]),
        (changed("01.handler", ("    return [", "    pieces = [")), ["In `body.guitar`: a list is needed, not None"]),
        (changed("01.handler", ('{"statusCode": 200, "body": found}', "found")), ["`statusCode`, `body` are missing"]),
        (changed("01.handler", ("200", "'200'")), ["In `statusCode`: a number is needed, not a text"]),
        (changed("01.handler", ("if piece.strip()", "if len(piece) > 1")), ["a sentence of one letter"]),
    ],
    ids=[
        "empty",
        "blanks",
        "split",
        "first only",
        "text",
        "error",
        "set",
        "another cell",
        "no return",
        "helper without return",
        "bare",
        "status",
        "short",
    ],
)
def test_a_handler_with_a_mistake(source: str, said: list[str]) -> None:
    check_wrong(judge("01.handler", source), *said)


def test_a_handler_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SECONDS", 2.0)
    endless = changed("01.handler", ("    return [", "    while not text.strip('. '):\n        pass\n    return ["))
    result = judge("01.handler", endless)
    check_wrong(result, "nothing but dots", "had not ended", "a loop that never ends")
    assert result.passed[-1] == "an ellipsis"


def test_a_handler_that_ends_its_process() -> None:
    lost = changed("01.handler", ('print("reviews:", len(event))', "__import__('os')._exit(3)"))
    check_wrong(judge("01.handler", lost), "has ended its process, with the status 3")
    check_wrong(judge("01.handler", changed("01.handler", ('print("reviews:", len(event))', "exit()"))), "SystemExit")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('hard_event = {"guitar": "Great value"}', "keeps empty pieces"),
        ('hard_event = {"guitar": "Great value."}', "leaves blanks"),
        ('hard_event = {"guitar": "Great. Loud."}', "stops after the first review"),
        ('hard_event = {"guitar": "Great... Loud...", "pick": "Small..."}', "cuts at ellipses only"),
        ('hard_event = {"guitar": ["Great."]}', "a text for each name"),
        ('hard_event = "Great. Loud."', "a dict of reviews"),
        ('hard_event = {"strings": "Well... they break. Mostly.", "pick": "?"}', "1 place with a ?"),
    ],
)
def test_an_event_that_finds_too_little(source: str, said: str) -> None:
    check_wrong(judge("01.event", source), said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('not isinstance(event.get("review"), str)', '"review" not in event', "a number for a review"),
        ('not isinstance(event.get("review"), str)', 'not event.get("review")', "an empty review"),
        ("400", "200", "the hello-world event"),
        ('"no review"', "[]", "the hello-world event"),
        ('event.get("review")', 'event["review"]', "has no such name"),
        ('not isinstance(event.get("review"), str)', "True", "Look at `statusCode`. With a review"),
        ('"statusCode": 400, "body": "no review"', '"statusCode": 400', "`body` is missing"),
    ],
)
def test_a_handler_that_a_bad_event_upsets(old: str, new: str, said: str) -> None:
    check_wrong(judge("01.bad_event", changed("01.bad_event", (old, new))), said)
