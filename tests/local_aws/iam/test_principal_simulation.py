"""SimulatePrincipalPolicy: what the policies that an identity really has would allow."""

from __future__ import annotations

import json
import secrets

import pytest
from botocore.exceptions import ClientError

FREE, BANNED = "arn:aws:s3:::bucket/free", "arn:aws:s3:::bucket/banned"


@pytest.fixture
def role(aws):
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    return aws.role("sagemaker.amazonaws.com", allow, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": BANNED})


def simulated(aws, arn, **params):
    params.setdefault("ActionNames", ["s3:GetObject"])
    return aws.client("iam").simulate_principal_policy(PolicySourceArn=arn, **params)["EvaluationResults"]


def test_a_result_an_action_with_the_most_restrictive_decision(aws, role):
    (found,) = simulated(aws, role, ResourceArns=[FREE, BANNED])
    assert found["EvalDecision"] == "explicitDeny"
    assert found["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    each = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in found["ResourceSpecificResults"]}
    assert each == {FREE: "allowed", BANNED: "explicitDeny"}


def test_the_decision_is_the_judges(aws, role):
    allowed, other = simulated(aws, role, ActionNames=["s3:PutObject", "sqs:ListQueues"])
    assert (allowed["EvalDecision"], other["EvalDecision"]) == ("allowed", "implicitDeny")
    (matched,) = allowed["MatchedStatements"]
    name = role.rpartition("/")[2]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == (f"role_{name}_inline", "role")
    assert "ResourceSpecificResults" not in allowed


def test_an_action_of_a_service_that_is_not_here_is_judged_like_any_other(aws):
    # SageMaker's SDK asks this of a role before it trains: what it may do in ECR, too.
    everything = aws.role("sagemaker.amazonaws.com", {"Effect": "Allow", "Action": "ecr:Get*", "Resource": "*"})
    pull, put = simulated(aws, everything, ActionNames=["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"])
    assert (pull["EvalDecision"], pull["EvalResourceName"]) == ("allowed", "*")
    assert put["EvalDecision"] == "implicitDeny"


def test_policies_of_groups_managed_ones_and_boundaries_count(aws):
    iam, name = aws.client("iam"), f"x-{secrets.token_hex(4)}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    assert simulated(aws, arn)[0]["EvalDecision"] == "implicitDeny"
    iam.attach_group_policy(GroupName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    (found,) = simulated(aws, arn)
    assert found["EvalDecision"] == "allowed"
    assert found["MatchedStatements"][0]["SourcePolicyType"] == "aws-managed"
    for excluded in (
        {"PolicyArn": "arn:aws:iam::aws:policy/AmazonS3*"},
        {"PolicyType": "aws-managed"},
    ):
        assert simulated(aws, arn, PolicyExclusionList=[excluded])[0]["EvalDecision"] == "implicitDeny"
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    (found,) = simulated(aws, arn)
    assert found["EvalDecision"] == "implicitDeny"
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_an_inline_policy_is_left_out_by_its_owner_and_name(aws, role):
    name = {"PolicyName": "inline", "AttachmentType": "role", "AttachmentName": role.rpartition("/")[2]}
    for excluded in ({"InlinePolicyIdentifier": name}, {"PolicyType": "inline"}):
        assert simulated(aws, role, PolicyExclusionList=[excluded])[0]["EvalDecision"] == "implicitDeny"
    other = {"InlinePolicyIdentifier": name | {"PolicyName": "other"}}
    assert simulated(aws, role, PolicyExclusionList=[other])[0]["EvalDecision"] == "allowed"


def test_policies_handed_over_count_besides(aws, role):
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    assert simulated(aws, role, PolicyInputList=[json.dumps(rights)])[0]["EvalDecision"] == "explicitDeny"


@pytest.mark.parametrize(
    ("arn", "params", "code"),
    [
        ("arn:aws:iam::123456789012:role/none", {}, "NoSuchEntity"),
        ("arn:aws:iam::123456789012:policy/x", {}, "InvalidInput"),
        ("arn:aws:iam::123456789012:root", {}, "InvalidInput"),
        (None, {"ActionNames": ["GetObject"]}, "InvalidInput"),
        (None, {"PolicyInputList": ["{"]}, "InvalidInput"),
        (None, {"PolicyInputList": ['{"Statement": [1]}']}, "InvalidInput"),
        (None, {"PolicyInputList": ["[" * 9000]}, "InvalidInput"),
    ],
)
def test_what_can_not_be_simulated_is_refused(aws, role, arn, params, code):
    with pytest.raises(ClientError) as refused:
        simulated(aws, arn or role, **params)
    assert refused.value.response["Error"]["Code"] == code


def test_results_come_in_pages(aws, role):
    names = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
    pages = (
        aws.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(PolicySourceArn=role, ActionNames=names, PaginationConfig={"PageSize": 2})
    )
    assert [[one["EvalActionName"] for one in page["EvaluationResults"]] for page in pages] == [names[:2], names[2:]]
