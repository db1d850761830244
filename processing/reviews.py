"""Turn a zipped set of product reviews into labelled sentences for training and testing. The core, one file.

`preprocess` is the whole of it: one zip in, two text files out, a `Summary` back. Lambda, the processing job
and the lessons all call it, so all of them write the same bytes. It reads as a stream: memory does not grow
with the data set. It knows nothing of S3, events or jobs, and it trains nothing.

The rules
    Label     ``__label__1`` where more than half of the votes say helpful, ``__label__2`` where fewer do.
              No votes, a tie or no sentence: the review is dropped, and counted.
    Text      HTML entities are decoded once; after that, whatever could end a line or can't be written as
              UTF-8 (control characters, U+2028, U+2029, lone surrogates) becomes a blank. ``__label__``
              becomes ``label`` between blanks and ``</s>`` a blank: fastText takes the first for a label and
              the second for the end of a line, and no text may forge either.
    Sentence  What stands between full stops, stripped; empty ones vanish, so ``...`` leaves nothing behind.
    Split     By review, from a checksum of its text: one in five is for testing. The same text is on the same
              side, whatever the order, the file or the machine. A very small data set may leave a side empty.
    Poison    A line that isn't a usable review is dropped and counted by its reason. Only a data set without
              a single usable review is an error.
"""

from __future__ import annotations

import html
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, NoReturn

HELPFUL, UNHELPFUL = "__label__1", "__label__2"
TEST_SHARE = 5  # one review in five is for testing

MAX_LINE_BYTES = 256 * 1024  # twenty times the longest review of the real data sets
MAX_MEMBER_BYTES = 16 * 1024**3  # uncompressed
MAX_RATIO = 200  # uncompressed to compressed, for members over HARMLESS_BYTES; reviews reach about 3
HARMLESS_BYTES = 64 * 1024**2

NOT_UTF8 = "not UTF-8"
NOT_JSON = "not JSON"
NOT_OBJECT = "not a JSON object"
TOO_LONG = f"line longer than {MAX_LINE_BYTES // 1024} KiB"
MISSING_FIELD = "missing field"
BAD_VOTES = "helpful is not [helpful votes, all votes]"
BAD_TEXT = "reviewText is not a text"
NO_VOTES = "no votes"
TIE = "tie"
NO_SENTENCE = "no sentence"

_CHUNK_BYTES = 128 * 1024
_LINE_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ENDLESS_REFERENCE = re.compile("&#[0-9]{4300,};?")  # from 4,301 digits on, int() refuses


class DataSetError(Exception):
    """A data set can't be preprocessed. The message names it, what is wrong, and what to do."""


class BadArchive(DataSetError):
    """The file is not a zip that holds exactly one readable JSON file."""


class NoUsableReview(DataSetError):
    """The JSON file was read to its end and not one review could be used."""


@dataclass
class Summary:
    """What became of a data set.

    `reviews` are the lines read, blank ones apart; each is in `training_reviews`, in `testing_reviews` or, by
    its reason, in `dropped`. `training_sentences` and `testing_sentences` count the lines written, by label.
    """

    reviews: int = 0
    training_reviews: int = 0
    testing_reviews: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    training_sentences: dict[str, int] = field(default_factory=dict)
    testing_sentences: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain JSON-ready values, in the order of the fields."""
        return asdict(self)


def preprocess(
    zip_path: str | Path,
    train_path: str | Path,
    test_path: str | Path,
    name: str | None = None,
) -> Summary:
    """Preprocess one zipped data set into a training and a testing file; return the counts.

    `name` is what errors call the data set (an S3 address, say); by default it is `zip_path`. The files are
    UTF-8, one ``__label__1 the sentence`` a line, every line ended by ``\\n``. They appear under their names
    only when both are complete; after an error there is neither, and older ones are as they were.

    Raises `BadArchive` or `NoUsableReview`, and OSError where a file can't be written.
    """
    name = name or str(zip_path)
    train_path, test_path = Path(train_path), Path(test_path)
    train_part, test_part = (path.with_name(f"{path.name}.part") for path in (train_path, test_path))
    try:
        with (
            closing(_json_lines(zip_path, name)) as lines,
            train_part.open("wb") as a,
            test_part.open("wb") as b,
        ):
            summary = _write_sets(lines, train=a, test=b)
        if not summary.training_reviews + summary.testing_reviews:
            raise NoUsableReview(_why_none(name, summary))
        train_part.replace(train_path)
        test_part.replace(test_path)
    finally:
        train_part.unlink(missing_ok=True)
        test_part.unlink(missing_ok=True)
    return summary


def output_names(file_name: str, name: str | None = None) -> tuple[str, str]:
    """The names of the training and testing file, made of what stands before the first dot of `file_name`.

    ``reviews_X.json.zip`` gives ``reviews_X_train.txt`` and ``reviews_X_test.txt``. Data sets whose names
    differ only after the first dot share their outputs' names. `name` is what an error calls the data set.
    Raises `DataSetError` where nothing stands before the dot.
    """
    stem = file_name.split(".", 1)[0]
    if not stem:
        raise DataSetError(
            f"{name or file_name} has no file name before its first dot, by which the outputs are named. "
            "Call it <name>.json.zip."
        )
    return f"{stem}_train.txt", f"{stem}_test.txt"


def examine(line: bytes) -> tuple[str, str]:
    """Judge one line of the JSON file: ``(label, text as written)``, or ``(reason for dropping it, "")``."""
    if len(line) > MAX_LINE_BYTES:
        return TOO_LONG, ""
    try:
        line_text = line.decode().strip()
        review, end = _DECODER.raw_decode(line_text)
    except UnicodeDecodeError:
        return NOT_UTF8, ""
    except (ValueError, RecursionError):
        return NOT_JSON, ""
    if end != len(line_text):
        return NOT_JSON, ""
    if type(review) is not dict:
        return NOT_OBJECT, ""
    try:
        votes, text = review["helpful"], review["reviewText"]
    except KeyError:
        return MISSING_FIELD, ""
    if type(votes) is not list or len(votes) != 2:
        return BAD_VOTES, ""
    helpful, cast = votes
    # The exact type: True would pass for 1 as an instance of int.
    if type(helpful) is not int or type(cast) is not int or not 0 <= helpful <= cast:
        return BAD_VOTES, ""
    if type(text) is not str:
        return BAD_TEXT, ""
    if not cast:
        return NO_VOTES, ""
    if 2 * helpful == cast:
        return TIE, ""
    if not text:
        return NO_SENTENCE, ""
    return HELPFUL if 2 * helpful > cast else UNHELPFUL, text


def clean(text: str) -> str:
    """A review's text with entities decoded and nothing in it that could end a line or pass for a label.

    fastText takes a word that starts with ``__label__`` for a label and the word ``</s>`` for the end of the
    line (its dictionary.cc, `Dictionary::getLine`).
    """
    if "&" in text:
        text = _decode_entities(text)
    # isprintable is the quick look: no line-breaking character, control character or surrogate is printable.
    if not text.isprintable():
        text = _LINE_BREAKING.sub(" ", text)
    if "__label__" in text:
        # Without the blanks, the outer underscores of ____label____ would make a new label.
        text = text.replace("__label__", " label ")
    if "</s>" in text:
        text = text.replace("</s>", " ")
    return text


def sentences(text: str) -> list[str]:
    """The sentences of a cleaned text: what stands between its full stops, stripped, empty ones left out."""
    return [sentence for sentence in map(str.strip, text.split(".")) if sentence]


def is_for_testing(text: str) -> bool:
    """Whether the review with this cleaned text belongs to the testing set: a property of the text alone."""
    return zlib.crc32(text.encode()) % TEST_SHARE == 0


def _decode_entities(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A number that long is no character; unescape makes U+FFFD of the shorter ones.
        return html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))


def _write_sets(lines: Iterator[bytes], train: BinaryIO, test: BinaryIO) -> Summary:
    dropped: Counter[str] = Counter()
    reviews: dict[bool, int] = {False: 0, True: 0}
    written: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    outputs = {False: train, True: test}
    for line in lines:
        outcome, text = examine(line)
        if not text:
            # A blank line is no review; looking for it here keeps the look off the common path.
            if outcome != NOT_JSON or line.strip():
                dropped[outcome] += 1
            continue
        text = clean(text)
        parts = sentences(text)
        if not parts:
            dropped[NO_SENTENCE] += 1
            continue
        side = is_for_testing(text)
        separator = f"\n{outcome} "
        outputs[side].write(f"{outcome} {separator.join(parts)}\n".encode())
        reviews[side] += 1
        written[side][outcome] += len(parts)
    return Summary(
        reviews=reviews[False] + reviews[True] + sum(dropped.values()),
        training_reviews=reviews[False],
        testing_reviews=reviews[True],
        dropped=dict(sorted(dropped.items())),
        training_sentences={label: written[False][label] for label in (HELPFUL, UNHELPFUL)},
        testing_sentences={label: written[True][label] for label in (HELPFUL, UNHELPFUL)},
    )


def _why_none(name: str, summary: Summary) -> str:
    reasons = ", ".join(f"{reason}: {count:,}" for reason, count in summary.dropped.items()) or "it is empty"
    return (
        f"{name} holds no usable review in {summary.reviews:,} lines ({reasons}). "
        'Each line must be a JSON object with "helpful": [helpful votes, all votes] and "reviewText": "...".'
    )


def _json_lines(zip_path: str | Path, name: str) -> Generator[bytes]:
    """Yield the lines of the one JSON member, without their ends; one over the limit is cut, yet over it."""
    with _open_json_member(zip_path, name) as stream:
        tail = stream.read(3)
        if tail == b"\xef\xbb\xbf":
            tail = b""
        while True:
            chunk = stream.read(_CHUNK_BYTES)
            if not chunk:
                break
            lines = (tail + chunk).split(b"\n")
            tail = lines.pop()[: MAX_LINE_BYTES + 1]
            yield from lines
        yield tail


@contextmanager
def _open_json_member(zip_path: str | Path, name: str) -> Iterator[IO[bytes]]:
    try:
        file = Path(zip_path).open("rb")  # noqa: SIM115 - closed below; kept apart for its own error
    except FileNotFoundError as error:
        raise DataSetError(f"{name} is not there. Check the name of the data set.") from error
    try:
        with file, zipfile.ZipFile(file) as archive:
            member = _json_member(archive, name)
            with archive.open(member) as stream:
                yield stream
    except (EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadArchive(
            f"{name} is not a zip file, or a damaged one ({error}). Make the zip again and upload it whole."
        ) from error
    except _ODD_ZIP as error:
        raise BadArchive(
            f"{name} is a zip that can't be read ({error}). Make it again with an ordinary zip program."
        ) from error


# What zipfile raises, besides BadZipFile, over a directory that makes no sense: a place before the file's
# start, a name in no encoding, a feature or version from the future.
_ODD_ZIP = (NotImplementedError, OSError, OverflowError, RuntimeError, ValueError, struct.error)


def _json_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one member that is the data set, after every check that its directory entry allows."""

    def refuse(problem: str, remedy: str) -> NoReturn:
        raise BadArchive(f"{name} {problem}. {remedy}")

    members = archive.infolist()
    if not members:
        refuse("is an empty zip", "Zip the .json file and upload it again.")
    for member in members:
        if _leaves_its_folder(member.orig_filename):
            refuse(
                f"has a member named {member.orig_filename!r}, which points outside of the zip",
                "Zip the .json file under its plain name.",
            )
    found = [member for member in members if _is_json(member)]
    if not found:
        refuse("holds no .json file", "Zip the reviews as one file whose name ends in .json.")
    if len(found) > 1:
        names = ", ".join(member.filename for member in found[:3])
        refuse(
            f"holds {len(found)} .json files ({names}{', ...' if len(found) > 3 else ''})",
            "Make a zip for each.",
        )
    member = found[0]
    if member.flag_bits & 0x1:
        refuse(f"is encrypted ({member.filename})", "Zip the file again without a password.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        refuse(
            f"is compressed by method {member.compress_type}, which is not supported",
            "Zip the file again with ordinary (deflate) compression.",
        )
    if member.file_size > MAX_MEMBER_BYTES:
        refuse(
            f"unpacks to {member.file_size:,} bytes, over the limit of {MAX_MEMBER_BYTES:,}",
            "Cut the data set into several zips.",
        )
    if member.file_size > max(HARMLESS_BYTES, MAX_RATIO * member.compress_size):
        refuse(
            f"unpacks to more than {MAX_RATIO} times its size, as a zip bomb does "
            f"({member.compress_size:,} to {member.file_size:,} bytes)",
            "Check where the file comes from; real reviews shrink to about a third.",
        )
    return member


def _is_json(member: zipfile.ZipInfo) -> bool:
    path = member.filename
    # macOS adds a folder __MACOSX/ and files named ._X, which hold a file's attributes and no data.
    of_macos = path.startswith("__MACOSX/") or path.rpartition("/")[2].startswith("._")
    return path.lower().endswith(".json") and not of_macos


def _leaves_its_folder(path: str) -> bool:
    path = path.replace("\\", "/")
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# NaN and Infinity, which Python's decoder would take, are not JSON.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
