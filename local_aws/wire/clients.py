"""What makes botocore's clients, which takes longer to import than a server to start: it comes when one is wanted."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def session() -> Any:
    """Botocore's session for all clients of this process, each of which is told its credentials.

    What is wrong with a bucket's name S3 says, and not botocore.
    """
    import botocore.handlers
    import botocore.session

    made = botocore.session.Session()
    made.unregister("before-parameter-build.s3", botocore.handlers.validate_bucket_name)
    return made


def config(**settings: Any) -> Any:
    """Settings of a client, as `botocore.config.Config` takes them."""
    from botocore.config import Config

    return Config(**settings)
