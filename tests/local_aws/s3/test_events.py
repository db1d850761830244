"""Bucket notifications: which are accepted, what sets them off, and what arrives."""

from __future__ import annotations

import concurrent.futures
import json
import secrets
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import Lambda

ACCOUNT = "123456789012"
OVERLAP = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
    "if the prefixes are overlapping for the same event type."
)


class Queue:
    """A queue that S3 may send to, and what has arrived in it."""

    def __init__(self, aws):
        self._sqs, name = aws.client("sqs"), f"queue-{secrets.token_hex(4)}"
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Resource": self.arn}]})
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        self.messages: list[dict] = []

    def _receive(self) -> None:
        for message in self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            self.messages.append(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def records(self) -> list[dict]:
        """The records of all events so far, in the order of their sequencers, then of arrival."""
        self._receive()
        found = [record for message in self.messages for record in message.get("Records", [])]
        return sorted(found, key=lambda record: record["s3"]["object"].get("sequencer", ""))

    def rule(self, *events: str, **more) -> dict:
        return {"QueueConfigurations": [{"QueueArn": self.arn, "Events": list(events)} | more]}


@pytest.fixture
def queue(aws):
    return Queue(aws)


@pytest.fixture
def bucket(aws, queue):
    """A bucket that tells the queue of everything."""
    name = aws.bucket()
    rule = queue.rule("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put", Id="all")
    put(aws, name, rule)
    return name


def put(aws, bucket: str, configuration: dict, **more) -> None:
    aws.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configuration, **more
    )


def filtered(**values: str) -> dict:
    rules = [{"Name": name, "Value": value} for name, value in values.items()]
    return {"Filter": {"Key": {"FilterRules": rules}}}


def refusal(aws, bucket: str, configuration: dict) -> dict:
    with pytest.raises(ClientError) as refused:
        put(aws, bucket, configuration)
    return refused.value.response["Error"]


def names(queue: Queue) -> list[str]:
    return [record["eventName"] for record in queue.records()]


# ---- what arrives ------------------------------------------------------------------------------------


def test_record_of_a_put(aws, queue, bucket, wait_until):
    aws.client("s3").put_object(Bucket=bucket, Key="incoming/red flower+ü@.jpg", Body=b"123456789")
    record = wait_until(queue.records)[0]
    moment = datetime.strptime(record.pop("eventTime"), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert set(record.pop("responseElements")) == {"x-amz-request-id", "x-amz-id-2"}
    described = record["s3"].pop("object")
    assert int(described.pop("sequencer"), 16) > 0
    assert described == {
        "key": "incoming/red+flower%2B%C3%BC%40.jpg",
        "size": 9,
        "eTag": "25f9e794323b453885f5181f1b624d0b",  # MD5 of 123456789
    }
    assert unquote_plus("incoming/red+flower%2B%C3%BC%40.jpg") == "incoming/red flower+ü@.jpg"
    assert record["s3"]["bucket"]["ownerIdentity"].keys() == {"principalId"}
    del record["s3"]["bucket"]["ownerIdentity"]
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDALOCALAWSADMIN000"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "all",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
        },
    }


def test_the_caller_is_named(aws, queue, bucket, wait_until):
    role = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    aws.client("s3", role).put_object(Bucket=bucket, Key="k", Body=b"")
    who = wait_until(queue.records)[0]["userIdentity"]["principalId"]
    assert (who.startswith("AWS:AROA"), who.endswith(":test")) == (True, True)


def test_every_way_to_make_and_remove_an_object(aws, queue, bucket, wait_until, tmp_path):
    s3 = aws.client("s3")
    large = tmp_path / "large"
    large.write_bytes(bytes(9 << 20))
    s3.put_object(Bucket=bucket, Key="a", Body=b"one")
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
    s3.upload_file(str(large), bucket, "c")
    post = s3.generate_presigned_post(bucket, "d")
    assert send_form(post, b"posted") == 204
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "c"}]})
    records = wait_until(lambda: len(queue.records()) == 7 and queue.records())
    told = [(r["eventName"], r["s3"]["object"]["key"], r["s3"]["object"].get("size")) for r in records]
    assert told == [
        ("ObjectCreated:Put", "a", 3),
        ("ObjectCreated:Copy", "b", 3),
        ("ObjectCreated:CompleteMultipartUpload", "c", 9 << 20),
        ("ObjectCreated:Post", "d", 6),
        ("ObjectRemoved:Delete", "a", None),
        ("ObjectRemoved:Delete", "b", None),
        ("ObjectRemoved:Delete", "c", None),
    ]
    assert records[2]["s3"]["object"]["eTag"].endswith("-2")
    assert records[4]["s3"]["object"].keys() == {"key", "sequencer"}


def test_a_presigned_put_is_a_put(aws, queue, bucket, wait_until):
    url = aws.client("s3").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    with urllib.request.urlopen(urllib.request.Request(url, b"four", {"Content-Type": ""}, method="PUT")) as answer:
        assert answer.status == 200
    assert wait_until(queue.records)[0]["s3"]["object"]["size"] == 4
    assert names(queue) == ["ObjectCreated:Put"]


def test_tags_and_acls(aws, queue, bucket, wait_until):
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    wait_until(lambda: len(queue.records()) == 1)
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    wait_until(lambda: len(queue.records()) == 4)
    later = [record for record in queue.records() if record["eventName"] != "ObjectCreated:Put"]
    assert {record["eventName"] for record in later} == {"ObjectTagging:Put", "ObjectTagging:Delete", "ObjectAcl:Put"}
    assert {record["eventVersion"] for record in later} == {"2.3"}
    assert all(not record["s3"]["object"].keys() & {"size", "sequencer"} for record in later)


def test_versions_and_delete_markers(aws, queue, bucket, wait_until):
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": first}]})
    other = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
    second = s3.list_object_versions(Bucket=bucket, Prefix="k")["DeleteMarkers"][0]["VersionId"]
    records = wait_until(lambda: len(queue.records()) == 6 and queue.records())
    assert [(r["eventName"], r["s3"]["object"]["versionId"], r["s3"]["object"].get("eTag")) for r in records] == [
        ("ObjectCreated:Put", first, "c4ca4238a0b923820dcc509a6f75849b"),
        ("ObjectRemoved:DeleteMarkerCreated", marker, "d41d8cd98f00b204e9800998ecf8427e"),
        ("ObjectRemoved:Delete", marker, None),
        ("ObjectRemoved:Delete", first, None),
        ("ObjectCreated:Put", other, "c4ca4238a0b923820dcc509a6f75849b"),
        ("ObjectRemoved:DeleteMarkerCreated", second, "d41d8cd98f00b204e9800998ecf8427e"),
    ]


def test_a_failed_upload_tells_nothing(aws, queue, bucket, wait_until):
    stranger = aws.client("s3", aws.role("lambda.amazonaws.com"))
    for ask in (
        lambda: stranger.put_object(Bucket=bucket, Key="k", Body=b""),
        lambda: stranger.delete_object(Bucket=bucket, Key="k"),
        lambda: aws.client("s3").copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/missing"),
    ):
        with pytest.raises(ClientError):
            ask()
    aws.client("s3").put_object(Bucket=bucket, Key="last", Body=b"")
    wait_until(queue.records)
    assert [record["s3"]["object"]["key"] for record in queue.records()] == ["last"]


def test_filters(aws, queue, wait_until):
    bucket, s3 = aws.bucket(), aws.client("s3")
    put(aws, bucket, queue.rule("s3:ObjectCreated:Put", **filtered(prefix="da ta/", suffix=".json.zip")))
    for key in ("da ta/a.json.zip", "da ta/a.zip", "a.json.zip", "DA TA/a.json.zip", "da ta/b.JSON.zip"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3.copy_object(Bucket=bucket, Key="da ta/copy.json.zip", CopySource=f"{bucket}/a.json.zip")
    s3.put_object(Bucket=bucket, Key="da ta/last.json.zip", Body=b"")
    wait_until(lambda: len(queue.records()) == 2)
    keys = [record["s3"]["object"]["key"] for record in queue.records()]
    assert keys == ["da+ta/a.json.zip", "da+ta/last.json.zip"]


def test_a_filter_may_be_encoded_as_the_documentation_has_it(aws, queue, wait_until):
    bucket = aws.bucket()
    put(aws, bucket, queue.rule("s3:ObjectCreated:*", **filtered(prefix="da+ta/")))
    aws.client("s3").put_object(Bucket=bucket, Key="da ta/x", Body=b"")
    assert wait_until(queue.records)


@pytest.mark.slow
def test_uploads_at_once_all_arrive(aws, queue, bucket, wait_until):
    s3 = aws.client("s3")
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        for number in range(40):
            threads.submit(s3.put_object, Bucket=bucket, Key=f"{number}", Body=b"x")
    wait_until(lambda: len(queue.records()) >= 40)
    assert {record["s3"]["object"]["key"] for record in queue.records()} == {str(number) for number in range(40)}


def test_sequencers_of_a_key_grow(aws, queue, bucket, wait_until):
    s3 = aws.client("s3")
    for size in range(1, 6):
        s3.put_object(Bucket=bucket, Key="same", Body=b"x" * size)
    records = wait_until(lambda: len(queue.records()) == 5 and queue.records())
    assert [record["s3"]["object"]["size"] for record in records] == [1, 2, 3, 4, 5]


def test_a_function_runs_by_itself(aws, wait_until):
    functions, bucket, s3 = Lambda(aws), aws.bucket(), aws.client("s3")
    name = functions.create("def handler(event, context):\n    print(event['Records'][0]['s3']['object']['key'])")
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    functions.client.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=ACCOUNT,
    )
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:Put"]}
    put(aws, bucket, {"LambdaFunctionConfigurations": [rule]})
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    wait_until(lambda: "a+b\n" in functions.log(name))
    assert len([line for line in functions.log(name) if line.startswith("START")]) == 1


def test_a_topic(aws, queue, wait_until):
    sns, bucket = aws.client("sns"), aws.bucket()
    topic = sns.create_topic(Name=f"topic-{secrets.token_hex(4)}")["TopicArn"]
    rule = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "SNS:Publish"}
    assert "Unable to validate" in refusal(aws, bucket, rule)["Message"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Resource": topic}]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"})
    put(aws, bucket, rule)
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    assert wait_until(queue.records)[0]["s3"]["object"]["key"] == "k"


# ---- the configuration -------------------------------------------------------------------------------


def test_configuration_is_replaced_and_cleared(aws, queue):
    bucket, s3 = aws.bucket(), aws.client("s3")

    def get() -> dict:
        answer = s3.get_bucket_notification_configuration(Bucket=bucket)
        del answer["ResponseMetadata"]
        return answer

    assert get() == {}
    put(aws, bucket, queue.rule("s3:ObjectCreated:*", **filtered(prefix="a", suffix=".txt")))
    rule = get()["QueueConfigurations"][0]
    assert rule.pop("Id")
    names_ = [{"Name": "Prefix", "Value": "a"}, {"Name": "Suffix", "Value": ".txt"}]
    assert rule == {
        "QueueArn": queue.arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": names_}},
    }
    put(aws, bucket, queue.rule("s3:ObjectRemoved:*", Id="other"))
    assert [rule["Id"] for rule in get()["QueueConfigurations"]] == ["other"]
    put(aws, bucket, {})
    assert get() == {}


def test_a_deleted_buckets_configuration_is_gone(aws, queue):
    bucket, s3 = aws.bucket(), aws.client("s3")
    put(aws, bucket, queue.rule("s3:ObjectCreated:*"))
    s3.delete_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_test_event(aws, queue, bucket, wait_until):
    wait_until(lambda: queue.records() or queue.messages)
    assert {key: queue.messages[0][key] for key in ("Service", "Event", "Bucket")} == {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Bucket": bucket,
    }
    assert queue.messages[0].keys() == {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}


def test_destination_that_may_not_be_reached(aws, queue):
    bucket = aws.bucket()
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:no-such-function"
    rule = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    error = refusal(aws, bucket, rule)
    assert (error["Code"], error["Message"]) == (
        "InvalidArgument",
        "Unable to validate the following destination configurations",
    )
    assert error["ArgumentName1"] == f"{arn}, null"
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{arn}]"
    assert "QueueConfigurations" not in aws.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    put(aws, bucket, rule, SkipDestinationValidation=True)
    assert aws.client("s3").get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")  # an event nobody can get is no error of the upload


@pytest.mark.parametrize("arn", ["my-function", "arn:aws:lambda:nowhere", "arn:aws:sqs:us-east-1:123456789012:q"])
def test_malformed_arn(aws, arn):
    rule = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    error = refusal(aws, aws.bucket(), rule)
    assert (error["Code"], error["Message"]) == ("InvalidArgument", "The ARN could not be parsed")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ({"prefix": "a"}, {"prefix": "b"}, True),
        ({"prefix": "a"}, {"prefix": "ab"}, False),
        ({}, {"prefix": "ab"}, False),
        ({"prefix": "a", "suffix": ".x"}, {"prefix": "ab", "suffix": ".y"}, True),
        ({"prefix": "a", "suffix": ".x"}, {"prefix": "ab", "suffix": "y.x"}, False),
        ({"suffix": ".x"}, {"suffix": ".x"}, False),
    ],
)
def test_overlapping_rules(aws, queue, one, other, fits):
    def rules(first: str, second: str) -> dict:
        configuration = queue.rule(first, **filtered(**one))
        configuration["QueueConfigurations"] += queue.rule(second, **filtered(**other))["QueueConfigurations"]
        return configuration

    bucket = aws.bucket()
    put(aws, bucket, rules("s3:ObjectCreated:Put", "s3:ObjectCreated:Post"))
    if fits:
        put(aws, bucket, rules("s3:ObjectCreated:Put", "s3:ObjectCreated:*"))
    else:
        error = refusal(aws, bucket, rules("s3:ObjectCreated:Put", "s3:ObjectCreated:*"))
        assert (error["Code"], error["Message"]) == ("InvalidArgument", OVERLAP)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (filtered(infix="x"), "filter rule name must be either prefix or suffix"),
        ({"Events": ["s3:NoSuchEvent"]}, "The event is not supported for notifications"),
        (
            {"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": v} for v in "ab"]}}},
            "Cannot specify more than one prefix rule in a filter.",
        ),
    ],
)
def test_rules_that_are_none(aws, queue, change, words):
    error = refusal(aws, aws.bucket(), queue.rule("s3:ObjectCreated:*", **change))
    assert (error["Code"], error["Message"]) == ("InvalidArgument", words)


def test_ids_are_unique(aws, queue):
    rules = queue.rule("s3:ObjectCreated:*", Id="x")["QueueConfigurations"]
    rules += queue.rule("s3:ObjectRemoved:*", Id="x")["QueueConfigurations"]
    error = refusal(aws, aws.bucket(), {"QueueConfigurations": rules})
    assert error["Message"] == "Same ID used for multiple configurations. IDs must be unique."


# ---- a posted form's policy --------------------------------------------------------------------------


def send_form(post: dict, content: bytes, **changed: str) -> int:
    """Post a form as a browser does; gives the status."""
    boundary, parts = secrets.token_hex(8), []
    for name, value in (post["fields"] | changed).items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="from disk.txt"\r\n\r\n'
    body = b"".join(parts) + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(post["url"], body, headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_posted_form(aws):
    bucket, s3 = aws.bucket(), aws.client("s3")
    conditions = [["content-length-range", 2, 5], {"x-amz-meta-a": "1"}]
    post = s3.generate_presigned_post(bucket, "up/${filename}", {"x-amz-meta-a": "1"}, conditions)
    assert send_form(post, b"four") == 204
    assert s3.get_object(Bucket=bucket, Key="up/from disk.txt")["Body"].read() == b"four"
    assert send_form(post, b"longer than that") == 400
    assert send_form(post, b"1") == 400
    assert send_form(post, b"four", **{"x-amz-meta-a": "2"}) == 403
    assert send_form(post, b"four", key="elsewhere") == 403
    assert send_form(post, b"four", **{"x-amz-meta-b": "1"}) == 403
    assert send_form(s3.generate_presigned_post(bucket, "k", ExpiresIn=-60), b"four") == 403
    assert send_form({"url": post["url"], "fields": {"key": "k"}}, b"anonymous") == 403
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["up/from disk.txt"]


def test_posted_form_has_its_makers_rights(aws):
    bucket = aws.bucket()
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/mine/*"}
    s3 = aws.client("s3", aws.role("lambda.amazonaws.com", allow))
    assert send_form(s3.generate_presigned_post(bucket, "mine/x"), b"x") == 204
    assert send_form(s3.generate_presigned_post(bucket, "yours/x"), b"x") == 403
