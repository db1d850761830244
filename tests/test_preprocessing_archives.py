"""The preprocessing core on broken, strange and hostile zips: refused by name, nothing left behind."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile

import pytest

from processing import reviews as core

LINE = json.dumps({"helpful": [1, 1], "reviewText": "Holds its tune."}) + "\n"


def archive_of(members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted() -> bytes:
    """What `zip -e` writes: bit 0 of the flags set in the local header and in the directory."""
    content = bytearray(archive_of({"r.json": LINE}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def flipped_bit() -> bytes:
    content = bytearray(archive_of({"r.json": LINE * 50}, zipfile.ZIP_STORED))
    content[60] ^= 1
    return bytes(content)


def cut_member() -> bytes:
    """A member that ends early: the directory promises more bytes than the compressed stream gives."""
    content = bytearray(archive_of({"r.json": "".join(LINE + str(i) + "\n" for i in range(5000))}))
    directory = content.index(b"PK\x01\x02")
    size = struct.unpack_from("<I", content, directory + 20)[0]
    struct.pack_into("<I", content, directory + 20, size // 2)
    return bytes(content)


def unknown_method() -> bytes:
    content = bytearray(archive_of({"r.json": LINE}))
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, 8, 9)
    struct.pack_into("<H", content, directory + 10, 9)
    return bytes(content)


def promises(size: int) -> bytes:
    content = bytearray(archive_of({"r.json": LINE}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    return bytes(content)


BAD = {
    "no zip": (b"just a text", "is not a zip file"),
    "no bytes": (b"", "is not a zip file"),
    "cut upload": (archive_of({"r.json": LINE * 100})[:-40], "is not a zip file"),
    "empty": (archive_of({}), "is an empty zip"),
    "no JSON": (archive_of({"r.csv": "a,b"}), "holds no .json file"),
    "only macOS's": (archive_of({"__MACOSX/._r.json": "x", "._r.json": "x"}), "holds no .json file"),
    "a folder": (archive_of({"r.json/": ""}), "holds no .json file"),
    "several": (
        archive_of({"a.json": LINE, "b.JSON": LINE}),
        "holds 2 .json files (a.json, b.JSON). Make a zip for each",
    ),
    "encrypted": (encrypted(), "is encrypted"),
    "up": (archive_of({"../r.json": LINE}), "'../r.json', which points outside"),
    "up inside": (archive_of({"a/../../r.json": LINE}), "points outside"),
    "up beside": (archive_of({"r.json": LINE, "../../etc/passwd": "x"}), "points outside"),
    "absolute": (archive_of({"/r.json": LINE}), "points outside"),
    "drive": (archive_of({"C:\\r.json": LINE}), "points outside"),
    "backslashes": (archive_of({"..\\r.json": LINE}), "points outside"),
    "bomb": (archive_of({"r.json": LINE.encode() + bytes(70 * 1024**2)}), "more than 200 times its size"),
    "huge": (promises(0xFFFFFFFE), "more than 200 times its size"),
    "wrong checksum": (flipped_bit(), "damaged"),
    "cut member": (cut_member(), "damaged"),
    "method": (unknown_method(), "compressed by method 9"),
    "lzma": (archive_of({"r.json": LINE}, zipfile.ZIP_LZMA), "compressed by method 14"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_archive_is_named_with_its_remedy_and_leaves_nothing(tmp_path, case):
    content, problem = BAD[case]
    archive = tmp_path / "data.zip"
    archive.write_bytes(content)
    with pytest.raises(core.BadArchive) as caught:
        core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt", name="s3://b/data.zip")
    message = str(caught.value)
    assert message.startswith("s3://b/data.zip ")
    assert problem in message
    assert any(verb in message for verb in ("Zip ", "zip again", "Make ", "Check ", "Cut "))
    assert [path.name for path in tmp_path.iterdir()] == ["data.zip"]


def test_over_the_limit_of_size(tmp_path, monkeypatch):
    monkeypatch.setattr(core, "MAX_MEMBER_BYTES", 10)
    archive = tmp_path / "data.zip"
    archive.write_bytes(archive_of({"r.json": LINE}))
    with pytest.raises(core.BadArchive, match="over the limit of 10"):
        core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(core.DataSetError, match=r"nowhere\.zip is not there"):
        core.preprocess(tmp_path / "nowhere.zip", tmp_path / "train.txt", tmp_path / "test.txt")


def test_an_error_leaves_the_older_files(tmp_path):
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    for path in (train, test):
        path.write_text("older")
    archive = tmp_path / "data.zip"
    archive.write_bytes(flipped_bit())
    with pytest.raises(core.BadArchive):
        core.preprocess(archive, train, test)
    assert train.read_text() == test.read_text() == "older"
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "members",
    [
        {"r.json": LINE, "__MACOSX/._r.json": "x", "__MACOSX/r.json": "x"},
        {"data/": "", "data/R.JSON": LINE, "data/._R.JSON": "x", "README.txt": "x"},
        {"a..b.json": LINE},
    ],
)
def test_what_else_lies_in_the_zip_is_ignored(tmp_path, members):
    archive = tmp_path / "data.zip"
    archive.write_bytes(archive_of(members))
    summary = core.preprocess(archive, tmp_path / "train.txt", tmp_path / "test.txt")
    assert summary.reviews == 1


@pytest.mark.slow
def test_any_damage_ends_in_an_error_of_ours_or_in_whole_files(tmp_path):
    """Bytes changed at random, the directory's most of all: no other exception, no file without its pair."""
    rng = random.Random(7)
    whole = archive_of({"r.json": LINE * 30, "__MACOSX/._r.json": "x"})
    directory = whole.index(b"PK\x01\x02")
    archive, outputs = tmp_path / "data.zip", (tmp_path / "train.txt", tmp_path / "test.txt")
    refused = 0
    for _ in range(1500):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            start = rng.choice([0, directory])
            content[rng.randrange(start, len(content))] = rng.randrange(256)
        archive.write_bytes(content)
        try:
            core.preprocess(archive, *outputs)
        except core.DataSetError:
            refused += 1
            assert [p.name for p in tmp_path.iterdir()] == ["data.zip"]
        for path in outputs:
            path.unlink(missing_ok=True)
    assert refused > 500
