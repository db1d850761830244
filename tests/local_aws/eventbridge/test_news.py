"""What AWS's services tell the default bus: objects of S3, executions, jobs."""

from __future__ import annotations

import json
import secrets

import pytest

from tests.local_aws.eventbridge.eventbridge_support import ACCOUNT
from tests.local_aws.sagemaker.jobs_support import Bench
from tests.local_aws.states.states_support import one


def test_s3_tells_of_its_objects_where_the_bucket_is_told_to(aws, bridge, inbox):
    bucket, s3 = aws.bucket(), aws.client("s3")
    name = bridge.rule({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}, {"Arn": inbox.arn})
    s3.put_object(Bucket=bucket, Key="before", Body=b"x")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a b/ä.txt", Body=b"hello")
    s3.delete_object(Bucket=bucket, Key="a b/ä.txt")
    created, deleted = sorted(inbox.wait(2), key=lambda event: event["detail-type"])
    bridge.remove(name)
    assert (created["detail-type"], created["resources"]) == ("Object Created", [f"arn:aws:s3:::{bucket}"])
    detail = created["detail"]
    assert detail["object"]["key"] == "a b/ä.txt"
    assert (detail["object"]["size"], detail["reason"], detail["requester"]) == (5, "PutObject", ACCOUNT)
    assert detail["object"]["etag"] == "5d41402abc4b2a76b9719d911017c592"
    assert (deleted["detail-type"], deleted["detail"]["deletion-type"]) == ("Object Deleted", "Permanently Deleted")


def test_step_functions_tells_of_each_status_of_an_execution(bridge, inbox, workflows, aws):
    """The members are those of events recorded on AWS in February 2024."""
    machine = workflows.create(
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": {"Arg1": "argument1"}, "End": True}}}
    )
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    name = bridge.rule(pattern, {"Arn": inbox.arn})
    sfn = aws.client("stepfunctions")
    execution = sfn.start_execution(stateMachineArn=machine, name=f"e-{secrets.token_hex(4)}", input="{}")[
        "executionArn"
    ]
    events = sorted(inbox.wait(2), key=lambda event: event["detail"]["status"])
    bridge.remove(name)
    running, succeeded = events
    assert running["detail-type"] == "Step Functions Execution Status Change"
    assert running["resources"] == [execution]
    assert running["detail"] == {
        "executionArn": execution,
        "stateMachineArn": machine,
        "name": execution.rpartition(":")[2],
        "status": "RUNNING",
        "startDate": running["detail"]["startDate"],
        "stopDate": None,
        "input": "{}",
        "output": None,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
        "inputDetails": {"included": True},
        "outputDetails": None,
        "error": None,
        "cause": None,
    }
    assert succeeded["detail"]["status"] == "SUCCEEDED"
    assert json.loads(succeeded["detail"]["output"]) == {"Arg1": "argument1"}
    assert succeeded["detail"]["outputDetails"] == {"included": True}
    assert succeeded["detail"]["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert succeeded["detail"]["stopDate"] >= succeeded["detail"]["startDate"]


def test_express_executions_are_not_told_of(bridge, inbox, workflows, aws):
    one = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    express, standard = workflows.create(one, type="EXPRESS"), workflows.create(one)
    name = bridge.rule(
        {"source": ["aws.states"], "detail": {"stateMachineArn": [express, standard]}}, {"Arn": inbox.arn}
    )
    sfn = aws.client("stepfunctions")
    sfn.start_sync_execution(stateMachineArn=express)
    sfn.start_execution(stateMachineArn=standard)
    assert {event["detail"]["stateMachineArn"] for event in inbox.wait(2)} == {standard}
    bridge.remove(name)


def test_a_task_puts_events_and_may_wait_for_its_token(bridge, inbox, workflows, aws):
    source = f"s-{secrets.token_hex(4)}"
    bridge.rule({"source": [source]}, {"Arn": inbox.arn})
    entry = {"Source": source, "DetailType": "t", "Detail": {"n": "{% $states.input.n %}"}}
    machine = workflows.create(
        {
            "StartAt": "Tell",
            "States": {
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::events:putEvents",
                    "Arguments": {"Entries": [entry]},
                    "Next": "Ask",
                },
                "Ask": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::events:putEvents.waitForTaskToken",
                    "Arguments": {"Entries": [entry | {"Detail": {"token": "{% $states.context.Task.Token %}"}}]},
                    "End": True,
                },
            },
        }
    )
    execution = workflows.start(machine, {"n": 7})
    events = inbox.wait(2)
    first = next(event for event in events if "n" in event["detail"])
    asked = next(event for event in events if "token" in event["detail"])
    assert (first["detail"], first["resources"]) == ({"n": 7}, [machine, execution])
    aws.client("stepfunctions").send_task_success(taskToken=asked["detail"]["token"], output='{"done": true}')
    assert json.loads(workflows.wait(execution)["output"]) == {"done": True}


def test_an_event_of_an_express_execution_names_its_machine(bridge, inbox, workflows):
    source = f"s-{secrets.token_hex(4)}"
    name = bridge.rule({"source": [source]}, {"Arn": inbox.arn})
    entries = {"Entries": [{"Source": source, "DetailType": "t", "Detail": {}}]}
    tell = one(Type="Task", Resource="arn:aws:states:::events:putEvents", Arguments=entries)
    machine = workflows.create(tell, type="EXPRESS")
    execution = workflows.client.start_sync_execution(stateMachineArn=machine)["executionArn"]
    (event,) = inbox.wait(1)
    bridge.remove(name)
    assert event["resources"] == [machine, execution]


def test_an_entry_that_is_not_taken_fails_the_task(workflows):
    entries = {"Entries": [{"Source": "aws.s3", "DetailType": "t", "Detail": {}}]}
    machine = workflows.create(one(Type="Task", Resource="arn:aws:states:::events:putEvents", Arguments=entries))
    found = workflows.wait(workflows.start(machine))
    assert (found["status"], found["error"]) == ("FAILED", "EventBridge.FailedEntry")
    assert json.loads(found["cause"])["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_sagemaker_tells_of_a_job_that_begins_and_ends(aws, bridge, inbox):
    bench = Bench(aws)
    request = bench.processing("print('hello')")
    pattern = {"source": ["aws.sagemaker"], "detail": {"ProcessingJobName": [request["ProcessingJobName"]]}}
    name = bridge.rule(pattern, {"Arn": inbox.arn})
    arn = bench.client.create_processing_job(**request)["ProcessingJobArn"]
    began, ended = sorted(inbox.wait(2), key=lambda event: event["detail"]["ProcessingJobStatus"], reverse=True)
    bridge.remove(name)
    assert (began["detail-type"], began["resources"]) == ("SageMaker Processing Job State Change", [arn])
    assert (began["detail"]["ProcessingJobStatus"], ended["detail"]["ProcessingJobStatus"]) == (
        "InProgress",
        "Completed",
    )
    assert ended["detail"]["ProcessingEndTime"] >= ended["detail"]["CreationTime"] > 10**12


@pytest.mark.slow
def test_sagemaker_tells_of_an_endpoint_in_its_own_spelling(bridge, inbox, hosting, model):
    name = bridge.rule(
        {"source": ["aws.sagemaker"], "detail-type": [{"prefix": "SageMaker Endpoint"}]}, {"Arn": inbox.arn}
    )
    endpoint = hosting.serve({"ModelName": model})
    states = [
        event["detail"]["EndpointStatus"] for event in inbox.wait(2) if event["detail"]["EndpointName"] == endpoint
    ]
    bridge.remove(name)
    assert sorted(states) == ["CREATING", "IN_SERVICE"]
