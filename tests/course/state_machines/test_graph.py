"""The graph of a state machine: what it says in words, and that its picture can be read."""

from __future__ import annotations

import itertools
import json
import random
import re
from xml.etree import ElementTree

import pytest

from course.errors import CourseError
from course.state_machines.graph import STATUSES, Graph
from course.state_machines.graph.layout import Arrow, Point, lay_out
from course.state_machines.graph.node import Size

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {
    "StartAt": "Train",
    "States": {
        "Train": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync",
            "Next": "Wait",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        },
        "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Ready?"},
        "Ready?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.status = 'InService' %}", "Next": "Both"}],
            "Default": "Wait",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}},
            ],
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "One",
                "States": {
                    "One": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double",
                        "End": True,
                    }
                },
            },
            "End": True,
        },
        "Sorry": {"Type": "Fail"},
    },
}

IN_WORDS = """\
State machine: 10 states
Start -> Train
Train (Task, sagemaker:createTrainingJob.sync)
  -> Wait
  Catch States.ALL -> Sorry
Wait (Wait, 30 s)
  -> Ready?
Ready? (Choice)
  if $states.input.status = 'InService' -> Both
  Default -> Wait
Both (Parallel)
  -> Each
  branch 1:
    Start -> A
    A (Pass)
      -> End
  branch 2:
    Start -> B
    B (Pass)
      -> C
    C (Succeed)
      -> End
Each (Map)
  -> End
  for each item:
    Start -> One
    One (Task, lambda double)
      -> End
Sorry (Fail)
  -> End"""


def texts(graph: Graph) -> list[str]:
    return [element.text for element in ElementTree.fromstring(graph.svg).iter(f"{SVG}text")]


def test_the_machine_in_words():
    assert repr(Graph(MACHINE)) == IN_WORDS


def test_a_definition_may_be_text():
    assert repr(Graph(json.dumps(MACHINE))) == IN_WORDS


def test_the_picture_has_every_state_the_ends_and_the_conditions():
    shown = texts(Graph(MACHINE))
    for name in ("Start", "End", "Train", "Wait", "Ready?", "Both", "A", "B", "C", "Each", "One", "Sorry"):
        assert name in shown
    assert "input.status = 'InService'" in shown
    assert "Default" in shown
    assert "Catch States.ALL" in shown


def test_a_catch_is_dashed_and_nothing_else():
    picture = ElementTree.fromstring(Graph(MACHINE).svg)
    dashed = [path for path in picture.iter(f"{SVG}path") if "stroke-dasharray" in path.attrib]
    assert len(dashed) == 1


def test_the_picture_speaks_to_those_who_do_not_see_it():
    graph = Graph(MACHINE)
    picture = ElementTree.fromstring(graph.svg)
    assert picture.attrib["role"] == "img"
    assert picture.find(f"{SVG}title").text == "State machine: 10 states"
    assert picture.find(f"{SVG}desc").text == IN_WORDS
    bundle = graph._repr_mimebundle_()
    assert bundle["text/plain"] == IN_WORDS
    assert bundle["image/svg+xml"] == graph.svg
    image = ElementTree.fromstring(bundle["text/html"].partition("<style>")[0].replace('">', '"/>'))
    assert image.attrib["alt"].split() == IN_WORDS.split()


def test_the_same_machine_gives_the_same_picture():
    assert Graph(MACHINE).svg == Graph(json.loads(json.dumps(MACHINE))).svg


def test_a_status_has_a_colour_a_sign_and_a_word():
    signs = {}
    for status in STATUSES:
        graph = Graph(MACHINE, {"Train": status})
        assert f"Train (Task, sagemaker:createTrainingJob.sync): {status}" in repr(graph)
        assert "Wait (Wait, 30 s): not reached" in repr(graph)
        [legend] = [text for text in texts(graph) if text.endswith(status)]
        signs[status] = legend.removesuffix(status).strip()
        assert signs[status] in texts(graph)
    assert len(set(signs.values())) == len(STATUSES)


def test_an_unknown_status_is_refused():
    with pytest.raises(CourseError, match="No status 'done': there are succeeded"):
        Graph(MACHINE, {"Train": "done"})


def test_a_definition_in_the_making_is_drawn_as_far_as_it_goes():
    graph = Graph({"StartAt": "One", "States": {"One": {"Next": "Two"}}})
    assert repr(graph).splitlines()[1:] == ["Start -> One", "One (no type yet)", "  -> Two", "Two (not defined)"]
    assert "not defined" in texts(graph)


@pytest.mark.parametrize(
    ("definition", "text"),
    [("{'StartAt': 1}", "no JSON. line 1, column 2"), ("[]", "StartAt"), ({}, "States"), ({"States": []}, "States")],
)
def test_what_is_no_definition_is_refused(definition, text):
    with pytest.raises(CourseError, match=text):
        Graph(definition)


def test_names_and_conditions_cannot_break_the_picture():
    name, condition = 'a<b>&"c"\'', "{% $x < 1 and '</svg>' != \"]]>\" %}"
    machine = {
        "StartAt": name,
        "States": {name: {"Type": "Choice", "Choices": [{"Condition": condition, "Next": name}], "Default": name}},
    }
    assert name in texts(Graph(machine, {name: "failed"}))


def test_a_long_condition_is_cut_in_the_picture_and_whole_in_words():
    condition = "$states.input.aVeryLongName = 'and a very long value to compare it with'"
    machine = {
        "StartAt": "If",
        "States": {
            "If": {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "End"}]},
            "End": {"Type": "Pass", "End": True},
        },
    }
    graph = Graph(machine)
    assert condition in repr(graph)
    assert max(map(len, texts(graph))) <= 48


def overlap(one: tuple, other: tuple) -> bool:
    (x, y, w, h), (a, b, c, d) = one, other
    return x < a + c and a < x + w and y < b + d and b < y + h


@pytest.mark.parametrize("seed", range(12))
def test_boxes_and_labels_never_overlap_and_arrows_end_at_their_boxes_without_a_slant(seed):
    chance = random.Random(seed)
    names = [f"S{index}" for index in range(chance.choice((1, 2, 8, 50)))]
    boxes = {name: Size(chance.randint(50, 260), chance.randint(30, 120)) for name in names}
    arrows = [Arrow(one, other) for one, other in itertools.pairwise(names)]
    for _ in range(len(names)):
        label = Size(chance.randint(30, 200), 18) if chance.random() < 0.5 else None
        arrows.append(Arrow(chance.choice(names), chance.choice(names), label))
    layout = lay_out(boxes, arrows)
    taken = [(*layout.corners[name], boxes[name].width, boxes[name].height) for name in names]
    for arrow, middle in zip(arrows, layout.labels, strict=True):
        if arrow.label and arrow.source != arrow.target:
            width, height = arrow.label.width, arrow.label.height
            taken.append((middle[0] - width / 2, middle[1] - height / 2, width, height))
    assert not [pair for pair in itertools.combinations(taken, 2) if overlap(*pair)]
    for arrow, way in zip(arrows, layout.ways, strict=True):
        if arrow.source == arrow.target:
            assert way == []
            continue
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in itertools.pairwise(way))
        for name, (x, y) in ((arrow.source, way[0]), (arrow.target, way[-1])):
            left, top = layout.corners[name]
            assert left <= x <= left + boxes[name].width
            assert min(abs(y - top), abs(y - top - boxes[name].height)) < 0.2
    assert all(x >= 0 and x + w <= layout.size.width + 0.2 for x, _, w, _ in taken)
    assert all(y >= 0 and y + h <= layout.size.height + 0.2 for _, y, _, h in taken)
    for (one, way), (other, its_way) in itertools.combinations(zip(arrows, layout.ways, strict=True), 2):
        met = [pair for pair in itertools.product(sideways(way), sideways(its_way)) if lie_on_each_other(*pair)]
        assert not met or {one.source, one.target} & {other.source, other.target}, (one, other, met)


def sideways(way: list[Point]) -> list[tuple[float, float, float]]:
    """The pieces of a way from left to right: height, left, right."""
    return [(y, *sorted((x, to_x))) for (x, y), (to_x, to_y) in itertools.pairwise(way) if x != to_x]


def lie_on_each_other(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(one[0] - other[0]) < 1 and one[1] < other[2] and other[1] < one[2]


def test_a_straight_machine_is_drawn_straight():
    names = [f"S{index}" for index in range(6)]
    layout = lay_out({name: Size(120, 46) for name in names}, [Arrow(*pair) for pair in itertools.pairwise(names)])
    assert len({x for x, _ in layout.corners.values()}) == 1
    assert [y for _, y in layout.corners.values()] == sorted(y for _, y in layout.corners.values())


def test_a_way_past_many_layers_and_the_main_way_beside_it_are_straight():
    names = [f"S{index}" for index in range(8)]
    boxes = {name: Size(120 + 20 * (index % 3), 46) for index, name in enumerate(names)}
    arrows = [Arrow(*pair) for pair in itertools.pairwise(names)] + [Arrow("S0", "S7", Size(90, 18), 0.1)]
    layout = lay_out(boxes, arrows)
    middles = {layout.corners[name][0] + boxes[name].width / 2 for name in names}
    assert max(middles) - min(middles) < 0.2
    assert len({x for x, _ in layout.ways[-1][2:-2]}) == 1
    for way in layout.ways[:-1]:
        assert max(x for x, _ in way) - min(x for x, _ in way) < 0.2


def test_ways_to_the_end_and_back_to_an_earlier_state_have_no_slant():
    """What leads on from a Fail state, a loop, and a state that follows itself: straight pieces, round corners."""
    retry = {"Type": "Choice", "Choices": [{"Condition": "{% $x %}", "Next": "Wait"}], "Default": "Bad"}
    states = {"Wait": {"Type": "Wait", "Next": "Again"}, "Again": retry, "Bad": {"Type": "Fail"}}
    states["Again"]["Choices"] += [{"Condition": "{% $y %}", "Next": name} for name in ("Again", "Good")]
    picture = Graph({"StartAt": "Wait", "States": states | {"Good": {"Type": "Succeed"}}}).svg
    ways = re.findall(r'class="sm-a" d="([^"]*)"', picture)
    assert len(ways) == 8
    for way in ways:
        assert re.fullmatch(r"M[\d. ]+(L[\d. ]+(Q[\d. ]+)?)*", way), way
        ends = [tuple(map(float, step.split()[-2:])) for step in re.split("[MLQ]", way)[1:]]
        kinds = re.findall("[MLQ]", way)
        for kind, (x, y), (to_x, to_y) in zip(kinds[1:], ends, ends[1:], strict=False):
            assert kind == "Q" or abs(x - to_x) < 0.2 or abs(y - to_y) < 0.2, way
