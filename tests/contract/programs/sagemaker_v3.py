"""The course's workflow by the SageMaker SDK v3: process, train, deploy, predict, transform, and find it all again."""

import json
import secrets
from pathlib import Path

import boto3
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.processing import FrameworkProcessor, ScriptProcessor
from sagemaker.core.resources import Endpoint, EndpointConfig, Model, ProcessingJob, TrainingJob, TransformJob
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.transformer import Transformer
from sagemaker.serve import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode
from world import BLAZINGTEXT, DATA_SET, INSTANCE, ROOT, SCIKIT_LEARN, bucket, passed, role, sentences

SCRIPT = Path(__file__).with_name("scripts") / "train.py"


def main() -> None:
    s3 = boto3.client("s3")
    own, arn = bucket(), role("sagemaker.amazonaws.com")
    session = Session(default_bucket=own)
    s3.upload_file(str(DATA_SET), own, f"data/{DATA_SET.name}")

    processed = process(session, own, arn)
    trained = train(session, own, arn, processed)
    serve(session, arn, trained)
    transform(session, own, arn, trained)
    train_own_script(session, own, arn)
    find_again()


def process(session: Session, own: str, arn: str) -> str:
    """The preprocessing script in a ScriptProcessor, and in a FrameworkProcessor with the module beside it."""
    data = ProcessingInput(
        input_name="data",
        s3_input=ProcessingS3Input(
            s3_uri=f"s3://{own}/data/",
            s3_data_type="S3Prefix",
            local_path="/opt/ml/processing/input",
            s3_input_mode="File",
        ),
    )
    settings = {"role": arn, "instance_count": 1, "instance_type": INSTANCE, "sagemaker_session": session}

    def outputs(prefix: str) -> list[ProcessingOutput]:
        return [
            ProcessingOutput(
                output_name=name,
                s3_output=ProcessingS3Output(
                    s3_uri=f"s3://{own}/{prefix}/{name}/",
                    s3_upload_mode="EndOfJob",
                    local_path=f"/opt/ml/processing/{name}",
                ),
            )
            for name in ("train", "test")
        ]

    script = ScriptProcessor(image_uri=SCIKIT_LEARN, command=["python3"], **settings)
    listing = Path(__file__).with_name("scripts") / "listing.py"
    script.run(code=str(listing), inputs=[data], outputs=outputs("listed")[:1], arguments=[DATA_SET.name])
    assert script.latest_job.refresh().processing_job_status == "Completed", script.latest_job
    passed("ScriptProcessor")

    framework = FrameworkProcessor(image_uri=SCIKIT_LEARN, command=["python3"], **settings)
    framework.run(
        code="preprocess.py", source_dir=str(ROOT / "processing"), inputs=[data], outputs=outputs("sentences")
    )
    job = framework.latest_job.refresh()
    assert job.processing_job_status == "Completed", job
    passed("FrameworkProcessor")
    return f"s3://{own}/sentences"


def train(session: Session, own: str, arn: str, processed: str) -> TrainingJob:
    """BlazingText by ModelTrainer, followed to its end, and attached to by its name."""
    trainer = ModelTrainer(
        training_image=BLAZINGTEXT,
        role=arn,
        sagemaker_session=session,
        compute=Compute(instance_type=INSTANCE, instance_count=1, volume_size_in_gb=5),
        hyperparameters={"mode": "supervised", "epochs": 5},
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{own}/models"),
        base_job_name="contract",
    )
    trainer.train(
        input_data_config=[
            InputData(channel_name="train", data_source=f"{processed}/train/"),
            InputData(channel_name="validation", data_source=f"{processed}/test/"),
        ],
        wait=True,
    )
    name = trainer._latest_training_job.training_job_name
    job = TrainingJob.get(training_job_name=name)
    assert job.training_job_status == "Completed", job
    assert job.model_artifacts.s3_model_artifacts.endswith("model.tar.gz")
    metrics = {metric.metric_name: metric.value for metric in job.final_metric_data_list}
    assert metrics["validation:accuracy"] > 0.5, metrics
    passed("ModelTrainer")
    return job


def serve(session: Session, arn: str, job: TrainingJob) -> None:
    """The model behind an endpoint by ModelBuilder."""
    builder = ModelBuilder(
        s3_model_data_url=job.model_artifacts.s3_model_artifacts,
        image_uri=BLAZINGTEXT,
        role_arn=arn,
        sagemaker_session=session,
        instance_type=INSTANCE,
    )
    model = builder.build(model_name=f"contract-{secrets.token_hex(4)}")
    passed("ModelBuilder.build")
    endpoint = builder.deploy(endpoint_name=f"contract-{secrets.token_hex(4)}", instance_type=INSTANCE)
    answer = endpoint.invoke(body=json.dumps({"instances": ["great guitar"]}), content_type="application/json")
    body = answer.body.read() if hasattr(answer.body, "read") else answer.body
    assert json.loads(body)[0]["label"][0].startswith("__label__"), body
    passed("ModelBuilder.deploy")
    assert Endpoint.get(endpoint_name=endpoint.endpoint_name).endpoint_status == "InService"
    endpoint.delete()
    endpoint.wait_for_delete(timeout=120)
    assert model.model_name
    passed("Endpoint")


def transform(session: Session, own: str, arn: str, job: TrainingJob) -> None:
    """A batch by Transformer, the answers joined to the records."""
    _, test = sentences()
    lines = [line.split(" ", 1)[1] for line in test.splitlines()[:50]]
    records = "".join(json.dumps({"source": line}) + "\n" for line in lines)
    boto3.client("s3").put_object(Bucket=own, Key="batch/records.jsonl", Body=records)
    name = f"contract-{secrets.token_hex(4)}"
    Model.create(
        model_name=name,
        execution_role_arn=arn,
        primary_container={"image": BLAZINGTEXT, "model_data_url": job.model_artifacts.s3_model_artifacts},
    )
    transformer = Transformer(
        model_name=name,
        instance_count=1,
        instance_type=INSTANCE,
        strategy="MultiRecord",
        assemble_with="Line",
        output_path=f"s3://{own}/answers",
        accept="application/jsonlines",
        sagemaker_session=session,
    )
    transformer.transform(
        data=f"s3://{own}/batch/",
        content_type="application/jsonlines",
        split_type="Line",
        join_source="Input",
        wait=True,
        logs=False,
    )
    body = boto3.client("s3").get_object(Bucket=own, Key="answers/records.jsonl.out")["Body"].read()
    answers = [json.loads(line) for line in body.splitlines()]
    assert [answer["source"] for answer in answers] == lines
    assert all(answer["SageMakerOutput"]["label"] for answer in answers)
    passed("Transformer")
    attached = Transformer.attach(transformer.latest_transform_job.transform_job_name, sagemaker_session=session)
    assert attached.output_path == f"s3://{own}/answers"
    passed("Transformer.attach")


def train_own_script(session: Session, own: str, arn: str) -> None:
    """A learner's own script in the scikit-learn image, with its hyperparameters and its channel."""
    train, _ = sentences()
    boto3.client("s3").put_object(Bucket=own, Key="own/train.txt", Body="".join(train.splitlines(True)[:2000]))
    trainer = ModelTrainer(
        training_image=SCIKIT_LEARN,
        role=arn,
        sagemaker_session=session,
        source_code=SourceCode(source_dir=str(SCRIPT.parent), entry_script=SCRIPT.name),
        compute=Compute(instance_type=INSTANCE, instance_count=1, volume_size_in_gb=5),
        hyperparameters={"max-features": 500},
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{own}/models"),
        base_job_name="contract-own",
    )
    trainer.train(input_data_config=[InputData(channel_name="train", data_source=f"s3://{own}/own/")], wait=True)
    job = TrainingJob.get(training_job_name=trainer._latest_training_job.training_job_name)
    assert job.training_job_status == "Completed", job
    assert job.model_artifacts.s3_model_artifacts.endswith("model.tar.gz")
    passed("ModelTrainer with a script")


def find_again() -> None:
    """Everything that was made is found by get_all, and each of it read."""
    for kind in (ProcessingJob, TrainingJob, TransformJob, Model, EndpointConfig):
        found = list(kind.get_all())
        assert found, kind
        found[0].refresh()
    assert list(Endpoint.get_all()) == []
    passed("get_all")


if __name__ == "__main__":
    main()
