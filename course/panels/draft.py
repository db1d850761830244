"""The State draft panel: a Task state that grows field by field, beside what it still lacks.

What is typed is checked on the way, by line and column, against AWS's own model of the request; nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import ipywidgets as widgets

from course.panels.controls import button, field, html_box, row
from course.panels.description import Block, Code, Facts, Fold, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.panel import Panel
from course.state_machines.draft import Draft, DraftReport, Field, Mistake
from course.state_machines.field_guide import FieldGuide

_CONSOLE = (
    "**Step Functions**, **State machines**, the machine, **Edit**.",
    "Left, tab **Actions**: search for the action, and drag it into the graph.",
    "Click the state: tab **Arguments & Output**. Paste the Arguments over what is there.",
    "A wrong field is refused when the state runs, by the service itself: here it is named as you type.",
    "In the mode **Code**, the whole state can be pasted under `States`.",
)
_MOST_VALUES = 12


class DraftPanel(Panel):
    """A piece to add, what is wrong with it, what is there and what is missing, and a field's meaning and limits."""

    def __init__(self, draft: Draft):
        super().__init__("State draft", draft.action, _CONSOLE)
        self.draft = draft
        self.mistakes: Sequence[Mistake] = ()
        self._guides = draft.guide()
        self.piece = field(widgets.Textarea("{}", description="Fields to add, as JSON", rows=7), "course-mono")
        self.add = button("Add", self._add, primary=True)
        self.remove = button("Remove", self._remove)
        self.removable = field(widgets.Dropdown(description="Field to remove"))
        self.field = field(widgets.Dropdown(description="Field to look up", options=list(self._guides)), "course-mono")
        self.copy_arguments = CopyButton(label="Copy Arguments for the console")
        self.copy_state = CopyButton(label="Copy state for the console")
        self._faults, self._guide, self._fields, self._arguments = html_box(), html_box(), html_box(), html_box()
        self._fields.add_class("course-names")
        self.piece.observe(lambda _: self._check(), "value")
        self.field.observe(lambda _: self._show_guide(), "value")
        self._assemble(
            [
                self.piece,
                self._faults,
                row(self.add, self.removable, self.remove),
                self._fields,
                self._arguments,
                self.field,
                self._guide,
            ],
            [self.copy_arguments, self.copy_state],
        )
        self._show_guide()
        self._show_draft()

    def describe(self) -> list[Block]:
        return [*self._draft_blocks(), *_guide_blocks(self._guides[self.field.value]), *self._fault_blocks()]

    # ---- the piece -----------------------------------------------------------------------------------

    def _check(self) -> None:
        text = self.piece.value
        self.mistakes = self.draft.check(text) if text.strip() else ()
        self._faults.value = as_html(self._fault_blocks())

    def _fault_blocks(self) -> list[Block]:
        return [Code("Not right yet", "\n\n".join(map(str, self.mistakes)))] if self.mistakes else []

    def _add(self) -> None:
        text = self.piece.value.strip()
        if not text:
            self.refuse('Write the fields as a JSON object, such as {"Environment": {}}.')
            return
        report = self.draft.add(text)
        self.mistakes = report.mistakes
        self._faults.value = as_html(self._fault_blocks())
        if self.mistakes:
            where = self.mistakes[0].place
            self._say(f"Nothing was added: {len(self.mistakes)} to correct, the first in {where}.", "bad")
            return
        self.piece.value = "{}"
        self._show_draft(report)

    def _remove(self) -> None:
        if self.removable.value is None:
            self.refuse("There is no field to remove yet.")
            return
        self.draft.remove(self.removable.value)
        self._show_draft()

    # ---- the draft -----------------------------------------------------------------------------------

    def _show_draft(self, report: DraftReport | None = None) -> None:
        arguments, report = self.draft.arguments, report or self.draft.report
        self.removable.options = list(arguments)
        self.removable.value = next(reversed(arguments), None)
        self.copy_arguments.text = self.draft.json()
        state = {"Type": "Task", "Resource": self.draft.resource(), "Arguments": arguments, "End": True}
        self.copy_state.text = json.dumps(state, indent=2, ensure_ascii=False)
        self._fields.value = as_html(_report_blocks(report))
        self._arguments.value = as_html([self._arguments_block()])
        self._show_error(None)
        self._say(*_verdict(report))

    def _draft_blocks(self) -> list[Block]:
        report = self.draft.report
        return [Say(_verdict(report)[0]), *_report_blocks(report), self._arguments_block()]

    def _arguments_block(self) -> Block:
        return Code("Arguments so far", self.draft.json(), "json")

    def _show_guide(self) -> None:
        blocks = as_html(_guide_blocks(self._guides[self.field.value]))
        self._guide.value = f'<div class="course-result">{blocks}</div>'


def _verdict(report: DraftReport) -> tuple[str, str]:
    if report.complete:
        return "Complete: nothing is missing.", "good"
    count = len(report.missing)
    return f"{count} field{'' if count == 1 else 's'} still missing.", "plain"


def _report_blocks(report: DraftReport) -> list[Block]:
    notes = [Say(f"**Note:** {plain(text)}", "note") for text in report.advice]
    changed = [one for one in report.fields if one.name in report.changed]
    if not changed:
        return [_fields_table("Fields", report.fields), *notes]
    rest = Fold(f"All {len(report.fields)} fields", [_fields_table("Fields", report.fields)])
    missing = [Say(f"Still missing: {', '.join(f'`{name}`' for name in report.missing)}.")] if report.missing else []
    return [_fields_table("Added", changed), *missing, rest, *notes]


def _fields_table(caption: str, fields: Sequence[Field]) -> Table:
    marks = {"there": "✓ there"}
    rows = [(one.name, marks.get(one.status, f"✕ {one.status}"), one.meaning) for one in fields]
    return Table(caption, ("Field", "Status", "Meaning"), rows, "None yet.")


def _guide_blocks(guide: FieldGuide) -> list[Block]:
    facts = [("Field", guide.path), ("Value", guide.kind), ("Need", guide.need)]
    facts += [("Limits", guide.limits)] if guide.limits else []
    facts += [("Pattern", guide.pattern)] if guide.pattern else []
    if guide.values and len(guide.values) <= _MOST_VALUES:
        facts.append(("One of", ", ".join(guide.values)))
    blocks: list[Block] = [Facts(facts), Say(plain(guide.meaning))]
    if len(guide.values) > _MOST_VALUES:
        blocks.append(Fold(f"One of {len(guide.values)} values", [Say(plain(", ".join(guide.values)))]))
    if guide.documentation not in ("", guide.meaning):
        blocks.append(Fold("All that AWS's model says", [Say(plain(guide.documentation))]))
    return blocks


def draft_panel(draft: Draft | str) -> DraftPanel:
    """A panel in which a Task state grows: what is there, what is missing, what is wrong and where.

    Args:
        draft: a `Draft`, which grows with the panel, or the action of a new one, such as `createProcessingJob`.

    Raises:
        CourseError: AWS has no such action.
    """
    return DraftPanel(Draft(draft) if isinstance(draft, str) else draft)
