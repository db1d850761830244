"""What the course makes is tagged, and is found by its tags where there is no ledger."""

from __future__ import annotations

import json
import re

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, EndpointConnectionError

import course
from course.account import cleaning, endpoint_ends, tags
from course.account.foundation import trust_policy
from course.account.ledger import Resource
from course.account.made import MADE_BY
from course.account.sessions import new_session
from course.account.sweep import sweep
from tests.course.conftest import LESSON, machine, role
from tests.sources import NOTEBOOKS, ROOT, code_cells

pytestmark = pytest.mark.slow

OWNER = "administrator"
TAGS = tags.of(LESSON, OWNER)
TRUST = json.dumps(trust_policy("lambda.amazonaws.com"))
UNTAGGED = {("s3", "CreateBucket"), ("sagemaker", "CreateDomain")}
"""A bucket takes its tags by a call of its own, which the course makes."""


def operations_in_lessons() -> set[tuple[str, str]]:
    """Every operation that creates something and is called in a notebook or in `course`."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "course").rglob("*.py")]
    texts += [text for path in NOTEBOOKS for text in code_cells(path)]
    called = {name for text in texts for name in re.findall(r"\.(create_\w+)\(", text)}
    session = botocore.session.get_session()
    found = set()
    for service in ("iam", "lambda", "logs", "s3", "sagemaker", "scheduler", "sns", "sqs", "stepfunctions", "events"):
        names = session.get_service_model(service).operation_names
        found |= {(service, name) for name in names if xform_name(name) in called}
    return found


def test_whatever_takes_tags_is_tagged():
    session = botocore.session.get_session()
    creates = {call for call in {*operations_in_lessons(), *MADE_BY} if call[1].startswith("Create")}
    assert {("lambda", "CreateFunction"), ("sqs", "CreateQueue"), ("iam", "CreateRole")} <= creates
    for service, operation in sorted(creates - UNTAGGED):
        model = session.get_service_model(service).operation_model(operation)
        members = model.input_shape.members
        if "Tags" in members or "tags" in members:
            assert tags.tagged({}, model, TAGS), f"{service}:{operation}"


@pytest.mark.parametrize(
    ("service", "operation", "member", "expected"),
    [
        ("lambda", "CreateFunction", "Tags", {"course": "c"}),
        ("sqs", "CreateQueue", "tags", {"course": "c"}),
        ("iam", "CreateRole", "Tags", [{"Key": "course", "Value": "c"}]),
        ("stepfunctions", "CreateStateMachine", "tags", [{"key": "course", "value": "c"}]),
        ("kms", "CreateKey", "Tags", [{"TagKey": "course", "TagValue": "c"}]),
    ],
)
def test_each_service_gets_them_in_its_own_form(service, operation, member, expected):
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert tags.tagged({}, model, {"course": "c"}) == {member: expected}
    assert tags.tagged({member: expected}, model, {"course": "other"}) == {member: expected}


@pytest.mark.parametrize(("own", "added"), [(46, 3), (47, 3), (48, 2), (49, 1), (50, 0)])
def test_fifty_tags_are_the_most_and_those_stay_out_that_say_least(settings, ledger, own, added):
    mine = {f"mine-{number}": "x" for number in range(own)}
    queue = boto3.client("sqs").create_queue(QueueName="course-many", tags=mine)["QueueUrl"]
    there = boto3.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
    assert set(there) - set(mine) == set(("course", "owner", "lesson")[:added])
    iam = boto3.client("iam")
    iam.create_role(RoleName="course-many-role", AssumeRolePolicyDocument=TRUST, Tags=tags.pairs(mine))
    assert len(iam.list_role_tags(RoleName="course-many-role")["Tags"]) == own + added
    if added > 1:
        ledger.forget()
        assert {"course-many", "course-many-role"} <= {one.name for one in sweep(OWNER).resources}
    assert course.clean_up().done
    course.start(LESSON)


@pytest.mark.parametrize("name", ["Owner", "OWNER", "owner"])
def test_to_iam_a_tag_of_the_learner_s_own_is_the_same_in_capitals(settings, name):
    """It refuses a role with `Owner` and `owner`."""
    iam = boto3.client("iam")
    own = [{"Key": name, "Value": "finance"}]
    iam.create_role(RoleName="course-cased-role", AssumeRolePolicyDocument=TRUST, Tags=own)
    there = {tag["Key"]: tag["Value"] for tag in iam.list_role_tags(RoleName="course-cased-role")["Tags"]}
    assert there == {"course": tags.COURSE, "lesson": LESSON, name: "finance"}
    assert course.clean_up(LESSON).done


def test_what_a_lesson_makes_is_found_and_removed_without_the_ledger(settings, ledger):
    queue = boto3.client("sqs").create_queue(QueueName="course-tagged")["QueueUrl"]
    topic = boto3.client("sns").create_topic(Name="course-tagged")["TopicArn"]
    arn = role("course-tagged-role", "states.amazonaws.com", "s3:ListBucket")
    made = machine("course-tagged", {"P": {"Type": "Pass", "End": True}}, arn)
    assert boto3.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"] == TAGS
    expected = {
        Resource("SQS queue", "course-tagged", LESSON),
        Resource("SNS topic", topic, LESSON),
        Resource("IAM role", "course-tagged-role", LESSON),
        Resource("state machine", made, LESSON),
    }
    ledger.forget()
    assert set(sweep(OWNER, LESSON).resources) == expected
    assert sweep("somebody-else").resources == ()
    assert {item.resource for item in course.left().items} >= expected
    done = course.clean_up(LESSON)
    assert done.done and {one.resource for one in done.removals} == expected
    assert course.clean_up(LESSON).removals == ()


SAGEMAKER = "arn:aws:states:::sagemaker:"


def makes(resource: str, **arguments: object) -> dict:
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True}


def test_a_definition_tags_what_its_states_make_wherever_they_stand():
    inner = {"StartAt": "A", "States": {"A": makes(f"{SAGEMAKER}createTrainingJob.sync", TrainingJobName="a")}}
    own = [{"Key": "course", "Value": "mine"}]
    definition = {
        "StartAt": "M",
        "States": {
            "M": {"Type": "Map", "ItemProcessor": inner, "Next": "P"},
            "P": {"Type": "Parallel", "Branches": [inner], "Next": "O"},
            "O": makes("arn:aws:states:::aws-sdk:sagemaker:createEndpoint", EndpointName="e", Tags=own),
            "Path": {"Type": "Task", "Resource": f"{SAGEMAKER}createModel", "Parameters": {"Tags.$": "$.t"}},
            "D": makes("arn:aws:states:::aws-sdk:sagemaker:describeEndpoint", EndpointName="e"),
            "U": makes(f"{SAGEMAKER}updateEndpoint", EndpointName="e"),
            "L": makes("arn:aws:states:::lambda:invoke", FunctionName="f"),
        },
    }
    states = json.loads(tags.tagged_definition(json.dumps(definition), {"course": "c", "lesson": "06"}))["States"]
    both = [{"Key": "course", "Value": "c"}, {"Key": "lesson", "Value": "06"}]
    assert states["M"]["ItemProcessor"]["States"]["A"]["Arguments"]["Tags"] == both
    assert states["P"]["Branches"][0]["States"]["A"]["Arguments"]["Tags"] == both
    assert states["O"]["Arguments"]["Tags"] == [*own, both[1]]
    assert {name: states[name] for name in ("Path", "D", "U", "L")} == {
        name: definition["States"][name] for name in ("Path", "D", "U", "L")
    }


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "null",
        '{"States": []}',
        '{"States": {"A": 1, "B": {"Resource": {}, "Branches": "x"}}}',
        '{"States": {"A": {"Resource": "arn:aws:states:::sagemaker:createModel", "Arguments": "{% $states.input %}"}}}',
        '{"States": {"A": {"Resource": "arn:aws:states:::sagemaker:createModel", "Arguments": {"Tags": "{% [] %}"}}}}',
        '{  "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}',
    ],
)
def test_a_definition_that_has_no_place_for_tags_stays_as_it_is(text):
    assert tags.tagged_definition(text, TAGS) == text


def test_learners_who_share_an_account_have_tags_of_their_own(settings, monkeypatch):
    assert tags.owner_in(settings.account, settings.region) == OWNER
    monkeypatch.setenv("COURSE_PREFIX", "ada")
    assert tags.owner_in(settings.account, settings.region) == "ada"


def test_bucket_and_role_of_the_whole_course_are_found_too(settings):
    found = {(one.kind, one.lesson) for one in sweep(OWNER).resources}
    assert {("S3 bucket", "course"), ("IAM role", "course")} <= found


def test_what_cannot_be_looked_for_is_said_and_nothing_is_raised(settings):
    def client(service):
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    found = sweep(OWNER, client=client)
    assert found.resources == () and len(found.faults) == 2 and "nowhere.example" in found.faults[0]
    done = cleaning.CleanUp((), found.faults)
    assert not done.done and "could not be looked for" in repr(done)


def test_one_kind_that_cannot_be_listed_keeps_no_other_from_being_found(settings, ledger):
    """A user may lack the right to list models, say; what ends endpoints stays as long as that is so."""
    ends = endpoint_ends.ensure_endpoint_ends(settings).rpartition("/")[2]
    arn = role("course-models-role", "sagemaker.amazonaws.com", "s3:ListBucket")
    container = {"Image": "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"}
    boto3.client("sagemaker").create_model(ModelName="course-model", PrimaryContainer=container, ExecutionRoleArn=arn)
    queue = boto3.client("sqs").create_queue(QueueName="course-beside")["QueueUrl"]
    ledger.forget()

    def refuse(**_):
        denied = {"Code": "AccessDeniedException", "Message": "not authorized to perform: sagemaker:ListModels"}
        raise ClientError({"Error": denied}, "ListModels")

    def client(service):
        made = boto3.client(service)
        made.meta.events.register("before-call.sagemaker.ListModels", refuse)
        return made

    found = sweep(OWNER, client=client)
    assert {"course-beside", ends} <= {one.name for one in found.resources}
    assert [fault[:60] for fault in found.faults] == ["Each SageMaker model of the course could not be looked for: "]
    done = cleaning.remove(ledger, list(found.resources), found.faults)
    stays = [one.resource.name for one in done.removals if one.reason]
    assert sorted(stays) == sorted([endpoint_ends.GROUP, ends]) and "an endpoint that nobody sees" in repr(done)
    assert "course-beside" not in "".join(boto3.client("sqs").list_queues().get("QueueUrls", []))
    assert queue
    # The bucket and the role of the whole course went, too.
    course.clean_up()
    course.start(LESSON)


def test_what_lost_the_tag_of_its_lesson_is_found_all_the_same(settings, ledger):
    """A learner may take it away in the console."""
    queue = boto3.client("sqs").create_queue(QueueName="course-less")["QueueUrl"]
    boto3.client("sqs").untag_queue(QueueUrl=queue, TagKeys=["lesson"])
    role("course-less-role", "states.amazonaws.com", "s3:ListBucket")
    boto3.client("iam").untag_role(RoleName="course-less-role", TagKeys=["lesson"])
    ledger.forget()
    found = sweep(OWNER)
    assert {Resource("SQS queue", "course-less"), Resource("IAM role", "course-less-role")} <= set(found.resources)
    assert course.clean_up().done
    course.start(LESSON)


def test_where_not_all_could_be_looked_for_nobody_says_that_nothing_is_left(settings, monkeypatch):
    def refuse(**_):
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    def renewed(*_, **__):
        session = new_session()
        session.events.register("before-call.resource-groups-tagging-api", refuse)
        return session

    monkeypatch.setattr(course.lesson, "new_session", renewed)
    left = course.left()
    assert not left.none and "Something may be left" in repr(left) and "nowhere.example" in repr(left)
    assert "Nothing is left" not in repr(left)


def test_one_that_cannot_go_keeps_no_other_from_going_and_is_told_how(settings, ledger, monkeypatch):
    def fails(name):
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    monkeypatch.setitem(cleaning._REMOVERS, "endpoint", fails)
    boto3.client("sqs").create_queue(QueueName="course-goes")
    stays = Resource("endpoint", "course-stays", LESSON)
    done = cleaning.remove(ledger, [stays, Resource("SQS queue", "course-goes", LESSON)])
    assert [(one.resource.kind, bool(one.reason)) for one in done.removals] == [
        ("endpoint", True),
        ("SQS queue", False),
    ]
    assert "aws sagemaker delete-endpoint --endpoint-name course-stays" in repr(done)


def test_what_ends_an_endpoint_stays_as_long_as_the_endpoint(settings, ledger, monkeypatch):
    ends = endpoint_ends.ensure_endpoint_ends(settings).rpartition("/")[2]
    course.keep_endpoint("course-stays", settings)

    def fails(name):
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    monkeypatch.setitem(cleaning._REMOVERS, "endpoint", fails)
    schedule = Resource("schedule", f"{endpoint_ends.GROUP}/course-stays", LESSON)
    group, role_ = Resource("schedule group", endpoint_ends.GROUP, "course"), Resource("IAM role", ends, "course")
    endpoint = Resource("endpoint", "course-stays", LESSON)
    done = cleaning.remove(ledger, [schedule, group, role_, endpoint])
    assert [bool(one.reason) for one in done.removals] == [True] * 4
    assert "It stays as long as an endpoint is left" in repr(done)
    assert boto3.client("scheduler").get_schedule(GroupName=endpoint_ends.GROUP, Name="course-stays")
    monkeypatch.undo()
    assert cleaning.remove(ledger, [schedule, group, role_, endpoint]).done


EXPIRED = {"Error": {"Code": "ExpiredToken", "Message": "The security token included in the request is expired"}}


def test_a_session_that_expires_in_the_middle_is_said_and_another_computer_goes_on(settings, ledger):
    """Nothing is raised, all that stays is named; run anew without the ledger, the rest is found by its tags."""
    boto3.client("sqs").create_queue(QueueName="course-first")
    topic = boto3.client("sns").create_topic(Name="course-later")["TopicArn"]
    arn = role("course-later-role", "states.amazonaws.com", "s3:ListBucket")
    made = machine("course-later", {"P": {"Type": "Pass", "End": True}}, arn)
    expired: list[str] = []

    def expires(params, model, **_):
        if model.name == "DeleteQueue":
            expired.append(model.name)
        elif expired:
            raise ClientError(EXPIRED, model.name)

    session = boto3.DEFAULT_SESSION
    session.events.register("before-call", expires)
    done = cleaning.remove(ledger, ledger.resources(LESSON))
    session.events.unregister("before-call", expires)
    stays = {(one.resource.kind, one.resource.name) for one in done.removals if one.reason}
    assert stays == {("SNS topic", topic), ("IAM role", "course-later-role")}
    assert repr(done).count("The security token included in the request is expired") == 2
    assert f"By hand: aws sns delete-topic --topic-arn {topic}" in repr(done)
    assert "2 of 4 could not be removed; run the clean-up again." in repr(done)
    assert {one.resource.name for one in done.removals} - {name for _, name in stays} == {"course-first", made}
    ledger.forget()
    again = course.clean_up(LESSON)
    assert again.done and {(one.resource.kind, one.resource.name) for one in again.removals} == stays
