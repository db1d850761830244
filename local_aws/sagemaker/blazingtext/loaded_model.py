"""A trained model in memory, as a container for inference asks it.

It goes by fastText's extension alone, text by text. The Python package imports numpy, and so do answers to many texts
at once: three quarters of such a container's start, for the same answers.
"""

from __future__ import annotations

from pathlib import Path

import fasttext_pybind

from local_aws.sagemaker.blazingtext.zero_pages import give_back_zero_pages

_SUPERVISED = "supervised"
"""fastText's name for a classifier, in a model's file."""
_ANY = 0.0
"""The least probability that is told."""


class LoadedModel:
    """A model from a file of fastText's.

    Raises:
        ValueError: it can't be loaded; the text says why.
    """

    def __init__(self, path: Path):
        self._model = fasttext_pybind.fasttext()
        self._model.loadModel(str(path))
        give_back_zero_pages(self._model)

    @property
    def classifies(self) -> bool:
        """Whether it has labels; else it has vectors of words."""
        return bool(self._model.getArgs().model.name == _SUPERVISED)

    def predict(self, text: str, k: int) -> list[tuple[str, float]]:
        """Labels of a text with their probabilities, the likeliest first.

        Raises:
            ValueError: it has more than one line.
        """
        if text.find("\n") != -1:
            raise ValueError("predict processes one line at a time (remove '\\n')")
        return [(label, probability) for probability, label in self._model.predict(f"{text}\n", k, _ANY, "strict")]

    def get_word_vector(self, word: str) -> list[float]:
        """A word's vector."""
        vector = fasttext_pybind.Vector(self._model.getArgs().dim)
        self._model.getWordVector(vector, word)
        return list(memoryview(vector).cast("B").cast("f"))
