"""Rules that match, and targets that are really called."""

from __future__ import annotations

import json
import secrets

import pytest

from tests.local_aws.eventbridge.eventbridge_support import ACCOUNT, Inbox
from tests.local_aws.functions.functions_support import Lambda
from tests.refusals import refusal

ECHO = "import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n    return event\n"


def test_an_event_reaches_the_targets_of_the_rules_that_match_and_no_other(bridge, inbox, aws):
    other = Inbox(aws)
    source = f"shop-{secrets.token_hex(4)}"
    bridge.rule({"source": [source], "detail": {"price": [{"numeric": [">", 10]}]}}, {"Arn": inbox.arn})
    bridge.rule({"source": [source], "detail-type": ["refund"]}, {"Arn": other.arn})
    bridge.put(source, {"price": 5})
    id_ = bridge.put(source, {"price": 11}, Resources=["arn:a"])
    (event,) = inbox.wait(1)
    assert event == {
        "version": "0",
        "id": id_,
        "detail-type": "test",
        "source": source,
        "account": ACCOUNT,
        "time": event["time"],
        "region": "us-east-1",
        "resources": ["arn:a"],
        "detail": {"price": 11},
    }
    assert other.look() == []


def test_a_disabled_rule_rests_until_it_is_enabled(bridge, inbox):
    source = f"s-{secrets.token_hex(4)}"
    name = bridge.rule({"source": [source]}, {"Arn": inbox.arn}, State="DISABLED")
    bridge.put(source, {"n": 1})
    bridge.client.enable_rule(Name=name)
    bridge.put(source, {"n": 2})
    assert [event["detail"]["n"] for event in inbox.wait(1)] == [2]
    assert bridge.client.describe_rule(Name=name)["State"] == "ENABLED"


@pytest.mark.slow
def test_a_function_is_called_where_its_policy_lets_the_rule(bridge, aws, wait_until):
    functions = Lambda(aws)
    name, source = functions.create(ECHO), f"s-{secrets.token_hex(4)}"
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    letters = Inbox(aws)
    rule = bridge.rule({"source": [source]}, {"Arn": arn, "DeadLetterConfig": {"Arn": letters.arn}})
    bridge.put(source, {"n": 1})
    assert letters.wait(1)[0]["detail"] == {"n": 1}
    attributes = {key: value["StringValue"] for key, value in letters.messages[0]["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert attributes["RULE_ARN"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{rule}"
    assert (attributes["TARGET_ARN"], attributes["RETRY_ATTEMPTS"]) == (arn, "0")
    functions.client.add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=attributes["RULE_ARN"],
    )
    bridge.put(source, {"n": 2})
    wait_until(lambda: [line for line in functions.log(name) if "GOT" in line and '"n": 2' in line])


def test_an_execution_is_started_under_the_role_of_the_target(bridge, workflows, aws, wait_until):
    machine = workflows.create({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    source, sfn = f"s-{secrets.token_hex(4)}", aws.client("stepfunctions")
    start = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine}
    role = aws.role("events.amazonaws.com", start)
    target = {"Arn": machine, "RoleArn": role, "InputPath": "$.detail"}
    bridge.rule({"source": [source]}, target)
    bridge.put(source, {"n": 1})
    found = wait_until(lambda: sfn.list_executions(stateMachineArn=machine)["executions"])
    described = sfn.describe_execution(executionArn=found[0]["executionArn"])
    assert json.loads(described["input"]) == {"n": 1}
    assert refusal(bridge.client.put_targets, Rule=bridge.rule({"a": [1]}), Targets=[{"Id": "x", "Arn": machine}]) == (
        "ValidationException",
        f"RoleArn is required for target {machine}.",
    )


def test_a_topic_and_a_log_group_are_told(bridge, aws, inbox, wait_until):
    sns, logs, source = aws.client("sns"), aws.client("logs"), f"s-{secrets.token_hex(4)}"
    topic = sns.create_topic(Name=source)["TopicArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Resource": topic}]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn, Attributes={"RawMessageDelivery": "true"})
    group = f"/aws/events/{source}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    may = {"Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}}
    may |= {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{arn}:*"}
    logs.put_resource_policy(
        policyName=source, policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    bridge.rule({"source": [source]}, {"Arn": topic, "Input": '{"x": 1}'}, {"Arn": arn})
    bridge.put(source, {"n": 1})
    assert inbox.wait(1) == [{"x": 1}]
    told = wait_until(lambda: logs.filter_log_events(logGroupName=group)["events"])
    assert json.loads(told[0]["message"])["detail"] == {"n": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("input_", "text"),
    [
        ({"Input": '{"a": 1}'}, '{"a": 1}'),
        ({"InputPath": "$.detail.list[1]"}, '"b"'),
        ({"InputPath": "$.detail.none"}, "null"),
        ({"InputPath": "$.detail.list"}, '["a","b"]'),
        ({"InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"got": <n>}'}}, '{"got": 5}'),
        (
            {"InputTransformer": {"InputPathsMap": {"s": "$.detail.s"}, "InputTemplate": '{"got": <s>, "t": "a <s>"}'}},
            '{"got": "x \\"y\\"", "t": "a x \\"y\\""}',
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"l": "$.detail.list"}, "InputTemplate": '"the list <l>"'}},
            '"the list [a,b]"',
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<aws.events.rule-name>"'}},
            '"{rule}"',
        ),
    ],
)
def test_what_a_target_gets(bridge, inbox, input_, text):
    source = f"s-{secrets.token_hex(4)}"
    name = bridge.rule({"source": [source]}, {"Arn": inbox.arn, **input_})
    bridge.put(source, {"n": 5, "s": 'x "y"', "list": ["a", "b"]})
    inbox.wait(1)
    assert inbox.messages[0]["Body"] == text.replace("{rule}", name)


def test_a_bus_of_ones_own_has_its_own_rules_and_gets_what_a_rule_forwards(bridge, aws, inbox):
    bus = f"bus-{secrets.token_hex(4)}"
    arn = bridge.client.create_event_bus(Name=bus)["EventBusArn"]
    assert arn == f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}"
    source = f"s-{secrets.token_hex(4)}"
    rule = bridge.rule({"source": [source]}, {"Arn": inbox.arn}, EventBusName=bus)
    assert bridge.client.describe_rule(Name=rule, EventBusName=bus)["Arn"].endswith(f":rule/{bus}/{rule}")
    bridge.put(source, {"n": 1})
    bridge.put(source, {"n": 2}, EventBusName=bus)
    bridge.put(source, {"n": 3}, EventBusName=arn)
    assert [event["detail"]["n"] for event in inbox.wait(2)] in ([2, 3], [3, 2])
    role = aws.role("events.amazonaws.com", {"Effect": "Allow", "Action": "events:PutEvents", "Resource": arn})
    bridge.rule({"source": [source]}, {"Arn": arn, "RoleArn": role})
    bridge.put(source, {"n": 4})
    assert inbox.wait(3)[2]["detail"] == {"n": 4}
    assert refusal(bridge.client.delete_event_bus, Name=bus)[0] == "ValidationException"


def test_a_scheduled_rule_fires_on_the_clock(bridge, inbox):
    name = bridge.rule(None, {"Arn": inbox.arn}, ScheduleExpression="rate(5 minutes)")
    first, second = inbox.wait(2)[:2]
    bridge.client.disable_rule(Name=name)
    assert (first["source"], first["detail-type"], first["detail"]) == ("aws.events", "Scheduled Event", {})
    assert first["resources"] == [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}"]
    minutes = [int(event["time"][14:16]) for event in (first, second)]
    assert (minutes[1] - minutes[0]) % 60 == 5


def test_a_failing_target_is_tried_again_and_then_goes_to_the_dead_letters(bridge, aws, inbox):
    """A function at its limit refuses for a while; there a policy of few attempts ends."""
    functions = Lambda(aws)
    name, source = functions.create(ECHO), f"s-{secrets.token_hex(4)}"
    functions.client.delete_function(FunctionName=name)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    role = aws.role("events.amazonaws.com", {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})
    bridge.rule({"source": [source]}, {"Arn": arn, "RoleArn": role, "DeadLetterConfig": {"Arn": inbox.arn}})
    bridge.put(source, {"n": 1})
    inbox.wait(1)
    assert inbox.messages[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


# ---- what is refused ---------------------------------------------------------------------------------


def test_a_rule_needs_a_pattern_or_a_schedule_that_is_one(bridge):
    put = bridge.client.put_rule
    assert refusal(put, Name="x") == (
        "ValidationException",
        "Parameter(s) EventPattern or ScheduleExpression must be specified.",
    )
    code, message = refusal(put, Name="x", EventPattern='{"source":"a"}')
    assert code == "InvalidEventPatternException"
    assert message.startswith('Event pattern is not valid. Reason: "source" must be an object or an array')
    for text in ("rate(1 minutes)", "cron(0 12 * * *)", "at(2030-01-01T00:00:00)", "x"):
        assert refusal(put, Name="x", ScheduleExpression=text) == (
            "ValidationException",
            "Parameter ScheduleExpression is not valid.",
        )
    bus = f"bus-{secrets.token_hex(4)}"
    bridge.client.create_event_bus(Name=bus)
    assert refusal(put, Name="x", ScheduleExpression="rate(1 minute)", EventBusName=bus) == (
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
    )
    assert refusal(put, Name="x", EventPattern='{"a":[1]}', EventBusName="none") == (
        "ResourceNotFoundException",
        "Event bus none does not exist.",
    )


def test_what_is_not_there_says_so(bridge, inbox):
    client = bridge.client
    assert refusal(client.describe_rule, Name="none") == (
        "ResourceNotFoundException",
        "Rule none does not exist on EventBus default.",
    )
    name = bridge.rule({"a": [1]}, {"Arn": inbox.arn})
    assert refusal(client.delete_rule, Name=name) == (
        "ValidationException",
        "Rule can't be deleted since it has targets.",
    )
    code, message = refusal(client.put_targets, Rule=name, Targets=[{"Id": "k", "Arn": "arn:aws:kinesis:::stream/x"}])
    assert code == "NotImplemented" and "arn:aws:kinesis" in message
    assert refusal(client.create_archive, ArchiveName="a", EventSourceArn="arn:aws:events:us-east-1:1:event-bus/x")[
        0
    ] == ("NotImplemented")
    bridge.remove(name)
    assert name not in [rule["Name"] for rule in client.list_rules()["Rules"]]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": "queue"}, "Parameter queue is not valid. Reason: Provided Arn is not in correct format."),
        ({"Input": "{x"}, "JSON syntax error in input for target t."),
        (
            {"Input": "1", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<x>"'}},
            "InputTemplate for target t contains invalid placeholder x.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<aws.events.event.json>"'}},
            "InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template.",
        ),
        (
            {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo"},
            "Parameter(s) SqsParameters must be specified for target: t.",
        ),
    ],
)
def test_a_target_that_can_be_seen_to_be_wrong_is_refused(bridge, target, message):
    name, arn = bridge.rule({"a": [1]}), f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    asked = {"Rule": name, "Targets": [{"Id": "t", "Arn": arn, **target}]}
    assert refusal(bridge.client.put_targets, **asked) == ("ValidationException", message)


def test_a_rule_has_five_targets_at_most(bridge, inbox):
    name = bridge.rule({"a": [1]}, *[{"Arn": inbox.arn}] * 5)
    assert refusal(bridge.client.put_targets, Rule=name, Targets=[{"Id": "six", "Arn": inbox.arn}]) == (
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )


def test_rights_are_judged_by_rule_and_by_bus(aws, inbox):
    allowed = {"Effect": "Allow", "Action": ["events:PutRule"], "Resource": "arn:aws:events:*:*:rule/mine-*"}
    events = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/d*",
    }
    role = aws.role("lambda.amazonaws.com", allowed, events)
    client = aws.client("events", role_arn=role)
    client.put_rule(Name="mine-1", EventPattern='{"a":[1]}')
    code, message = refusal(client.put_rule, Name="yours", EventPattern='{"a":[1]}')
    assert code == "AccessDeniedException"
    assert f"events:PutRule on resource: arn:aws:events:us-east-1:{ACCOUNT}:rule/yours" in message
    entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    assert client.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert refusal(client.put_events, Entries=[entry, entry | {"EventBusName": "own"}])[0] == "AccessDeniedException"


def test_put_events_answers_entry_by_entry(bridge):
    good = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    entries = [
        good,
        {"DetailType": "t", "Detail": "{}"},
        {"Source": "s", "Detail": "{}"},
        {"Source": "s", "DetailType": "t"},
        good | {"Detail": "[1]"},
        good | {"Detail": "{"},
        good | {"Source": "aws.s3"},
    ]
    answer = bridge.client.put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 6
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        *["InvalidArgument"] * 3,
        *["MalformedDetail"] * 2,
        "NotAuthorizedForSourceException",
    ]
    assert (
        answer["Entries"][1]["ErrorMessage"] == "Parameter Source is not valid. Reason: Source is a required argument."
    )
    large = good | {"Detail": json.dumps({"x": "y" * 1_048_576})}
    assert refusal(bridge.client.put_events, Entries=[large]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )
    assert refusal(bridge.client.put_events, Entries=[good] * 11)[0] == "ValidationException"


def test_a_pattern_is_tried_on_an_event(bridge):
    event = {"id": "1", "account": "1", "source": "a", "time": "t", "region": "r", "resources": [], "detail-type": "d"}
    client = bridge.client
    assert client.test_event_pattern(EventPattern='{"source":["a"]}', Event=json.dumps(event))["Result"] is True
    assert client.test_event_pattern(EventPattern='{"source":["b"]}', Event=json.dumps(event))["Result"] is False
    for wrong in ("x", "[]", json.dumps({"source": "a"})):
        assert refusal(client.test_event_pattern, EventPattern='{"source":["a"]}', Event=wrong) == (
            "ValidationException",
            "Parameter Event is not valid.",
        )
