"""What holds of preprocessing whatever the data set says: it is read, or refused in words, and no label is forged."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processing.reviews import HELPFUL, UNHELPFUL, DataSetError, Summary, clean, preprocess, sentences

# Texts that look like what fastText and the training file's lines are made of; surrogates, too, as JSON allows them.
_TEXTS = st.lists(
    st.text(st.characters(), max_size=6)
    | st.sampled_from(
        [
            "__label__1 ",
            "__label__",
            "_",
            "_label_",
            "</s>",
            "&lt;/s&gt;",
            "&#95;",
            "&#10;",
            "\n",
            "\r",
            "\u2028",
            ".",
            " ",
        ]
    ),
    max_size=8,
).map("".join)
_VOTES = st.lists(st.integers(-1, 4) | st.booleans() | st.floats() | st.none(), max_size=3)
_REVIEWS = st.fixed_dictionaries(
    {}, optional={"helpful": _VOTES | st.text(max_size=3), "reviewText": _TEXTS | st.none()}
)
_GOOD_REVIEWS = st.fixed_dictionaries(
    {
        "helpful": st.integers(0, 4).flatmap(lambda cast: st.tuples(st.integers(0, cast), st.just(cast))),
        "reviewText": _TEXTS,
    }
)
_LINES = st.lists((_GOOD_REVIEWS | _REVIEWS).map(json.dumps).map(str.encode) | st.binary(max_size=12), max_size=8)


def zipped(content: bytes, name: str = "reviews.json") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return archive.getvalue()


def preprocessed(archive: bytes) -> tuple[Summary, str, str]:
    """The counts, and what the training and the testing file hold; an error leaves neither."""
    with tempfile.TemporaryDirectory() as folder:
        source, train, test = (Path(folder) / name for name in ("set.zip", "train.txt", "test.txt"))
        source.write_bytes(archive)
        try:
            summary = preprocess(source, train, test)
        except DataSetError:
            assert sorted(Path(folder).iterdir()) == [source]
            raise
        return summary, train.read_bytes().decode(), test.read_bytes().decode()


def lines_of(text: str) -> list[str]:
    """The lines of a file, each of which is ended."""
    *lines, rest = text.split("\n")
    assert rest == ""
    return lines


def labelled(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    """Label and text of each line that is a review with more votes of one kind, read in the plainest way."""
    for line in b"\n".join(lines).split(b"\n"):
        try:
            review: Any = json.loads(line.decode())
        except ValueError:
            continue
        votes, text = (review.get(name) for name in ("helpful", "reviewText")) if isinstance(review, dict) else (0, 0)
        if isinstance(votes, list) and [type(vote) for vote in votes] == [int, int] and isinstance(text, str):
            helpful, cast = votes
            if 0 <= helpful <= cast and 2 * helpful != cast:
                yield HELPFUL if 2 * helpful > cast else UNHELPFUL, text


@settings(max_examples=60)
@given(_LINES)
@example([json.dumps({"helpful": [1, 1], "reviewText": "__label__2 ____label____ </s>"}).encode()])
def test_the_two_files_cover_exactly_the_labelled_reviews(lines: list[bytes]) -> None:
    wanted = Counter((label, one) for label, text in labelled(lines) for one in sentences(clean(text)))
    try:
        summary, train, test = preprocessed(zipped(b"\n".join(lines)))
    except DataSetError as refusal:
        assert not wanted, f"{len(wanted)} sentences were refused: {refusal}"
        return
    assert Counter(tuple(line.split(" ", 1)) for line in [*lines_of(train), *lines_of(test)]) == wanted
    for text, counted in ((train, summary.training_sentences), (test, summary.testing_sentences)):
        found = Counter(line.split(" ", 1)[0] for line in lines_of(text))
        assert {label: found[label] for label in (HELPFUL, UNHELPFUL)} == counted


@settings(max_examples=60)
@given(_LINES)
def test_no_review_forges_a_label_or_a_line(lines: list[bytes]) -> None:
    try:
        _, train, test = preprocessed(zipped(b"\n".join(lines)))
    except DataSetError:
        return
    for line in [*lines_of(train), *lines_of(test)]:
        label, *words = re.split("[ \t\v\f\r\0]", line)  # as fastText's Dictionary::readWord does
        assert label in (HELPFUL, UNHELPFUL)
        assert [word for word in words if word.startswith("__label__") or word == "</s>"] == []


@settings(max_examples=30)
@given(_LINES)
def test_a_review_is_in_the_same_set_wherever_it_stands(lines: list[bytes]) -> None:
    try:
        _, train, test = preprocessed(zipped(b"\n".join(lines)))
    except DataSetError:
        return
    _, train_again, test_again = preprocessed(zipped(b"\n".join([*reversed(lines), *lines])))
    assert set(lines_of(train_again)) == set(lines_of(train))
    assert set(lines_of(test_again)) == set(lines_of(test))


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(
    ["a.json", "../a.json", "/a.json", "b.JSON", "._a.json"]
)
GOOD = zipped(b'{"helpful": [1, 1], "reviewText": "A fine thing."}\n' * 3)


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_what_is_no_zip_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(DataSetError):
        preprocessed(content)


@given(st.data())
def test_a_damaged_zip_is_read_or_refused_in_words(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)) | st.just(len(damaged)))
    try:
        preprocessed(bytes(damaged[:cut]))
    except DataSetError as refusal:
        assert str(refusal)


@settings(max_examples=50)
@given(st.lists(_NAMES, max_size=3))
def test_a_zip_with_any_names_is_read_or_refused_in_words(names: list[str]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in dict.fromkeys(names):
            file.writestr(name, b'{"helpful": [1, 1], "reviewText": "A fine thing."}\n')
    try:
        summary, train, test = preprocessed(archive.getvalue())
    except DataSetError as refusal:
        assert str(refusal)
    else:
        assert summary.reviews == 1
        assert (train + test) == f"{HELPFUL} A fine thing\n"
