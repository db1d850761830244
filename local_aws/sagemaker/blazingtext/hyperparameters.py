"""BlazingText's hyperparameters in supervised mode: names, defaults, ranges.

Source: SageMaker developer guide, BlazingText hyperparameters, text classification. fastText's own defaults differ
(learning rate, count and n-grams of words), so every one is handed to it. What BlazingText itself writes about a
value that it refuses isn't known; these words say what would be right.
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


def _mode(text: str) -> str:
    if text != SUPERVISED:
        raise ValueError
    return text


def _parameter(read: Callable[[str], Any], allowed: str, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"read": read, "allowed": allowed})


_AT_LEAST_1, _AT_LEAST_0 = "a whole number of at least 1", "a whole number of at least 0"


@dataclass(frozen=True)
class Hyperparameters:
    """The values of one training job."""

    mode: str = _parameter(_mode, f"'{SUPERVISED}'")
    buckets: int = _parameter(_whole(1), _AT_LEAST_1, 2_000_000)
    early_stopping: bool = _parameter(_truth, "True or False", False)
    epochs: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    learning_rate: float = _parameter(_positive, "a number above 0", 0.05)
    min_count: int = _parameter(_whole(0), _AT_LEAST_0, 5)
    min_epochs: int = _parameter(_whole(1), _AT_LEAST_1, 5)
    patience: int = _parameter(_whole(1), _AT_LEAST_1, 4)
    vector_dim: int = _parameter(_whole(1), _AT_LEAST_1, 100)
    word_ngrams: int = _parameter(_whole(1), _AT_LEAST_1, 2)


def read(texts: Mapping[str, str]) -> Hyperparameters:
    """The values that a training job's request gives as texts, and the defaults of the others.

    Raises:
        HyperparameterError: one is missing, unknown or out of its range.

    >>> read({"mode": "supervised", "epochs": "10"}).epochs
    10
    """
    known = {each.name: each for each in fields(Hyperparameters)}
    if "mode" not in texts:
        raise HyperparameterError("'mode' is a required hyperparameter")
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
    return Hyperparameters(**values)
