"""The list of all pictures, and the files that they become."""

from collections.abc import Callable

from img import (
    asynchronous_invocation,
    course_map,
    embedded_aws,
    lambda_life,
    roles,
    rooms,
    s3_trigger,
    state_data_flow,
    state_machine,
    synchronous_invocation,
    which_aws,
    whole_chain,
    workflow,
)
from img.shapes import Picture

DRAWINGS: tuple[Callable[[], Picture], ...] = (
    workflow.draw,
    course_map.draw,
    which_aws.draw,
    embedded_aws.draw,
    lambda_life.draw,
    synchronous_invocation.draw,
    asynchronous_invocation.draw,
    roles.draw,
    s3_trigger.draw,
    state_data_flow.draw,
    state_machine.draw,
    whole_chain.draw,
    rooms.draw,
)
"""One function a picture, in the order in which a learner meets them; then those for who changes the project."""

README = """# Pictures

Each picture is an SVG beside the Python file of the same name that draws it.
Don't edit an SVG: edit its source, then run

    python -m img

which rewrites every SVG and this page. Only the standard library is needed, and the same source always
gives the same bytes. `shapes.py` is the vocabulary (box, store, page, choice, arrow, ...), `theme.py` the
colours and type sizes, by day and by night. A test fails when an SVG or this page is not what its source
draws, when something in a picture overlaps or sticks out, and when a lesson shows a picture with another alt
text than the one below.

The README's picture, `readme_lesson.png`, is no drawing: `python -m img.capture` takes it from lesson 06 in a real
JupyterLab, and needs chromium for it.

In a lesson, a picture is shown with its alt text from this table: `![alt text](../img/name.svg)`.

| Picture | Alt text | Made for lessons |
|---|---|---|
"""


def all_pictures() -> tuple[Picture, ...]:
    """Every picture, drawn."""
    return tuple(draw() for draw in DRAWINGS)


def drawn_files() -> dict[str, str]:
    """What belongs into this folder: file name to content, the SVGs and `README.md`."""
    pictures = all_pictures()
    rows = [
        f"| [{p.name}]({p.name}.svg) | {p.alt} | {', '.join(f'{n:02}' for n in p.lessons) or 'docs/architecture.md'} |"
        for p in pictures
    ]
    return {f"{p.name}.svg": p.svg() for p in pictures} | {"README.md": README + "\n".join(rows) + "\n"}
