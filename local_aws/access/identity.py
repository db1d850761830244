"""Which principal an access key belongs to.

Holds the temporary credentials that the embedded AWS has handed out (STS AssumeRole, and those under which
its services call each other). Long-lived keys of IAM users stay IAM's; the gateway asks it for them.
"""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from local_aws.call import Principal

_KEY_ALPHABET = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials as STS hands them out; `expiration` is an aware UTC datetime."""

    access_key: str
    secret_key: str
    token: str
    expiration: datetime


def unique_id(prefix: str, size: int = 16) -> str:
    """An identifier in IAM's form: a four-letter prefix (`ASIA`, `AIDA`) and so many characters."""
    return prefix + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(size))


class Identities:
    """The table of temporary access keys and whose they are."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[Principal, Credentials]] = {}
        self._lock = threading.Lock()

    def issue(self, principal: Principal, seconds: int = 3600) -> Credentials:
        """Make temporary credentials for a principal, valid for so many seconds."""
        now = datetime.now(UTC).replace(microsecond=0)
        if principal.kind in ("role", "user"):
            principal = replace(principal, context={**principal.context, **_keys(now)})
        credentials = Credentials(
            access_key=unique_id("ASIA"),
            secret_key=secrets.token_urlsafe(30),
            token=secrets.token_urlsafe(120),
            expiration=now + timedelta(seconds=seconds),
        )
        with self._lock:
            self._sessions = {key: known for key, known in self._sessions.items() if not _is_forgotten(known[1])}
            self._sessions[credentials.access_key] = (principal, credentials)
        return credentials

    def find(self, access_key: str) -> tuple[Principal, Credentials] | None:
        """The principal and the credentials of a temporary access key, None for a key not issued here."""
        return self._sessions.get(access_key)


def _keys(issued: datetime) -> dict[str, str]:
    """The condition keys that only temporary credentials have; nobody here signs in with a second factor."""
    return {"aws:TokenIssueTime": issued.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:MultiFactorAuthPresent": "false"}


def _is_forgotten(credentials: Credentials) -> bool:
    """A key that has expired is known as such for a day."""
    return credentials.expiration < datetime.now(UTC) - timedelta(days=1)
