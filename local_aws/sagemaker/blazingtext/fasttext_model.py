"""A supervised fastText model that is trained here and written as BlazingText's artifact.

Here, and in `zero_pages`, is known how fastText's Python module gives access to its matrices (`f`, the bound C++
object); here alone, how its file is laid out (`fasttext.cc`, saveModel): arguments and dictionary, a flag, the
input matrix (rows and columns as 64-bit numbers, then floats), a flag, the output matrix.

**Rows that no example touched are zeros** in the artifact. fastText begins with small random numbers in all of
them, and where no example touched a row they stay what they were: 800 MB of noise with BlazingText's defaults.
For words and n-grams that occurred in training the model answers exactly as fastText's own file does; an n-gram
that never occurred adds nothing to an answer, where fastText's own file adds noise. The accuracies that are
reported are those of the artifact.

One thread trains: two make it faster, but the outcome would differ from run to run. The same data and
hyperparameters give the same model on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fasttext
import numpy as np

from local_aws.sagemaker.blazingtext import artifact
from local_aws.sagemaker.blazingtext.hyperparameters import Hyperparameters
from local_aws.sagemaker.blazingtext.ngrams import touched_buckets

FILE_NAME = "model.bin"


class Model:
    """A trained model in memory: all of fastText's, with zeros where nothing was learned."""

    def __init__(self, examples: Path, parameters: Hyperparameters, epochs: int):
        """Train on a file of examples.

        Raises:
            ValueError: fastText can't train on it (the message is fastText's), or there is no label in it.
            MemoryError: the matrix of words and buckets is too large for this machine.
        """
        self._model = _train(examples, parameters, epochs)
        if not self._model.labels:
            raise ValueError("no line of the channel 'train' has a label: each begins with one such as __label__1")
        self._input = np.asarray(self._model.f.getInputMatrix())
        self.words: int = len(self._model.words)
        buckets = touched_buckets(examples, parameters.word_ngrams, len(self._input) - self.words)
        self._touched = np.concatenate([np.arange(self.words), self.words + buckets])
        self._rows = self._input[self._touched]
        self._input.fill(0)
        self._input[self._touched] = self._rows

    def accuracy(self, examples: Path) -> tuple[float, int]:
        """The share of examples whose best label is right, and how many examples there are."""
        count, precision, _ = self._model.test(str(examples))
        return (precision if count else 0.0), count

    def compact(self, scratch: Path) -> CompactModel:
        """What has to be stored; the model itself gives its memory back and can't be used any more."""
        rows, columns = self._input.shape
        output = np.array(self._model.f.getOutputMatrix())
        del self._input
        self._model.f.setMatrices(np.zeros((1, columns), np.float32), output)
        path = scratch / "frame.bin"
        self._model.save_model(str(path))
        frame = path.read_bytes()
        path.unlink()
        tail = 1 + 16 + output.nbytes
        matrix = 16 + columns * 4
        return CompactModel(frame[: -tail - matrix], rows, self._touched, self._rows, frame[-tail:])


@dataclass(frozen=True)
class CompactModel:
    """The parts of a model's file: what is before and after the input matrix, and the rows that hold something."""

    head: bytes
    rows: int
    touched: np.ndarray
    values: np.ndarray
    tail: bytes

    def write(self, path: Path) -> None:
        """Write `model.tar.gz` with a `model.bin` that fastText loads."""
        columns = self.values.shape[1]
        shape = self.rows.to_bytes(8, "little") + columns.to_bytes(8, "little")
        size = len(self.head) + len(shape) + self.rows * columns * 4 + len(self.tail)
        artifact.write(path, FILE_NAME, size, (self.head, shape, *self._matrix(), self.tail))

    def _matrix(self) -> Iterator[artifact.Part]:
        """The input matrix: neighbouring rows together, and the number of zeros between them."""
        row = self.values.shape[1] * 4
        values = np.ascontiguousarray(self.values).data.cast("B")
        starts = np.flatnonzero(np.diff(self.touched, prepend=-2) > 1)
        ends = np.append(starts[1:], len(self.touched))
        done = 0
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            first = int(self.touched[start])
            if first > done:
                yield (first - done) * row
            yield values[start * row : end * row]
            done = first + end - start
        if self.rows > done:
            yield (self.rows - done) * row


def _train(examples: Path, parameters: Hyperparameters, epochs: int) -> fasttext.FastText._FastText:
    try:
        return fasttext.train_supervised(
            input=str(examples),
            lr=parameters.learning_rate,
            dim=parameters.vector_dim,
            epoch=epochs,
            minCount=parameters.min_count,
            wordNgrams=parameters.word_ngrams,
            bucket=parameters.buckets,
            minn=0,
            maxn=0,
            loss="softmax",
            label="__label__",
            seed=0,
            thread=1,
            verbose=0,
        )
    except RuntimeError as error:
        raise ValueError(str(error)) from error
