"""What the classes of operations have in common: the platform they work on."""

from __future__ import annotations

from local_aws.house import Service
from local_aws.sagemaker.platform import Platform


class Operations(Service):
    """Operations of one kind of resource."""

    name = "sagemaker"

    def __init__(self, platform: Platform):
        super().__init__(platform.host)
        self.platform = platform
