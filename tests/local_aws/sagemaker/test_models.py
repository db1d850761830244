"""Models and endpoint configurations through boto3, and artifacts on their way to the disk."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import fasttext
import numpy as np
import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker.blazingtext.zero_pages import give_back_zero_pages
from local_aws.sagemaker.containers.artifacts import Artifacts, ArtifactUnusable
from tests.local_aws.sagemaker.hosting_support import IMAGE, Hosting, packed
from tests.refusals import refusal

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture(scope="module")
def hosting(aws):
    return Hosting(aws, None)


@pytest.fixture(scope="module")
def artifact(hosting):
    return hosting.put(packed(model_bin=b"no model"))


def test_a_model_is_created_described_listed_and_deleted(hosting, artifact):
    sagemaker = hosting.sagemaker
    container = {"Image": IMAGE, "ModelDataUrl": artifact, "Environment": {"A": "b"}}
    request = {"ModelName": "My-Model", "ExecutionRoleArn": hosting.role, "PrimaryContainer": container}
    answer = sagemaker.create_model(**request, Tags=[{"Key": "course", "Value": "yes"}])
    assert answer["ModelArn"] == f"{ARN}:model/my-model"
    described = sagemaker.describe_model(ModelName="My-Model")
    source = {"S3DataSource": {"S3Uri": artifact, "S3DataType": "S3Object", "CompressionType": "Gzip"}}
    assert described["PrimaryContainer"] == container | {"Mode": "SingleModel", "ModelDataSource": source}
    assert described["DeploymentRecommendation"] == {
        "RecommendationStatus": "COMPLETED",
        "RealTimeInferenceRecommendations": [],
    }
    assert described["ExecutionRoleArn"] == hosting.role
    assert described["EnableNetworkIsolation"] is False
    assert sagemaker.list_tags(ResourceArn=answer["ModelArn"])["Tags"] == [{"Key": "course", "Value": "yes"}]
    listed = sagemaker.list_models(NameContains="my-mod")["Models"]
    assert [(each["ModelName"], each["ModelArn"]) for each in listed] == [("My-Model", answer["ModelArn"])]
    code, message = refusal(sagemaker.create_model, **request)
    assert (code, message) == ("ValidationException", f'Cannot create already existing model "{ARN}:model/my-model".')
    sagemaker.delete_model(ModelName="My-Model")
    for operation in (sagemaker.describe_model, sagemaker.delete_model):
        code, message = refusal(operation, ModelName="My-Model")
        assert (code, message) == ("ValidationException", f'Could not find model "{ARN}:model/my-model".')


def test_a_model_without_its_artifact_is_refused(hosting):
    uri = f"s3://{hosting.bucket}/nothing/model.tar.gz"
    container = {"Image": IMAGE, "ModelDataUrl": uri}
    request = {"ModelName": "m", "PrimaryContainer": container}
    code, message = refusal(hosting.sagemaker.create_model, ExecutionRoleArn=hosting.role, **request)
    assert (code, message) == ("ValidationException", f"Could not find model data at {uri}.")


@pytest.mark.parametrize("trusted", ["sagemaker.amazonaws.com", "lambda.amazonaws.com"])
def test_a_role_that_cannot_read_the_artifact_is_refused(aws, hosting, artifact, trusted):
    rights = [] if "sagemaker" in trusted else [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    role = aws.role(trusted, *rights)
    container = {"Image": IMAGE, "ModelDataUrl": artifact}
    code, message = refusal(
        hosting.sagemaker.create_model, ModelName="m", ExecutionRoleArn=role, PrimaryContainer=container
    )
    assert code == "ValidationException"
    assert message.startswith(f'Could not access model data at {artifact}. Please ensure that the role "{role}" exists')


def test_a_caller_who_may_not_pass_the_role_is_refused(aws, hosting, artifact):
    caller = aws.role("sagemaker.amazonaws.com", {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"})
    code, message = refusal(
        aws.client("sagemaker", caller).create_model,
        ModelName="m",
        ExecutionRoleArn=hosting.role,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": artifact},
    )
    assert code == "AccessDeniedException"
    assert "iam:PassRole" in message


def test_an_image_of_another_region_is_refused(hosting, artifact):
    """In the words of public bug reports (ed-donner/alex, issue 30)."""
    image = "813361260812.dkr.ecr.eu-central-1.amazonaws.com/blazingtext:1"
    with pytest.raises(ClientError) as refused:
        hosting.sagemaker.create_model(
            ModelName="elsewhere",
            PrimaryContainer={"Image": image, "ModelDataUrl": artifact},
            ExecutionRoleArn=hosting.role,
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert refused.value.response["Error"]["Message"] == (
        f'Region of "{image}" does not match expected region of us-east-1. Cross region ECR image pulls are not '
        "allowed."
    )


@pytest.mark.parametrize(
    "image",
    [
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:9.9-cpu-py3",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:latest",
    ],
)
def test_an_image_that_cannot_serve_is_refused_by_name(hosting, artifact, image):
    container = {"Image": image, "ModelDataUrl": artifact}
    code, message = refusal(
        hosting.sagemaker.create_model, ModelName="m", ExecutionRoleArn=hosting.role, PrimaryContainer=container
    )
    assert code == "ValidationException"
    assert image in message


@pytest.mark.parametrize(
    ("named", "params"),
    [
        ("VpcConfig", {"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}),
        ("MultiModel", {"PrimaryContainer": {"Image": IMAGE, "Mode": "MultiModel"}}),
        ("inference pipelines", {"Containers": [{"Image": IMAGE}] * 2}),
    ],
)
def test_what_a_model_cannot_be_is_said_by_name(hosting, named, params):
    if "Containers" not in params:
        params = {"PrimaryContainer": {"Image": IMAGE}} | params
    code, message = refusal(hosting.sagemaker.create_model, ModelName="m", ExecutionRoleArn=hosting.role, **params)
    assert code == "NotImplemented"
    assert named in message


def test_an_endpoint_configuration_is_created_described_listed_and_deleted(hosting):
    sagemaker = hosting.sagemaker
    model = hosting.model(packed(model_bin=b"no model"))
    name = hosting.config({"ModelName": model})
    described = sagemaker.describe_endpoint_config(EndpointConfigName=name)
    assert described["EndpointConfigArn"] == f"{ARN}:endpoint-config/{name}"
    assert described["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "ModelName": model,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "InitialVariantWeight": 1.0,
        }
    ]
    assert name in [each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]]
    code, message = refusal(
        sagemaker.create_endpoint_config, EndpointConfigName=name, ProductionVariants=described["ProductionVariants"]
    )
    assert (code, message) == (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/{name}".',
    )
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
    code, message = refusal(sagemaker.describe_endpoint_config, EndpointConfigName=name)
    assert (code, message) == (
        "ValidationException",
        f'Could not find endpoint configuration "{ARN}:endpoint-config/{name}".',
    )


def test_a_configuration_of_a_missing_model_is_refused(hosting):
    variant = {"VariantName": "a", "ModelName": "none", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    code, message = refusal(
        hosting.sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=[variant]
    )
    assert (code, message) == ("ValidationException", f'Could not find model "{ARN}:model/none".')


def test_a_serverless_variant_is_said_not_to_be_there(hosting):
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    variant = {"VariantName": "a", "ModelName": "none", "ServerlessConfig": serverless}
    code, message = refusal(
        hosting.sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=[variant]
    )
    assert code == "NotImplemented"
    assert "ServerlessConfig" in message


class FakeS3:
    """An S3 client with one object."""

    def __init__(self, content: bytes):
        self.content, self.reads = content, 0

    def get_object(self, **_):
        self.reads += 1
        return {"Body": io.BytesIO(self.content)}


def test_an_artifact_is_unpacked_once_with_holes_for_its_zeros(tmp_path: Path):
    content = b"start" + bytes(8 << 20) + b"end"
    s3 = FakeS3(packed(model_bin=content, empty=b"", zeros=bytes(3 << 20)))
    artifacts = Artifacts(tmp_path)
    folder = artifacts.get("s3://b/model.tar.gz", lambda: s3)
    assert artifacts.get("s3://b/model.tar.gz", lambda: s3) == folder
    assert s3.reads == 1
    assert (folder / "model.bin").read_bytes() == content
    assert (folder / "zeros").read_bytes() == bytes(3 << 20)
    assert (folder / "empty").read_bytes() == b""
    if sys.platform == "linux":
        assert (folder / "model.bin").stat().st_blocks * 512 < len(content) // 2


@pytest.mark.parametrize(
    "content",
    [b"not an archive", packed(model_bin=bytes(range(256)) * 400)[:-200], packed(**{"../escaped": b"x"})],
    ids=["no gzip", "cut short", "leads out"],
)
def test_what_is_no_archive_of_plain_files_is_refused(tmp_path: Path, content: bytes):
    with pytest.raises(ArtifactUnusable, match="Please ensure that the object located at the URL is a valid tar"):
        Artifacts(tmp_path / "artifacts").get("s3://b/k.tar.gz", lambda: FakeS3(content))
    assert not list(tmp_path.glob("*escaped*"))


def test_an_artifact_is_unpacked_by_the_python_of_debian_12(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(tarfile, "data_filter", raising=False)  # It came with Python 3.11.4.
    folder = Artifacts(tmp_path).get("s3://b/model.tar.gz", lambda: FakeS3(packed(code_inference_py=b"pass")))
    assert (folder / "code.inference.py").read_bytes() == b"pass"


@pytest.mark.skipif(sys.platform != "linux", reason="only there are pages given back")
def test_zero_pages_of_a_model_go_and_its_answers_stay(tmp_path: Path):
    text = tmp_path / "text"
    text.write_text("__label__a good sound\n__label__b bad hum\n" * 20)
    model = fasttext.train_supervised(str(text), bucket=400_000, dim=50, wordNgrams=2, thread=1, verbose=0)
    matrix = np.asarray(model.f.getInputMatrix())
    matrix[len(model.words) + 200_000 :] = 0
    before, memory = model.predict(["good sound", "bad hum"], k=2), psutil.Process().memory_info().rss
    give_back_zero_pages(model.f)
    assert psutil.Process().memory_info().rss < memory - 30_000_000
    after = model.predict(["good sound", "bad hum"], k=2)
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])


TEXTS = ["good sound", "bad hum", "neither", ""]
ASKED = """
import json, sys
from pathlib import Path
from local_aws.sagemaker.blazingtext import serve
from local_aws.sagemaker.blazingtext.loaded_model import LoadedModel
classifier, vectors = (LoadedModel(Path(path)) for path in sys.argv[1:3])
assert classifier.classifies and not vectors.classifies
told = [[classifier.predict(text, k) for k in (1, 5)] for text in json.loads(sys.argv[3])]
print(json.dumps([told, vectors.get_word_vector("good"), "numpy" in sys.modules]))
"""


def test_a_model_answers_as_fasttext_does_and_without_numpy(tmp_path: Path):
    """What is asked of fastText's extension, past its Python package, is there; a container's start has no numpy."""
    text = tmp_path / "text"
    text.write_text("__label__a good sound\n__label__b bad hum\n" * 20)
    classifier = fasttext.train_supervised(str(text), bucket=1000, wordNgrams=2, thread=1, verbose=0)
    vectors = fasttext.train_unsupervised(str(text), bucket=1000, dim=7, minCount=1, thread=1, verbose=0)
    paths = [str(tmp_path / name) for name in ("classifier.bin", "vectors.bin")]
    classifier.save_model(paths[0])
    vectors.save_model(paths[1])
    command = [sys.executable, "-c", ASKED, *paths, json.dumps(TEXTS)]
    told, vector, has_numpy = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    for one, answers in zip(TEXTS, told, strict=True):
        for k, answer in zip((1, 5), answers, strict=True):
            labels, probabilities = classifier.predict([one], k=k)
            assert answer == [list(pair) for pair in zip(labels[0], map(float, probabilities[0]), strict=True)]
    assert vector == [float(value) for value in vectors.get_word_vector("good")]
    assert not has_numpy
