"""Lambda: the first invocation of a new function, an invocation of a warm one, and many at once."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import boto3_alone
from benchmarks.bench import Bench
from benchmarks.emulators import Emulator
from benchmarks.figures import Figure, at_least, at_most
from benchmarks.turns import Way, WrongAnswer, in_threads, milliseconds, rate

PLAIN = "def handler(event, context):\n    return event\n"
WITH_BOTO3 = "import boto3\n\ns3 = boto3.client('s3')\n\n\n" + PLAIN

_EVENT = {"n": 1}
_THREADS, _CALLS = 8, 80


def measure(bench: Bench) -> Iterator[Figure]:
    """Milliseconds cold and warm, and invocations a second from eight threads."""
    for what, source, aim in (
        ("Lambda cold", PLAIN, at_most(100, "ms")),
        ("Lambda cold that imports boto3", WITH_BOTO3, at_most(200, "ms")),
    ):
        yield from bench.compare(what, "ms", _cold(source), "lambda", 10, aim, aim_beside="MiniStack")
    with boto3_alone.answering(json.dumps(_EVENT).encode()) as client:
        alone = invocation(client("lambda"), "arn:aws:lambda:us-east-1:123456789012:function:none")
        aim, floor = at_most(2.5, "ms"), {boto3_alone.NAME: milliseconds(alone)}
        yield from bench.compare("Lambda warm", "ms", _warm, "lambda", 100, aim, "MiniStack", floor)
        what, aim = f"Lambda warm in {_THREADS} threads", at_least(800, "/s")
        floor = {boto3_alone.NAME: rate(_CALLS, in_threads(_THREADS, _CALLS, alone))}
        yield from bench.compare(what, "/s", _threads, "lambda", 5, aim, "MiniStack", floor)


def function(emulator: Emulator, source: str) -> str:
    """Make a function that can be invoked; gives its ARN."""
    client, name = emulator.client("lambda"), f"function-{secrets.token_hex(6)}"
    made = client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(emulator, "lambda.amazonaws.com"),
        Handler="lambda_function.handler",
        Code={"ZipFile": _zipped(source)},
        Timeout=30,
    )
    waiter = client.get_waiter("function_active_v2")
    # Not the waiter's usual pause of seconds: functions are made here by the dozen.
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.02, "MaxAttempts": 500})
    return made["FunctionArn"]


def role(emulator: Emulator, *services: str) -> str:
    """Make a role that services may assume, with every right; gives its ARN."""
    iam, name = emulator.client("iam"), f"role-{secrets.token_hex(6)}"
    trust = [{"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}]
    rights = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=_policy(rights))
    return arn


def _cold(source: str) -> Callable[[Emulator], Way]:
    def prepare(emulator: Emulator) -> Way:
        client = emulator.client("lambda")
        return lambda: milliseconds(invocation(client, function(emulator, source)))()

    return prepare


def _warm(emulator: Emulator) -> Way:
    invoke = invocation(emulator.client("lambda"), function(emulator, PLAIN))
    invoke()
    return milliseconds(invoke)


def _threads(emulator: Emulator) -> Way:
    invoke = invocation(emulator.client("lambda"), function(emulator, PLAIN))
    together = in_threads(_THREADS, _CALLS, invoke)
    together()
    return rate(_CALLS, together)


def invocation(client: Any, arn: str) -> Callable[[], None]:
    """An action that invokes a function, and looks at its answer."""
    payload = json.dumps(_EVENT).encode()

    def invoke() -> None:
        answer = client.invoke(FunctionName=arn, Payload=payload)
        said = answer["Payload"].read()
        if answer.get("FunctionError") or json.loads(said) != _EVENT:
            raise WrongAnswer(f"the function answered {said.decode(errors='replace')}")

    return invoke


def _zipped(source: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("lambda_function.py", source)
    return archive.getvalue()


def _policy(statements: list[dict]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
