"""BlazingText's hyperparameters, of text classification and of Word2Vec: names, defaults, ranges.

Source: SageMaker developer guide, BlazingText hyperparameters. fastText's own defaults differ (learning rate, count
and n-grams of words), so every one is handed to it. What BlazingText itself writes about a value that it refuses
isn't known; these words say what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

SUPERVISED = "supervised"
WORD2VEC_MODES = ("batch_skipgram", "skipgram", "cbow")
_MOST = 2**31 - 1
"""fastText keeps its whole numbers in 32 bits."""


class HyperparameterError(ValueError):
    """A hyperparameter is missing, unknown or out of its range; the message says which and what it may be."""


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if value < least:
            raise ValueError
        if value > _MOST:
            raise OverflowError
        return value

    return read


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _one_of(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError
        return text

    return read


def _parameter(read: Callable[[str], Any], allowed: str, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"read": read, "allowed": allowed})


_AT_LEAST_1, _AT_LEAST_0 = "a whole number of at least 1", "a whole number of at least 0"


_MODES = ", ".join(f"'{mode}'" for mode in (SUPERVISED, *WORD2VEC_MODES))


@dataclass(frozen=True)
class Hyperparameters:
    """The values of a training job for text classification."""

    mode: str = _parameter(_one_of(SUPERVISED), f"one of {_MODES}")
    buckets: int = _parameter(_whole(1), _AT_LEAST_1, 2_000_000)
    early_stopping: bool = _parameter(_truth, "True or False", False)
    epochs: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    learning_rate: float = _parameter(_positive, "a number above 0", 0.05)
    min_count: int = _parameter(_whole(0), _AT_LEAST_0, 5)
    min_epochs: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    patience: int = _parameter(_whole(1), _AT_LEAST_1, 4)
    vector_dim: int = _parameter(_whole(1), _AT_LEAST_1, 100)
    word_ngrams: int = _parameter(_whole(1), _AT_LEAST_1, 2)


@dataclass(frozen=True)
class Word2VecHyperparameters:
    """The values of a training job for vectors of words."""

    mode: str = _parameter(_one_of(*WORD2VEC_MODES), f"one of {_MODES}")
    batch_size: int = _parameter(_whole(1), _AT_LEAST_1, 11)
    buckets: int = _parameter(_whole(1), _AT_LEAST_1, 2_000_000)
    epochs: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    evaluation: bool = _parameter(_truth, "True or False", True)
    learning_rate: float = _parameter(_positive, "a number above 0", 0.05)
    max_char: int = _parameter(_whole(1), _AT_LEAST_1, 6)
    min_char: int = _parameter(_whole(1), _AT_LEAST_1, 3)
    min_count: int = _parameter(_whole(0), _AT_LEAST_0, 5)
    negative_samples: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    sampling_threshold: float = _parameter(_positive, "a number above 0", 0.0001)
    subwords: bool = _parameter(_truth, "True or False", False)
    vector_dim: int = _parameter(_whole(1), _AT_LEAST_1, 100)
    window_size: int = _parameter(_whole(1), _AT_LEAST_1, 5)


def read(texts: Mapping[str, str]) -> Hyperparameters | Word2VecHyperparameters:
    """The values that a training job's request gives as texts, and the defaults of the others; `mode` says of which.

    Raises:
        HyperparameterError: one is missing, unknown or out of its range.

    >>> read({"mode": "supervised", "epochs": "10"}).epochs
    10
    """
    if "mode" not in texts:
        raise HyperparameterError("'mode' is a required hyperparameter")
    kind = Word2VecHyperparameters if texts["mode"].strip() in WORD2VEC_MODES else Hyperparameters
    known = {each.name: each for each in fields(kind)}
    values = {}
    for name, text in texts.items():
        if name not in known:
            raise HyperparameterError(f"'{name}' is not a hyperparameter; there are {', '.join(known)}")
        metadata = known[name].metadata
        try:
            values[name] = metadata["read"](text.strip())
        except OverflowError as error:
            raise HyperparameterError(
                f"'{text}' is not valid for the hyperparameter '{name}': it must be at most {_MOST}"
            ) from error
        except (ValueError, KeyError) as error:
            allowed = metadata["allowed"]
            raise HyperparameterError(
                f"'{text}' is not valid for the hyperparameter '{name}': it must be {allowed}"
            ) from error
    return kind(**values)
