"""ItemReader: the items of a distributed Map from S3, under the machine's role.

Source: "ItemReader (Map)", AWS Step Functions developer guide. What is in a file is read by `item_formats`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from local_aws.states.integrations import s3_call
from local_aws.states.languages.query_language import Range
from local_aws.states.maps import item_formats
from local_aws.states.maps.item_formats import failed
from local_aws.states.running.flow import Visit
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

    def read(self, visit: Visit) -> list[Any]:
        """The items.

        Raises:
            StateError: `States.ItemReaderFailed`, they can't be read.
        """
        arguments = visit.evaluate(self._arguments, visit.data).value
        faults = self._call.faults(arguments)
        if faults:
            raise failed(", ".join(faults))
        max_items = visit.evaluate(self._max_items, 0)
        if max_items < 0:
            raise failed("field MaxItems must be positive")
        reading = _Reading(visit.flow.execution.client("s3"), self._config, visit.evaluate(self._pointer))
        items = reading.listed(arguments) if self._lists else reading.file(arguments)
        try:
            with item_formats.damage_named():
                # No limit, and one of 0, mean all of them.
                return list(islice(items, int(max_items)) if max_items else items)
        except ClientError as error:
            raise failed(_described(error)) from error


class _Reading:
    """One reading, by a client of S3."""

    def __init__(self, s3: Any, config: dict[str, Any], pointer: str | None):
        self._s3, self._config, self._pointer = s3, config, pointer

    def listed(self, arguments: dict[str, Any]) -> Iterator[Any]:
        """The objects of a list; with LOAD_AND_FLATTEN what is in them, but for those that stand for a folder."""
        objects = self._objects(arguments)
        if self._config.get("Transformation") != "LOAD_AND_FLATTEN":
            return objects
        return (
            item
            for listed in objects
            if listed["Size"] or not listed["Key"].endswith("/")
            for item in self.file({"Bucket": arguments["Bucket"], "Key": listed["Key"]})
        )

    def file(self, arguments: dict[str, Any]) -> Iterator[Any]:
        """What is in an object, or in the objects that it lists where it is a manifest."""
        data, manifest = self._content(arguments), self._config.get("ManifestType")
        if manifest == "ATHENA_DATA":
            for bucket, key in item_formats.athena_files(data):
                yield from self._items(self._content({"Bucket": bucket, "Key": key}))
        elif manifest == "S3_INVENTORY" or self._config.get("InputType") == "MANIFEST":
            names, files = item_formats.inventory_files(data)
            for bucket, key in files:
                yield from item_formats.inventory_rows(self._object(bucket, key), names)
        else:
            yield from self._items(data)

    def _items(self, data: bytes) -> Iterator[Any]:
        kind = self._config.get("InputType", "JSON")
        if kind == "CSV":
            return item_formats.csv_rows(data, self._config)
        if kind == "JSONL":
            return item_formats.json_lines(data)
        return item_formats.parquet_rows(data) if kind == "PARQUET" else item_formats.json_items(data, self._pointer)

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
                    "LastModified": int(listed["LastModified"].timestamp()),
                    "Size": listed["Size"],
                    "StorageClass": listed.get("StorageClass", "STANDARD"),
                }


def _described(error: ClientError) -> str:
    said, meta = error.response["Error"], error.response["ResponseMetadata"]
    return (
        f"{said['Message']} (Service: S3, Status Code: {meta['HTTPStatusCode']}, Request ID: {meta.get('RequestId')})"
    )
