"""BlazingText's training program, run in the job's own process: `python -m local_aws.sagemaker.blazingtext.train`.

Reads `/opt/ml/input` as every training container does, trains with fastText, prints what BlazingText prints, and
leaves `/opt/ml/output/model.tar.gz` or, for vectors of words, what goes into it in `/opt/ml/model`. Where it can't, it
says why in `/opt/ml/output/failure` and exits with 1.

Its lines are those of BlazingText's log as far as they say something that is true here: there is no search for
GPUs. Source of the lines: recorded runs. On AWS the platform packs `/opt/ml/model`; here this program packs a
classifier itself, since it alone knows which rows of it hold nothing.

A channel is one file, as the developer guide asks ("a single preprocessed text file"); what AWS does with more isn't
known, and here the job fails and says so.

Early stopping: fastText can't stop between two epochs, and its learning rate falls to 0 over the epochs it was
given. So from `min_epochs` on, a model of each number of epochs is trained from the start, and the best on the
validation channel is kept; `patience` numbers of epochs without a better one are the end.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.sagemaker.blazingtext import word2vec
from local_aws.sagemaker.blazingtext.hyperparameters import (
    HyperparameterError,
    Hyperparameters,
    Word2VecHyperparameters,
    read,
)

if TYPE_CHECKING:
    from local_aws.sagemaker.blazingtext.fasttext_model import CompactModel

_MEGABYTE = 1 << 20


class TrainingError(Exception):
    """The job can't be done; the message says why."""


def main() -> int:
    """Train as `/opt/ml/input` says; gives the exit status."""
    root = Path(os.environ.get("COURSE_OPT_ML", "/opt/ml"))
    print("Arguments: train")
    try:
        run(root)
    except (TrainingError, HyperparameterError, ValueError) as error:
        return _fail(root, str(error))
    except MemoryError:
        return _fail(root, "there is not enough memory for a model of these buckets and this vector_dim")
    except OSError as error:
        return _fail(root, f"{error.strerror}: {error.filename}" if error.filename else str(error))
    return 0


def run(root: Path) -> None:
    """Train with the configuration and the channels under `root`.

    Raises:
        TrainingError, HyperparameterError, ValueError, MemoryError, OSError: it can't be done.
    """
    configuration = root / "input" / "config"
    parameters = read(json.loads((configuration / "hyperparameters.json").read_text(encoding="utf-8")))
    hosts = json.loads((configuration / "resourceconfig.json").read_text(encoding="utf-8"))["hosts"]
    if len(hosts) > 1:
        raise TrainingError(f"the {parameters.mode} mode trains on one instance: set InstanceCount to 1")
    _say(f"Running single machine CPU BlazingText training using {parameters.mode} mode.")
    train = _channel(root, "train")
    validation = _channel(root, "validation")
    if train is None:
        raise TrainingError("the channel 'train' is missing")
    if isinstance(parameters, Word2VecHyperparameters):
        word2vec.train(parameters, train, root / "model")
        return
    if parameters.early_stopping and validation is None:
        raise TrainingError("early_stopping needs the channel 'validation'")
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        _train(parameters, train, validation, Path(scratch)).model.write(root / "output" / "model.tar.gz")


@dataclass(frozen=True)
class Fitted:
    """A trained model, and its accuracy on each channel with the number of examples there."""

    words: int
    model: CompactModel
    train: tuple[float, int]
    validation: tuple[float, int] | None

    @property
    def validated(self) -> float:
        """The accuracy on the validation channel, 0 without one."""
        return self.validation[0] if self.validation else 0.0


def _train(parameters: Hyperparameters, train: Path, validation: Path | None, scratch: Path) -> Fitted:
    """Train, and print what happens; gives the best model."""
    with train.open("rb") as file:
        words = sum(len(line.split()) + 1 for line in file)
    print(f"Read {words // 1_000_000}M words")
    started, seen = time.monotonic(), 0
    best: Fitted | None = None
    since = 0
    for epochs in _epochs(parameters):
        fitted = _fit(parameters, epochs, train, validation, scratch)
        seen += words * epochs
        if best is None:
            print(f"Number of words:  {fitted.words}")
        if parameters.early_stopping:
            print(f"-------------- End of epoch: {epochs}\nUsing 1 threads for prediction!")
            print(f"Validation accuracy: {fitted.validated:.6f}")
        if best is None or fitted.validated > best.validated:
            best, since = fitted, 0
            if parameters.early_stopping:
                print("Validation accuracy improved! Storing best weights...")
            continue
        since += 1
        print(f"Validation accuracy has not improved for last {since} epochs.")
        if since >= parameters.patience:
            break
    if best is None:
        raise TrainingError("there is no number of epochs to train for")
    _print_summary(best, seen, time.monotonic() - started)
    return best


def _fit(parameters: Hyperparameters, epochs: int, train: Path, validation: Path | None, scratch: Path) -> Fitted:
    """Train one model for so many epochs; of its 800 MB only what was learned stays in memory afterwards."""
    # Imported here, so that a fault in the request is told before fastText and numpy are loaded.
    from local_aws.sagemaker.blazingtext.fasttext_model import Model

    model = Model(train, parameters, epochs)
    accuracies = (model.accuracy(train), model.accuracy(validation) if validation else None)
    return Fitted(model.words, model.compact(scratch), *accuracies)


def _print_summary(fitted: Fitted, seen: int, seconds: float) -> None:
    speed = seen / 1e6 / max(seconds, 1e-9)
    print(f"##### Alpha: 0.0000  Progress: 100.00%  Million Words/sec: {speed:.2f} #####")
    print("Training finished.")
    print(f"Average throughput in Million words/sec: {speed:.2f}")
    print(f"Total training time in seconds: {seconds:.2f}")
    for name, result in (("train", fitted.train), ("validation", fitted.validation)):
        if result is not None:
            print(f"#{name}_accuracy: {result[0]:.4f}")
            print(f"Number of {name} examples: {result[1]}")


def _epochs(parameters: Hyperparameters) -> range:
    """The numbers of epochs to try, in order."""
    first = min(parameters.min_epochs, parameters.epochs) if parameters.early_stopping else parameters.epochs
    return range(first, parameters.epochs + 1)


def _channel(root: Path, name: str) -> Path | None:
    """The one file that holds a channel's examples, None where the channel isn't there.

    Raises:
        TrainingError: it holds several files.
    """
    folder = root / "input" / "data" / name
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if len(files) > 1:
        raise TrainingError(f"the channel '{name}' holds {len(files)} files: BlazingText reads one file a channel")
    for file in files:
        _say(f"Processing {file} . File size: {file.stat().st_size / _MEGABYTE} MB")
    return files[0] if files else None


def _say(text: str) -> None:
    """A line in the form of BlazingText's logger."""
    print(f"[{datetime.now(UTC):%m/%d/%Y %H:%M:%S} INFO {threading.get_ident()}] {text}")


def _fail(root: Path, reason: str) -> int:
    print(reason, file=sys.stderr)
    failure = root / "output" / "failure"
    failure.parent.mkdir(parents=True, exist_ok=True)
    failure.write_text(reason, encoding="utf-8")
    return 1


if __name__ == "__main__":
    sys.exit(main())
