"""BlazingText's parts by themselves: hyperparameters, what of a model is kept, and the archive it is kept in."""

from __future__ import annotations

import gzip
import random
import tarfile
import tracemalloc
from pathlib import Path

import fasttext
import pytest

from local_aws.sagemaker.blazingtext import artifact, word2vec
from local_aws.sagemaker.blazingtext.fasttext_model import Model
from local_aws.sagemaker.blazingtext.hyperparameters import (
    HyperparameterError,
    Hyperparameters,
    Word2VecHyperparameters,
    read,
)

ODD = "__label__2 a </s> b c\x00d\te \x0b f\n\n__label__1\n__label__1 \u00e9\U0001f600 \u00e9 z\n"


def sentences(count: int, seed: int = 1) -> str:
    """Labelled sentences of few words, some of which occur only once."""
    chance = random.Random(seed)
    words = ["good", "bad", "strings", "guitar", "the", "a", "it", "is", "not", "café"]
    return "".join(
        f"__label__{chance.choice('12')} {' '.join(chance.choices(words, k=9))} once{seed}x{number}\n"
        for number in range(count)
    )


def trained(examples: Path, folder: Path, **changes: int) -> fasttext.FastText._FastText:
    """A model that has gone through the artifact."""
    parameters = Hyperparameters(mode="supervised", **changes)
    Model(examples, parameters, parameters.epochs).compact(folder).write(folder / "model.tar.gz")
    with tarfile.open(folder / "model.tar.gz") as archive:
        (folder / "model.bin").write_bytes(archive.extractfile("model.bin").read())
    return fasttext.load_model(str(folder / "model.bin"))


# ---- hyperparameters ---------------------------------------------------------------------------------


def test_the_defaults_are_those_of_blazingtext():
    # SageMaker developer guide, BlazingText hyperparameters, text classification.
    assert read({"mode": "supervised"}) == Hyperparameters(
        mode="supervised",
        buckets=2_000_000,
        early_stopping=False,
        epochs=5,
        learning_rate=0.05,
        min_count=5,
        min_epochs=5,
        patience=4,
        vector_dim=100,
        word_ngrams=2,
    )


def test_the_defaults_of_word2vec_are_those_of_blazingtext():
    # SageMaker developer guide, BlazingText hyperparameters, Word2Vec.
    assert read({"mode": "cbow"}) == Word2VecHyperparameters(
        mode="cbow",
        batch_size=11,
        buckets=2_000_000,
        epochs=5,
        evaluation=True,
        learning_rate=0.05,
        max_char=6,
        min_char=3,
        min_count=5,
        negative_samples=5,
        sampling_threshold=0.0001,
        subwords=False,
        vector_dim=100,
        window_size=5,
    )


@pytest.mark.parametrize(("mode", "name"), [("skipgram", "word_ngrams"), ("supervised", "window_size")])
def test_a_hyperparameter_of_the_other_kind_is_named(mode, name):
    with pytest.raises(HyperparameterError, match=f"'{name}' is not a hyperparameter; there are mode, "):
        read({"mode": mode, name: "2"})


@pytest.mark.parametrize(
    ("mode", "settings"),
    [("skipgram", {}), ("cbow", {}), ("batch_skipgram", {"batch_size": "15"}), ("cbow", {"subwords": "True"})],
)
def test_every_mode_of_word2vec_learns_vectors(tmp_path, mode, settings):
    examples = tmp_path / "train.txt"
    examples.write_text(sentences(200))
    small = {"vector_dim": "4", "buckets": "100", "evaluation": "False"}
    word2vec.train(read({"mode": mode, **small, **settings}), examples, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"train.txt", "vectors.txt", "vectors.bin"}
    model = fasttext.load_model(str(tmp_path / "vectors.bin"))
    first, *lines = (tmp_path / "vectors.txt").read_text().splitlines()
    assert first == f"{len(lines)} 4"
    word, *values = lines[0].split()
    assert [float(value) for value in values] == pytest.approx(model.get_word_vector(word), abs=1e-4)
    assert bool(model.get_word_vector("unheardof").any()) == bool(settings.get("subwords"))


def test_subwords_are_not_learned_in_batches(tmp_path):
    with pytest.raises(HyperparameterError, match="use skipgram or cbow"):
        word2vec.train(read({"mode": "batch_skipgram", "subwords": "True"}), tmp_path / "train.txt", tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("early_stopping", "True", True), ("early_stopping", "false", False), ("min_count", "0", 0), ("epochs", "9", 9)],
)
def test_values_are_read(name, text, value):
    assert getattr(read({"mode": "supervised", name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epochs", "many"),
        ("epochs", "1.5"),
        ("buckets", "0"),
        ("vector_dim", "-1"),
        ("min_count", "-1"),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("early_stopping", "perhaps"),
        ("word_ngrams", ""),
        ("epochs", "2147483648"),
        ("buckets", "99999999999"),
        ("vector_dim", "99999999999"),
        ("mode", "superwised"),
    ],
)
def test_a_value_out_of_its_range_is_named(name, text):
    with pytest.raises(HyperparameterError, match=f"'{text}' is not valid for the hyperparameter '{name}': it must be"):
        read({"mode": "supervised", name: text})


# ---- the model ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word_ngrams", [1, 2, 3, 5])
@pytest.mark.parametrize("ending", ["\n", ""])
def test_what_training_touched_answers_as_fasttext_alone(tmp_path, word_ngrams, ending):
    text = (sentences(30) + ODD + sentences(30, seed=5)).removesuffix("\n") + ending
    examples = tmp_path / "train.txt"
    examples.write_text(text)
    ours = trained(examples, tmp_path, buckets=5000, vector_dim=8, min_count=2, word_ngrams=word_ngrams)
    alone = fasttext.train_supervised(
        str(examples), lr=0.05, dim=8, epoch=5, minCount=2, wordNgrams=word_ngrams, bucket=5000, thread=1, verbose=0
    )
    # The end of a line is a word too; where the file doesn't end its last line, training has not seen that.
    asked = [line.partition(" ")[2] for line in (sentences(30) + sentences(30, seed=5)).splitlines()]
    asked = asked[: None if ending else -1]
    labels, shares = ours.predict(asked, k=2)
    expected_labels, expected_shares = alone.predict(asked, k=2)
    assert labels == expected_labels
    assert all((mine == theirs).all() for mine, theirs in zip(shares, expected_shares, strict=True))
    rows, full = ours.get_input_matrix(), alone.get_input_matrix()
    kept = rows.any(axis=1)
    assert rows.shape == full.shape
    assert (rows[kept] == full[kept]).all()
    assert kept.all() == (word_ngrams == 1)


def test_a_file_that_is_read_in_several_pieces(tmp_path, monkeypatch):
    from local_aws.sagemaker.blazingtext import ngrams

    examples = tmp_path / "train.txt"
    examples.write_text(sentences(50) + ODD)
    whole = ngrams.touched_buckets(examples, 3, 10_000)
    monkeypatch.setattr(ngrams, "_LINES_AT_ONCE", 10)
    assert len(whole) > 500
    assert (ngrams.touched_buckets(examples, 3, 10_000) == whole).all()


# ---- the archive -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"x"],
        [3],
        [b"head", 400, b"row" * 100, 7, b"tail"],
        [random.Random(0).randbytes(200_000), 3_000_000, memoryview(b"end")],
        [0, b"", 1 << 20, b"a", (1 << 20) + 1],
    ],
)
def test_any_tool_reads_what_was_written(tmp_path, parts):
    content = b"".join(bytes(part) for part in parts)
    path = tmp_path / "x.tar.gz"
    artifact.write(path, "model.bin", len(content), parts)
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["model.bin"]
        assert archive.extractfile("model.bin").read() == content
    # gzip checks the checksum and the length at the member's end.
    assert len(gzip.decompress(path.read_bytes())) % tarfile.BLOCKSIZE == 0


def test_zeros_cost_neither_space_nor_memory(tmp_path):
    path, size = tmp_path / "x.tar.gz", 500_000_000
    tracemalloc.start()
    artifact.write(path, "model.bin", size, [size])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size < size / 500
    assert peak < 8_000_000
    with tarfile.open(path) as archive:
        assert archive.next().size == size


def test_a_wrong_size_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="should have 5 bytes and has 4"):
        artifact.write(tmp_path / "x.tar.gz", "x", 5, [b"ab", 2])
