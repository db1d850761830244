"""Accuracy, its baseline, recall and the confusion matrix, on answers counted by hand."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from course.errors import CourseError
from course.state_machines.evaluation import evaluate

GOOD, BAD = "__label__1", "__label__2"
# Eight examples of the frequent label, one of them missed; two of the rare one, one of them found.
TRUE = [GOOD] * 8 + [BAD] * 2
ANSWERED = [GOOD] * 7 + [BAD] + [GOOD, BAD]


def test_the_figures():
    found = evaluate(TRUE, ANSWERED)
    assert found.total == 10
    assert found.accuracy == pytest.approx(8 / 10)
    assert found.majority_baseline == pytest.approx(8 / 10)
    assert found.recall == pytest.approx({GOOD: 7 / 8, BAD: 1 / 2})
    assert found.balanced_accuracy == pytest.approx((7 / 8 + 1 / 2) / 2)


def test_the_confusion_matrix():
    matrix = evaluate(TRUE, ANSWERED).confusion
    assert matrix.loc[GOOD].tolist() == [7, 1]
    assert matrix.loc[BAD].tolist() == [1, 1]
    assert (matrix.index.name, matrix.columns.name) == ("true", "answered")


def test_one_answer_for_all_is_as_good_as_the_baseline_and_no_better_than_a_guess():
    found = evaluate(TRUE, [GOOD] * 10)
    assert found.accuracy == found.majority_baseline == pytest.approx(0.8)
    assert found.balanced_accuracy == pytest.approx(0.5)


def test_a_label_that_only_the_classifier_knows_has_no_recall():
    found = evaluate([GOOD, GOOD], [GOOD, "other"])
    assert found.recall == {GOOD: 0.5, "other": None}
    assert found.balanced_accuracy == 0.5
    assert "recall of other: not in the truth" in repr(found)


def test_it_is_said_in_words():
    assert repr(evaluate(TRUE, ANSWERED)).splitlines() == [
        "accuracy: 80.0% of 10",
        "always the most frequent label: 80.0%",
        "recall of __label__1: 87.5%",
        "precision of __label__1: 87.5%",
        "recall of __label__2: 50.0%",
        "precision of __label__2: 50.0%",
        "mean of the recalls: 68.8%",
        "true \\ answered  __label__1  __label__2",
        "__label__1                7           1",
        "__label__2                1           1",
    ]


def test_the_picture_has_every_count_and_its_share_and_speaks():
    found = evaluate(TRUE, ANSWERED)
    picture = ElementTree.fromstring(found.svg)
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[-8:] == ["7", "87.5%", "1", "12.5%", "1", "50.0%", "1", "50.0%"]
    assert picture.attrib["role"] == "img"
    assert picture.find("{http://www.w3.org/2000/svg}desc").text == repr(found)
    assert "recall of __label__2: 50.0%" in found._repr_mimebundle_()["text/html"]


def test_labels_have_their_names_beside_them_and_precision_its_place():
    found = evaluate([GOOD, GOOD, BAD], [GOOD, BAD, BAD], {GOOD: "helpful", BAD: "unhelpful"})
    assert found.precision == {GOOD: 1.0, BAD: 0.5}
    assert "precision of __label__2 (unhelpful): 50.0%" in repr(found)
    assert ">unhelpful</text>" in found.svg
    assert "precision of __label__2: never answered" in repr(evaluate([BAD], [GOOD]))


def test_labels_cannot_break_the_picture():
    ElementTree.fromstring(evaluate(['<"&'], ["</svg>"]).svg)


@pytest.mark.parametrize(("true", "answered"), [([], []), (["a"], []), (["a"], ["a", "a"])])
def test_what_cannot_be_compared_is_refused(true, answered):
    with pytest.raises(CourseError, match="as many"):
        evaluate(true, answered)
