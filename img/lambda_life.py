"""Draws the life of an execution environment of Lambda, and what survives in it."""

from img.shapes import Picture


def draw() -> Picture:
    """A time line: init, invocations, a crash, init again; below it, how long each thing lives."""
    p = Picture(
        name="lambda_life",
        title="The life of an execution environment",
        subtitle="Lambda starts an environment once, and uses it for many invocations, one at a time.",
        alt=(
            "Time line of one execution environment: init, two invocations, an invocation that times out, "
            "init again, one more invocation. The first is a cold start, the second is warm. Local "
            "variables live for one invocation. Globals live until the crash. Files in /tmp and the log "
            "stream outlive it in this environment."
        ),
        lessons=(1, 2),
        height=470,
    )
    left = 158
    p.text(30, 142, "What runs", strong=True)
    init = p.box(left, 106, 88, 62, "init", tone="flow")
    first = p.box(left + 98, 106, 96, 62, "invoke", "cold", tone="function")
    warm = p.box(left + 216, 106, 96, 62, "invoke", "warm", tone="function")
    crash = p.box(left + 334, 106, 112, 62, "invoke", "timeout", tone="wrong")
    again = p.box(left + 468, 106, 88, 62, "init", tone="flow")
    last = p.box(left + 566, 106, 96, 62, "invoke", tone="function")
    p.arrow((left, 188), (left + 676, 188))
    p.text(left + 676, 212, "time", anchor="end", soft=True)
    p.text(left, 212, "Between invocations the environment is frozen.", soft=True)

    end = left + 662
    p.text(30, 250, "Local\nvariables", strong=True)
    for box in (first, warm, crash, last):
        p.bar(box.x, 248, box.w, 24, tone="function")
    p.text(30, 311, "Globals", strong=True)
    p.bar(init.x, 292, crash.x + crash.w - init.x, 28, "from init to the crash", tone="flow")
    p.bar(again.x, 292, end - again.x, 28, "new ones", tone="flow")
    p.text(30, 355, "Files in `/tmp`", strong=True)
    p.bar(init.x, 336, end - init.x, 28, "stay, even after the crash", tone="storage")
    p.text(30, 399, "Log stream", strong=True)
    p.bar(init.x, 380, end - init.x, 28, "one for the whole life", tone="storage")
    p.text(
        30,
        444,
        "Never count on it: a second environment starts with new globals and an empty `/tmp`.",
        soft=True,
    )
    return p
