"""The graph's picture in a browser, whose fonts decide how wide a text really is."""

from __future__ import annotations

from playwright.sync_api import Browser

from course.state_machines.graph import Graph

_NAMES = ("Remember the text", "Wait a moment", "Mammoth", "Cut into sentences", "Train", "?")
_RIGHT_AND_LEFT = """() => {
    const texts = [...document.querySelectorAll('text.sm-n')].map(text => [text.textContent, text.getBBox()]);
    return texts.filter(([text]) => text !== '✓').map(([text, name]) => [
        text,
        name.x + name.width,
        texts.find(([sign, box]) => sign === '✓' && Math.abs(box.y - name.y) < 5)[1].x,
    ]);
}"""


def test_a_sign_stands_beside_the_name(browser: Browser) -> None:
    states = {name: {"Type": "Pass", "Next": after} for name, after in zip(_NAMES, [*_NAMES[1:], "End"], strict=True)}
    states["End"] = {"Type": "Succeed"}
    graph = Graph({"StartAt": _NAMES[0], "States": states}, dict.fromkeys(states, "succeeded"))
    page = browser.new_page()
    page.set_content(graph.svg)
    measured = page.evaluate(_RIGHT_AND_LEFT)
    page.close()
    assert {*_NAMES} <= {name for name, _, _ in measured}
    assert [name for name, right, left in measured if right > left] == []
