"""Words that are broken in the middle, as a reader sees them."""

from __future__ import annotations

from playwright.sync_api import Locator

_BROKEN = """shown => {
    const found = [], walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest('svg, style, select, textarea')) continue;
        for (const word of node.data.matchAll(/[A-Za-z]{2,24}/g)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
            if (lines.size > 1) found.push(word[0]);
        }
    }
    return found;
}"""


def broken_words(shown: Locator) -> list[str]:
    """Words in an element that begin on one line and end on the next."""
    found: list[str] = shown.evaluate(_BROKEN)
    return found
