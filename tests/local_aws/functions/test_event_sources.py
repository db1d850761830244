"""Event source mappings: a queue's messages reach the function, and what failed comes back."""

from __future__ import annotations

import itertools
import json
import secrets

import pytest

from local_aws.functions.event_sources.poller import failures
from tests.local_aws.functions.functions_support import Lambda
from tests.refusals import refusal

ACCOUNT = "123456789012"
READS = "service-role/AWSLambdaSQSQueueExecutionRole"
TELL = """
import json
def handler(event, context):
    print("BATCH", json.dumps([record["body"] for record in event["Records"]]))
    print("RECORD", json.dumps(event["Records"][0]))
"""
REPORT = """
import json
def handler(event, context):
    bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    print("BATCH", json.dumps([record["body"] for record in event["Records"]]))
    return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
"""


@pytest.fixture
def functions(aws):
    return Lambda(aws)


@pytest.fixture
def role(aws):
    return aws.role("lambda.amazonaws.com", managed=(READS,))


class Queue:
    """A queue with a short memory of who has seen a message."""

    def __init__(self, aws, visibility: int = 3, **attributes: str):
        self.client, name = aws.client("sqs"), f"queue-{secrets.token_hex(4)}"
        attributes = {"VisibilityTimeout": str(visibility), **attributes}
        self.url = self.client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.client.send_message(QueueUrl=self.url, MessageBody=body)

    def left(self) -> int:
        """How many messages there are, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in found.values())


@pytest.fixture
def queue(aws):
    return Queue(aws)


def mapped(functions, queue, name: str, wait_until, **options) -> str:
    """Map a queue to a function, and wait until it is read; gives the mapping's id."""
    made = functions.client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=name, **options)
    assert made["State"] == "Creating"
    wait_until(lambda: functions.client.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled")
    return made["UUID"]


def batches(functions, name: str) -> list[list[str]]:
    lines = [line for line in functions.log(name) if "BATCH" in line]
    return [json.loads(line.partition("BATCH ")[2]) for line in lines]


def bodies(functions, name: str) -> list[str]:
    return list(itertools.chain(*batches(functions, name)))


@pytest.mark.slow
def test_messages_arrive_in_batches_and_leave_the_queue(functions, queue, role, wait_until):
    name = functions.create(TELL, Role=role)
    queue.send(*"abc")
    mapped(functions, queue, name, wait_until, BatchSize=2)
    wait_until(lambda: sorted(bodies(functions, name)) == ["a", "b", "c"])
    assert max(map(len, batches(functions, name))) <= 2
    wait_until(lambda: queue.left() == 0)
    line = next(line for line in functions.log(name) if "RECORD" in line)
    record = json.loads(line.partition("RECORD ")[2])
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", queue.arn, "us-east-1")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record.keys() >= {"messageId", "receiptHandle", "body", "messageAttributes", "md5OfBody"}


def test_a_window_gathers_what_comes_one_by_one(functions, queue, role, wait_until):
    """Five minutes of the clock are half a second here."""
    name = functions.create(TELL, Role=role)
    mapped(functions, queue, name, wait_until, BatchSize=100, MaximumBatchingWindowInSeconds=300)
    queue.send(*"abcdef")
    wait_until(lambda: queue.left() == 0)
    wait_until(lambda: len(bodies(functions, name)) == 6)
    assert len(batches(functions, name)) < 6


@pytest.mark.slow
def test_a_batch_that_fails_comes_back_whole(functions, aws, role, wait_until):
    queue = Queue(aws)
    name = functions.create(
        TELL + '    if event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "1": 1 / 0', Role=role
    )
    mapped(functions, queue, name, wait_until)
    queue.send("a")
    wait_until(lambda: batches(functions, name) == [["a"], ["a"]])
    wait_until(lambda: queue.left() == 0)


@pytest.mark.slow
def test_only_what_is_reported_comes_back(functions, aws, role, wait_until):
    dead = Queue(aws)
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": "2"})
    queue = Queue(aws, RedrivePolicy=policy)
    name = functions.create(REPORT, Role=role)
    mapped(functions, queue, name, wait_until, FunctionResponseTypes=["ReportBatchItemFailures"])
    queue.send("good", "bad", "fine")
    wait_until(lambda: dead.left() == 1 and queue.left() == 0)
    seen = bodies(functions, name)
    assert (seen.count("good"), seen.count("fine"), seen.count("bad")) == (1, 1, 2)


def test_a_filter_throws_away_what_is_not_wanted(functions, queue, role, wait_until):
    name = functions.create(TELL, Role=role)
    pattern = json.dumps({"body": {"price": [{"numeric": [">", 10]}]}})
    mapped(functions, queue, name, wait_until, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    queue.send('{"price": 5}', '{"price": 11}', "no JSON")
    wait_until(lambda: queue.left() == 0)
    wait_until(lambda: batches(functions, name) == [['{"price": 11}']])


def test_a_mapping_is_changed_and_deleted(functions, queue, role, wait_until):
    client, name = functions.client, functions.create(TELL, Role=role)
    tags = {"a": "1", "b": "2"}
    id_ = mapped(functions, queue, name, wait_until, ScalingConfig={"MaximumConcurrency": 2}, Tags=tags)
    arn = client.get_event_source_mapping(UUID=id_)["EventSourceMappingArn"]
    assert client.list_tags(Resource=arn)["Tags"] == tags
    client.tag_resource(Resource=arn, Tags={"c": "3"})
    client.untag_resource(Resource=arn, TagKeys=["a"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2", "c": "3"}
    found = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert [(one["UUID"], one["BatchSize"], one["ScalingConfig"]) for one in found] == [
        (id_, 10, {"MaximumConcurrency": 2})
    ]
    assert found[0]["FunctionArn"] == f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    assert client.update_event_source_mapping(UUID=id_, Enabled=False)["State"] == "Disabling"
    wait_until(lambda: client.get_event_source_mapping(UUID=id_)["State"] == "Disabled")
    queue.send("a")
    assert client.update_event_source_mapping(UUID=id_, BatchSize=5, Enabled=True)["BatchSize"] == 5
    wait_until(lambda: batches(functions, name) == [["a"]])
    wait_until(lambda: client.get_event_source_mapping(UUID=id_)["State"] == "Enabled")
    assert client.delete_event_source_mapping(UUID=id_)["State"] == "Deleting"
    wait_until(lambda: client.list_event_source_mappings(EventSourceArn=queue.arn)["EventSourceMappings"] == [])
    assert refusal(client.get_event_source_mapping, UUID=id_) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )


def test_what_cannot_be_mapped_is_refused(functions, aws, queue, role, wait_until):
    create = functions.client.create_event_source_mapping
    weak, name = functions.create(TELL), functions.create(TELL, Role=role)
    asked = {"EventSourceArn": queue.arn, "FunctionName": name}
    assert refusal(create, **asked | {"FunctionName": weak}) == (
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call ReceiveMessage on SQS",
    )
    hasty = Queue(aws, visibility=2)
    assert refusal(create, **asked | {"EventSourceArn": hasty.arn}) == (
        "InvalidParameterValueException",
        "Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds",
    )
    assert refusal(create, **asked, BatchSize=11) == (
        "InvalidParameterValueException",
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    )
    assert refusal(create, **asked, FilterCriteria={"Filters": [{"Pattern": '{"body": "x"}'}]}) == (
        "InvalidParameterValueException",
        "Invalid filter pattern definition.",
    )
    assert (
        "AWS.SimpleQueueService.NonExistentQueue" in refusal(create, **asked | {"EventSourceArn": f"{queue.arn}x"})[1]
    )
    code, message = refusal(create, **asked | {"EventSourceArn": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s"})
    assert code == "NotImplemented" and "stream/s" in message
    assert refusal(create, **asked, StartingPosition="LATEST") == (
        "InvalidParameterValueException",
        "Unsupported StartingPosition parameter for given event source mapping type.",
    )
    assert refusal(create, **asked | {"FunctionName": "none"})[0] == "ResourceNotFoundException"
    id_ = mapped(functions, queue, name, wait_until)
    assert refusal(create, **asked) == (
        "ResourceConflictException",
        f'An event source mapping with SQS arn (" {queue.arn} ") and function (" {name} ") already exists. '
        f"Please update or delete the existing mapping with UUID {id_}",
    )


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (b"", set()),
        (b"null", set()),
        (b"{}", set()),
        (b'{"statusCode": 200}', set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        (b'"done"', None),
        (b"[]", None),
        (b"{", None),
        (b'{"batchItemFailures": "a"}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', None),
        (b'{"batchItemFailures": [{"id": "a"}]}', None),
    ],
)
def test_what_a_function_reports(answer, failed):
    """None stands for a batch of which all has failed, as the developer guide has it."""
    assert failures(answer) == failed
