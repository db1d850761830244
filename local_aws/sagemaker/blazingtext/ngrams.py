"""Which rows of fastText's input matrix the training examples touch.

The matrix has a row for each word of the vocabulary, then a row for each bucket into which n-grams of words are
hashed. Only rows that an example touched can have learned anything. The hash and what counts as a word are
fastText's own (its source, dictionary.cc); a test compares the outcome with fastText's answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

_LABEL, _END = b"__label__", b"</s>"
_LINES_AT_ONCE = 1 << 22
_MULTIPLIER = np.uint64(116_049_371)


def touched_buckets(path: Path, word_ngrams: int, buckets: int) -> np.ndarray:
    """The buckets of all n-grams of 2 to `word_ngrams` words in a file of examples, ascending, each once.

    Words that are too rare for the vocabulary count all the same: fastText leaves them out, but not their n-grams.
    """
    if word_ngrams < 2 or not buckets:
        return np.empty(0, np.int64)
    touched = np.zeros(buckets, bool)
    hashes: dict[bytes, int] = {}
    for tokens in _tokens(path):
        words = [token for token in tokens if not token.startswith(_LABEL)]
        for word in set(words) - hashes.keys():
            hashes[word] = _hash(word)
        _mark(touched, np.array([hashes[word] for word in words], np.int32), word_ngrams, hashes.get(_END))
    return np.flatnonzero(touched)


def _mark(touched: np.ndarray, words: np.ndarray, word_ngrams: int, end: int | None) -> None:
    """Mark the buckets of the n-grams that don't reach over the end of an example."""
    values = words.astype(np.int64).astype(np.uint64)
    running = np.flatnonzero(words != end) if end is not None else np.arange(len(words))
    combined = values
    for length in range(2, word_ngrams + 1):
        running = running[running + length - 1 < len(words)]
        combined = combined[: len(values) - length + 1] * _MULTIPLIER + values[length - 1 :]
        touched[combined[running] % np.uint64(len(touched))] = True
        if end is not None:
            running = running[words[running + length - 1] != end]


def _tokens(path: Path) -> Iterator[list[bytes]]:
    """The tokens of many whole lines at once; the end of a line is a token too."""
    with path.open("rb") as file:
        while lines := file.readlines(_LINES_AT_ONCE):
            yield b"".join(lines).replace(b"\0", b" ").replace(b"\n", b" " + _END + b" ").split()


def _hash(word: bytes) -> int:
    """FNV-1a with signed bytes, as fastText computes it; the 32 bits as a signed number."""
    value = 2_166_136_261
    for byte in word:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16_777_619) & 0xFFFFFFFF
    return value if value < 1 << 31 else value - (1 << 32)
