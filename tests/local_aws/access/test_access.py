"""Who may do what: identities, policies of every kind, and AWS's words for a refusal."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws import REGION
from local_aws.call import Principal

ACCOUNT = "123456789012"


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action, resource="*", **more) -> dict:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def client_of(aws, service: str, credentials: dict):
    """A client with credentials as STS or IAM hands them out."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials.get("SecretAccessKey"),
        aws_session_token=credentials.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def user(aws):
    """Makes IAM users: `user(*statements)` gives a name and an access key."""

    def make(*statements):
        iam, name = aws.client("iam"), f"user-{secrets.token_hex(4)}"
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
        return name, iam.create_access_key(UserName=name)["AccessKey"]

    return make


@pytest.fixture
def bucket(aws):
    name = aws.bucket()
    aws.client("s3").put_object(Bucket=name, Key="data/a b.txt", Body=b"content")
    return name


def refusal(ask) -> dict:
    """The error of a call that has to be refused."""
    with pytest.raises(ClientError) as refused:
        ask()
    return refused.value.response["Error"]


def allowed(ask) -> bool:
    try:
        ask()
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
        return False
    return True


# ---- identities --------------------------------------------------------------------------------------


def test_who_am_i(aws, user):
    name, key = user()
    role = aws.role("lambda.amazonaws.com")
    role_name = role.rpartition("/")[2]
    assert aws.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/administrator"
    assert client_of(aws, "sts", key).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}"
    session = aws.client("sts", role).get_caller_identity()
    assert session["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/test"
    assert session["UserId"].startswith("AROA")
    assert session["UserId"].endswith(":test")


_NO_SUCH_KEY = "The AWS Access Key Id you provided does not exist in our records."
_INVALID_TOKEN = "The security token included in the request is invalid."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "operation", "code", "words"),
    [
        (
            "s3",
            "list_buckets",
            "InvalidAccessKeyId",
            _NO_SUCH_KEY,
        ),
        (
            "sts",
            "get_caller_identity",
            "InvalidClientTokenId",
            _INVALID_TOKEN,
        ),
        ("iam", "list_roles", "InvalidClientTokenId", _INVALID_TOKEN),
        (
            "lambda",
            "list_functions",
            "UnrecognizedClientException",
            _INVALID_TOKEN,
        ),
        (
            "logs",
            "describe_log_groups",
            "UnrecognizedClientException",
            _INVALID_TOKEN,
        ),
    ],
)
def test_unknown_keys_and_tokens(aws, service, operation, code, words):
    session = aws.client("sts").assume_role(RoleArn=aws.role("lambda.amazonaws.com"), RoleSessionName="session")[
        "Credentials"
    ]
    for credentials in (
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"},
        session | {"SessionToken": None},
        session | {"SessionToken": "another"},
    ):
        error = refusal(getattr(client_of(aws, service, credentials), operation))
        assert (error["Code"], error["Message"]) == (code, words)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "ExpiredToken"),
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("lambda", "list_functions", "ExpiredTokenException"),
    ],
)
def test_expired_session(aws, service, operation, code):
    principal = Principal(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "role", "AROA:s", f"arn:aws:iam::{ACCOUNT}:role/r"
    )
    ended = aws.server.host.roles.identities.issue(principal, seconds=-60)
    credentials = {"AccessKeyId": ended.access_key, "SecretAccessKey": ended.secret_key, "SessionToken": ended.token}
    error = refusal(getattr(client_of(aws, service, credentials), operation))
    assert (error["Code"], error["Message"]) == (code, "The security token included in the request is expired")


def test_inactive_and_deleted_keys(aws, user):
    name, key = user(allow("s3:ListAllMyBuckets"))
    s3, iam = client_of(aws, "s3", key), aws.client("iam")
    assert allowed(s3.list_buckets)
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert refusal(s3.list_buckets)["Code"] == "InvalidAccessKeyId"
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Active")
    assert allowed(s3.list_buckets)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    assert refusal(s3.list_buckets)["Code"] == "InvalidAccessKeyId"


def test_anonymous_sees_what_is_public(aws, bucket):
    anonymous = boto3.client(
        "s3", region_name=REGION, endpoint_url=aws.endpoint_url, config=Config(signature_version=UNSIGNED)
    )
    get = lambda: anonymous.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731
    assert refusal(get)["Code"] == "AccessDenied"
    public = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/data/*", Principal="*")
    aws.client("s3").delete_public_access_block(Bucket=bucket)
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(public))
    assert get()["Body"].read() == b"content"
    assert refusal(lambda: anonymous.put_object(Bucket=bucket, Key="data/x", Body=b""))["Code"] == "AccessDenied"
    aws.client("s3").delete_bucket_policy(Bucket=bucket)
    assert refusal(get)["Code"] == "AccessDenied"


# ---- words -------------------------------------------------------------------------------------------


def test_words_of_a_refusal_by_s3(aws, bucket):
    role = aws.role("lambda.amazonaws.com", name=f"reader-{secrets.token_hex(4)}")
    s3, name = aws.client("s3", role), role.rpartition("/")[2]
    start = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/test is not authorized to perform: "
    for ask, action, resource in (
        (lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt"), "s3:GetObject", f"{bucket}/data/a b.txt"),
        (lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100_000), "s3:PutObject", f"{bucket}/k"),
        (lambda: s3.list_objects_v2(Bucket=bucket), "s3:ListBucket", bucket),
        (lambda: s3.delete_object(Bucket=bucket, Key="k"), "s3:DeleteObject", f"{bucket}/k"),
        (lambda: s3.create_multipart_upload(Bucket=bucket, Key="k"), "s3:PutObject", f"{bucket}/k"),
        (lambda: s3.get_bucket_notification_configuration(Bucket=bucket), "s3:GetBucketNotification", bucket),
    ):
        error = refusal(ask)
        because = f"because no identity-based policy allows the {action} action"
        assert error["Code"] == "AccessDenied"
        assert error["Message"] == f'{start}{action} on resource: "arn:aws:s3:::{resource}" {because}'


def test_head_can_only_say_403(aws, bucket):
    s3 = aws.client("s3", aws.role("lambda.amazonaws.com"))
    error = refusal(lambda: s3.head_object(Bucket=bucket, Key="data/a b.txt"))
    assert (error["Code"], error["Message"]) == ("403", "Forbidden")


def test_a_missing_key_without_the_right_to_list(aws, bucket):
    reader = aws.client("s3", aws.role("lambda.amazonaws.com", allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")))
    error = refusal(lambda: reader.get_object(Bucket=bucket, Key="missing"))
    assert (error["Code"], "s3:ListBucket" in error["Message"]) == ("AccessDenied", True)
    assert refusal(lambda: reader.head_object(Bucket=bucket, Key="missing"))["Code"] == "403"
    lister = aws.client("s3", aws.role("lambda.amazonaws.com", allow(["s3:GetObject", "s3:ListBucket"])))
    assert refusal(lambda: lister.get_object(Bucket=bucket, Key="missing"))["Code"] == "NoSuchKey"
    assert refusal(lambda: lister.head_object(Bucket=bucket, Key="missing"))["Code"] == "404"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "ask", "status", "code", "action"),
    [
        ("lambda", lambda c: c.list_functions(), 403, "AccessDeniedException", "lambda:ListFunctions on resource: *"),
        ("logs", lambda c: c.create_log_group(logGroupName="g"), 400, "AccessDeniedException",
         "logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:"),
        ("iam", lambda c: c.get_role(RoleName="r"), 403, "AccessDenied",
         "iam:GetRole on resource: arn:aws:iam::123456789012:role/r"),
        ("sqs", lambda c: c.create_queue(QueueName="q"), 403, "AccessDenied",
         "sqs:createqueue on resource: arn:aws:sqs:us-east-1:123456789012:q"),
        ("sns", lambda c: c.create_topic(Name="t"), 403, "AuthorizationError",
         "SNS:CreateTopic on resource: arn:aws:sns:us-east-1:123456789012:t"),
    ],
)  # fmt: skip
def test_words_of_other_services(aws, service, ask, status, code, action):
    client = aws.client(service, aws.role("lambda.amazonaws.com"))
    with pytest.raises(ClientError) as refused:
        ask(client)
    answer = refused.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code)
    assert (
        f"is not authorized to perform: {action} because no identity-based policy allows".lower()
        in str(refused.value).lower()
    )


def test_pass_role(aws):
    passed = aws.role("lambda.amazonaws.com")
    code = {"ZipFile": b""}
    may_create = allow("lambda:CreateFunction")
    maker = aws.client("lambda", aws.role("lambda.amazonaws.com", may_create))
    create = {"FunctionName": "f", "Role": passed, "Runtime": "python3.13", "Handler": "a.b", "Code": code}
    error = refusal(lambda: maker.create_function(**create))
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"].endswith(
        f"is not authorized to perform: iam:PassRole on resource: {passed} "
        "because no identity-based policy allows the iam:PassRole action"
    )
    for service, fits in (("states.amazonaws.com", False), ("lambda.amazonaws.com", True)):
        condition = {"StringEquals": {"iam:PassedToService": service}}
        role = aws.role("lambda.amazonaws.com", may_create, allow("iam:PassRole", passed, Condition=condition))
        error = refusal(lambda role=role: aws.client("lambda", role).create_function(**create))
        assert ("iam:PassRole" in error["Message"]) is not fits, error


# ---- policies ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statements", "get", "put"),
    [
        ([allow("s3:*")], True, True),
        ([allow("*")], True, True),
        ([allow("S3:getobject")], True, False),
        ([allow("s3:Get*")], True, False),
        ([allow("s3:?etObject")], True, False),
        ([allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::BUCKET/data/*")], True, True),
        ([allow("s3:*", "arn:aws:s3:::BUCKET")], False, False),
        ([allow("s3:*", "arn:aws:s3:::BUCKET/other/*")], False, False),
        ([allow("s3:*", "arn:aws:s3:::BUCKET/data/a ?.txt")], True, False),
        ([allow("s3:*", "arn:aws:s3:::BUCKET/DATA/*")], False, False),
        ([allow("s3:*"), deny("s3:PutObject")], True, False),
        ([allow("s3:*"), deny("*", "arn:aws:s3:::BUCKET/data/*")], False, False),
        ([{"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}], True, False),
        ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}], True, True),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::BUCKET/data/*"}], False, False),
        ([allow("s3:*"), {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}], True, False),
        ([allow("s3:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})], True, True),
        ([allow("s3:*", Condition={"StringEquals": {"AWS:requestedregion": ["eu-west-1"]}})], False, False),
        ([allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})], True, True),
        ([allow("s3:*", Condition={"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.1/32"]}})], False, False),
        ([allow("s3:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], True, True),
        ([allow("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], False, False),
        ([allow("s3:*", Condition={"NumericLessThan": {"aws:EpochTime": "1"}})], False, False),
        ([allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})], True, True),
        ([allow("s3:*", Condition={"Null": {"aws:SourceVpc": "true"}})], True, True),
        ([allow("s3:*", Condition={"Null": {"aws:TokenIssueTime": "true"}})], False, False),
        ([allow("s3:*", Condition={"Null": {"aws:PrincipalArn": "true"}})], False, False),
        ([allow("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "x"}})], False, False),
        ([allow("s3:*", Condition={"StringEqualsIfExists": {"aws:PrincipalTag/team": "x"}})], True, True),
        ([allow("s3:*", Condition={"StringNotEquals": {"aws:PrincipalTag/team": "x"}})], True, True),
        ([allow("s3:*", Condition={"ForAnyValue:StringNotEquals": {"aws:PrincipalTag/team": "x"}})], False, False),
        ([allow("s3:*", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "x"}})], True, True),
        ([allow("s3:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/role-*"}})], True, True),
        ([allow("s3:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam:*"}})], False, False),
        ([allow("s3:*", Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam:*"}})], True, True),
    ],
)  # fmt: skip
def test_statements(aws, bucket, statements, get, put):
    statements = json.loads(json.dumps(statements).replace("BUCKET", bucket))
    s3 = aws.client("s3", aws.role("lambda.amazonaws.com", *statements))
    assert allowed(lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")) is get
    assert allowed(lambda: s3.put_object(Bucket=bucket, Key="data/new", Body=b"")) is put


def test_conditions_on_a_listing(aws, bucket):
    condition = {"StringLike": {"s3:prefix": ["data/*"]}}
    s3 = aws.client("s3", aws.role("lambda.amazonaws.com", allow("s3:ListBucket", Condition=condition)))
    assert allowed(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="data/x"))
    assert not allowed(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="other/"))
    assert not allowed(lambda: s3.list_objects_v2(Bucket=bucket))


def test_policy_variables(aws, bucket, user):
    own = f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"
    name, key = user(allow("s3:PutObject", own))
    s3 = client_of(aws, "s3", key)
    assert allowed(lambda: s3.put_object(Bucket=bucket, Key=f"home/{name}/x", Body=b""))
    assert not allowed(lambda: s3.put_object(Bucket=bucket, Key="home/another/x", Body=b""))


def test_policies_of_groups_and_their_removal(aws, bucket, user):
    name, key = user()
    iam, s3 = aws.client("iam"), client_of(aws, "s3", key)
    get = lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731
    group = f"group-{name}"
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert not allowed(get)
    iam.add_user_to_group(GroupName=group, UserName=name)
    assert allowed(get)
    iam.detach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert not allowed(get)


def test_a_new_default_version_of_a_policy_counts_at_once(aws, bucket):
    iam = aws.client("iam")
    name = f"policy-{secrets.token_hex(4)}"
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("s3:PutObject")))["Policy"]["Arn"]
    role = aws.role("lambda.amazonaws.com")
    s3 = aws.client("s3", role)
    get = lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731
    iam.attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=arn)
    assert not allowed(get)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("s3:GetObject")), SetAsDefault=True)
    assert allowed(get)


def test_permissions_boundary(aws, bucket):
    role = aws.role("lambda.amazonaws.com", allow("s3:*"))
    iam, s3, name = aws.client("iam"), aws.client("s3", role), role.rpartition("/")[2]
    get = lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731
    assert allowed(get)
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AWSLambda_FullAccess")
    assert "because no permissions boundary allows the s3:GetObject action" in refusal(get)["Message"]
    iam.delete_role_permissions_boundary(RoleName=name)
    assert allowed(get)


@pytest.mark.parametrize(
    "arn",
    [
        "service-role/AWSLambdaBasicExecutionRole",
        "AmazonS3FullAccess",
        "AmazonSageMakerFullAccess",
        "AWSStepFunctionsFullAccess",
        "AWSLambda_FullAccess",
        "CloudWatchLogsFullAccess",
        "AdministratorAccess",
    ],
)
def test_managed_policies_are_there(aws, arn):
    policy = aws.client("iam").get_policy(PolicyArn=f"arn:aws:iam::aws:policy/{arn}")["Policy"]
    assert policy["PolicyName"] == arn.rpartition("/")[2]


def test_the_courses_way_to_its_right(aws, bucket):
    role = aws.role("lambda.amazonaws.com", managed=("service-role/AWSLambdaBasicExecutionRole",))
    s3 = aws.client("s3", role)
    get = lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731
    assert not allowed(get)
    name, arn = role.rpartition("/")[2], "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    aws.client("iam").attach_role_policy(RoleName=name, PolicyArn=arn)
    assert allowed(get)
    aws.client("iam").detach_role_policy(RoleName=name, PolicyArn=arn)
    assert not allowed(get)


# ---- policies of resources ---------------------------------------------------------------------------


def test_bucket_policy(aws, bucket):
    role = aws.role("lambda.amazonaws.com")
    s3, admin = aws.client("s3", role), aws.client("s3")
    get = lambda: s3.get_object(Bucket=bucket, Key="data/a b.txt")  # noqa: E731

    def put(*statements):
        admin.put_bucket_policy(Bucket=bucket, Policy=document(*statements))

    objects = f"arn:aws:s3:::{bucket}/*"
    put(allow("s3:GetObject", objects, Principal={"AWS": role}))
    assert allowed(get)
    # The account alone leaves it to the caller's own policies, of which there are none.
    put(allow("s3:GetObject", objects, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    assert not allowed(get)
    name = role.rpartition("/")[2]
    aws.client("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document(allow("s3:*")))
    put(deny("s3:GetObject", objects, Principal={"AWS": ACCOUNT}))
    assert refusal(get)["Message"].endswith("with an explicit deny in a resource-based policy")
    put({"Effect": "Deny", "NotPrincipal": {"AWS": role}, "Action": "s3:*", "Resource": objects})
    get()
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    put(deny("s3:*", objects, Principal="*", Condition=insecure))
    assert allowed(get)


def test_queue_policy(aws):
    sqs, name = aws.client("sqs"), f"queue-{secrets.token_hex(4)}"
    role = aws.role("lambda.amazonaws.com")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    theirs = aws.client("sqs", role)
    assert not allowed(lambda: theirs.send_message(QueueUrl=url, MessageBody="x"))
    policy = document(allow("sqs:SendMessage", "*", Principal={"AWS": role}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    assert allowed(lambda: theirs.send_message(QueueUrl=url, MessageBody="x"))
    assert not allowed(lambda: theirs.receive_message(QueueUrl=url))


# ---- copies and many deletions -----------------------------------------------------------------------


def test_copying_needs_both_rights(aws, bucket):
    def copier(*statements):
        return aws.client("s3", aws.role("lambda.amazonaws.com", *statements))

    source = f"arn:aws:s3:::{bucket}/data/a b.txt"
    order = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "data/a b.txt"}}
    assert "s3:GetObject" in refusal(lambda: copier(allow("s3:PutObject")).copy_object(**order))["Message"]
    assert "s3:PutObject" in refusal(lambda: copier(allow("s3:GetObject", source)).copy_object(**order))["Message"]
    assert allowed(lambda: copier(allow("s3:GetObject", source), allow("s3:PutObject")).copy_object(**order))


def test_many_deletions_are_refused_one_by_one(aws, bucket):
    admin = aws.client("s3")
    for key in ("keep/1", "gone/1 & <2>"):
        admin.put_object(Bucket=bucket, Key=key, Body=b"")
    s3 = aws.client("s3", aws.role("lambda.amazonaws.com", allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/gone/*")))
    answer = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "keep/1"}, {"Key": "gone/1 & <2>"}], "Quiet": False}
    )
    assert [deleted["Key"] for deleted in answer["Deleted"]] == ["gone/1 & <2>"]
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("keep/1", "AccessDenied")]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "keep/1"}]})
    assert ("Deleted" in answer, len(answer["Errors"])) == (False, 1)
    assert admin.head_object(Bucket=bucket, Key="keep/1")


# ---- presigned ---------------------------------------------------------------------------------------


def test_presigned_urls_have_their_makers_rights(aws, bucket):
    def fetch(url: str, method: str = "GET", body: bytes | None = None):
        try:
            request = urllib.request.Request(url, body, {"Content-Type": ""}, method=method)
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    may = aws.client("s3", aws.role("lambda.amazonaws.com", allow(["s3:GetObject", "s3:PutObject"])))
    may_not = aws.client("s3", aws.role("lambda.amazonaws.com"))
    target = {"Bucket": bucket, "Key": "data/a b.txt"}
    assert fetch(may.generate_presigned_url("get_object", Params=target)) == (200, b"content")
    assert fetch(may.generate_presigned_url("put_object", Params=target), "PUT", b"new")[0] == 200
    assert fetch(may.generate_presigned_url("get_object", Params=target)) == (200, b"new")
    status, body = fetch(may_not.generate_presigned_url("get_object", Params=target))
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)
    signed = aws.client("s3", config=Config(signature_version="s3v4"))
    url = signed.generate_presigned_url("get_object", Params=target)
    assert fetch(url) == (200, b"new")
    parts = url.split("X-Amz-Date=")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y%m%dT%H%M%SZ")
    status, body = fetch(f"{parts[0]}X-Amz-Date={yesterday}&{parts[1].partition('&')[2]}")
    assert (status, b"Request has expired" in body) == (403, True)
    status, body = fetch(f"{parts[0]}X-Amz-Date=soon&{parts[1].partition('&')[2]}")
    assert (status, b"AuthorizationQueryParametersError" in body) == (400, True)
