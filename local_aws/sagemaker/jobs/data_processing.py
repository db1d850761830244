"""A transform job's DataProcessing: what of a record is sent, what of the answer is kept, and both put together.

Source: SageMaker developer guide, "Associate Prediction Results with Input Records", which also lists what of
JSONPath may be used: `$`, names (`.name`, `['name', 'other']`), positions (`[0]`, `[-1, 0]`), `[*]` and slices
(`[1:3]`). A record of CSV is a list of its columns. JSON comes in lines, a record a line, or as one document.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

FORMATS = ("application/json", "application/jsonlines", "text/csv")
"""What records and answers may be."""
JOINED, NOT_AN_OBJECT = "SageMakerOutput", "SageMakerInput"
_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_][\w-]*)
      | \[ (?P<names> '[^']*' (?: \s*,\s* '[^']*' )* | "[^"]*" (?: \s*,\s* "[^"]*" )* ) \]
      | \[ (?P<positions> -?\d+ (?: \s*,\s* -?\d+ )* ) \]
      | \[ (?P<slice> (?:-?\d+)? : (?:-?\d+)? ) \]
      | (?P<all> \[\*\] | \.\* )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


class FilterError(ValueError):
    """A filter that isn't one, or that finds nothing in a record; the message says which and where."""


class Filter:
    """InputFilter or OutputFilter."""

    def __init__(self, member: str, path: str):
        """Read a filter.

        Raises:
            FilterError: it isn't of the part of JSONPath that is there.
        """
        self._member, self._path, self._steps = member, path, []
        at = 1
        while at < len(path) or not path.startswith("$"):
            found = _STEP.match(path, at) if path.startswith("$") else None
            if found is None:
                raise FilterError(f"{member} {path!r} is not a JSONPath expression that SageMaker supports")
            self._steps.append(found)
            at = found.end()

    @property
    def is_whole(self) -> bool:
        """Whether it keeps everything."""
        return not self._steps

    def of(self, record: Any) -> Any:
        """What the filter keeps of a record.

        Raises:
            FilterError: there is nothing of that name or at that position.
        """
        for step in self._steps:
            try:
                record = _taken(record, step)
            except (KeyError, IndexError, TypeError):
                raise FilterError(f"{self._member} {self._path!r} finds nothing in a record") from None
        return record


def _taken(value: Any, step: re.Match[str]) -> Any:
    if step["name"] is not None:
        return _member(value, step["name"])
    if step["names"] is not None:
        names = [single or double for single, double in _QUOTED.findall(step["names"])]
        return _member(value, names[0]) if len(names) == 1 else {name: _member(value, name) for name in names}
    if step["all"] is not None:
        return list(value.values()) if isinstance(value, dict) else list(_items(value))
    if step["slice"] is not None:
        first, _, last = step["slice"].partition(":")
        return _items(value)[int(first) if first else None : int(last) if last else None]
    positions = [int(position) for position in step["positions"].split(",")]
    return _items(value)[positions[0]] if len(positions) == 1 else [_items(value)[position] for position in positions]


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        raise TypeError
    return value[name]


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


class DataProcessing:
    """What happens to a job's records on their way to the model and back.

    Args:
        settings: DataProcessing of the request, with its defaults.
        content_type: the records', `accept` the answers', as far as a container doesn't say what it gives.
    """

    def __init__(self, settings: Mapping[str, str], content_type: str, accept: str):
        self._input = Filter("InputFilter", settings.get("InputFilter", "$"))
        self._output = Filter("OutputFilter", settings.get("OutputFilter", "$"))
        self._joins = settings.get("JoinSource", "None") == "Input"
        self._csv_in, self._accept = _is_csv(content_type), accept or content_type

    @property
    def does_nothing(self) -> bool:
        """Whether records and answers pass as they are."""
        return self._input.is_whole and self._output.is_whole and not self._joins

    def request(self, record: bytes) -> bytes:
        """What of a record is sent to the model, its line end included.

        Raises:
            FilterError: the record can't be read, or the filter finds nothing.
        """
        if self._input.is_whole:
            return record
        return _written(self._input.of(_read(record, self._csv_in)), self._csv_in)

    def result(self, record: bytes, answer: bytes, content_type: str) -> bytes:
        """What stands in the output for a record and the model's answer to it.

        Args:
            content_type: what the container says its answer is, which need not be what the job accepts.

        Raises:
            FilterError: either can't be read, or the filter finds nothing.
        """
        is_csv = _is_csv(content_type if _plain(content_type) in FORMATS else self._accept)
        value = _read(answer, is_csv)
        if self._joins:
            value = _joined(_read(record, self._csv_in), value)
        return _written(self._output.of(value), self._csv_in if self._joins else is_csv)


def _joined(record: Any, answer: Any) -> Any:
    if isinstance(record, dict):
        return {**record, JOINED: answer}
    if isinstance(record, list) and isinstance(answer, list):
        return [*record, *answer]
    return {NOT_AN_OBJECT: record, JOINED: answer}


def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_csv(content_type: str) -> bool:
    return _plain(content_type) == "text/csv"


def _read(data: bytes, is_csv: bool) -> Any:
    try:
        text = data.decode("utf-8").strip("\r\n")
        return next(csv.reader([text]), []) if is_csv else json.loads(text)
    except (ValueError, csv.Error) as error:
        raise FilterError(f"A record can't be read as {'CSV' if is_csv else 'JSON'}: {error}") from error


def _written(value: Any, is_csv: bool) -> bytes:
    if not is_csv:
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        [_cell(one) for one in (value if isinstance(value, list) else [value])]
    )
    return line.getvalue().encode()


def _cell(value: Any) -> str:
    """A column of CSV; what isn't a text is JSON there, too."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
