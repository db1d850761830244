"""ItemReader: the items of a distributed Map from S3, under the machine's role.

Source: "ItemReader (Map)", AWS Step Functions developer guide. Parquet files and Athena manifests are not there.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from local_aws.states.document import loads
from local_aws.states.errors import ITEM_READER_FAILED, StateError
from local_aws.states.integrations import s3_call
from local_aws.states.languages.query_language import Range
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.state import Blueprint

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LIST = "listObjectsV2"
csv.field_size_limit(8 * 1024 * 1024)
"""The largest item that AWS reads; Python's own limit is lower."""


class ItemReader:
    """Reads a list of objects, or what is in one of them."""

    def __init__(self, blueprint: Blueprint):
        fields = blueprint.definition["ItemReader"]
        self._config = fields.get("ReaderConfig", {})
        self._lists = fields["Resource"].endswith(f":{_LIST}")
        self._call = s3_call(fields["Resource"])
        language, inside = blueprint.language, "ItemReader/ReaderConfig/"
        self._arguments = language.arguments(fields, "ItemReader/")
        self._max_items = language.number(self._config, "MaxItems", Range(least=-math.inf), inside)
        self._pointer = language.text(self._config, "ItemsPointer", inside)

    def read(self, visit: Visit) -> list[Any]:
        """The items.

        Raises:
            StateError: `States.ItemReaderFailed`, they can't be read.
        """
        arguments = visit.evaluate(self._arguments, visit.data).value
        faults = self._call.faults(arguments)
        if faults:
            raise failed(", ".join(faults))
        max_items = visit.evaluate(self._max_items)
        if max_items is not None and max_items <= 0:
            raise failed("field MaxItems must be positive")
        s3 = visit.flow.execution.client("s3")
        try:
            items = self._items(s3, arguments, visit.evaluate(self._pointer))
            return list(items if max_items is None else islice(items, int(max_items)))
        except ClientError as error:
            raise failed(_described(error)) from error
        except UnicodeDecodeError as error:
            raise failed(f"The input is not UTF-8: byte {error.start} can't be decoded.") from error
        except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise failed("The input can't be read: its format is damaged.") from error

    def _items(self, s3: Any, arguments: dict[str, Any], pointer: str | None) -> Iterator[Any]:
        if not self._lists:
            return self._content(s3, arguments, pointer)
        objects = _objects(s3, arguments)
        if self._config.get("Transformation") != "LOAD_AND_FLATTEN":
            return objects
        return (
            item
            for listed in objects
            for item in self._content(s3, {"Bucket": arguments["Bucket"], "Key": listed["Key"]}, pointer)
        )

    def _content(self, s3: Any, arguments: dict[str, Any], pointer: str | None) -> Iterator[Any]:
        is_inventory = self._config.get("ManifestType") == "S3_INVENTORY"
        input_type = "MANIFEST" if is_inventory else self._config.get("InputType", "JSON")
        body = s3.get_object(**arguments)["Body"].read()
        if arguments.get("Key", "").endswith(".gz"):
            body = gzip.decompress(body)
        readers: dict[str, Callable[[bytes], Iterator[Any]]] = {
            "CSV": self._csv,
            "JSON": lambda data: _json_items(data, pointer),
            "JSONL": _json_lines,
            "MANIFEST": lambda data: _inventory(s3, data),
        }
        return readers[input_type](body)

    def _csv(self, data: bytes) -> Iterator[dict[str, str]]:
        rows = csv.reader(
            io.StringIO(data.decode("utf-8-sig"), newline=""),
            delimiter=_DELIMITERS[self._config.get("CSVDelimiter", "COMMA")],
            escapechar="\\",
        )
        if self._config.get("CSVHeaderLocation") == "GIVEN":
            headers = self._config.get("CSVHeaders", [])
        else:
            headers = next(rows, [])
        if len(set(headers)) != len(headers):
            raise failed("CSV headers cannot contain duplicates.")
        # A field that a short row lacks is an empty string; one beyond the headers is left out.
        return (dict(zip(headers, [*row, *[""] * (len(headers) - len(row))], strict=False)) for row in rows if row)


def failed(cause: str) -> StateError:
    """`States.ItemReaderFailed`."""
    return StateError(ITEM_READER_FAILED, cause)


def key_value_pairs(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that the members of an object are."""
    return [{"Key": key, "Value": item} for key, item in value.items()]


def _objects(s3: Any, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(**arguments):
        for listed in page.get("Contents", ()):
            yield {
                "Etag": listed["ETag"],
                "Key": listed["Key"],
                "LastModified": int(listed["LastModified"].timestamp()),
                "Size": listed["Size"],
                "StorageClass": listed.get("StorageClass", "STANDARD"),
            }


def _json_items(data: bytes, pointer: str | None) -> Iterator[Any]:
    try:
        value = loads(data)
    except (ValueError, RecursionError) as error:
        raise failed("The input is not JSON.") from error
    for part in (pointer or "").split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise failed(f"The ItemsPointer '{pointer}' points to nothing in the input.") from None
    if isinstance(value, list):
        return iter(value)
    if isinstance(value, dict):
        return iter(key_value_pairs(value))
    raise failed("Attempting to map over non-iterable node.")


def _json_lines(data: bytes) -> Iterator[Any]:
    for number, line in enumerate(data.decode().split("\n"), 1):
        if line.strip():
            try:
                yield loads(line)
            except (ValueError, RecursionError) as error:
                raise failed(f"Line {number} of the input is not JSON.") from error


def _inventory(s3: Any, data: bytes) -> Iterator[dict[str, str]]:
    """The rows of the CSV files that an S3 Inventory manifest lists, by the names in its schema."""
    try:
        manifest = loads(data)
        names = [name.strip() for name in manifest["fileSchema"].split(",")]
        bucket = manifest["destinationBucket"].rpartition(":")[2]
        keys = [file["key"] for file in manifest["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise failed("The input is not a manifest of S3 Inventory.") from error
    for key in keys:
        rows = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
        for row in csv.reader(io.StringIO(rows, newline="")):
            yield dict(zip(names, row, strict=False))


def _described(error: ClientError) -> str:
    said, meta = error.response["Error"], error.response["ResponseMetadata"]
    return (
        f"{said['Message']} (Service: S3, Status Code: {meta['HTTPStatusCode']}, Request ID: {meta.get('RequestId')})"
    )
