"""How two values differ, in the words that a learner reads."""

from __future__ import annotations

from typing import Any

import pytest

from course.checks.code_errors import after
from course.checks.work import dug
from course.outcomes.mismatch import mismatch
from course.outcomes.outcome import NotYet


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ("a", None, "Nothing came back (None). Does every way through the function end with a return?"),
        (1, "1", "A number is needed, not a text."),
        (True, 1, "True or false is needed, not a number."),
        ({"a": [1]}, {"a": None}, "In `a`: a list is needed, not None. Does a function end without a return?"),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": 2}]}, "In `a[1].b`: a text is needed, not a number."),
        ({"a": 1, "b": 2}, {"a": 1}, "`b` is missing."),
        ({"a": 1}, {"b": 1, "c": 2}, "`a` is missing and `b`, `c` are not asked for."),
        ({"a": 1, "b": "x"}, {"a": 2, "b": []}, "Look at `a`. The advice."),
        ({"a": "x"}, {"a": "$states.input.a"}, "In `a`: $states.input.a was taken as a text: an expression stands "),
        ({"a": "x"}, {"a": "y"}, "The advice."),
        ([1, 2], [2, 1], "The advice."),
        (None, "x", "The advice."),
    ],
)
def test_a_difference_of_kind_or_name_is_said_before_the_advice(expected: Any, got: Any, said: str) -> None:
    assert mismatch(expected, got, "The advice.").startswith(said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("b",), "there is no 'b'"),
        (("a", 1), "there is no item 2 in a"),
        (("a", 0, "c", "d"), "there is no 'd' in a[0].c"),
        (("a", "x"), "there is no 'x' in a"),
    ],
)
def test_what_is_not_there_is_said_without_an_error_of_pythons(path: tuple[str | int, ...], said: str) -> None:
    with pytest.raises(NotYet) as found:
        dug("the work", {"a": [{"c": 5}]}, path, "Look.")
    assert found.value.got == said
    assert dug("the work", {"a": [{"c": 5}]}, ("a", 0, "c"), "Look.") == 5


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("KeyError: 'review'", "no such name"),
        ("TypeError: f() takes 1 positional argument but 2 were given", "more or fewer values"),
        ("TypeError: Object of type set is not JSON serializable", "can't become JSON"),
        ("StateMachineDoesNotExist: An error occurred (X) when calling the Y operation: Z", "AWS has refused the call"),
        ("Sandbox.Timedout: Task timed out after 20.00 seconds", "a loop that never ends"),
        ("SomethingElse: x", "the last line of the error"),
    ],
)
def test_an_error_of_the_code_leads_to_its_own_kind_of_advice(error: str, said: str) -> None:
    assert said in after(error)
