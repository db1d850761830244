"""`make account` on an embedded AWS that stands in for an account, and is late as one is."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.proving import file
from tests.course.proving.account import (
    EVERYTHING,
    WORDS,
    begun,
    changed,
    client,
    ended,
    lesson,
    make_sagemaker_role,
    rights,
    user,
)
from tests.served import served

pytestmark = pytest.mark.slow

QUEUE = 'sqs = boto3.client("sqs")\nqueue = sqs.create_queue(QueueName="recorded")["QueueUrl"]'
ABSENT = """
try:
    boto3.client("lambda").get_function(FunctionName="absent")
except boto3.client("lambda").exceptions.ResourceNotFoundException as error:
    print(error)
"""
QUEUES = """
sqs.create_queue(QueueName="recorded-2")
sqs.list_queues()["QueueUrls"]
"""
ROLE = """
iam = boto3.client("iam")
role = iam.get_role(RoleName="workflow-course-sagemaker")["Role"]
[user["UserName"] for user in iam.list_users()["Users"]]
"""


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    with served(600.0, "--lag", "3", "--lag-scale", "0.01") as url:
        make_sagemaker_role(url)
        yield url


@pytest.fixture(scope="module")
def ada(stand_in: str) -> dict[str, str]:
    """A user who may do everything."""
    return user(stand_in, "ada.lovelace", EVERYTHING)


def plant(status: int, content: bytes) -> tuple[int, bytes]:
    """Answer otherwise than the embedded AWS: in words, a member, an order, and two statuses of HTTP's."""
    if b"Function not found" in content:
        return 410, content.replace(b"Function not found", b"No such function")
    if content.startswith(b'{"QueueUrls"'):
        return status, json.dumps({"QueueUrls": json.loads(content)["QueueUrls"][::-1]}).encode()
    if content.startswith(b'{"QueueUrl"'):
        return 201, content
    begin, end = content.find(b"<MaxSessionDuration>"), content.find(b"</MaxSessionDuration>")
    return status, content if begin < 0 else content[:begin] + content[end + len(b"</MaxSessionDuration>") :]


def test_a_run_is_written_down_cleaned_up_and_held_against_the_embedded_aws(stand_in, ada, tmp_path):
    """Differences are planted on the way; each is named, and nothing of the account stands in the file."""
    lesson(tmp_path, "90", QUEUE, ABSENT, ROLE, QUEUES)
    path = tmp_path / "run.jsonl"
    asked = rights(
        tmp_path, ("sqs:CreateQueue", "*"), ("lambda:GetFunction", "arn:aws:lambda:REGION:ACCOUNT:function:x")
    )
    with changed(stand_in, plant) as url:
        options = ["--agree", WORDS, "--file", str(path), "--notebooks", str(tmp_path), "--rights", str(asked)]
        status, said = ended(begun(url, ada, *options))
    assert status == 0, said
    assert "Rights: all that the lessons need." in said
    assert "VERDICT: all 1 lessons ran to their end; about 0.01 USD; nothing is left." in said
    assert "lambda.GetFunction, lesson 90, cell [3]: the error" in said, said
    assert "No such function" in said
    assert "the member Role.MaxSessionDuration\n    there: is not there" in said
    assert "sqs.CreateQueue, lesson 90, cell [2] and 1 more: the status\n    there: 201\n    here:  200" in said
    assert "the order of QueueUrls\n    there: it goes down\n    here:  it goes up" in said
    assert "recorded" not in "".join(client("sqs", stand_in).list_queues().get("QueueUrls", []))
    whole = path.read_text(encoding="utf-8")
    for secret in ("ada.lovelace", ada["AWS_ACCESS_KEY_ID"], ada["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in whole
    recording = file.read(path)
    called = [(call["service"], call["operation"]) for call in recording.calls]
    assert ("sqs", "CreateQueue") in called
    users = next(call for call in recording.calls if call["operation"] == "ListUsers")
    assert (users["answer"]["Users"], users["others"]) == ([], 1), "who else is in the account is nobody's business"
    assert recording.end["lessons"] == {"90": ""}


def test_a_policy_with_one_action_too_few_is_found_before_anything_is_made(stand_in, tmp_path):
    lesson(tmp_path, "90", QUEUE)
    may = ["iam:SimulatePrincipalPolicy", "iam:GetUser", "s3:*", "sqs:CreateQueue"]
    poor = user(stand_in, "grace", {"Effect": "Allow", "Action": may, "Resource": "*"})
    asked = rights(tmp_path, ("sqs:CreateQueue", "*"), ("sagemaker:CreateModel", "*"), ("s3:PutObject", "*"))
    options = ["--agree", WORDS, "--notebooks", str(tmp_path), "--rights", str(asked)]
    deadline = time.monotonic() + 60
    while True:  # new rights hold later, as on AWS
        status, said = ended(begun(stand_in, poor, *options))
        if "Rights:" in said or time.monotonic() > deadline:
            break
    assert status == 2
    assert "Rights: these are lacking.\n    sagemaker:CreateModel on *\nGive this user" in said
    assert said.endswith("VERDICT: nothing was begun.\n")


@pytest.mark.long
@pytest.mark.parametrize("words", ["", "yes", "I agree, on account 111122223333"])
def test_without_the_words_nothing_is_begun(stand_in, ada, tmp_path, words):
    lesson(tmp_path, "90", QUEUE)
    status, said = ended(begun(stand_in, ada, "--agree", words, "--notebooks", str(tmp_path)))
    assert (status, "Not agreed" in said) == (2, True)


@pytest.mark.long
def test_a_lesson_that_could_exceed_the_cap_is_not_begun(stand_in, ada, tmp_path):
    lesson(tmp_path, "90", QUEUE)
    options = ["--notebooks", str(tmp_path), "--rights", str(rights(tmp_path)), "--file", str(tmp_path / "run.jsonl")]
    status, said = ended(begun(stand_in, ada, "--agree", WORDS, "--cap", "0.1", *options))
    assert status == 1
    assert "lesson 90 may come to 0.30: together more than the cap of 0.10 USD" in said
    assert json.loads((tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()[0])["lessons"] == []


@pytest.mark.long
def test_what_was_made_is_removed_when_a_lesson_fails(stand_in, ada, tmp_path):
    lesson(tmp_path, "90", QUEUE, "1 / 0")
    lesson(tmp_path, "91", "print('never')")
    options = ["--notebooks", str(tmp_path), "--rights", str(rights(tmp_path)), "--file", str(tmp_path / "run.jsonl")]
    status, said = ended(begun(stand_in, ada, "--agree", WORDS, *options))
    assert status == 1
    assert "VERDICT: FAILED in lesson 90; 0 before it ran to their end; about 0.01 USD; nothing is left." in said
    assert "recorded" not in "".join(client("sqs", stand_in).list_queues().get("QueueUrls", []))


@pytest.mark.long
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_what_was_made_is_removed_when_the_run_is_interrupted(stand_in, ada, tmp_path, sent):
    mark = tmp_path / "waits"
    wait = f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(600)"
    lesson(tmp_path, "90", QUEUE, wait)
    path = tmp_path / "run.jsonl"
    options = ["--notebooks", str(tmp_path), "--rights", str(rights(tmp_path)), "--file", str(path)]
    process = begun(stand_in, ada, "--agree", WORDS, *options)
    wait_for(mark)
    assert _queues(stand_in)
    process.send_signal(sent)
    status, said = ended(process)
    assert status == 1, said
    assert "nothing is left." in said, said
    assert not _queues(stand_in)
    assert file.read(path).end["clean"]


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.05)


def _queues(url: str) -> list[str]:
    return [found for found in client("sqs", url).list_queues().get("QueueUrls", []) if found.endswith("/recorded")]
