"""IAM takes as much as on AWS, deletes nothing that is in use, and tells who uses what."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from tests.refusals import refusal

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject"}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
KINDS = ("user", "group", "role")


def name() -> str:
    return f"of-{secrets.token_hex(5)}"


def policy(size: int = 200, **extra: Any) -> str:
    """A policy of so many characters."""
    document = {"Version": "2012-10-17", "Statement": [ALLOW | {"Resource": "arn:aws:s3:::"} | extra]}
    text = json.dumps(document, separators=(",", ":"))
    return text.replace("s3:::", "s3:::" + "x" * (size - len(text)))


def trust(**extra: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | extra]}, separators=(",", ":"))


def made(iam: Any, kind: str) -> dict[str, str]:
    """A new user, group or role, as its name is given in calls."""
    who = {f"{kind.title()}Name": name()}
    getattr(iam, f"create_{kind}")(**who, **({"AssumeRolePolicyDocument": trust()} if kind == "role" else {}))
    return who


def managed(iam: Any) -> str:
    return iam.create_policy(PolicyName=name(), PolicyDocument=policy())["Policy"]["Arn"]


@pytest.mark.parametrize("operation", ["create_role", "update_assume_role_policy"])
def test_a_trust_policy_has_a_size(aws, operation):
    """White space doesn't count."""
    iam = aws.client("iam")
    room = 2048 - len(trust(Condition={"StringEquals": {"aws:SourceArn": ""}}))
    texts = [trust(Condition={"StringEquals": {"aws:SourceArn": "x" * (room + more)}}) for more in (0, 1)]
    params = [{"AssumeRolePolicyDocument": text, "RoleName": name()} for text in texts]
    if operation != "create_role":
        params = [made(iam, "role") | {"PolicyDocument": text} for text in texts]
    fits, too_long = params
    member = next(key for key in fits if key.endswith("Document"))
    assert getattr(iam, operation)(**fits | {member: fits[member].replace(",", ",\n" + " " * 99)})
    expected = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refusal(getattr(iam, operation), **too_long) == expected


def test_a_managed_policy_has_a_size(aws):
    iam = aws.client("iam")
    arn = iam.create_policy(PolicyName=name(), PolicyDocument=policy(6144))["Policy"]["Arn"]
    expected = ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert refusal(iam.create_policy, PolicyName=name(), PolicyDocument=policy(6145)) == expected
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=policy(6145)) == expected


@pytest.mark.parametrize(("kind", "most"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_inline_policies_have_a_size_together(aws, kind, most):
    iam = aws.client("iam")
    who = made(iam, kind)
    put = getattr(iam, f"put_{kind}_policy")
    put(**who, PolicyName="a", PolicyDocument=policy(most - 500))
    put(**who, PolicyName="a", PolicyDocument=policy(most - 400))  # which takes the place of the other
    put(**who, PolicyName="b", PolicyDocument=policy(400))
    words = f"Maximum policy size of {most} bytes exceeded for {kind} {next(iter(who.values()))}"
    assert refusal(put, **who, PolicyName="c", PolicyDocument=policy()) == ("LimitExceeded", words)


@pytest.mark.parametrize("kind", KINDS)
def test_ten_managed_policies(aws, kind):
    iam = aws.client("iam")
    who = made(iam, kind)
    attach = getattr(iam, f"attach_{kind}_policy")
    policies = [managed(iam) for _ in range(11)]
    for arn in (*policies[:10], policies[0]):
        attach(**who, PolicyArn=arn)
    words = f"Cannot exceed quota for PoliciesPer{kind.title()}: 10"
    assert refusal(attach, **who, PolicyArn=policies[10]) == ("LimitExceeded", words)
    for arn in policies[:10]:
        getattr(iam, f"detach_{kind}_policy")(**who, PolicyArn=arn)


def test_ten_groups_of_a_user(aws):
    iam, user = aws.client("iam"), made(aws.client("iam"), "user")
    for _ in range(10):
        iam.add_user_to_group(**made(iam, "group"), **user)
    expected = ("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
    assert refusal(iam.add_user_to_group, **made(iam, "group"), **user) == expected


@pytest.mark.parametrize("kind", ["user", "role", "policy"])
def test_fifty_tags_and_none_of_aws_s(aws, kind):
    iam = aws.client("iam")
    who = {"PolicyArn": managed(iam)} if kind == "policy" else made(iam, kind)
    tag = getattr(iam, f"tag_{kind}")
    tag(**who, Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(50)])
    tag(**who, Tags=[{"Key": "k7", "Value": "w"}])
    expected = ("LimitExceeded", "The number of tags has reached the maximum limit.")
    assert refusal(tag, **who, Tags=[{"Key": "one more", "Value": "v"}]) == expected
    assert refusal(tag, **who, Tags=[{"Key": "aws:of-aws", "Value": "v"}])[0] == "InvalidInput"


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_taken_in_capital_letters_too(aws, kind):
    iam = aws.client("iam")
    [(member, taken)] = made(iam, kind).items()
    extra = {"AssumeRolePolicyDocument": trust()} if kind == "role" else {}
    words = f"{kind.title()} with name {taken.upper()} already exists."
    assert refusal(getattr(iam, f"create_{kind}"), **{member: taken.upper()}, **extra) == ("EntityAlreadyExists", words)
    absent = f"The {kind} with name {taken}x cannot be found."
    assert refusal(getattr(iam, f"get_{kind}"), **{member: f"{taken}x"}) == ("NoSuchEntity", absent)


def test_a_user_is_deleted_last(aws):
    iam, user, group = aws.client("iam"), made(aws.client("iam"), "user"), made(aws.client("iam"), "group")
    iam.create_login_profile(**user, Password="Long-Enough-1")
    key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
    iam.put_user_policy(**user, PolicyName="p", PolicyDocument=policy())
    iam.attach_user_policy(**user, PolicyArn=READ_ONLY)
    iam.add_user_to_group(**user, **group)
    for words, remedy in [
        ("must delete login profile first.", lambda: iam.delete_login_profile(**user)),
        ("must delete access keys first.", lambda: iam.delete_access_key(**user, AccessKeyId=key)),
        ("must delete policies first.", lambda: iam.delete_user_policy(**user, PolicyName="p")),
        ("must detach all policies first.", lambda: iam.detach_user_policy(**user, PolicyArn=READ_ONLY)),
        ("must remove users from group first.", lambda: iam.remove_user_from_group(**user, **group)),
    ]:
        assert refusal(iam.delete_user, **user) == ("DeleteConflict", f"Cannot delete entity, {words}")
        remedy()
    assert iam.delete_user(**user)


def test_a_group_is_deleted_last(aws):
    iam, user, group = aws.client("iam"), made(aws.client("iam"), "user"), made(aws.client("iam"), "group")
    iam.put_group_policy(**group, PolicyName="p", PolicyDocument=policy())
    iam.attach_group_policy(**group, PolicyArn=READ_ONLY)
    iam.add_user_to_group(**user, **group)
    for words, remedy in [
        ("must remove users from group first.", lambda: iam.remove_user_from_group(**user, **group)),
        ("must delete policies first.", lambda: iam.delete_group_policy(**group, PolicyName="p")),
        ("must detach all policies first.", lambda: iam.detach_group_policy(**group, PolicyArn=READ_ONLY)),
    ]:
        assert refusal(iam.delete_group, **group) == ("DeleteConflict", f"Cannot delete entity, {words}")
        remedy()
    assert iam.delete_group(**group)


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_in_use_is_not_deleted(aws, kind):
    iam = aws.client("iam")
    who, arn = made(iam, kind), managed(iam)
    getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=arn)
    found = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter=kind.title())[f"Policy{kind.title()}s"]
    assert [one[f"{kind.title()}Name"] for one in found] == list(who.values())
    assert refusal(iam.delete_policy, PolicyArn=arn)[1] == "Cannot delete a policy attached to entities."
    getattr(iam, f"detach_{kind}_policy")(**who, PolicyArn=arn)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy())["PolicyVersion"]["VersionId"]
    code, words = refusal(iam.delete_policy, PolicyArn=arn)
    assert (code, words.partition(". ")[0]) == ("DeleteConflict", "This policy has more than one version")
    iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    assert iam.delete_policy(PolicyArn=arn)


def test_nobody_changes_aws_s_own_policies(aws):
    iam, own = aws.client("iam"), {"PolicyArn": READ_ONLY}
    before = iam.list_policy_versions(**own)["Versions"]
    for call, params in [
        (iam.delete_policy, {}),
        (iam.create_policy_version, {"PolicyDocument": policy(), "SetAsDefault": True}),
        (iam.delete_policy_version, {"VersionId": "v2"}),
        (iam.set_default_policy_version, {"VersionId": "v1"}),
        (iam.tag_policy, {"Tags": [{"Key": "a", "Value": "b"}]}),
    ]:
        assert refusal(call, **own, **params)[0] == "AccessDenied"
    assert iam.list_policy_versions(**own)["Versions"] == before


def test_the_details_of_the_account_hold_what_is_in_use(aws):
    """Of AWS's own policies those alone; and all in pages."""
    iam = aws.client("iam")
    user, arn = made(iam, "user"), managed(iam)
    iam.attach_user_policy(**user, PolicyArn=READ_ONLY)
    iam.put_user_permissions_boundary(**user, PermissionsBoundary=arn)
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 7})
    whole = pages.build_full_result()
    policies = {policy["Arn"]: policy for policy in whole["Policies"]}
    assert policies[READ_ONLY]["PolicyVersionList"][0]["Document"]["Statement"]
    assert policies[arn]["PermissionsBoundaryUsageCount"] == 1
    assert policies[arn]["PolicyName"] == arn.rpartition("/")[2]
    assert "arn:aws:iam::aws:policy/AWSMarketplaceFullAccess" not in policies
    [found] = [one for one in whole["UserDetailList"] if one["UserName"] == user["UserName"]]
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    assert found["UserId"].startswith("AIDA")
    roles = iam.get_account_authorization_details(Filter=["Role"])
    assert not roles["UserDetailList"]
    assert not roles["Policies"]


def test_numbers_in_conditions(aws):
    """IAM's grammar has them; they come back as they were."""
    iam = aws.client("iam")
    text = policy(Condition={"NumericLessThan": {"sagemaker:MaxRuntimeInSeconds": [3600, 7200.5]}})
    arn = iam.create_policy(PolicyName=name(), PolicyDocument=text)["Policy"]["Arn"]
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(text)
    iam.create_role(RoleName=name(), AssumeRolePolicyDocument=trust(Condition={"NumericEquals": {"aws:EpochTime": 1}}))
