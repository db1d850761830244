"""A stand-in for somebody's real account: it counts who comes.

It stands where a company's proxy stands: AWS's own addresses lead to it by `HTTPS_PROXY`, and `AWS_CA_BUNDLE` trusts
its certificate. So the course speaks to it as to AWS, and needs no setting of its own for that.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ACCOUNT, OTHER_ACCOUNT = "123456789012", "111122223333"
KEY, OTHER_KEY, ROOT_KEY = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIAROOTUSEREXAMPLE0"
EXPIRED_KEY = "ASIAEXPIREDEXAMPLE00"
ENDED_LOGIN = "ended-login"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

_HOSTS = [
    "*.amazonaws.com",
    "*.s3.amazonaws.com",
    "*.signin.aws.amazon.com",
    *(f"*.{region}.amazonaws.com" for region in ("us-east-1", "eu-west-1")),
    *(f"*.s3.{region}.amazonaws.com" for region in ("us-east-1", "eu-west-1")),
]
_CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{0}:{1}</Arn><UserId>AIDA</UserId><Account>{0}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
_KEY_INFO = """<GetAccessKeyInfoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetAccessKeyInfoResult>
<Account>{0}</Account></GetAccessKeyInfoResult></GetAccessKeyInfoResponse>"""
_ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>{0}</AccessKeyId><SecretAccessKey>{1}</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{2}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
_REFRESHED = """{{"accessToken": {{"accessKeyId": "{0}", "secretAccessKey": "{1}", "sessionToken": "token"}},
"tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4", "expiresIn": 900, "refreshToken": "next"}}"""
_LOGGED_OUT = """{"__type": "AccessDeniedException", "error": "TOKEN_EXPIRED", "message": "The token is expired"}"""
_EXPIRED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error>
</ErrorResponse>"""


class RealAccount:
    """What came to it: `asked` who the caller is (which changes nothing), and all `other` requests."""

    def __init__(self, url: str, certificate: Path):
        self.url, self.certificate = url, certificate
        self.asked: list[str] = []
        self.other: list[str] = []

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """That of a person whose every setting leads here: variables, default profile, and a profile `employer`."""
        aws = home / ".aws"
        aws.mkdir(exist_ok=True)
        keys = f"aws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n"
        other = f"aws_access_key_id={OTHER_KEY}\naws_secret_access_key={SECRET}\n"
        (aws / "credentials").write_text(f"[default]\n{keys}[employer]\n{keys}[other]\n{other}")
        place = "region=us-east-1\n"
        (aws / "config").write_text(f"[default]\n{place}[profile employer]\n{place}[profile other]\n{place}")
        (home / ".boto").write_text(f"[Credentials]\n{keys}")
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_", "BOTO"))}
        return own | self.way() | {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home)} | more

    def way(self) -> dict[str, str]:
        """The variables by which AWS's own addresses lead here."""
        return {"HTTPS_PROXY": self.url, "https_proxy": self.url, "AWS_CA_BUNDLE": str(self.certificate)}

    def variables(self) -> dict[str, str]:
        """The settings in variables alone."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/credentials",
            "FSSPEC_S3_KEY": KEY,
            "FSSPEC_S3_SECRET": SECRET,
        }

    def answer(self, body: str, authorization: str) -> tuple[int, str]:
        """What AWS answers to a request that it counts: who the caller is, and credentials of a role."""
        if "Action=GetCallerIdentity" in body:
            if EXPIRED_KEY in authorization:
                return 403, _EXPIRED
            account = OTHER_ACCOUNT if OTHER_KEY in authorization else ACCOUNT
            return 200, _CALLER.format(account, "root" if ROOT_KEY in authorization else "user/somebody")
        if "Action=GetAccessKeyInfo" in body:
            return 200, _KEY_INFO.format(OTHER_ACCOUNT if OTHER_KEY in body else ACCOUNT)
        if "refresh_token" in body:
            return (400, _LOGGED_OUT) if ENDED_LOGIN in body else (200, _REFRESHED.format(KEY, SECRET))
        if "Action=AssumeRole" in body:
            return 200, _ASSUMED.format(KEY, SECRET, (datetime.now(UTC) + timedelta(hours=1)).isoformat())
        return 404, ""


@contextmanager
def counted() -> Iterator[RealAccount]:
    """A real account at an address of this computer, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_response_only(200)
            self.end_headers()
            try:
                self.connection = tls.wrap_socket(self.connection, server_side=True)
            except OSError as error:  # somebody came, and did not trust us
                account.other.append(f"CONNECT {self.path}: {error}")
                return
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            status, text = account.answer(body, self.headers.get("Authorization", ""))
            (account.asked if text else account.other).append(f"{self.command} {self.path} {body[:200]}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def log_message(self, *_: Any) -> None:
            pass

    with TemporaryDirectory() as folder:
        certificate, key = _certificate(Path(folder))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        account = RealAccount(f"http://127.0.0.1:{server.server_port}", certificate)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield account
        finally:
            server.shutdown()
            server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """The files of a certificate of AWS's names and of its key; it is signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a real account of the tests")])
    usage = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in _HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths
