"""Integrations at the front door of a running embedded AWS, under a state machine's role."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest

from local_aws.states.errors import Cancelled, RuntimeFault, StateError
from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.states.integrations.integrations_support import EVERYTHING, Attempt


@pytest.fixture(scope="module")
def functions(aws) -> Lambda:
    return Lambda(aws)


@pytest.fixture(scope="module")
def echo(functions) -> str:
    return functions.create("def handler(event, context):\n    return {'got': event}")


@pytest.fixture(scope="module")
def failing(functions) -> str:
    source = "class NoSuchReview(Exception):\n    pass\n\ndef handler(event, context):\n    raise NoSuchReview('no 7')"
    return functions.create(source)


@pytest.mark.parametrize("payload", [{"a": 'quote " and é'}, [1, None], '"text"', 3, True])
def test_invoke_passes_any_json_and_gives_the_parsed_payload(attempt, echo, payload):
    result = attempt.run("lambda:invoke", {"FunctionName": echo, "Payload": payload})
    assert result["Payload"] == {"got": json.loads(payload) if isinstance(payload, str) else payload}
    assert (result["ExecutedVersion"], result["StatusCode"]) == ("$LATEST", 200)
    assert list(result) == ["ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"]
    http = result["SdkHttpMetadata"]
    assert http["HttpStatusCode"] == 200
    assert http["AllHttpHeaders"]["Content-Type"] == [http["HttpHeaders"]["Content-Type"]]
    assert result["SdkResponseMetadata"]["RequestId"] == http["HttpHeaders"]["x-amzn-RequestId"]
    assert attempt.submitted == []


def test_half_a_surrogate_pair_becomes_a_question_mark(attempt, echo):
    """As Java's encoder makes of it, in which Step Functions is written: UTF-8 has no bytes for it."""
    assert attempt.run("lambda:invoke", {"FunctionName": echo, "Payload": {"a": "x\ud800é"}})["Payload"] == {
        "got": {"a": "x?é"}
    }


def test_a_payload_of_null_is_an_empty_object(attempt, echo):
    """As recorded on AWS in November 2025."""
    assert attempt.run("lambda:invoke", {"FunctionName": echo, "Payload": None})["Payload"] == {"got": {}}
    assert attempt.run("lambda:invoke", {"FunctionName": echo})["Payload"] == {"got": {}}


def test_invoke_tells_of_the_exchange_as_lambda_does(attempt, functions):
    """The trace is the one that the function sees; the log comes with LogType."""
    name = functions.create(
        "import os\n\ndef handler(event, context):\n    print('said')\n    return os.environ['_X_AMZN_TRACE_ID']"
    )
    result = attempt.run("lambda:invoke", {"FunctionName": name, "LogType": "Tail"})
    headers = result["SdkHttpMetadata"]["HttpHeaders"]
    assert (headers["Connection"], headers["x-amzn-Remapped-Content-Length"]) == ("keep-alive", "0")
    assert headers["X-Amzn-Trace-Id"].partition(";")[0] == result["Payload"].partition(";")[0]
    assert "said" in base64.b64decode(result["LogResult"]).decode()


def test_a_function_by_its_arn_gives_the_bare_payload(aws, attempt, echo):
    arn = aws.client("lambda").get_function_configuration(FunctionName=echo)["FunctionArn"]
    assert attempt.run(arn, {"a": 1}) == {"got": {"a": 1}}
    assert attempt.run(arn, [1]) == {"got": [1]}


def test_an_event_is_accepted_and_gives_no_payload(attempt, echo):
    result = attempt.run("lambda:invoke", {"FunctionName": echo, "InvocationType": "Event", "Payload": {}})
    assert (result["StatusCode"], result["Payload"]) == (202, None)


def test_a_functions_exception_is_the_tasks_error(attempt, failing):
    with pytest.raises(StateError) as raised:
        attempt.run("lambda:invoke", {"FunctionName": failing, "Payload": {}})
    assert raised.value.error == "NoSuchReview"
    cause = json.loads(raised.value.cause)
    assert (cause["errorType"], cause["errorMessage"]) == ("NoSuchReview", "no 7")


def test_a_function_that_does_not_exist(attempt):
    with pytest.raises(StateError) as raised:
        attempt.run("lambda:invoke", {"FunctionName": "nowhere", "Payload": {}})
    assert raised.value.error == "Lambda.ResourceNotFoundException"
    assert raised.value.cause.startswith(
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nowhere:$LATEST "
        "(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: "
    )
    assert raised.value.cause.endswith("; Proxy: null)")


def test_a_role_without_the_right_is_told_in_lambdas_words(aws, echo):
    role = aws.role("states.amazonaws.com")
    with pytest.raises(StateError) as raised:
        Attempt(aws, role).run("lambda:invoke", {"FunctionName": echo})
    assert raised.value.error == "Lambda.AWSLambdaException"
    assert "is not authorized to perform: lambda:InvokeFunction" in raised.value.cause
    assert "Error Code: AccessDeniedException" in raised.value.cause


def test_a_role_that_step_functions_can_not_assume(aws, echo):
    role = aws.role("lambda.amazonaws.com", EVERYTHING)
    with pytest.raises(StateError) as raised:
        Attempt(aws, role).run("lambda:invoke", {"FunctionName": echo})
    assert raised.value.error == "Lambda.AWSLambdaException"
    assert "states.amazonaws.com is not authorized to perform: sts:AssumeRole" in raised.value.cause


def test_a_token_ends_an_invocation_that_waits_for_it(attempt, echo):
    result = attempt.run("lambda:invoke.waitForTaskToken", {"FunctionName": echo}, await_token=lambda: {"approved": 1})
    assert result == {"approved": 1}
    assert attempt.submitted[0]["Payload"] == {"got": {}}


def test_a_cancelled_attempt_does_not_wait_for_the_function(aws, role, functions):
    slow = functions.create("import time\ndef handler(event, context):\n    time.sleep(30)", Timeout=60)
    attempt, ended = Attempt(aws, role), threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            attempt.run("lambda:invoke", {"FunctionName": slow})
        ended.set()

    threading.Thread(target=work, daemon=True).start()
    assert not ended.wait(0.2)
    attempt.cancelled.set()
    assert ended.wait(10)


def test_send_message_writes_json_as_text(aws, attempt):
    queue = aws.client("sqs").create_queue(QueueName="integration-queue")["QueueUrl"]
    result = attempt.run("sqs:sendMessage", {"QueueUrl": queue, "MessageBody": {"a": [1, "é"]}})
    assert {"MessageId", "MD5OfMessageBody", "SdkHttpMetadata", "SdkResponseMetadata"} <= set(result)
    received = aws.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]
    assert received["MessageId"] == result["MessageId"]
    assert json.loads(received["Body"]) == {"a": [1, "é"]}


def test_send_message_and_wait_for_the_token(aws, attempt):
    queue = aws.client("sqs").create_queue(QueueName="token-queue")["QueueUrl"]

    def refused() -> Any:
        raise StateError("Refused", "by the reviewer")

    with pytest.raises(StateError) as raised:
        arguments = {"QueueUrl": queue, "MessageBody": {"token": "a-token"}}
        attempt.run("sqs:sendMessage.waitForTaskToken", arguments, await_token=refused)
    assert (raised.value.error, raised.value.cause) == ("Refused", "by the reviewer")
    assert "MessageId" in attempt.submitted[0]


def test_publish_to_a_topic(aws, attempt):
    topic = aws.client("sns").create_topic(Name="integration-topic")["TopicArn"]
    queue = aws.client("sqs").create_queue(QueueName="topic-queue")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:topic-queue"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    result = attempt.run("sns:publish", {"TopicArn": topic, "Message": {"a": 1}, "Subject": "s"})
    body = json.loads(aws.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (body["MessageId"], json.loads(body["Message"])) == (result["MessageId"], {"a": 1})


def test_sdk_results_are_bare_json(aws, attempt):
    bucket = aws.bucket()
    attempt.run("aws-sdk:s3:putObject", {"Bucket": bucket, "Key": "a/b.txt", "Body": "text é"})
    assert aws.client("s3").get_object(Bucket=bucket, Key="a/b.txt")["Body"].read() == "text é".encode()
    result = attempt.run("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "a/b.txt"})
    assert result["Body"] == "text é"
    assert "ResponseMetadata" not in result and "SdkHttpMetadata" not in result
    listed = attempt.run("aws-sdk:s3:listObjectsV2", {"Bucket": bucket})
    assert [item["Key"] for item in listed["Contents"]] == ["a/b.txt"]
    assert listed["Contents"][0]["LastModified"].endswith("Z")
    json.dumps(listed)


def test_sdk_names_are_those_of_the_java_sdk(aws, attempt, echo):
    answer = attempt.run("aws-sdk:lambda:getFunctionConfiguration", {"FunctionName": echo})
    assert (answer["FunctionName"], answer["CodeSha256"]) == (
        echo,
        aws.client("lambda").get_function_configuration(FunctionName=echo)["CodeSha256"],
    )
    aws.client("logs").create_log_group(logGroupName="/integration")
    groups = attempt.run("aws-sdk:cloudwatchlogs:describeLogGroups", {"LogGroupNamePrefix": "/integration"})
    assert groups["LogGroups"][0]["LogGroupName"] == "/integration"


def test_sdk_errors_are_those_of_the_java_sdk(aws, attempt):
    bucket = aws.bucket()
    with pytest.raises(StateError) as raised:
        attempt.run("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "absent"})
    assert raised.value.error == "S3.NoSuchKeyException"
    assert raised.value.cause.startswith(
        "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: "
    )


def test_dynamodb_has_its_own_names_of_types_and_of_its_general_error(aws, attempt):
    aws.client("dynamodb").create_table(
        TableName="reviews",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "1"}, "good": {"BOOL": True}, "words": {"SS": ["a"]}, "none": {"NULL": True}}
    attempt.run("dynamodb:putItem", {"TableName": "reviews", "Item": item})
    assert attempt.run("dynamodb:getItem", {"TableName": "reviews", "Key": {"id": {"S": "1"}}})["Item"] == item
    sdk = attempt.run("aws-sdk:dynamodb:getItem", {"TableName": "reviews", "Key": {"id": {"S": "1"}}})
    theirs = {"id": {"S": "1"}, "good": {"Bool": True}, "words": {"Ss": ["a"]}, "none": {"Nul": True}}
    assert sdk == {"Item": theirs}
    assert attempt.run("aws-sdk:dynamodb:putItem", {"TableName": "reviews", "Item": theirs}) == {}
    with pytest.raises(StateError) as raised:
        attempt.run("dynamodb:putItem", {"TableName": "reviews", "Item": {"other": {"S": "1"}}})
    assert raised.value.error == "DynamoDB.AmazonDynamoDBException"
    assert "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; " in raised.value.cause
    with pytest.raises(StateError, match=r"DynamoDb\.DynamoDbException"):
        attempt.run("aws-sdk:dynamodb:putItem", {"TableName": "reviews", "Item": {"other": {"S": "1"}}})


def test_a_service_that_is_not_here_says_so_by_name(attempt):
    with pytest.raises(StateError) as raised:
        attempt.run("aws-sdk:glue:startJobRun", {"JobName": "x"})
    assert raised.value.error == "Glue.GlueException"
    assert "glue" in raised.value.cause and "doesn't implement it" in raised.value.cause


@pytest.mark.parametrize(
    ("resource", "arguments", "fault"),
    [
        ("lambda:invoke", {"FunctionName": "f", "DryRun": True}, 'The field "DryRun" is not supported'),
        ("lambda:invoke", {}, "The field 'FunctionName' is required but was missing"),
        ("sqs:sendMessage", {"QueueUrl": 1, "MessageBody": "x"}, "The value for the field 'QueueUrl' must be a STRING"),
        ("lambda:invoke", [], "The arguments must be a JSON object"),
    ],
)
def test_arguments_of_which_no_request_can_be_made(attempt, resource, arguments, fault):
    with pytest.raises(RuntimeFault) as raised:
        attempt.run(resource, arguments)
    assert raised.value.error == "States.Runtime"
    assert raised.value.cause.startswith(
        f"The Parameters '{json.dumps(arguments, separators=(',', ':'))}' could not be"
    )
    assert fault in raised.value.cause
