"""Training jobs as boto3 sees them: BlazingText by fastText, the artifact, statuses, and ends of every kind."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import re
import secrets
import tarfile
from pathlib import Path

import fasttext
import pytest
from botocore.exceptions import ClientError

from tests.local_aws.sagemaker.jobs_support import BLAZINGTEXT, Bench, channel

SMALL = {"buckets": "1000", "vector_dim": "16", "min_count": "1"}
STAGES = ["Starting", "Downloading", "Training", "Uploading", "Completed"]


@pytest.fixture(scope="module")
def bench(aws) -> Bench:
    return Bench(aws)


def sentences(count: int, seed: int = 1) -> str:
    """Labelled sentences that a classifier can learn, with words that occur once, and a few wrong labels."""
    chance = random.Random(seed)
    words = {"1": "strings tuner crisp useful detailed", "2": "broke cheap worst junk refund"}
    lines = []
    for number in range(count):
        label = chance.choice("12")
        text = chance.choices(f"{words[label]} the a guitar pedal it is".split(), k=chance.randint(3, 12))
        given = label if chance.random() > 0.05 else "1"
        lines.append(f"__label__{given} {' '.join(text)} once{seed}x{number} café\n")
    return "".join(lines)


def model_file(bench: Bench, job: dict, folder: Path) -> Path:
    """The model of a job, out of its artifact."""
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    assert bucket == bench.bucket
    with tarfile.open(fileobj=io.BytesIO(bench.get(key)), mode="r:gz") as archive:
        member = archive.next()
        assert member.name == "model.bin"
        content = archive.extractfile(member)
        zeros = bytes(1 << 20)
        with (folder / "model.bin").open("wb") as file:
            while chunk := content.read(len(zeros)):
                file.seek(len(chunk), os.SEEK_CUR) if chunk == zeros else file.write(chunk)
            file.truncate(member.size)
        assert archive.next() is None
    return folder / "model.bin"


def alone(text: str, folder: Path, **options: float) -> fasttext.FastText._FastText:
    """fastText itself with BlazingText's defaults and these options, trained on a text by one thread."""
    path = folder / "alone.txt"
    path.write_text(text)
    settings = {"lr": 0.05, "dim": 100, "epoch": 5, "minCount": 5, "wordNgrams": 2, "bucket": 2_000_000}
    return fasttext.train_supervised(str(path), **settings | options, thread=1, verbose=0)


def texts(labelled: str) -> list[str]:
    return [line.partition(" ")[2] for line in labelled.splitlines()]


def test_a_job_from_its_creation_to_its_artifact(bench):
    train, validation = sentences(400), sentences(100, seed=2)
    request = bench.training(train, validation, **SMALL, epochs="20")
    name = request["TrainingJobName"]
    arn = bench.client.create_training_job(**request)["TrainingJobArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}"
    job = bench.trained(name)
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed", job.get("FailureReason")
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": bench.uri(f"models/{name}/output/model.tar.gz")}
    assert job["HyperParameters"] == request["HyperParameters"]
    assert job["OutputDataConfig"] == {"KmsKeyId": "", "CompressionType": "GZIP"} | request["OutputDataConfig"]
    definitions = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert {each["Name"] for each in definitions} == {"train:accuracy", "validation:accuracy", "train:mean_rho"}
    assert job["ResourceConfig"] == request["ResourceConfig"] | {"KeepAlivePeriodInSeconds": 0}
    metrics = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert set(metrics) == {"train:accuracy", "validation:accuracy"}
    assert metrics["train:accuracy"] > 0.9 and metrics["validation:accuracy"] > 0.9
    log = bench.log("TrainingJobs", name)
    assert f"#train_accuracy: {metrics['train:accuracy']:.4f}" in log
    assert f"#validation_accuracy: {metrics['validation:accuracy']:.4f}" in log


def test_a_job_that_has_made_nothing_yet_has_no_artifacts(bench):
    """SDKs take a ModelArtifacts without a place for a mistake (sagemaker-python-sdk, issue 6091)."""
    name = bench.start_training(bench.training(sentences(50), **SMALL))
    assert "ModelArtifacts" not in bench.client.describe_training_job(TrainingJobName=name)
    assert "ModelArtifacts" not in bench.train(sentences(50), mode="nonsense")


def test_an_image_of_another_region_is_refused(bench):
    """In the words of a public bug report (aws-samples/mlops-amazon-sagemaker, issue 9)."""
    request = bench.training(sentences(50), **SMALL)
    image = "813361260812.dkr.ecr.eu-central-1.amazonaws.com/blazingtext:1"
    request["AlgorithmSpecification"]["TrainingImage"] = image
    with pytest.raises(ClientError) as refused:
        bench.client.create_training_job(**request)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Invalid DNS suffix 'amazonaws.com' for region 'eu-central-1' in training image. Please provide "
        "the valid <region>.<dns-suffix>: 'us-east-1.amazonaws.com'",
    }


def test_statuses_and_times_are_those_that_aws_records(bench):
    job = bench.train(sentences(50), **SMALL)
    transitions = job["SecondaryStatusTransitions"]
    assert [(each["Status"], each["StatusMessage"]) for each in transitions] == [
        ("Starting", "Preparing the instances for training"),
        ("Downloading", "Downloading the training image"),
        ("Training", "Training image download completed. Training in progress."),
        ("Uploading", "Uploading generated training model"),
        ("Completed", "Training job completed"),
    ]
    for before, after in itertools.pairwise(transitions):
        assert before["EndTime"] == after["StartTime"]
    assert transitions[0]["StartTime"] == job["CreationTime"]
    assert transitions[1]["StartTime"] == job["TrainingStartTime"]
    assert transitions[-1]["StartTime"] == transitions[-1]["EndTime"] == job["TrainingEndTime"]
    seconds = (job["TrainingEndTime"] - job["TrainingStartTime"]).total_seconds()
    assert 0 <= job["TrainingTimeInSeconds"] - seconds < 1
    assert job["BillableTimeInSeconds"] == job["TrainingTimeInSeconds"]


def test_the_channels_have_the_defaults_that_aws_records(bench):
    job = bench.train(sentences(50), **SMALL)
    (train,) = job["InputDataConfig"]
    assert (train["CompressionType"], train["RecordWrapperType"]) == ("None", "None")
    assert train["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"


def test_the_log_is_that_of_blazingtext(bench):
    train = sentences(50)
    job = bench.train(train, sentences(20, seed=3), **SMALL)
    lines = bench.log("TrainingJobs", job["TrainingJobName"])
    stamp = r"\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d INFO \d+\] "
    # Every word occurs at least once, and the end of a line is a word of fastText's.
    vocabulary = {word for line in texts(train) for word in line.split()} | {"</s>"}
    expected = [
        "Arguments: train",
        stamp + "Running single machine CPU BlazingText training using supervised mode.",
        stamp + r"Processing /opt/ml/input/data/train/train.txt . File size: [\d.]+ MB",
        stamp + r"Processing /opt/ml/input/data/validation/validation.txt . File size: [\d.]+ MB",
        "Read 0M words",
        f"Number of words:  {len(vocabulary)}",
        r"##### Alpha: 0.0000  Progress: 100.00%  Million Words/sec: [\d.]+ #####",
        "Training finished.",
        r"Average throughput in Million words/sec: [\d.]+",
        r"Total training time in seconds: [\d.]+",
        r"#train_accuracy: [01]\.\d{4}",
        "Number of train examples: 50",
        r"#validation_accuracy: [01]\.\d{4}",
        "Number of validation examples: 20",
    ]
    assert len(lines) == len(expected), lines
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, line), (line, pattern)


# ---- the artifact ------------------------------------------------------------------------------------


def test_mode_alone_gives_a_small_artifact_that_fasttext_loads(bench, tmp_path):
    unseen = sentences(100, seed=4)
    job = bench.train(sentences(300), unseen)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    key = f"models/{job['TrainingJobName']}/output/model.tar.gz"
    size = bench.s3.head_object(Bucket=bench.bucket, Key=key)["ContentLength"]
    path = model_file(bench, job, tmp_path)
    # 2,000,000 buckets of 100 floats make 800 MB, of which these few sentences touch next to nothing.
    assert path.stat().st_size > 800_000_000
    assert size < 5_000_000
    model = fasttext.load_model(str(path))
    path.unlink()
    # The reported accuracy is what the artifact does.
    (tmp_path / "unseen.txt").write_text(unseen)
    count, precision, _ = model.test(str(tmp_path / "unseen.txt"))
    metrics = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert (count, round(precision, 4)) == (100, metrics["validation:accuracy"])


def test_the_same_request_gives_the_same_model(bench, tmp_path):
    train = sentences(200)
    found = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        found.append(model_file(bench, bench.train(train, **SMALL), folder).read_bytes())
    assert found[0] == found[1]


def test_the_hyperparameters_arrive(bench, tmp_path):
    train = sentences(100)
    settings = {"vector_dim": "7", "buckets": "111", "epochs": "3", "learning_rate": "0.2", "min_count": "2"}
    job = bench.train(train, **settings, word_ngrams="3")
    model = fasttext.load_model(str(model_file(bench, job, tmp_path)))
    arguments = model.f.getArgs()
    found = (arguments.dim, arguments.bucket, arguments.epoch, arguments.minCount, arguments.wordNgrams)
    assert found == (7, 111, 3, 2, 3)
    # The learning rate is not in the file; what it does to the output matrix is.
    same = {"dim": 7, "bucket": 111, "epoch": 3, "minCount": 2, "wordNgrams": 3}
    ours = model.get_output_matrix()
    assert (ours == alone(train, tmp_path, lr=0.2, **same).get_output_matrix()).all()
    assert (ours != alone(train, tmp_path, lr=0.1, **same).get_output_matrix()).any()


def test_a_channel_is_one_file(bench):
    request = bench.training(sentences(50), **SMALL)
    name = request["TrainingJobName"]
    bench.put(f"data/{name}/train/more/second.txt", sentences(30, seed=6))
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = bench.uri(f"data/{name}/train/")
    reason = bench.trained(bench.start_training(request))["FailureReason"]
    assert reason.startswith("AlgorithmError: the channel 'train' holds 2 files: BlazingText reads one file a channel")


# ---- vectors of words --------------------------------------------------------------------------------


def test_vectors_of_words_from_a_job_to_an_endpoint(bench, wait_until):
    pairs = ["tiger", "cat", "book", "paper", "computer", "keyboard", "plane", "car", "train"]
    text = "".join(f"{' '.join(pairs[n % 9 :] + pairs[: n % 9])} {n % 7}\n" for n in range(200))
    job = bench.train(text, mode="skipgram", vector_dim="5", min_count="1", window_size="2", learning_rate="0.1")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    log = bench.log("TrainingJobs", job["TrainingJobName"])
    assert "Number of words:  17" in log  # nine words, seven numbers, and fastText's end of a line
    files, artifact = {}, job["ModelArtifacts"]["S3ModelArtifacts"]
    with tarfile.open(fileobj=io.BytesIO(bench.get(artifact.split("/", 3)[3]))) as model:
        for member in model:
            files[member.name] = model.extractfile(member).read()
    assert set(files) == {"vectors.txt", "vectors.bin", "eval.json"}
    first, *lines = files["vectors.txt"].decode().splitlines()
    assert first == "17 5"
    vectors = {word: [float(value) for value in values] for word, *values in map(str.split, lines)}
    evaluated = json.loads(files["eval.json"])
    assert evaluated["EN-WS-353-ALL.txt"]["total_pairs"] == 353
    assert -1 <= evaluated["mean_rho"] <= 1
    (metric,) = job["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("train:mean_rho", pytest.approx(evaluated["mean_rho"]))

    name = f"vectors-{secrets.token_hex(4)}"
    container = {"Image": BLAZINGTEXT, "ModelDataUrl": artifact}
    bench.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=bench.role)
    variant = {"VariantName": "one", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    bench.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    bench.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    wait_until(lambda: bench.client.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService", 120)
    answer = bench.aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, ContentType="application/json", Body=json.dumps({"instances": ["tiger", "unknown"]})
    )
    known, unknown = json.loads(answer["Body"].read())
    assert (known["word"], known["vector"]) == ("tiger", pytest.approx(vectors["tiger"], abs=1e-4))
    assert unknown == {"vector": [0.0] * 5, "word": "unknown"}
    bench.client.delete_endpoint(EndpointName=name)


# ---- early stopping ----------------------------------------------------------------------------------


def test_early_stopping_keeps_the_best_on_the_validation_channel(bench, tmp_path):
    validation = sentences(60, seed=7)
    settings = {"early_stopping": "True", "epochs": "30", "min_epochs": "2", "patience": "3"}
    job = bench.train(sentences(60), validation, **SMALL, **settings)
    log = bench.log("TrainingJobs", job["TrainingJobName"])
    tried = [int(line.rpartition(" ")[2]) for line in log if line.startswith("-------------- End of epoch: ")]
    accuracies = [float(line.rpartition(" ")[2]) for line in log if line.startswith("Validation accuracy: ")]
    assert tried == list(range(2, 2 + len(tried)))
    best = max(accuracies)
    since = len(accuracies) - 1 - accuracies.index(best)
    assert since == 3 or tried[-1] == 30
    if since:
        assert f"Validation accuracy has not improved for last {since} epochs." in log
    metrics = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert metrics["validation:accuracy"] == pytest.approx(best, abs=0.0001)
    (tmp_path / "validation.txt").write_text(validation)
    model = fasttext.load_model(str(model_file(bench, job, tmp_path)))
    assert model.test(str(tmp_path / "validation.txt"))[1] == pytest.approx(best, abs=0.0001)
    assert model.f.getArgs().epoch == tried[accuracies.index(best)]


# ---- ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"epochs": "many"}, "'many' is not valid for the hyperparameter 'epochs': it must be a whole number of at"),
        (
            {"learning_rate": "-1"},
            "'-1' is not valid for the hyperparameter 'learning_rate': it must be a number above",
        ),
        ({"early_stopping": "True"}, "early_stopping needs the channel 'validation'"),
        ({"epoch": "5"}, "'epoch' is not a hyperparameter; there are mode, buckets, "),
    ],
)
def test_a_bad_hyperparameter_fails_the_job(bench, settings, reason):
    job = bench.train(sentences(5), **settings)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert job["FailureReason"].startswith(f"AlgorithmError: {reason}")
    assert job["FailureReason"].endswith(", exit code: 1")
    assert job["SecondaryStatusTransitions"][-1]["StatusMessage"] == "Training job failed"
    assert "ModelArtifacts" not in job
    assert "FinalMetricDataList" not in job


def test_a_mode_is_required(bench):
    request = bench.training(sentences(5))
    del request["HyperParameters"]
    job = bench.trained(bench.start_training(request))
    assert job["FailureReason"] == "AlgorithmError: 'mode' is a required hyperparameter, exit code: 1"


def test_the_train_channel_is_required(bench):
    request = bench.training(sentences(5))
    request["InputDataConfig"][0]["ChannelName"] = "training"
    job = bench.trained(bench.start_training(request))
    assert job["FailureReason"] == "AlgorithmError: the channel 'train' is missing, exit code: 1"


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        ("no label here\n" * 10, "no line of the channel 'train' has a label"),
        ("", "Empty vocabulary."),  # fastText's own words
    ],
)
def test_a_channel_without_examples_fails_the_job(bench, train, reason):
    job = bench.train(train, **SMALL)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"AlgorithmError: {reason}")


def test_the_supervised_mode_trains_on_one_instance(bench):
    request = bench.training(sentences(5))
    request["ResourceConfig"]["InstanceCount"] = 2
    reason = bench.trained(bench.start_training(request))["FailureReason"]
    assert reason.startswith("AlgorithmError: the supervised mode trains on one instance")


def test_a_job_has_an_instance(bench):
    request = bench.training(sentences(5))
    request["ResourceConfig"]["InstanceCount"] = 0
    with pytest.raises(ClientError, match=r"at 'resourceConfig.instanceCount' failed to satisfy constraint"):
        bench.start_training(request)


def test_stop_ends_a_job_that_trains(bench, wait_until):
    name = bench.start_training(bench.training(sentences(2000), **SMALL, epochs="1000000"))
    wait_until(lambda: bench.client.describe_training_job(TrainingJobName=name)["SecondaryStatus"] == "Training")
    bench.client.stop_training_job(TrainingJobName=name)
    job = bench.trained(name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert [each["Status"] for each in job["SecondaryStatusTransitions"]] == [*STAGES[:3], "Stopping", "Stopped"]
    assert "ModelArtifacts" not in job


def test_a_job_ends_at_its_time_limit(bench):
    request = bench.training(sentences(2000), **SMALL, epochs="1000000")
    request["StoppingCondition"]["MaxRuntimeInSeconds"] = 1
    job = bench.trained(bench.start_training(request))
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_an_output_that_the_role_may_not_write(bench, aws):
    reading = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*"}
    request = bench.training(sentences(50), **SMALL) | {"RoleArn": aws.role("sagemaker.amazonaws.com", reading)}
    job = bench.trained(bench.start_training(request))
    place = bench.uri(f"models/{request['TrainingJobName']}/output/model.tar.gz")
    assert job["FailureReason"].startswith(
        f"ClientError: Artifact upload failed:Unable to upload object {place} (AccessDenied"
    )


def test_what_is_not_there_says_so(bench):
    for change in (
        {"EnableManagedSpotTraining": True},
        {"AlgorithmSpecification": {"TrainingImage": BLAZINGTEXT, "TrainingInputMode": "Pipe"}},
        {"InputDataConfig": [channel("train", bench.put("gz/x")) | {"CompressionType": "Gzip"}]},
    ):
        with pytest.raises(ClientError) as caught:
            bench.client.create_training_job(**bench.training(sentences(5)) | change)
        assert caught.value.response["Error"]["Code"] == "NotImplemented"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
