"""Errors of S3's that several of its operations give.

Source: "Error responses", S3 API reference.
"""

from __future__ import annotations

from local_aws.call import ApiError


def invalid_argument(message: str, name: str, value: object) -> ApiError:
    """The answer to an argument that S3 doesn't take, which it names."""
    return ApiError("InvalidArgument", message, 400, ArgumentName=name, ArgumentValue=value)


def no_such_key(key: str) -> ApiError:
    """The answer where there is no object of that key."""
    return ApiError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
