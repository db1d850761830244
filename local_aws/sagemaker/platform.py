"""What all parts of the embedded SageMaker share: its collections, its clients under a role, its checks at creation."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.call import ApiError, Call
from local_aws.house import Host
from local_aws.logs.writer import Destination, LogStream
from local_aws.sagemaker.collection import Collection, Record
from local_aws.sagemaker.locations import Location, parse
from local_aws.sagemaker.quotas import Quotas
from local_aws.sagemaker.running_jobs import RunningJobs

PRINCIPAL = "sagemaker.amazonaws.com"
SESSION = "SageMaker"
TAGS = "sagemaker/tags"
"""The kind of records in which tags outlive the process, by ARN."""


@dataclass
class Platform:
    """The state of one SageMaker."""

    host: Host
    directory: Path
    quotas: Quotas
    endpoints: Iterable[Record]
    processing_jobs: Collection[Record] = field(default_factory=Collection)
    training_jobs: Collection[Record] = field(default_factory=Collection)
    transform_jobs: Collection[Record] = field(default_factory=Collection)
    models: Collection[Record] = field(default_factory=Collection)
    endpoint_configs: Collection[Record] = field(default_factory=Collection)
    running: RunningJobs = field(default_factory=RunningJobs)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a resource, its name in small letters as on AWS; `kind` as in ARNs ("processing-job")."""
        return f"arn:aws:sagemaker:{self.host.region}:{self.host.account}:{kind}/{name.lower()}"

    def _collections(self) -> tuple[Iterable[Record], ...]:
        jobs = (self.processing_jobs, self.training_jobs, self.transform_jobs)
        return (*jobs, self.models, self.endpoint_configs, self.endpoints)

    def exists(self, arn: str) -> bool:
        """Whether there is a resource with this ARN."""
        return any(record.arn == arn for records in self._collections() for record in records)

    def client(self, api: str, role_arn: str) -> Any:
        """A client under a job's or model's role."""
        return self.host.roles.client(api, role_arn=role_arn, service=PRINCIPAL, session_name=SESSION)

    def log_stream(self, role_arn: str, group: str, stream: str) -> LogStream:
        """A log stream that is written under a job's or model's role."""
        return LogStream(self.host.logs, Destination(group, stream, role_arn, PRINCIPAL, SESSION))

    def environment(self, role_arn: str) -> dict[str, str]:
        """What a container knows of AWS: region, credentials of its role, and where AWS answers.

        What stands in the configuration files of whoever runs the server is not for the container.
        """
        credentials = self.host.roles.credentials(role_arn=role_arn, service=PRINCIPAL, session_name=SESSION)
        return {
            "AWS_REGION": self.host.region,
            "AWS_DEFAULT_REGION": self.host.region,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.token,
            "AWS_ENDPOINT_URL": self.host.endpoint_url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }

    def check_role(self, call: Call, role_arn: str) -> None:
        """Raise unless the caller may pass the role and SageMaker may assume it.

        Raises:
            ApiError: `AccessDeniedException` for the first, `ValidationException` for the second.
        """
        self.host.roles.check_pass_role(call, role_arn, PRINCIPAL)
        if not self.host.roles.assumable(role_arn, PRINCIPAL):
            raise ApiError(
                "ValidationException",
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                f"'{PRINCIPAL}' to assume the role.",
            )

    def check_objects(self, uri: str, role_arn: str) -> None:
        """Raise unless the role can see at least one object under an S3 URI (as CreateProcessingJob,
        CreateTrainingJob and CreateTransformJob do before they answer).

        Raises:
            ApiError: `ValidationException`.
        """
        place = location(uri)
        try:
            s3 = self.client("s3", role_arn)
            # SDKs follow a bucket into its own region, as botocore does here; SageMaker takes none of another one.
            here = s3.head_bucket(Bucket=place.bucket)["BucketRegion"] == self.host.region
            if here and s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key, MaxKeys=1).get("KeyCount"):
                return
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
        raise ApiError(
            "ValidationException",
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region ({self.host.region}), that objects exist under that S3 prefix, and that "
            f'the role "{role_arn}" has "s3:ListBucket" permissions on bucket "{place.bucket}".',
        )

    def tag(self, call: Call, arn: str, tags: list[Mapping[str, str]] | None) -> None:
        """Keep the tags of a request that creates a resource; the caller needs the right to set them.

        Raises:
            ApiError: `AccessDeniedException`.
        """
        if tags:
            self.host.roles.check(call, "sagemaker:AddTags", arn)
            self.tags.setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})
            self.host.changed(TAGS, arn)

    def untag(self, arn: str) -> None:
        """Forget the tags of a resource that is gone."""
        if self.tags.pop(arn, None) is not None:
            self.host.changed(TAGS, arn)


def location(uri: str) -> Location:
    """The bucket and key of an S3 URI in a request.

    Raises:
        ApiError: `ValidationException`, it isn't an `s3://` URI.
    """
    try:
        return parse(uri)
    except ValueError as error:
        raise ApiError("ValidationException", str(error)) from error


def not_implemented(what: str) -> ApiError:
    """The answer to a request that asks for something that the embedded SageMaker doesn't do."""
    return ApiError("NotImplemented", f"The embedded AWS does not implement {what}.", 501)
