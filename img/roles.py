"""Draws who passes which role, and the three questions that IAM asks on the way."""

from img.shapes import Picture


def draw() -> Picture:
    """You pass a role to Lambda, Lambda takes it on, the role's policies decide."""
    p = Picture(
        name="roles",
        title="Three questions before your function may read a file",
        subtitle="A function has no rights of its own. It works under a role; the role’s policies decide.",
        alt=(
            "Three questions around a role. One: may you pass this role to Lambda? Your own policies must "
            "allow iam:PassRole. Two: may Lambda take the role on? The role's trust policy must name "
            "lambda.amazonaws.com. Three: may the role do this? Its permission policies must allow the "
            "action on the resource. Where the third answer is no, the function gets AccessDenied."
        ),
        lessons=(2, 7),
        height=592,
    )
    you = p.person(60, 122)
    p.text(77, 186, "you", anchor="middle", soft=True)
    service = p.box(250, 100, 150, 84, "Lambda", "runs your code", tone="function")
    role = p.box(478, 100, 150, 84, "Role", "temporary keys", tone="access")
    bucket = p.store(706, 94, 130, 96, "S3", "your file")
    p.arrow(you.right(), service.left())
    p.arrow(service.right(), role.left())
    p.arrow(role.right(), bucket.left())
    for number, x in enumerate((172, 437, 665), start=1):
        p.badge(x, 118, number, tone="access")

    columns = (
        (30, "May you pass it?", "Your own policies", "`iam:PassRole`", "on this role"),
        (310, "May Lambda use it?", "The trust policy", "`sts:AssumeRole`", "for Lambda"),
        (590, "May the role do it?", "The role’s policies", "`s3:GetObject`", "on this object"),
    )
    for number, (x, question, where, action, on) in enumerate(columns, start=1):
        p.badge(x + 14, 232, number, tone="access")
        p.text(x + 38, 238, question, size=16, strong=True)
        p.box(x, 260, 260, 96, where, "must allow " + action, on, tone="access")

    p.lane(30, 384, 820, 184, "When the third answer is no: read `AccessDenied` word by word", tone="wrong")
    rows = (
        ("who", "`assumed-role/my-function-role/my-function`"),
        ("did what", "`is not authorized to perform: s3:GetObject`"),
        ("on what", '`on resource: "arn:aws:s3:::my-bucket/data.zip"`'),
        ("why", "`because no identity-based policy allows the s3:GetObject action`"),
    )
    for number, (part, words) in enumerate(rows):
        p.text(46, 446 + 34 * number, part, strong=True)
        p.text(146, 446 + 34 * number, words)
    return p
