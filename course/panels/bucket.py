"""The Bucket panel: what is in a bucket, what is new since the last look, and a look into an object.

Source of what is shown: S3 user guide, "Organizing objects by using folders" (a folder is how keys begin).
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Literal

import boto3
import ipywidgets as widgets

from course.errors import CourseError
from course.panels.controls import button, field, html_box, row
from course.panels.description import Block, Code, Say, Table, as_html, plain
from course.panels.front_end import CopyButton
from course.panels.panel import News, Panel

Age = Literal["", "new", "changed"]

_MOST_OBJECTS = 1000
_LOOK_BYTES, _LOOK_LINES = 64 * 1024, 20
_LARGEST_ZIP = 64 * 2**20

_CONSOLE = (
    "Search bar: **S3**. Open the bucket, then its folders.",
    "The round arrow reloads the list.",
    "Paste a key, or how it begins, under *Find objects by prefix*.",
    "Open an object, **Download**, and look at it on your computer; the console can't look into a zip.",
)


@dataclass(frozen=True)
class Entry:
    """A folder (its key ends with `/`) or an object, and whether it is new since the last look."""

    key: str
    size: int | None = None
    etag: str = ""
    age: Age = ""

    @property
    def is_folder(self) -> bool:
        """Whether it only stands for the keys that begin so."""
        return self.size is None


@dataclass(frozen=True)
class Listing:
    """What is under a prefix, folders first; `cut` where there is more than is shown."""

    prefix: str
    entries: tuple[Entry, ...]
    cut: bool = False


@dataclass(frozen=True)
class Member:
    """A file inside a zip."""

    name: str
    size: int


@dataclass(frozen=True)
class Look:
    """A look into an object: its first lines, and where it is a zip its members."""

    key: str
    size: int
    kind: str
    title: str = ""
    head: str = ""
    members: tuple[Member, ...] = ()


class BucketContents:
    """What the panel does with a bucket, through boto3."""

    def __init__(self, bucket: str):
        self.bucket = bucket
        self._s3 = boto3.client("s3")
        self._seen: dict[str, dict[str, str]] = {}

    def list(self, prefix: str) -> Listing:
        """What is under a prefix; compared with the last time that this prefix was listed.

        Raises:
            ClientError: no such bucket, or it may not be listed.
        """
        answer = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix, Delimiter="/", MaxKeys=_MOST_OBJECTS)
        before = self._seen.get(prefix)
        folders = {folder["Prefix"]: "" for folder in answer.get("CommonPrefixes", [])}
        objects = [found for found in answer.get("Contents", []) if found["Key"] != prefix]
        self._seen[prefix] = folders | {found["Key"]: found["ETag"] for found in objects}
        entries = [Entry(key, age=_age(before, key, "")) for key in folders]
        entries += [Entry(o["Key"], o["Size"], o["ETag"], _age(before, o["Key"], o["ETag"])) for o in objects]
        return Listing(prefix, tuple(entries), answer["IsTruncated"])

    def look(self, key: str) -> Look:
        """The beginning of an object; of a zip, its members and the beginning of the first that is text.

        Raises:
            ClientError: no such object, or it may not be read.
            CourseError: a zip too large to be looked into here.
        """
        size = self._s3.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        if size == 0:
            return Look(key, 0, "empty")
        beginning = self._read(key, min(size, _LOOK_BYTES))
        if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            if size > _LARGEST_ZIP:
                raise CourseError(f"{key} has {_bytes(size)}: too large to be looked into here; download it.")
            return _look_into_zip(key, self._read(key, size))
        text = _first_lines(beginning, whole=size <= _LOOK_BYTES)
        if text is None:
            return Look(key, size, "neither text nor a zip")
        wrong = ", though its name says zip" if key.endswith(".zip") else ""
        return Look(key, size, f"text{wrong}", "First lines", text)

    def _read(self, key: str, size: int) -> bytes:
        return self._s3.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{size - 1}")["Body"].read()


def _look_into_zip(key: str, content: bytes) -> Look:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [member for member in archive.infolist() if not member.is_dir()]
            members = tuple(Member(member.filename, member.file_size) for member in found)
            for member in found:
                with archive.open(member) as file:
                    text = _first_lines(file.read(_LOOK_BYTES), whole=member.file_size <= _LOOK_BYTES)
                if text and not member.filename.startswith("__MACOSX/"):
                    return Look(key, len(content), "zip", f"First lines of {member.filename}", text, members)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        return Look(key, len(content), f"a damaged zip ({error})")
    return Look(key, len(content), "zip", members=members)


def _first_lines(content: bytes, whole: bool) -> str | None:
    """The first lines, each at most 200 characters; None where it isn't text."""
    try:
        # A cut may fall into the middle of a character.
        text = content.decode("utf-8") if whole else content[:-4].decode("utf-8", errors="ignore")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    lines = text.splitlines()[:_LOOK_LINES]
    return "\n".join(line if len(line) <= 200 else f"{line[:199]}…" for line in lines)


def _age(before: dict[str, str] | None, key: str, etag: str) -> Age:
    if before is None or before.get(key) == etag:
        return ""
    return "changed" if key in before else "new"


class BucketPanel(Panel):
    """Folders and objects, what is new among them, and a look into one."""

    def __init__(self, bucket: str, prefix: str = ""):
        super().__init__("Bucket", bucket, _CONSOLE)
        self.contents = BucketContents(bucket)
        self.listing: Listing | None = None
        self.looked: Look | None = None
        self.prefix = field(widgets.Text(prefix, description="Prefix", continuous_update=False), "course-mono")
        self.refresh = button("Refresh", lambda: self._list(self.prefix.value))
        self.up = button("Up", self._up)
        self.objects = field(widgets.Select(description="Folders and objects", options=[], rows=8), "course-mono")
        self.open = button("Open", self._open, primary=True)
        self.copy_key = CopyButton(label="Copy key for the console")
        self._look = html_box()
        self.prefix.observe(lambda change: self._list(change["new"]), "value")
        self.objects.observe(lambda change: self._choose(change["new"]), "value")
        self._assemble(
            [row(self.prefix, self.refresh, self.up), self.objects, row(self.open), self._look], [self.copy_key]
        )
        self._list(prefix)

    def describe(self) -> list[Block]:
        return [*self._listing_blocks(), *self._look_blocks()]

    # ---- the list ------------------------------------------------------------------------------------

    def _list(self, prefix: str) -> None:
        self.work("Reading", lambda: self.contents.list(prefix), self._show_listing, later=True)

    def _show_listing(self, listing: Listing) -> News:
        self.listing = listing
        chosen = self.objects.value
        keys = [entry.key for entry in listing.entries]
        self.objects.options = [(_line(entry, listing.prefix), entry.key) for entry in listing.entries]
        self.objects.value = chosen if chosen in keys else next(iter(keys), None)
        fresh = sum(bool(entry.age) for entry in listing.entries)
        return News(f"{len(keys)} here{', more not shown' if listing.cut else ''}; {fresh} new or changed.", "plain")

    def _listing_blocks(self) -> list[Block]:
        if self.listing is None:
            return []
        rows: list[tuple[str, str, str]] = [
            (entry.key, _size(entry), entry.age or "as before") for entry in self.listing.entries
        ]
        if not any(entry.age for entry in self.listing.entries):
            rows = [(key, size, "") for key, size, _ in rows]
        where = f"Under {self.listing.prefix}" if self.listing.prefix else "In the bucket"
        return [Table(where, ("Key", "Size", "Since the last look"), rows, "No objects.")]

    def _choose(self, key: str | None) -> None:
        self.copy_key.text = key or ""

    def _up(self) -> None:
        above = self.prefix.value.rstrip("/").rpartition("/")[0]
        self.prefix.value = f"{above}/" if above else ""

    # ---- a look --------------------------------------------------------------------------------------

    def _open(self) -> None:
        key = self.objects.value
        if key is None:
            self.refuse("There is nothing to open here.")
        elif key.endswith("/"):
            self.prefix.value = key
        else:
            self.work("Looking", lambda: self.contents.look(key), self._show_look)

    def _show_look(self, look: Look) -> News:
        self.looked = look
        self._look.value = f'<div class="course-result">{as_html(self._look_blocks())}</div>'
        return News(f"Opened {look.key}.", "plain")

    def _look_blocks(self) -> list[Block]:
        look = self.looked
        if look is None:
            return []
        members = [(member.name, _bytes(member.size)) for member in look.members]
        return [
            Say(f"`{plain(look.key)}`: {_bytes(look.size)}, {plain(look.kind)}."),
            *([Table("Members of the zip", ("Name", "Size"), members)] if members else []),
            *([Code(look.title, look.head)] if look.head else []),
        ]


def _line(entry: Entry, prefix: str) -> str:
    parts = [entry.key.removeprefix(prefix), _size(entry), entry.age.upper()]
    return "  ·  ".join(part for part in parts if part)


def _size(entry: Entry) -> str:
    return "folder" if entry.size is None else _bytes(entry.size)


def _bytes(size: int) -> str:
    return "1 byte" if size == 1 else f"{size:,} bytes"


def bucket_panel(bucket: str, prefix: str = "") -> BucketPanel:
    """A panel for a bucket: what is there, what is new, and a look into a zip or a text.

    Args:
        bucket: the bucket's name.
        prefix: where to begin, such as `data/`.
    """
    return BucketPanel(bucket, prefix)
