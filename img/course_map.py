"""Draws the map of the course: the lessons, and what each one builds on."""

from img.shapes import Picture

LESSONS = (
    ("00", "Start here", ("a bucket, a role,", "all checks OK")),
    ("01", "Write\na function", ("a handler", "that runs")),
    ("02", "Preprocess", ("a training and", "a testing set")),
    ("03", "Trigger\nfrom S3", ("an upload runs", "the function")),
    ("04", "Learn States\nLanguage", ("a first small", "state machine")),
    ("05", "Processing\nstate", ("a job that", "preprocesses")),
    ("06", "Train and\ndeploy", ("an endpoint", "that answers")),
    ("07", "Start it\nfrom Lambda", ("an upload trains", "and deploys")),
    ("08", "Scale out", ("many data sets", "at once")),
    ("09", "Clean up", ("nothing is left,", "nothing costs")),
)


def draw() -> Picture:
    """Ten lessons in three lanes; an arrow says `builds on`."""
    p = Picture(
        name="course_map",
        title="The way through the course",
        subtitle="From one function to a whole workflow. Under each lesson: what you have at its end.",
        alt=(
            "Map of the ten lessons. Lambda: 00 start here, 01 write a function, 02 preprocess, 03 trigger "
            "from S3. Step Functions and SageMaker: 04 learn the States Language, 05 the processing state, "
            "06 train and deploy, 07 start it from Lambda. Then 08 scale out and 09 clean up. Lesson 04 "
            "builds on 01, 05 on 02 and 04, and 07 on 03 and 06."
        ),
        lessons=(0, 9),
        height=700,
    )
    p.lane(28, 94, 824, 186, "Lambda: one function, run by an event", tone="function")
    p.lane(28, 324, 824, 186, tone="flow")
    p.text(44, 494, "Step Functions and SageMaker: a whole workflow", size=16, strong=True)
    tones = ["plain"] + ["function"] * 3 + ["flow"] * 4
    boxes = []
    for number, (digits, title, lines) in enumerate(LESSONS[:8]):
        x, y = 44 + 207 * (number % 4), 136 + 206 * (number // 4)
        boxes.append(p.box(x, y, 171, 128, f"{digits}  {title}", *lines, tone=tones[number]))
    scale = p.box(665, 560, 171, 114, "08  Scale out", *LESSONS[8][2], tone="learning")
    clean = p.box(458, 560, 171, 114, "09  Clean up", *LESSONS[9][2])
    for one, following in ((0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)):
        p.arrow(boxes[one].right(), boxes[following].left())
    for above, below in ((1, 4), (2, 5)):
        start, end = boxes[above].bottom(0.3), boxes[below].top(0.8)
        p.arrow(start, (start[0], 302), (end[0], 302), end)
    p.arrow(boxes[3].bottom(), boxes[7].top())
    p.arrow(boxes[7].bottom(), scale.top())
    p.arrow(scale.left(), clean.right())
    p.note(
        44,
        575,
        "An arrow: the lesson builds on\nthe one that the arrow leaves.\n09 is safe to run at any time,\nand twice.",
    )
    return p
