"""Writes `docs/console.md`: the console track alone, for somebody who sits at AWS's console and wants no notebook.

Made from the lessons and from nothing else: the click paths, folded up there, with the texts that they say to paste.
Such a text is what `course.console_panel` has shown in a lesson, or a cell whose metadata has a title under `console`;
it belongs to the next click path. `python -m docs.console` writes the page; a test fails when it is not what this
program would write.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs.generated import write_or_compare

PAGE = Path(__file__).with_suffix(".md")
_LESSONS = PAGE.parents[1] / "notebooks"
_PANELS = PAGE.with_name("panels.md")

_HEAD = """# The console track

The course's click paths through AWS's console, in order, each with the texts to paste: from an empty account to an
endpoint that answers, and back to an empty account. You need no notebook for it. What is done and why is told in the
[lessons](../notebooks/00_start_here.ipynb); the same steps can be tried there without an account, on the embedded AWS.

**It costs money**: some US dollars, if you delete the endpoint on the same day. Lesson 00 has the prices, and the
last lesson deletes everything.

**You need**

- an AWS account in which you may do everything;
- this project's files on your computer. Where a path says *of this project*, it means the file of that name.

**Three words stand for what is yours.** Put your own in their place, in every text that you paste. (In the lessons,
the copy buttons do that for you.)

| word | what to put there | where the console shows it |
|:--|:--|:--|
| `ACCOUNT` | your account's number, 12 digits | click your name at the top right: *Account ID* |
| `REGION` | your region, such as `eu-central-1` | beside your name; in this form in the address of each page |
| `BUCKET` | your bucket's name | **S3**, **General purpose buckets** |

**Images** have the addresses of `us-east-1` here. In another region, take those from the SageMaker developer guide:
[Docker registry paths][registry], your region, *scikit-learn* and *BlazingText*. An image of another region is refused.

The console changes. **Bold** words are what to click, *slanted* ones are fields or texts, `grey` ones are what to
type. Where your console has other words, look for what comes nearest.

[registry]: https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html

This page is generated. After a change in a lesson, `python -m docs.console` writes it anew.
"""

_TITLE = "<details><summary><b>In the console</b>: "
_PATH = re.compile(re.escape(_TITLE) + r"(?P<title>.*?)</summary>\n(?P<steps>.*?)</details>", re.DOTALL)
_SHOWN = re.compile(r"\*\*For the console\*\* `(?P<title>[^`]+)`.*?^(?P<fenced>```.*^```)", re.DOTALL | re.MULTILINE)
_PANEL = re.compile(r"^course\.(?P<panel>\w+_panel)\(", re.MULTILINE)
_PICTURE = re.compile(r"^!\[[^\]]*\]\(\.\./img/panels/(?P<name>\w+)\.png\)$", re.MULTILINE)
_LESSON_LINK = re.compile(r"\]\((?=\d\d_\w+\.ipynb)")


@dataclass
class ClickPath:
    """A click path: its title, the texts to paste, the steps, and the panels that do the same in the lesson."""

    title: str
    texts: list[str]
    steps: str
    panels: list[str] = field(default_factory=list)

    def markdown(self, pictures: dict[str, str]) -> str:
        """As a section of the page."""
        title = self.title[0].upper() + self.title[1:]
        shown = [f"The lesson has this as a panel:\n\n{pictures[name]}" for name in self.panels if name in pictures]
        return "\n\n".join([f"### {title}", *self.texts, self.steps, *shown]) + "\n"


def paths(lesson: dict[str, Any]) -> list[ClickPath]:
    """The click paths of a lesson, in order.

    Raises:
        ValueError: a text comes after the last click path, so that nobody says what to do with it.
    """
    found: list[ClickPath] = []
    texts: list[str] = []
    panels: list[str] = []
    for cell in lesson["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for path in _PATH.finditer(source):
                steps = _LESSON_LINK.sub("](../notebooks/", path["steps"].strip())
                found.append(ClickPath(path["title"], texts, steps, panels))
                texts, panels = [], []
        else:
            texts += _texts(cell, source)
            panel = _PANEL.search(source)
            if panel:
                # A panel stands below the path that it follows; above the first one, beside that.
                (found[-1].panels if found else panels).append(panel["panel"].removesuffix("_panel"))
    if texts:
        raise ValueError(f"No click path comes after this text: {texts[0].splitlines()[0]}")
    return found


def page() -> str:
    """The text of `docs/console.md`.

    Raises:
        ValueError: see `paths`.
    """
    pictures = {found["name"]: found[0] for found in _PICTURE.finditer(_PANELS.read_text(encoding="utf-8"))}
    del pictures["console"]
    parts = [_HEAD]
    for notebook in sorted(_LESSONS.glob("[0-9][0-9]_*.ipynb")):
        lesson = json.loads(notebook.read_text(encoding="utf-8"))
        if made := paths(lesson):
            parts.append(f"## {notebook.name[:2]} [{_title(lesson)}](../notebooks/{notebook.name})\n")
            for path in made:
                parts.append(path.markdown(pictures))
                for name in path.panels:
                    pictures.pop(name, None)
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it. Returns the exit status: 1 when it differs under `--check`."""
    about = __doc__.splitlines()[0]
    return write_or_compare(arguments, "docs.console", about, PAGE, page, "the lessons say")


def _texts(cell: dict[str, Any], source: str) -> list[str]:
    """What a code cell has for the console: itself, or what it has shown."""
    if title := cell["metadata"].get("console"):
        return [f"**{title}**\n\n```python\n{source.rstrip()}\n```"]
    shown = ["".join(output.get("data", {}).get("text/markdown", "")) for output in cell["outputs"]]
    return [f"**{found['title']}**\n\n{found['fenced']}" for text in shown for found in _SHOWN.finditer(text)]


def _title(lesson: dict[str, Any]) -> str:
    return "".join(lesson["cells"][0]["source"]).splitlines()[0].removeprefix("# ")


if __name__ == "__main__":
    sys.exit(main())
