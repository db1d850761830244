"""Endpoints through boto3: their life, their answers beside fastText's own, and how they fail."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws.call import ApiError, Call, Principal
from local_aws.sagemaker.api.runtime_service import SageMakerRuntimeService
from tests.local_aws.sagemaker.hosting_support import packed, train
from tests.local_aws.sagemaker.jobs_support import without_scratch_folder

ACCOUNT = "123456789012"
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
SENTENCES = ("great lovely sound", "broken hum", "great hum", "", "GREAT", "nothing known")


@pytest.fixture(scope="module")
def other_model(hosting, folder):
    """A model with labels of its own, to be told from the first."""
    train(folder / "up-down.bin", ("up", "down"), 2)
    return hosting.model(packed(model_bin=(folder / "up-down.bin").read_bytes()))


@pytest.fixture(scope="module")
def endpoint(hosting, model):
    name = hosting.serve({"ModelName": model})
    yield name
    hosting.delete(name)


@pytest.fixture
def brief(hosting):
    """Makes endpoints that are deleted with the test."""
    made = []

    def serve(*variants):
        made.append(hosting.serve(*variants))
        return made[-1]

    yield serve
    for name in made:
        hosting.delete(name)


def expected(direct, sentence: str, k: int) -> dict:
    labels, probabilities = direct.predict(sentence, k=k)
    return {"label": list(labels), "prob": pytest.approx(list(probabilities), abs=1e-7)}


def labels_of(hosting, endpoint, **options) -> str:
    """The labels that an endpoint's model knows, in order: which model it is."""
    return " ".join(sorted(hosting.predict(endpoint, "great", k=2, **options)[0]["label"]))


def workers() -> list[psutil.Process]:
    """The processes that hold a model."""
    children = psutil.Process().children(recursive=True)
    return [each for each in children if _serves(each)]


def _serves(process: psutil.Process) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return "local_aws.sagemaker.blazingtext.serve" in words and "-I" not in words


def suspend(worker: psutil.Process, wait_until) -> None:
    """Let a worker stand still; until its first thread has seen the signal, the others go on answering."""
    os.kill(worker.pid, signal.SIGSTOP)
    wait_until(lambda: worker.status() == psutil.STATUS_STOPPED)


# ---- answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 5])
def test_json_is_answered_as_fasttext_does(hosting, endpoint, direct, k):
    # "GREAT" isn't "great": the endpoint neither tokenises nor lower-cases.
    assert hosting.predict(endpoint, *SENTENCES, k=k) == [expected(direct, each, k) for each in SENTENCES]


def test_k_is_1_by_default_and_no_instances_give_no_predictions(hosting, endpoint, direct):
    def answer(request):
        response = hosting.invoke(endpoint, json.dumps(request), ContentType="application/json; charset=utf-8")
        assert response["ContentType"] == "application/json"
        return json.loads(response["Body"].read())

    assert answer({"instances": ["great hum"]}) == [expected(direct, "great hum", 1)]
    assert answer({"instances": []}) == []


def test_json_lines_are_answered_line_by_line(hosting, endpoint, direct):
    requests = [{"source": "great hum", "k": 2}, {"source": "broken"}, {"source": "lovely", "k": 2}]
    body = "\n".join(json.dumps(each) for each in requests)
    response = hosting.invoke(endpoint, body.encode(), ContentType="application/jsonlines", Accept="text/csv")
    assert response["ContentType"] == "application/jsonlines"
    answers = [json.loads(line) for line in response["Body"].read().splitlines()]
    assert answers == [expected(direct, each["source"], each.get("k", 1)) for each in requests]


def test_the_response_names_the_variant(hosting, endpoint):
    response = hosting.invoke(endpoint, b'{"instances": []}', ContentType="application/json")
    assert response["InvokedProductionVariant"] == "AllTraffic"


def test_many_requests_at_once_are_all_answered(hosting, endpoint, direct):
    sentences = [f"great {'hum ' * n}".strip() for n in range(40)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda each: hosting.predict(endpoint, each, k=2), sentences))
    assert answers == [[expected(direct, each, 2)] for each in sentences]


# ---- faults of a request -------------------------------------------------------------------------------


def failure(hosting, endpoint, body, **options) -> dict:
    with pytest.raises(ClientError) as caught:
        hosting.invoke(endpoint, body, **options)
    return caught.value.response


@pytest.mark.parametrize(
    ("body", "options", "status", "text"),
    [
        (b'{"instances": []}', {"ContentType": "text/csv"}, 415, "content-type text/csv not supported"),
        (b'{"instances": []}', {}, 415, "content-type application/octet-stream not supported"),
        (b"great sound", {"ContentType": "application/json"}, 400, "Unable to decode payload"),
        (b"\x00\xff\x80", {"ContentType": "application/json"}, 400, "Unable to decode payload"),
        (b"", {"ContentType": "application/json"}, 400, "Unable to decode payload"),
        (b'{"source": "a"}\nb', {"ContentType": "application/jsonlines"}, 400, "Unable to decode payload"),
        (b'"{\\"instances\\": []}"', {"ContentType": "application/json"}, 500, "500 Internal Server Error"),
        (b'{"instances": [1]}', {"ContentType": "application/json"}, 500, "500 Internal Server Error"),
        (b'{"sentences": []}', {"ContentType": "application/json"}, 500, "500 Internal Server Error"),
    ],
)
def test_a_request_that_the_container_refuses_is_a_model_error(hosting, endpoint, body, options, status, text):
    response = failure(hosting, endpoint, body, **options)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["Error"]["Code"] == "ModelError"
    assert response["OriginalStatusCode"] == status
    assert text in response["OriginalMessage"]
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    assert response["LogStreamArn"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    side = "client" if status < 500 else "server"
    assert response["Error"]["Message"] == (
        f'Received {side} error ({status}) from primary with message "{response["OriginalMessage"]}". See '
        f"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group={group} in "
        f"account {ACCOUNT} for more information."
    )


def test_the_log_shows_what_the_container_ran_into(hosting, endpoint, wait_until):
    failure(hosting, endpoint, b'"a string"', ContentType="application/json")
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    wait_until(lambda: any("TypeError: string indices must be integers" in line for line in hosting.messages(group)))
    streams = hosting.logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert [each["logStreamName"].rpartition("/i-")[0] for each in streams] == ["AllTraffic"]


def test_what_a_container_says_while_it_starts_can_be_read_once_the_endpoint_is_in_service(hosting, brief, model):
    endpoint = brief({"ModelName": model})
    assert any("Listening at" in line for line in hosting.messages(f"/aws/sagemaker/Endpoints/{endpoint}"))


def test_a_body_over_the_limit_is_refused(hosting, endpoint):
    response = failure(hosting, endpoint, b" " * 6_291_457, ContentType="application/json")
    assert response["Error"]["Code"] == "ValidationError"
    assert response["Error"]["Message"].endswith(
        "at 'body' failed to satisfy constraint: Member must have length less than or equal to 6291456"
    )


def test_an_endpoint_that_is_not_there_and_a_variant_that_is_not_there(hosting, endpoint):
    response = failure(hosting, "nowhere", b"{}", ContentType="application/json")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"] == {
        "Code": "ValidationError",
        "Message": f"Endpoint nowhere of account {ACCOUNT} not found.",
    }
    response = failure(hosting, endpoint, b"{}", ContentType="application/json", TargetVariant="B")
    assert response["Error"]["Code"] == "ValidationError"


def test_other_kinds_of_inference_are_said_not_to_be_there(hosting, endpoint):
    with pytest.raises(ClientError) as caught:
        hosting.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation="s3://b/k")
    assert "InvokeEndpointAsync" in str(caught.value)
    response = failure(hosting, endpoint, b"{}", TargetModel="a.tar.gz")
    assert response["Error"]["Code"] == "NotImplemented"
    assert "TargetModel" in response["Error"]["Message"]


def test_only_who_may_invoke_an_endpoint_can(aws, endpoint):
    def runtime(*actions):
        rights = [{"Effect": "Allow", "Action": actions, "Resource": f"{ARN}:endpoint/{endpoint}"}] if actions else []
        return aws.client("sagemaker-runtime", aws.role("lambda.amazonaws.com", *rights))

    request = {"EndpointName": endpoint, "ContentType": "application/json", "Body": b'{"instances": []}'}
    assert runtime("sagemaker:InvokeEndpoint").invoke_endpoint(**request)["Body"].read() == b"[]"
    with pytest.raises(ClientError) as caught:
        runtime().invoke_endpoint(**request)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


# ---- the life of an endpoint ---------------------------------------------------------------------------


def test_an_endpoint_from_its_creation_to_its_deletion(hosting, model, wait_until):
    sagemaker = hosting.sagemaker
    config = hosting.config({"ModelName": model})
    name = f"Endpoint-{secrets.token_hex(4)}"
    answer = sagemaker.create_endpoint(
        EndpointName=name, EndpointConfigName=config, Tags=[{"Key": "course", "Value": "yes"}]
    )
    assert answer["EndpointArn"] == f"{ARN}:endpoint/{name.lower()}"
    assert sagemaker.list_tags(ResourceArn=answer["EndpointArn"])["Tags"] == [{"Key": "course", "Value": "yes"}]
    creating = sagemaker.describe_endpoint(EndpointName=name)
    assert (creating["EndpointStatus"], creating["EndpointConfigName"]) == ("Creating", config)
    response = failure(hosting, name, b"{}", ContentType="application/json")
    assert response["Error"]["Message"] == f"Endpoint {name} of account {ACCOUNT} not found."
    for operation in (sagemaker.delete_endpoint, sagemaker.update_endpoint):
        more = {"EndpointConfigName": config} if operation == sagemaker.update_endpoint else {}
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            operation(EndpointName=name, **more)
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)

    described = hosting.settled(name)
    assert described["EndpointStatus"] == "InService"
    assert "FailureReason" not in described
    assert described["CreationTime"] < described["LastModifiedTime"]
    variant = described["ProductionVariants"][0]
    assert (variant["VariantName"], variant["CurrentWeight"], variant["CurrentInstanceCount"]) == ("AllTraffic", 1, 1)
    assert name in [each["EndpointName"] for each in sagemaker.list_endpoints(StatusEquals="InService")["Endpoints"]]

    before = {each.pid for each in workers()}
    sagemaker.delete_endpoint(EndpointName=name)
    response = failure(hosting, name, b"{}", ContentType="application/json")
    assert response["Error"]["Code"] == "ValidationError"
    wait_until(lambda: name not in hosting.names())
    assert len({each.pid for each in workers()} & before) == len(before) - 1
    with pytest.raises(ClientError) as caught:
        sagemaker.describe_endpoint(EndpointName=name)
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": f'Could not find endpoint "{ARN}:endpoint/{name.lower()}".',
    }


def test_an_endpoint_needs_its_configuration_and_its_models(hosting):
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        hosting.create("nothing")
    model = hosting.model(packed(model_bin=b""))
    config = hosting.config({"ModelName": model})
    hosting.sagemaker.delete_model(ModelName=model)
    with pytest.raises(ClientError, match="Could not find model"):
        hosting.create(config)


PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. Please check "
    "CloudWatch logs for this endpoint."
)


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"other_bin": b"x"}, "The model artifact holds no model.bin or vectors.bin."),
        ({"model_bin": b"no model"}, "has wrong file format"),
    ],
)
def test_a_container_that_does_not_come_up_fails_the_endpoint(hosting, wait_until, files, line):
    name = hosting.create(hosting.config({"ModelName": hosting.model(packed(**files))}))
    described = hosting.settled(name)
    assert (described["EndpointStatus"], described["FailureReason"]) == ("Failed", PING)
    wait_until(lambda: any(line in each for each in hosting.messages(f"/aws/sagemaker/Endpoints/{name}")))
    with pytest.raises(ClientError, match="in status Failed"):
        hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=described["EndpointConfigName"])
    hosting.delete(name)


def test_an_artifact_that_cannot_be_had_or_unpacked_fails_the_endpoint(hosting):
    for content, words in ((None, "Failed to download model data"), (b"no", "Failed to extract model data archive")):
        model = hosting.model(packed(model_bin=b""))
        uri = hosting.sagemaker.describe_model(ModelName=model)["PrimaryContainer"]["ModelDataUrl"]
        key = uri.removeprefix(f"s3://{hosting.bucket}/")
        if content is None:
            hosting.s3.delete_object(Bucket=hosting.bucket, Key=key)
        else:
            hosting.put(content, key)
        name = hosting.create(hosting.config({"ModelName": model}))
        described = hosting.settled(name)
        assert described["EndpointStatus"] == "Failed"
        assert described["FailureReason"].startswith(words)
        assert uri in described["FailureReason"]
        hosting.delete(name)


def test_an_update_switches_from_one_model_to_the_other_without_a_gap(hosting, brief, model, other_model):
    name = brief({"ModelName": model})
    new = hosting.config({"ModelName": other_model})
    hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
    answers = []
    while hosting.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Updating":
        answers.append(labels_of(hosting, name))
    assert answers[0] == "__label__bad __label__good"
    assert labels_of(hosting, name) == "__label__down __label__up"
    assert hosting.settled(name)["EndpointConfigName"] == new


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_a_request_that_has_begun_is_answered_by_the_old_model(hosting, brief, model, other_model, wait_until):
    before = {each.pid for each in workers()}
    name = brief({"ModelName": model})
    (worker,) = [each for each in workers() if each.pid not in before]
    (port,) = [each.laddr.port for each in worker.net_connections() if each.status == "LISTEN"]

    def connections():
        mine = psutil.Process().net_connections()
        return [each for each in mine if each.raddr and each.raddr.port == port and each.status == "ESTABLISHED"]

    suspend(worker, wait_until)
    with ThreadPoolExecutor(2) as pool:
        begun = [pool.submit(labels_of, hosting, name) for _ in range(2)]
        wait_until(lambda: len(connections()) == 2)
        new = hosting.config({"ModelName": other_model})
        hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
        hosting.settled(name)
        assert labels_of(hosting, name) == "__label__down __label__up"
        assert not any(each.done() for each in begun)
        os.kill(worker.pid, signal.SIGCONT)
        assert [each.result() for each in begun] == ["__label__bad __label__good"] * 2


def test_an_update_that_fails_leaves_the_old_model_serving(hosting, brief, model):
    name = brief({"ModelName": model})
    old = hosting.settled(name)["EndpointConfigName"]
    broken = hosting.config({"ModelName": hosting.model(packed(model_bin=b""))})
    hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=broken)
    described = hosting.settled(name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert described["FailureReason"] == PING
    assert labels_of(hosting, name) == "__label__bad __label__good"


def test_an_update_that_can_not_begin_leaves_the_endpoint_in_service(aws, hosting, brief, model, other_model):
    name = brief({"ModelName": model})
    new = hosting.config({"ModelName": other_model})
    with without_scratch_folder(aws), pytest.raises(ClientError, match="InternalFailure"):
        hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
    assert hosting.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService"
    hosting.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
    assert hosting.settled(name)["EndpointConfigName"] == new


# ---- variants and instances ----------------------------------------------------------------------------


def test_variants_share_the_requests_by_weight(hosting, brief, model, other_model):
    name = brief(
        {"VariantName": "A", "ModelName": model, "InitialVariantWeight": 0.0},
        {"VariantName": "B", "ModelName": other_model, "InitialVariantWeight": 2.0},
    )

    def invoked(times, **options):
        responses = [
            hosting.invoke(name, b'{"instances": []}', ContentType="application/json", **options) for _ in range(times)
        ]
        return Counter(each["InvokedProductionVariant"] for each in responses)

    assert invoked(20) == {"B": 20}
    assert invoked(3, TargetVariant="A") == {"A": 3}
    assert labels_of(hosting, name, TargetVariant="A") == "__label__bad __label__good"

    with pytest.raises(ClientError, match="no production variant C"):
        hosting.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=name, DesiredWeightsAndCapacities=[{"VariantName": "C", "DesiredWeight": 1}]
        )
    changes = [{"VariantName": "A", "DesiredWeight": 2.0, "DesiredInstanceCount": 2}]
    hosting.sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=changes)
    first, second = hosting.settled(name)["ProductionVariants"]
    assert (first["CurrentWeight"], first["CurrentInstanceCount"]) == (2.0, 2)
    assert (second["CurrentWeight"], second["CurrentInstanceCount"]) == (2.0, 1)
    # With equal weights, 40 requests all go to one variant once in 2^39 times.
    assert set(invoked(40)) == {"A", "B"}


def test_instances_beyond_the_quota_are_refused(aws, hosting, model):
    def refusal(operation, **params):
        with pytest.raises(ClientError) as caught:
            operation(**params)
        return caught.value.response["Error"]

    config = hosting.config({"ModelName": model, "InstanceType": "ml.c5.xlarge", "InitialInstanceCount": 3})
    error = refusal(hosting.sagemaker.create_endpoint, EndpointName="much", EndpointConfigName=config)
    assert error["Code"] == "ResourceLimitExceeded"
    assert error["Message"].startswith(
        "The account-level service limit 'ml.c5.xlarge for endpoint usage' is 2 Instances, with current utilization "
        "of 0 Instances and a request delta of 3 Instances."
    )
    assert "much" not in hosting.names()


def test_a_worker_that_is_killed_is_started_again(hosting, brief, model, wait_until):
    before = {each.pid for each in workers()}
    name = brief({"ModelName": model})
    (worker,) = [each for each in workers() if each.pid not in before]
    worker.kill()

    def failed():
        try:
            hosting.predict(name, "great")
        except ClientError as error:
            return error.response
        return None

    response = wait_until(failed)
    assert (response["Error"]["Code"], response["OriginalStatusCode"]) == ("ModelError", 0)
    assert "could not get a response from the" in response["OriginalMessage"]
    wait_until(lambda: failed() is None)
    assert labels_of(hosting, name) == "__label__bad __label__good"
    assert hosting.settled(name)["EndpointStatus"] == "InService"


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_a_model_that_does_not_answer_in_time_is_a_model_error(aws, hosting, brief, model, wait_until):
    before = {each.pid for each in workers()}
    name = brief({"ModelName": model})
    (worker,) = [each for each in workers() if each.pid not in before]
    (runtime,) = [each for each in aws.server.services if isinstance(each, SageMakerRuntimeService)]
    impatient = SageMakerRuntimeService(runtime.platform, runtime.endpoints, seconds=0.1)
    principal = Principal("arn:aws:iam::123456789012:user/test", "admin", "AIDATEST")
    call = Call("sagemaker-runtime", "InvokeEndpoint", principal, "us-east-1", ACCOUNT, "id")
    suspend(worker, wait_until)
    try:
        with pytest.raises(ApiError) as caught:
            impatient.invoke_endpoint(call, EndpointName=name, ContentType="application/json", Body=b"{}")
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    assert (caught.value.code, caught.value.status) == ("ModelError", 424)
    assert caught.value.members["OriginalStatusCode"] == 0
    assert "Your invocation timed out while waiting for a response from container primary" in caught.value.message
    assert labels_of(hosting, name) == "__label__bad __label__good"
