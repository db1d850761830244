"""EventBridge Scheduler: schedules that call their targets under a role of their own."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.eventbridge.eventbridge_support import ACCOUNT, Inbox

OFF = {"Mode": "OFF"}
SENDS = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}


@pytest.fixture
def client(aws):
    return aws.client("scheduler")


@pytest.fixture
def inbox(aws):
    return Inbox(aws, open_=False)


@pytest.fixture
def role(aws):
    return aws.role("scheduler.amazonaws.com", SENDS)


def name() -> str:
    return f"schedule-{secrets.token_hex(4)}"


def in_minutes(minutes: float) -> str:
    return f"at({datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S})"


def refusal(operation, **params) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        operation(**params)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_single_time_comes_once_and_its_schedule_goes(client, inbox, role, wait_until):
    """Three minutes of the clock are less than a second here."""
    target = {"Arn": inbox.arn, "RoleArn": role, "Input": '{"at": "<aws.scheduler.scheduled-time>"}'}
    kept, gone, moment = name(), name(), in_minutes(3)
    asked = {"ScheduleExpression": moment, "FlexibleTimeWindow": OFF, "Target": target}
    arn = client.create_schedule(Name=kept, **asked)["ScheduleArn"]
    assert arn == f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/{kept}"
    client.create_schedule(Name=gone, ActionAfterCompletion="DELETE", **asked)
    bodies = inbox.wait(2)
    assert bodies == [{"at": f"{moment[3:-1]}Z"}] * 2
    wait_until(lambda: gone not in [one["Name"] for one in client.list_schedules()["Schedules"]])
    found = client.get_schedule(Name=kept)
    assert (found["State"], found["ScheduleExpressionTimezone"], found["ActionAfterCompletion"]) == (
        "ENABLED",
        "UTC",
        "NONE",
    )
    client.delete_schedule(Name=kept)
    assert refusal(client.get_schedule, Name=kept) == (
        "ResourceNotFoundException",
        f"Schedule {kept} does not exist.",
    )


@pytest.mark.slow
def test_a_rate_comes_again_until_it_is_disabled_or_ends(client, inbox, role):
    one, asked = name(), {"FlexibleTimeWindow": OFF, "Target": {"Arn": inbox.arn, "RoleArn": role, "Input": "1"}}
    client.create_schedule(Name=one, ScheduleExpression="rate(5 minutes)", **asked)
    inbox.wait(2)
    client.update_schedule(Name=one, ScheduleExpression="rate(5 minutes)", State="DISABLED", **asked)
    assert client.get_schedule(Name=one)["State"] == "DISABLED"
    client.delete_schedule(Name=one)


def test_any_operation_can_be_a_target(aws, client, role, wait_until):
    ssm, parameter = aws.client("ssm"), f"/p/{secrets.token_hex(4)}"
    may = aws.role("scheduler.amazonaws.com", {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "*"})
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter",
        "RoleArn": may,
        "Input": json.dumps({"Name": parameter, "Value": "set by a schedule", "Type": "String"}),
    }
    client.create_schedule(
        Name=name(),
        ScheduleExpression=in_minutes(2),
        FlexibleTimeWindow=OFF,
        Target=target,
        ActionAfterCompletion="DELETE",
    )

    def value():
        try:
            return ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None

    assert wait_until(value) == "set by a schedule"


def test_a_state_machine_is_started(aws, client, inbox, wait_until):
    states = aws.client("stepfunctions")
    does = aws.role("states.amazonaws.com", SENDS)
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    machine = states.create_state_machine(name=name(), definition=definition, roleArn=does)["stateMachineArn"]
    may = aws.role(
        "scheduler.amazonaws.com", {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine}
    )
    target = {"Arn": machine, "RoleArn": may, "Input": '{"by": "<aws.scheduler.schedule-arn>"}'}
    arn = client.create_schedule(Name=name(), ScheduleExpression=in_minutes(2), FlexibleTimeWindow=OFF, Target=target)[
        "ScheduleArn"
    ]
    ran = wait_until(lambda: states.list_executions(stateMachineArn=machine)["executions"])[0]
    found = states.describe_execution(executionArn=ran["executionArn"])
    assert json.loads(found["input"]) == {"by": arn}


@pytest.mark.parametrize("path", ["%2F..%2F", "%2Fx%2F", "%252F", "%2f"])
def test_what_is_judged_of_an_arn_in_a_path_is_what_is_done(aws, client, path):
    """Slashes in an ARN are part of it: no other group is meant than the one that a policy is asked about."""
    group = name()
    arn = client.create_schedule_group(Name=group, Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
    strange = arn.replace(f"/{group}", f"{path.replace('%2F', '/').replace('%252F', '%2F')}{group}")
    assert refusal(client.list_tags_for_resource, ResourceArn=strange)[0] in ("ValidationException", "InvalidURI")


def test_what_the_role_may_not_goes_to_the_dead_letters(aws, client, inbox, role):
    other = Inbox(aws, open_=False)
    may = aws.role("scheduler.amazonaws.com", SENDS | {"Resource": inbox.arn})
    target = {"Arn": other.arn, "RoleArn": may, "Input": '{"n": 1}', "DeadLetterConfig": {"Arn": inbox.arn}}
    client.create_schedule(Name=name(), ScheduleExpression=in_minutes(2), FlexibleTimeWindow=OFF, Target=target)
    assert inbox.wait(1) == [{"n": 1}]
    attributes = inbox.messages[0]["MessageAttributes"]
    assert attributes["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert attributes["TARGET_ARN"]["StringValue"] == other.arn


def test_groups_have_schedules_and_tags(client, inbox, role):
    group, one = name(), name()
    arn = client.create_schedule_group(Name=group, Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    target = {"Arn": inbox.arn, "RoleArn": role}
    asked = {"ScheduleExpression": "cron(0 9 * * ? *)", "FlexibleTimeWindow": OFF, "Target": target}
    client.create_schedule(Name=one, GroupName=group, ScheduleExpressionTimezone="Europe/Berlin", **asked)
    assert [found["Name"] for found in client.list_schedules(GroupName=group)["Schedules"]] == [one]
    assert refusal(client.create_schedule, Name=one, GroupName=group, **asked) == (
        "ConflictException",
        f"Schedule {one} already exists.",
    )
    client.delete_schedule_group(Name=group)
    assert refusal(client.get_schedule, Name=one, GroupName=group)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ScheduleExpression": "rate(1 minutes)"}, "Invalid Schedule Expression rate(1 minutes)."),
        ({"ScheduleExpression": "cron(0 9 * * * *)"}, "Invalid Schedule Expression cron(0 9 * * * *)."),
        ({"ScheduleExpression": "at(2020-01-01T00:00:00)"}, "Invalid Schedule Expression at(2020-01-01T00:00:00)."),
        ({"ScheduleExpression": "in an hour"}, "Invalid Schedule Expression in an hour."),
        ({"ScheduleExpression": "rate(0 minutes)"}, "Invalid Schedule Expression rate(0 minutes)."),
        (
            {"StartDate": datetime(2020, 1, 1, tzinfo=UTC)},
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Invalid Schedule Expression Timezone Mars/Olympus."),
    ],
)
def test_a_schedule_that_is_none_is_refused(client, inbox, role, changed, message):
    asked = {
        "Name": name(),
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": inbox.arn, "RoleArn": role},
    }
    assert refusal(client.create_schedule, **asked | changed) == ("ValidationException", message)


def test_the_same_request_again_makes_nothing_new(client, inbox, role):
    group = {"Name": name(), "ClientToken": secrets.token_hex(16)}
    arn = client.create_schedule_group(**group)["ScheduleGroupArn"]
    assert client.create_schedule_group(**group)["ScheduleGroupArn"] == arn
    asked = {
        "Name": name(),
        "GroupName": group["Name"],
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
        "Target": {"Arn": inbox.arn, "RoleArn": role},
    }
    arn = client.create_schedule(**asked, ClientToken=group["ClientToken"])["ScheduleArn"]
    assert client.create_schedule(**asked, ClientToken=group["ClientToken"])["ScheduleArn"] == arn
    assert refusal(client.create_schedule, **asked)[0] == "ConflictException"
    assert refusal(client.create_schedule_group, Name=group["Name"])[0] == "ConflictException"


def test_a_target_has_to_be_there_and_its_role_to_trust_scheduler(aws, client, inbox, role):
    asked = {"Name": name(), "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF}
    stranger = aws.role("lambda.amazonaws.com", SENDS)
    assert refusal(client.create_schedule, **asked, Target={"Arn": inbox.arn, "RoleArn": stranger}) == (
        "ValidationException",
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    )
    for arn in ("arn:aws:scheduler:::aws-sdk:s3:getObject", "arn:aws:scheduler:::aws-sdk:none:doThing"):
        code, message = refusal(client.create_schedule, **asked, Target={"Arn": arn, "RoleArn": role})
        assert code == "ValidationException" and arn in message
    for operation in ("ec2:terminateInstances", "lambda:createCapacityProvider"):
        away = f"arn:aws:scheduler:::aws-sdk:{operation}"
        code, message = refusal(client.create_schedule, **asked, Target={"Arn": away, "RoleArn": role})
        assert code == "NotImplemented" and away in message
    ecs = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c"
    code, message = refusal(client.create_schedule, **asked, Target={"Arn": ecs, "RoleArn": role})
    assert code == "NotImplemented" and ecs in message
