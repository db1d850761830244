"""What AWS says where it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[..., Any], *arguments: Any, **params: Any) -> tuple[str, str]:
    """Code and message of the error that a call of boto3 has to raise."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **params)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, int]:
    """Code and HTTP status of the error that a call of boto3 has to raise."""
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]
