"""The scikit-learn image: a script of the learner's own trains in a job, and serves behind an endpoint."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import tarfile
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker.containers.model_server import Answer, Question
from local_aws.sagemaker.scikit_learn.inference import ScriptModel
from local_aws.sagemaker.scikit_learn.user_code import UserError, fetch, unpack
from tests.local_aws.sagemaker.jobs_support import SCIKIT_LEARN, Bench, channel

TELLING = """
import json, os, sys
from pathlib import Path
told = {name: value for name, value in os.environ.items() if name.startswith("SM_")}
told["arguments"], told["folder"], told["beside"] = sys.argv, os.getcwd(), __import__("beside").WORD
told["resources"] = json.loads(Path(os.environ["SM_INPUT_CONFIG_DIR"], "resourceconfig.json").read_text())
Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps(told))
Path(os.environ["SM_OUTPUT_DATA_DIR"], "sub").mkdir()
Path(os.environ["SM_OUTPUT_DATA_DIR"], "sub", "plot.txt").write_text("a plot")
print("loss=0.5; accuracy: 0.25")
print("loss=0.125; accuracy: 0.75")
"""
SERVING = """
import json
from pathlib import Path
def model_fn(model_dir):
    return json.loads(Path(model_dir, "weights.json").read_text())
def predict_fn(data, model):
    return [float(row.sum()) * model["factor"] for row in data]
"""


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def packed(**files: str) -> bytes:
    """A tar.gz archive of files by their names; a double underscore in a name stands for a dot."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as members:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(text.encode())
            members.addfile(member, io.BytesIO(text.encode()))
    return archive.getvalue()


def request(bench: Bench, hyperparameters: dict[str, Any] | None = None, files: dict[str, str] | None = None) -> dict:
    """A training job that runs `train.py` out of an archive of these files."""
    name = f"job-{secrets.token_hex(4)}"
    code = bench.put(f"code/{name}/sourcedir.tar.gz", packed(**(files or {})))
    own = {"sagemaker_program": "train.py", "sagemaker_submit_directory": code}
    return {
        "TrainingJobName": name,
        "RoleArn": bench.role,
        "AlgorithmSpecification": {"TrainingImage": SCIKIT_LEARN, "TrainingInputMode": "File"},
        # As SageMaker's SDK writes them: every value as JSON.
        "HyperParameters": {key: json.dumps(value) for key, value in {**own, **(hyperparameters or {})}.items()},
        "InputDataConfig": [channel("train", bench.put(f"data/{name}/train.txt", "a line\n"))],
        "OutputDataConfig": {"S3OutputPath": bench.uri("models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def run(bench: Bench, wanted: dict) -> dict:
    return bench.trained(bench.start_training(wanted))


def members(bench: Bench, job: dict, name: str) -> dict[str, bytes]:
    """The files of an archive that a job left behind."""
    content = bench.get(f"models/{job['TrainingJobName']}/output/{name}")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}


def test_a_script_is_told_of_its_job_as_the_toolkit_tells_it(bench):
    files = {"train__py": TELLING, "beside__py": "WORD = 'beside'"}
    wanted = request(bench, {"epochs": 3, "learning-rate": 0.1, "a": True, "of": {"x": 1}, "name": "two_words"}, files)
    wanted["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "loss", "Regex": "loss=([0-9.]+)"},
        {"Name": "accuracy", "Regex": "accuracy: ([0-9.]+)"},
        {"Name": "absent", "Regex": "never"},
    ]
    job = run(bench, wanted)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")

    told = json.loads(members(bench, job, "model.tar.gz")["told.json"])
    words = "train.py -a True --epochs 3 --learning-rate 0.1 --name two_words --of x=1"
    assert told["arguments"] == words.split()
    assert (told["folder"], told["beside"]) == ("/opt/ml/code", "beside")
    assert told["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert told["SM_CHANNELS"] == '["train"]'
    assert (told["SM_HP_EPOCHS"], told["SM_HP_LEARNING-RATE"], told["SM_HP_NAME"]) == ("3", "0.1", "two_words")
    assert json.loads(told["SM_HPS"]) == {"epochs": 3, "learning-rate": 0.1, "a": True, "of": {"x": 1}} | {
        "name": "two_words"
    }
    assert (told["SM_CURRENT_HOST"], told["SM_HOSTS"]) == ("algo-1", '["algo-1"]')
    assert (told["SM_CURRENT_INSTANCE_TYPE"], told["SM_NUM_GPUS"]) == ("ml.m5.large", "0")
    assert (told["SM_MODULE_NAME"], told["SM_USER_ENTRY_POINT"]) == ("train", "train.py")
    assert told["SM_FRAMEWORK_MODULE"] == "sagemaker_sklearn_container.training:main"
    described = json.loads(told["SM_TRAINING_ENV"])
    assert (described["job_name"], described["is_master"]) == (wanted["TrainingJobName"], True)
    assert told["resources"]["instance_groups"] == [
        {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}
    ]

    assert members(bench, job, "output.tar.gz") == {"sub/plot.txt": b"a plot"}
    assert {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]} == {
        "loss": 0.125,
        "accuracy": 0.75,
    }
    assert job["ModelArtifacts"]["S3ModelArtifacts"].endswith(f"{wanted['TrainingJobName']}/output/model.tar.gz")


def test_a_script_that_fails_says_with_which_status(bench):
    wanted = request(bench, {"lr": 1}, {"train__py": "import sys\nprint('so far')\nsys.exit(3)"})
    job = run(bench, wanted)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == (
        'AlgorithmError: ExecuteUserScriptError:\nExitCode 3\nErrorMessage ""\nCommand "python3 train.py --lr 1", '
        "exit code: 3"
    )
    assert "so far" in bench.log("TrainingJobs", wanted["TrainingJobName"])


def test_a_script_that_is_not_there(bench):
    wanted = request(bench, {"sagemaker_program": "other.py"}, {"train__py": "pass"})
    job = run(bench, wanted)
    assert job["TrainingJobStatus"] == "Failed"
    assert "there is no other.py in s3://" in job["FailureReason"]


def test_an_archive_that_is_none(tmp_path):
    (tmp_path / "text.tar.gz").write_text("a text")
    with pytest.raises(UserError, match=r"The submit directory s3://b/k is no tar\.gz archive"):
        unpack(tmp_path / "text.tar.gz", tmp_path / "code", "s3://b/k")
    with pytest.raises(UserError, match="is neither an archive in S3 nor a folder"):
        fetch(str(tmp_path / "nowhere"), tmp_path / "code")


def test_an_archive_does_not_lead_out_of_its_folder(tmp_path):
    (tmp_path / "code.tar.gz").write_bytes(packed(**{"../outside": "x"}))
    with pytest.raises(UserError, match="leads out of the archive"):
        unpack(tmp_path / "code.tar.gz", tmp_path / "code", "s3://b/k")
    assert not (tmp_path / "outside").exists()


def test_a_job_without_a_model_leaves_no_archive(bench):
    wanted = request(bench)
    wanted["AlgorithmSpecification"]["ContainerEntrypoint"] = ["true"]
    job = run(bench, wanted)
    assert job["TrainingJobStatus"] == "Completed"
    assert bench.keys(f"models/{job['TrainingJobName']}/") == []


def test_a_request_may_bring_its_own_entrypoint_and_instances_share_one_model(bench):
    wanted = request(bench)
    wanted["AlgorithmSpecification"] |= {
        "ContainerEntrypoint": ["/bin/sh", "-c"],
        "ContainerArguments": [
            "cd /opt/ml; cp input/data/train/* model/$(grep -o 'algo-.' input/config/resourceconfig.json | head -1)"
        ],
    }
    wanted["ResourceConfig"]["InstanceCount"] = 2
    assert members(bench, run(bench, wanted), "model.tar.gz") == {"algo-1": b"a line\n", "algo-2": b"a line\n"}


def test_a_script_reads_a_channel_through_pipes_as_often_as_it_likes(bench):
    # Two objects, more than a pipe holds at once; a reader that leaves early; and a channel of files beside it.
    script = (
        "import hashlib, json, os\n"
        "data, hashes = os.environ['SM_INPUT_DIR'] + '/data/', []\n"
        "for reading in (0, 1):\n"
        "    with open(data + f'streamed_{reading}', 'rb') as pipe:\n"
        "        hashes.append(hashlib.sha256(pipe.read()).hexdigest())\n"
        "with open(data + 'streamed_2', 'rb') as pipe:\n    hashes.append(pipe.read(3).decode())\n"
        "with open(data + 'streamed_3', 'rb') as pipe:\n    hashes.append(pipe.read(3).decode())\n"
        "hashes.append(sorted(os.listdir(data + 'train')))\n"
        "modes = {name: each['TrainingInputMode'] for name, each in"
        " json.loads(os.environ['SM_INPUT_DATA_CONFIG']).items()}\n"
        "json.dump([hashes, modes], open(os.environ['SM_MODEL_DIR'] + '/read.json', 'w'))\n"
    )
    wanted = request(bench, {}, {"train__py": script})
    first, second = b"abc" * 100_000, b"xyz" * 100_000
    bench.put(f"streamed/{wanted['TrainingJobName']}/1", first)
    bench.put(f"streamed/{wanted['TrainingJobName']}/2", second)
    streamed = channel("streamed", bench.uri(f"streamed/{wanted['TrainingJobName']}/"))
    wanted["InputDataConfig"][0]["InputMode"] = "FastFile"
    wanted["InputDataConfig"].append(streamed)
    wanted["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    job = run(bench, wanted)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    whole = hashlib.sha256(first + second).hexdigest()
    read, modes = json.loads(members(bench, job, "model.tar.gz")["read.json"])
    assert read == [whole, whole, "abc", "abc", ["train.txt"]]
    assert modes == {"streamed": "Pipe", "train": "FastFile"}


def test_a_pipe_that_nobody_reads_keeps_no_job(bench):
    wanted = request(bench, {}, {"train__py": "pass"})
    wanted["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    assert run(bench, wanted)["TrainingJobStatus"] == "Completed"


def test_a_link_in_place_of_a_pipe_leads_nowhere(bench, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    script = (
        "import os, time\n"
        "pipe = os.environ['SM_INPUT_DIR'] + '/data/train_0'\n"
        f"os.remove(pipe)\nos.symlink({str(victim)!r}, pipe)\ntime.sleep(0.5)\n"
    )
    wanted = request(bench, {}, {"train__py": script})
    wanted["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    assert run(bench, wanted)["TrainingJobStatus"] == "Completed"
    assert victim.read_text() == "untouched"


def test_a_metric_that_is_no_pattern_is_refused(bench):
    wanted = request(bench)
    wanted["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "loss", "Regex": "loss=("}]
    with pytest.raises(ClientError, match="The Regex of the metric loss is no regular expression"):
        bench.start_training(wanted)


def endpoint(bench: Bench, wait_until, files: dict[str, str], environment: dict[str, str] | None = None) -> str:
    """An endpoint that serves with a script out of its model's own archive, once its status is settled."""
    name = f"own-{secrets.token_hex(4)}"
    artifact = bench.put(f"artifacts/{name}/model.tar.gz", packed(**files))
    settings = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    container = {"Image": SCIKIT_LEARN, "ModelDataUrl": artifact, "Environment": settings | (environment or {})}
    bench.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=bench.role)
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    bench.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    bench.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    settled = ("InService", "Failed")
    wait_until(lambda: bench.client.describe_endpoint(EndpointName=name)["EndpointStatus"] in settled, 120)
    return name


def ask(bench: Bench, name: str, body: str | bytes, content_type: str = "application/json", **more: str) -> tuple:
    answer = bench.aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, Body=body, ContentType=content_type, **more
    )
    return answer["ContentType"], answer["Body"].read()


def test_a_script_serves_its_model(bench, wait_until):
    files = {"weights__json": '{"factor": 2}', "code/inference__py": SERVING}
    name = endpoint(bench, wait_until, files)
    assert ask(bench, name, "[[1, 2], [3, 4]]") == ("application/json", b"[6.0, 14.0]")
    assert ask(bench, name, "1,2\n3,4\n", "text/csv", Accept="text/csv") == ("text/csv", b"6.0\n14.0\n")
    for body, content_type, accept, status, text in (
        ("x", "text/strange", "application/json", 415, "Content type text/strange is not supported by this framework"),
        ("[[1]]", "application/json", "text/strange", 406, "UnsupportedFormatError"),
        ("[[1]", "application/json", "application/json", 500, "Internal Server Error"),
    ):
        with pytest.raises(ClientError) as caught:
            ask(bench, name, body, content_type, Accept=accept)
        assert caught.value.response["OriginalStatusCode"] == status
        assert text in caught.value.response["OriginalMessage"]
    bench.client.delete_endpoint(EndpointName=name)


def test_a_script_that_can_not_serve_fails_the_endpoint_and_says_why(bench, wait_until):
    name = endpoint(bench, wait_until, {"code/inference__py": SERVING})
    assert bench.client.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Failed"

    def said() -> bool:
        events = bench.logs.filter_log_events(logGroupName=f"/aws/sagemaker/Endpoints/{name}")["events"]
        return any("FileNotFoundError" in event["message"] for event in events)

    wait_until(said, 60)
    bench.client.delete_endpoint(EndpointName=name)


def script(text: str) -> ModuleType:
    """A script as a module."""
    module = ModuleType("inference")
    exec(text, module.__dict__)
    return module


def test_a_script_may_do_all_of_it_itself(tmp_path):
    text = (
        "def model_fn(model_dir):\n    return model_dir\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    return f'{model}|{body}|{content_type}|{accept}', 'text/plain'\n"
    )
    answer = ScriptModel(script(text), tmp_path).answer(Question(b"{}", "application/json", "text/csv"))
    assert answer == Answer(200, "text/plain", f"{tmp_path}|{{}}|application/json|text/csv".encode())


@pytest.mark.parametrize(
    ("returned", "answer"),
    [
        ("'text'", Answer(200, "text/html; charset=utf-8", b"text")),
        ("b'bytes', 'image/png'", Answer(200, "image/png", b"bytes")),
    ],
)
def test_what_an_output_function_may_return(tmp_path, returned, answer):
    text = f"def model_fn(d): pass\ndef predict_fn(data, model): pass\ndef output_fn(value, accept): return {returned}"
    assert ScriptModel(script(text), tmp_path).answer(Question(b"[1]", "", "")) == answer


def test_a_response_that_is_none_is_the_servers_fault(tmp_path):
    text = "def model_fn(d): pass\ndef predict_fn(data, model): pass\ndef output_fn(value, accept): return 42"
    with pytest.raises(TypeError, match="did not return a valid response"):
        ScriptModel(script(text), tmp_path).answer(Question(b"[1]", "", ""))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def predict_fn(data, model): pass", "Please provide a model_fn implementation."),
        ("def model_fn(d): pass\ndef transform_fn(*a): pass\ndef input_fn(*a): pass", "Cannot use transform_fn"),
    ],
)
def test_functions_that_do_not_go_together(tmp_path, text, told):
    with pytest.raises(UserError, match=told):
        ScriptModel(script(text), tmp_path)
