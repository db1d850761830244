"""The only file that knows moto: its stock server application, for the services that it answers well.

Moto's own check of rights stays off (the gateway judges every request before it comes here), and nothing is
registered in moto's Lambda, so that its own S3 notifier has nothing to call.
"""

from __future__ import annotations

import functools
import io
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from local_aws import ACCOUNT
from local_aws.call import not_there

SERVICES = {
    "s3": "s3",
    "iam": "iam",
    "logs": "logs",
    "sqs": "sqs",
    "sns": "sns",
    "servicequotas": "service-quotas",
    "dynamodb": "dynamodb",
    "ssm": "ssm",
    "secretsmanager": "secretsmanager",
    "kms": "kms",
}
"""What moto answers here: the name in a request's signature, and botocore's name of the service's model."""

_LACKING = re.compile(
    "Abac|Analytics|Annotation|CreateSession|IntelligentTiering|Inventory|Metadata.*(Configuration|Table)|Metrics|"
    "RenameObject|RequestPayment|Torrent|UpdateObjectEncryption|WriteGetObjectResponse"
)

_FORM = "application/x-www-form-urlencoded"
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application() -> WsgiApp:
    """Moto's server application, with AWS's managed policies loaded, one account, and no CORS headers.

    A browser page from elsewhere must not be able to read answers of a server on the loopback. Without a fixed
    account moto looks for the caller's key in every partition of AWS at each request, and the first such search
    loads the managed policies of them all.
    """
    configure()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    dispatcher = DomainDispatcherApplication(create_backend_app)
    # Else moto lists its package's folder at every request: a quarter of the time of a small object's GetObject.
    find = functools.lru_cache(maxsize=256)(dispatcher.get_backend_for_host)
    dispatcher.get_backend_for_host = find  # type: ignore[method-assign] # moto offers no other way in
    return dispatcher


def configure() -> None:
    """Give moto its settings, which it reads while it is imported: before any import of it."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"


@functools.cache
def lacks(operation: str) -> bool:
    """Whether moto doesn't have an operation of S3, and takes it for another that its address resembles."""
    return _LACKING.search(operation) is not None


def answer_of(
    moto: WsgiApp, what: str, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes | None
) -> Iterable[bytes]:
    """Moto's answer to a request.

    Args:
        what: service and operation, for the answer that says that moto doesn't have it.
        body: the request's, where it has been read already.

    Raises:
        ApiError: `NotImplemented`.
    """
    if environ["REQUEST_METHOD"] == "PUT" and environ["CONTENT_TYPE"].startswith(_FORM):
        environ["CONTENT_TYPE"] = "binary/octet-stream"  # what some clients call any body; moto would lose it as a form
    if body is not None:
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    try:
        return moto(environ, start_response)
    except NotImplementedError as error:
        raise not_there(what) from error


def set_user_boundary(user: str, policy_arn: str | None) -> None:
    """Give a user of IAM a permissions boundary, which moto's GetUser then shows, or take it away (None).

    Moto has boundaries of roles alone; it shows what its record of a user holds by the name of the answer's member.
    """
    from moto.iam.models import iam_backends

    boundary = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": policy_arn}
    record: Any = iam_backends[ACCOUNT]["aws"].users[user]  # moto's class declares no such attribute
    record.permissions_boundary = boundary if policy_arn else None
