"""BlazingText's Word2Vec modes: vectors of words by fastText, and how well they agree with people.

`skipgram` and `cbow` are fastText's own. `batch_skipgram` learns what `skipgram` learns, in batches that spread over
many threads and instances on AWS; here it is trained as `skipgram`, on one instance, and `batch_size` changes nothing.
Source: SageMaker developer guide, BlazingText; the lines of the log are those of AWS's example notebooks. AWS also
evaluates two parts of the WordSimilarity-353 test, which aren't there; `mean_rho` is that of the whole.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.sagemaker.blazingtext.hyperparameters import HyperparameterError, Word2VecHyperparameters

if TYPE_CHECKING:
    import fasttext

TEXT_FILE, BINARY_FILE, EVALUATION_FILE = "vectors.txt", "vectors.bin", "eval.json"
_PAIRS = Path(__file__).with_name("wordsim353.tsv")
_TEST = "EN-WS-353-ALL.txt"


def train(parameters: Word2VecHyperparameters, text: Path, folder: Path) -> None:
    """Learn the vectors of a text's words, and leave them, with their evaluation, in a folder.

    Raises:
        HyperparameterError: the mode and `subwords` don't go together.
        ValueError: fastText can't train on the text (the message is fastText's).
        MemoryError: the vectors are too large for this machine.
    """
    if parameters.subwords and parameters.mode == "batch_skipgram":
        raise HyperparameterError("'subwords' can't be learned in the mode 'batch_skipgram': use skipgram or cbow")
    # Imported here, so that a fault in the request is told before fastText and numpy are loaded.
    import fasttext

    started = time.monotonic()
    try:
        model = fasttext.train_unsupervised(
            input=str(text),
            model="cbow" if parameters.mode == "cbow" else "skipgram",
            lr=parameters.learning_rate,
            dim=parameters.vector_dim,
            ws=parameters.window_size,
            epoch=parameters.epochs,
            minCount=parameters.min_count,
            neg=parameters.negative_samples,
            loss="ns",
            bucket=parameters.buckets if parameters.subwords else 0,
            minn=parameters.min_char if parameters.subwords else 0,
            maxn=parameters.max_char if parameters.subwords else 0,
            t=parameters.sampling_threshold,
            thread=1,
            verbose=0,
        )
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    _print_summary(parameters, text, len(model.words), time.monotonic() - started)
    _write_text(model, folder / TEXT_FILE)
    model.save_model(str(folder / BINARY_FILE))
    if parameters.evaluation:
        _evaluate(model, folder)


def _print_summary(parameters: Word2VecHyperparameters, text: Path, words: int, seconds: float) -> None:
    with text.open("rb") as file:
        read = sum(len(line.split()) + 1 for line in file)
    speed = read * parameters.epochs / 1e6 / max(seconds, 1e-9)
    print(f"Read {read // 1_000_000}M words")
    print(f"Number of words:  {words}")
    print(f"##### Alpha: 0.0000  Progress: 100.00%  Million Words/sec: {speed:.2f} #####")
    print("Training finished.")
    print(f"Average throughput in Million words/sec: {speed:.2f}")
    print(f"Total training time in seconds: {seconds:.2f}")


def _write_text(model: fasttext.FastText._FastText, path: Path) -> None:
    """Write the vectors as Gensim and spaCy read them: their number and length, then a word and its vector a line."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{len(model.words)} {model.get_dimension()}\n")
        for word in model.words:
            file.write(f"{word} {' '.join(f'{value:.6g}' for value in model.get_word_vector(word))}\n")


def _evaluate(model: fasttext.FastText._FastText, folder: Path) -> None:
    """Compare the likeness of vectors with what people find alike: Spearman's rank correlation over the known pairs."""
    import numpy as np
    from scipy.stats import spearmanr

    print(f"Evaluating word embeddings....\nVectors read from: {folder / TEXT_FILE}")
    known = set(model.words)
    lines = _PAIRS.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    ours, theirs = [], []
    for first, second, likeness in pairs:
        if first.lower() in known and second.lower() in known:
            a, b = model.get_word_vector(first.lower()), model.get_word_vector(second.lower())
            ours.append(float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b) or 1.0)))
            theirs.append(float(likeness))
    # With fewer than two pairs there is no order to compare.
    rho = float(spearmanr(ours, theirs).statistic) if len(ours) > 1 else None
    result = {"not_found": len(pairs) - len(ours), "spearmans_rho": rho, "total_pairs": len(pairs)}
    report = json.dumps({_TEST: result, "mean_rho": rho}, indent=4)
    print(report)
    (folder / EVALUATION_FILE).write_text(report, encoding="utf-8")
    if rho is not None:
        print(f"#mean_rho: {rho}")
