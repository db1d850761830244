"""The Costs panel on a real embedded AWS; what things should come to is worked out by hand from the price table."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

import course
from course.account import bill as bills
from course.account import cleaning, ended_endpoints
from course.account.ledger import Ledger, Resource, ScheduledEnd, Use
from course.account.target import Target
from tests.course.panels.machines import BRANCHES, make_machine
from tests.course.panels.resources import make_bucket, make_function

ECHO = """
    def lambda_handler(event, context):
        return event
"""
IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"


@pytest.fixture
def ledger(tmp_path, monkeypatch) -> Ledger:
    """A ledger of this test's own, in place of the lesson's."""
    made = Ledger(tmp_path / "ledger.jsonl")
    target = Target("local", "123456789012", "us-east-1", made.path)
    monkeypatch.setattr("course.panels.costs.look", lambda: (target, made))
    return made


@pytest.fixture
def a_model() -> str:
    """An endpoint configuration with a model, `m`, for one instance; the same one each time."""
    bucket, sagemaker = make_bucket(), boto3.client("sagemaker")
    if sagemaker.list_endpoint_configs(NameContains="c")["EndpointConfigs"]:
        return "c"
    boto3.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=b"no model")
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    sagemaker.create_model(ModelName="m", ExecutionRoleArn=_role(), PrimaryContainer=container)
    variant = {"VariantName": "one", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    return "c"


def opened(lesson=""):
    panel = course.costs_panel(lesson)
    panel.wait()
    return panel


def charges(panel):
    return {charge.service: charge for charge in panel.account.bill.charges}


def test_with_nothing_made_there_is_nothing_to_pay(ledger):
    panel = opened()
    assert (panel.status.words, panel.status.tone) == ("Nothing is left on that costs by the hour.", "good")
    assert "What it would have cost so far: Nothing was used yet." in repr(panel)
    assert "Together: 0.00 cents, before any free tier." in repr(panel)
    assert panel.copy_name.text == ""


def test_a_function_is_charged_by_its_billed_duration_and_memory(ledger):
    name = make_function(ECHO)
    ledger.record(Resource("Lambda function", name))
    results = [course.test_function(name, {"n": n}) for n in range(3)]
    course.invocations(name, at_least=3)
    charge = charges(opened())["Lambda"]
    gigabyte_seconds = sum(result.billed_ms for result in results) / 1000 * 128 / 1024
    invocations, spent = charge.amount.removesuffix(" GB-seconds").split(", ")
    assert (invocations, float(spent)) == ("3 invocations", pytest.approx(gigabyte_seconds, abs=0.0006))
    # 0.20 USD for a million requests, 0.0000166667 USD for a GB-second.
    assert charge.dollars == pytest.approx(3 * 0.20e-6 + gigabyte_seconds * 0.0000166667)


def test_transitions_are_counted_from_the_histories(ledger):
    arn = make_machine(BRANCHES)
    ledger.record(Resource("state machine", arn))
    for items in ([1], [1, 2, 3]):
        course.run(arn, {"items": items})
    charge = charges(opened())["Step Functions"]
    # The start, Each, Both, Left, Right, and Twice for each item.
    assert charge.amount == "14 state transitions"
    assert charge.dollars == pytest.approx(14 * 0.025 / 1000)


def test_what_is_left_on_is_warned_of_and_its_name_is_accepted_by_the_api(ledger, a_model):
    sagemaker = boto3.client("sagemaker")
    bucket = make_bucket()
    ledger.record(Resource("S3 bucket", bucket))
    variant = {"VariantName": "one", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    sagemaker.create_endpoint_config(EndpointConfigName="two", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="forgotten", EndpointConfigName="two")
    ledger.record(Resource("endpoint", "forgotten"))
    panel = opened()
    assert (panel.status.words, panel.status.tone) == ("Left on: 1 that costs by the hour.", "bad")
    # Two instances at 0.115 USD an hour.
    assert "Left on: endpoint forgotten, 0.230 USD an hour, 5.52 USD a day." in repr(panel)
    assert bucket in repr(panel)
    described = sagemaker.describe_endpoint(EndpointName=panel.copy_name.text)
    hours = (datetime.now(UTC) - described["CreationTime"]) / timedelta(hours=1)
    assert 0 < charges(panel)["SageMaker"].dollars <= hours * 0.23
    course.wait_until(lambda: _status(sagemaker) != "Creating", "the endpoint to be made", 60)
    sagemaker.delete_endpoint(EndpointName="forgotten")
    course.wait_until(lambda: "forgotten" not in _endpoints(sagemaker), "the endpoint to go", 30)
    panel.refresh.click()
    panel.wait()
    assert panel.status.tone == "good"


def test_one_lesson_by_itself(ledger):
    for lesson, items in (("04", [1]), ("06", [])):
        arn = make_machine(BRANCHES)
        ledger.record(Resource("state machine", arn, lesson))
        course.run(arn, {"items": items})
    # The start, Each, Both, Left, Right; in lesson 04 Twice, too.
    assert charges(opened("06"))["Step Functions"].amount == "5 state transitions"
    assert charges(opened())["Step Functions"].amount == "11 state transitions"


def test_what_was_spent_stays_after_a_clean_up_and_is_counted_once(ledger):
    """Also when the same is made again, and removed again."""
    name, arn = make_function(ECHO), make_machine(BRANCHES)
    group = f"/aws/lambda/{name}"
    made = [Resource("Lambda function", name, "05"), Resource("log group", group, "05")]
    made.append(Resource("state machine", arn, "05"))
    for resource in [*made, Resource("log group", group, "06")]:
        ledger.record(resource)
    course.test_function(name, {})
    course.invocations(name, at_least=1)
    course.run(arn, {"items": []})
    before = charges(opened())
    assert before["Lambda"].amount.startswith("1 invocation,")
    assert before["Step Functions"].amount == "5 state transitions"
    assert cleaning.remove(ledger, ledger.resources()).done
    assert ledger.resources() == []
    assert charges(opened()) == charges(opened("05")) == before
    assert charges(opened("06")) == {}
    assert cleaning.remove(ledger, made).done
    assert charges(opened()) == before, "removed once more, it is not counted once more"
    again = make_machine(BRANCHES)
    ledger.record(Resource("state machine", again, "05"))
    course.run(again, {"items": []})
    assert charges(opened())["Step Functions"].amount == "10 state transitions"
    assert cleaning.remove(ledger, ledger.resources()).done
    assert charges(opened())["Step Functions"].amount == "10 state transitions"


def test_what_cannot_be_asked_is_removed_all_the_same(ledger, monkeypatch):
    arn = make_machine(BRANCHES)
    ledger.record(Resource("state machine", arn))

    def refused(resources, client):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetExecutionHistory")

    monkeypatch.setattr(cleaning, "uses", refused)
    assert cleaning.remove(ledger, ledger.resources()).done
    assert ledger.kept() == []


@pytest.mark.parametrize(
    ("dollars", "said"),
    [(0.0011, "0.11 cents"), (0.099, "9.90 cents"), (0.1, "0.10 dollars"), (0.00001, "less than 0.01 cents")],
)
def test_amounts_are_as_a_person_reads_them(ledger, monkeypatch, dollars, said):
    """By service, and what a service comes to where it was used in two ways."""
    ledger.keep("05", [Use("SageMaker", "training job", 1, 34.0, dollars, "ml.m5.large")])
    assert f"SageMaker | training jobs, ml.m5.large | 1 training job, 34.0 s | {said}" in repr(opened())
    ledger.keep("05", [Use("SageMaker", "processing job", 2, 34.0, 1.5, "ml.m5.large")])
    shown = repr(opened())
    assert "SageMaker | processing jobs, ml.m5.large | 2 processing jobs, 34.0 s | 1.50 dollars" in shown
    assert f"| together |  | {1.5 + dollars:.2f} dollars" in shown
    assert f"Together: {1.5 + dollars:.2f} dollars, before any free tier." in shown
    assert "USD" not in shown.split("What is left")[0]


class _Jobs:
    """SageMaker's descriptions of jobs, as its API reference has them."""

    def describe_training_job(self, **_):
        began = datetime(2026, 1, 1, tzinfo=UTC)
        return {
            "TrainingStartTime": began,
            "TrainingEndTime": began + timedelta(seconds=90),
            "BillableTimeInSeconds": 80,
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        }

    def describe_processing_job(self, **which):
        if which["ProcessingJobName"] == "not-begun":
            return {"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}}
        began = datetime(2026, 1, 1, tzinfo=UTC)
        return {
            "ProcessingStartTime": began,
            "ProcessingEndTime": began + timedelta(hours=1),
            "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.p9.huge", "InstanceCount": 1}},
        }


def test_a_job_is_charged_by_its_instances_and_an_unknown_price_is_not_guessed():
    resources = [
        Resource("training job", "t"),
        Resource("training job", "t", "another lesson's look at it"),
        Resource("processing job", "p"),
        Resource("processing job", "not-begun"),
    ]
    found = bills.bill(resources, lambda service: _Jobs() if service == "sagemaker" else boto3.client(service))
    assert [(one.what, one.amount, one.dollars) for one in found.charges] == [
        ("processing jobs, ml.p9.huge", "1 processing job, 3600.0 s", None),
        ("training jobs, ml.m5.large", "1 training job, 160.0 s", pytest.approx(160 / 3600 * 0.115)),
    ]
    assert found.dollars == pytest.approx(160 / 3600 * 0.115)


def test_the_children_of_a_distributed_map_count(ledger):
    one = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **one}
    each = {"Type": "Map", "Items": "{% $states.input %}", "ItemProcessor": processor, "End": True}
    arn = make_machine({"Each": each}, actions="states:*")
    ledger.record(Resource("state machine", arn))
    assert course.run(arn, [1, 2, 3]).status == "SUCCEEDED"
    # The start and Each; of each child its start and One.
    assert charges(opened())["Step Functions"].amount == "8 state transitions"


def test_an_endpoint_that_the_notebook_deletes_is_asked_first(ledger, a_model):
    ended_endpoints.ask_before_deleting(boto3.DEFAULT_SESSION, ledger)
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="by-hand", EndpointConfigName=a_model)
    ledger.record(Resource("endpoint", "by-hand", "06"))
    course.wait_until(lambda: _status(sagemaker, "by-hand") != "Creating", "the endpoint to be made", 60)
    with pytest.raises(ClientError):
        sagemaker.delete_endpoint(EndpointName="another-one")
    assert ledger.kept() == []
    sagemaker.delete_endpoint(EndpointName="by-hand")
    [used] = ledger.kept("06")
    assert (used.what, used.type, used.times) == ("endpoint", "ml.m5.large", 1) and used.amount > 0
    assert ledger.resources() == []
    panel = opened()
    assert panel.account.bill.dollars == pytest.approx(used.dollars)
    assert "Not counted, either" not in repr(panel)


def test_an_endpoint_counts_until_its_schedule_ended_it_also_after_a_clean_up(ledger, a_model):
    name, at = "by-schedule", f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}"
    deletes = "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
    schedule = {
        "Name": name,
        "ScheduleExpression": f"at({at})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": deletes, "RoleArn": _role(), "Input": json.dumps({"EndpointName": name})},
    }
    variant = {"VariantName": "one", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    calls = (
        ("sagemaker:createEndpointConfig", {"EndpointConfigName": "c2", "ProductionVariants": [variant]}),
        ("aws-sdk:scheduler:createSchedule", schedule),
        ("sagemaker:createEndpoint", {"EndpointName": name, "EndpointConfigName": "c2"}),
    )
    states = {
        str(number): {"Type": "Task", "Resource": f"arn:aws:states:::{what}", "Arguments": given}
        | ({"Next": str(number + 1)} if number < 2 else {"End": True})
        for number, (what, given) in enumerate(calls)
    }
    arn = make_machine(states, actions="*")
    ledger.record(Resource("state machine", arn))
    run = course.run(arn, {})
    assert run.status == "SUCCEEDED", run.cause
    ledger.record(Resource("endpoint", name))
    sagemaker = boto3.client("sagemaker")
    course.wait_until(lambda: _status(sagemaker, name) != "Creating", "the endpoint to be made", 60)
    sagemaker.delete_endpoint(EndpointName=name)
    course.wait_until(lambda: name not in _endpoints(sagemaker), "the endpoint to go", 30)
    # Nobody knows when it went: it counts until now, for its schedule's time has not come.
    before = charges(opened())["SageMaker"]
    assert before.amount.startswith("1 endpoint, ") and before.dollars > 0
    # As if the time had come a second after it was asked for; two instances at 0.115 USD an hour.
    asked = run.state("2").left
    course.wait_until(lambda: datetime.now(UTC) > asked + timedelta(seconds=1), "that second", 30)
    ledger.schedule(ScheduledEnd(name, asked, asked + timedelta(seconds=1)))
    dollars = charges(opened())["SageMaker"].dollars
    assert dollars == pytest.approx(2 * 0.115 / 3600, rel=0.1)
    cleaning.remove(ledger, ledger.resources())
    [kept] = [one for one in ledger.kept() if one.what == "endpoint"]
    assert kept.dollars == pytest.approx(dollars)
    assert charges(opened())["SageMaker"].dollars == pytest.approx(dollars), "counted once"


def test_an_endpoint_of_which_nothing_tells_is_named(ledger):
    ledger.record(Resource("endpoint", "gone"))
    panel = opened()
    assert "Not counted, either: gone, an endpoint that is gone" in repr(panel)
    assert "Not counted: requests to S3" in repr(panel)
    ledger.strike(Resource("endpoint", "gone"))
    assert "Not counted, either" not in repr(opened()), "a clean-up has kept what there was"


def test_the_prices_have_their_date(ledger):
    assert "Prices of July 2026, us-east-1" in repr(opened())


def _status(sagemaker, name="forgotten"):
    return sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]


def _endpoints(sagemaker):
    return [one["EndpointName"] for one in sagemaker.list_endpoints()["Endpoints"]]


def _role():
    """A role for SageMaker and EventBridge Scheduler; the same one each time."""
    services = ["sagemaker.amazonaws.com", "scheduler.amazonaws.com"]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = boto3.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="endpoint-role", AssumeRolePolicyDocument=document)
        iam.attach_role_policy(RoleName="endpoint-role", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    return iam.get_role(RoleName="endpoint-role")["Role"]["Arn"]
