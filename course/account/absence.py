"""What AWS answers about what is not there."""

from __future__ import annotations

from botocore.exceptions import ClientError

_ABSENT = {
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "ExecutionDoesNotExist",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchKey",
    "NoSuchUpload",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
}
# SageMaker reports what it can't find as a failed validation.
_ABSENT_TO_SAGEMAKER = ("Could not find", "Requested resource not found")


def is_absence(error: ClientError) -> bool:
    """Whether an error says that what was asked for is not there."""
    details = error.response["Error"]
    return details["Code"] in _ABSENT or any(text in details.get("Message", "") for text in _ABSENT_TO_SAGEMAKER)
