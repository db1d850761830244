"""The CloudFormation templates for a class: they are well-formed, and their policies do what they say."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import cfnlint
import pytest
from botocore.exceptions import ClientError

from course.account import given_roles
from course.account.foundation import trust_policy
from tests.class_templates import TEMPLATES, template
from tests.course.proving.account import EVERYTHING, client, user
from tests.served import served

pytestmark = pytest.mark.slow

ALLOWED = "ml.m5.large"
COURSE_BOUNDARY = "arn:aws:iam::123456789012:policy/course-boundary"
ROLE = "arn:aws:iam::123456789012:role/workflow-course-sagemaker"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.name)
def test_cloudformation_has_nothing_against_a_template(path):
    assert [str(match) for match in cfnlint.lint_file(path)] == []


BOUNDARY = template("boundary.yaml")["Resources"]["Boundary"]["Properties"]["PolicyDocument"]
OF_THE_ORGANIZATION = template("instance_types.yaml")["Resources"]["InstanceTypesOfTheCourse"]["Properties"]["Content"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def bounded(url) -> dict[str, str]:
    """The keys of a user who may do everything within the boundary."""
    keys = user(url, "bounded", EVERYTHING)
    iam = client("iam", url)
    arn = iam.create_policy(PolicyName="course-boundary", PolicyDocument=json.dumps(BOUNDARY))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=arn)
    return keys


@pytest.fixture(scope="module")
def governed(url) -> dict[str, str]:
    """The keys of a user in an account with the organization's policy, whose denials count as any other's."""
    return user(url, "governed", EVERYTHING, *OF_THE_ORGANIZATION["Statement"])


def as_who(keys: dict[str, str], service: str, url: str) -> Any:
    who = boto3.session.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
    return who.client(service, endpoint_url=url)


def asked(sagemaker: Any, operation: str, instance: str) -> dict[str, Any]:
    """A request for instances of a type; only what decides about the right has to be right in it."""
    name = f"n-{uuid.uuid4().hex[:8]}"
    one = {"InstanceType": instance, "InstanceCount": 1}
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
    return {
        "create_processing_job": {
            "ProcessingJobName": name,
            "ProcessingResources": {"ClusterConfig": one | {"VolumeSizeInGB": 1}},
            "AppSpecification": {"ImageUri": image},
            "RoleArn": ROLE,
        },
        "create_training_job": {
            "TrainingJobName": name,
            "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
            "ResourceConfig": one | {"VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
        "create_transform_job": {
            "TransformJobName": name,
            "ModelName": "absent",
            "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
            "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
            "TransformResources": one,
        },
        "create_endpoint_config": {
            "EndpointConfigName": name,
            "ProductionVariants": [
                {"VariantName": "a", "ModelName": "absent", "InstanceType": ALLOWED, "InitialInstanceCount": 1},
                {"VariantName": "b", "ModelName": "absent", "InstanceType": instance, "InitialInstanceCount": 1},
            ],
        },
    }[operation]


OPERATIONS = ("create_processing_job", "create_training_job", "create_transform_job", "create_endpoint_config")


def denied(call: Any, **params: Any) -> str:
    """What was said where a call was denied; empty where it was let in, whatever became of it then."""
    try:
        call(**params)
    except ClientError as error:
        said = error.response["Error"]
        return said["Message"] if said["Code"] in ("AccessDenied", "AccessDeniedException") else ""
    return ""


@pytest.mark.parametrize("who", ["bounded", "governed"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_course_s_instance_type_passes_and_another_is_denied(request, url, who, operation):
    sagemaker = as_who(request.getfixturevalue(who), "sagemaker", url)
    call = getattr(sagemaker, operation)
    assert denied(call, **asked(sagemaker, operation, ALLOWED)) == ""
    for other in ("ml.p3.2xlarge", "ml.m5.xlarge", "ml.m5.4xlarge"):
        said = denied(call, **asked(sagemaker, operation, other))
        assert "with an explicit deny" in said, other


def test_within_the_boundary_the_course_s_services_answer_and_others_do_not(url, bounded):
    assert denied(as_who(bounded, "lambda", url).list_functions) == ""
    assert denied(as_who(bounded, "sagemaker", url).list_endpoints) == ""
    said = denied(as_who(bounded, "dynamodb", url).list_tables)
    assert "because no permissions boundary allows the dynamodb:ListTables action" in said


def test_nobody_gets_out_of_the_boundary(url, bounded):
    iam = as_who(bounded, "iam", url)
    for call, params in [
        (iam.create_user, {"UserName": "other"}),
        (iam.create_access_key, {"UserName": "bounded"}),
        (iam.delete_user_permissions_boundary, {"UserName": "bounded"}),
        (iam.put_user_permissions_boundary, {"UserName": "bounded", "PermissionsBoundary": COURSE_BOUNDARY}),
        (iam.attach_user_policy, {"UserName": "bounded", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        (iam.create_policy_version, {"PolicyArn": COURSE_BOUNDARY, "PolicyDocument": "{}"}),
        (iam.delete_policy, {"PolicyArn": COURSE_BOUNDARY}),
    ]:
        assert "explicit deny" in denied(call, **params), params


def test_no_role_of_others_is_passed_on_or_taken_on(url, bounded):
    """An account has such roles: an organization's own (`OrganizationAccountAccessRole`), those of other teams."""
    trust = trust_policy("lambda.amazonaws.com")
    trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::123456789012:root"
    iam = client("iam", url)
    powerful = iam.create_role(RoleName="powerful", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="powerful", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    function = {"FunctionName": "f", "Runtime": "python3.13", "Handler": "f.f", "Code": {"ZipFile": b"x"}}
    as_learner = as_who(bounded, "lambda", url), as_who(bounded, "sts", url)
    assert "explicit deny" in denied(as_learner[0].create_function, Role=powerful, **function)
    assert "explicit deny" in denied(as_learner[1].assume_role, RoleArn=powerful, RoleSessionName="learner")


def test_every_role_of_the_course_may_be_passed_on_with_any_prefix():
    [names] = [one["NotResource"] for one in BOUNDARY["Statement"] if one["Sid"] == "NoOtherRoles"]
    of_the_course = {name for _, roles in given_roles.ROLES.values() for name in roles}
    assert {name.rpartition("/*")[2] for name in names} == of_the_course | {"workflow-course-check-*"}


def test_the_roles_that_a_learner_makes_are_within_the_boundary_and_stay_there(url, bounded):
    """So nobody gets further by a role of a function or a state machine."""
    iam, fence = as_who(bounded, "iam", url), {"PermissionsBoundary": COURSE_BOUNDARY}
    trust = {"AssumeRolePolicyDocument": json.dumps(trust_policy("lambda.amazonaws.com"))}
    other = {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
    everything = {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    assert "explicit deny" in denied(iam.create_role, RoleName="free", **trust)
    assert "explicit deny" in denied(iam.create_role, RoleName="free", **trust, **other)
    assert denied(iam.create_role, RoleName="fenced", **trust, **fence) == ""
    assert denied(iam.attach_role_policy, RoleName="fenced", **everything) == ""
    client("iam", url).create_role(RoleName="of-others", **trust)
    for call, params in [
        (iam.delete_role_permissions_boundary, {"RoleName": "fenced"}),
        (iam.put_role_permissions_boundary, {"RoleName": "fenced"} | other),
        (iam.attach_role_policy, {"RoleName": "of-others"} | everything),
        (iam.put_role_policy, {"RoleName": "of-others", "PolicyName": "p", "PolicyDocument": json.dumps(BOUNDARY)}),
        (iam.update_assume_role_policy, {"RoleName": "of-others", "PolicyDocument": trust["AssumeRolePolicyDocument"]}),
    ]:
        assert "explicit deny" in denied(call, **params), params
