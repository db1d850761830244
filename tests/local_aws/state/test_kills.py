"""Killed at random while seven writers write: whatever was answered is there afterwards."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import tarfile
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from tests.local_aws.functions.functions_support import zipped
from tests.local_aws.state.state_support import Server, kept_in, machine, until

pytestmark = pytest.mark.slow

BUCKET, GROUP, QUEUE = "killed-bucket", "killed", "killed"
BLAZINGTEXT = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
Write = Callable[[str], Callable[[], None]]
"""Writes something under a name that nobody has used, and gives the check that it is there."""


class World:
    """What the writers write to, and how each of them checks what it was answered."""

    def __init__(self, server: Server):
        self.server = server
        s3 = server.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        with io.BytesIO() as data:
            tarfile.open(fileobj=data, mode="w:gz").close()
            s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=data.getvalue())
        self.roles = {name: server.role(f"{name}.amazonaws.com") for name in ("lambda", "states", "sagemaker")}
        server.client("logs").create_log_group(logGroupName=GROUP)
        server.client("sqs").create_queue(QueueName=QUEUE)
        states = server.client("stepfunctions")
        definition = machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}})
        self.machine = states.create_state_machine(name="killed", definition=definition, roleArn=self.roles["states"])[
            "stateMachineArn"
        ]
        self.writers: list[Write] = [
            self.object,
            self.role,
            self.function,
            self.execution,
            self.model,
            self.log_events,
            self.message,
        ]

    def object(self, name: str) -> Callable[[], None]:
        s3, body = self.server.client("s3"), random.randbytes(random.choice((0, 10, 1000, 70_000, 2_000_000)))
        s3.put_object(Bucket=BUCKET, Key=name, Body=body, Metadata={"name": name})
        if random.random() < 0.2:
            s3.delete_object(Bucket=BUCKET, Key=name)

        def check() -> None:
            found = self.server.client("s3").get_object(Bucket=BUCKET, Key=name)
            assert found["Body"].read() == body
            assert found["Metadata"] == {"name": name}

        return check if self._is_there(s3, name) else lambda: self._check_deleted(name)

    @staticmethod
    def _is_there(s3: Any, name: str) -> bool:
        listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=name).get("Contents", [])
        return name in {each["Key"] for each in listed}  # object-1-1 is a prefix of object-1-10

    def _check_deleted(self, name: str) -> None:
        assert not self._is_there(self.server.client("s3"), name)

    def role(self, name: str) -> Callable[[], None]:
        iam = self.server.client("iam")
        trust = iam.get_role(RoleName="lambda")["Role"]["AssumeRolePolicyDocument"]

        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")

        def check() -> None:
            attached = self.server.client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            assert [each["PolicyName"] for each in attached] == ["ReadOnlyAccess"]

        return check

    def function(self, name: str) -> Callable[[], None]:
        code = zipped(f"def handler(event, context):\n    return {name!r}")
        made = self.server.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self.roles["lambda"],
            Handler="lambda_function.handler",
            Code={"ZipFile": code},
        )
        self.server.client("lambda").add_permission(
            FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )

        def check() -> None:
            functions = self.server.client("lambda")
            assert functions.get_function(FunctionName=name)["Configuration"]["CodeSha256"] == made["CodeSha256"]
            assert '"s"' in functions.get_policy(FunctionName=name)["Policy"]

        return check

    def execution(self, name: str) -> Callable[[], None]:
        states, given = self.server.client("stepfunctions"), f'{{"name": "{name}"}}'
        arn = states.start_execution(stateMachineArn=self.machine, name=name, input=given)["executionArn"]
        told = states.describe_execution(executionArn=arn)["status"]
        events = states.get_execution_history(executionArn=arn)["events"]

        def check() -> None:
            found = self.server.client("stepfunctions").describe_execution(executionArn=arn)
            assert found["input"] == given
            assert found["status"] == told or (told == "RUNNING" and found["status"] in ("SUCCEEDED", "ABORTED"))
            history = self.server.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
            assert history[: len(events)] == events

        return check

    def model(self, name: str) -> Callable[[], None]:
        container = {"Image": BLAZINGTEXT, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
        self.server.client("sagemaker").create_model(
            ModelName=name,
            PrimaryContainer=container,
            ExecutionRoleArn=self.roles["sagemaker"],
            Tags=[{"Key": "name", "Value": name}],
        )

        def check() -> None:
            sagemaker = self.server.client("sagemaker")
            found = sagemaker.describe_model(ModelName=name)
            assert found["PrimaryContainer"]["ModelDataUrl"] == container["ModelDataUrl"]
            assert sagemaker.list_tags(ResourceArn=found["ModelArn"])["Tags"] == [{"Key": "name", "Value": name}]

        return check

    def log_events(self, name: str) -> Callable[[], None]:
        logs = self.server.client("logs")
        logs.create_log_stream(logGroupName=GROUP, logStreamName=name)
        messages = [f"{name} {number}" for number in range(random.randint(1, 600))]
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": message} for message in messages]
        logs.put_log_events(logGroupName=GROUP, logStreamName=name, logEvents=events)

        def check() -> None:
            found = self.server.client("logs").get_log_events(
                logGroupName=GROUP, logStreamName=name, startFromHead=True
            )["events"]
            assert [event["message"] for event in found] == messages

        return check

    def message(self, name: str) -> Callable[[], None]:
        sqs = self.server.client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"], MessageBody=name)
        return lambda: None if name in self._messages() else pytest.fail(f"the message {name} is lost")

    def _messages(self) -> set[str]:
        """The messages that wait; read once for each server."""
        if self.server.url != getattr(self, "_read_at", None):
            sqs = self.server.client("sqs")
            url, found = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"], set()
            while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                found |= {message["Body"] for message in batch}
                for message in batch:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            self._read, self._read_at = found, self.server.url
        return self._read


class Writer(threading.Thread):
    """Writes one thing after the other until the server is gone."""

    def __init__(self, write: Write, prefix: str):
        super().__init__(daemon=True)
        self.checks: list[Callable[[], None]] = []
        self._write, self._prefix = write, prefix
        self.failure: Exception | None = None

    def run(self) -> None:
        number = 0
        with contextlib.suppress(HTTPClientError, BotoCoreError, ConnectionError, LookupError):
            while True:
                number += 1
                try:
                    self.checks.append(self._write(f"{self._prefix}-{number}"))
                except ClientError as error:
                    self.failure = error
                    return


def _have_begun(writers: list[Writer]) -> bool:
    return any(writer.checks for writer in writers)


def killed(world: World, count: int) -> int:
    """Kill the server so often under load, and check each time all that was answered; gives how much that was."""
    answered = 0
    for number in range(count):
        writers = [Writer(write, f"{write.__name__.replace('_', '-')}-{number}") for write in world.writers]
        for writer in writers:
            writer.start()
        until(functools.partial(_have_begun, writers))
        time.sleep(random.uniform(0, 1.5))
        world.server.kill()
        for writer in writers:
            writer.join(60)
            assert writer.failure is None, writer.failure
        world.server.start()
        for writer in writers:
            for check in writer.checks:
                check()
            answered += len(writer.checks)
    return answered


def test_what_was_answered_is_there_after_a_kill(tmp_path):
    with kept_in(tmp_path) as server:
        assert killed(World(server), 2)


@pytest.mark.long
def test_a_hundred_kills_lose_nothing_that_was_answered(tmp_path):
    with kept_in(tmp_path) as server:
        answered = killed(World(server), 100)
    print(f"100 kills, {answered} answered writes, none lost")
    assert answered >= 100
