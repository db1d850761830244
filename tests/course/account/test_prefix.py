"""Learners who share one account: each has names of their own, and removes nothing of another's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course.account import prefix
from course.account.foundation import bucket_of
from course.errors import CourseError
from course.proving import needed
from tests.course.proving.account import client

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[3]
WORK = """
import json, sys, boto3, course
settings = course.start("98")
may = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
trust = json.dumps({"Version": "2012-10-17", "Statement": [may]})
role = boto3.client("iam").create_role(RoleName="review-states-role", AssumeRolePolicyDocument=trust)["Role"]
boto3.client("sqs").create_queue(QueueName="failed-uploads")
boto3.client("s3").put_object(Bucket=settings.bucket, Key="data/x", Body=b"review-states")
definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
machine = {"name": "review-states", "definition": definition, "roleArn": role["Arn"]}
boto3.client("stepfunctions").create_state_machine(**machine)
print("made", flush=True)
sys.stdin.readline()
print(course.clean_up())
"""


@pytest.mark.parametrize("said", ["", " ", "a", "ada", "team12", "abcdefghijkl"])
def test_a_prefix_is_a_word(monkeypatch, said):
    monkeypatch.setenv(prefix.VARIABLE, said)
    assert prefix.prefix() == (f"{said}-" if said.strip() else "")


@pytest.mark.parametrize("said", ["Ada", "1a", "a-b", "a_b", "abcdefghijklm", "ä", "a/b", "a b", "blazingtext"])
def test_what_cannot_stand_in_every_name_is_refused(monkeypatch, said):
    monkeypatch.setenv(prefix.VARIABLE, said)
    with pytest.raises(CourseError, match="COURSE_PREFIX is"):
        prefix.prefix()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("review-states", "ada-review-states"),
        ("review-states-sentences-role", "ada-review-states-sentences-role"),
        ("arn:aws:states:us-east-1:1:stateMachine:scale-out", "arn:aws:states:us-east-1:1:stateMachine:ada-scale-out"),
        ("/aws/lambda/review-sentences", "/aws/lambda/ada-review-sentences"),
        ("{% 'BlazingText-' & $millis() %}", "{% 'ada-BlazingText-' & $millis() %}"),
        ("ada-review-states", "ada-review-states"),
        ("ada-BlazingText-1", "ada-BlazingText-1"),
        ("my-review-states", "my-review-states"),
        ("review-states-of-mine", "review-states-of-mine"),
        ("another", "another"),
        ("arn:aws:sagemaker:r:1:endpoint/blazingtext-*", "arn:aws:sagemaker:r:1:endpoint/ada-blazingtext-*"),
        ("1.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1", "1.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"),
    ],
)
def test_the_lessons_names_bear_it_once_wherever_they_stand(monkeypatch, text, expected):
    monkeypatch.setenv(prefix.VARIABLE, "ada")
    assert prefix.named(text) == expected
    monkeypatch.delenv(prefix.VARIABLE)
    assert prefix.named(text) == text


def test_no_prefix_is_taken_for_a_part_of_a_name(monkeypatch):
    """What was named once stays as it is, also where the word is one of those in the names; the longest fits, too."""
    words = {part for name in prefix.NAMES for part in name.split("-")} | {"ann", "anna", "workflow", "abcdefghijkl"}
    for word in sorted(words):
        monkeypatch.setenv(prefix.VARIABLE, word)
        for name in (*prefix.NAMES, *(f"{one}-role" for one in prefix.NAMES), "BlazingText-1795924022460-shards"):
            assert prefix.named(prefix.named(name)) == prefix.named(name) == f"{word}-{name}"
            assert len(f"{word}-{name}") <= 63, "of a job; a role may have 64, a state machine 80"
        assert len(bucket_of("123456789012", "ap-southeast-1")) <= 63


def test_every_name_that_a_lesson_makes_is_known():
    """In the cells, what is made is named in these ways; a new name has to be added to those that get the prefix."""
    made = re.compile(
        r"(?:FunctionName=|RoleName=|QueueName=|EndpointName=|create_state_machine\(name=|make_state_machine\(|"
        r'logging_role\(|workflow_role\(|course\.deploy\(\s*)"([\w-]+)"'
    )
    found: set[str] = set()
    for path in (PROJECT / "notebooks").glob("[0-9]*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            found |= set(made.findall(cell.source)) if cell.cell_type == "code" else set()
    assert len(found) > 15
    assert found - {name for one in prefix.NAMES for name in (one, f"{one}-role")} == set()


def test_the_rights_that_are_asked_for_are_those_of_the_learner_s_own_names(monkeypatch):
    everybody = needed.rights("111122223333", "eu-west-1")
    monkeypatch.setenv(prefix.VARIABLE, "ada")
    own = needed.rights("111122223333", "eu-west-1")
    assert [action for action, _ in own] == [action for action, _ in everybody]
    assert ("s3:CreateBucket", "arn:aws:s3:::workflow-course-ada-111122223333-eu-west-1") in own
    shared = {resource for _, resource in everybody} & {resource for _, resource in own}
    assert all("*" in one or ":aws:policy/" in one for one in shared), shared


def learner(url: str, name: str, program: str) -> subprocess.Popen[str]:
    environment = {one: value for one, value in os.environ.items() if not one.startswith(("AWS_", "COURSE_"))}
    environment |= {"AWS_ENDPOINT_URL": url, prefix.VARIABLE: name}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, env=environment, text=True, **pipes)


def there(url: str, name: str) -> set[str]:
    """What a learner has on an AWS, seen by its administrator."""
    own = [role["RoleName"] for role in client("iam", url).list_roles()["Roles"]]
    own += [bucket["Name"] for bucket in client("s3", url).list_buckets()["Buckets"]]
    own += [address.rpartition("/")[2] for address in client("sqs", url).list_queues().get("QueueUrls", [])]
    own += [machine["name"] for machine in client("stepfunctions", url).list_state_machines()["stateMachines"]]
    return {one for one in own if re.search(rf"(^|-){name}-", one)}


FIVE = ("ann", "anna", "cem", "dora", "emil")
"""One's word is how another's begins."""


@pytest.mark.parametrize("names", [FIVE[:2], pytest.param(FIVE, marks=pytest.mark.long)], ids=["two", "five"])
def test_one_learner_s_clean_up_touches_nothing_of_another(endpoint_url, names):
    made = {"review-states-role", "failed-uploads", "review-states", "workflow-course-sagemaker"}
    all_of_them = {name: learner(endpoint_url, name, WORK) for name in names}
    try:
        for process in all_of_them.values():
            assert process.stdout.readline() == "made\n", process.stdout.read()
        for number, (name, process) in enumerate(all_of_them.items(), 1):
            said, _ = process.communicate("\n", timeout=300)
            assert "Nothing is left." in said
            assert there(endpoint_url, name) == set()
            for other in names[number:]:
                assert other not in said
                bucket = f"workflow-course-{other}-123456789012-us-east-1"
                assert there(endpoint_url, other) == {f"{other}-{one}" for one in made} | {bucket}
                body = client("s3", endpoint_url).get_object(Bucket=bucket, Key="data/x")["Body"]
                assert body.read() == b"review-states"
    finally:
        for process in all_of_them.values():
            process.kill()


@pytest.mark.long
def test_five_learners_take_lessons_at_once(endpoint_url, tmp_path):
    """Each runs the same lessons, triggers and executions included, on the one AWS; only bucket and role stay."""
    program = """
import sys
from pathlib import Path
from course import run_lessons
run_lessons.COPIES = Path({copies!r})
sys.exit(run_lessons.main(["01", "03", "04"]))
"""
    at_work = {name: learner(endpoint_url, name, program.format(copies=str(tmp_path / name))) for name in FIVE}
    try:
        for name, process in at_work.items():
            said, _ = process.communicate(timeout=1800)
            assert process.returncode == 0, f"{name}: {said}"
    finally:
        for process in at_work.values():
            process.kill()
    for name in FIVE:
        bucket = f"workflow-course-{name}-123456789012-us-east-1"
        assert there(endpoint_url, name) == {bucket, f"{name}-workflow-course-sagemaker"}
