"""IAM's SimulateCustomPolicy on the embedded AWS."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.two_targets

READ = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"}
NO_SECRETS = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::box/secret/*"}
BY_TAG = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": {"Bool": {"my:tag": "true"}}}


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def simulate(aws):
    def call(action: str, resource: str, *policies: str, **params) -> dict:
        answer = aws.client("iam").simulate_custom_policy(
            PolicyInputList=list(policies), ActionNames=[action], ResourceArns=[resource], **params
        )
        [result] = answer["EvaluationResults"]
        return result

    return call


@pytest.mark.parametrize(
    ("action", "resource", "decision", "sources"),
    [
        ("s3:GetObject", "arn:aws:s3:::box/a", "allowed", ["PolicyInputList.1"]),
        ("s3:getobject", "arn:aws:s3:::box/a", "allowed", ["PolicyInputList.1"]),
        ("s3:GetObject", "arn:aws:s3:::other/a", "implicitDeny", []),
        ("s3:PutObject", "arn:aws:s3:::box/a", "implicitDeny", []),
        ("s3:GetObject", "arn:aws:s3:::box/secret/a", "explicitDeny", ["PolicyInputList.2"]),
    ],
)
def test_the_decision_and_the_statements_that_make_it(simulate, action, resource, decision, sources):
    result = simulate(action, resource, policy(READ), policy(NO_SECRETS))
    assert result["EvalDecision"] == decision
    assert [matched["SourcePolicyId"] for matched in result["MatchedStatements"]] == sources


def test_a_statement_is_named_by_its_place_in_the_text(simulate):
    text = (
        '{\n "Version": "2012-10-17",\n "Statement": [\n  '
        + json.dumps(NO_SECRETS)
        + ",\n  "
        + json.dumps(READ)
        + "\n ]\n}"
    )
    [matched] = simulate("s3:GetObject", "arn:aws:s3:::box/a", text)["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 5, "Column": 3}
    assert matched["EndPosition"] == {"Line": 5, "Column": 2 + len(json.dumps(READ))}


def test_a_condition_needs_its_key(simulate):
    place = "arn:aws:s3:::box/a"
    without = simulate("s3:PutObject", place, policy(BY_TAG))
    assert (without["EvalDecision"], without["MissingContextValues"]) == ("implicitDeny", ["my:tag"])
    entry = {"ContextKeyName": "my:tag", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}
    assert simulate("s3:PutObject", place, policy(BY_TAG), ContextEntries=[entry])["EvalDecision"] == "allowed"


def test_a_permissions_boundary_has_to_allow_as_well(simulate):
    fence = policy({**READ, "Action": "s3:ListBucket"})
    result = simulate("s3:GetObject", "arn:aws:s3:::box/a", policy(READ), PermissionsBoundaryPolicyInputList=[fence])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_the_decision_is_the_gateways_own(aws, simulate):
    bucket = aws.bucket()
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/open/*"}
    role = aws.role("lambda.amazonaws.com", reading)
    aws.client("s3").put_object(Bucket=bucket, Key="open/a", Body=b"a")
    s3 = aws.client("s3", role_arn=role)
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"a"
    assert simulate("s3:GetObject", f"arn:aws:s3:::{bucket}/open/a", policy(reading))["EvalDecision"] == "allowed"
    with pytest.raises(ClientError, match="no identity-based policy allows the s3:PutObject action"):
        s3.put_object(Bucket=bucket, Key="open/a", Body=b"b")
    assert simulate("s3:PutObject", f"arn:aws:s3:::{bucket}/open/a", policy(reading))["EvalDecision"] == "implicitDeny"


@pytest.mark.parametrize("text", ["", "[", "no policy", '{"Statement": [{"Effect": ]}', '{"Statement": [{}'])
def test_a_policy_that_is_not_json_is_refused(simulate, text):
    with pytest.raises(ClientError) as caught:
        simulate("s3:GetObject", "*", text or " ")
    assert caught.value.response["Error"]["Code"] == "InvalidInput"


def test_what_is_not_simulated_says_so_by_name(simulate):
    organization = [{"ServiceControlPolicyInputList": [policy(READ)]}]
    with pytest.raises(ClientError, match="SimulateCustomPolicy with OrderedOrganizationPolicyInputList is not there"):
        simulate("s3:GetObject", "*", policy(READ), OrderedOrganizationPolicyInputList=organization)
    with pytest.raises(ClientError, match="SimulateCustomPolicy with the ResourceOwner of another account"):
        simulate("s3:GetObject", "*", policy(READ), ResourceOwner="arn:aws:iam::210987654321:root")


@pytest.mark.parametrize("action", ["GetObject", "s3:*", "s3:", ":GetObject"])
def test_what_is_no_action(simulate, action):
    with pytest.raises(ClientError, match="Invalid Action"):
        simulate(action, "*", policy(READ))


@pytest.mark.parametrize(
    "statement", [READ | {"Effect": "allow"}, {"Action": "*"}, READ | {"Condition": {"StringIs": {"a": "b"}}}]
)
def test_what_is_no_statement(simulate, statement):
    with pytest.raises(ClientError, match=r"Syntax errors in policy PolicyInputList\.2"):
        simulate("s3:GetObject", "*", policy(READ), policy(statement))


ADA = "arn:aws:iam::123456789012:user/ada"


@pytest.mark.parametrize(
    ("statement", "decision", "sources"),
    [
        ({"Effect": "Allow", "Principal": {"AWS": ADA}}, "allowed", ["resource"]),
        ({"Effect": "Allow", "Principal": "*"}, "allowed", ["resource"]),
        ({"Effect": "Allow", "Principal": {"AWS": ADA + "s"}}, "implicitDeny", []),
        ({"Effect": "Allow", "Principal": {"AWS": "123456789012"}}, "implicitDeny", []),
        ({"Effect": "Deny", "Principal": {"AWS": "123456789012"}}, "explicitDeny", ["resource"]),
        ({"Effect": "Deny", "NotPrincipal": {"AWS": ADA}}, "implicitDeny", []),
    ],
)
def test_the_policy_of_the_resource(simulate, statement, decision, sources):
    box = {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::box/*"}
    owned = {"ResourcePolicy": policy(statement | box), "CallerArn": ADA}
    result = simulate("s3:PutObject", "arn:aws:s3:::box/a", policy(READ), **owned)
    assert result["EvalDecision"] == decision
    found = [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in result["MatchedStatements"]]
    assert found == [("ResourcePolicy", source) for source in sources]


def test_a_resource_policy_needs_a_user_who_calls(simulate):
    with pytest.raises(ClientError, match="CallerArn must be the ARN of a user"):
        simulate("s3:GetObject", "*", policy(READ), ResourcePolicy=policy(READ))


def test_the_keys_that_policies_name(aws):
    iam = aws.client("iam")
    by_variable = READ | {"Resource": "arn:aws:s3:::box/${aws:username}/${aws:PrincipalTag/team, 'none'}/${*}"}
    names = ["aws:PrincipalTag/team", "aws:username", "my:tag"]
    found = iam.get_context_keys_for_custom_policy(PolicyInputList=[policy(BY_TAG), policy(by_variable)])
    assert found["ContextKeyNames"] == names
    role = aws.role("lambda.amazonaws.com", by_variable)
    found = iam.get_context_keys_for_principal_policy(PolicySourceArn=role, PolicyInputList=[policy(BY_TAG)])
    assert found["ContextKeyNames"] == names


def test_the_rest_of_iam_is_still_answered(aws):
    assert aws.client("iam").get_role(RoleName=aws.role("lambda.amazonaws.com").rpartition("/")[2])["Role"]["Arn"]
