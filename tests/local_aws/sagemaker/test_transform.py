"""Transform jobs through boto3: what comes out beside fastText's own answers, how files are cut, and how jobs end."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from local_aws.sagemaker.jobs.data_processing import DataProcessing, Filter, FilterError
from local_aws.sagemaker.jobs.splitting import PayloadTooLarge, payloads
from tests.local_aws.sagemaker.hosting_support import packed
from tests.refusals import refusal

JSON_LINES = "application/jsonlines"
SENTENCES = ["great lovely sound", "broken hum", "great hum", "nothing known", "GREAT", "weak but solid"]


def request(hosting, model, uri: str, **options) -> dict:
    """A request for a job over JSON lines; `source`, `target` and `resources` add to its parts."""
    source = {"ContentType": JSON_LINES, "SplitType": "Line"} | options.pop("source", {})
    source.setdefault("DataSource", {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}})
    name = f"transform-{secrets.token_hex(4)}"
    output = {"S3OutputPath": f"s3://{hosting.bucket}/out/{name}", "Accept": JSON_LINES, "AssembleWith": "Line"}
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1} | options.pop("resources", {})
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": source,
        "TransformOutput": output | options.pop("target", {}),
        "TransformResources": resources,
        **options,
    }


def ended(hosting, wait_until, wanted: dict) -> dict:
    """Create a job and wait for its end; gives what Describe says."""
    hosting.sagemaker.create_transform_job(**wanted)

    def end():
        description = hosting.sagemaker.describe_transform_job(TransformJobName=wanted["TransformJobName"])
        return description if description["TransformJobStatus"] not in ("InProgress", "Stopping") else None

    return wait_until(end)


def outputs(hosting, wanted: dict) -> dict[str, bytes]:
    """What a job left in S3, by the path below its output path."""
    prefix = wanted["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{hosting.bucket}/") + "/"
    found = hosting.s3.list_objects_v2(Bucket=hosting.bucket, Prefix=prefix).get("Contents", [])
    keys = [each["Key"] for each in found]
    return {
        key.removeprefix(prefix): hosting.s3.get_object(Bucket=hosting.bucket, Key=key)["Body"].read() for key in keys
    }


def lines(sentences: list[str], **members) -> bytes:
    return "".join(json.dumps({"source": each} | members) + "\n" for each in sentences).encode()


def expected(direct, sentences: list[str], k: int = 1) -> list[dict]:
    answers = [direct.predict(each, k=k) for each in sentences]
    return [
        {"label": list(labels), "prob": pytest.approx(list(probabilities), abs=1e-7)}
        for labels, probabilities in answers
    ]


def parsed(output: bytes) -> list[dict]:
    assert output.endswith(b"\n")
    return [json.loads(line) for line in output.decode().removesuffix("\n").split("\n")]


# ---- what comes out ------------------------------------------------------------------------------------


def test_a_job_from_its_creation_to_its_outputs(hosting, model, direct, wait_until):
    folder = f"in-{secrets.token_hex(4)}"
    uri = hosting.put(lines(SENTENCES, k=2), f"{folder}/test.jsonl").removesuffix("test.jsonl")
    hosting.put(lines(SENTENCES[:2]), f"{folder}/deep/more")
    wanted = request(hosting, model, uri, Tags=[{"Key": "course", "Value": "yes"}])
    job = ended(hosting, wait_until, wanted)
    assert job["TransformJobStatus"] == "Completed", job
    assert job["CreationTime"] < job["TransformStartTime"] < job["TransformEndTime"]
    assert "FailureReason" not in job
    assert job["TransformJobArn"].endswith(f":transform-job/{wanted['TransformJobName']}")
    assert job["TransformInput"] == wanted["TransformInput"] | {"CompressionType": "None"}
    found = outputs(hosting, wanted)
    assert sorted(found) == ["deep/more.out", "test.jsonl.out"]
    assert parsed(found["test.jsonl.out"]) == expected(direct, SENTENCES, k=2)
    assert parsed(found["deep/more.out"]) == expected(direct, SENTENCES[:2])
    tags = hosting.sagemaker.list_tags(ResourceArn=job["TransformJobArn"])["Tags"]
    assert tags == [{"Key": "course", "Value": "yes"}]
    listed = hosting.sagemaker.list_transform_jobs(NameContains=wanted["TransformJobName"])["TransformJobSummaries"]
    assert [each["TransformJobStatus"] for each in listed] == ["Completed"]
    log = hosting.messages("/aws/sagemaker/TransformJobs")
    assert any(line.endswith("MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD") for line in log)
    streams = hosting.logs.describe_log_streams(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix=wanted["TransformJobName"] + "/i-"
    )["logStreams"]
    assert sorted(each["logStreamName"].endswith("/data-log") for each in streams) == [False, True]


@pytest.mark.parametrize(
    ("count", "options"),
    [
        (27_000, {"BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1, "MaxConcurrentTransforms": 4}),
        (1_000, {"BatchStrategy": "SingleRecord"}),
        (1_000, {"source": {"SplitType": "None"}, "target": {"AssembleWith": "None"}}),
    ],
    ids=["many to a request", "one to a request", "one request"],
)
def test_lines_keep_their_order(hosting, model, direct, wait_until, count, options):
    sentences = [f"great {n} {'hum ' * (n % 3)}sound" for n in range(count)]
    uri = hosting.put(lines(sentences), f"many-{secrets.token_hex(4)}.jsonl")
    wanted = request(hosting, model, uri, **options)
    job = ended(hosting, wait_until, wanted)
    assert job["TransformJobStatus"] == "Completed", job
    (output,) = outputs(hosting, wanted).values()
    labels, probabilities = direct.predict(sentences)
    answers = parsed(output)
    assert [each["label"] for each in answers] == [list(each) for each in labels]
    assert [each["prob"][0] for each in answers] == pytest.approx([float(each[0]) for each in probabilities], abs=1e-7)


def test_several_instances_share_one_file(hosting, model, direct, wait_until):
    sentences = [f"{'great ' * 2000}hum", f"{'hum ' * 3000}great"] * 200
    uri = hosting.put(lines(sentences), f"shared-{secrets.token_hex(4)}.jsonl")
    wanted = request(hosting, model, uri, MaxPayloadInMB=1, resources={"InstanceCount": 2})
    assert ended(hosting, wait_until, wanted)["TransformJobStatus"] == "Completed"
    (output,) = outputs(hosting, wanted).values()
    assert parsed(output) == expected(direct, sentences[:2]) * 200


def test_json_goes_one_record_to_a_request(hosting, model, direct, wait_until):
    body = "".join(json.dumps({"instances": [each]}) + "\n" for each in SENTENCES)
    uri = hosting.put(body.encode(), f"single-{secrets.token_hex(4)}.json")
    wanted = request(hosting, model, uri, BatchStrategy="SingleRecord", source={"ContentType": "application/json"})
    assert ended(hosting, wait_until, wanted)["TransformJobStatus"] == "Completed"
    (output,) = outputs(hosting, wanted).values()
    assert parsed(output) == [[each] for each in expected(direct, SENTENCES)]


def test_a_manifest_names_the_files(hosting, model, direct, wait_until):
    folder = f"listed-{secrets.token_hex(4)}"
    for name in ("a", "b", "c"):
        hosting.put(lines([name]), f"{folder}/{name}.jsonl")
    manifest = [{"prefix": f"s3://{hosting.bucket}/{folder}/"}, "a.jsonl", "c.jsonl"]
    uri = hosting.put(json.dumps(manifest).encode(), f"manifests/{folder}.json")
    source = {"DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": uri}}}
    wanted = request(hosting, model, uri, source=source)
    assert ended(hosting, wait_until, wanted)["TransformJobStatus"] == "Completed"
    assert sorted(outputs(hosting, wanted)) == ["a.jsonl.out", "c.jsonl.out"]


# ---- how a job fails -----------------------------------------------------------------------------------


def test_a_file_with_a_bad_line_leaves_no_output_and_the_others_do(hosting, model, wait_until):
    folder = f"bad-{secrets.token_hex(4)}"
    uri = hosting.put(lines(["a"]) + b'{"source": no}\n', f"{folder}/a.jsonl").removesuffix("a.jsonl")
    hosting.put(lines(["great"]), f"{folder}/b.jsonl")
    wanted = request(hosting, model, uri)
    job = ended(hosting, wait_until, wanted)
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert list(outputs(hosting, wanted)) == ["b.jsonl.out"]
    place = f"{hosting.bucket}/{folder}/a.jsonl: "
    log = [line.partition(place)[2] for line in hosting.messages("/aws/sagemaker/TransformJobs") if place in line]
    assert log == [
        "Bad HTTP status received from algorithm: 400",
        "",
        "Message:",
        "Customer Error: Unable to decode payload: Incorrect data format. (caused by ValueError)",
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"source": {"ContentType": "text/csv"}}, "ClientError"),
        ({"source": {"ContentType": "application/json"}}, "ClientError"),
        ({"ModelClientConfig": {"InvocationsMaxRetries": 0}, "content": b'"a string"\n'}, "AlgorithmError"),
        ({"MaxPayloadInMB": 1, "content": lines(["x" * (1 << 20)])}, "ClientError"),
        ({"MaxPayloadInMB": 1, "content": lines(["x"] * 100_000), "source": {"SplitType": "None"}}, "ClientError"),
    ],
    ids=["content type", "lines for json", "not an object", "long line", "long file"],
)
def test_a_job_whose_only_file_fails(hosting, model, wait_until, options, reason):
    content = options.get("content", lines(["a", "b"]))
    uri = hosting.put(content, f"fails-{secrets.token_hex(4)}")
    wanted = request(hosting, model, uri, **{name: value for name, value in options.items() if name != "content"})
    job = ended(hosting, wait_until, wanted)
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == f"{reason}: See job logs for more information"
    assert outputs(hosting, wanted) == {}


def test_a_model_that_does_not_come_up_fails_the_job(hosting, wait_until):
    uri = hosting.put(lines(["a"]), f"unserved-{secrets.token_hex(4)}")
    for artifact, words in (
        (packed(model_bin=b"no model"), "AlgorithmError: See job logs for more information"),
        (b"no archive", "ClientError: Failed to extract model data archive"),
    ):
        wanted = request(hosting, hosting.model(artifact), uri)
        job = ended(hosting, wait_until, wanted)
        assert job["TransformJobStatus"] == "Failed"
        assert job["FailureReason"].startswith(words)


# ---- what is refused at once, and Stop -----------------------------------------------------------------


def test_requests_that_are_refused_at_once(hosting, model, wait_until):
    create = hosting.sagemaker.create_transform_job
    uri = hosting.put(lines(["a"]), f"refused-{secrets.token_hex(4)}")
    code, message = refusal(create, **request(hosting, "none", uri))
    assert code == "ValidationException"
    assert message == 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/none".'
    code, message = refusal(create, **request(hosting, model, f"s3://{hosting.bucket}/nothing"))
    assert code == "ValidationException"
    assert message.startswith(f'No S3 objects found under S3 URL "s3://{hosting.bucket}/nothing"')
    code, message = refusal(create, **request(hosting, model, uri, resources={"InstanceCount": 5}))
    assert code == "ResourceLimitExceeded"
    assert "'ml.m5.large for transform job usage' is 4 Instances" in message
    code, message = refusal(create, **request(hosting, model, uri, MaxConcurrentTransforms=20))
    assert code == "ValidationException"
    for options, named in (
        ({"source": {"SplitType": "RecordIO"}}, "SplitType RecordIO"),
        ({"source": {"CompressionType": "Gzip"}}, "CompressionType Gzip"),
    ):
        code, message = refusal(create, **request(hosting, model, uri, **options))
        assert code == "NotImplemented"
        assert named in message
    joining = {"JoinSource": "Input"}
    for options, named in (
        ({"DataProcessing": {"InputFilter": "source"}}, "InputFilter 'source' is not a JSONPath expression"),
        ({"DataProcessing": joining, "target": {"AssembleWith": "None"}}, "SplitType Line and AssembleWith Line"),
        ({"DataProcessing": joining, "source": {"ContentType": "text/plain"}}, "not text/plain"),
    ):
        code, message = refusal(create, **request(hosting, model, uri, **options))
        assert code == "ValidationException"
        assert named in message
    wanted = request(hosting, model, uri)
    assert ended(hosting, wait_until, wanted)["TransformJobStatus"] == "Completed"
    code, message = refusal(create, **wanted)
    assert code == "ResourceInUse"
    assert message.startswith("Job name must be unique within an AWS account and region")


def test_a_job_that_is_stopped(hosting, model, wait_until):
    uri = hosting.put(lines(SENTENCES), f"stopped-{secrets.token_hex(4)}")
    wanted = request(hosting, model, uri)
    name = wanted["TransformJobName"]
    hosting.sagemaker.create_transform_job(**wanted)
    hosting.sagemaker.stop_transform_job(TransformJobName=name)
    describe = hosting.sagemaker.describe_transform_job
    wait_until(lambda: describe(TransformJobName=name)["TransformJobStatus"] == "Stopped")
    assert outputs(hosting, wanted) == {}
    code, _ = refusal(hosting.sagemaker.stop_transform_job, TransformJobName=name)
    assert code == "ValidationException"
    for operation in (describe, hosting.sagemaker.stop_transform_job):
        assert refusal(operation, TransformJobName="none")[0] == "ResourceNotFound"


# ---- what is sent of a record, and what is kept --------------------------------------------------------


def test_answers_are_joined_to_their_records(hosting, model, direct, wait_until):
    """As "Associate Prediction Results with Input Records" has it: the answer stands in the record."""
    records = [{"id": number, "source": sentence} for number, sentence in enumerate(SENTENCES)]
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    uri = hosting.put(data, f"joined-{secrets.token_hex(4)}.jsonl")
    processing = {
        "InputFilter": "$['source','id']",
        "JoinSource": "Input",
        "OutputFilter": "$['id','SageMakerOutput']",
    }
    wanted = request(hosting, model, uri, DataProcessing=processing)
    job = ended(hosting, wait_until, wanted)
    assert job["TransformJobStatus"] == "Completed", job
    assert job["DataProcessing"] == processing
    (output,) = outputs(hosting, wanted).values()
    answers = expected(direct, SENTENCES)
    assert parsed(output) == [{"id": number, "SageMakerOutput": answer} for number, answer in enumerate(answers)]


def test_a_filter_that_finds_nothing_fails_the_file(hosting, model, wait_until):
    uri = hosting.put(lines(SENTENCES), f"unfound-{secrets.token_hex(4)}.jsonl")
    wanted = request(hosting, model, uri, DataProcessing={"OutputFilter": "$.nothing"})
    job = ended(hosting, wait_until, wanted)
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert outputs(hosting, wanted) == {}
    log = hosting.messages("/aws/sagemaker/TransformJobs")
    assert any("OutputFilter '$.nothing' finds nothing in a record" in line for line in log)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", {"id": 1, "x": [1, 2, 3], "a b": 0}),
        ("$.x", [1, 2, 3]),
        ("$.x[0]", 1),
        ("$.x[-1,0]", [3, 1]),
        ("$.x[1:]", [2, 3]),
        ("$.x[:-1]", [1, 2]),
        ("$.x[*]", [1, 2, 3]),
        ("$['id','a b']", {"id": 1, "a b": 0}),
        ("$['a b']", 0),
    ],
)
def test_filters_keep_what_the_developer_guide_says(path, found):
    assert Filter("InputFilter", path).of({"id": 1, "x": [1, 2, 3], "a b": 0}) == found


@pytest.mark.parametrize("path", ["", "x", "$x", "$..x", "$.x[?(@>1)]", "$[", "$.", "$['a'", "$[1:2:3]", "$ "])
def test_other_paths_are_refused(path):
    with pytest.raises(FilterError):
        Filter("InputFilter", path)


def test_columns_of_csv_are_filtered_and_joined():
    processing = DataProcessing({"InputFilter": "$[1:]", "JoinSource": "Input"}, "text/csv", "text/csv")
    assert processing.request(b'7,"a, b",c\n') == b'"a, b",c\n'
    assert processing.result(b'7,"a, b",c\n', b"0.5\n", "text/csv") == b'7,"a, b",c,0.5\n'


@pytest.mark.parametrize(
    ("record", "answer", "kind", "joined"),
    [
        (b"7,a\n", b'[{"label": ["x"]}, 2]\n', "application/json; charset=utf-8", b'7,a,"{""label"": [""x""]}",2\n'),
        (b"7,a\n", b"[true, null]\n", JSON_LINES, b"7,a,true,null\n"),
        (b"7,a\n", b"x,y\n", "text/html", b"7,a,x,y\n"),
    ],
)
def test_an_answer_is_read_as_what_the_container_says_it_is(record, answer, kind, joined):
    """Whatever the job accepts; where the container says nothing that is known, as the job accepts it."""
    processing = DataProcessing({"JoinSource": "Input"}, "text/csv", "text/csv")
    assert processing.result(record, answer, kind) == joined


def test_a_record_that_is_no_object_is_joined_beside_the_answer():
    processing = DataProcessing({"JoinSource": "Input"}, JSON_LINES, JSON_LINES)
    assert json.loads(processing.result(b'"text"\n', b'{"p": 1}\n', JSON_LINES)) == {
        "SageMakerInput": "text",
        "SageMakerOutput": {"p": 1},
    }


# ---- cutting a file into requests ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("split", "limit", "one_record", "bodies"),
    [
        ("None", 100, False, [b"a\nbb\r\n\nccc"]),
        ("Line", 0, False, [b"a\nbb\r\n\nccc"]),
        ("Line", 5, False, [b"a\n", b"bb\r\n\n", b"ccc"]),
        ("Line", 100, True, [b"a\n", b"bb\r\n", b"\n", b"ccc"]),
    ],
)
def test_a_file_is_cut_into_bodies(tmp_path: Path, split, limit, one_record, bodies):
    path = tmp_path / "data"
    path.write_bytes(b"a\nbb\r\n\nccc")
    assert list(payloads(path, split, limit, one_record)) == bodies
    with pytest.raises(PayloadTooLarge):
        list(payloads(path, split, 3, one_record))


def test_an_empty_file_has_no_lines(tmp_path: Path):
    (tmp_path / "empty").touch()
    assert list(payloads(tmp_path / "empty", "Line", 0, one_record=False)) == []
    assert list(payloads(tmp_path / "empty", "None", 0, one_record=False)) == [b""]
