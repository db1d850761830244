"""A stand-in for somebody's real account: it counts who comes, and every way of boto3's leads to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ACCOUNT, OTHER_ACCOUNT = "123456789012", "111122223333"
KEY, OTHER_KEY = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

_CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{0}:user/somebody</Arn><UserId>AIDA</UserId><Account>{0}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
_KEY_INFO = """<GetAccessKeyInfoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetAccessKeyInfoResult>
<Account>{0}</Account></GetAccessKeyInfoResult></GetAccessKeyInfoResponse>"""


class RealAccount:
    """What came to it: `asked` who the caller is (which changes nothing), and all `other` requests."""

    def __init__(self, url: str):
        self.url, self.asked, self.other = url, [], []

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """That of a person whose every setting leads here: variables, default profile, and a profile `employer`."""
        aws = home / ".aws"
        aws.mkdir(exist_ok=True)
        keys = f"aws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n"
        other = f"aws_access_key_id={OTHER_KEY}\naws_secret_access_key={SECRET}\n"
        (aws / "credentials").write_text(f"[default]\n{keys}[employer]\n{keys}[other]\n{other}")
        place = f"region=us-east-1\nendpoint_url={self.url}\n"
        (aws / "config").write_text(f"[default]\n{place}[profile employer]\n{place}[profile other]\n{place}")
        (home / ".boto").write_text(f"[Credentials]\n{keys}")
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_", "BOTO"))}
        return own | {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home)} | more

    def variables(self) -> dict[str, str]:
        """The settings in variables alone."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/credentials",
            "FSSPEC_S3_ENDPOINT_URL": self.url,
            "FSSPEC_S3_KEY": KEY,
            "FSSPEC_S3_SECRET": SECRET,
        }


@contextmanager
def counted() -> Iterator[RealAccount]:
    """A real account at an address of this computer, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            signed_by_other = OTHER_KEY in self.headers.get("Authorization", "")
            text = ""
            if "Action=GetCallerIdentity" in body:
                text = _CALLER.format(OTHER_ACCOUNT if signed_by_other else ACCOUNT)
            elif "Action=GetAccessKeyInfo" in body:
                text = _KEY_INFO.format(OTHER_ACCOUNT if OTHER_KEY in body else ACCOUNT)
            (account.asked if text else account.other).append(f"{self.command} {self.path} {body[:200]}")
            self.send_response(200 if text else 404)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    account = RealAccount(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
