"""The *Your values* panel: what is asked for once, so that every copied text is the learner's own."""

from __future__ import annotations

from course.console import your_values
from course.panels.description import Block, Say, Table
from course.panels.panel import Panel
from course.panels.values_form import ValuesForm

_CONSOLE = (
    "**Account**: click your name at the top right; *Account ID*, with an icon that copies it.",
    "**Region**: the name beside it. The console's address has it in the form `eu-central-1`.",
    "**Bucket**: **S3**, **General purpose buckets**.",
    "**SageMaker role**: **IAM**, **Roles**, the role: *ARN*.",
)
_ASKED = (
    ("Account", "ACCOUNT", "12 digits"),
    ("Region", "REGION", "such as eu-central-1"),
    ("Bucket", "BUCKET", "its name alone, without s3://"),
    ("SageMaker role", "the course's role in ACCOUNT", "its ARN, if it is another"),
    ("Other names", "the names of the lessons", "where you have called something otherwise"),
)


class ValuesPanel(Panel):
    """The form; on a real account, what is known."""

    def __init__(self) -> None:
        super().__init__("Your values", "for the console", _CONSOLE)
        self.form = ValuesForm()
        self._assemble([self.form.view], [])
        known = your_values.are_known()
        self._say("These are your account's: nothing to do." if known else "They stay on this computer.", "plain")

    def describe(self) -> list[Block]:
        # Whose values are kept on this computer is no part of a stored lesson.
        return [
            Say("What you copy for the console has your own values in it. Until you give one, capitals stand for it."),
            Table("What is asked for", ("Value", "Until then", "How it looks"), _ASKED),
        ]


def values_panel() -> ValuesPanel:
    """A panel that asks for account, region, bucket, role and names, once: they go into every copied text."""
    return ValuesPanel()
