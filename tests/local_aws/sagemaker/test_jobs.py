"""What SageMaker checks before it answers, and its lists, tags, deletions and quotas: alike for both kinds of jobs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pytest

from local_aws.server import serve
from tests.local_aws.conftest import Aws
from tests.local_aws.sagemaker.jobs_support import Bench, channel, source, target, without_scratch_folder
from tests.processes import running, unique_seconds
from tests.refusals import refusal

DATA = "/opt/ml/processing/input/data"
TEXT = "__label__1 good strings\n__label__2 bad strings\n"
SMALL = {"buckets": "100", "vector_dim": "4", "min_count": "1"}


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


@dataclass
class Kind:
    """One kind of job: how a request is made, and the names of its operations and members."""

    bench: Bench
    noun: str

    @property
    def name(self) -> str:
        return f"{self.noun}JobName"

    def request(self, **changes: Any) -> dict:
        made = self.bench.processing() if self.noun == "Processing" else self.bench.training(TEXT, **SMALL)
        return made | changes

    def call(self, operation: str, plural: str = "", **params: Any) -> dict:
        return getattr(self.bench.client, f"{operation}_{self.noun.lower()}_job{plural}")(**params)

    def refused(self, request: dict, client: Any = None) -> tuple[str, str]:
        """The code and the message with which a creation is refused."""
        create = getattr(client or self.bench.client, f"create_{self.noun.lower()}_job")
        return refusal(create, **request)

    def ended(self, name: str) -> dict:
        return (self.bench.processed if self.noun == "Processing" else self.bench.trained)(name)

    def with_instances(self, request: dict, kind: str, count: int) -> dict:
        cluster = {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": 1}
        if self.noun == "Processing":
            return request | {"ProcessingResources": {"ClusterConfig": cluster}}
        return request | {"ResourceConfig": cluster}


@pytest.fixture(params=["Processing", "Training"])
def kind(request, bench) -> Kind:
    return Kind(bench, request.param)


# ---- before the answer -------------------------------------------------------------------------------


def test_a_name_that_breaks_its_pattern(kind):
    member = kind.name[0].lower() + kind.name[1:]
    assert kind.refused(kind.request() | {kind.name: "a_b"}) == (
        "ValidationException",
        f"1 validation error detected: Value 'a_b' at '{member}' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    )


def test_a_name_is_used_once_finished_jobs_included(kind):
    request = kind.request()
    (arn,) = (value for key, value in kind.call("create", **request).items() if key.endswith("Arn"))
    expected = (
        "ResourceInUse",
        f"Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})",
    )
    assert kind.refused(request) == expected
    assert kind.refused(request | {kind.name: request[kind.name].upper()}) == expected
    kind.ended(request[kind.name])
    assert kind.refused(request) == expected


def test_nothing_under_an_s3_uri(kind):
    uri = kind.bench.uri("nothing/here")
    code, message = kind.refused(
        kind.request(ProcessingInputs=[source("data", uri, DATA)])
        if kind.noun == "Processing"
        else kind.request(InputDataConfig=[channel("train", uri)])
    )
    assert code == "ValidationException"
    assert message == (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists '
        f"in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role "
        f'"{kind.bench.role}" has "s3:ListBucket" permissions on bucket "{kind.bench.bucket}".'
    )


def test_a_role_that_may_not_list_the_bucket(kind, aws):
    role = aws.role("sagemaker.amazonaws.com")
    assert kind.refused(kind.request(RoleArn=role))[1].startswith("No S3 objects found under S3 URL ")


def test_a_role_that_can_not_be_assumed(kind, aws):
    for role in (aws.role("lambda.amazonaws.com"), "arn:aws:iam::123456789012:role/nobody"):
        code, message = kind.refused(kind.request(RoleArn=role))
        assert code == "ValidationException"
        assert role in message and "sagemaker.amazonaws.com" in message


def test_the_caller_must_be_allowed_to_pass_the_role(kind, aws):
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind.noun.lower()}-job/*"
    create = {"Effect": "Allow", "Action": f"sagemaker:Create{kind.noun}Job", "Resource": arn}
    caller = aws.role("states.amazonaws.com", create)
    code, message = kind.refused(kind.request(), aws.client("sagemaker", caller))
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: iam:PassRole on resource: {kind.bench.role}" in message


def test_tags_in_a_request_need_a_right_of_their_own(kind, aws):
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind.noun.lower()}-job/*"
    create = {"Effect": "Allow", "Action": f"sagemaker:Create{kind.noun}Job", "Resource": arn}
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    client = aws.client("sagemaker", aws.role("states.amazonaws.com", create, passing))
    code, message = kind.refused(kind.request(Tags=[{"Key": "a", "Value": "b"}]), client)
    assert code == "AccessDeniedException"
    assert "sagemaker:AddTags" in message


def test_instances_beyond_the_quota(kind):
    request = kind.with_instances(kind.request(), "ml.m5.24xlarge", 3)
    name = f"ml.m5.24xlarge for {kind.noun.lower()} job usage"
    code, message = kind.refused(request)
    assert code == "ResourceLimitExceeded"
    assert message.startswith(
        f"The account-level service limit '{name}' is 0 Instances, with current utilization of 0 Instances and a "
        "request delta of 3 Instances."
    )


def test_a_time_limit_beyond_the_quota(kind):
    code, message = kind.refused(kind.request(StoppingCondition={"MaxRuntimeInSeconds": 432_001}))
    assert code == "ResourceLimitExceeded"
    assert message.startswith(
        f"The account-level service limit 'Longest run time for a {kind.noun.lower()} job' is 432000 Seconds, with "
        "current utilization of 0 Seconds and a request delta of 432001 Seconds."
    )


def test_waiting_for_spot_instances_needs_some(bench):
    request = bench.training("__label__1 good\n")
    request["StoppingCondition"]["MaxWaitTimeInSeconds"] = 600
    code, message = refusal(lambda: bench.client.create_training_job(**request))
    assert code == "ValidationException"
    assert "MaxWaitTimeInSeconds can be specified only where EnableManagedSpotTraining is true" in message


def test_running_jobs_use_the_quota_and_ended_ones_do_not(bench, aws):
    quotas = next(service for service in aws.server.services if service.name == "sagemaker").platform.quotas
    quotas.set("ml.c5.4xlarge for processing job usage", 2)
    kind = Kind(bench, "Processing")
    sleeping = bench.processing("import time; time.sleep(600)")
    first = kind.with_instances(sleeping, "ml.c5.4xlarge", 1)
    bench.client.create_processing_job(**first)
    second = kind.with_instances(bench.processing(), "ml.c5.4xlarge", 2)
    code, message = kind.refused(second)
    assert code == "ResourceLimitExceeded"
    assert "is 2 Instances, with current utilization of 1 Instances and a request delta of 2 Instances." in message
    # A refused job leaves nothing behind: neither its name nor its use of the quota.
    bench.client.stop_processing_job(ProcessingJobName=first["ProcessingJobName"])
    kind.ended(first["ProcessingJobName"])
    bench.client.create_processing_job(**second)
    assert kind.ended(second["ProcessingJobName"])["ProcessingJobStatus"] == "Completed"


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1", "pulls no images and runs"),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1", "not implemented for processing"),
        ("141502667606.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3", "in the account 6833"),
    ],
)
def test_an_image_that_can_not_be_run_is_named(bench, image, reason):
    request = bench.processing()
    request["AppSpecification"]["ImageUri"] = image
    code, message = refusal(bench.client.create_processing_job, **request)
    assert code == "ValidationException"
    assert message.startswith(f"The image {image} can't be run: ") and reason in message


@pytest.mark.parametrize(
    ("inputs", "outputs", "reason"),
    [
        ([("a", "/opt/ml/processing/a"), ("a", "/opt/ml/processing/b")], [], "InputName must be unique"),
        ([], [("a", "/opt/ml/processing/a"), ("a", "/opt/ml/processing/b")], "OutputName must be unique"),
        ([("a", "/data")], [], "The LocalPath /data of the processing input a must start with /opt/ml/processing/"),
        ([], [("a", "/opt/ml/processing/../../x")], "must start with /opt/ml/processing/"),
    ],
)
def test_names_and_paths_of_inputs_and_outputs(bench, inputs, outputs, reason):
    uri = bench.put("data/x")
    request = bench.processing(
        "", [source(name, uri, path) for name, path in inputs], [target(name, uri, path) for name, path in outputs]
    )
    code, message = refusal(bench.client.create_processing_job, **request)
    assert code == "ValidationException" and reason in message


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("ExperimentConfig", {"ExperimentName": "x"}),
        ("NetworkConfig", {"EnableNetworkIsolation": True}),
        (
            "AppSpecification",
            {"ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"},
        ),
        ("ProcessingInputs", [{"InputName": "a", "AppManaged": True}]),
    ],
)
def test_what_is_not_there_says_so(bench, member, value):
    code, message = refusal(bench.client.create_processing_job, **bench.processing() | {member: value})
    assert code == "NotImplemented"
    assert message.startswith("The embedded AWS does not implement ")


# ---- afterwards --------------------------------------------------------------------------------------


def test_a_job_that_is_not_there(kind):
    expected = {"Processing": "Could not find requested job with name: x", "Training": "Requested resource not found."}
    for operation in ("describe", "stop", "delete"):
        found = refusal(lambda operation=operation: kind.call(operation, **{kind.name: "x"}))
        assert found == ("ValidationException", expected[kind.noun])


def test_a_job_that_has_ended_can_not_be_stopped_but_deleted(kind):
    request = kind.request(Tags=[{"Key": "a", "Value": "b"}])
    kind.call("create", **request)
    name = {kind.name: request[kind.name]}
    assert refusal(lambda: kind.call("delete", **name))[0] == "ResourceInUse"
    job = kind.ended(request[kind.name])
    assert refusal(lambda: kind.call("stop", **name)) == (
        "ValidationException",
        f"The request was rejected because the {kind.noun.lower()} job is in status Completed.",
    )
    kind.call("delete", **name)
    assert refusal(lambda: kind.call("describe", **name))[0] == "ValidationException"
    arn = job[f"{kind.noun}JobArn"]
    assert refusal(kind.bench.client.list_tags, ResourceArn=arn)[0] == "ValidationException"
    kind.call("create", **request)
    kind.ended(request[kind.name])


def test_lists_by_name_status_and_page(kind):
    stem = f"list-{secrets.token_hex(3)}"
    names = [f"{stem}-{letter}" for letter in "cab"]
    for name in names:
        kind.call("create", **kind.request() | {kind.name: name})
    for name in names:
        kind.ended(name)
    rows = f"{kind.noun}JobSummaries"

    def listed(**params: Any) -> list[str]:
        return [row[kind.name] for row in kind.call("list", "s", NameContains=stem, **params)[rows]]

    assert listed() == names[::-1]
    assert listed(SortBy="Name", SortOrder="Ascending") == sorted(names)
    assert listed(StatusEquals="Failed") == []
    first = kind.call("list", "s", NameContains=stem, MaxResults=2)
    assert [row[kind.name] for row in first[rows]] == names[:0:-1]
    assert listed(NextToken=first["NextToken"]) == names[:1]
    row = first[rows][0]
    assert row[f"{kind.noun}JobStatus"] == "Completed"
    assert row["CreationTime"] < row[f"{kind.noun}EndTime"]


def test_tags(kind):
    request = kind.request(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    (arn,) = (value for key, value in kind.call("create", **request).items() if key.endswith("Arn"))
    client = kind.bench.client
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "b", "Value": "3"}, {"Key": "c", "Value": "4"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["a", "z"])
    tags = client.list_tags(ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"b": "3", "c": "4"}
    kind.ended(request[kind.name])


def test_a_job_that_gets_no_scratch_folder_fails(kind, aws):
    request = kind.request()
    with without_scratch_folder(aws):
        kind.call("create", **request)
        job = kind.ended(request[kind.name])
    assert job[f"{kind.noun}JobStatus"] == "Failed"
    assert job["FailureReason"].startswith("InternalServerError: ")
    kind.call("delete", **{kind.name: request[kind.name]})


def test_a_server_that_closes_ends_its_jobs(wait_until):
    with serve(clock=600) as server:
        bench = Bench(Aws(server))
        seconds = unique_seconds()
        request = bench.processing(f"import subprocess; subprocess.run(['sleep', '{seconds}'])")
        bench.client.create_processing_job(**request)
        wait_until(lambda: running("sleep", seconds))
    wait_until(lambda: not running("sleep", seconds))
