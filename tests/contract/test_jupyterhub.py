"""Two learners on one JupyterHub: each has an embedded AWS of their own, which comes back with them."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.contract.environments import ROOT, programs_beside

pytestmark = pytest.mark.long

SECONDS = 300
BEGIN = 'import boto3, course\nsettings = course.start("01")\nsqs = boto3.client("sqs")\n'
QUEUES = '[url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])]'
WHERE = 'import os\nos.environ["AWS_ENDPOINT_URL"]'
CONFIGURATION = """
import os
load_subconfig(os.environ["EXAMPLE"])
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_TOKEN"]}]
scopes = ["read:hub", "admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{"name": "test", "services": ["test"], "scopes": scopes}]
c.JupyterHub.bind_url = os.environ["HUB_URL"]
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.ConfigurableHTTPProxy.api_url = os.environ["PROXY_URL"]
c.Spawner.args = ["--allow-root"]
"""


class Hub:
    """A hub that runs, and the rights to use its learners' servers."""

    def __init__(self, url: str, token: str):
        self.url, self.token = url, token

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer of the hub's or of a learner's server; None where it is empty."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def come(self, name: str) -> None:
        """Start a learner's server."""
        self.ask("POST", f"/hub/api/users/{name}/server")
        wait_for(
            lambda: self.ask("GET", f"/hub/api/users/{name}")["servers"].get("", {}).get("ready"), f"{name}'s server"
        )

    def go(self, name: str) -> None:
        """End a learner's server."""
        self.ask("DELETE", f"/hub/api/users/{name}/server")
        wait_for(lambda: not self._servers(name), f"{name}'s server to end")

    def _servers(self, name: str) -> dict[str, Any]:
        return self.ask("GET", f"/hub/api/users/{name}")["servers"]

    def run(self, name: str, *cells: str) -> list[str]:
        """Run cells in a new kernel of a learner's; what each has as its value, or the error."""
        kernel = self.ask("POST", f"/user/{name}/api/kernels", {})["id"]
        address = f"{self.url.replace('http', 'ws', 1)}/user/{name}/api/kernels/{kernel}/channels"
        channel = websocket.create_connection(
            address, timeout=SECONDS, header=[f"Authorization: token {self.token}"], suppress_origin=True
        )
        try:
            return [_value(channel, cell) for cell in cells]
        finally:
            channel.close()
            self.ask("DELETE", f"/user/{name}/api/kernels/{kernel}")


def _value(channel: Any, cell: str) -> str:
    asked = uuid.uuid4().hex
    header = {"msg_id": asked, "msg_type": "execute_request", "username": "", "session": "test", "version": "5.3"}
    content = {"code": cell, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(message))
    value = ""
    while True:
        said = json.loads(channel.recv())
        if said["parent_header"].get("msg_id") != asked:
            continue
        if said["msg_type"] == "execute_result":
            value = said["content"]["data"]["text/plain"]
        elif said["msg_type"] == "error":
            value = "\n".join(said["content"]["traceback"])
        elif said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
            return value


def wait_for(there: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < deadline, f"no {what} within {SECONDS} s"
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The example of docs/class, started as the instructor's guide says."""
    folder = tmp_path_factory.mktemp("hub")
    programs = programs_beside("jupyterhub", ROOT, ("jupyterhub", "configurable-http-proxy"))
    (folder / "class").mkdir()
    configuration = folder / "jupyterhub_config.py"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    token, port = secrets.token_hex(16), free_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_"))}
    variables |= {
        "EXAMPLE": str(ROOT / "docs" / "class" / "jupyterhub_config.py"),
        "CLASS_FOLDER": str(folder / "class"),
        "CLASS_PASSWORD": secrets.token_hex(8),
        "HUB_TOKEN": token,
        "HUB_URL": f"http://127.0.0.1:{port}",
        "HUB_PORT": str(free_port()),
        "PROXY_URL": f"http://127.0.0.1:{free_port()}",
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    log = folder / "log"
    with log.open("w") as said:
        command = [programs / "jupyterhub", "--config", configuration]
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=said, stderr=said)
    running = Hub(variables["HUB_URL"], token)
    try:
        wait_for(lambda: _answers(running, process, log), "hub")
        for name in ("ada", "bob"):
            running.ask("POST", f"/hub/api/users/{name}")
        yield running
        for name in ("ada", "bob"):
            running.go(name)
    finally:
        process.terminate()
        process.wait(60)


def _answers(hub: Hub, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
    try:
        return bool(hub.ask("GET", "/hub/api/info"))
    except (urllib.error.URLError, ConnectionError):
        return False


def test_two_learners_meet_nothing_of_each_other_and_find_their_own_again(hub):
    for name in ("ada", "bob"):
        hub.come(name)
    ada = hub.run("ada", BEGIN, 'sqs.create_queue(QueueName="of-ada")["QueueUrl"][-6:]', QUEUES, WHERE)
    bob = hub.run("bob", BEGIN, QUEUES, WHERE, f"os.environ['AWS_ENDPOINT_URL'] = {ada[3]}")
    assert ada[1:3] == ["'of-ada'", "['of-ada']"]
    assert bob[1] == "[]"
    assert ada[3] != bob[2], "each has an address of their own"
    hub.go("ada")
    hub.come("ada")
    again = hub.run("ada", 'import boto3, course\ncourse.start("01", keep=True)\nsqs = boto3.client("sqs")', QUEUES)
    assert again[1] == "['of-ada']", "the state is kept with the learner's folder"
    assert hub.run("bob", BEGIN, QUEUES)[1] == "[]"
