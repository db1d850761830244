"""IAM takes no policy that isn't one, in its own words."""

from __future__ import annotations

import json
import secrets

import pytest
from botocore.exceptions import ClientError

GOOD = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def trust(statement=GOOD, **document):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]} | document)


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


REFUSED = [
    ("trust.json", "This policy contains invalid Json"),
    ("{" * 5000, "This policy contains invalid Json"),
    ("[" * 5000 + "]" * 5000, "Syntax errors in policy."),
    ('{"Statement": ' + "[" * 100 + "]" * 100 + "}", "Syntax errors in policy."),
    ("[]", "Syntax errors in policy."),
    ("1", "Syntax errors in policy."),
    (trust(Version="2024-01-01"), "Syntax errors in policy."),
    (trust(Version=None), "Syntax errors in policy."),
    (trust(Statement=[]), "Missing required field Statement"),
    (trust(Statement="all"), "Syntax errors in policy."),
    (trust(Other=1), "Syntax errors in policy."),
    (trust(without("Principal")), "Missing required field Principal"),
    (trust(without("Effect")), "Missing required field Effect"),
    (trust(without("Action")), "Missing required field Action"),
    (trust(GOOD | {"Effect": "allow"}), "Syntax errors in policy."),
    (trust(GOOD | {"Resource": "*"}), "Has prohibited field Resource"),
    (trust(GOOD | {"NotResource": "*"}), "Has prohibited field NotResource"),
    (trust(GOOD | {"Extra": 1}), "Syntax errors in policy."),
    (trust(GOOD | {"Sid": "a b"}), "Statement IDs (SID) may only contain alphanumeric characters."),
    (trust(GOOD | {"Action": "s3:GetObject"}), "AssumeRole policy may only specify STS AssumeRole actions."),
    (trust(GOOD | {"Action": ["sts:AssumeRole", "*"]}), "AssumeRole policy may only specify STS AssumeRole actions."),
    (trust(GOOD | {"Action": 1}), "Syntax errors in policy."),
    (trust(GOOD | {"Action": []}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": []}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": {"StringEquals": "x"}}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": {"StringEqual": {"a": "x"}}}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": {"ForAll:StringEquals": {"a": "x"}}}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": {"NullIfExists": {"a": "true"}}}), "Syntax errors in policy."),
    (trust(GOOD | {"Condition": {"StringEquals": {"a": {"b": "x"}}}}), "Syntax errors in policy."),
    (trust(GOOD | {"NotAction": "sts:TagSession"}), "Syntax errors in policy."),
    (trust(without("Principal") | {"NotPrincipal": {"AWS": "*"}}), "Allow with NotPrincipal is not allowed."),
    (
        trust(without("Principal") | {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}}),
        "AssumeRole policy must not contain NotPrincipal field.",
    ),
    (trust(GOOD | {"Principal": "lambda.amazonaws.com"}), "Invalid principal in policy."),
    (trust(GOOD | {"Principal": {}}), "Invalid principal in policy."),
    (trust(GOOD | {"Principal": {"Aws": "*"}}), "Invalid principal in policy."),
    (
        trust(GOOD | {"Principal": {"Service": "lambda.amazon.com"}}),
        'Invalid principal in policy: "SERVICE":"lambda.amazon.com"',
    ),
    (
        trust(GOOD | {"Principal": {"Service": ["lambda.amazonaws.com", "lamda.amazonaws.com"]}}),
        'Invalid principal in policy: "SERVICE":"lamda.amazonaws.com"',
    ),
    (
        trust(GOOD | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/none"}}),
        'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/none"',
    ),
    (
        trust(GOOD | {"Principal": {"AWS": "arn:aws:iam::123456789012:user/*"}}),
        'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"',
    ),
    (trust(Statement=[GOOD | {"Sid": "a"}] * 2), "Statement IDs (SID) in a single policy must be unique."),
]


@pytest.mark.slow
@pytest.mark.parametrize(("document", "words"), REFUSED)
def test_trust_policies_are_checked(aws, document, words):
    """At the making of a role and at every change of it."""
    iam = aws.client("iam")
    role = aws.role("lambda.amazonaws.com").rpartition("/")[2]
    asks = [
        lambda: iam.create_role(RoleName=f"role-{secrets.token_hex(4)}", AssumeRolePolicyDocument=document),
        lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=document),
    ]
    for ask in asks:
        with pytest.raises(ClientError) as refused:
            ask()
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == ("MalformedPolicyDocument", words)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["123456789012", "arn:aws:iam::210987654321:root"]},
        {"AWS": "arn:aws:iam::210987654321:role/elsewhere"},
        {"Service": ["states.us-east-1.amazonaws.com", "edgelambda.amazonaws.com", "delivery.logs.amazonaws.com"]},
        {"Service": "sagemaker.amazonaws.com"},
        {"Federated": "cognito-identity.amazonaws.com"},
    ],
)
def test_trust_policies_that_are_taken(aws, principal):
    document = trust(
        GOOD | {"Principal": principal, "Sid": "Abc1", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    )
    role = aws.client("iam").create_role(RoleName=f"role-{secrets.token_hex(4)}", AssumeRolePolicyDocument=document)
    assert role["Role"]["AssumeRolePolicyDocument"] == json.loads(document)


@pytest.mark.parametrize("operation", ["create_policy", "put_user_policy", "put_role_policy", "put_group_policy"])
@pytest.mark.parametrize(
    "document",
    [
        "x",
        "{}",
        "[" * 5000,
        json.dumps({"Statement": [GOOD | {"Resource": "*"}]}),
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"a": "x"}}}
                ],
            }
        ),
        json.dumps({"Statement": [{"Sid": "a-b", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    ],
)
def test_policies_of_identities_are_checked(aws, operation, document):
    iam, name = aws.client("iam"), f"x-{secrets.token_hex(4)}"
    params = {"PolicyName": name, "PolicyDocument": document}
    if operation == "put_user_policy":
        params["UserName"] = iam.create_user(UserName=name)["User"]["UserName"]
    elif operation == "put_role_policy":
        params["RoleName"] = aws.role("lambda.amazonaws.com").rpartition("/")[2]
    elif operation == "put_group_policy":
        params["GroupName"] = iam.create_group(GroupName=name)["Group"]["GroupName"]
    with pytest.raises(ClientError) as refused:
        getattr(iam, operation)(**params)
    assert refused.value.response["Error"]["Code"] in ("MalformedPolicyDocument", "ValidationError")
