"""What every service of the embedded AWS is made of: a caller, a call, an error, and the house it stands in.

A service is a class whose methods are the API's operations, named as boto3's client names them. It never sees
HTTP: the wire has parsed and validated the request against botocore's model, the gateway has authorised it,
and the returned dict is serialised by the operation's output shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from local_aws.clock import Clock
    from local_aws.log_writer import LogWriter
    from local_aws.roles import Roles


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
    session_policy: dict | None = None
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request as a service sees it, beside its parameters."""

    service: str
    operation: str
    principal: Principal
    region: str
    account: str
    request_id: str
    trace_header: str | None = None
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Host:
    """What the house gives to a service; one for each server process.

    `directory` is scratch space of this process, removed when it stops: each service makes its own folder in it.
    """

    account: str
    region: str
    endpoint_url: str
    directory: Path
    clock: Clock
    roles: Roles
    logs: LogWriter


class Service:
    """Base of the embedded AWS's own services. An operation without a method is answered by name as not there."""

    name: str

    def __init__(self, host: Host):
        self.host = host

    def close(self) -> None:
        """Stop threads and child processes. Called once or more, when the server stops."""

    def resource_policy(self, operation: str, params: dict[str, Any]) -> dict | None:
        """The resource-based policy that applies to a call, as parsed JSON; None where there is none."""
        return None
