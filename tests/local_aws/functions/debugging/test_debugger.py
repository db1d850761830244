"""`serve --debug`: an editor attaches, a breakpoint stops the handler, and time-outs stand still meanwhile."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local_aws.__main__ import environment
from local_aws.functions.debugging.debugger import free_port
from local_aws.functions.debugging.messages import Messages
from tests.local_aws.functions.functions_support import zipped
from tests.served import served

pytestmark = pytest.mark.slow

LIMIT = 60.0
HANDLER = """import time

def handler(event, context):
    doubled = event["number"] * 2
    return doubled
"""
LINE_OF_RETURN = 5


class Editor:
    """What an editor does, in the Debug Adapter Protocol."""

    def __init__(self, port: int):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
        self._messages, self._read = Messages(), []
        self._sequence = 0

    def send(self, command: str, **arguments: Any) -> int:
        self._sequence += 1
        content = {"seq": self._sequence, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(content).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self._sequence

    def until(self, **wanted: Any) -> dict[str, Any]:
        """The next message that has these members."""
        while True:
            for index, message in enumerate(self._read):
                if wanted.items() <= message.items():
                    del self._read[: index + 1]
                    return message
            data = self._socket.recv(1 << 16)
            assert data, f"the debugger has gone away, without {wanted}"
            self._read += self._messages.feed(data)

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        sequence = self.send(command, **arguments)
        answer = self.until(type="response", request_seq=sequence)
        assert answer["success"], answer
        return answer.get("body", {})

    def attach(self, root: str, line: int) -> None:
        """Attach, with a breakpoint in the handler's module."""
        self.send("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True, columnsStartAt1=True)
        self.send("attach", pathMappings=[{"localRoot": "/editor", "remoteRoot": root}], justMyCode=False)
        self.until(type="event", event="initialized")
        self.ask("setBreakpoints", source={"path": "/editor/lambda_function.py"}, breakpoints=[{"line": line}])
        self.ask("configurationDone")

    def close(self) -> None:
        self._socket.close()


class Functions:
    """Functions of an embedded AWS to which debuggers may attach."""

    def __init__(self, endpoint_url: str, first_port: int):
        settings, self.first_port = environment(endpoint_url), first_port
        session = boto3.session.Session(settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"])
        config = Config(retries={"total_max_attempts": 1}, read_timeout=None, inject_host_prefix=False)
        self.session, self.config, self.url = session, config, endpoint_url
        self.client, iam = self.of("lambda"), self.of("iam")
        principal = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [principal]})
        self.role = iam.create_role(RoleName="debugged", AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    def of(self, service: str) -> Any:
        return self.session.client(service, region_name="us-east-1", endpoint_url=self.url, config=self.config)

    def create(self, code: dict[str, Any] | None = None, **options: Any) -> str:
        name = f"function-{secrets.token_hex(4)}"
        settings = {"Runtime": "python3.13", "Handler": "lambda_function.handler", "Role": self.role} | options
        self.client.create_function(FunctionName=name, Code=code or {"ZipFile": zipped(HANDLER)}, **settings)
        self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    def invoke(self, name: str, event: Any = None) -> Any:
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    port = free_port()
    with served(600.0, "--debug", str(port)) as url:
        yield Functions(url, port)


def port_of(functions: Functions, name: str) -> int:
    """A tag of the function says where its debugger is."""
    host, _, port = functions.client.get_function(FunctionName=name)["Tags"]["debugger"].partition(":")
    assert host == "127.0.0.1" and int(port) >= functions.first_port
    return int(port)


def test_a_breakpoint_stops_the_handler_and_its_time_out_stands_still(functions: Functions) -> None:
    name = functions.create(Timeout=2)
    editor = Editor(port_of(functions, name))
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(functions.invoke(name, {"number": 21})))
    caller.start()
    # The editor was there first: the invocation waits until its breakpoints are set.
    editor.attach("/var/task", LINE_OF_RETURN)
    stopped = editor.until(type="event", event="stopped")["body"]
    assert stopped["reason"] == "breakpoint"
    # Longer than the function may run: it would be over, had the time-out not stood still.
    caller.join(3)
    assert caller.is_alive() and answers == []
    frame = editor.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    assert (frame["name"], frame["line"]) == ("handler", LINE_OF_RETURN)
    assert editor.ask("evaluate", expression="doubled", frameId=frame["id"])["result"] == "42"
    editor.send("continue", threadId=stopped["threadId"])
    caller.join(LIMIT)
    assert answers == [42]
    editor.close()
    assert functions.invoke(name, {"number": 3}) == 6
    slow = functions.create({"ZipFile": zipped("import time\ndef handler(e, c):\n    time.sleep(60)\n")}, Timeout=1)
    assert functions.invoke(slow)["errorType"] == "Sandbox.Timedout"


# ---- a folder that is a function's code ---------------------------------------------------------------------


def bound(folder: Any) -> dict[str, str]:
    return {"S3Bucket": "hot-reload", "S3Key": str(folder)}


def test_what_is_saved_in_a_folder_runs_at_the_next_invocation(functions: Functions, tmp_path: Any) -> None:
    source = tmp_path / "lambda_function.py"
    source.write_text("import words\ndef handler(event, context):\n    return words.SAID\n")
    (tmp_path / "words.py").write_text("SAID = 'first'\n")
    name = functions.create(bound(tmp_path))
    before = functions.client.get_function(FunctionName=name)["Configuration"]
    assert [functions.invoke(name), functions.invoke(name)] == ["first", "first"]
    (tmp_path / "words.py").write_text("SAID = 'second, and longer'\n")
    assert functions.invoke(name) == "second, and longer"
    after = functions.client.get_function(FunctionName=name)["Configuration"]
    assert before["CodeSha256"] != after["CodeSha256"]
    source.write_text("def handler(event, context)\n")
    assert functions.invoke(name)["errorType"] == "Runtime.UserCodeSyntaxError"
    functions.client.update_function_code(FunctionName=name, ZipFile=zipped("def handler(e, c):\n    return 'zip'\n"))
    functions.client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    source.write_text("def handler(event, context):\n    return 'nobody reads this any more'\n")
    assert functions.invoke(name) == "zip"


@pytest.mark.parametrize("place", ["relative/folder", "/there/is/no/such/folder"])
def test_a_folder_that_is_none_is_refused(functions: Functions, place: str) -> None:
    with pytest.raises(functions.client.exceptions.InvalidParameterValueException):
        functions.create(bound(place))


def test_a_function_may_not_bind_a_folder_of_whoever_develops_it(functions: Functions, tmp_path: Any) -> None:
    """It would read there what it may not see."""
    (tmp_path / "lambda_function.py").write_text("def handler(event, context):\n    return 1\n")
    iam, name = functions.of("iam"), f"user-{secrets.token_hex(4)}"
    iam.create_user(UserName=name)
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(allow))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"])
    other = session.client("lambda", region_name="us-east-1", endpoint_url=functions.url, config=functions.config)
    mine = functions.create()
    with pytest.raises(other.exceptions.InvalidParameterValueException, match="NoSuchBucket"):
        other.update_function_code(FunctionName=mine, **bound(tmp_path))
