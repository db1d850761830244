"""SageMaker of the embedded AWS: its operations together, and SageMaker Runtime beside them.

Not there, and so answered by name: everything but processing, training and transform jobs, models, endpoints and
tags. Of these, virtual networks, encryption keys, spot training, debugging, profiling, checkpoints,
images other than `images` knows, algorithms of one's own, serverless and asynchronous inference, multi-model
endpoints, inference pipelines, data capture, and traffic that is shifted step by step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.house import Host, Service, Shelf
from local_aws.sagemaker.api.endpoint_config_operations import EndpointConfigOperations
from local_aws.sagemaker.api.endpoint_operations import EndpointOperations
from local_aws.sagemaker.api.kept import KeptResources
from local_aws.sagemaker.api.model_operations import ModelOperations
from local_aws.sagemaker.api.processing_operations import ProcessingOperations
from local_aws.sagemaker.api.runtime_service import SageMakerRuntimeService
from local_aws.sagemaker.api.tag_operations import TagOperations
from local_aws.sagemaker.api.training_operations import TrainingOperations
from local_aws.sagemaker.api.transform_operations import TransformOperations
from local_aws.sagemaker.collection import Collection
from local_aws.sagemaker.hosting.endpoint import Endpoint
from local_aws.sagemaker.platform import TAGS, Platform
from local_aws.sagemaker.quotas import Quotas


class SageMakerService(
    ProcessingOperations,
    TrainingOperations,
    ModelOperations,
    EndpointConfigOperations,
    EndpointOperations,
    TransformOperations,
    TagOperations,
):
    """Amazon SageMaker."""

    def __init__(self, platform: Platform, endpoints: Collection[Endpoint]):
        super().__init__(platform, endpoints)
        self._kept = KeptResources(platform, endpoints)

    def shelves(self) -> Iterable[Shelf]:
        return self._kept.shelves()

    def loaded(self) -> None:
        self._kept.end_jobs()

    def resumed(self) -> None:
        self._kept.serve()

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        return ((TAGS, params["ResourceArn"]),) if operation in ("AddTags", "DeleteTags") else ()

    def close(self) -> None:
        """Stop every job and endpoint, and end their processes."""
        self.platform.closing.set()
        self.platform.running.stop_all()
        super().close()


def services(host: Host) -> tuple[Service, ...]:
    """SageMaker's services, which share one platform."""
    directory = host.directory / "sagemaker"
    directory.mkdir(exist_ok=True)
    endpoints: Collection[Endpoint] = Collection()
    platform = Platform(host, directory, Quotas(), endpoints)
    return (SageMakerService(platform, endpoints), SageMakerRuntimeService(platform, endpoints))
