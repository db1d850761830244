"""How good a classifier's answers are, and how good the dullest answers would have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.pictures import BLUE, INK, LINE, RED, frame, image, text

if TYPE_CHECKING:
    import pandas as pd

_CELL, _LEFT, _TOP = 104, 130, 82


@dataclass(frozen=True, repr=False)
class Evaluation:
    """A classifier's answers beside the truth.

    Attributes:
        labels: all labels, those of the truth and those answered, in order.
        counts: how often each label of the truth (first) was answered as each label (second).
        names: what a label means, in a word.
    """

    labels: tuple[str, ...]
    counts: dict[tuple[str, str], int]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many examples there are."""
        return sum(self.counts.values())

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return sum(self.counts.get((label, label), 0) for label in self.labels) / self.total

    @property
    def majority_baseline(self) -> float:
        """The accuracy of always answering the most frequent label: no model is worth less."""
        return max(self._support(label) for label in self.labels) / self.total

    @property
    def recall(self) -> dict[str, float | None]:
        """For each label, the share of its examples that were found; None for one that the truth does not have."""
        return {label: self._share((label, label), self._support(label)) for label in self.labels}

    @property
    def precision(self) -> dict[str, float | None]:
        """For each label, the share of its answers that are right; None for one that was never answered."""
        answers = {label: sum(n for (_, got), n in self.counts.items() if got == label) for label in self.labels}
        return {label: self._share((label, label), answers[label]) for label in self.labels}

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the recalls: one half for a guess between two labels, however rare one of them is."""
        found = [recall for recall in self.recall.values() if recall is not None]
        return sum(found) / len(found)

    @property
    def confusion(self) -> pd.DataFrame:
        """The confusion matrix: a row for each true label, a column for each answer."""
        # pandas takes longer to import than all the rest of the course.
        import pandas as pd

        rows = [[self.counts.get((true, answer), 0) for answer in self.labels] for true in self.labels]
        index, columns = (pd.Index(self.labels, name=name) for name in ("true", "answered"))
        return pd.DataFrame(rows, index=index, columns=columns)

    @property
    def svg(self) -> str:
        """A picture of the confusion matrix: each cell has its count and its share of the row, darker the larger."""
        size = len(self.labels) * _CELL
        parts = [
            text("answered", _LEFT + size / 2, 26, "middle", 'font-weight="600"'),
            text("true", 20, 26, more='font-weight="600"'),
        ]
        for number, label in enumerate(self.labels):
            middle, name = _TOP + (number + 0.5) * _CELL, self.names.get(label, "")
            parts.append(text(label, _LEFT + (number + 0.5) * _CELL, 50, "middle"))
            parts.append(text(name, _LEFT + (number + 0.5) * _CELL, 67, "middle", 'font-weight="600"'))
            parts.append(text(label, _LEFT - 12, middle, "end"))
            parts.append(text(name, _LEFT - 12, middle + 17, "end", 'font-weight="600"'))
        for row, true in enumerate(self.labels):
            for column, answer in enumerate(self.labels):
                parts += self._cell(true, answer, _LEFT + column * _CELL, _TOP + row * _CELL)
        return frame(_LEFT + size + 20, _TOP + size + 20, "Confusion matrix", repr(self), *parts)

    def _cell(self, true: str, answer: str, x: int, y: int) -> list[str]:
        share = self._share((true, answer), self._support(true)) or 0.0
        colour = BLUE if true == answer else RED
        middle = x + _CELL / 2
        ink = 'fill="#ffffff"' if share > 0.55 else f'fill="{INK}"'
        return [
            f'<rect x="{x + 2}" y="{y + 2}" width="{_CELL - 4}" height="{_CELL - 4}" rx="6" fill="#ffffff" '
            f'stroke="{LINE}"/>',
            f'<rect x="{x + 2}" y="{y + 2}" width="{_CELL - 4}" height="{_CELL - 4}" rx="6" fill="{colour}" '
            f'fill-opacity="{share:.2f}"/>',
            text(f"{self.counts.get((true, answer), 0):,}", middle, y + 50, "middle", f'font-weight="600" {ink}'),
            text(f"{share:.1%}", middle, y + 70, "middle", ink),
        ]

    def _support(self, label: str) -> int:
        return sum(count for (true, _), count in self.counts.items() if true == label)

    def _share(self, key: tuple[str, str], of: int) -> float | None:
        return self.counts.get(key, 0) / of if of else None

    def _called(self, label: str) -> str:
        return f"{label} ({self.names[label]})" if label in self.names else label

    def _figures(self) -> list[tuple[str, str]]:
        found = [
            (f"{what} of {self._called(label)}", none if share is None else f"{share:.1%}")
            for label in self.labels
            for what, none, share in (
                ("recall", "not in the truth", self.recall[label]),
                ("precision", "never answered", self.precision[label]),
            )
        ]
        return [
            ("accuracy", f"{self.accuracy:.1%} of {self.total:,}"),
            ("always the most frequent label", f"{self.majority_baseline:.1%}"),
            *found,
            ("mean of the recalls", f"{self.balanced_accuracy:.1%}"),
        ]

    def __repr__(self) -> str:
        width = max(max(map(len, self.labels)), 8)
        rows = [["true \\ answered", *self.labels]]
        rows += [[true, *(str(self.counts.get((true, answer), 0)) for answer in self.labels)] for true in self.labels]
        matrix = [f"{first:<{max(width, 15)}}" + "".join(f"  {one:>{width}}" for one in rest) for first, *rest in rows]
        return "\n".join([*(f"{name}: {value}" for name, value in self._figures()), *matrix])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        rows = "".join(f"<tr><td>{escape(name)}</td><td>{value}</td></tr>" for name, value in self._figures())
        picture = image(self.svg, f"Confusion matrix. {self!r}")
        return {"text/plain": repr(self), "text/html": f"<table>{rows}</table>{picture}"}


def evaluate(true: Sequence[str], answered: Sequence[str], names: Mapping[str, str] | None = None) -> Evaluation:
    """Compare a classifier's answers with the truth.

    Args:
        true: the label of each example.
        answered: the label that the classifier gave it, in the same order.
        names: what a label means, in a word, such as `helpful` for `__label__1`.

    Raises:
        CourseError: none at all, or not as many of the one as of the other.
    """
    if len(true) != len(answered) or not len(true):
        raise CourseError(f"{len(true)} labels and {len(answered)} answers: there must be as many, and at least one.")
    counts = Counter(zip(true, answered, strict=True))
    labels = sorted({label for pair in counts for label in pair})
    return Evaluation(tuple(labels), dict(counts), dict(names or {}))
