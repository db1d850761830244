"""The Permissions panel: a role, its policies, and whether they would allow a call.

Source of what is shown: IAM user guide, "Policy evaluation logic" and "Testing IAM policies with the policy
simulator".
"""

from __future__ import annotations

import json
from typing import Any, Literal

import ipywidgets as widgets

from course.panels.controls import button, careful_button, field, html_box, row, section
from course.panels.description import Block, Code, Facts, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.json_text import json_fault
from course.panels.panel import News, Panel
from course.panels.role_permissions import Role, RolePermissions, RolePolicy, Verdict

_CONSOLE = (
    "On the function's page: tab **Configuration**, **General configuration**, **Edit**.",
    "Under *Existing role*: **View the role** opens IAM in a new tab.",
    "**Add permissions**, **Attach policies**. Search for the policy, tick it, **Add permissions**.",
    "For a policy of your own: **Add permissions**, **Create inline policy**, **JSON**; paste, **Next**,"
    " *Policy name*, **Create policy**.",
    "To take one away: tick it in the list, **Remove**.",
)
_STARTER = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::your-bucket/data/*"}],
}
_NO_POLICY = "(none)"


class PermissionsPanel(Panel):
    """The role's policies; attach, write, remove; and *would this call be allowed?*."""

    def __init__(self, role: str):
        self.permissions = RolePermissions(role)
        super().__init__("Permissions", self.permissions.name, _CONSOLE)
        self.role: Role | None = None
        self.verdict: Verdict | None = None
        self._known: dict[str, str] = {}
        self.managed = field(widgets.Combobox(description="Managed policy to attach (name or ARN)"))
        self.attach = button("Attach", self._attach)
        self.policy = field(widgets.Dropdown(description="Policy of the role", options=[_NO_POLICY]))
        self.remove = careful_button("Remove", self._removable, self._remove)
        self.name = field(widgets.Text(description="Inline policy name"))
        self.document = field(widgets.Textarea(description="Policy JSON", rows=9), "course-mono")
        self.save = button("Save as inline policy", self._save)
        self.action = field(widgets.Text("s3:GetObject", description="Action"), "course-mono")
        self.resource = field(widgets.Text("*", description="Resource (ARN)"), "course-mono")
        self.ask = button("Ask", self._ask, primary=True)
        self.copy_policy = CopyButton(label="Copy policy for the console")
        self._overview, self._fault, self._answer = html_box(), html_box(), html_box()
        self.policy.observe(lambda change: self._show_document(change["new"]), "value")
        self.document.observe(lambda change: self._check(change["new"]), "value")
        self.document.value = json.dumps(_STARTER, indent=2)
        self._assemble(
            [
                self._overview,
                section("Would this call be allowed?"),
                row(self.action, self.resource),
                row(self.ask),
                self._answer,
                section("Attach, look into, remove"),
                row(self.managed, self.attach),
                row(self.policy, self.remove),
                section("A policy of your own"),
                self.document,
                self._fault,
                row(self.name, self.save),
            ],
            [self.copy_policy],
        )
        self.work("Reading the role", self._read_all, self._show_role)

    def describe(self) -> list[Block]:
        return [*self._role_blocks(), *self._verdict_blocks(), *self._fault_blocks()]

    # ---- the role ------------------------------------------------------------------------------------

    def _read_all(self) -> Role:
        role = self.permissions.read()
        self._known = self._known or self.permissions.known_policies()
        return role

    def _show_role(self, role: Role, words: str = "Ready.") -> News:
        self.role = role
        self.managed.options = tuple(self._known)
        chosen = self.policy.value
        names = [policy.name for policy in role.policies]
        self.policy.options = names or [_NO_POLICY]
        self.policy.value = chosen if chosen in names else self.policy.options[0]
        self._show_document(self.policy.value)
        self._overview.value = as_html(self._role_blocks())
        return News(words, "plain" if words == "Ready." else "good")

    def _role_blocks(self) -> list[Block]:
        if self.role is None:
            return []
        rows = [(policy.name, policy.kind, str(len(policy.statements))) for policy in self.role.policies]
        return [
            Facts([("Taken on by", ", ".join(self.role.trusted) or "nobody"), ("ARN", self.role.arn)]),
            Table("Policies", ("Name", "Kind", "Statements"), rows, "None: the role may do nothing."),
        ]

    def _show_document(self, name: str) -> None:
        policy = self._named(name)
        if policy is not None:
            self.document.value = json.dumps(policy.document, indent=2)
            self.name.value = policy.name if policy.arn is None else ""

    def _named(self, name: str) -> RolePolicy | None:
        return next((policy for policy in (self.role.policies if self.role else ()) if policy.name == name), None)

    def _change(self, doing: str, change: Any, words: str) -> None:
        """Change the role, then read it again and judge the last question anew."""

        def job() -> tuple[Role, Verdict | None]:
            change()
            asked = self.verdict
            return self.permissions.read(), asked and self.permissions.judge(asked.action, asked.resource)

        def done(found: tuple[Role, Verdict | None]) -> News:
            role, verdict = found
            if verdict is not None:
                self._show_verdict(verdict)
            return self._show_role(role, words)

        self.work(doing, job, done)

    def _attach(self) -> None:
        wanted = self.managed.value.strip()
        arn = self._known.get(wanted, wanted)
        if not arn.startswith("arn:"):
            self.refuse(f"No managed policy is called '{wanted}': choose one from the list, or give its ARN.")
            return
        self._change("Attaching", lambda: self.permissions.attach(arn), f"Attached {arn.rpartition('/')[2]}.")

    def _removable(self) -> str:
        policy = self._named(self.policy.value)
        return policy.name if policy else ""

    def _remove(self) -> None:
        policy = self._named(self.policy.value)
        if policy is None:
            self.refuse("The role has no policy that could be removed.")
            return
        self._change("Removing", lambda: self.permissions.remove(policy), f"Removed {policy.name}.")

    def _save(self) -> None:
        name, document = self.name.value.strip(), self.document.value
        if json_fault(document):
            self.refuse(f"The policy is not valid JSON. {json_fault(document)}")
        elif not name:
            self.refuse("The inline policy needs a name.")
        else:
            self._change("Saving", lambda: self.permissions.put_inline(name, document), f"Saved {name}.")

    def _check(self, text: str) -> None:
        self.copy_policy.text = text
        self._fault.value = as_html(self._fault_blocks())

    def _fault_blocks(self) -> list[Block]:
        fault = json_fault(self.document.value)
        return [Say(f"**Not valid JSON.** {plain(fault)}", "bad")] if fault else []

    # ---- would this call be allowed? -----------------------------------------------------------------

    def _ask(self) -> None:
        action, resource = self.action.value.strip(), self.resource.value.strip() or "*"
        if ":" not in action:
            self.refuse(f"'{action}' is not an action: write service and operation, such as s3:GetObject.")
            return
        self.work("Asking", lambda: self.permissions.judge(action, resource), self._show_verdict)

    def _show_verdict(self, verdict: Verdict) -> News:
        self.verdict = verdict
        tone: Literal["good", "bad"] = "good" if verdict.allowed else "bad"
        blocks = as_html(self._verdict_blocks())
        self._answer.value = f'<div class="course-result course-result-{tone}">{blocks}</div>'
        return News("It would be allowed." if verdict.allowed else "It would be denied.", tone)

    def _verdict_blocks(self) -> list[Block]:
        verdict = self.verdict
        if verdict is None:
            return []
        columns = ("Policy", "No.", "Effect", "Actions", "Resources", "This call")
        rows = [one.row() for one in verdict.statements]
        deciding = [one for one in verdict.statements if one.applies]
        keys = ", ".join(verdict.missing_keys)
        unknown = f"Statements have conditions on {keys}, of which this question says nothing: taken as absent."
        return [
            Say(verdict.sentence(), "good" if verdict.allowed else "bad"),
            *([Say(plain(unknown), "note")] if keys else []),
            Table("Every statement", columns, rows, "The role has no policies."),
            *(Code(f"Statement {s.number} of {s.policy}", json.dumps(s.statement, indent=2), "json") for s in deciding),
        ]


def permissions_panel(role: str) -> PermissionsPanel:
    """A panel for a role: its policies, attaching and removing them, and whether a call would be allowed.

    Args:
        role: the role's name or ARN.
    """
    return PermissionsPanel(role)
