"""Draws a synchronous invocation of a Lambda function."""

from img.shapes import Picture


def draw() -> Picture:
    """The caller waits, Lambda runs, the answer comes back; beside it the four questions."""
    p = Picture(
        name="synchronous_invocation",
        title="Synchronous invocation",
        subtitle="The caller asks, waits, and gets the answer.",
        alt=(
            "Synchronous invocation. The caller sends an event to Lambda and waits while the handler runs. "
            "It gets 200 and the response. When the handler raises, it still gets 200, with FunctionError "
            "and the error as JSON. Nothing is queued, and only the caller can try again."
        ),
        lessons=(2,),
        height=478,
    )
    caller = p.box(40, 96, 150, 62, "Caller", "your code")
    function = p.box(376, 96, 150, 62, "Lambda", "your function", tone="function")
    waits = p.bar(103, 186, 24, 226)
    runs = p.bar(439, 204, 24, 66, tone="function")
    raises = p.bar(439, 326, 24, 66, tone="wrong")
    p.line(caller.bottom(), waits.top())
    p.line(function.bottom(), runs.top())
    p.line(runs.bottom(), raises.top(), dashed=True)
    p.arrow((127, 216), (439, 216))
    p.text(283, 206, "event", anchor="middle")
    p.arrow((439, 258), (127, 258), tone="storage")
    p.text(283, 248, "`200` and the response", anchor="middle")
    p.line((140, 298), (526, 298), dashed=True)
    p.text(283, 318, "or, when the handler raises:", anchor="middle", soft=True)
    p.arrow((439, 378), (127, 378), tone="wrong")
    p.text(283, 346, "still `200`, with `FunctionError`", anchor="middle")
    p.text(283, 368, "and the error as JSON", anchor="middle")
    p.text(476, 242, "runs", soft=True)
    p.text(476, 364, "fails", wrong=True)
    p.text(115, 436, "waits all the time", anchor="middle", soft=True)

    p.text(578, 120, "Who waits?", size=16, strong=True)
    p.note(578, 130, "The caller, up to the\nfunction’s timeout.", tone="function")
    p.text(578, 204, "Who queues?", size=16, strong=True)
    p.note(578, 214, "Nobody.", tone="function")
    p.text(578, 268, "Who tries again?", size=16, strong=True)
    p.note(578, 278, "The caller, if it wants to.\nLambda does not.", tone="function")
    p.text(578, 352, "What comes back?", size=16, strong=True)
    p.note(578, 362, "`200` and the response,\nor the error.", tone="function")
    return p
