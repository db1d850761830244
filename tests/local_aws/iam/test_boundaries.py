"""A permissions boundary is kept, shown, and never passed, by a user as by a role."""

from __future__ import annotations

import json
import secrets

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws import REGION


def policy(aws, *actions) -> str:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
    }
    made = aws.client("iam").create_policy(PolicyName=f"p-{secrets.token_hex(4)}", PolicyDocument=json.dumps(document))
    return made["Policy"]["Arn"]


def user(aws, **options) -> tuple[str, dict]:
    """A user who may do everything; gives its name and its record as it was answered."""
    iam, name = aws.client("iam"), f"user-{secrets.token_hex(4)}"
    made = iam.create_user(UserName=name, **options)["User"]
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return name, made


def client_of(aws, name, service):
    key = aws.client("iam").create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def shown(arn: str) -> dict:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


def test_a_user_made_with_a_boundary(aws):
    boundary = policy(aws, "s3:*")
    name, made = user(aws, PermissionsBoundary=boundary)
    assert made["PermissionsBoundary"] == shown(boundary)
    assert aws.client("iam").get_user(UserName=name)["User"]["PermissionsBoundary"] == shown(boundary)
    assert client_of(aws, name, "s3").list_buckets()
    with pytest.raises(ClientError, match="because no permissions boundary allows the sqs:ListQueues action"):
        client_of(aws, name, "sqs").list_queues()


def test_a_boundary_holds_from_when_it_is_put_until_it_is_taken_away(aws):
    iam, (name, made) = aws.client("iam"), user(aws)
    sqs = client_of(aws, name, "sqs")
    assert "PermissionsBoundary" not in made
    assert sqs.list_queues()
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=policy(aws, "s3:*"))
    with pytest.raises(ClientError, match="no permissions boundary allows"):
        sqs.list_queues()
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=policy(aws, "sqs:*"))
    assert sqs.list_queues()
    iam.delete_user_permissions_boundary(UserName=name)
    assert "PermissionsBoundary" not in iam.get_user(UserName=name)["User"]
    assert sqs.list_queues()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_user_permissions_boundary(UserName=name)


def test_a_boundary_that_is_no_policy_is_refused(aws):
    iam, nothing = aws.client("iam"), "arn:aws:iam::123456789012:policy/none"
    name, _ = user(aws)
    role = aws.role("lambda.amazonaws.com").rpartition("/")[2]
    trust = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    asks = [
        lambda: iam.create_user(UserName="another", PermissionsBoundary=nothing),
        lambda: iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=nothing),
        lambda: iam.put_user_permissions_boundary(UserName="nobody", PermissionsBoundary=policy(aws, "s3:*")),
        lambda: iam.create_role(RoleName="another", AssumeRolePolicyDocument=trust, PermissionsBoundary=nothing),
        lambda: iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=nothing),
    ]
    for ask in asks:
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            ask()


def test_a_policy_that_is_a_boundary_is_in_use(aws):
    iam, boundary = aws.client("iam"), policy(aws, "s3:*")
    name, _ = user(aws, PermissionsBoundary=boundary)
    assert iam.get_policy(PolicyArn=boundary)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    found = iam.list_entities_for_policy(PolicyArn=boundary, PolicyUsageFilter="PermissionsBoundary")
    assert [one["UserName"] for one in found["PolicyUsers"]] == [name]
    assert not iam.list_entities_for_policy(PolicyArn=boundary, PolicyUsageFilter="PermissionsPolicy")["PolicyUsers"]
    with pytest.raises(iam.exceptions.DeleteConflictException, match="Cannot delete a policy attached to entities"):
        iam.delete_policy(PolicyArn=boundary)
    iam.delete_user_permissions_boundary(UserName=name)
    assert iam.delete_policy(PolicyArn=boundary)


def test_a_role_with_a_boundary(aws):
    iam, boundary = aws.client("iam"), policy(aws, "s3:*")
    arn = aws.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    iam.put_role_permissions_boundary(RoleName=arn.rpartition("/")[2], PermissionsBoundary=boundary)
    assert iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]["PermissionsBoundary"] == shown(boundary)
    assert aws.client("s3", arn).list_buckets()
    with pytest.raises(ClientError, match="no permissions boundary allows"):
        aws.client("sqs", arn).list_queues()


def test_tags_of_the_caller_fill_policy_variables(aws):
    iam, bucket = aws.client("iam"), aws.bucket()
    rights = {
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/${{aws:PrincipalTag/team, 'nobody'}}/*",
    }
    arn = aws.role("lambda.amazonaws.com", rights)
    s3 = aws.client("s3", arn)
    assert s3.put_object(Bucket=bucket, Key="nobody/x")
    iam.tag_role(RoleName=arn.rpartition("/")[2], Tags=[{"Key": "team", "Value": "red"}])
    assert s3.put_object(Bucket=bucket, Key="red/x")
    with pytest.raises(ClientError):
        s3.put_object(Bucket=bucket, Key="nobody/x")
