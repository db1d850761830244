"""A call of an API as a service sees it: who calls, what for, and the error that may come back.

The ground floor of the house: it imports nothing of ours, and everything may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


class ApiError(Exception):
    """An error answer in AWS's form.

    Args:
        code: AWS's error code, such as `ResourceNotFoundException`.
        message: the text a caller reads.
        status: HTTP status.
        members: further members of the modelled error shape, such as `Type="User"` or `Reason="..."`.
    """

    def __init__(self, code: str, message: str, status: int = 400, **members: Any):
        super().__init__(message)
        self.code, self.message, self.status, self.members = code, message, status, members


def not_there(what: str) -> ApiError:
    """The answer to what the embedded AWS doesn't have, by its name."""
    return ApiError("NotImplemented", f"{what} is not there: the embedded AWS doesn't implement it", 501)


@dataclass(frozen=True)
class Principal:
    """Who calls: an ARN, and what an IAM policy can know of it.

    `context` holds condition keys that come with the identity itself (`aws:username`, and `aws:SourceArn`
    for a call that a service makes on behalf of a resource).
    """

    arn: str
    kind: Literal["admin", "user", "role", "service", "anonymous"]
    user_id: str
    role_arn: str | None = None
    session_policy: dict[str, Any] | None = None
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request as a service sees it, beside its parameters.

    `keys` are condition keys that come with the way in which it was sent (`aws:UserAgent`).
    """

    service: str
    operation: str
    principal: Principal
    region: str
    account: str
    request_id: str
    trace_header: str | None = None
    source_ip: str = "127.0.0.1"
    keys: dict[str, str] = field(default_factory=dict)
