"""Processing jobs as boto3 sees them: inputs, outputs, instances, and ends of every kind."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from local_aws.server import serve
from tests.local_aws.conftest import Aws
from tests.local_aws.sagemaker.jobs_support import Bench, source, target
from tests.processes import running, unique_seconds

INPUT, OUTPUT = "/opt/ml/processing/input/data", "/opt/ml/processing/output"
LISTING = f"""
import json, pathlib
folder = pathlib.Path("{INPUT}")
found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
host = json.loads(pathlib.Path("/opt/ml/config/resourceconfig.json").read_text())
pathlib.Path("{OUTPUT}", host["current_host"] + ".json").write_text(json.dumps([host["hosts"], found]))
"""


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def listed(bench: Bench, inputs: list, count: int = 1) -> list:
    """What each instance finds of some inputs."""
    job = bench.process(LISTING, inputs, [target("out", bench.uri("listings"), OUTPUT)], count=count)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    return [json.loads(bench.get(f"listings/algo-{number}.json")) for number in range(1, count + 1)]


def test_a_job_from_its_creation_to_its_outputs(bench):
    data = bench.put("one/in/a.txt", "hello")
    script = f"""
import os, pathlib, sys
text = pathlib.Path("{INPUT}/a.txt").read_text()
print("read", len(text), sys.argv[1:], os.environ["GREETING"])
print("to standard error", file=sys.stderr)
for name in ("first", "second"):
    folder = pathlib.Path("{OUTPUT}", name, "deep")
    folder.mkdir()
    (folder / "out.txt").write_text(name + text)
    (folder / "link.txt").symlink_to(folder / "out.txt")
"""
    outputs = [target(name, bench.uri(f"one/{name}"), f"{OUTPUT}/{name}") for name in ("first", "second")]
    request = bench.processing(script, [source("data", data, INPUT)], outputs, Environment={"GREETING": "salut"})
    request["AppSpecification"]["ContainerArguments"] = ["--a", "b c"]
    arn = bench.client.create_processing_job(**request)["ProcessingJobArn"]
    started = bench.client.describe_processing_job(ProcessingJobName=request["ProcessingJobName"])
    assert started["ProcessingJobStatus"] == "InProgress"
    job = bench.processed(request["ProcessingJobName"])
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingJobArn"] == arn
    assert job["CreationTime"] < job["ProcessingStartTime"] <= job["ProcessingEndTime"] == job["LastModifiedTime"]
    assert "ExitMessage" not in job and "FailureReason" not in job
    # Symbolic links are not uploaded (developer guide).
    assert bench.keys("one/first") == ["one/first/deep/out.txt"]
    assert bench.get("one/second/deep/out.txt") == b"secondhello"
    assert bench.log("ProcessingJobs", request["ProcessingJobName"]) == [
        "read 5 ['--a', 'b c'] salut",
        "to standard error",
    ]


def test_the_description_holds_the_defaults_that_aws_records(bench):
    data = source("data", bench.put("described/x"), INPUT, S3CompressionType="None")
    job = bench.process("", [data], [target("out", bench.uri("described-out"), OUTPUT)])
    assert job["ProcessingInputs"][1] == {
        "InputName": "data",
        "AppManaged": False,
        "S3Input": {
            "S3Uri": bench.uri("described/x"),
            "S3DataType": "S3Prefix",
            "LocalPath": INPUT,
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }
    assert job["ProcessingOutputConfig"]["Outputs"][0]["AppManaged"] is False
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert job["ExperimentConfig"] == {}


def test_an_image_of_another_region_is_refused(bench):
    """In the words of a public bug report (aws/amazon-sagemaker-examples, issue 2422)."""
    image = "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    request = bench.processing(AppSpecification={"ImageUri": image, "ContainerEntrypoint": ["true"]})
    with pytest.raises(ClientError) as refused:
        bench.client.create_processing_job(**request)
    assert refused.value.response["Error"]["Message"] == (
        f"Invalid region eu-central-1 in image URI {image}. Please provide an image URI in region us-east-1."
    )


def test_rules_across_inputs_and_outputs(bench):
    """No folder twice ("Create Processing Jobs")."""
    data = bench.put("rules/data")
    same = [source("one", data, "/opt/ml/processing/same"), source("two", data, "/opt/ml/processing/./same/")]
    back = [target("out", bench.uri("rules/out"), "/opt/ml/processing/input/code")]
    for inputs, outputs, named in (
        (same, [], "/opt/ml/processing/same is there twice"),
        ([], back, "/opt/ml/processing/input/code is there twice"),
    ):
        with pytest.raises(ClientError) as refused:
            bench.client.create_processing_job(**bench.processing(inputs=inputs, outputs=outputs))
        assert refused.value.response["Error"]["Code"] == "ValidationException"
        assert named in refused.value.response["Error"]["Message"]


def test_a_prefix_is_the_beginning_of_a_key(bench):
    for key in ("data/in/a.txt", "data/in/deep/b.txt", "data/in2/c.txt", "data/other.txt", "data/in/"):
        bench.put(f"prefix/{key}")
    assert listed(bench, [source("data", bench.uri("prefix/data/in"), INPUT)]) == [
        [["algo-1"], ["a.txt", "deep/b.txt", "in2/c.txt"]]
    ]


def test_a_whole_key_lands_under_its_file_name(bench):
    assert listed(bench, [source("data", bench.put("whole/key/a.txt"), INPUT)])[0][1] == ["a.txt"]


def test_a_manifest_names_its_objects(bench):
    for name in "abc":
        bench.put(f"manifest/data/{name}/x.txt")
    manifest = [{"prefix": bench.uri("manifest/data/")}, "a/x.txt", "c/x.txt"]
    uri = bench.put("manifest/list.json", json.dumps(manifest))
    assert listed(bench, [source("data", uri, INPUT, S3DataType="ManifestFile")])[0][1] == ["a/x.txt", "c/x.txt"]


def test_a_manifest_that_is_none_fails_the_job(bench):
    uri = bench.put("manifest/broken.json", '{"prefix": 1}')
    job = bench.process("", [source("data", uri, INPUT, S3DataType="ManifestFile")])
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"ClientError: Data download failed:The manifest {uri} ")


def test_instances_share_the_objects(bench):
    for name in "abcde":
        bench.put(f"shards/{name}")
    whole, part = f"{INPUT}/whole", f"{INPUT}/part"
    inputs = [
        source("whole", bench.uri("shards/"), whole),
        source("part", bench.uri("shards/"), part, S3DataDistributionType="ShardedByS3Key"),
    ]
    (hosts, first), (_, second) = listed(bench, inputs, count=2)
    assert hosts == ["algo-1", "algo-2"]
    everything = [f"whole/{name}" for name in "abcde"]
    assert [path for path in first if path in everything] == everything
    assert [path for path in second if path in everything] == everything
    # Every second object each: no object twice, none left out.
    assert [path for path in first if "part" in path] == ["part/a", "part/c", "part/e"]
    assert [path for path in second if "part" in path] == ["part/b", "part/d"]


def test_each_instance_has_a_log_stream_of_its_own(bench):
    script = "import json; print(json.load(open('/opt/ml/config/resourceconfig.json'))['current_host'])"
    request = bench.processing(script, count=2)
    bench.client.create_processing_job(**request)
    name = bench.processed(request["ProcessingJobName"])["ProcessingJobName"]
    assert [bench.log("ProcessingJobs", name, host) for host in ("algo-1", "algo-2")] == [["algo-1"], ["algo-2"]]


def test_the_request_is_in_the_configuration(bench):
    job = bench.process(
        f"import shutil; shutil.copy('/opt/ml/config/processingjobconfig.json', '{OUTPUT}/config.json')",
        outputs=[target("out", bench.uri("configuration"), OUTPUT)],
    )
    configuration = json.loads(bench.get("configuration/config.json"))
    assert configuration["ProcessingJobArn"] == job["ProcessingJobArn"]
    assert configuration["ProcessingInputs"] == job["ProcessingInputs"]
    assert configuration["RoleArn"] == bench.role


def test_continuous_outputs_and_logs_come_while_the_job_runs(bench, wait_until):
    script = f"""
import pathlib, time
pathlib.Path("{OUTPUT}/early.txt").write_text("early")
pathlib.Path("/opt/ml/processing/late/late.txt").write_text("late")
print("written")
while not pathlib.Path("{OUTPUT}/never").exists():
    time.sleep(0.01)
"""
    outputs = [
        target("now", bench.uri("continuous"), OUTPUT, "Continuous"),
        target("end", bench.uri("at-the-end"), "/opt/ml/processing/late"),
    ]
    request = bench.processing(script, outputs=outputs)
    name = request["ProcessingJobName"]
    bench.client.create_processing_job(**request)
    wait_until(lambda: bench.keys("continuous"))
    assert bench.get("continuous/early.txt") == b"early"
    assert bench.log("ProcessingJobs", name) == ["written"]
    assert bench.client.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"] == "InProgress"
    bench.client.stop_processing_job(ProcessingJobName=name)
    assert bench.processed(name)["ProcessingJobStatus"] == "Stopped"
    assert bench.keys("at-the-end") == []


def test_the_job_works_under_its_role(bench):
    job = bench.process(
        "import boto3, pathlib\n"
        "arn = boto3.client('sts').get_caller_identity()['Arn']\n"
        "pathlib.Path('/opt/ml/output/message').write_text(arn)"
    )
    assert job["ProcessingJobStatus"] == "Completed"
    role = bench.role.rpartition("/")[2]
    assert job["ExitMessage"] == f"arn:aws:sts::123456789012:assumed-role/{role}/SageMaker"


# ---- ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise SystemExit(2)", "AlgorithmError: , exit code: 2"),
        ("raise ValueError('x')", "AlgorithmError: , exit code: 1"),
        (
            "open('/opt/ml/output/message', 'w').write('the column is missing')\nraise SystemExit(1)",
            "AlgorithmError: the column is missing, exit code: 1",
        ),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on "
            "an instance., exit code: 137",
        ),
    ],
)
def test_a_script_that_fails_says_why(bench, script, reason):
    output = target("out", bench.uri("of-a-failed-job"), OUTPUT)
    job = bench.process(f"open('{OUTPUT}/x', 'w').write('x')\n{script}", outputs=[output])
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", reason)
    assert job.get("ExitMessage") == ("the column is missing" if "column" in script else None)
    assert bench.keys("of-a-failed-job") == []


def test_a_reason_is_cut_at_1024_characters(bench):
    job = bench.process("open('/opt/ml/output/message', 'w').write('é' * 2000)\nraise SystemExit(1)")
    assert job["ExitMessage"] == "é" * 1024
    assert len(job["FailureReason"]) == 1024


@pytest.mark.skipif(sys.platform != "linux", reason="needs a launcher that takes over orphans")
def test_a_daemon_ends_with_its_job(bench):
    seconds = unique_seconds()
    daemon = f"import subprocess; subprocess.Popen(['sleep', '{seconds}'], start_new_session=True)"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {daemon!r}], check=True)\nprint('left')"
    request = bench.processing(script)
    bench.client.create_processing_job(**request)
    assert bench.processed(request["ProcessingJobName"])["ProcessingJobStatus"] == "Completed"
    assert bench.log("ProcessingJobs", request["ProcessingJobName"]) == ["left"]
    assert not running("sleep", seconds)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file of /proc that can't be read from its start")
def test_a_message_that_can_not_be_read_is_none(bench):
    job = bench.process("import os\nos.symlink('/proc/self/mem', '/opt/ml/output/message')\nraise SystemExit(1)")
    assert job["FailureReason"] == "AlgorithmError: , exit code: 1"
    assert "ExitMessage" not in job


@pytest.mark.parametrize(
    ("program", "environment"),
    # On PATH, exec answers "permission denied" for what is there and is no program; a container says "not found".
    [("no-such-program", {}), ("/no/such/program", {}), ("passwd", {"PATH": "/etc"})],
)
def test_an_entrypoint_that_is_not_there(bench, program, environment):
    request = bench.processing(Environment=environment)
    request["AppSpecification"]["ContainerEntrypoint"] = [program]
    bench.client.create_processing_job(**request)
    assert bench.processed(request["ProcessingJobName"])["FailureReason"] == "AlgorithmError: , exit code: 127"


def test_the_first_instance_that_fails_ends_the_others(bench):
    script = (
        "import json, time\n"
        "host = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\n"
        "time.sleep(600) if host == 'algo-1' else exit(3)"
    )
    assert bench.process(script, count=2)["FailureReason"] == "AlgorithmError: , exit code: 3"


def test_a_job_ends_at_its_time_limit(bench):
    job = bench.process("import time; time.sleep(600)", StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert job["ProcessingJobStatus"] == "Stopped"
    assert "FailureReason" not in job


def test_stop_ends_everything_that_the_script_started(bench, wait_until):
    seconds = unique_seconds()
    script = f"import subprocess, time\nsubprocess.Popen(['sleep', '{seconds}'])\ntime.sleep(600)"
    request = bench.processing(script)
    name = request["ProcessingJobName"]
    bench.client.create_processing_job(**request)
    wait_until(lambda: running("sleep", seconds))
    bench.client.stop_processing_job(ProcessingJobName=name)
    status = bench.client.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"]
    assert status in {"Stopping", "Stopped"}
    assert bench.processed(name)["ProcessingJobStatus"] == "Stopped"
    wait_until(lambda: not running("sleep", seconds))


def test_a_script_may_clean_up_when_it_is_stopped(bench, wait_until):
    script = f"""
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path("/opt/ml/output/message").write_text("told to stop")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path("{OUTPUT}/ready").write_text("")
time.sleep(600)
"""
    request = bench.processing(script, outputs=[target("out", bench.uri("sigterm"), OUTPUT, "Continuous")])
    bench.client.create_processing_job(**request)
    wait_until(lambda: bench.keys("sigterm"))
    bench.client.stop_processing_job(ProcessingJobName=request["ProcessingJobName"])
    job = bench.processed(request["ProcessingJobName"])
    assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Stopped", "told to stop")


def test_an_object_that_the_role_may_not_read(bench, aws):
    listing = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"}
    role = aws.role("sagemaker.amazonaws.com", listing)
    uri = bench.put("secret/x.txt")
    job = bench.process("", [source("data", uri, INPUT)], RoleArn=role)
    assert job["ProcessingJobStatus"] == "Failed"
    reason = job["FailureReason"]
    assert reason.startswith("ClientError: Data download failed:Unable to download object s3://"), reason
    assert "AccessDenied: " in reason


def test_an_output_that_the_role_may_not_write(bench, aws):
    reading = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*"}
    role = aws.role("sagemaker.amazonaws.com", reading)
    output = target("out", bench.uri("not-writable"), OUTPUT)
    job = bench.process(f"open('{OUTPUT}/x.txt', 'w').write('x')", outputs=[output], RoleArn=role)
    reason = job["FailureReason"]
    assert reason.startswith(
        f"ClientError: Artifact upload failed:Unable to upload object {bench.uri('not-writable/x.txt')} (AccessDenied"
    ), reason


def test_an_object_that_is_a_folder_too(bench):
    bench.put("both/a")
    bench.put("both/a/b")
    job = bench.process("", [source("data", bench.uri("both/"), INPUT)])
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("(an object is both a folder and a file)")


def test_a_key_can_not_lead_out_of_its_folder(bench):
    bench.put("escape/../../../../outside.txt")
    job = bench.process("", [source("data", bench.uri("escape/"), INPUT)])
    assert job["ProcessingJobStatus"] == "Failed"
    assert "leads out of the local folder" in job["FailureReason"]


def test_a_disk_that_is_full(tmp_path):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can make a small disk here")
    try:
        with serve(clock=600, directory=tmp_path) as server:
            bench = Bench(Aws(server))
            uri = bench.put("large/x", bytes(2_000_000))
            job = bench.process("", [source("data", uri, INPUT)])
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == (
        f"ClientError: Data download failed:Unable to download object {uri} (No space left on device. Please use a "
        "larger volume, or reduce the size of the job's data.)"
    )
