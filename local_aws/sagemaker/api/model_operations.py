"""Models: Create, Describe, List, Delete. A model is a role, an image, and where its artifact is in S3."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from local_aws.call import ApiError, Call
from local_aws.sagemaker import images
from local_aws.sagemaker.api.operations import Operations
from local_aws.sagemaker.collection import Record, now, page
from local_aws.sagemaker.platform import PRINCIPAL, location, not_implemented

_CONTAINER_MEMBERS = {"ContainerHostname", "Image", "Mode", "ModelDataUrl", "Environment"}
_MEMBERS = {"ModelName", "PrimaryContainer", "Containers", "ExecutionRoleArn", "EnableNetworkIsolation", "Tags"}


class ModelOperations(Operations):
    """Operations on models."""

    def create_model(self, call: Call, **params: Any) -> dict[str, Any]:
        """Check role, image and artifact as AWS does, and keep the model."""
        _check_implemented(params)
        container = _one_container(params)
        role_arn = params.get("ExecutionRoleArn")
        if role_arn is None:
            raise ApiError("ValidationException", "ExecutionRoleArn must be specified for a model.")
        self.host.roles.check_pass_role(call, role_arn, PRINCIPAL)
        images.resolve(container["Image"], "hosting", self.host.region)
        if "ModelDataUrl" in container:
            self._check_artifact(container["ModelDataUrl"], role_arn)
        record = _record(self.platform.arn("model", params["ModelName"]), params)
        if self.platform.models.find(record.name):
            raise _exists(record)
        self.platform.tag(call, record.arn, params.get("Tags"))
        if not self.platform.models.add(record):
            raise _exists(record)
        return {"ModelArn": record.arn}

    def describe_model(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of a model."""
        return self._model(params).describe()

    def list_models(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        members = ("ModelName", "ModelArn", "CreationTime")
        summaries, token = page(self.platform.models, params, name="ModelName", members=members)
        return {"Models": summaries, **token}

    def delete_model(self, call: Call, **params: Any) -> None:
        """Forget a model. Endpoints that serve it go on; its artifact stays in S3."""
        record = self._model(params)
        self.platform.models.remove(record)
        self.platform.untag(record.arn)

    def _model(self, params: dict[str, Any]) -> Record:
        name = params["ModelName"]
        return self.platform.models.get(name, f'Could not find model "{self.platform.arn("model", name)}".')

    def _check_artifact(self, uri: str, role_arn: str) -> None:
        """Raise unless the role can read the artifact; one that isn't there is told apart only where it may list.

        Raises:
            ApiError: `ValidationException`.
        """
        place = location(uri)
        if not place.key.endswith(".tar.gz"):
            raise ApiError("ValidationException", f"The model data at {uri} must be a single tar.gz archive.")
        try:
            self.platform.client("s3", role_arn).head_object(Bucket=place.bucket, Key=place.key)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                raise ApiError("ValidationException", f"Could not find model data at {uri}.") from error
            if status >= 500:
                raise
            raise self._no_access(uri, role_arn) from error
        except ApiError as error:
            raise self._no_access(uri, role_arn) from error

    def _no_access(self, uri: str, role_arn: str) -> ApiError:
        return ApiError(
            "ValidationException",
            f'Could not access model data at {uri}. Please ensure that the role "{role_arn}" exists and that its trust '
            f'relationship policy allows the action "sts:AssumeRole" for the service principal "{PRINCIPAL}". Also '
            f'ensure that the role has "s3:GetObject" permissions and that the object is located in '
            f"{self.host.region}. If your Model uses multiple models or uncompressed models, please ensure that the "
            'role has "s3:ListBucket" permission.',
        )


def _check_implemented(params: dict[str, Any]) -> None:
    """Refuse what would change how the model is served and isn't there."""
    for member in params.keys() - _MEMBERS:
        raise not_implemented(f"{member} of CreateModel")
    if params.get("EnableNetworkIsolation"):
        raise not_implemented("EnableNetworkIsolation of CreateModel")


def _one_container(params: dict[str, Any]) -> dict[str, Any]:
    """The container of a model that isn't an inference pipeline.

    Raises:
        ApiError: `ValidationException` or, for what isn't there, `NotImplemented`.
    """
    containers = [params["PrimaryContainer"]] if "PrimaryContainer" in params else params.get("Containers", [])
    if not containers or ("PrimaryContainer" in params and "Containers" in params):
        raise ApiError("ValidationException", "Exactly one of PrimaryContainer and Containers must be specified.")
    if len(containers) > 1:
        raise not_implemented("inference pipelines: more than one of Containers in CreateModel")
    container = containers[0]
    for member in container.keys() - _CONTAINER_MEMBERS:
        raise not_implemented(f"{member} of a container of CreateModel")
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise not_implemented("the Mode MultiModel of a container of CreateModel")
    if "Image" not in container:
        raise ApiError("ValidationException", "The container of a model must specify Image.")
    return container


def _record(arn: str, params: dict[str, Any]) -> Record:
    """The model as Describe gives it, as recorded in May 2025; benchmarks are not run, and so recommend nothing."""
    description = {
        **{member: value for member, value in params.items() if member != "Tags"},
        "EnableNetworkIsolation": False,
        "DeploymentRecommendation": {"RecommendationStatus": "COMPLETED", "RealTimeInferenceRecommendations": []},
        "CreationTime": now(),
        "ModelArn": arn,
    }
    if "PrimaryContainer" in params:
        description["PrimaryContainer"] = _described(params["PrimaryContainer"])
    if "Containers" in params:
        description["Containers"] = [_described(container) for container in params["Containers"]]
    return Record(params["ModelName"], arn, description)


def _described(container: dict[str, Any]) -> dict[str, Any]:
    """A container with its defaults, its artifact also as a source of data."""
    told = {"Mode": "SingleModel", "Environment": {}} | container
    if "ModelDataUrl" in container:
        artifact = {"S3Uri": container["ModelDataUrl"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
        told["ModelDataSource"] = {"S3DataSource": artifact}
    return told


def _exists(record: Record) -> ApiError:
    return ApiError("ValidationException", f'Cannot create already existing model "{record.arn}".')
