"""The preprocessing core: its rules, on reviews as people and machines write them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import fasttext
import pytest

from processing import reviews as core

ROOT = Path(__file__).resolve().parent.parent


def review(text="Holds its tune. Fine case.", helpful=(3, 4), **others) -> dict:
    return {"reviewerID": "A1", "asin": "B1", "helpful": list(helpful), "reviewText": text, **others}


def zipped(path: Path, *lines: dict | str | bytes, end: bytes = b"\n") -> Path:
    """A zip of the usual form: the JSON member, and macOS's own member beside it."""
    content = b"".join(
        (line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode())
        + end
        for line in lines
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("reviews.json", content)
        archive.writestr("__MACOSX/._reviews.json", b"\x00\x05\x16\x07 not JSON")
    return path


@pytest.fixture
def run(tmp_path):
    """Preprocess lines; give the summary and all sentences written, sorted."""

    def run(*lines, **options):
        archive = zipped(tmp_path / "r.json.zip", *lines, **options)
        summary = core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt")
        written = read(tmp_path / "train.txt") + read(tmp_path / "test.txt")
        return summary, sorted(written)

    return run


def read(path: Path) -> list[str]:
    """The lines as fastText sees them: cut at line feeds only."""
    content = path.read_bytes().decode()
    assert content == "" or content.endswith("\n")
    return content.split("\n")[:-1]


@pytest.mark.parametrize(
    ("helpful", "expected"),
    [((1, 1), "__label__1"), ((2, 3), "__label__1"), ((2, 5), "__label__2"), ((0, 5), "__label__2")],
)
def test_label_follows_the_majority(run, helpful, expected):
    summary, written = run(review("Good", helpful))
    assert written == [f"{expected} Good"]
    assert summary.dropped == {}


@pytest.mark.parametrize(("helpful", "reason"), [((0, 0), core.NO_VOTES), ((1, 2), core.TIE), ((7, 14), core.TIE)])
def test_reviews_without_a_majority_are_dropped(run, helpful, reason):
    summary, written = run(review("Kept"), review("Gone", helpful))
    assert written == ["__label__1 Kept"]
    assert summary.dropped == {reason: 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.Three", ["One", "Three", "Two"]),
        ("Well... it broke.....", ["Well", "it broke"]),
        (" . .. \t.  only  this . ", ["only  this"]),
        ("Price: $5.99!", ["99!", "Price: $5"]),
        ("the &#34;best&#34; &amp; only", ['the "best" & only']),
        ("twice &amp;#34; escaped", ["twice &#34; escaped"]),
        ("a&#46;b&period;c", ["a", "b", "c"]),
        ("naïve 🎸 音楽。", ["naïve 🎸 音楽。"]),
    ],
)
def test_sentences(run, text, expected):
    assert run(review(text))[1] == [f"__label__1 {sentence}" for sentence in expected]


@pytest.mark.parametrize("text", ["", "   ", "...", "&nbsp;.&#32;", "\u2028\x85\n", "&#10;&#13;"])
def test_texts_without_a_sentence_are_dropped(run, text):
    summary, written = run(review("Kept"), review(text))
    assert written == ["__label__1 Kept"]
    assert summary.dropped == {core.NO_SENTENCE: 1}


LINE_BREAKING = [*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ud800", "\udfff"]


@pytest.mark.parametrize("character", LINE_BREAKING, ids=lambda c: f"U+{ord(c):04X}")
def test_nothing_in_a_text_ends_its_line(run, character):
    # As an escape in the JSON, and as an entity: what unescape makes of it must not end the line either.
    written = run(review(f"one{character}__label__2 two"), review(f"three&#{ord(character)};four"))[1]
    assert len(written) == 2
    for line in written:
        assert line.startswith("__label__1 ")
        assert len(line.splitlines()) == 1
        assert line.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "__label__2 is what I am",
        "____label____2 x",
        "__label____label__2 __label__label__",
        "x &#95;_label__2 y",
        "_&#95;label__2 y",
        "__la\x00bel__2 y",
        "fine.__label__2 next",
        "end </s> __label__2 again",
        "<</s>/s> __label__2",
    ],
)
def test_no_text_forges_a_label_or_the_end_of_a_line(run, text):
    for line in run(review(text))[1]:
        label, *words = line.split()
        assert label == "__label__1"
        assert not [word for word in words if word.startswith("__label__") or word == "</s>"]


POISON = [
    ("not JSON at all", core.NOT_JSON),
    ('{"helpful": [1, 1], "reviewText": "cut', core.NOT_JSON),
    ('{"helpful": [1, 1], "reviewText": "one"} {"helpful": [1, 1], "reviewText": "two"}', core.NOT_JSON),
    ('{"helpful": [1, 1], "reviewText": "x", "overall": NaN}', core.NOT_JSON),
    ('{"helpful": [1, Infinity], "reviewText": "x"}', core.NOT_JSON),
    ("[" * 100_000, core.NOT_JSON),
    ('{"helpful": [1, ' + "9" * 10_000 + '], "reviewText": "x"', core.NOT_JSON),
    (b'{"helpful": [1, 1], "reviewText": "caf\xe9"}', core.NOT_UTF8),
    ("[1, 2]", core.NOT_OBJECT),
    ("null", core.NOT_OBJECT),
    ("{}", core.MISSING_FIELD),
    ('{"reviewText": "x"}', core.MISSING_FIELD),
    ('{"helpful": [1, 1]}', core.MISSING_FIELD),
    (review(helpful=(1,)), core.BAD_VOTES),
    (review(helpful=(1, 2, 3)), core.BAD_VOTES),
    (review(helpful=(3, 2)), core.BAD_VOTES),
    (review(helpful=(-1, 2)), core.BAD_VOTES),
    (review(helpful=(-2, -1)), core.BAD_VOTES),
    (review(helpful=("1", "1")), core.BAD_VOTES),
    (review(helpful=(1.0, 1.0)), core.BAD_VOTES),
    (review(helpful=(True, True)), core.BAD_VOTES),
    ('{"helpful": "1/1", "reviewText": "x"}', core.BAD_VOTES),
    ('{"helpful": {"0": 1, "1": 1}, "reviewText": "x"}', core.BAD_VOTES),
    (review(None), core.BAD_TEXT),
    (review(["a"]), core.BAD_TEXT),
    (review(5), core.BAD_TEXT),
    ('{"helpful": [1, 1], "reviewText": "' + "long " * 60_000 + '"}', core.TOO_LONG),
    ('{"x": "' + "y" * 2_000_000 + '"}', core.TOO_LONG),
]


@pytest.mark.parametrize(("line", "reason"), POISON, ids=lambda v: v if isinstance(v, str) and len(v) < 40 else "")
def test_a_poisoned_line_is_counted_and_costs_no_other(run, line, reason):
    summary, written = run(review("before"), line, review("after"))
    assert written == ["__label__1 after", "__label__1 before"]
    assert summary.dropped == {reason: 1}
    assert summary.reviews == 3


def test_an_endless_character_reference_does_not_stop_the_run(run):
    written = run(review("odd &#" + "9" * 5000 + "; thing &#34;quoted&#34;"))[1]
    assert written == ['__label__1 odd \ufffd thing "quoted"']


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["_", "__label__", "&", "&#", "&#x0", "</s", "<", ".", "\x00 ", "\u2028"])
def test_no_text_makes_the_work_grow_faster_than_itself(tmp_path, unit):
    text = "__label__ </s> &amp; " + unit * (200_000 // (len(json.dumps(unit)) - 2))
    archive = zipped(tmp_path / "r.zip", *[review(text)] * 20)
    command = [sys.executable, "-c", PEAK, archive, tmp_path / "train.txt", tmp_path / "test.txt"]
    # A step that is quadratic in the text takes minutes here; a linear one, half a second.
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=30)


def test_fasttext_finds_one_line_a_sentence_and_no_other_label(tmp_path):
    hostile = [
        "x __label__3 y",
        "__label__4",
        "a </s> __label__5 b",
        "one&#10;__label__6 two",
        "\x0b__label__7",
    ]
    hostile += [f"a{character}__label__8{character}b" for character in LINE_BREAKING]
    archive = zipped(tmp_path / "r.zip", *[review(text, (i % 2, 1)) for i, text in enumerate(hostile)])
    summary, train, _ = sets(archive, tmp_path)
    path = str(tmp_path / "train.txt")
    model = fasttext.train_supervised(input=path, epoch=1, dim=2, bucket=10, minCount=1, verbose=0)
    assert set(model.labels) == {"__label__1", "__label__2"}
    assert model.test(path)[0] == len(train) == summary.training_reviews


def test_line_ends_blank_lines_and_byte_order_mark(tmp_path, run):
    lines = ("\ufeff" + json.dumps(review("one")), "", "  \t", review("two"), "\r")
    summary, written = run(*lines, end=b"\r\n")
    assert written == ["__label__1 one", "__label__1 two"]
    assert (summary.reviews, summary.dropped) == (2, {})


def test_the_last_line_needs_no_end(run):
    assert run(json.dumps(review("one")) + "\n" + json.dumps(review("two")), end=b"")[1] == [
        "__label__1 one",
        "__label__1 two",
    ]


def test_the_fields_that_are_not_used_may_be_missing(run):
    assert run({"helpful": [1, 1], "reviewText": "no name, no product"})[1] == ["__label__1 no name, no product"]


def many(count: int, seed: int = 0) -> list[dict]:
    rng = random.Random(seed)
    return [
        review(
            f"Review number {i}. It has {rng.randint(1, 9)} parts... &#34;good&#34;. Number {i} ends",
            rng.choice([(0, 0), (1, 2), (3, 3), (0, 2), (5, 6)]),
            reviewerID=f"A{i}",
        )
        for i in range(count)
    ]


def sets(archive: Path, folder: Path) -> tuple[core.Summary, list[str], list[str]]:
    summary = core.preprocess(archive, folder / "train.txt", folder / "test.txt")
    return summary, read(folder / "train.txt"), read(folder / "test.txt")


def test_split_is_by_review_and_about_four_to_one(tmp_path):
    summary, train, test = sets(zipped(tmp_path / "r.zip", *many(3000)), tmp_path)
    labelled = summary.training_reviews + summary.testing_reviews
    assert 0.17 < summary.testing_reviews / labelled < 0.23
    numbers = [{line.split()[3] for line in side if "Review number" in line} for side in (train, test)]
    ends = [{line.split()[2] for line in side if " ends" in line} for side in (train, test)]
    assert numbers == ends
    assert not numbers[0] & numbers[1]


def test_split_depends_on_neither_order_nor_file(tmp_path):
    lines = many(600)
    _, train, test = sets(zipped(tmp_path / "a.zip", *lines), tmp_path)
    shuffled = random.Random(5).sample(lines, len(lines))
    _, train_2, test_2 = sets(zipped(tmp_path / "b.zip", *shuffled), tmp_path)
    assert (sorted(train), sorted(test)) == (sorted(train_2), sorted(test_2))
    halves = [sets(zipped(tmp_path / "c.zip", *half), tmp_path) for half in (lines[:300], lines[300:])]
    assert halves[0][1] + halves[1][1] == train
    assert halves[0][2] + halves[1][2] == test


def test_a_review_posted_for_two_products_is_on_one_side(tmp_path):
    lines = [review(f"Same words {i}", asin=asin, reviewerID=who) for i in range(50) for asin, who in ["ab", "cd"]]
    _, train, test = sets(zipped(tmp_path / "r.zip", *lines), tmp_path)
    assert train
    assert test
    assert not set(train) & set(test)


def test_summary_accounts_for_every_line(tmp_path):
    lines = [*many(500), "junk", review("..."), review(3)]
    summary, train, test = sets(zipped(tmp_path / "r.zip", *lines), tmp_path)
    assert summary.reviews == 503 == summary.training_reviews + summary.testing_reviews + sum(summary.dropped.values())
    for written, counts in ((train, summary.training_sentences), (test, summary.testing_sentences)):
        assert counts == {label: sum(line.startswith(label + " ") for line in written) for label in counts}
    assert json.loads(json.dumps(summary.as_dict())) == summary.as_dict()


def test_one_usable_review_leaves_one_side_empty(tmp_path):
    summary, train, test = sets(zipped(tmp_path / "r.zip", review("alone")), tmp_path)
    assert summary.training_reviews + summary.testing_reviews == 1
    assert sorted([len(train), len(test)]) == [0, 1]


@pytest.mark.parametrize("lines", [(), ("junk", "more junk"), (review(helpful=(0, 0)), review("..."))])
def test_no_usable_review_is_an_error_that_says_why(tmp_path, lines):
    archive = zipped(tmp_path / "r.zip", *lines)
    with pytest.raises(core.NoUsableReview) as caught:
        core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt", name="s3://b/r.zip")
    assert "s3://b/r.zip holds no usable review" in str(caught.value)
    assert "reviewText" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["r.zip"]


def test_output_names():
    assert core.output_names("reviews_X_5.json.zip") == ("reviews_X_5_train.txt", "reviews_X_5_test.txt")
    assert core.output_names("a.b.c.json.zip")[0] == "a_train.txt"
    with pytest.raises(core.DataSetError, match=r"\.json\.zip"):
        core.output_names(".json.zip")


PEAK = """
import sys
from processing.reviews import preprocess
preprocess(*sys.argv[1:])
try:
    status = open("/proc/self/status").read().split()
    print(int(status[status.index("VmHWM:") + 1]))
except FileNotFoundError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports no peak memory to Python")
def test_memory_does_not_grow_with_the_data(tmp_path):
    def peak_kib(copies: int) -> int:
        lines = many(3000) * copies
        lines[10] = '{"x": "' + "y" * 3_000_000 * copies + '"}'
        archive = zipped(tmp_path / f"{copies}.zip", *lines)
        command = [sys.executable, "-c", PEAK, archive, tmp_path / "train.txt", tmp_path / "test.txt"]
        return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)

    small, large = peak_kib(1), peak_kib(20)
    assert large < small + 2048
    assert large < 40 * 1024


OTHER_PYTHONS = [f"python3.{minor}" for minor in range(9, 15)]


@pytest.mark.slow
@pytest.mark.parametrize("python", OTHER_PYTHONS)
def test_same_bytes_under_every_python_that_lambda_offers(tmp_path, python):
    probe = [python, "-c", "import zipfile, json, html"]
    try:
        subprocess.run(probe, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"{python} is not on this machine")
    archive = zipped(tmp_path / "r.zip", *many(200), *[line for line, _ in POISON])
    core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt")
    code = "import sys; from processing.reviews import preprocess; print(preprocess(*sys.argv[1:]).as_dict())"
    command = [python, "-B", "-c", code, archive, tmp_path / "train_2.txt", tmp_path / "test_2.txt"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for side in ("train", "test"):
        assert (tmp_path / f"{side}_2.txt").read_bytes() == (tmp_path / f"{side}.txt").read_bytes()
