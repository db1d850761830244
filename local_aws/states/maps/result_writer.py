"""ResultWriter: what a distributed Map hands on, and the files that it leaves in S3.

Source: "ResultWriter (Map)", AWS Step Functions developer guide: `NONE` gives each child's metadata, `COMPACT` the
outputs, `FLATTEN` the outputs with arrays taken apart; a child that failed is always given with its metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.states.document import Document, dumps
from local_aws.states.errors import RESULT_WRITER_FAILED, StateError
from local_aws.states.integrations.apis import sdk_name
from local_aws.states.maps.map_run import ChildInput, MapRun
from local_aws.states.running.execution import Execution
from local_aws.states.running.flow import Visit, iso_time
from local_aws.states.running.state_types.state import Blueprint

_ARGUMENTS = ("Bucket", "Prefix")
_FILES = {"SUCCEEDED": ("SUCCEEDED",), "FAILED": ("FAILED", "TIMED_OUT", "ABORTED")}


class ResultWriter:
    """Makes a Map's output, in S3 where the state says so. A Map without the field hands on the outputs.

    Attributes:
        exports: whether it writes to S3.
        is_empty: the field is there, and says nothing: AWS saves it, and fails when it is to be run.
    """

    def __init__(self, blueprint: Blueprint):
        fields = blueprint.definition.get("ResultWriter", {})
        config = fields.get("WriterConfig", {})
        self.exports = "Resource" in fields
        self.is_empty = "ResultWriter" in blueprint.definition and not fields
        self._arguments = blueprint.language.arguments(fields, "ResultWriter/")
        self._transformation = config.get("Transformation", "NONE" if self.exports else "COMPACT")
        self._lines = config.get("OutputType") == "JSONL"

    def write(self, visit: Visit, run: MapRun) -> Document:
        """The state's result; with a Resource, the place of the manifest in S3.

        Raises:
            StateError: `States.ResultWriterFailed`, it can't be written.
        """
        if not self.exports or self._arguments is None:
            return Document(self._transformed(run.children))
        arguments = visit.evaluate(self._arguments, visit.data).value
        faults = list(_faults(arguments))
        if faults:
            raise StateError(RESULT_WRITER_FAILED, ", ".join(faults))
        bucket, prefix = arguments["Bucket"], arguments.get("Prefix", "")
        folder = f"{prefix.rstrip('/')}/{run.id}".lstrip("/")
        s3 = visit.flow.execution.client("s3")
        try:
            key = self._export(s3, bucket, folder, run)
        except ClientError as error:
            raise StateError(RESULT_WRITER_FAILED, error.response["Error"]["Message"]) from error
        except BotoCoreError as error:
            raise StateError(RESULT_WRITER_FAILED, str(error)) from error
        run.results_written = len(run.children)
        return Document({"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}})

    def _export(self, s3: Any, bucket: str, folder: str, run: MapRun) -> str:
        files: dict[str, list[dict[str, Any]]] = {}
        extension = "jsonl" if self._lines else "json"
        by_file = {
            name: self._transformed([child for child in run.children if child.status in statuses])
            for name, statuses in _FILES.items()
        }
        by_file["PENDING"] = [_pending(run, child) for child in run.not_started]
        for name, results in by_file.items():
            files[name] = []
            if results:
                text = "\n".join(map(dumps, results)) if self._lines else dumps(results)
                key, body = f"{folder}/{name}_0.{extension}", text.encode(errors="surrogatepass")
                s3.put_object(Bucket=bucket, Key=key, Body=body)
                files[name].append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        s3.put_object(Bucket=bucket, Key=key, Body=dumps(manifest).encode())
        return key

    def _transformed(self, children: list[Execution]) -> list[Any]:
        results: list[Any] = []
        for child in children:
            if child.output is None or child.status != "SUCCEEDED" or self._transformation == "NONE":
                results.append(_metadata(child))
            elif self._transformation == "FLATTEN" and isinstance(child.output.value, list):
                results += child.output.value
            else:
                results.append(child.output.value)
        return results


def _faults(arguments: Any) -> Iterator[str]:
    """A sentence for each thing for which nothing can be written, as integrations say it."""
    if not isinstance(arguments, dict):
        yield "The arguments must be a JSON object"
        return
    for name, value in arguments.items():
        if name not in _ARGUMENTS:
            yield f'The field "{name}" is not supported by Step Functions'
        elif not isinstance(value, str):
            yield f"The value for the field '{name}' must be a STRING"
    if "Bucket" not in arguments:
        yield "The field 'Bucket' is required but was missing"


def _metadata(child: Execution) -> dict[str, Any]:
    shown = {
        "ExecutionArn": child.arn,
        "Input": child.input.text,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "Output": child.output.text if child.output else None,
        "OutputDetails": {"Included": True} if child.output else None,
        "Error": child.error,
        "Cause": child.cause,
        "RedriveCount": child.redrive_count,
        **{sdk_name(name): value for name, value in child.redrive_details().items()},
        "StartDate": iso_time(child.started),
        "StateMachineArn": child.program.arn,
        "Status": child.status,
        "StopDate": None if child.stopped is None else iso_time(child.stopped),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _pending(run: MapRun, child: ChildInput) -> dict[str, Any]:
    """The metadata of a child that was never started, as far as there is any."""
    return {
        "Input": child.document.text,
        "InputDetails": {"Included": True},
        "StateMachineArn": run.program.arn,
        "Status": "PENDING",
    }
