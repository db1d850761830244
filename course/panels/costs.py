"""The Costs panel: what the course's runs would have cost on a real account, and what still costs by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from course.account.bill import Bill, Charge, bill
from course.account.costs import AS_OF, PRICES
from course.account.ended_endpoints import EndedEndpoints
from course.account.leftovers import Leftover, Leftovers, survey
from course.account.sessions import new_session
from course.charts import Bars
from course.lesson import look
from course.panels.controls import button, html_box, row
from course.panels.description import Block, Fold, Picture, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.panel import News, Panel

_CONSOLE = (
    "**Billing and Cost Management**, **Cost Explorer**: *Group by* **Service**. It is a day behind.",
    "**SageMaker AI**, **Inference**, **Endpoints**: search for the name, choose it: **Actions**, **Delete**.",
    "**Billing and Cost Management**, **Budgets**, **Create budget**: an e-mail before it becomes expensive.",
)
_A_DOLLAR_SOON = 0.10
"""US dollars; what is less is told in cents."""
_WORTH_A_WARNING = 0.001
"""US dollars an hour; what a bucket of this course holds comes to far less."""


@dataclass(frozen=True)
class Account:
    """What was used, and what is left."""

    bill: Bill
    left: Leftovers

    @property
    def still_on(self) -> list[Leftover]:
        """What costs by the hour, or may: its price is not known."""
        return [
            one for one in self.left.items if one.dollars_an_hour is None or one.dollars_an_hour >= _WORTH_A_WARNING
        ]


class Accountant:
    """What the panel asks AWS, through a session to which the ledger doesn't listen: to look makes nothing."""

    def __init__(self, lesson: str):
        self._lesson = lesson
        self.target, self._ledger = look()
        self._client = cache(new_session().client)

    def account(self) -> Account:
        """Go through the ledger: what was used, of a lesson or of all, and what is left of all."""
        there = self._ledger.resources()
        made = [one for one in self._ledger.made() if one.kind != "endpoint" or one in there]
        used = [one for one in made if self._lesson in ("", one.lesson)]
        machines = tuple(one.name for one in made if one.kind == "state machine")
        ended = EndedEndpoints(machines, tuple(self._ledger.ends()), self._client, self.target.clock or 1)
        return Account(
            bill(used, self._client, self._ledger.kept(self._lesson), ended.uses), survey(there, self._client)
        )


class CostsPanel(Panel):
    """A warning for what is left on, costs by service, what is left, and the prices."""

    def __init__(self, lesson: str = ""):
        super().__init__("Costs", f"lesson {lesson}" if lesson else "all lessons", _CONSOLE)
        self.accountant = Accountant(lesson)
        self.account: Account | None = None
        self.refresh = button("Refresh", self._refresh, primary=True)
        self.copy_name = CopyButton(label="Copy name of what costs most for the console")
        self._box = html_box()
        self._assemble([row(self.refresh), self._box], [self.copy_name])
        self._refresh()

    def describe(self) -> list[Block]:
        found = self.account
        return [] if found is None else [*_warning_blocks(found), *self._cost_blocks(found), self._prices()]

    def _refresh(self) -> None:
        self.work("Adding up", self.accountant.account, self._show)

    def _show(self, account: Account) -> News:
        self.account = account
        on = account.still_on
        self.copy_name.text = on[0].resource.name if on else ""
        warning = as_html(_warning_blocks(account))
        boxed = f'<div class="course-result course-result-{"bad" if on else "good"}">{warning}</div>'
        self._box.value = boxed + as_html([*self._cost_blocks(account), self._prices()])
        if not on:
            return News("Nothing is left on that costs by the hour.")
        return News(f"Left on: {len(on)} that cost{'s' if len(on) == 1 else ''} by the hour.", "bad")

    def _cost_blocks(self, found: Account) -> list[Block]:
        by_service: dict[str, list[Charge]] = {}
        for one in found.bill.charges:
            by_service.setdefault(one.service, []).append(one)
        rows = [row for service, charges in by_service.items() for row in _rows(service, charges)]
        columns = ("Service", "What", "How much", "Cost")
        used = Table("What it would have cost so far", columns, rows, "Nothing was used yet.")
        left = [(one.resource.kind, one.resource.name, one.state, one.cost) for one in found.left.items]
        together = (
            f"**Together: {_for_a_person(found.bill.dollars)}**, before any free tier. What was removed counts, too."
        )
        blocks: list[Block] = [used, Say(together), *_uncounted(found.bill)]
        if by_service:
            blocks.append(Picture(_bars(by_service)))
        if self.accountant.target.kind == "local":
            blocks.append(
                Say(
                    "By the time it took on this computer. On a real account it is more: a job takes some minutes.",
                    "note",
                )
            )
        return [*blocks, Table("What is left", ("What", "Name", "State", "Costs"), left, "Nothing.")]

    def _prices(self) -> Block:
        rows = [(one.what, f"{one.dollars:.10f}".rstrip("0"), one.per) for one in PRICES]
        return Fold(f"Prices of {AS_OF}", [Table(f"Prices of {AS_OF}, us-east-1", ("What", "US dollars", "Per"), rows)])


def _warning_blocks(account: Account) -> list[Block]:
    on = account.still_on
    if not on:
        return [Say("✓ Nothing is left on that costs by the hour.", "good")]
    lines = [
        Say(f"✕ **Left on:** {one.resource.kind} `{plain(one.resource.name)}`, {_an_hour(one)}.", "bad") for one in on
    ]
    return [*lines, Say("On a real account it costs so much until it is deleted: `course.clean_up()` removes it.")]


def _uncounted(found: Bill) -> list[Block]:
    """What is in no figure, by name."""
    words = "**Not counted:** requests to S3, logs, and children of a Distributed Map that are Express."
    names = ", ".join(f"`{plain(name)}`" for name in found.untold)
    gone = "an endpoint that is gone" if len(found.untold) == 1 else "endpoints that are gone"
    untold = f"**Not counted, either:** {names}, {gone}, and nothing tells for how long there was one."
    return [Say(words), *([Say(untold, "note")] if names else [])]


def _rows(service: str, charges: list[Charge]) -> list[tuple[str, str, str, str]]:
    """The parts of a service, with its name beside the first; where there are several, what they come to together."""
    names = [service, *[""] * len(charges)]
    rows = [(name, one.what, one.amount, _cost(one.dollars)) for name, one in zip(names, charges, strict=False)]
    return rows if len(rows) == 1 else [*rows, ("", "together", "", _cost(_sum(charges)))]


def _bars(by_service: dict[str, list[Charge]]) -> Bars:
    """All services in the unit that suits the largest."""
    dollars = {service: _sum(charges) for service, charges in by_service.items()}
    if max(dollars.values()) >= _A_DOLLAR_SOON:
        return Bars(dollars, "Costs by service", form="{:.2f} dollars", measured=True)
    cents = {service: 100 * amount for service, amount in dollars.items()}
    return Bars(cents, "Costs by service", form="{:.2f} cents", measured=True)


def _sum(charges: list[Charge]) -> float:
    return sum(one.dollars or 0.0 for one in charges)


def _cost(dollars: float | None) -> str:
    return "price not in the table" if dollars is None else _for_a_person(dollars)


def _for_a_person(dollars: float) -> str:
    """An amount as somebody reads it, with two decimals: a run of the course is far below a cent."""
    if dollars >= _A_DOLLAR_SOON:
        return f"{dollars:.2f} dollars"
    return f"{100 * dollars:.2f} cents" if dollars >= 0.0001 or not dollars else "less than 0.01 cents"


def _an_hour(one: Leftover) -> str:
    if one.dollars_an_hour is None:
        return "whose price is not in the table"
    return f"{one.dollars_an_hour:.3f} USD an hour, {24 * one.dollars_an_hour:.2f} USD a day"


def costs_panel(lesson: str = "") -> CostsPanel:
    """A panel for costs: by service so far, by the hour from now on, with a warning for what is left on.

    Args:
        lesson: its two digits, where only what that lesson has used is to be added up.
    """
    return CostsPanel(lesson)
