"""Draws the machine learning workflow: four steps, by hand and automated."""

from itertools import pairwise

from img.shapes import Picture

STEPS = (
    ("Collect and\npreprocess", ("raw data in,", "clean data out"), "storage"),
    ("Select\na model", ("which algorithm,", "which settings"), "function"),
    ("Train\nand test", ("learn from data,", "then measure"), "learning"),
    ("Deploy", ("the model answers", "questions"), "flow"),
)


def draw() -> Picture:
    """The four steps of a workflow, and the two ways from one step to the next."""
    p = Picture(
        name="workflow",
        title="A machine learning workflow",
        subtitle="Four steps. Each one needs what the step before it has made.",
        alt=(
            "A machine learning workflow has four steps: collect and preprocess data, select a model, train"
            " and test it, deploy it. By hand, a person waits for the end of each step and starts the next "
            "one. Automated, new data starts the first step, and the end of each step is an event that "
            "starts the next."
        ),
        lessons=(0,),
        height=536,
    )
    steps = [
        p.box(30 + 214 * n, 100, 178, 112, title, *lines, tone=tone) for n, (title, lines, tone) in enumerate(STEPS)
    ]
    for one, following in pairwise(steps):
        p.arrow(one.right(), following.left())

    p.lane(30, 240, 820, 128, "By hand: a person stands between the steps")
    hand = [p.pill(112 + 205 * n, 282, 107, 38, f"step {n + 1}") for n in range(4)]
    for number, step in enumerate(hand):
        walker = p.person(step.x - 66, 281)
        p.arrow(walker.right(), step.left(), dashed=True)
        if number < 3:
            p.line(step.right(), (step.x + step.w + 29, step.y + 19), dashed=True)
    p.text(46, 352, "Someone waits, looks, and starts the next step: slow, and easy to get wrong.", soft=True)

    p.lane(30, 388, 820, 128, "Automated: the end of a step starts the next one", tone="flow")
    event = p.pill(46, 430, 120, 38, "new data", tone="storage")
    automatic = [p.pill(212 + 170 * n, 430, 112, 38, f"step {n + 1}", tone="flow") for n in range(4)]
    for one, following in zip([event, *automatic], automatic, strict=False):
        p.arrow(one.right(), following.left(), tone="flow")
    p.text(46, 500, "Event-driven: “step 1 is done” is an event, and the event starts step 2.", soft=True)
    return p
