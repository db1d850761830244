"""How one service of the embedded AWS speaks to another: as AWS's do, at the front door, under a role.

A service that works for a role assumes it (the role's trust policy is checked) and calls the public API with
the temporary credentials; a service that works for itself calls as a service principal, which the target's
resource-based policy has to let in.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from local_aws import ADMIN_ACCESS_KEY
from local_aws.access.iam_reader import IamReader, Role
from local_aws.access.identity import Credentials, Identities
from local_aws.access.judge import Judge
from local_aws.access.late_iam import LateIam
from local_aws.access.records import AccountRecords
from local_aws.access.wanted import Wanted
from local_aws.call import ApiError, Call, Principal
from local_aws.lag import Lag
from local_aws.wire import clients

_SESSION_SECONDS = 12 * 3600
_CHAINED_SECONDS = 3600
"""The longest session of a role that another role has assumed ("Role chaining", IAM user guide)."""
_FROM_THE_HOUSE = "X-From-The-House"
_for_customer: ContextVar[bool] = ContextVar("whether the calls made here are a customer's own", default=False)
_trace: ContextVar[str | None] = ContextVar("trace header of the calls made here", default=None)


@contextlib.contextmanager
def for_customer() -> Iterator[None]:
    """Let calls that this thread makes inside the block count as a customer's own, of which there may be too many."""
    token = _for_customer.set(True)
    try:
        yield
    finally:
        _for_customer.reset(token)


def is_from_the_house(headers: Mapping[str, str]) -> bool:
    """Whether a request says of itself that a service of the house makes it, for a purpose of its own."""
    return _FROM_THE_HOUSE.lower() in headers


class NotAssumedError(Exception):
    """A role may not assume the one that it was to assume."""


@contextlib.contextmanager
def traced(header: str | None) -> Iterator[None]:
    """Send this X-Amzn-Trace-Id with every call that this thread makes inside the block."""
    token = _trace.set(header)
    try:
        yield
    finally:
        _trace.reset(token)


class Roles:
    """Clients and credentials under a role's rights, and the checks of roles that services make."""

    def __init__(self, endpoint_url: str, account: str, region: str, admin_secret: str, lag: Lag):
        self._admin_secret = admin_secret
        self._endpoint_url, self._account, self._region = endpoint_url, account, region
        self._lock = threading.RLock()
        self._clients: dict[tuple[Any, ...], tuple[Any, datetime | None]] = {}
        self.identities = Identities()
        self.iam = LateIam(self._iam_client, lag) if lag.is_late else IamReader(self._iam_client)
        self.judge = Judge(self.iam, account, AccountRecords(self.admin_client))

    def in_region(self, region: str) -> Roles:
        """The same, with clients of another region: identities and rights are the account's, everywhere."""
        other = copy.copy(self)
        other._region = region
        return other

    # ---- clients -------------------------------------------------------------------------------------

    def client(self, api: str, *, role_arn: str, service: str, session_name: str, onto: str | None = None) -> Any:
        """A client of an API ("s3") under a role that a service ("lambda.amazonaws.com") assumes.

        Args:
            onto: a role that this one assumes in its turn, and under which the calls are made.

        Raises:
            ApiError: `AccessDenied`, the role doesn't exist or doesn't trust that service.
            NotAssumedError: the role may not assume the further one.
        """
        role = self._assumable_role(role_arn, service)
        key = (api, role_arn, role.role_id, service, session_name, self._region)
        if onto is not None and onto != role_arn:
            sts = self._client(("sts", *key[1:]), lambda: self._session_credentials(role, session_name))
            return self._chained_client((api, onto, *key[1:]), sts, session_name)
        return self._client(key, lambda: self._session_credentials(role, session_name))

    def service_client(
        self, api: str, *, service: str, source_arn: str | None = None, source_account: str | None = None
    ) -> Any:
        """A client that calls as an AWS service principal on behalf of a resource."""
        context = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
        principal = Principal(service, "service", service, context={k: v for k, v in context.items() if v is not None})
        key = (api, service, source_arn, source_account, self._region)
        return self._client(key, lambda: self.identities.issue(principal, _SESSION_SECONDS))

    def admin_client(self, api: str, region: str | None = None) -> Any:
        """A client with all rights, for what AWS does on its own account."""
        return self._client((api, region or self._region), lambda: None)

    def credentials(self, role_arn: str, service: str, session_name: str) -> Credentials:
        """Temporary credentials of a role that a service assumes, valid for 12 hours.

        Raises:
            ApiError: `AccessDenied`, the role doesn't exist or doesn't trust that service.
        """
        role = self._assumable_role(role_arn, service)
        return self._session_credentials(role, session_name)

    # ---- checks --------------------------------------------------------------------------------------

    def assumable(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and its trust policy lets that service assume it."""
        role = self.iam.role(role_arn)
        # AWS's services say for which account they act, and trust policies may ask for it.
        principal = Principal(service, "service", service, context={"aws:SourceAccount": self._account})
        return role is not None and self.judge.trusts(role.trust, principal)

    def role_may(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a role's own policies let it do an action on a resource."""
        role = self.iam.role(role_arn)
        if role is None:
            return False
        principal = session_principal(role, "check", self._account)
        service, _, operation = action.partition(":")
        call = Call(service, operation, principal, self._region, self._account, request_id="")
        return self.judge.decide(call, Wanted(action, resource)).allowed

    def check(self, call: Call, action: str, resource: str, context: dict[str, str] | None = None) -> None:
        """Raise AWS's access-denied error unless the caller may do the action on the resource.

        Raises:
            ApiError: `AccessDeniedException`.
        """
        self.judge.require(call, [Wanted(action, resource, context or {})])

    def check_pass_role(self, call: Call, role_arn: str, to_service: str) -> None:
        """Raise unless the caller may hand this role to that service (`iam:PassRole`).

        Raises:
            ApiError: `AccessDeniedException`.
        """
        self.check(call, "iam:PassRole", role_arn, {"iam:PassedToService": to_service})

    # ---- inside --------------------------------------------------------------------------------------

    def _iam_client(self) -> Any:
        return self.admin_client("iam")

    def _assumable_role(self, role_arn: str, service: str) -> Role:
        role = self.iam.role(role_arn)
        if role is None or not self.assumable(role_arn, service):
            message = f"User: {service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            raise ApiError("AccessDenied", message, 403)
        return role

    def _session_credentials(self, role: Role, session_name: str) -> Credentials:
        return self.identities.issue(session_principal(role, session_name, self._account), _SESSION_SECONDS)

    def _client(self, key: tuple[Any, ...], issue: Callable[[], Credentials | None]) -> Any:
        """The client kept under a key, made anew where there is none or its credentials run out."""
        with self._lock:
            return self._kept(key) or self._keep(key, issue())

    def _chained_client(self, key: tuple[Any, ...], sts: Any, session_name: str) -> Any:
        """The same for a role that another one assumes, by a call to STS: nobody may be kept waiting by it."""
        role = self.iam.role(key[1])
        key = (key[0], role and role.role_id, *key[1:])
        client = self._kept(key)
        if client is not None:
            return client
        try:
            answer = sts.assume_role(RoleArn=key[2], RoleSessionName=session_name, DurationSeconds=_CHAINED_SECONDS)
        except ClientError as error:
            raise NotAssumedError(error.response["Error"]["Message"]) from error
        given = answer["Credentials"]
        return self._keep(
            key,
            Credentials(
                given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], expiration=given["Expiration"]
            ),
        )

    def _kept(self, key: tuple[Any, ...]) -> Any:
        """The client under a key; None where there is none, or its credentials run out."""
        client, expiration = self._clients.get(key, (None, None))
        return None if expiration and expiration - datetime.now(UTC) < timedelta(minutes=5) else client

    def _keep(self, key: tuple[Any, ...], credentials: Credentials | None) -> Any:
        client = self._make(key[0], key[-1], credentials)
        self._clients[key] = (client, credentials.expiration if credentials else None)
        return client

    def _make(self, api: str, region: str, credentials: Credentials | None) -> Any:
        client = clients.session().create_client(
            api,
            region_name=region,
            endpoint_url=self._endpoint_url,
            aws_access_key_id=credentials.access_key if credentials else ADMIN_ACCESS_KEY,
            aws_secret_access_key=credentials.secret_key if credentials else self._admin_secret,
            aws_session_token=credentials.token if credentials else None,
            config=clients.config(
                retries={"total_max_attempts": 1},
                read_timeout=None,
                max_pool_connections=64,
                parameter_validation=False,
                inject_host_prefix=False,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )
        client.meta.events.register("before-sign", _say_where_it_comes_from)
        return client


def session_principal(
    role: Role, session_name: str, account: str, session_policy: dict[str, Any] | None = None
) -> Principal:
    """Who a session of a role is."""
    return Principal(
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{session_name}",
        kind="role",
        user_id=f"{role.role_id}:{session_name}",
        role_arn=role.arn,
        session_policy=session_policy,
    )


def _say_where_it_comes_from(request: Any, **_: Any) -> None:
    if not _for_customer.get():
        request.headers[_FROM_THE_HOUSE] = "yes"
    header = _trace.get()
    if header is not None:
        request.headers["X-Amzn-Trace-Id"] = header
