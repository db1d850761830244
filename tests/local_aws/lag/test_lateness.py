"""Each kind of lateness as a learner's program meets it. Each test fails on an AWS that is on time.

Wall seconds are shorter than the true ones here, so that nobody waits long.
"""

from __future__ import annotations

import io
import json
import secrets
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.__main__ import environment
from tests.local_aws.functions.functions_support import zipped
from tests.local_aws.sagemaker.jobs_support import BLAZINGTEXT, SCIKIT_LEARN
from tests.served import served

pytestmark = pytest.mark.slow

SCALE, CLOCK = 0.1, 120.0
LIMIT = 60.0
PASS = {"Type": "Pass", "End": True}


def ask_again_at_once(response: Any = None, **_: Any) -> float | None:
    """A request that was one too many is sent again before what a test waits for is over."""
    error = response[1].get("Error", {}) if response else {}
    return 0.01 if error.get("Code") in {code for _, code in READS.values()} else None


class Account:
    """Clients of an embedded AWS, which send again what was one request too many."""

    def __init__(self, endpoint_url: str):
        settings = environment(endpoint_url)
        self._session = boto3.session.Session(settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"])
        self._url, self.region = endpoint_url, settings["AWS_REGION"]

    def client(self, service: str, **credentials: str) -> Any:
        client = self.plain_client(service, 1, **credentials)
        client.meta.events.register_first("needs-retry", ask_again_at_once)
        return client

    def plain_client(self, service: str, attempts: int, **credentials: str) -> Any:
        """A client as boto3 makes it."""
        config = Config(retries={"total_max_attempts": attempts}, inject_host_prefix=False)
        return self._session.client(
            service, region_name=self.region, endpoint_url=self._url, config=config, **credentials
        )

    def role(self, *services: str, allow: str = "*") -> str:
        """Make a role that services and the account may assume; gives its ARN."""
        iam, name = self.client("iam"), f"role-{secrets.token_hex(4)}"
        principal = {"Service": list(services), "AWS": "arn:aws:iam::123456789012:root"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(principal, "sts:AssumeRole"))["Role"][
            "Arn"
        ]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(None, allow))
        return arn

    def settled_role(self, *services: str) -> str:
        """A role that holds everywhere."""
        arn = self.role(*services)
        role = eventually(lambda: self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test"))["Credentials"]
        iam = self.under(role, "iam")
        eventually(iam.list_roles)
        return arn

    def under(self, role: dict[str, Any], service: str) -> Any:
        """A client with a role's credentials."""
        return self.client(
            service,
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
        )


def policy(principal: dict[str, Any] | None, action: str) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action}
    statement |= {"Resource": "*"} if principal is None else {"Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def eventually(call: Callable[[], Any]) -> Any:
    """What a call gives once it is no longer refused."""
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            return call()
        except ClientError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def refusal(call: Callable[[], Any]) -> str:
    """The code and the text with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def until(found: Callable[[], Any]) -> Any:
    """The first of what is found that is something."""
    deadline = time.monotonic() + LIMIT
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with served(CLOCK, "--lag", "7", "--lag-scale", str(SCALE)) as url:
        yield Account(url)


@pytest.fixture(scope="module")
def role(account) -> str:
    """A role that holds, and may everything."""
    return account.settled_role("lambda.amazonaws.com", "states.amazonaws.com", "sagemaker.amazonaws.com")


def function(role: str) -> dict[str, Any]:
    code = {"ZipFile": zipped("def handler(event, context):\n    print('here')\n    return 1\n")}
    name = f"function-{secrets.token_hex(4)}"
    settings = {"Runtime": "python3.13", "Handler": "lambda_function.handler", "Code": code}
    return {"FunctionName": name, "Role": role, **settings}


def job(role: str) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    return {
        "ProcessingJobName": f"job-{secrets.token_hex(4)}",
        "RoleArn": role,
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": SCIKIT_LEARN, "ContainerEntrypoint": ["python3", "-c", "print(1)"]},
    }


def definition(**state: Any) -> str:
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": PASS | state}})


# ---- rights -------------------------------------------------------------------------------------------------


Create = Callable[[Account, str], Any]


def a_function(account: Account, role: str) -> Any:
    return account.client("lambda").create_function(**function(role))


def a_machine(account: Account, role: str) -> Any:
    client, name = account.client("stepfunctions"), f"machine-{secrets.token_hex(4)}"
    return client.create_state_machine(name=name, roleArn=role, definition=definition())


def a_job(account: Account, role: str) -> Any:
    return account.client("sagemaker").create_processing_job(**job(role))


@pytest.mark.parametrize(
    ("service", "create", "said"),
    [
        (
            "lambda",
            a_function,
            "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            "states",
            a_machine,
            "AccessDeniedException: Neither the global service principal states.amazonaws.com, nor the regional one is "
            "authorized to assume the provided role.",
        ),
        (
            "sagemaker",
            a_job,
            "ValidationException: Could not assume role ROLE. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role.",
        ),
    ],
)
def test_a_new_role_can_not_be_assumed_at_once(account, service: str, create: Create, said: str):
    """GetRole shows it all the same."""

    def refused() -> tuple[str, str] | None:
        role = account.role(f"{service}.amazonaws.com")
        try:
            create(account, role)
        except ClientError as error:
            return role, "{Code}: {Message}".format(**error.response["Error"])
        return None

    role, words = until(refused)
    assert words == said.replace("ROLE", role)
    assert account.client("iam").get_role(RoleName=role.rpartition("/")[2])["Role"]["Arn"] == role
    assert eventually(lambda: create(account, role))


def test_a_policy_that_was_just_written_does_not_hold_yet_for_a_machine_that_waits_for_jobs(account):
    """The role is old, and can be assumed; the rights to make EventBridge's rules are new."""
    client, iam = account.client("stepfunctions"), account.client("iam")
    role = account.settled_role("states.amazonaws.com")
    name = role.rpartition("/")[2]
    iam.delete_role_policy(RoleName=name, PolicyName="all")
    waits = definition(
        Type="Task", Resource="arn:aws:states:::states:startExecution.sync:2", Arguments={"StateMachineArn": "x"}
    )
    machine = {"name": f"machine-{secrets.token_hex(4)}", "roleArn": role, "definition": waits}

    def refused() -> str:
        try:
            made = client.create_state_machine(**machine | {"name": f"machine-{secrets.token_hex(4)}"})
        except ClientError as error:
            return error.response["Error"]["Message"]
        client.delete_state_machine(stateMachineArn=made["stateMachineArn"])
        return ""

    said = f"'{role}' is not authorized to create managed-rule."
    assert until(refused) == said
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(None, "*"))
    assert refused() == said
    assert eventually(lambda: client.create_state_machine(**machine))


def test_a_policy_holds_late_and_one_that_was_taken_away_holds_on(account):
    iam, role = account.client("iam"), account.settled_role("lambda.amazonaws.com")
    session = account.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    s3, name = account.under(session, "s3"), role.rpartition("/")[2]
    iam.delete_role_policy(RoleName=name, PolicyName="all")
    assert s3.list_buckets()["Buckets"] is not None

    def denied() -> str:
        try:
            s3.list_buckets()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    assert until(denied) == "AccessDenied"
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(None, "s3:*"))
    assert denied() == "AccessDenied"
    assert eventually(s3.list_buckets)


def test_a_new_access_key_is_nobodys_at_first(account):
    iam, name = account.client("iam"), f"user-{secrets.token_hex(4)}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    sts = account.client("sts", **credentials)
    assert refusal(sts.get_caller_identity).startswith("InvalidClientTokenId")
    assert eventually(sts.get_caller_identity)["Arn"].endswith(f":user/{name}")


# ---- names and definitions ----------------------------------------------------------------------------------


def test_an_execution_started_right_after_an_update_runs_the_old_definition(account, role):
    client = account.client("stepfunctions")
    before, after = definition(Output="before"), definition(Output="after")
    machine = client.create_state_machine(name=f"machine-{secrets.token_hex(4)}", roleArn=role, definition=before)
    machine = machine["stateMachineArn"]

    def ran(arn: str) -> str:
        execution = client.start_execution(stateMachineArn=arn)["executionArn"]
        until(lambda: client.describe_execution(executionArn=execution)["status"] == "SUCCEEDED")
        return json.loads(client.describe_execution(executionArn=execution)["output"])

    def old_after_an_update() -> bool:
        client.update_state_machine(stateMachineArn=machine, definition=before)
        until(lambda: ran(machine) == "before")
        client.update_state_machine(stateMachineArn=machine, definition=after)
        return ran(machine) == "before"

    until(old_after_an_update)
    assert client.describe_state_machine(stateMachineArn=machine)["definition"] == after
    version = client.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    assert ran(version) == "after"
    until(lambda: ran(machine) == "after")


def test_the_name_of_a_deleted_state_machine_is_kept_for_a_while(account, role):
    client = account.client("stepfunctions")
    machine = {"name": f"machine-{secrets.token_hex(4)}", "roleArn": role, "definition": definition()}
    arn = client.create_state_machine(**machine)["stateMachineArn"]
    client.delete_state_machine(stateMachineArn=arn)
    said = f"StateMachineDeleting: State Machine is being deleted: '{arn}'"
    assert refusal(lambda: client.create_state_machine(**machine)) == said
    assert refusal(lambda: client.start_execution(stateMachineArn=arn)) == said
    assert client.describe_state_machine(stateMachineArn=arn)["status"] == "DELETING"
    client.delete_state_machine(stateMachineArn=arn)
    assert eventually(lambda: client.create_state_machine(**machine))["stateMachineArn"] == arn


def test_the_name_of_a_deleted_bucket_is_taken_for_a_while(account):
    s3, name = account.client("s3"), f"bucket-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=name)
    s3.delete_bucket(Bucket=name)
    assert refusal(lambda: s3.create_bucket(Bucket=name)) == (
        "OperationAborted: A conflicting conditional operation is currently in progress against this resource. "
        "Please try again."
    )
    assert refusal(lambda: s3.put_object(Bucket=name, Key="x")).startswith("NoSuchBucket")
    assert eventually(lambda: s3.create_bucket(Bucket=name))


# ---- events and logs ----------------------------------------------------------------------------------------


def test_events_of_s3_come_late_and_now_and_then_twice(account):
    # The seed and the names decide: with names made by chance, one run in 200 would see no event twice.
    s3, sqs, bucket = account.client("s3"), account.client("sqs"), "events-late-and-twice"
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{bucket}"
    allow = policy({"Service": "s3.amazonaws.com"}, "sqs:SendMessage").replace(
        '"Action"', f'"Resource": "{arn}", "Action"'
    )
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allow})
    s3.create_bucket(Bucket=bucket)
    rule = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=rule)
    keys = [f"key-{number}" for number in range(40)]
    put_at = {}
    for key in keys:
        put_at[key] = time.time()
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    times: Counter[str] = Counter()

    def one_came_twice() -> bool:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["SentTimestamp"])
        for message in answer.get("Messages", []):
            for record in json.loads(message["Body"]).get("Records", []):
                key = record["s3"]["object"]["key"]
                times[key] += 1
                assert int(message["Attributes"]["SentTimestamp"]) / 1000 - put_at[key] >= 1 * SCALE - 0.01
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return 2 in times.values()

    until(one_came_twice)


def test_logs_arrive_seconds_later(account, role):
    client, logs, settings = account.client("lambda"), account.client("logs"), function(role)
    client.create_function(**settings)
    client.get_waiter("function_active_v2").wait(FunctionName=settings["FunctionName"])
    tail = client.invoke(FunctionName=settings["FunctionName"], LogType="Tail")["LogResult"]
    assert tail, "the answer brings the log's end at once"
    group = f"/aws/lambda/{settings['FunctionName']}"

    def events() -> list[dict[str, Any]]:
        try:
            return logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []

    event = until(lambda: [one for one in events() if "here" in one["message"]])[0]
    assert event["ingestionTime"] - event["timestamp"] >= 2000 * SCALE - 1


# ---- jobs and endpoints, by the clock -----------------------------------------------------------------------


def test_a_job_takes_minutes_to_begin(account, role):
    client, asked = account.client("sagemaker"), job(role)
    client.create_processing_job(**asked)

    def ended() -> dict[str, Any] | None:
        found = client.describe_processing_job(ProcessingJobName=asked["ProcessingJobName"])
        return found if found["ProcessingJobStatus"] != "InProgress" else None

    done = until(ended)
    assert done["ProcessingJobStatus"] == "Completed", done
    assert (done["ProcessingStartTime"] - done["CreationTime"]).total_seconds() >= 120 / CLOCK - 0.01


def test_an_endpoint_takes_minutes_to_begin(account, role):
    """Also one that can't serve: its artifact holds no model."""
    client, name = account.client("sagemaker"), f"endpoint-{secrets.token_hex(4)}"
    s3, bucket = account.client("s3"), f"bucket-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    archive = io.BytesIO()
    tarfile.open(fileobj=archive, mode="w:gz").close()
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=archive.getvalue())
    container = {"Image": BLAZINGTEXT, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    client.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)

    def settled() -> dict[str, Any] | None:
        endpoint = client.describe_endpoint(EndpointName=name)
        return endpoint if endpoint["EndpointStatus"] != "Creating" else None

    endpoint = until(settled)
    assert (endpoint["LastModifiedTime"] - endpoint["CreationTime"]).total_seconds() >= 240 / CLOCK - 0.01


# ---- too many requests --------------------------------------------------------------------------------------

READS = {
    "lambda": ("list_functions", "TooManyRequestsException"),
    "stepfunctions": ("list_state_machines", "ThrottlingException"),
    "sagemaker": ("list_models", "ThrottlingException"),
    "logs": ("describe_log_groups", "ThrottlingException"),
    "iam": ("list_roles", "Throttling"),
    "sts": ("get_caller_identity", "Throttling"),
    "s3": ("list_buckets", "SlowDown"),
}


@pytest.mark.parametrize("service", READS)
def test_a_request_is_refused_now_and_then_in_the_services_own_words(account, service):
    operation, code = READS[service]
    once = account.plain_client(service, 1)

    def refused() -> str:
        try:
            getattr(once, operation)()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    assert until(refused) == code


def test_an_sdk_as_it_comes_asks_again(account):
    client = account.plain_client("lambda", 5)
    assert until(lambda: client.list_functions()["ResponseMetadata"]["RetryAttempts"])


def test_a_state_that_asks_sagemaker_meets_it_as_sagemakers_general_error(account, role):
    client = account.client("stepfunctions")
    caught = {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "End"}
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createEndpointConfig",
        "Arguments": {
            "EndpointConfigName": "never",
            "ProductionVariants": [
                {"VariantName": "a", "ModelName": "none", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
            ],
        },
        "Catch": [caught],
        "End": True,
    }
    every = {
        "Type": "Map",
        "Items": "{% [1..150] %}",
        "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": ask, "End": {"Type": "Succeed"}}},
        "End": True,
    }
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Every", "States": {"Every": every}})
    machine = client.create_state_machine(name=f"machine-{secrets.token_hex(4)}", roleArn=role, definition=text)
    execution = client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    until(lambda: client.describe_execution(executionArn=execution)["status"] != "RUNNING")
    errors = json.loads(client.describe_execution(executionArn=execution)["output"])
    throttled = [error for error in errors if "Rate exceeded" in error["Cause"]]
    assert throttled and len(throttled) < len(errors)
    assert {error["Error"] for error in throttled} == {"SageMaker.AmazonSageMakerException"}
    assert all("Error Code: ThrottlingException" in error["Cause"] for error in throttled)
