"""ItemReader: the items of a distributed Map from S3, under the machine's role.

Source: "ItemReader (Map)", AWS Step Functions developer guide. What is in a file is read by `item_formats`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.states.document import Document
from local_aws.states.integrations import s3_call
from local_aws.states.languages.query_language import Range
from local_aws.states.maps import item_formats
from local_aws.states.maps.item_formats import failed
from local_aws.states.running.flow import Visit
from local_aws.states.running.state_types.map_ import STATE_DATA, Item, items_of
from local_aws.states.running.state_types.state import Blueprint

_LIST = "listObjectsV2"


class ItemReader:
    """Reads a list of objects, or what is in one of them, or what is in those that a list or a manifest names."""

    def __init__(self, blueprint: Blueprint):
        fields = blueprint.definition["ItemReader"]
        self._config = fields.get("ReaderConfig", {})
        self._lists = fields["Resource"].endswith(f":{_LIST}")
        self._call = s3_call(fields["Resource"])
        language, inside = blueprint.language, "ItemReader/ReaderConfig/"
        self._arguments = language.arguments(fields, "ItemReader/")
        self._max_items = language.number(self._config, "MaxItems", Range(least=-math.inf, digits=True), inside)
        self._pointer = language.text(self._config, "ItemsPointer", inside)

    def read(self, visit: Visit) -> list[Item]:
        """The items.

        Raises:
            StateError: `States.ItemReaderFailed`, they can't be read.
        """
        arguments = self._asked_for(visit)
        faults = self._call.faults(arguments)
        if faults:
            raise failed(", ".join(faults))
        max_items = self._limit(visit)
        reading = _Reading(visit.flow.execution.client("s3"), self._config, visit.evaluate(self._pointer))
        try:
            return _taken(reading.listed(arguments) if self._lists else reading.file(arguments), max_items)
        except ClientError as error:
            raise failed(_described(error)) from error
        except BotoCoreError as error:
            raise failed(str(error)) from error

    def rehearsed(self, visit: Visit, text: str) -> list[Item]:
        """The items of a text that stands for the file, as a test gives it; S3 isn't asked.

        What would be a list or a manifest is given as the array of what it lists.

        Raises:
            StateError: `States.ItemReaderFailed`, it can't be read.
        """
        self._asked_for(visit)
        max_items, pointer = self._limit(visit), visit.evaluate(self._pointer)
        lists = self._lists or "ManifestType" in self._config or self._config.get("InputType") == "MANIFEST"
        reading = _Reading(None, {} if lists else self._config, pointer)
        items = _taken(reading.items(text.encode(errors="surrogatepass"), STATE_DATA), max_items)
        if pointer is not None:
            visit.inspect(afterItemsPointer=Document([item.input for item in items]))
        return items

    def _asked_for(self, visit: Visit) -> dict[str, Any]:
        arguments: dict[str, Any] = visit.evaluate(self._arguments, visit.data).value
        return arguments

    def _limit(self, visit: Visit) -> int:
        """How many items to read; 0 for all of them."""
        max_items = int(visit.evaluate(self._max_items, 0))
        if max_items < 0:
            raise failed("field MaxItems must be positive")
        return max_items


def _taken(items: Iterator[Item], max_items: int) -> list[Item]:
    with item_formats.damage_named():
        return list(islice(items, max_items) if max_items else items)


class _Reading:
    """One reading, by a client of S3."""

    def __init__(self, s3: Any, config: dict[str, Any], pointer: str | None):
        self._s3, self._config, self._pointer = s3, config, pointer

    def listed(self, arguments: dict[str, Any]) -> Iterator[Item]:
        """The objects of a list; with LOAD_AND_FLATTEN what is in them, but for those that stand for a folder."""
        bucket, objects = arguments["Bucket"], self._objects(arguments)
        if self._config.get("Transformation") != "LOAD_AND_FLATTEN":
            return (Item(listed, source=_address(bucket)) for listed in objects)
        return (
            item
            for listed in objects
            if listed["Size"] or not listed["Key"].endswith("/")
            for item in self.file({"Bucket": bucket, "Key": listed["Key"]})
        )

    def file(self, arguments: dict[str, Any]) -> Iterator[Item]:
        """What is in an object, or in the objects that it lists where it is a manifest."""
        data, manifest = self._content(arguments), self._config.get("ManifestType")
        if manifest == "ATHENA_DATA":
            for bucket, key in item_formats.athena_files(data):
                yield from self.items(self._content({"Bucket": bucket, "Key": key}), _address(bucket, key))
        elif manifest == "S3_INVENTORY" or self._config.get("InputType") == "MANIFEST":
            names, files = item_formats.inventory_files(data)
            for bucket, key in files:
                for row in item_formats.inventory_rows(self._object(bucket, key), names):
                    yield Item(row, source=_address(bucket, key))
        else:
            yield from self.items(data, _address(arguments["Bucket"], arguments["Key"]))

    def items(self, data: bytes, source: str) -> Iterator[Item]:
        """What is in the content of a file that comes from there."""
        kind = self._config.get("InputType", "JSON")
        if kind == "JSON":
            return iter(items_of(item_formats.json_items(data, self._pointer), source))
        readers: dict[str, Callable[[bytes], Iterator[Any]]] = {
            "CSV": lambda rows: item_formats.csv_rows(rows, self._config),
            "JSONL": item_formats.json_lines,
            "PARQUET": item_formats.parquet_rows,
        }
        return (Item(value, source=source) for value in readers[kind](data))

    def _content(self, arguments: dict[str, Any]) -> bytes:
        return item_formats.uncompressed(arguments["Key"], self._s3.get_object(**arguments)["Body"].read())

    def _object(self, bucket: str, key: str) -> bytes:
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def _objects(self, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(**arguments):
            for listed in page.get("Contents", ()):
                yield {
                    "Etag": listed["ETag"],
                    "Key": listed["Key"],
                    "LastModified": listed["LastModified"].timestamp(),
                    "Size": listed["Size"],
                    "StorageClass": listed.get("StorageClass", "STANDARD"),
                }


def _address(bucket: str, key: str = "") -> str:
    """An address in S3 as `Map.Item.Source` shows it, as others have seen it on AWS; the guide has a large S."""
    return f"s3://{bucket}/{key}" if key else f"s3://{bucket}"


def _described(error: ClientError) -> str:
    said, meta = error.response["Error"], error.response["ResponseMetadata"]
    return (
        f"{said['Message']} (Service: S3, Status Code: {meta['HTTPStatusCode']}, Request ID: {meta.get('RequestId')})"
    )
