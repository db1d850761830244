"""An embedded AWS that stands in for a person's account, a user in it, and `make account` on it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import nbformat

import local_aws
from course.account.foundation import SAGEMAKER_ROLE, trust_policy
from course.proving.words import words
from local_aws import __main__ as command_line

PROJECT = Path(__file__).resolve().parents[3]
WORDS = words(local_aws.ACCOUNT)
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def client(service: str, url: str) -> Any:
    """A client of the stand-in's administrator."""
    variables = command_line.environment(url)
    return boto3.session.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=local_aws.REGION
    ).client(service, endpoint_url=url)


def user(url: str, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """Make a user with these rights; gives the variables by which a program is that user."""
    iam = client("iam", url)
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def make_sagemaker_role(url: str) -> None:
    """Make the course's role beforehand: nobody waits then until it holds everywhere."""
    trust = json.dumps(trust_policy("sagemaker.amazonaws.com"))
    client("iam", url).create_role(RoleName=SAGEMAKER_ROLE, AssumeRolePolicyDocument=trust)


def lesson(folder: Path, number: str, *cells: str) -> Path:
    """Write a lesson of these cells after its first, which begins it."""
    first = f'import boto3\nimport course\nsettings = course.start("{number}")'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (first, *cells)])
    path = folder / f"{number}_lesson.ipynb"
    nbformat.write(notebook, path)
    return path


def rights(folder: Path, *rights: tuple[str, str]) -> Path:
    """Write down the rights to ask for."""
    path = folder / "rights.json"
    path.write_text(json.dumps(rights), encoding="utf-8")
    return path


def begun(url: str, who: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Begin `make account` on the stand-in at an address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    environment |= who | {"COURSE_TARGET": "aws", "COURSE_STAND_IN": url}
    return subprocess.Popen(
        [sys.executable, "-m", "course.proving", *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 240) -> tuple[int, str]:
    """What a run said, and with which status it ended."""
    try:
        said, _ = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, said


Change = Callable[[int, bytes], tuple[int, bytes]]
"""What is done to the status and the content of an answer."""


@contextmanager
def changed(url: str, change: Change) -> Iterator[str]:
    """The address of a stand-in whose answers are changed on their way."""
    place = urlsplit(url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            there = http.client.HTTPConnection(place, timeout=60)
            there.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                there.putheader(name, value)
            there.endheaders(body)
            response = there.getresponse()
            content = response.read()
            status, altered = change(response.status, content)
            self.send_response_only(status)
            for name, value in response.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(altered)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(altered)
            there.close()

        # The names are http.server's.
        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
