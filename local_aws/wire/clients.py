"""What makes botocore's clients, which takes longer to import than a server to start: it comes when one is wanted."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def session() -> Any:
    """Botocore's session for all clients of this process, each of which is told its credentials."""
    import botocore.session

    return botocore.session.Session()


def config(**settings: Any) -> Any:
    """Settings of a client, as `botocore.config.Config` takes them."""
    from botocore.config import Config

    return Config(**settings)
