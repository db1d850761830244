"""The SageMaker SDK v2: estimators, attaching, endpoints, batches, processing, and a script of one's own."""

import json
import secrets
from pathlib import Path

import boto3
import sagemaker
from botocore.exceptions import ClientError
from sagemaker.analytics import TrainingJobAnalytics
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.serializers import JSONSerializer
from sagemaker.sklearn import SKLearn, SKLearnProcessor
from world import BLAZINGTEXT, DATA_SET, INSTANCE, ROOT, bucket, passed, role, sentences

SCRIPTS = Path(__file__).with_name("scripts")


def main() -> None:
    own, arn = bucket(), role("sagemaker.amazonaws.com")
    session = sagemaker.Session(default_bucket=own)
    process(session, own, arn)
    estimator = train(session, own, arn)
    serve(estimator)
    transform(session, own, estimator)
    own_script(session, own, arn)


def process(session: sagemaker.Session, own: str, arn: str) -> None:
    """The preprocessing script of the lessons in an SKLearnProcessor, data and outputs by the SDK."""
    processor = SKLearnProcessor(
        framework_version="1.2-1",
        role=arn,
        instance_type=INSTANCE,
        instance_count=1,
        sagemaker_session=session,
    )
    folder = "/opt/ml/processing"
    processor.run(
        code=str(SCRIPTS / "listing.py"),
        inputs=[ProcessingInput(source=str(DATA_SET), destination=f"{folder}/input", input_name="data")],
        outputs=[ProcessingOutput(output_name="train", source=f"{folder}/train")],
        arguments=[DATA_SET.name],
    )
    description = processor.latest_job.describe()
    assert description["ProcessingJobStatus"] == "Completed", description
    passed("SKLearnProcessor.run")


def train(session: sagemaker.Session, own: str, arn: str) -> Estimator:
    """BlazingText by Estimator, and attached to by its job's name."""
    s3 = boto3.client("s3")
    for channel, text in zip(("train", "validation"), sentences(), strict=True):
        s3.put_object(Bucket=own, Key=f"{channel}/{channel}.txt", Body=text.encode())
    estimator = Estimator(
        BLAZINGTEXT,
        arn,
        instance_count=1,
        instance_type=INSTANCE,
        volume_size=5,
        max_run=3600,
        output_path=f"s3://{own}/models",
        hyperparameters={"mode": "supervised", "epochs": 5},
        sagemaker_session=session,
    )
    estimator.fit(
        {name: TrainingInput(f"s3://{own}/{name}/", content_type="text/plain") for name in ("train", "validation")}
    )
    passed("Estimator.fit")
    attached = Estimator.attach(estimator.latest_training_job.name, sagemaker_session=session)
    assert attached.model_data == estimator.model_data
    assert attached.hyperparameters()["mode"] == "supervised"
    passed("Estimator.attach")
    analytics = TrainingJobAnalytics(estimator.latest_training_job.name, sagemaker_session=session)
    # It reads the metrics' names from the job, which are there, and their values from CloudWatch, which isn't.
    try:
        analytics.dataframe()
    except ClientError as error:
        assert "the service monitoring is not there" in str(error), error
    else:
        raise AssertionError("CloudWatch's metrics are there: ask for the values")
    passed("TrainingJobAnalytics says what is missing")
    return estimator


def serve(estimator: Estimator) -> None:
    """Behind an endpoint, asked, changed, and taken away."""
    predictor = estimator.deploy(
        initial_instance_count=1, instance_type=INSTANCE, serializer=JSONSerializer(), endpoint_name=_name()
    )
    (answer,) = json.loads(predictor.predict({"instances": ["great guitar"]}))
    assert answer["label"][0].startswith("__label__"), answer
    passed("Estimator.deploy")
    predictor.update_endpoint(initial_instance_count=2, instance_type=INSTANCE)
    assert len(json.loads(predictor.predict({"instances": ["a", "b"]}))) == 2
    passed("Predictor.update_endpoint")
    predictor.delete_model()
    predictor.delete_endpoint()
    passed("Predictor.delete_endpoint")


def transform(session: sagemaker.Session, own: str, estimator: Estimator) -> None:
    """A batch by the estimator's transformer."""
    lines = "".join(json.dumps({"source": f"a sentence of {number} words"}) + "\n" for number in range(20))
    boto3.client("s3").put_object(Bucket=own, Key="batch/records.jsonl", Body=lines)
    transformer = estimator.transformer(
        instance_count=1,
        instance_type=INSTANCE,
        strategy="MultiRecord",
        assemble_with="Line",
        output_path=f"s3://{own}/answers",
        accept="application/jsonlines",
    )
    transformer.transform(f"s3://{own}/batch/", content_type="application/jsonlines", split_type="Line", logs=False)
    transformer.wait(logs=False)
    body = boto3.client("s3").get_object(Bucket=own, Key="answers/records.jsonl.out")["Body"].read()
    assert len(body.splitlines()) == 20
    transformer.delete_model()
    passed("Estimator.transformer")


def own_script(session: sagemaker.Session, own: str, arn: str) -> None:
    """A script of one's own in the scikit-learn image: trained, attached to, deployed."""
    text, _ = sentences()
    boto3.client("s3").put_object(Bucket=own, Key="own/train.txt", Body="".join(text.splitlines(True)[:2000]))
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=str(SCRIPTS),
        framework_version="1.2-1",
        role=arn,
        instance_type=INSTANCE,
        instance_count=1,
        hyperparameters={"max-features": 500},
        metric_definitions=[{"Name": "train:accuracy", "Regex": "train_accuracy=([0-9.]+);"}],
        output_path=f"s3://{own}/models",
        sagemaker_session=session,
    )
    estimator.fit({"train": f"s3://{own}/own/"})
    passed("SKLearn.fit")
    attached = SKLearn.attach(estimator.latest_training_job.name, sagemaker_session=session)
    assert attached.hyperparameters()["max-features"] == "500", attached.hyperparameters()
    predictor = attached.deploy(initial_instance_count=1, instance_type=INSTANCE, serializer=JSONSerializer())
    answer = predictor.predict({"instances": ["great guitar"]})  # read by the SDK: an array
    assert str(answer[0]).startswith("__label__"), answer
    predictor.delete_endpoint()
    passed("SKLearn.deploy")
    model = Model(BLAZINGTEXT, role=arn, sagemaker_session=session, name=_name(), model_data=estimator.model_data)
    model.create(instance_type=INSTANCE)
    model.delete_model()
    passed("Model.create")
    assert ROOT.is_dir()


def _name() -> str:
    return f"contract-{secrets.token_hex(4)}"


if __name__ == "__main__":
    main()
