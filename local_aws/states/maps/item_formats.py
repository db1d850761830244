"""What items are in a file: CSV, JSON, JSON Lines and Parquet, and the manifests that list other files.

Source: "ItemReader (Map)", AWS Step Functions developer guide. Most readers take the file's bytes and give items
one by one, so that a limit of items is a limit of work.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from local_aws.states.document import loads
from local_aws.states.errors import ITEM_READER_FAILED, StateError
from local_aws.states.languages.jsonata.values import json_number

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_ZSTANDARD = (".zst", ".zstd")
csv.field_size_limit(8 * 1024 * 1024)
"""The largest item that AWS reads; Python's own limit is lower."""


def failed(cause: str) -> StateError:
    """`States.ItemReaderFailed`."""
    return StateError(ITEM_READER_FAILED, cause)


@contextmanager
def damage_named() -> Iterator[None]:
    """Turn what a library says of a file that it can't read into a sentence. AWS's words for these are not known."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise failed(f"The input is not UTF-8: byte {error.start} can't be decoded.") from error
    except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error, OSError, ValueError) as error:
        raise failed("The input can't be read: its format is damaged.") from error


def uncompressed(key: str, data: bytes) -> bytes:
    """The content of a file, which is compressed where its key says so (`.gz`, `.zst`, `.zstd`)."""
    if key.endswith(".gz"):
        return gzip.decompress(data)
    if key.endswith(_ZSTANDARD):
        import pyarrow  # takes a second and 50 MB: only who needs it waits for it

        return pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd").read()
    return data


def csv_rows(data: bytes, config: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The rows of a text with delimiters, by the names in its first row or those that the state gives.

    A field that a short row lacks is an empty string; one beyond the headers is left out.
    """
    rows = csv.reader(
        io.StringIO(data.decode("utf-8-sig"), newline=""),
        delimiter=DELIMITERS[config.get("CSVDelimiter", "COMMA")],
        escapechar="\\",
    )
    headers = config.get("CSVHeaders", []) if config.get("CSVHeaderLocation") == "GIVEN" else next(rows, [])
    if len(set(headers)) != len(headers):
        raise failed("CSV headers cannot contain duplicates.")
    for row in rows:
        if row:
            yield dict(zip(headers, [*row, *[""] * (len(headers) - len(row))], strict=False))


def json_items(data: bytes, pointer: str | None) -> Any:
    """An array or an object of items, possibly deeper in the file (ItemsPointer)."""
    try:
        value = loads(data)
    except (ValueError, RecursionError) as error:
        raise failed("The input is not JSON.") from error
    value = _pointed(value, pointer or "")
    if not isinstance(value, list | dict):
        raise failed("Attempting to map over non-iterable node.")
    return value


def _pointed(value: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to; it is empty, or begins with a slash."""
    first, *parts = pointer.split("/")
    try:
        if first:
            raise ValueError(pointer)
        for part in parts:
            name = part.replace("~1", "/").replace("~0", "~")
            value = value[int(name)] if isinstance(value, list) else value[name]
    except (KeyError, IndexError, ValueError, TypeError):
        sentence = "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure."
        raise failed(sentence) from None
    return value


def json_lines(data: bytes) -> Iterator[Any]:
    """A JSON value a line."""
    for number, line in enumerate(data.decode().split("\n"), 1):
        if line.strip():
            try:
                yield loads(line)
            except (ValueError, RecursionError) as error:
                raise failed(f"Line {number} of the input is not JSON.") from error


def parquet_rows(data: bytes) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file by the names of its columns.

    What JSON has no type for is a text here: times in ISO 8601, binary data in Base64, decimals with their digits. What
    AWS makes of these is not known.
    """
    import pyarrow  # takes a second and 50 MB: only who needs it waits for it
    from pyarrow import parquet

    for batch in parquet.ParquetFile(pyarrow.BufferReader(data)).iter_batches():
        yield from map(_as_json, batch.to_pylist(maps_as_pydicts="lossy"))


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, float):
        return json_number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal | timedelta):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def inventory_files(data: bytes) -> tuple[list[str], list[tuple[str, str]]]:
    """What a manifest of S3 Inventory lists: the names of the columns, and bucket and key of each file of rows."""
    try:
        manifest = loads(data)
        names = [name.strip() for name in manifest["fileSchema"].split(",")]
        bucket = manifest["destinationBucket"].rpartition(":")[2]
        files = [(bucket, file["key"]) for file in manifest["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise failed("The input is not a manifest of S3 Inventory.") from error
    if manifest.get("fileFormat", "CSV") != "CSV":
        raise failed("Only inventories in the CSV format can be read.")
    return names, files


def inventory_rows(data: bytes, names: list[str]) -> Iterator[dict[str, str]]:
    """The rows of one file of an inventory, which is always compressed."""
    for row in csv.reader(io.StringIO(gzip.decompress(data).decode(), newline="")):
        yield dict(zip(names, row, strict=False))


def athena_files(data: bytes) -> list[tuple[str, str]]:
    """Bucket and key of each file that a manifest of Athena's UNLOAD lists: an address a line."""
    files = []
    for line in data.decode("utf-8-sig").splitlines():
        address = line.strip().strip('"')
        bucket, _, key = address.removeprefix("s3://").partition("/")
        if address and not (address.startswith("s3://") and bucket and key):
            raise failed("The input is not a manifest of Athena.")
        if address:
            files.append((bucket, key))
    return files
