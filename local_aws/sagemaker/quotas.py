"""Service quotas of SageMaker: how many instances of a type an account may use for a purpose, and how long.

The default table lets the course run: 4 instances of ml.m5.large, and a few of the small types beside it, for every
purpose. (A new account on AWS has 0 of ml.m5.large until an increase is granted.) Every type that the table doesn't
name has 0, as the large and the GPU types have on AWS, so `ResourceLimitExceeded` can be seen by asking for one.

To change it: `Quotas.set`, or for a server about to start the environment variable `LOCAL_AWS_SAGEMAKER_QUOTAS`, a
JSON object of quota names and numbers: `{"ml.m5.large for processing job usage": 0}`.
The Service Quotas API doesn't reach this table.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable

from local_aws.call import ApiError

VARIABLE = "LOCAL_AWS_SAGEMAKER_QUOTAS"
PROCESSING, TRAINING = "processing job usage", "training job usage"
TRANSFORM, ENDPOINT = "transform job usage", "endpoint usage"
_JOBS = (PROCESSING, TRAINING)
_ALL = (*_JOBS, TRANSFORM, ENDPOINT)

_LONGEST = {job: f"Longest run time for a {job.removesuffix(' usage')}" for job in _JOBS}
"""The quota on the time limit that a job may ask for, in seconds."""

DEFAULTS: dict[str, int] = {
    **dict.fromkeys(_LONGEST.values(), 432_000),
    **{f"ml.m5.large for {purpose}": 4 for purpose in _ALL},
    **{f"ml.m5.xlarge for {purpose}": 2 for purpose in _ALL},
    **{f"ml.c5.xlarge for {purpose}": 2 for purpose in _ALL},
    **{f"{size} for {purpose}": 4 for size in ("ml.t3.medium", "ml.t3.large") for purpose in _JOBS},
    **{f"{size} for {ENDPOINT}": 2 for size in ("ml.t2.medium", "ml.t2.large")},
}


class Quotas:
    """The limits, and the check that a request stays within them."""

    def __init__(self, settings: str | None = None):
        """`settings`: JSON as described above; by default the environment variable's value.

        Raises:
            ValueError: the settings are not a JSON object of names and whole numbers.
        """
        text = os.environ.get(VARIABLE, "") if settings is None else settings
        self._limits = {**DEFAULTS, **_read(text)}
        self._lock = threading.Lock()

    def set(self, name: str, limit: int) -> None:
        """Let a quota, such as "ml.m5.large for training job usage", be `limit` instances."""
        with self._lock:
            self._limits[name] = limit

    def require(self, instance_type: str, purpose: str, wanted: int, used: Callable[[], int]) -> None:
        """Raise where `wanted` instances more than `used()` would exceed the quota.

        Raises:
            ApiError: `ResourceLimitExceeded`, in the words of the real service.
        """
        name = f"{instance_type} for {purpose}"
        with self._lock:
            limit = self._limits.get(name, 0)
        in_use = used()
        if in_use + wanted > limit:
            raise _exceeded(name, "Instances", limit, in_use, wanted)

    def require_time(self, purpose: str, seconds: int) -> None:
        """Raise where a job's time limit would exceed the quota of its kind, if there is one.

        Raises:
            ApiError: `ResourceLimitExceeded`.
        """
        name = _LONGEST.get(purpose)
        if name is None:
            return
        with self._lock:
            limit = self._limits[name]
        if seconds > limit:
            raise _exceeded(name, "Seconds", limit, 0, seconds)


def _exceeded(name: str, unit: str, limit: int, in_use: int, wanted: int) -> ApiError:
    return ApiError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{name}' is {limit} {unit}, with current utilization of "
        f"{in_use} {unit} and a request delta of {wanted} {unit}. Please use AWS Service Quotas to "
        "request an increase for this quota. If AWS Service Quotas is not available, contact AWS support "
        "to request an increase for this quota.",
    )


def _read(text: str) -> dict[str, int]:
    if not text.strip():
        return {}
    try:
        table = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{VARIABLE} is not JSON: {error}") from error
    if not isinstance(table, dict) or not all(type(limit) is int for limit in table.values()):
        raise ValueError(f"{VARIABLE} must be a JSON object of quota names and whole numbers")
    return table
