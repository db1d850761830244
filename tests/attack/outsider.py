"""Whoever can reach the port: sends bytes of any kind, signed or not, and looks at what comes back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from local_aws.__main__ import environment
from tests.signing import signed_headers

_SESSION = boto3.session.Session()


@dataclass(frozen=True)
class Answer:
    """What came back: an HTTP status, 0 for a connection that was ended without an answer; and all of its text."""

    status: int
    text: str


@dataclass(frozen=True)
class Outsider:
    """Knows the address of an embedded AWS, and, being this user, its administrator's secret."""

    endpoint_url: str

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.endpoint_url)
        return parts.hostname, parts.port

    @property
    def host(self) -> str:
        """What stands in the header Host."""
        return urlsplit(self.endpoint_url).netloc

    @property
    def secret(self) -> str:
        """What the administrator signs with."""
        return environment(self.endpoint_url)["AWS_SECRET_ACCESS_KEY"]

    def client(self, service: str, credentials: dict[str, str] | None = None, **config: Any) -> Any:
        """A boto3 client as the administrator, or with credentials as STS and IAM name them."""
        variables = environment(self.endpoint_url)
        keys = credentials or {"AccessKeyId": variables["AWS_ACCESS_KEY_ID"], "SecretAccessKey": self.secret}
        config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, **config)
        return _SESSION.client(
            service,
            region_name=variables["AWS_REGION"],
            endpoint_url=self.endpoint_url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=config,
        )

    def bucket(self) -> str:
        """A new bucket with one object, `k`, of the text `secret`."""
        name = f"attack-{time.monotonic_ns()}"
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="k", Body=b"secret")
        return name

    def signed(
        self, service: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> dict[str, str]:
        """The headers of a request that the administrator signs."""
        return signed_headers(self.endpoint_url, self.secret, service, method, path, headers, body)

    def ask(
        self, method: str, target: str, headers: Iterable[tuple[str, str]] | dict[str, str] = (), body: bytes = b""
    ) -> Answer:
        """Send a request as it is written; Host and Content-Length are added where they are missing."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        names = {name.lower() for name, _ in pairs}
        if "host" not in names:
            pairs.insert(0, ("Host", self.host))
        if not names & {"content-length", "transfer-encoding"}:
            pairs.append(("Content-Length", str(len(body))))
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs)
        return self.say(f"{head}Connection: close\r\n\r\n".encode("latin-1") + body)

    def say(self, data: bytes, seconds: float = 30) -> Answer:
        """Send bytes and read until the other side ends the connection."""
        with socket.create_connection(self.address, timeout=seconds) as connection:
            received = b""
            try:
                connection.sendall(data)
                while part := connection.recv(1 << 16):
                    received += part
            except ConnectionError:
                pass
        text = received.decode("utf-8", "replace")
        return Answer(int(text.split()[1]) if text.startswith("HTTP/1.1 ") else 0, text)
