"""Draws the state machine that the course builds."""

from itertools import pairwise

from img.shapes import Picture


def draw() -> Picture:
    """Five states in a column, then the loop that waits for the endpoint."""
    p = Picture(
        name="state_machine",
        title="The state machine of this course",
        subtitle="Two jobs that are waited for, three calls that answer at once, and a loop.",
        alt=(
            "The course's state machine: preprocess, train, create the model, create the endpoint "
            "configuration, create the endpoint. The two jobs wait for completion. Then a loop: wait, "
            "describe the endpoint, choose. Creating leads back to wait, InService to the successful end, "
            "anything else to a failure."
        ),
        lessons=(5, 6),
        height=672,
    )
    start = p.pill(142, 94, 116, 38, "Start")
    preprocess = p.box(
        60, 160, 280, 86, "Preprocess", "`createProcessingJob.sync`", "waits for the job", tone="learning"
    )
    train = p.box(60, 274, 280, 86, "Train", "`createTrainingJob.sync`", "waits for the job", tone="learning")
    model = p.box(60, 388, 280, 66, "Create model", "`createModel`", tone="flow")
    config = p.box(60, 482, 280, 66, "Configure endpoint", "`createEndpointConfig`", tone="flow")
    endpoint = p.box(60, 576, 280, 66, "Create endpoint", "`createEndpoint`", tone="flow")
    column = [start, preprocess, train, model, config, endpoint]
    for upper, lower in pairwise(column):
        p.arrow(upper.bottom(), lower.top())

    wait = p.box(470, 160, 230, 66, "Wait", "some seconds", tone="access")
    describe = p.box(470, 274, 230, 66, "Describe endpoint", "`describeEndpoint`", tone="access")
    status = p.choice(470, 388, 230, 104, "Its status?", tone="access")
    done = p.pill(608, 584, 130, 44, "Done", tone="storage")
    failed = p.pill(432, 584, 130, 44, "Failed", tone="wrong")
    p.arrow(endpoint.right(), (400, 609), (400, 193), wait.left())
    p.arrow(wait.bottom(), describe.top())
    p.arrow(describe.bottom(), status.top())
    p.arrow(status.right(), (790, 440), (790, 193), wait.right(), tone="access")
    p.arrow(status.bottom(), (585, 534), (673, 534), done.top(), tone="storage")
    p.arrow(status.bottom(), (585, 534), (497, 534), failed.top(), tone="wrong")
    p.text(708, 466, "`Creating`:\nwait again")
    p.text(688, 558, "`InService`")
    p.text(482, 549, "anything\nelse", anchor="end")
    return p
