"""The only file that knows moto: its stock answers, for the services that it answers well.

Moto's server finds out for itself what a request means: the service by host, header or path, the operation by query,
body or header, and pages of its own under `/moto-api`. None of that is used here. Each service's own application is
called, with an environment made from the operation that was judged; nothing else that came in reaches it.
Moto's own check of rights stays off, and nothing is registered in moto's Lambda, so that its own S3 notifier has
nothing to call.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from local_aws import ACCOUNT, ADMIN_ACCESS_KEY, wire
from local_aws.call import ApiError, not_there
from local_aws.house import Keeper, Shelf
from local_aws.loading import undisturbed
from local_aws.moto.contents import HEADERS, Input, Stored, expecting, in_pieces, install
from local_aws.moto.housekeeping import Housekeeper
from local_aws.moto.shelves import shelves, touched

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

SETTINGS = {
    "MOTO_ACCOUNT_ID": ACCOUNT,
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
}
"""What moto is told. Without a fixed account it looks for the caller's key in every partition of AWS at each request,
and the first such search loads the managed policies of them all; a browser page must not read answers from here."""

OTHER_SETTINGS = {
    "AWS_XRAY_CONTEXT_MISSING",
    "DEFAULT_CONTAINER_REGISTRY",
    "INITIAL_NO_AUTH_ACTION_COUNT",
    "MAX_SHARED_ACCOUNTS",
    "S3_IGNORE_SUBDOMAIN_BUCKETNAME",
    "S3_UPLOAD_PART_MIN_SIZE",
    "SF_EXECUTION_HISTORY_TYPE",
    "TESTS_SKIP_REQUIRES_DOCKER",
    "TEST_PROXY_MODE",
    "TEST_PROXY_MODE_ENDPOINT",
    "TEST_SERVER_MODE",
    "TEST_SERVER_MODE_ENDPOINT",
    "VALIDATE_LAMBDA_S3",
}
"""Moto's settings without its prefix."""

_LACKING = re.compile(
    "Abac|Analytics|Annotation|CreateSession|IntelligentTiering|Inventory|Metadata.*(Configuration|Table)|Metrics|"
    "DirectoryBuckets|RenameObject|PutBucketRequestPayment|Torrent|UpdateObjectEncryption|"
    "WriteGetObjectResponse|GetObjectRetention"
)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_IN_PIECES = {"GetObject", "CopyObject", "UploadPartCopy"}
"""Operations in which moto only hands an object's content on, or asks for its checksum."""
_KEPT_OTHERWISE = {"iam": "iam_records", "sns": "topics", "sqs": "queues"}
"""What has moto hold a service's records as they are held here, where few ask for the service."""
_LARGE = 1 << 20
"""Bytes of a body from which on it is worth looking for what can be freed."""
_DELETING = ("Abort", "Complete", "Delete", "Purge")
"""Operations after which it is begin so."""
log = logging.getLogger(__name__)
_NO_XML = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Backends:
    """Moto's services, each an application of its own, with AWS's managed policies loaded and one account."""

    def __init__(self, keeper: Keeper) -> None:
        configure()
        self._keeper = keeper
        if any(keeper.kinds()):
            _take_over()
        self._applications: dict[str, WsgiApp] = {}
        self._lock = threading.Lock()
        self._housekeeper = Housekeeper()

    def answer(
        self,
        api: wire.Api,
        operation: str,
        request: wire.Request,
        start_response: Callable[..., Any],
        *,
        region: str,
        access_key: str | None,
    ) -> Iterable[bytes]:
        """Moto's answer to a call.

        Args:
            request: the call as `wire.restated` tells it.
            access_key: the caller's, for what moto knows by it; None for one that has none.

        Raises:
            ApiError: `NotImplemented`.
        """
        application = self._application(api.name)
        find = functools.partial(touched, api.name, operation, request, region) if self._keeper.keeps else list
        marks = find()
        environ = _environ(api, operation, request, region, access_key or ADMIN_ACCESS_KEY)
        try:
            with _as_content_goes(operation, request):
                answer = application(environ, start_response)
                return map(_readable, answer) if api.protocol == "query" else answer
        except NotImplementedError as error:
            raise not_there(f"{api.name}:{operation}") from error
        except OSError as error:
            # What was written of an object that didn't fit stands in the frames of the failure, and keeps its room.
            traceback.clear_frames(error.__traceback__)
            gc.collect()
            raise
        except (ApiError, MemoryError, RecursionError):
            raise
        except Exception as error:
            # Moto stumbles over what it has no code for; what it had done by then stays.
            log.exception("moto fails in %s:%s", api.name, operation)
            raise not_there(f"{api.name}:{operation} as it was called") from error
        finally:
            for kind, name in dict.fromkeys((*marks, *find())):
                self._keeper.changed(kind, name)
            _let_go(environ)
            if isinstance(request.body, Stored):
                request.body.close_unless_taken()
            if operation.startswith(_DELETING) or len(request.body) >= _LARGE:
                self._housekeeper.call()

    def shelves(self) -> list[Shelf]:
        """What moto holds, as records that outlive the process."""
        return shelves(dict.fromkeys(SERVICES.values()))

    def _application(self, name: str) -> WsgiApp:
        with self._lock:
            if name not in self._applications:
                # Moto reads its settings while it is imported, which takes a while: it comes when it is first asked.
                with undisturbed():
                    from local_aws.moto.application import application

                    _take_over()
                    if name in _KEPT_OTHERWISE:
                        importlib.import_module(f"{__package__}.{_KEPT_OTHERWISE[name]}").install()
                    self._applications[name] = application(name.replace("-", ""))
                    _keep_no_list_of_records()
            return self._applications[name]


def _take_over() -> None:
    """Have moto hold contents, keys, versions and log groups as they are held here. It may be imported by now."""
    from local_aws.moto import key_store, locks, log_records, versions

    install()
    key_store.install()
    versions.install()
    locks.install()
    log_records.install()


def configure() -> None:
    """Leave moto the settings above and none of the user's. It reads them while it is imported: before that."""
    for name in [name for name in os.environ if name.startswith("MOTO_") or name in OTHER_SETTINGS]:
        del os.environ[name]
    os.environ.update(SETTINGS)


@functools.cache
def lacks(operation: str) -> bool:
    """Whether moto doesn't have an operation of S3, and takes it for another that its address resembles."""
    return _LACKING.search(operation) is not None


def secret_of(access_key: str) -> str | None:
    """The secret of an IAM user's access key, which no operation of IAM tells; None for nobody's."""
    models = sys.modules.get("moto.iam.models")
    if models is None or not hasattr(models, "iam_backends"):  # nobody has asked moto's IAM for anything yet
        return None
    key = models.iam_backends[ACCOUNT]["aws"].access_keys.get(access_key)
    return key.secret_access_key if key is not None and key.status == "Active" else None


def _readable(document: bytes) -> bytes:
    """Moto's XML as it can be read, as long as it was: a name that moto has taken may hold what no document can."""
    return _NO_XML.sub(b"?", document).replace(b"\xef\xbf\xbe", b"???").replace(b"\xef\xbf\xbf", b"???")


def _as_content_goes(operation: str, request: wire.Request) -> contextlib.AbstractContextManager[None]:
    """Inside it, moto hands content on as the operation needs it."""
    if operation in _IN_PIECES:
        return in_pieces(wanted=True)
    if operation == "CompleteMultipartUpload":
        return expecting(request.headers)
    return contextlib.nullcontext()


class _NoList(list[Any]):
    """Takes records, and keeps none."""

    def append(self, record: Any) -> None:
        """Let a record go."""


def _keep_no_list_of_records() -> None:
    """Have moto's classes keep no list of all records that were ever made, for a page of moto's that isn't there.

    In these lists every log event, message and object lives on after it was deleted.
    """
    from moto.core.common_models import BaseModel

    classes: list[type[Any]] = [BaseModel]
    for one in classes:
        classes += one.__subclasses__()
        if hasattr(one, "instances_tracked"):
            one.instances_tracked = _NoList()


def _let_go(environ: dict[str, Any]) -> None:
    """Free what a request brought: moto's record of it stands in a circle, and may be large."""
    read = environ.pop("werkzeug.request", None)
    if read is not None:
        for name in ("data", "form", "files", "stream", "_cached_data"):
            vars(read).pop(name, None)
    environ["wsgi.input"] = Input(b"")


def _environ(api: wire.Api, operation: str, request: wire.Request, region: str, access_key: str) -> dict[str, Any]:
    body = request.body
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "RAW_URI": request.path,
        "QUERY_STRING": request.raw_query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input": Input(body),
        "wsgi.input_terminated": True,
    }
    scope = f"19700101/{region}/{api.model.signing_name}/aws4_request"
    environ[HEADERS] = headers = {
        **{name: value for name, value in request.headers.items() if value or name != "content-type"},
        "content-length": environ["CONTENT_LENGTH"],
        "authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, Signature=0",
    }
    if api.name == "s3":
        # The routes of moto's application go by the number of segments and know no newline; what the segments are
        # it reads in RAW_URI.
        bucket, _, key = request.path[1:].partition("/")
        environ["PATH_INFO"] = "/bucket/key" if key else "/bucket" if bucket else "/"
        if request.method == "PUT" and headers.get("content-type", "").startswith(_FORMS):
            headers["content-type"] = "binary/octet-stream"  # moto would lose the body as a form
    elif api.protocol == "json":
        # Without a query moto reads the body as one, and takes its operation from there.
        environ["QUERY_STRING"] = f"Action={operation}"
    environ["CONTENT_TYPE"] = headers.get("content-type", "")
    return environ


def set_user_boundary(user: str, policy_arn: str | None) -> None:
    """Give a user of IAM a permissions boundary, which moto's GetUser then shows, or take it away (None).

    Moto has boundaries of roles alone; it shows what its record of a user holds by the name of the answer's member.
    """
    from moto.iam.models import iam_backends

    boundary = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": policy_arn}
    record: Any = iam_backends[ACCOUNT]["aws"].users[user]  # moto's class declares no such attribute
    record.permissions_boundary = boundary if policy_arn else None
