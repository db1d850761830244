"""Draws which AWS a lesson touches: the embedded one, or a real account."""

from img.shapes import Picture


def draw() -> Picture:
    """One setting, two targets."""
    p = Picture(
        name="which_aws",
        title="Which AWS does this lesson touch?",
        subtitle="One setting decides. The first cell of every lesson tells you the answer in words.",
        alt=(
            "The setting COURSE_TARGET decides which AWS a lesson touches. With local, the default, it is "
            "the embedded AWS on this computer: no account, no cost, and keys in ~/.aws are not used. With "
            "aws it is your real account: the lesson names the account, the region and what costs money, "
            "and goes on only after you said yes."
        ),
        lessons=(0,),
        height=474,
    )
    lesson = p.page(30, 210, 160, 92, "Any lesson", "the same cells,", "the same `boto3`", tone="plain")
    choice = p.choice(240, 190, 254, 132, "`COURSE_TARGET`", tone="access")
    p.arrow(lesson.right(), choice.left())
    local = p.box(
        574,
        100,
        276,
        138,
        "Embedded AWS",
        "on this computer",
        "no account, no cost",
        "keys in `~/.aws` are not used",
        tone="storage",
    )
    real = p.box(
        574,
        274,
        276,
        138,
        "Your AWS account",
        "names account and region,",
        "says what costs money,",
        "asks you once",
        tone="learning",
    )
    p.arrow(choice.top(), (367, 169), local.left(), tone="storage")
    p.arrow(choice.bottom(), (367, 343), real.left(), tone="learning")
    p.text(558, 158, "`local`, the default", anchor="end")
    p.text(558, 370, "`aws`, only when you set it", anchor="end")
    p.text(30, 446, "With `local`, a lesson can’t reach a real account, even by mistake.", soft=True)
    return p
