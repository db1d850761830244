"""The course's script in a processing job: the same bytes as from its Lambda function, shared work, its failures."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.local_aws.functions.functions_support import Lambda
from tests.local_aws.sagemaker.jobs_support import Bench, source, target

ROOT = Path(__file__).parents[3]
DATA_SET = "reviews_Musical_Instruments_5.json.zip"
SCRIPT = "/opt/ml/processing/input/code/preprocess.py"


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def preprocess(bench: Bench, prefix: str, arguments: list[str], count: int = 1, **more: str) -> dict:
    """Run the script as the lesson does, on what is under a prefix."""
    for name in ("preprocess.py", "reviews.py"):
        bench.put(f"{prefix}-code/{name}", (ROOT / "processing" / name).read_bytes())
    inputs = [
        source("input", bench.uri(f"{prefix}/"), "/opt/ml/processing/input/data", **more),
        source("code", bench.uri(f"{prefix}-code/"), "/opt/ml/processing/input/code"),
    ]
    outputs = [
        target(f"{name}_set", bench.uri(f"{prefix}-out/{name}"), f"/opt/ml/processing/{name}")
        for name in ("train", "test")
    ]
    request = bench.processing(outputs=outputs, count=count, ProcessingInputs=inputs)
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", SCRIPT]
    if arguments:
        request["AppSpecification"]["ContainerArguments"] = arguments
    bench.client.create_processing_job(**request)
    return bench.processed(request["ProcessingJobName"])


def small_data_set(label: str) -> bytes:
    reviews = [
        {"helpful": votes, "reviewText": f"Review {number} of {label}. It works!"}
        for number in range(20)
        for votes in ([3, 4], [0, 3])
    ]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr(f"{label}.json", "\n".join(map(json.dumps, reviews)))
    return archive.getvalue()


def test_lambda_and_the_job_write_the_same_bytes(bench, aws):
    bench.put(f"both/{DATA_SET}", (ROOT / "data" / DATA_SET).read_bytes())
    job = preprocess(bench, "both", [DATA_SET])
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    functions = Lambda(aws)
    aws.client("iam").put_role_policy(
        RoleName=functions.role.rpartition("/")[2],
        PolicyName="s3",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        ),
    )
    name = functions.create(
        "",
        Code={"ZipFile": (ROOT / "lambda_code" / "code.zip").read_bytes()},
        Handler="lambda_function.lambda_handler",
        Timeout=60,
        MemorySize=512,
    )
    event = {"Records": [{"s3": {"bucket": {"name": bench.bucket}, "object": {"key": f"both/{DATA_SET}"}}}]}
    answer = functions.client.invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    stem = DATA_SET.partition(".")[0]
    for kind in ("train", "test"):
        ours = bench.get(f"both-out/{kind}/{stem}_{kind}.txt")
        assert ours == bench.get(f"both/{kind}/{stem}_{kind}.txt")
        assert ours.startswith(b"__label__")


@pytest.mark.parametrize("distribution", ["ShardedByS3Key", "FullyReplicated"])
def test_instances_share_the_data_sets(bench, distribution):
    prefix = f"shared-{distribution.lower()}"
    for label in "ABC":
        bench.put(f"{prefix}/{label}.json.zip", small_data_set(label))
    job = preprocess(bench, prefix, [], count=2, S3DataDistributionType=distribution)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert bench.keys(f"{prefix}-out/train/") == [f"{prefix}-out/train/{label}_train.txt" for label in "ABC"]
    lines = [bench.log("ProcessingJobs", job["ProcessingJobName"], host) for host in ("algo-1", "algo-2")]
    done = [[line[0] for line in log if " reviews, dropped" in line] for log in lines]
    assert done == [["A", "C"], ["B"]]


def test_what_is_wrong_with_a_data_set_is_the_failure_reason(bench):
    bench.put("broken/data.json.zip", b"not a zip")
    job = preprocess(bench, "broken", ["data.json.zip"])
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == f"AlgorithmError: {job['ExitMessage']}, exit code: 1"
    assert job["ExitMessage"].startswith("data.json.zip")
    assert bench.keys("broken-out/") == []
