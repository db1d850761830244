"""What AWS refuses of tags in every service: keys of its own (`aws:…`), and the same key twice.

Source: "Tag naming limits and requirements", Tagging AWS resources user guide. The words on keys of its own are those
that users report; those on a key that is there twice are the plain reading. S3 has its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws.access.services.tags import pairs
from local_aws.call import ApiError

_CODES = {
    "iam": "InvalidInput",
    "kms": "TagException",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
    "secretsmanager": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
"""By service, the code for a parameter that can't be; all others have `ValidationException`."""


def require_own_tags(operation: OperationModel, params: Mapping[str, Any]) -> None:
    """Raise where a request sets tags that nobody can set.

    Raises:
        ApiError: in the service's own code.
    """
    service = operation.service_model.service_name
    # In IAM capital letters count for nothing.
    keys = Counter(key.lower() if service == "iam" else key for key, _ in pairs(params))
    if not keys:
        return
    code = _CODES.get(service, "ValidationException")
    if any(key.lower().startswith("aws:") for key in keys):
        raise ApiError(code, "aws: prefixed tag key names are not allowed for external use.")
    key, times = keys.most_common(1)[0]
    if times > 1 and service == "iam":
        raise ApiError(code, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if times > 1:
        raise ApiError(code, f"Tag keys must be unique: {key} is there twice.")
