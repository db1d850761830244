"""Regions are apart: what is made in one has its ARN there, and another one doesn't know it. IAM is in none."""

from __future__ import annotations

import io
import json
import secrets
import zipfile

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

HOME, THERE, ELSEWHERE = "us-east-1", "eu-central-1", "ap-southeast-2"
CODE = "import os\ndef h(event, context):\n    print('hello')\n    return os.environ['AWS_REGION']"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})


@pytest.fixture(scope="module")
def role(aws):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trusted = ["lambda.amazonaws.com", "states.amazonaws.com", "sagemaker.amazonaws.com"]
    return aws.role(trusted, everything)


@pytest.fixture
def bucket_there(aws):
    name = f"there-{secrets.token_hex(6)}"
    location = {"LocationConstraint": THERE}
    aws.client("s3", region=THERE).create_bucket(Bucket=name, CreateBucketConfiguration=location)
    return name


def refused(call, **params) -> dict:
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]


def package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", CODE)
    return packed.getvalue()


def function(aws, role, region) -> str:
    name = f"f-{secrets.token_hex(4)}"
    client = aws.client("lambda", region=region)
    code = {"ZipFile": package()}
    made = client.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="f.h", Code=code)
    assert made["FunctionArn"].split(":")[3] == region
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
    return name


MADE = {
    "stepfunctions": (
        lambda c, name, role: c.create_state_machine(name=name, definition=PASS, roleArn=role)["stateMachineArn"],
        lambda c: [one["stateMachineArn"] for one in c.list_state_machines()["stateMachines"]],
    ),
    "sagemaker": (
        lambda c, name, role: c.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant(c, name, role)]
        )["EndpointConfigArn"],
        lambda c: [one["EndpointConfigArn"] for one in c.list_endpoint_configs()["EndpointConfigs"]],
    ),
    "logs": (
        lambda c, name, role: c.create_log_group(logGroupName=name) and group(c, name),
        lambda c: [
            one["arn"] for one in c.get_paginator("describe_log_groups").paginate().build_full_result()["logGroups"]
        ],
    ),
    "sqs": (
        lambda c, name, role: queue_arn(c, c.create_queue(QueueName=name)["QueueUrl"]),
        lambda c: [queue_arn(c, url) for url in c.list_queues().get("QueueUrls", [])],
    ),
    "sns": (
        lambda c, name, role: c.create_topic(Name=name)["TopicArn"],
        lambda c: [one["TopicArn"] for one in c.list_topics()["Topics"]],
    ),
    "dynamodb": (
        lambda c, name, role: c.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        )["TableDescription"]["TableArn"],
        lambda c: [c.describe_table(TableName=name)["Table"]["TableArn"] for name in c.list_tables()["TableNames"]],
    ),
    "secretsmanager": (
        lambda c, name, role: c.create_secret(Name=name, SecretString="x")["ARN"],
        lambda c: [one["ARN"] for one in c.list_secrets()["SecretList"]],
    ),
    "ssm": (
        lambda c, name, role: c.put_parameter(Name=name, Value="x", Type="String") and parameter(c, name),
        lambda c: [parameter(c, one["Name"]) for one in c.describe_parameters()["Parameters"]],
    ),
    "kms": (
        lambda c, name, role: c.create_key()["KeyMetadata"]["Arn"],
        lambda c: [one["KeyArn"] for one in c.list_keys()["Keys"]],
    ),
}
"""How something is made in a service, which gives its ARN, and how all ARNs are listed."""


def variant(client, name, role) -> dict:
    account, region = {HOME: "811284229777", THERE: "813361260812"}[client.meta.region_name], client.meta.region_name
    container = {"Image": f"{account}.dkr.ecr.{region}.amazonaws.com/blazingtext:1"}
    client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role)
    return {"VariantName": "v", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def queue_arn(client, url) -> str:
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def group(client, name) -> str:
    return client.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"]


def parameter(client, name) -> str:
    return client.get_parameter(Name=name)["Parameter"]["ARN"]


@pytest.mark.slow
@pytest.mark.parametrize("service", MADE)
def test_what_is_made_in_a_region_is_seen_there_alone(aws, role, service):
    make, listed = MADE[service]
    name = f"apart-{secrets.token_hex(4)}"
    here, there = aws.client(service), aws.client(service, region=THERE)
    arn = make(there, name, role)
    assert arn.split(":")[3] == THERE
    assert arn in listed(there) and arn not in listed(here)
    other = make(here, name, role)
    assert other.split(":")[3] == HOME and other in listed(here) and other not in listed(there)


def test_a_function_runs_in_its_region_and_logs_there(aws, role, wait_until):
    name = function(aws, role, THERE)
    answer = aws.client("lambda", region=THERE).invoke(FunctionName=name)
    assert json.loads(answer["Payload"].read()) == THERE
    logs = aws.client("logs", region=THERE)
    assert wait_until(lambda: logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])
    assert not aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]


def test_a_function_of_another_region(aws, role):
    name = function(aws, role, THERE)
    error = refused(aws.client("lambda").invoke, FunctionName=name)
    assert error["Message"].startswith(f"Function not found: arn:aws:lambda:{HOME}:")
    arn = f"arn:aws:lambda:{THERE}:123456789012:function:{name}"
    error = refused(aws.client("lambda").invoke, FunctionName=arn)
    words = f"Functions from '{THERE}' are not reachable in this region ('{HOME}')"
    assert (error["Code"], error["Message"]) == ("ResourceNotFoundException", words)


def test_an_execution_runs_in_its_region(aws, role, wait_until):
    states = aws.client("stepfunctions", region=THERE)
    arn = states.create_state_machine(name=f"m-{secrets.token_hex(4)}", definition=PASS, roleArn=role)
    started = states.start_execution(stateMachineArn=arn["stateMachineArn"])["executionArn"]
    assert started.split(":")[3] == THERE
    assert wait_until(lambda: states.describe_execution(executionArn=started)["status"] == "SUCCEEDED")
    error = refused(aws.client("stepfunctions").describe_execution, executionArn=started)
    assert error["Code"] == "ExecutionDoesNotExist"


def test_a_machine_calls_what_is_in_its_region(aws, role, wait_until):
    name = function(aws, role, THERE)
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": name}}
    task |= {"Output": "{% $states.result.Payload %}", "End": True}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": task}})
    ended = {}
    for region in (THERE, HOME):
        states = aws.client("stepfunctions", region=region)
        made = states.create_state_machine(name=f"m-{secrets.token_hex(4)}", definition=definition, roleArn=role)
        arn = states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
        wait_until(lambda s=states, a=arn: s.describe_execution(executionArn=a)["status"] != "RUNNING")
        ended[region] = states.describe_execution(executionArn=arn)
    assert json.loads(ended[THERE]["output"]) == THERE
    assert (ended[HOME]["status"], ended[HOME]["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")


def test_what_is_no_region(aws):
    error = refused(aws.client("lambda", region="us-nowhere-1").list_functions)
    assert (error["Code"], error["Message"]) == (
        "InvalidSignatureException",
        "Credential should be scoped to a valid region.",
    )


def test_iam_is_in_no_region(aws):
    name = f"everywhere-{secrets.token_hex(4)}"
    aws.client("iam", region=THERE).create_user(UserName=name)
    assert aws.client("iam").get_user(UserName=name)["User"]["Arn"].startswith("arn:aws:iam::")
    assert aws.client("sts", region=THERE).get_caller_identity() is not None


# ---- S3: buckets stand in a region, their names are everybody's ------------------------------------------------


@pytest.mark.parametrize(
    ("client", "location", "code", "words"),
    [
        (THERE, None, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible for"),
        (THERE, "eu-west-1", "IllegalLocationConstraintException", "The eu-west-1 location constraint is incompatible"),
        (HOME, HOME, "InvalidLocationConstraint", "The specified location-constraint is not valid"),
        (HOME, "mars-north-1", "InvalidLocationConstraint", "The specified location-constraint is not valid"),
        (HOME, "cn-north-1", "InvalidLocationConstraint", "The specified location-constraint is not valid"),
    ],
)
def test_where_no_bucket_can_be_made(aws, client, location, code, words):
    where = {"CreateBucketConfiguration": {"LocationConstraint": location}} if location else {}
    error = refused(aws.client("s3", region=client).create_bucket, Bucket=f"b-{secrets.token_hex(6)}", **where)
    assert error["Code"] == code and error["Message"].startswith(words)


def test_a_bucket_made_for_another_region_stands_there(aws):
    name = f"b-{secrets.token_hex(6)}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": ELSEWHERE})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == ELSEWHERE
    assert aws.client("s3", region=ELSEWHERE).head_bucket(Bucket=name)["BucketRegion"] == ELSEWHERE
    assert [one["Name"] for one in s3.list_buckets(BucketRegion=ELSEWHERE)["Buckets"]] == [name]
    assert name in {one["Name"] for one in s3.list_buckets()["Buckets"]}


def test_what_is_asked_in_the_wrong_region_is_sent_on_as_sdks_expect(aws, bucket_there):
    """Boto3 follows by itself, as on AWS; what it is told is in the answer's first words."""
    told = []
    s3 = aws.client("s3")
    s3.meta.events.register("needs-retry.s3", lambda response, **_: told.append(response[1].get("Error")))
    s3.put_object(Bucket=bucket_there, Key="k", Body=b"found")
    assert s3.get_object(Bucket=bucket_there, Key="k")["Body"].read() == b"found"
    assert s3.head_object(Bucket=bucket_there, Key="k")["ContentLength"] == 5
    first = told[0]
    assert (first["Code"], first["Endpoint"]) == ("PermanentRedirect", f"{bucket_there}.s3.{THERE}.amazonaws.com")
    assert first["Message"].startswith("The bucket you are attempting to access must be addressed using the specified")


def test_a_head_request_in_the_wrong_region_names_the_right_one(aws, bucket_there):
    s3 = aws.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("head_bucket", {"Bucket": bucket_there})
    answer = requests.head(url, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["x-amz-bucket-region"], answer.content) == (301, THERE, b"")
    assert s3.head_bucket(Bucket=bucket_there)["BucketRegion"] == THERE


def test_a_destination_of_another_region_is_refused(aws, role, bucket_there):
    arn = f"arn:aws:lambda:{HOME}:123456789012:function:f"
    rules = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3 = aws.client("s3", region=THERE)
    error = refused(s3.put_bucket_notification_configuration, Bucket=bucket_there, NotificationConfiguration=rules)
    words = "The notification destination service region is not valid for the bucket location constraint"
    assert (error["Code"], error["Message"]) == ("InvalidArgument", words)


def test_an_upload_starts_the_function_of_its_region(aws, role, bucket_there, wait_until):
    name = function(aws, role, THERE)
    functions, logs = aws.client("lambda", region=THERE), aws.client("logs", region=THERE)
    functions.add_permission(
        FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    arn = f"arn:aws:lambda:{THERE}:123456789012:function:{name}"
    rules = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3 = aws.client("s3", region=THERE)
    s3.put_bucket_notification_configuration(Bucket=bucket_there, NotificationConfiguration=rules)
    s3.put_object(Bucket=bucket_there, Key="k", Body=b"x")
    assert wait_until(lambda: logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])


def test_a_functions_code_comes_from_a_bucket_of_its_region(aws, role, bucket_there):
    aws.client("s3", region=THERE).put_object(Bucket=bucket_there, Key="code.zip", Body=package())
    code = {"S3Bucket": bucket_there, "S3Key": "code.zip"}
    create = aws.client("lambda").create_function
    error = refused(create, FunctionName="far", Runtime="python3.12", Role=role, Handler="f.h", Code=code)
    assert error["Message"] == (
        "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this "
        f"region: {THERE}. Please use this region to retry the request"
    )


def test_a_job_reads_from_buckets_of_its_region(aws, role, bucket_there):
    aws.client("s3", region=THERE).put_object(Bucket=bucket_there, Key="in/x", Body=b"x")
    source = {"S3Uri": f"s3://{bucket_there}/in", "LocalPath": "/opt/ml/processing/in", "S3DataType": "S3Prefix"}
    params = {
        "RoleArn": role,
        "ProcessingInputs": [{"InputName": "in", "S3Input": source | {"S3InputMode": "File"}}],
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
    }
    here, there = (
        {"ImageUri": f"{account}.dkr.ecr.{region}.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"}
        for account, region in (("683313688378", HOME), ("492215442770", THERE))
    )
    entry = {"ContainerEntrypoint": ["true"]}
    create = aws.client("sagemaker").create_processing_job
    error = refused(create, ProcessingJobName="far", AppSpecification=here | entry, **params)
    assert "Please ensure that the bucket exists in the selected region (us-east-1)" in error["Message"]
    create = aws.client("sagemaker", region=THERE).create_processing_job
    made = create(ProcessingJobName=f"near-{secrets.token_hex(4)}", AppSpecification=there | entry, **params)
    assert made["ProcessingJobArn"].split(":")[3] == THERE
