"""The form of *Your values*: in a panel of its own, and below the copy buttons of a panel at the first copy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import ipywidgets as widgets

from course.console import your_values
from course.console.your_values import NAMES, YourValues
from course.errors import CourseError
from course.panels.controls import button, field, html_box, row
from course.panels.description import Say, as_html, plain
from course.panels.front_end import CopyButton

_LABELS = {
    "account": "Account: 12 digits",
    "region": "Region, such as eu-central-1",
    "bucket": "Bucket: its name alone",
    "sagemaker_role": "SageMaker role's ARN, if it has another name than the course's",
}
_COPIED_WITHOUT = (
    "**Copied, with {missing} in place of your own values.** Give them once, here, and copy again. They are kept on "
    "this computer, and go into every text that you copy, in every lesson."
)


class ValuesForm:
    """A field for each value, *Keep*, and what is wrong with one. `view` is the widget."""

    def __init__(self) -> None:
        self.fields = {one: field(widgets.Text(description=label), "course-mono") for one, label in _LABELS.items()}
        self.names = {
            name: field(widgets.Text(description=f"{what}: {name}", placeholder=name), "course-mono")
            for name, what in NAMES.items()
        }
        self.keep = button("Keep", self._keep, primary=True)
        self.more = button("Other names", self._show_names)
        self._said, self._names_box = html_box(), row()
        self.view = widgets.VBox(
            [row(*self.fields.values()), self._names_box, row(self.keep, self.more), self._said],
        )
        self.view.add_class("course-values")
        your_values.listen(self._fill)
        self._fill()

    def _fill(self) -> None:
        values = your_values.given()
        for name, control in self.fields.items():
            control.value = getattr(values, name)
        for name, control in self.names.items():
            control.value = values.names.get(name, "")
        for control in (*self.fields.values(), *self.names.values(), self.keep):
            control.disabled = your_values.are_known()

    def _show_names(self) -> None:
        self._names_box.children = () if self._names_box.children else tuple(self.names.values())

    def _keep(self) -> None:
        written = {name: control.value.strip() for name, control in self.fields.items()}
        names = {name: control.value.strip() for name, control in self.names.items() if control.value.strip()}
        try:
            your_values.give(YourValues(**written, names=names))
        except (CourseError, OSError) as error:
            words = as_html([Say(plain(str(error)), "bad")])
            self._said.value = f'<div role="alert" class="course-error">{words}</div>'
            return
        missing = " and ".join(your_values.given().missing)
        still = f" Not known yet, so in capitals: {missing}." if missing else ""
        words = as_html([Say(f"✓ Kept. What you copy from now on has them in it.{still}", "good")])
        self._said.value = f'<div role="status">{words}</div>'


class AskOnce:
    """Shows nothing until a text was copied in which a value of the learner's is missing; then the form.

    Args:
        copies: the copy buttons that are looked at.
    """

    def __init__(self, copies: Sequence[CopyButton]):
        self.form: ValuesForm | None = None
        self.view = widgets.VBox()
        for copy in copies:
            copy.on_copied(partial(self._ask, copy))

    def _ask(self, copy: CopyButton) -> None:
        missing = [name for name in your_values.given().missing if name in copy.text]
        if not missing or self.form is not None:
            return
        self.form = ValuesForm()
        words = as_html([Say(_COPIED_WITHOUT.format(missing=" and ".join(missing)), "note")])
        self.view.children = [html_box(f'<div role="status">{words}</div>'), self.form.view]
