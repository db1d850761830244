"""Draws the embedded AWS as a house: one front door, its rooms, and the real account next to it."""

from img.shapes import Picture


def draw() -> Picture:
    """Callers on the left, the house in the middle, a real account below."""
    p = Picture(
        name="embedded_aws",
        title="An AWS inside your computer",
        subtitle="The lessons speak to it as they speak to AWS. It runs your code and your jobs for real.",
        alt=(
            "The embedded AWS as a house. The notebook, the AWS CLI and any SDK call its gateway at "
            "AWS_ENDPOINT_URL. The gateway asks who calls, and whether they may. Behind it are Lambda, Step"
            " Functions, SageMaker, and S3, IAM and more by moto. Services call each other through the "
            "gateway, too. The same lessons run on a real AWS account."
        ),
        lessons=(0,),
        height=680,
    )
    callers = p.lane(30, 178, 186, 366, "Who calls")
    notebook = p.page(48, 226, 150, 76, "Notebook", "`boto3`", tone="plain")
    command = p.box(48, 330, 150, 76, "AWS CLI")
    other = p.box(48, 434, 150, 76, "Any SDK")
    p.house(268, 178, 582, 366, 70, "Embedded AWS")
    gateway = p.box(
        292,
        204,
        176,
        286,
        "Gateway",
        "Who calls?",
        "May they?",
        "",
        "one address:",
        "`127.0.0.1:4566`",
        tone="access",
    )
    for caller in (notebook, command, other):
        middle = caller.y + caller.h / 2
        p.arrow(caller.right(), (gateway.x, middle))
    rooms = [
        p.box(560, 204, 266, 58, "Lambda", "runs your functions", tone="function"),
        p.box(560, 280, 266, 58, "Step Functions", "runs your state machines", tone="flow"),
        p.box(560, 356, 266, 58, "SageMaker", "runs your jobs and models", tone="learning"),
        p.box(560, 432, 266, 58, "S3, IAM, Logs, SQS, …", "by moto", tone="storage"),
    ]
    *wings, storage = rooms
    for room in wings:
        middle = room.y + room.h / 2
        p.arrow((gateway.x + gateway.w, middle - 9), (room.x, middle - 9))
        p.arrow((room.x, middle + 9), (gateway.x + gateway.w, middle + 9), dashed=True)
    p.arrow((gateway.x + gateway.w, storage.y + storage.h / 2), storage.left())
    p.text(559, 524, "Dashed: a service calls another one, through the same door.", anchor="middle", soft=True)
    account = p.box(560, 572, 290, 84, "A real AWS account", "the same lessons,", "not a line changed")
    p.arrow(callers.bottom(), (callers.x + callers.w / 2, 614), account.left())
    p.text(146, 602, "with `COURSE_TARGET=aws`")
    return p
