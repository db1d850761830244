"""Draws an asynchronous invocation of a Lambda function, with its retries."""

from itertools import pairwise

from img.shapes import Picture


def draw() -> Picture:
    """The caller leaves an event in Lambda's queue; Lambda tries up to three times."""
    p = Picture(
        name="asynchronous_invocation",
        title="Asynchronous invocation",
        subtitle="The caller leaves an event, and goes. Lambda does the rest.",
        alt=(
            "Asynchronous invocation. The caller gets 202 and nothing else. The event waits in Lambda's "
            "queue, and Lambda runs the function. When the function fails, Lambda tries again after 1 "
            "minute and after 2 more minutes, with the same request id. After the third failure the event "
            "goes to a failure destination or a dead-letter queue."
        ),
        lessons=(2, 3),
        height=604,
    )
    caller = p.box(34, 104, 124, 62, "Caller", "S3, or you")
    queue = p.box(204, 104, 146, 62, "Queue", "inside Lambda", tone="function")
    function = p.box(404, 104, 130, 62, "Lambda", "your function", tone="function")
    asks = p.bar(84, 190, 24, 66)
    holds = p.bar(265, 190, 24, 292, tone="function")
    p.line(caller.bottom(), asks.top())
    p.line(queue.bottom(), holds.top())
    p.arrow((108, 208), (265, 208))
    p.text(186, 200, "event", anchor="middle")
    p.arrow((265, 244), (108, 244), tone="storage")
    p.text(186, 236, "`202`", anchor="middle")
    p.text(96, 280, "gone: it gets\nno answer", anchor="middle", soft=True)

    tries = [p.bar(457, y, 24, 42, tone="wrong") for y in (238, 336, 434)]
    p.line(function.bottom(), tries[0].top())
    for upper, lower in pairwise(tries):
        p.line(upper.bottom(), lower.top(), dashed=True)
    for number, attempt in enumerate(tries):
        middle = attempt.y + 21
        p.arrow((289, middle), (457, middle), dashed=number > 0)
        p.text(373, middle - 9, ("first try", "second try", "third try")[number], anchor="middle")
        p.text(490, middle + 5, "fails", wrong=True)
    p.text(373, 312, "1 minute later", anchor="middle", soft=True)
    p.text(373, 410, "2 minutes later", anchor="middle", soft=True)
    lost = p.box(212, 522, 322, 58, "Failure destination,\nor dead-letter queue", tone="wrong")
    p.arrow((469, 476), (469, lost.y), tone="wrong")

    p.text(584, 120, "Who waits?", size=16, strong=True)
    p.note(584, 130, "Nobody. `202` comes back\nbefore your code runs.", tone="function")
    p.text(584, 208, "Who queues?", size=16, strong=True)
    p.note(584, 218, "Lambda.", tone="function")
    p.text(584, 274, "Who tries again?", size=16, strong=True)
    p.note(584, 284, "Lambda, up to twice more,\nwith the same request id.", tone="function")
    p.text(584, 362, "What comes back?", size=16, strong=True)
    p.note(584, 372, "Nothing. See the logs,\nor a destination.", tone="function")
    p.text(584, 450, "So write a function that\nmay run twice on the\nsame event.", strong=True)
    return p
