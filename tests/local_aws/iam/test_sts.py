"""STS: roles are assumed only where their trust says so, and sessions have the rights they should."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws import REGION

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def trusting(aws):
    """Makes a role with this trust policy's statements and these rights; gives its ARN."""

    def make(*trust: dict, rights: tuple = (), **options) -> str:
        iam, name = aws.client("iam"), f"role-{secrets.token_hex(4)}"
        statements = [{"Effect": "Allow", "Action": "sts:AssumeRole"} | statement for statement in trust]
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*statements), **options)["Role"]
        if rights:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*rights))
        return role["Arn"]

    return make


@pytest.fixture
def user(aws):
    """Makes a user with these rights; gives ARN and an STS client."""

    def make(*rights: dict):
        iam, name = aws.client("iam"), f"user-{secrets.token_hex(4)}"
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if rights:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*rights))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return arn, client(aws, "sts", key)

    return make


def client(aws, service: str, credentials: dict):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def assume(sts, role: str, **options) -> dict:
    return sts.assume_role(RoleArn=role, RoleSessionName="session", **options)


def refusal(ask) -> dict:
    with pytest.raises(ClientError) as refused:
        ask()
    return refused.value.response["Error"]


ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


def test_credentials_of_a_role(aws, trusting):
    role = trusting({"Principal": {"AWS": ROOT}})
    answer = assume(aws.client("sts"), role, DurationSeconds=900)
    name = role.rpartition("/")[2]
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].endswith(":session")
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    left = credentials["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    who = client(aws, "sts", credentials).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]


@pytest.mark.slow
def test_trust_and_the_callers_rights(aws, trusting, user):
    without_rights, sts = user()
    _, sts_with_rights = user(ASSUME)
    denied, sts_denied = user(ASSUME | {"Effect": "Deny"})
    for trust, outcome in (
        # An account that is trusted leaves it to its own policies; a principal that is named needs none.
        ({"Principal": {"AWS": ROOT}}, (False, True, False)),
        ({"Principal": {"AWS": ACCOUNT}}, (False, True, False)),
        ({"Principal": {"AWS": [without_rights, denied]}}, (True, False, False)),
        ({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}, (False, False, False)),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, (False, False, False)),
        ({"Principal": {"AWS": "*"}}, (True, True, False)),
        ({"Principal": {"AWS": ROOT}, "Action": "sts:TagSession"}, (False, False, False)),
    ):
        role = trusting(trust)
        for who, may in zip((sts, sts_with_rights, sts_denied), outcome, strict=True):
            if may:
                assert assume(who, role)["Credentials"], trust
            else:
                assert refusal(lambda who=who, role=role: assume(who, role))["Code"] == "AccessDenied", trust


def test_a_deny_in_the_trust_policy(trusting, user):
    arn, sts = user(ASSUME)
    role = trusting({"Principal": {"AWS": ROOT}}, {"Effect": "Deny", "Principal": {"AWS": arn}})
    assert refusal(lambda: assume(sts, role))["Code"] == "AccessDenied"


def test_words_of_a_refusal(aws, user):
    arn, sts = user(ASSUME)
    missing = f"arn:aws:iam::{ACCOUNT}:role/no-such-role"
    error = refusal(lambda: assume(sts, missing))
    start = f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {missing}"
    assert (error["Code"], error["Message"].startswith(start)) == ("AccessDenied", True)
    assert refusal(lambda: assume(aws.client("sts"), missing))["Code"] == "AccessDenied"


def test_external_id(aws, trusting):
    role = trusting({"Principal": {"AWS": ROOT}, "Condition": {"StringEquals": {"sts:ExternalId": "42"}}})
    sts = aws.client("sts")
    assert refusal(lambda: assume(sts, role))["Code"] == "AccessDenied"
    assert refusal(lambda: assume(sts, role, ExternalId="43"))["Code"] == "AccessDenied"
    assert assume(sts, role, ExternalId="42")


def test_services_are_trusted_by_name(aws, trusting):
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    roles = aws.server.host.roles
    role = trusting({"Principal": {"Service": "states.amazonaws.com"}, "Condition": own})
    assert roles.assumable(role, "states.amazonaws.com")
    assert not roles.assumable(role, "lambda.amazonaws.com")
    other = {"StringEquals": {"aws:SourceAccount": "999999999999"}}
    role = trusting({"Principal": {"Service": "states.amazonaws.com"}, "Condition": other})
    assert not roles.assumable(role, "states.amazonaws.com")


def test_session_policy_only_narrows(aws, trusting):
    rights = ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"},)
    role = trusting({"Principal": {"AWS": ROOT}}, rights=rights)
    policy = document({"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "iam:*"], "Resource": "*"})
    credentials = assume(aws.client("sts"), role, Policy=policy)["Credentials"]
    s3 = client(aws, "s3", credentials)
    assert "Buckets" in s3.list_buckets()
    error = refusal(lambda: s3.create_bucket(Bucket=f"bucket-{secrets.token_hex(4)}"))
    assert error["Message"].endswith("because no session policy allows the s3:CreateBucket action")
    assert refusal(client(aws, "iam", credentials).list_roles)["Message"].endswith(
        "because no identity-based policy allows the iam:ListRoles action"
    )
    foreign = document({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})
    unknown = document({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringIs": {"a": "b"}}})
    for text in ("{", "[]", foreign, unknown):
        error = refusal(lambda text=text: assume(aws.client("sts"), role, Policy=text))
        assert error["Code"] == "MalformedPolicyDocument"


def test_how_long_a_session_lasts(aws, trusting):
    sts = aws.client("sts")
    role = trusting({"Principal": {"AWS": ROOT}}, rights=(ASSUME,))
    too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert refusal(lambda: assume(sts, role, DurationSeconds=7200))["Message"] == too_long
    long = trusting({"Principal": {"AWS": ROOT}}, MaxSessionDuration=7200)
    assert assume(sts, long, DurationSeconds=7200)
    chained = client(aws, "sts", assume(sts, role)["Credentials"])
    assert "role chaining" in refusal(lambda: assume(chained, long, DurationSeconds=7200))["Message"]
    assert assume(chained, long)


def test_validation_in_the_query_protocol(aws, trusting):
    unchecked = aws.client("sts", config=Config(parameter_validation=False))
    role = trusting({"Principal": {"AWS": ROOT}})
    error = refusal(lambda: unchecked.assume_role(RoleArn=role, RoleSessionName="a b", DurationSeconds=60))
    assert error["Code"] == "ValidationError"
    assert error["Message"] == (
        "2 validation errors detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*; Value '60' at 'durationSeconds' failed to "
        "satisfy constraint: Member must have value greater than or equal to 900"
    )
    error = refusal(lambda: unchecked.assume_role(RoleArn=role))
    assert "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null" in error["Message"]


def test_a_sessions_rights_end_with_its_role(aws, trusting):
    rights = ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"},)
    role = trusting({"Principal": {"AWS": ROOT}}, rights=rights)
    s3 = client(aws, "s3", assume(aws.client("sts"), role)["Credentials"])
    assert "Buckets" in s3.list_buckets()
    name = role.rpartition("/")[2]
    aws.client("iam").delete_role_policy(RoleName=name, PolicyName="inline")
    assert refusal(s3.list_buckets)["Code"] == "AccessDenied"
