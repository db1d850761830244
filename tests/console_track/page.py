"""`docs/console.md` as somebody reads it who knows nothing else: sections, texts to paste, fields to fill in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "console.md"
_FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)\n```$", re.DOTALL | re.MULTILINE)
_TITLED = re.compile(
    r"^\*\*(?P<title>[^*\n]+)\*\*\n\n```(?P<language>\w+)\n(?P<text>.*?)\n```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Section:
    """One click path: where it stands, and all that is said there."""

    lesson: str
    title: str
    body: str

    @property
    def texts(self) -> dict[str, str]:
        """The texts to paste, by their titles."""
        return {found["title"]: found["text"] for found in _TITLED.finditer(self.body)}

    @property
    def steps(self) -> str:
        """What is to be done, without the titled texts."""
        return _TITLED.sub("", self.body)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Every text on the page that is to be pasted, with its language."""
        return [(found["language"], found["text"]) for found in _FENCED.finditer(self.body)]

    def inner(self, language: str) -> list[str]:
        """The texts that stand between the steps."""
        return [found["text"] for found in _FENCED.finditer(self.steps) if found["language"] == language]

    def field(self, name: str) -> str:
        """What a field is to be filled in with: it stands behind the field's name."""
        return self.fields(name)[0]

    def fields(self, name: str) -> list[str]:
        """The same for a field that is filled in more than once."""
        found = re.findall(rf"\*{re.escape(name)}\*:? (?:`([^`]+)`|\*\*([^*]+)\*\*)", self.steps)
        assert found, f"no field '{name}' in '{self.title}' of lesson {self.lesson}"
        return [typed or chosen for typed, chosen in found]

    def files(self) -> list[str]:
        """The files of the project that are named."""
        return re.findall(r"`((?:data|processing|lambda_code)/[\w./]+\.\w+)`", self.steps)

    def named(self, *begins: str) -> list[str]:
        """What is named in `grey` in the step that begins with these words."""
        [step] = [
            one
            for one in re.split(r"^\d+\. ", self.steps, flags=re.MULTILINE)
            if one.startswith(", ".join(f"**{word}**" for word in begins))
        ]
        return re.findall(r"`([^`]+)`", step)


def sections(**values: str) -> list[Section]:
    """The sections of the page in order, with these values in place of the words in capitals."""
    page = PAGE.read_text(encoding="utf-8")
    for word, value in values.items():
        page = re.sub(rf"\b{word}\b", value, page)
    found = []
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        lesson = part[:2]
        for section in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
            title, _, body = section.partition("\n")
            found.append(Section(lesson, title, body))
    return found
