"""What the tests of models, endpoints and transform jobs share: models by fastText, packed and put in a bucket."""

from __future__ import annotations

import io
import json
import random
import secrets
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fasttext

IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
WORDS = (
    ("great", "lovely", "sound", "works", "bright", "clear", "happy", "solid"),
    ("broken", "poor", "noise", "cheap", "returned", "weak", "hum", "dead"),
)


def train(path: Path, labels: tuple[str, str], seed: int) -> Any:
    """Train a small model on sentences of good and of bad words, save it at a path, and load it from there."""
    choose, text = random.Random(seed), path.with_suffix(".txt")
    lines = [f"__label__{labels[n % 2]} {' '.join(choose.choices(WORDS[n % 2], k=5))}" for n in range(200)]
    text.write_text("\n".join(lines) + "\n")
    model = fasttext.train_supervised(
        str(text), bucket=100, dim=5, epoch=20, wordNgrams=2, thread=1, seed=seed, verbose=0
    )
    model.save_model(str(path))
    return fasttext.load_model(str(path))


def packed(**files: bytes) -> bytes:
    """A `tar.gz` of files by their names ("_" for ".")."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("_", "."))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


class Hosting:
    """Models and endpoints of a running embedded AWS, under one role and with one bucket."""

    def __init__(self, aws: Any, wait_until: Callable[..., Any]):
        self.aws, self._wait_until = aws, wait_until
        self.sagemaker, self.s3 = aws.client("sagemaker"), aws.client("s3")
        self.runtime, self.logs = aws.client("sagemaker-runtime"), aws.client("logs")
        rights = {"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}
        self.role = aws.role("sagemaker.amazonaws.com", rights)
        self.bucket = aws.bucket()

    def put(self, content: bytes, key: str | None = None) -> str:
        """Put an object; gives its URI."""
        key = key or f"{secrets.token_hex(4)}/model.tar.gz"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def model(self, artifact: bytes, **container: Any) -> str:
        """Make a model of an artifact; gives its name."""
        name = f"model-{secrets.token_hex(4)}"
        primary = {"Image": IMAGE, "ModelDataUrl": self.put(artifact)} | container
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=self.role, PrimaryContainer=primary)
        return name

    def config(self, *variants: dict[str, Any]) -> str:
        """Make an endpoint configuration; gives its name."""
        name = f"config-{secrets.token_hex(4)}"
        defaults = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1, "VariantName": "AllTraffic"}
        production = [defaults | variant for variant in variants]
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=production)
        return name

    def create(self, config: str) -> str:
        """Make an endpoint, without waiting for it; gives its name."""
        name = f"endpoint-{secrets.token_hex(4)}"
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        return name

    def settled(self, endpoint: str) -> dict[str, Any]:
        """What Describe says once an endpoint is neither being created nor updated."""

        def settled() -> dict[str, Any] | None:
            description = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            return None if description["EndpointStatus"] in ("Creating", "Updating") else description

        return self._wait_until(settled)

    def serve(self, *variants: dict[str, Any]) -> str:
        """An endpoint in service."""
        name = self.create(self.config(*variants))
        description = self.settled(name)
        assert description["EndpointStatus"] == "InService", description
        return name

    def delete(self, endpoint: str) -> None:
        """Delete an endpoint, and wait until it is gone."""
        self.sagemaker.delete_endpoint(EndpointName=endpoint)
        self._wait_until(lambda: endpoint not in self.names())

    def names(self) -> list[str]:
        """The names of all endpoints."""
        return [each["EndpointName"] for each in self.sagemaker.list_endpoints(MaxResults=100)["Endpoints"]]

    def predict(self, endpoint: str, *sentences: str, k: int = 1, **options: Any) -> Any:
        """The endpoint's answer to sentences, parsed."""
        body = json.dumps({"instances": sentences, "configuration": {"k": k}})
        return json.loads(self.invoke(endpoint, body, ContentType="application/json", **options)["Body"].read())

    def invoke(self, endpoint: str, body: str | bytes, **options: Any) -> dict[str, Any]:
        """The whole response."""
        return self.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **options)

    def messages(self, group: str) -> list[str]:
        """All log lines of a group."""
        try:
            streams = self.logs.describe_log_streams(logGroupName=group)["logStreams"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [
            event["message"]
            for stream in streams
            for event in self.logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]
