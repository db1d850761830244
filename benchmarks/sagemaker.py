"""SageMaker beside fastText called directly: a training job, an endpoint, a batch transform job.

No other emulator has these: moto answers them from a can, MiniStack has no SageMaker.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import secrets
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fasttext
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks import boto3_alone
from benchmarks.bench import Bench, figures
from benchmarks.emulators import Emulator
from benchmarks.figures import Absent, Aim, Figure, at_least, at_most_above, within
from benchmarks.functions import role
from benchmarks.preprocessing import DATA_SET
from benchmarks.turns import (
    Way,
    WrongAnswer,
    in_threads,
    milliseconds,
    p99,
    rate,
    seconds,
    summary,
    take_turns,
    why_absent,
)
from local_aws import ADMIN_ACCESS_KEY, REGION
from local_aws.http_client import HttpConnection
from processing.reviews import preprocess

ALONE = "fastText alone"
_IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
_DEFAULTS = {"lr": 0.05, "dim": 100, "epoch": 5, "minCount": 5, "wordNgrams": 2, "bucket": 2_000_000}
"""BlazingText's own defaults, by fastText's names (its documentation: "BlazingText hyperparameters")."""
_INSTANCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
_ENDED = {"Completed", "Failed", "Stopped", "InService"}
_LIMIT_SECONDS = 120
_LINES, _ANSWERS, _THREADS, _CALLS = 27_000, 1_000, 8, 160


def measure(bench: Bench) -> Iterator[Figure]:
    """Seconds of a training job, milliseconds of an endpoint's answers, lines a second of a transform job."""
    work = Work(bench.ours, bench.directory)
    bench.say("training job")
    readings = take_turns({"ours": seconds(work.training_job), ALONE: seconds(work.train_alone)}, rounds=1)
    yield from figures("training job end to end", "s", readings, aim=within(1.2))
    bench.say("endpoint")
    yield from _endpoint(work)
    bench.say("batch transform")
    ways = {"ours": work.made(work.transform_job), ALONE: rate(_LINES, work.predict_lines)}
    yield from figures(f"batch transform of {_LINES:,} lines", "/s", take_turns(ways, rounds=1), aim=within(1.5))


def _endpoint(work: Work) -> Iterator[Figure]:
    one = {"ours": work.made(lambda: milliseconds(work.asked_endpoint())), ALONE: milliseconds(work.predict)}
    readings = take_turns(one, _ANSWERS)
    yield from figures("endpoint answer p50", "ms", readings, aim=at_most_above(3, "ms"))
    yield from figures("endpoint answer p99", "ms", readings, statistic=p99, aim=_steady(readings.get("ours", [])))
    with boto3_alone.answering(work.answer()) as client:
        alone = work.asking(client("sagemaker-runtime"), "none")
        many = {
            "ours": work.made(lambda: rate(_CALLS, in_threads(_THREADS, _CALLS, work.asked_endpoint()))),
            ALONE: rate(_CALLS, lambda: [work.predict() for _ in range(_CALLS)]),
            boto3_alone.NAME: rate(_CALLS, in_threads(_THREADS, _CALLS, alone)),
        }
        readings = take_turns(many, rounds=3)
    yield from figures(f"endpoint answers in {_THREADS} threads", "/s", readings, aim=at_least(2000, "/s"))
    plain = {
        "ours": work.made(lambda: rate(_CALLS, in_threads(_THREADS, _CALLS, work.asked_plainly()))),
        ALONE: many[ALONE],
    }
    readings = take_turns(plain, rounds=3)
    yield from figures(f"endpoint answers in {_THREADS} threads, signed once", "/s", readings, aim=at_least(2000, "/s"))


def _steady(readings: list[float] | Absent) -> Aim | None:
    """What p99 may be beside p50."""
    usual = summary(readings) if readings else Absent("")
    return None if isinstance(usual, Absent) else Aim("≤ 3 times p50", lambda ours, *_: ours <= 3 * usual)


class Work:
    """The bundled data set on ours and at hand, and a model that fastText itself has trained on it.

    The model that is hosted is not the training job's: each part can be measured without the other.
    """

    def __init__(self, emulator: Emulator, directory: Path):
        self._emulator, self._client = emulator, emulator.client("sagemaker")
        self._runtime = emulator.client("sagemaker-runtime")
        self._s3 = emulator.client("s3")
        self._role = role(emulator, "sagemaker.amazonaws.com")
        self._directory = directory
        self._bucket = f"benchmark-{secrets.token_hex(6)}"
        self._s3.create_bucket(Bucket=self._bucket)
        self._train = directory / "train.txt"
        preprocess(DATA_SET, self._train, directory / "test.txt")
        self._s3.upload_file(str(self._train), self._bucket, "train/train.txt")
        self._model = fasttext.train_supervised(str(self._train), **_DEFAULTS | {"bucket": 100_000}, verbose=0)
        sentences = [line.split(" ", 1)[1] for line in self._train.read_text(encoding="utf-8").splitlines()]
        self._sentence = sentences[0]
        self._lines = list(itertools.islice(itertools.cycle(sentences), _LINES))
        self._endpoint_name = ""

    # ---- ours ----------------------------------------------------------------------------------------

    def training_job(self) -> None:
        """A training job with `mode` set and nothing else, until it is complete."""
        name = _name()
        channel = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self._bucket}/train/"}
        self._client.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification={"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
            RoleArn=self._role,
            HyperParameters={"mode": "supervised"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": channel}}],
            OutputDataConfig={"S3OutputPath": f"s3://{self._bucket}/output"},
            ResourceConfig=_INSTANCES | {"VolumeSizeInGB": 10},
            StoppingCondition={"MaxRuntimeInSeconds": 3600},
        )
        _wait(lambda: self._client.describe_training_job(TrainingJobName=name), "TrainingJobStatus")

    def asked_endpoint(self) -> Callable[[], None]:
        """An endpoint that holds the model (made once), as an action that asks it; it has been asked before."""
        self._endpoint_name = self._endpoint_name or self._new_endpoint()
        ask = self.asking(self._runtime, self._endpoint_name)
        ask()
        return ask

    def asked_plainly(self) -> Callable[[], None]:
        """An action that asks the endpoint with as little as HTTP needs: what it can do where the client is no bound.

        Each thread has a connection of its own; one signature is good for all of them, for some minutes.
        """
        body = json.dumps({"instances": [self._sentence]}).encode()
        path, headers = f"/endpoints/{self._endpoint_name}/invocations", {"Content-Type": "application/json"}
        request = AWSRequest("POST", self._emulator.endpoint_url + path, headers, body)
        SigV4Auth(Credentials(ADMIN_ACCESS_KEY, self._emulator.secret()), "sagemaker", REGION).add_auth(request)
        signed, mine = dict(request.headers), threading.local()
        wanted = self._model.predict(self._sentence)[0][0]

        def ask() -> None:
            if not hasattr(mine, "connection"):
                mine.connection = HttpConnection("127.0.0.1", self._emulator.port)
            answer = mine.connection.ask("POST", path, body, signed)
            if answer.status != 200 or json.loads(answer.body)[0]["label"][0] != wanted:
                raise WrongAnswer(answer.body.decode(errors="replace"))

        ask()
        return ask

    def answer(self) -> bytes:
        """What the endpoint answers to that."""
        labels, probabilities = self._model.predict(self._sentence)
        return json.dumps([{"label": list(labels), "prob": list(probabilities)}]).encode()

    def asking(self, client: Any, endpoint: str) -> Callable[[], None]:
        """An action that asks an endpoint by a client, and looks at the answer."""
        body = json.dumps({"instances": [self._sentence]})
        wanted = self._model.predict(self._sentence)[0][0]

        def ask() -> None:
            answer = client.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=body)
            label = json.load(answer["Body"])[0]["label"][0]
            if label != wanted:
                raise WrongAnswer(f"{label} instead of {wanted}")

        return ask

    def transform_job(self) -> Way:
        """A transform job over many lines, one JSON object each, until it is complete."""
        content = "".join(json.dumps({"source": line}) + "\n" for line in self._lines)
        self._s3.put_object(Bucket=self._bucket, Key="lines/lines.jsonl", Body=content.encode())
        model = self._new_model()
        return rate(_LINES, lambda: self._transform(model))

    def made(self, prepare: Callable[[], Way]) -> Way | Absent:
        """The way that is prepared, or why it can't be."""
        problems: list[Absent] = []
        with why_absent(problems.append):
            return prepare()
        return problems[0]

    # ---- fastText alone ------------------------------------------------------------------------------

    def train_alone(self) -> None:
        """Train and save what the job trains."""
        trained = fasttext.train_supervised(str(self._train), **_DEFAULTS, thread=os.cpu_count(), verbose=0)
        trained.save_model(str(self._directory / "alone.bin"))
        (self._directory / "alone.bin").unlink()

    def predict(self) -> None:
        """One answer."""
        self._model.predict(self._sentence)

    def predict_lines(self) -> None:
        """All lines of the transform job, and their answers written."""
        with (self._directory / "answers.jsonl").open("w") as answers:
            for line in self._lines:
                labels, probabilities = self._model.predict(line)
                answers.write(json.dumps({"label": list(labels), "prob": list(probabilities)}) + "\n")

    # ---- what they need ------------------------------------------------------------------------------

    def _transform(self, model: str) -> None:
        name = _name()
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self._bucket}/lines/"}}
        self._client.create_transform_job(
            TransformJobName=name,
            ModelName=model,
            TransformInput={"DataSource": source, "ContentType": "application/jsonlines", "SplitType": "Line"},
            TransformOutput={"S3OutputPath": f"s3://{self._bucket}/{name}", "AssembleWith": "Line"},
            BatchStrategy="MultiRecord",
            TransformResources=_INSTANCES,
        )
        _wait(lambda: self._client.describe_transform_job(TransformJobName=name), "TransformJobStatus")
        answers = self._s3.get_object(Bucket=self._bucket, Key=f"{name}/lines.jsonl.out")["Body"].read()
        if answers.count(b'"label"') != _LINES:
            raise WrongAnswer("not an answer for each line")

    def _new_model(self) -> str:
        name, file = _name(), self._directory / "model.bin"
        self._model.save_model(str(file))
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as members:
            members.add(file, "model.bin")
        self._s3.put_object(Bucket=self._bucket, Key=f"{name}/model.tar.gz", Body=archive.getvalue())
        container = {"Image": _IMAGE, "ModelDataUrl": f"s3://{self._bucket}/{name}/model.tar.gz"}
        self._client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=self._role)
        return name

    def _new_endpoint(self) -> str:
        name = _name()
        variant = {
            "VariantName": "only",
            "ModelName": self._new_model(),
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        self._client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        self._client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        _wait(lambda: self._client.describe_endpoint(EndpointName=name), "EndpointStatus")
        return name


def _wait(describe: Callable[[], dict[str, Any]], member: str) -> None:
    deadline = time.monotonic() + _LIMIT_SECONDS
    while (told := describe())[member] not in _ENDED:
        if time.monotonic() > deadline:
            raise WrongAnswer(f"still {told[member]} after {_LIMIT_SECONDS} seconds")
        time.sleep(0.01)
    if told[member] not in {"Completed", "InService"}:
        raise WrongAnswer(f"{told[member]}: {told.get('FailureReason')}")


def _name() -> str:
    return f"benchmark-{secrets.token_hex(6)}"
