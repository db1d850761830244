"""What axe-core finds on a page that would keep somebody from using it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()


def serious_faults(page: Page, context: str | None = None) -> list[str]:
    """The serious and critical faults, a line each: the rule, the element, what is wrong with it.

    Args:
        page: what is looked at, as it is now.
        context: a selector of the part that is looked at; the whole page without one.
    """
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in _AXE.run(page, context=context).response["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
