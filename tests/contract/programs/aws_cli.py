"""The AWS CLI, typed as a reader of the lessons would type it: v1, which is what a package index has."""

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from world import bucket, passed, role

AWS = Path(sys.executable).with_name("aws")
NAME = f"contract-{secrets.token_hex(4)}"
LIMIT = 60.0


def aws(*words: str) -> str:
    """What a command prints."""
    ended = subprocess.run([AWS, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"aws {' '.join(words)}\n{ended.stderr}"
    return ended.stdout


def refused(*words: str) -> str:
    """What a command that fails says."""
    ended = subprocess.run([AWS, *words], capture_output=True, text=True, check=False)
    assert ended.returncode, f"aws {' '.join(words)} went through\n{ended.stdout}"
    return ended.stderr


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        s3(Path(folder))
        functions(Path(folder))
        machines()
    iam()


def s3(folder: Path) -> None:
    own, local = bucket(), folder / "local"
    (local / "deep").mkdir(parents=True)
    (local / "a.txt").write_text("one")
    (local / "deep" / "b.txt").write_text("two")
    address = f"s3://{own}/data"
    assert "upload" in aws("s3", "sync", str(local), address)
    assert aws("s3", "sync", str(local), address) == "", "nothing has changed"
    (local / "a.txt").write_text("one, longer")
    assert "a.txt" in aws("s3", "sync", str(local), address)
    (local / "deep" / "b.txt").unlink()
    assert "delete:" in aws("s3", "sync", str(local), address, "--delete")
    assert aws("s3", "ls", f"{address}/").split()[-1] == "a.txt"
    large = folder / "large.bin"
    large.write_bytes(bytes(range(256)) * 4 * 1024 * 10)  # above the threshold of a multipart upload
    aws("s3", "cp", str(large), f"{address}/large.bin")
    aws("s3", "cp", f"{address}/large.bin", str(folder / "back.bin"))
    assert (folder / "back.bin").read_bytes() == large.read_bytes()
    aws("s3", "mv", f"{address}/large.bin", f"{address}/moved.bin")
    assert aws("s3", "cp", f"{address}/a.txt", "-") == "one, longer"
    assert "moved.bin" in aws("s3", "ls", "--recursive", "--human-readable", "--summarize", f"s3://{own}")
    assert aws("s3", "presign", f"{address}/a.txt").startswith("http")
    assert json.loads(aws("s3api", "head-object", "--bucket", own, "--key", "data/a.txt"))["ContentLength"] == 11
    assert "404" in refused("s3api", "head-object", "--bucket", own, "--key", "nothing")
    aws("s3", "rb", f"s3://{own}", "--force")
    passed("aws s3")


def functions(folder: Path) -> None:
    package = folder / "function.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(
            "f.py", "def h(event, context):\n    print('heard', event)\n    return {'n': event.get('n')}\n"
        )
    words = ("--runtime", "python3.13", "--handler", "f.h", "--role", role("lambda.amazonaws.com"))
    aws("lambda", "create-function", "--function-name", NAME, "--zip-file", f"fileb://{package}", *words)
    aws("lambda", "wait", "function-active-v2", "--function-name", NAME)
    out = folder / "out.json"
    told = aws("lambda", "invoke", "--function-name", NAME, "--payload", '{"n": 1}', "--log-type", "Tail", str(out))
    assert json.loads(told)["StatusCode"] == 200
    assert json.loads(out.read_text()) == {"n": 1}
    told = aws("lambda", "invoke", "--function-name", NAME, "--invocation-type", "Event", "--payload", "{}", str(out))
    assert json.loads(told)["StatusCode"] == 202
    aws("lambda", "update-function-configuration", "--function-name", NAME, "--timeout", "10")
    aws("lambda", "wait", "function-updated-v2", "--function-name", NAME)
    assert "ResourceNotFoundException" in refused("lambda", "get-function", "--function-name", "nothing")
    passed("aws lambda")
    logs(out)
    aws("lambda", "delete-function", "--function-name", NAME)


def logs(out: Path) -> None:
    """What a function said: found by a pattern and, where the machine has the CLI's v2, followed by `logs tail`."""
    group, mark = f"/aws/lambda/{NAME}", secrets.token_hex(4)
    assert group in aws("logs", "describe-log-groups", "--log-group-name-prefix", group, "--output", "text")
    with followed(group) as lines:
        aws("lambda", "invoke", "--function-name", NAME, "--payload", json.dumps({"mark": mark}), str(out))
        if lines is None:
            print("not tried: aws logs tail --follow, which the CLI has from v2 on")
        else:
            assert any(mark in line for line in lines), "the tail ended without the line"
            passed("aws logs tail --follow")
    pattern = ("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", f'"{mark}"')
    deadline = time.monotonic() + LIMIT
    while not json.loads(aws(*pattern))["events"]:
        assert time.monotonic() < deadline
    passed("aws logs filter-log-events")


@contextmanager
def followed(group: str) -> Iterator[Iterable[str] | None]:
    """The lines of `aws logs tail --follow`, by whichever CLI v2 the machine has; None where it has none."""
    found = shutil.which("aws")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
    if not version.startswith("aws-cli/2"):
        yield None
        return
    command = [str(found), "logs", "tail", group, "--follow", "--since", "1s", "--format", "short"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tail:
        try:
            yield tail.stdout
        finally:
            tail.terminate()


def machines() -> None:
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    words = ("--definition", json.dumps(definition), "--role-arn", role("states.amazonaws.com"))
    arn = json.loads(aws("stepfunctions", "create-state-machine", "--name", NAME, *words))["stateMachineArn"]
    started = json.loads(aws("stepfunctions", "start-execution", "--state-machine-arn", arn, "--input", '{"a": 1}'))
    execution = started["executionArn"]
    deadline = time.monotonic() + LIMIT
    while (seen := json.loads(aws("stepfunctions", "describe-execution", "--execution-arn", execution)))[
        "status"
    ] == "RUNNING":
        assert time.monotonic() < deadline
    assert (seen["status"], json.loads(seen["output"])) == ("SUCCEEDED", {"a": 1})
    history = json.loads(aws("stepfunctions", "get-execution-history", "--execution-arn", execution))["events"]
    assert [event["type"] for event in history][-1] == "ExecutionSucceeded"
    assert NAME in aws("stepfunctions", "list-state-machines", "--output", "table")
    tested = aws(
        "stepfunctions",
        "test-state",
        "--definition",
        json.dumps(definition["States"]["A"] | {"QueryLanguage": "JSONata"}),
    )
    assert json.loads(tested)["status"] == "SUCCEEDED"
    assert "StateMachineDoesNotExist" in refused(
        "stepfunctions", "describe-state-machine", "--state-machine-arn", arn + "x"
    )
    aws("stepfunctions", "delete-state-machine", "--state-machine-arn", arn)
    words = ("--type", "EXPRESS", *words)
    express = json.loads(aws("stepfunctions", "create-state-machine", "--name", f"{NAME}-express", *words))
    words = ("--state-machine-arn", express["stateMachineArn"], "--input", '{"a": 1}', "--query", "output")
    assert aws("stepfunctions", "start-sync-execution", *words, "--output", "text").strip() == '{"a": 1}'
    passed("aws stepfunctions")


def iam() -> None:
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == "123456789012"
    assert json.loads(aws("iam", "list-roles", "--max-items", "1"))["Roles"]
    assert "TrainingJobSummaries" in json.loads(aws("sagemaker", "list-training-jobs"))
    passed("aws sts, iam, sagemaker")


if __name__ == "__main__":
    main()
