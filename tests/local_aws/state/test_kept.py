"""What was made is there after the process was killed: all is made, it is killed once, and then looked at."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import zipped
from tests.local_aws.state.state_support import Server, kept_in, machine, statement, until

pytestmark = pytest.mark.slow

BUCKET = "kept-bucket"
KEY = "weird é+ &=%41/x y"
LARGE = b"large" * 400_000
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
CODE = "def handler(event, context):\n    print('seen', event)\n    return event"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The server after it was killed, and what its predecessor had answered."""
    with kept_in(tmp_path_factory.mktemp("kept")) as server:
        made: dict[str, Any] = {}
        for make in (
            make_storage,
            make_messages,
            make_small,
            make_function,
            make_executions,
            make_job,
            make_events,
            make_schedules,
        ):
            made |= make(server)
        yield SimpleNamespace(server=server.restart(), **made)


def make_storage(server: Server) -> dict[str, Any]:
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"small", Tagging="a=b", Metadata={"m": "n"}, ContentType="text/x")
    s3.put_object(Bucket=BUCKET, Key="large", Body=LARGE)
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=f"{BUCKET}/large")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=BUCKET, Key="v", Body=body)["VersionId"] for body in (b"1", b"2")]
    s3.delete_object(Bucket=BUCKET, Key="v")
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    part = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload}
    etag = s3.upload_part(**part, PartNumber=1, Body=b"p" * (5 << 20))["ETag"]
    s3.put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    policy = statement(
        Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="s3:*", Resource=f"arn:aws:s3:::{BUCKET}"
    )
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    s3.create_bucket(Bucket="plain-bucket")
    for key in ("gone", "gone-too", "stays"):
        s3.put_object(Bucket="plain-bucket", Key=key, Body=b"x")
    s3.delete_objects(Bucket="plain-bucket", Delete={"Objects": [{"Key": "gone"}, {"Key": "gone-too"}]})
    return {"versions": versions, "part": part, "etag": etag, "policy": policy}


def make_messages(server: Server) -> dict[str, Any]:
    sqs, sns = server.client("sqs"), server.client("sns")
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="waits")
    topic = sns.create_topic(Name="kept")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:kept")
    logs, start = server.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="kept")
    for stream in ("s", "deleted"):
        logs.create_log_stream(logGroupName="kept", logStreamName=stream)
        for number in range(7):
            events = [{"timestamp": start + number, "message": f"{number} {each}"} for each in range(100)]
            logs.put_log_events(logGroupName="kept", logStreamName=stream, logEvents=events)
    logs.delete_log_stream(logGroupName="kept", logStreamName="deleted")
    return {"topic": topic}


def make_small(server: Server) -> dict[str, Any]:
    iam, dynamodb = server.client("iam"), server.client("dynamodb")
    iam.create_user(UserName="kept")
    key = iam.create_access_key(UserName="kept")["AccessKey"]
    own = iam.create_policy(PolicyName="own", PolicyDocument=statement(Action="s3:*", Resource="*"))["Policy"]["Arn"]
    for arn in (own, "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        iam.attach_user_policy(UserName="kept", PolicyArn=arn)
    dynamodb.create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="kept", Item={"id": {"S": "1"}, "n": {"N": "1.50"}})
    ssm = server.client("ssm")
    ssm.put_parameter(Name="/kept", Value="v", Type="String")
    ssm.get_parameters_by_path(Path="/aws/service/global-infrastructure/regions")
    server.client("secretsmanager").create_secret(Name="kept", SecretString="hidden")
    kms = server.client("kms")
    kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    identity = kms.create_key()["KeyMetadata"]["KeyId"]
    return {"key": key, "own": own, "sealed": kms.encrypt(KeyId=identity, Plaintext=b"plain")["CiphertextBlob"]}


def make_function(server: Server) -> dict[str, Any]:
    functions = server.client("lambda")
    made = functions.create_function(
        FunctionName="kept",
        Runtime="python3.13",
        Role=server.role("lambda.amazonaws.com"),
        Handler="lambda_function.handler",
        Code={"ZipFile": zipped(CODE)},
        Environment={"Variables": {"NAME": "value"}},
        Tags={"t": "u"},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="kept", WaiterConfig={"Delay": 1})
    functions.publish_version(FunctionName="kept")
    functions.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    functions.add_permission(
        FunctionName="kept", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    functions.put_function_event_invoke_config(FunctionName="kept", MaximumRetryAttempts=1)
    functions.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=5)
    server.client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": made["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )
    return {"sha": made["CodeSha256"]}


def make_executions(server: Server) -> dict[str, Any]:
    states, role = server.client("stepfunctions"), server.role("states.amazonaws.com")

    def made(name: str, definition: dict[str, Any], **options: Any) -> Any:
        return states.create_state_machine(name=name, definition=machine(definition), roleArn=role, **options)

    def ended(arn: str) -> str:
        started = states.start_execution(stateMachineArn=arn, input='{"q": 1}')["executionArn"]
        until(lambda: states.describe_execution(executionArn=started)["status"] != "RUNNING")
        return started

    first = made("first", {"A": {"Type": "Pass", "Output": {"o": "{% $states.input.q %}"}, "End": True}}, publish=True)
    route = {"stateMachineVersionArn": first["stateMachineVersionArn"], "weight": 100}
    alias = states.create_state_machine_alias(name="live", routingConfiguration=[route])["stateMachineAliasArn"]
    done = ended(first["stateMachineArn"])
    waiting = made(
        "waiting",
        {
            "A": {"Type": "Pass", "Assign": {"kept": 5}, "Next": "W"},
            "W": {
                "Type": "Wait",
                "Seconds": "{% $states.context.Execution.RedriveCount > 0 ? 0 : 100000 %}",
                "Next": "Z",
            },
            "Z": {"Type": "Pass", "Output": "{% $kept %}", "End": True},
        },
    )
    runs = states.start_execution(stateMachineArn=waiting["stateMachineArn"])["executionArn"]
    until(lambda: states.get_execution_history(executionArn=runs)["events"][-1]["type"] == "WaitStateEntered")
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    spread = ended(
        made("spread", {"D": {"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": processor, "End": True}})[
            "stateMachineArn"
        ]
    )
    [run] = states.list_map_runs(executionArn=spread)["mapRuns"]
    states.create_activity(name="kept", tags=[{"key": "a", "value": "b"}])
    history = states.get_execution_history(executionArn=done)["events"]
    return {"first": first, "alias": alias, "done": done, "history": history, "runs": runs, "run": run["mapRunArn"]}


def make_job(server: Server) -> dict[str, Any]:
    server.client("sagemaker").create_processing_job(
        ProcessingJobName="kept",
        RoleArn=server.role("sagemaker.amazonaws.com"),
        AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["sleep", "1000"]},
        ProcessingResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
        Tags=[{"Key": "a", "Value": "b"}],
    )
    return {}


def make_events(server: Server) -> dict[str, Any]:
    sqs, events, functions = server.client("sqs"), server.client("events"), server.client("lambda")
    queue = "arn:aws:sqs:us-east-1:123456789012:watched"
    sqs.create_queue(QueueName="watched", Attributes={"VisibilityTimeout": "30"})
    events.create_event_bus(Name="own")
    events.put_rule(Name="kept", EventPattern='{"source": ["mine"]}')
    events.put_targets(Rule="kept", Targets=[{"Id": "1", "Arn": queue}])
    mapping = functions.create_event_source_mapping(FunctionName="kept", EventSourceArn=queue)["UUID"]
    functions.create_function(
        FunctionName="late",
        Runtime="python3.13",
        Role=functions.get_function(FunctionName="kept")["Configuration"]["Role"],
        Handler="lambda_function.handler",
        # Loading it takes so long that the kill comes first.
        Code={"ZipFile": zipped(f"import time\ntime.sleep(2)\n{CODE}")},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="late", WaiterConfig={"Delay": 1})
    functions.invoke(FunctionName="late", InvocationType="Event", Payload=b'"accepted"')
    return {"queue_arn": queue, "mapping": mapping}


def make_schedules(server: Server) -> dict[str, Any]:
    schedules, sqs = server.client("scheduler"), server.client("sqs")
    trust = statement(Principal={"Service": "scheduler.amazonaws.com"}, Action="sts:AssumeRole")
    role = server.client("iam").create_role(RoleName="schedules", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    server.client("iam").put_role_policy(
        RoleName="schedules", PolicyName="may", PolicyDocument=statement(Action="sqs:SendMessage", Resource="*")
    )
    sqs.create_queue(QueueName="scheduled")
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:scheduled", "RoleArn": role, "Input": '"came"'}
    asked = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, "GroupName": "kept"}
    schedules.create_schedule_group(Name="kept", Tags=[{"Key": "a", "Value": "1"}])
    start = datetime.now(UTC) + timedelta(days=1)
    schedules.create_schedule(Name="daily", ScheduleExpression="rate(1 day)", StartDate=start, **asked)
    # With a clock that isn't sped up, it comes after the restart.
    moment = datetime.now(UTC) + timedelta(seconds=10)
    once = f"at({moment:%Y-%m-%dT%H:%M:%S})"
    schedules.create_schedule(Name="once", ScheduleExpression=once, ActionAfterCompletion="DELETE", **asked)
    # Due soon, and sent at some time in a day, two minutes with this clock: on its way when the server is killed.
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1440}
    sent_late = asked | {"FlexibleTimeWindow": window, "Target": target | {"Input": '"on its way"'}}
    due = f"at({datetime.now(UTC) + timedelta(seconds=10):%Y-%m-%dT%H:%M:%S})"
    schedules.create_schedule(Name="late", ScheduleExpression=due, ActionAfterCompletion="DELETE", **sent_late)
    until(lambda: "late" not in [one["Name"] for one in schedules.list_schedules(GroupName="kept")["Schedules"]])
    schedules.create_schedule(Name="gone", ScheduleExpression="rate(1 day)", **asked)
    schedules.delete_schedule(Name="gone", GroupName="kept")
    return {}


# ---- S3 --------------------------------------------------------------------------------------------------


def test_an_object_is_there_with_all_that_belongs_to_it(kept):
    s3 = kept.server.client("s3")
    found = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (b"small", {"m": "n"}, "text/x")
    assert s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize("key", ["large", "copy"])
def test_a_large_object_is_there(kept, key):
    assert kept.server.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == LARGE


def test_versions_and_delete_markers_are_there(kept):
    s3 = kept.server.client("s3")
    bodies = [s3.get_object(Bucket=BUCKET, Key="v", VersionId=one)["Body"].read() for one in kept.versions]
    assert bodies == [b"1", b"2"]
    assert s3.list_object_versions(Bucket=BUCKET, Prefix="v")["DeleteMarkers"][0]["IsLatest"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=BUCKET, Key="v")


def test_what_was_deleted_is_not_there_again(kept):
    listed = kept.server.client("s3").list_objects_v2(Bucket="plain-bucket")["Contents"]
    assert [each["Key"] for each in listed] == ["stays"]


def test_a_multipart_upload_goes_on(kept):
    s3 = kept.server.client("s3")
    second = s3.upload_part(**kept.part, PartNumber=2, Body=b"end")["ETag"]
    parts = [{"PartNumber": 1, "ETag": kept.etag}, {"PartNumber": 2, "ETag": second}]
    s3.complete_multipart_upload(**kept.part, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=BUCKET, Key="parts")["Body"].read() == b"p" * (5 << 20) + b"end"


def test_a_buckets_settings_are_there(kept):
    s3 = kept.server.client("s3")
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(kept.policy)
    blocks = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert (blocks["BlockPublicAcls"], blocks["BlockPublicPolicy"]) == (True, False)
    assert s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]


# ---- messages, logs, small services ----------------------------------------------------------------------


def test_messages_wait_and_topics_lead_to_their_queues(kept):
    sqs = kept.server.client("sqs")
    kept.server.client("sns").publish(TopicArn=kept.topic, Message="news")
    queue = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    bodies = [sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] for _ in range(2)]
    assert any(body == "waits" for body in bodies)
    assert any('"news"' in body for body in bodies)


def test_log_events_are_there_in_their_order(kept):
    logs = kept.server.client("logs")
    events = logs.get_log_events(logGroupName="kept", logStreamName="s", startFromHead=True)["events"]
    assert [event["message"] for event in events] == [f"{number} {each}" for number in range(7) for each in range(100)]
    assert [one["logStreamName"] for one in logs.describe_log_streams(logGroupName="kept")["logStreams"]] == ["s"]


def test_a_user_of_iam_has_the_key_and_the_policies(kept):
    iam = kept.server.client("iam")
    attached = iam.list_attached_user_policies(UserName="kept")["AttachedPolicies"]
    assert {each["PolicyName"] for each in attached} == {"own", "ReadOnlyAccess"}
    for each in attached:
        assert iam.get_policy(PolicyArn=each["PolicyArn"])["Policy"]["AttachmentCount"] == 1
    [key] = iam.list_access_keys(UserName="kept")["AccessKeyMetadata"]
    assert key["AccessKeyId"] == kept.key["AccessKeyId"]


def test_small_services_have_what_they_had(kept):
    client = kept.server.client
    assert client("dynamodb").get_item(TableName="kept", Key={"id": {"S": "1"}})["Item"]["n"] == {"N": "1.50"}
    assert client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "v"
    assert client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"] == "hidden"
    assert client("kms").decrypt(CiphertextBlob=kept.sealed)["Plaintext"] == b"plain"
    regions = "/aws/service/global-infrastructure/regions/us-east-1"
    assert client("ssm").get_parameter(Name=regions)["Parameter"]["Version"] == 1


# ---- Lambda ----------------------------------------------------------------------------------------------


def test_a_function_is_there_with_its_code_and_runs(kept):
    functions = kept.server.client("lambda")
    found = functions.get_function(FunctionName="kept")
    assert found["Configuration"]["CodeSha256"] == kept.sha
    assert found["Configuration"]["Environment"] == {"Variables": {"NAME": "value"}}
    assert (found["Tags"], found["Concurrency"]) == ({"t": "u"}, {"ReservedConcurrentExecutions": 5})
    assert json.load(functions.invoke(FunctionName="kept:live", Payload=b'{"a": 1}')["Payload"]) == {"a": 1}


def test_a_functions_policy_alias_and_settings_are_there(kept):
    functions = kept.server.client("lambda")
    policy = json.loads(functions.get_policy(FunctionName="kept")["Policy"])
    assert [each["Sid"] for each in policy["Statement"]] == ["s3"]
    assert functions.get_alias(FunctionName="kept", Name="live")["FunctionVersion"] == "1"
    assert functions.get_function_event_invoke_config(FunctionName="kept")["MaximumRetryAttempts"] == 1
    assert functions.publish_version(FunctionName="kept")["Version"] == "1", "nothing has changed since"


def test_an_upload_still_triggers_the_function(kept):
    kept.server.client("s3").put_object(Bucket=BUCKET, Key="triggers", Body=b"x")
    until(lambda: logged(kept, "kept", "triggers"))


def logged(kept, function: str, text: str) -> bool:
    """Whether a function has logged a text."""
    logs, group = kept.server.client("logs"), f"/aws/lambda/{function}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return False
    return bool(logs.filter_log_events(logGroupName=group, filterPattern=f'"{text}"')["events"])


# ---- Step Functions --------------------------------------------------------------------------------------


def test_an_execution_that_had_ended_is_there_with_its_history(kept):
    states = kept.server.client("stepfunctions")
    found = states.describe_execution(executionArn=kept.done)
    assert (found["status"], found["output"], found["input"]) == ("SUCCEEDED", '{"o":1}', '{"q": 1}')
    assert states.get_execution_history(executionArn=kept.done)["events"] == kept.history
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        states.start_execution(stateMachineArn=kept.first["stateMachineArn"], name=found["name"], input='{"other": 1}')


def test_versions_aliases_and_activities_are_there(kept):
    states = kept.server.client("stepfunctions")
    versions = states.list_state_machine_versions(stateMachineArn=kept.first["stateMachineArn"])
    assert [each["stateMachineVersionArn"] for each in versions["stateMachineVersions"]] == [
        kept.first["stateMachineVersionArn"]
    ]
    assert states.describe_state_machine_alias(stateMachineAliasArn=kept.alias)["name"] == "live"
    [activity] = states.list_activities()["activities"]
    assert states.list_tags_for_resource(resourceArn=activity["activityArn"])["tags"] == [{"key": "a", "value": "b"}]


def test_an_execution_that_ran_is_aborted_says_why_and_can_be_redriven(kept):
    states = kept.server.client("stepfunctions")
    found = states.describe_execution(executionArn=kept.runs)
    assert (found["status"], found["redriveStatus"]) == ("ABORTED", "REDRIVABLE")
    assert found["cause"] == "The embedded AWS ended while this execution was running."
    last = states.get_execution_history(executionArn=kept.runs)["events"][-2:]
    assert [event["type"] for event in last] == ["WaitStateEntered", "ExecutionAborted"]
    assert last[1]["executionAbortedEventDetails"] == {"cause": found["cause"]}
    states.redrive_execution(executionArn=kept.runs)
    until(lambda: states.describe_execution(executionArn=kept.runs)["status"] != "RUNNING")
    assert states.describe_execution(executionArn=kept.runs)["output"] == "5", "the variable was assigned before"


def test_a_map_run_is_there_with_its_children(kept):
    states = kept.server.client("stepfunctions")
    assert states.describe_map_run(mapRunArn=kept.run)["itemCounts"]["succeeded"] == 3
    children = states.list_executions(mapRunArn=kept.run)["executions"]
    outputs = [states.describe_execution(executionArn=child["executionArn"])["output"] for child in children]
    assert sorted(outputs) == ["1", "2", "3"]


# ---- SageMaker -------------------------------------------------------------------------------------------


def test_a_job_that_ran_has_failed_and_says_why(kept):
    sagemaker = kept.server.client("sagemaker")
    job = sagemaker.describe_processing_job(ProcessingJobName="kept")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("InternalServerError: The embedded AWS ended while this job was running.")
    assert job["ProcessingEndTime"] >= job["CreationTime"]
    assert sagemaker.list_tags(ResourceArn=job["ProcessingJobArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


# ---- what is on its way ----------------------------------------------------------------------------------


def test_rules_of_eventbridge_and_event_source_mappings_are_there(kept):
    events = kept.server.client("events")
    assert events.list_targets_by_rule(Rule="kept")["Targets"] == [{"Id": "1", "Arn": kept.queue_arn}]
    assert events.describe_event_bus(Name="own")["Name"] == "own"
    [mapping] = kept.server.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert (mapping["UUID"], mapping["State"]) == (kept.mapping, "Enabled")


def test_an_asynchronous_invocation_that_was_accepted_is_run(kept):
    """It was answered with 202, and the process was killed before it could be tried."""
    until(lambda: logged(kept, "late", "accepted"))


# ---- EventBridge Scheduler -------------------------------------------------------------------------------


def test_schedules_are_there_and_what_waited_or_was_on_its_way_comes_once(kept):
    schedules, sqs = kept.server.client("scheduler"), kept.server.client("sqs")
    group = schedules.get_schedule_group(Name="kept")["Arn"]
    assert schedules.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "a", "Value": "1"}]
    found = schedules.get_schedule(Name="daily", GroupName="kept")
    assert found["StartDate"] > found["CreationDate"]
    queue = sqs.get_queue_url(QueueName="scheduled")["QueueUrl"]
    came: list[str] = []

    def both() -> bool:
        came.extend(one["Body"] for one in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []))
        return len(came) >= 2

    until(both)
    assert sorted(came) == ['"came"', '"on its way"']
    until(lambda: [one["Name"] for one in schedules.list_schedules(GroupName="kept")["Schedules"]] == ["daily"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, WaitTimeSeconds=0)
