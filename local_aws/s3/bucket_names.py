"""Names of buckets that are deleted and can't be given again yet.

Source: "Deleting a general purpose bucket", Amazon S3 user guide; the error's text as S3's users report it.
"""

from __future__ import annotations

import functools

from local_aws.call import ApiError
from local_aws.lag import Kind, Lag

_IN_PROGRESS = "A conflicting conditional operation is currently in progress against this resource. Please try again."


class BucketNames:
    """The names of buckets that are still being deleted."""

    def __init__(self, lag: Lag):
        self._lag = lag
        self._taken: set[str] = set()

    def bucket_deleted(self, bucket: str) -> None:
        """A bucket is gone; its name follows."""
        self._taken.add(bucket)
        self._lag.later(Kind.BUCKET_NAME, bucket, functools.partial(self._taken.discard, bucket))

    def require_free(self, bucket: str) -> None:
        """Raise where the bucket of this name is still being deleted.

        Raises:
            ApiError: `OperationAborted`.
        """
        if bucket in self._taken:
            raise ApiError("OperationAborted", _IN_PROGRESS, 409)
