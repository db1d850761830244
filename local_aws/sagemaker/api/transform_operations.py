"""Transform jobs: Create, Describe, List, Stop. (They can't be deleted: AWS has no such operation.)"""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker import quotas
from local_aws.sagemaker.api.job_operations import JobOperations
from local_aws.sagemaker.collection import Record, now, page
from local_aws.sagemaker.jobs.data_processing import FORMATS, DataProcessing, FilterError
from local_aws.sagemaker.jobs.transform import TransformJob
from local_aws.sagemaker.platform import location, not_implemented
from local_aws.sagemaker.running_jobs import IN_PROGRESS

_SUMMARY = (
    "TransformJobName",
    "TransformJobArn",
    "CreationTime",
    "TransformEndTime",
    "LastModifiedTime",
    "TransformJobStatus",
    "FailureReason",
)
_MEGABYTES_AT_ONCE = 100
_CLIENT = {"InvocationsTimeoutInSeconds": 600, "InvocationsMaxRetries": 3}
"""Defaults of the API reference, ModelClientConfig."""
_PASSING = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}


class TransformOperations(JobOperations):
    """Operations on transform jobs."""

    def create_transform_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """Check the request as AWS does before it answers, and start the job."""
        _check_implemented(params)
        _check_sizes(params)
        _check_data_processing(params)
        location(params["TransformOutput"]["S3OutputPath"])
        name = params["ModelName"]
        missing = f'Could not find model "{self.platform.arn("model", name)}".'
        model = self.platform.models.get(name, missing).describe()
        record = self._transform_record(params)
        self.check_new(self.platform.transform_jobs, record)
        source = params["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
        self.platform.check_objects(source, model["ExecutionRoleArn"])
        job = TransformJob(self.platform, record, model)
        self.launch(call, self.platform.transform_jobs, job, quotas.TRANSFORM, params.get("Tags"))
        return {"TransformJobArn": record.arn}

    def describe_transform_job(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of a job."""
        description = self._transform_job(params).describe()
        del description["LastModifiedTime"]
        return description

    def list_transform_jobs(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        summaries, token = page(
            self.platform.transform_jobs, params, name="TransformJobName", members=_SUMMARY, status="TransformJobStatus"
        )
        return {"TransformJobSummaries": summaries, **token}

    def stop_transform_job(self, call: Call, **params: Any) -> None:
        """End a job that runs; files that are done stay in S3."""
        self.stop(self._transform_job(params), "TransformJobStatus", "transform job")

    def _transform_job(self, params: dict[str, Any]) -> Record:
        name = params["TransformJobName"]
        record = self.platform.transform_jobs.find(name)
        if record is None:
            raise ApiError("ResourceNotFound", f"Could not find requested job with name: {name}")
        return record

    def _transform_record(self, params: dict[str, Any]) -> Record:
        name, created = params["TransformJobName"], now()
        arn = self.platform.arn("transform-job", name)
        description = {
            **{member: value for member, value in params.items() if member != "Tags"},
            "TransformInput": {"CompressionType": "None", "SplitType": "None"} | params["TransformInput"],
            "TransformOutput": {"AssembleWith": "None"} | params["TransformOutput"],
            "ModelClientConfig": _CLIENT | params.get("ModelClientConfig", {}),
            "DataProcessing": _PASSING | params.get("DataProcessing", {}),
            "TransformJobArn": arn,
            "TransformJobStatus": IN_PROGRESS,
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        return Record(name, arn, description)


def _check_implemented(params: dict[str, Any]) -> None:
    """Refuse what would change the job and isn't there."""
    source, target = params["TransformInput"], params["TransformOutput"]
    resources = params["TransformResources"]
    split, compression = source.get("SplitType", "None"), source.get("CompressionType", "None")
    asked = {
        "DataCaptureConfig": params.get("DataCaptureConfig"),
        "ExperimentConfig": params.get("ExperimentConfig"),
        f"TransformInput.SplitType {split}": split not in ("None", "Line"),
        f"TransformInput.CompressionType {compression}": compression != "None",
        "TransformOutput.KmsKeyId": target.get("KmsKeyId"),
        "TransformResources.VolumeKmsKeyId": resources.get("VolumeKmsKeyId"),
        "TransformResources.TransformAmiVersion": resources.get("TransformAmiVersion"),
    }
    kind = source["DataSource"]["S3DataSource"]["S3DataType"]
    asked[f"the S3DataType {kind}"] = kind not in ("S3Prefix", "ManifestFile")
    for what, value in asked.items():
        if value:
            raise not_implemented(f"{what} of CreateTransformJob")


def _check_sizes(params: dict[str, Any]) -> None:
    """The documented bound on what is under way at once (its wording on AWS isn't known).

    Raises:
        ApiError: `ValidationException`.
    """
    if params.get("MaxConcurrentTransforms", 1) * params.get("MaxPayloadInMB", 6) > _MEGABYTES_AT_ONCE:
        raise ApiError(
            "ValidationException",
            f"The product of MaxConcurrentTransforms and MaxPayloadInMB must not exceed {_MEGABYTES_AT_ONCE} MB.",
        )


def _check_data_processing(params: dict[str, Any]) -> None:
    """The documented conditions of DataProcessing (their wording on AWS isn't known).

    Raises:
        ApiError: `ValidationException`.
    """
    source, target = params["TransformInput"], params["TransformOutput"]
    content_type, accept = source.get("ContentType", ""), target.get("Accept", "")
    try:
        processing = DataProcessing(params.get("DataProcessing", {}), content_type, accept)
    except FilterError as error:
        raise ApiError("ValidationException", f"{error}.") from error
    if processing.does_nothing:
        return
    kind = content_type.partition(";")[0].strip()
    if kind not in FORMATS:
        formats = ", ".join(FORMATS)
        raise ApiError("ValidationException", f"DataProcessing needs a ContentType of {formats}, not {kind or 'none'}.")
    if kind != "application/json" and (source.get("SplitType"), target.get("AssembleWith")) != ("Line", "Line"):
        message = f"DataProcessing of {kind} needs SplitType Line and AssembleWith Line."
        raise ApiError("ValidationException", message)
