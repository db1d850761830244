"""SageMaker of the embedded AWS: its operations together.

Not there, and so answered by name: everything but processing, training and transform jobs, models, endpoints and
tags. Of these, Pipe mode, virtual networks, encryption keys, spot training, debugging, profiling, checkpoints,
images other than `images` knows, and algorithms of one's own.
"""

from __future__ import annotations

from local_aws.sagemaker.platform import Platform
from local_aws.sagemaker.processing_operations import ProcessingOperations
from local_aws.sagemaker.quotas import Quotas
from local_aws.sagemaker.tag_operations import TagOperations
from local_aws.service import Host, Service


class SageMakerService(ProcessingOperations, TagOperations):
    """Amazon SageMaker."""

    def close(self) -> None:
        """Stop every job, and end its processes."""
        self.platform.closing.set()
        self.platform.running.stop_all()
        super().close()


def services(host: Host) -> tuple[Service, ...]:
    """SageMaker's services, which share one platform."""
    directory = host.directory / "sagemaker"
    directory.mkdir(exist_ok=True)
    platform = Platform(host, directory, Quotas())
    return (SageMakerService(platform),)
