"""The Permissions panel: a role, its policies, and whether they would allow a call.

Source of what is shown: IAM user guide, "Policy evaluation logic" and "Testing IAM policies with the policy
simulator".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import boto3
import ipywidgets as widgets

from course.panels.description import Block, Code, Facts, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.json_text import json_fault
from course.panels.panel import News, Panel, button, field, html_box, row

Kind = Literal["AWS managed", "Customer managed", "Inline"]

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


@dataclass(frozen=True)
class RolePolicy:
    """A policy of a role: attached (it has an ARN) or inline (it has none)."""

    name: str
    kind: Kind
    arn: str | None
    document: dict[str, Any]

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Its statements; the language allows a single one to stand without a list."""
        found = self.document["Statement"]
        return found if isinstance(found, list) else [found]


@dataclass(frozen=True)
class Role:
    """A role: who may take it on, and its policies."""

    name: str
    arn: str
    trusted: tuple[str, ...]
    policies: tuple[RolePolicy, ...]
    boundary: dict[str, Any] | None = None


@dataclass(frozen=True)
class Judged:
    """One statement of a role's policies, and whether it decides about a call."""

    policy: str
    number: int
    statement: dict[str, Any]
    applies: bool

    def row(self) -> tuple[str, ...]:
        """The statement as a row of the table."""
        actions = _listed(self.statement, "Action")
        resources = _listed(self.statement, "Resource")
        applies = "applies" if self.applies else "does not apply"
        return (self.policy, str(self.number), self.statement["Effect"], actions, resources, applies)


@dataclass(frozen=True)
class Verdict:
    """Whether a call would be allowed, and what each statement has to say about it."""

    action: str
    resource: str
    decision: Literal["allowed", "explicitDeny", "implicitDeny"]
    statements: tuple[Judged, ...]
    missing_keys: tuple[str, ...] = ()
    within_boundary: bool = True

    @property
    def allowed(self) -> bool:
        """Whether the call would go through."""
        return self.decision == "allowed"

    def sentence(self) -> str:
        """The verdict in words."""
        call = f"`{plain(self.action)}` on `{plain(self.resource)}`"
        deciding = [f"statement {one.number} of **{plain(one.policy)}**" for one in self.statements if one.applies]
        if self.allowed:
            return f"**Allowed:** {call}, by {' and '.join(deciding)}."
        if self.decision == "explicitDeny":
            return f"**Denied:** {call}, by {' and '.join(deciding) or 'the permissions boundary'}. A Deny always wins."
        if not self.within_boundary:
            return f"**Denied:** {call}. The role's permissions boundary does not allow it."
        return f"**Denied:** {call}. No statement allows it, and what isn't allowed is denied."


class RolePermissions:
    """What the panel does with a role, through boto3."""

    def __init__(self, name: str):
        self.name = name.rpartition("/")[2]
        self._iam = boto3.client("iam")

    def read(self) -> Role:
        """The role with its policies as they are now.

        Raises:
            ClientError: there is no such role, or it may not be read.
        """
        found = self._iam.get_role(RoleName=self.name)["Role"]
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return Role(
            name=self.name,
            arn=found["Arn"],
            trusted=tuple(_trusted(found["AssumeRolePolicyDocument"])),
            policies=(*self._attached(), *self._inline()),
            boundary=self._managed_document(boundary) if boundary else None,
        )

    def known_policies(self) -> dict[str, str]:
        """All managed policies of the account by name, with their ARNs."""
        pages = self._iam.get_paginator("list_policies").paginate(Scope="All", PaginationConfig={"PageSize": 1000})
        return {policy["PolicyName"]: policy["Arn"] for page in pages for policy in page["Policies"]}

    def attach(self, arn: str) -> None:
        """Attach a managed policy."""
        self._iam.attach_role_policy(RoleName=self.name, PolicyArn=arn)

    def put_inline(self, name: str, document: str) -> None:
        """Give the role a policy of its own, given as JSON text; one of that name is replaced."""
        self._iam.put_role_policy(RoleName=self.name, PolicyName=name, PolicyDocument=document)

    def remove(self, policy: RolePolicy) -> None:
        """Detach a managed policy; delete an inline one, which is nowhere else."""
        if policy.arn is None:
            self._iam.delete_role_policy(RoleName=self.name, PolicyName=policy.name)
        else:
            self._iam.detach_role_policy(RoleName=self.name, PolicyArn=policy.arn)

    def judge(self, action: str, resource: str) -> Verdict:
        """Would the role's policies, as they are now, allow this action on this resource?

        Each statement is handed to IAM's simulator as a policy of its own, so that its answer names statements.
        """
        role = self.read()
        pairs = [(p.name, n, statement) for p in role.policies for n, statement in enumerate(p.statements, 1)]
        if not pairs:
            return Verdict(action, resource, "implicitDeny", ())
        fence = {} if role.boundary is None else {"PermissionsBoundaryPolicyInputList": [json.dumps(role.boundary)]}
        answer = self._iam.simulate_custom_policy(
            PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [one]}) for _, _, one in pairs],
            ActionNames=[action],
            ResourceArns=[resource],
            **fence,
        )
        [result] = answer["EvaluationResults"]
        matched = {statement["SourcePolicyId"] for statement in result.get("MatchedStatements", [])}
        judged = [
            Judged(policy, number, statement, f"PolicyInputList.{place}" in matched)
            for place, (policy, number, statement) in enumerate(pairs, 1)
        ]
        boundary = result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True)
        missing = tuple(result.get("MissingContextValues", ()))
        return Verdict(action, resource, result["EvalDecision"], tuple(judged), missing, boundary)

    def _attached(self) -> list[RolePolicy]:
        pages = self._iam.get_paginator("list_attached_role_policies").paginate(RoleName=self.name)
        return [
            RolePolicy(
                name=found["PolicyName"],
                kind="AWS managed" if ":iam::aws:" in found["PolicyArn"] else "Customer managed",
                arn=found["PolicyArn"],
                document=self._managed_document(found["PolicyArn"]),
            )
            for page in pages
            for found in page["AttachedPolicies"]
        ]

    def _inline(self) -> list[RolePolicy]:
        pages = self._iam.get_paginator("list_role_policies").paginate(RoleName=self.name)
        return [
            RolePolicy(
                name=name,
                kind="Inline",
                arn=None,
                document=self._iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"],
            )
            for page in pages
            for name in page["PolicyNames"]
        ]

    def _managed_document(self, arn: str) -> dict[str, Any]:
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


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
        self.remove = button("Remove", self._remove)
        self.name = field(widgets.Text(description="Inline policy name"))
        self.document = field(widgets.Textarea(description="Policy JSON", rows=9), "course-mono")
        self.save = button("Save as inline policy", self._save)
        self.action = field(widgets.Text("s3:GetObject", description="Action"), "course-mono")
        self.resource = field(widgets.Text("*", description="Resource (ARN)"), "course-mono")
        self.ask = button("Would this call be allowed?", self._ask, primary=True)
        self.copy_policy = CopyButton(label="Copy policy for the console")
        self._overview, self._fault, self._answer = html_box(), html_box(), html_box()
        self.policy.observe(lambda change: self._show_document(change["new"]), "value")
        self.document.observe(lambda change: self._check(change["new"]), "value")
        self.document.value = json.dumps(_STARTER, indent=2)
        self._assemble(
            [
                self._overview,
                row(self.action, self.resource),
                row(self.ask),
                self._answer,
                row(self.managed, self.attach),
                row(self.policy, self.remove),
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
        tone = "good" if verdict.allowed else "bad"
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


def _trusted(trust: dict[str, Any]) -> list[str]:
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    names = []
    for principal in (one.get("Principal", {}) for one in statements if one["Effect"] == "Allow"):
        values = principal.values() if isinstance(principal, dict) else [principal]
        names += [name for value in values for name in ([value] if isinstance(value, str) else value)]
    return names


def _listed(statement: dict[str, Any], element: str) -> str:
    if f"Not{element}" in statement:
        return "all but " + _listed({element: statement[f"Not{element}"]}, element)
    value = statement.get(element, "*")
    return value if isinstance(value, str) else "\n".join(value)


def permissions_panel(role: str) -> PermissionsPanel:
    """A panel for a role: its policies, attaching and removing them, and whether a call would be allowed.

    Args:
        role: the role's name or ARN.
    """
    return PermissionsPanel(role)
