"""Clean-up on any state of the account: what is there goes, what is gone is no trouble, what can't go is reported."""

from __future__ import annotations

import boto3
import pytest

import course
from course.account import cleaning
from course.account.ledger import Resource
from tests.course.conftest import LESSON, role
from tests.course.proving.account import EVERYTHING, user


def test_a_lesson_that_made_nothing_has_nothing_to_remove(settings):
    assert repr(course.clean_up("97")) == "Nothing was left to remove."


@pytest.mark.slow
def test_what_the_lesson_made_goes_in_an_order_that_works(settings):
    s3, bucket = boto3.client("s3"), settings.bucket
    function_role = course.logging_role("course-clean-role")
    function = boto3.client("lambda").create_function(
        FunctionName="course-clean",
        Runtime="python3.13",
        Role=function_role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": course.package("def lambda_handler(event, context):\n    return 1\n")},
    )["FunctionArn"]
    boto3.client("lambda").get_waiter("function_active_v2").wait(
        FunctionName="course-clean", WaiterConfig={"Delay": 0.1}
    )
    boto3.client("lambda").add_permission(
        FunctionName="course-clean",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    s3.put_object(Bucket=bucket, Key="clean/in/a.txt", Body=b"a")
    unfinished = s3.create_multipart_upload(Bucket=bucket, Key="clean/in/parts.zip")["UploadId"]
    # What a job wrote below the lesson's folder is in nobody's calls.
    boto3.session.Session().client("s3").put_object(Bucket=bucket, Key="clean/in/train/b.txt", Body=b"b")

    done = course.clean_up(LESSON)
    assert done.done, done
    kinds = [one.resource.kind for one in done.removals]
    assert kinds == sorted(kinds, key=list(cleaning._REMOVERS).index)
    assert kinds[0] == "S3 trigger"
    assert repr(done).endswith("Nothing is left.")
    assert "| Lambda function | `course-clean` | removed |" in done._repr_markdown_()
    assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    assert s3.list_objects_v2(Bucket=bucket, Prefix="clean/")["KeyCount"] == 0
    assert unfinished not in [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]
    assert course.clean_up(LESSON).removals == ()


@pytest.mark.parametrize("kind", list(cleaning._REMOVERS))
def test_what_is_not_there_counts_as_removed(kind, ledger, settings):
    names = {
        "SNS topic": f"arn:aws:sns:{settings.region}:{settings.account}:course-not-there",
        "state machine": f"arn:aws:states:{settings.region}:{settings.account}:stateMachine:course-not-there",
        "IAM policy": f"arn:aws:iam::{settings.account}:policy/course-not-there",
        "S3 folder": "course-not-there/folder/",
        "schedule": "course-not-there/schedule",
        "S3 object": "course-not-there/object",
    }
    resource = Resource(kind, names.get(kind, "course-not-there"), LESSON)
    ledger.record(resource)
    assert cleaning.remove(ledger, [resource]).done
    assert resource not in ledger.resources()


def test_what_cannot_be_removed_is_reported_and_tried_again(ledger, settings):
    iam = boto3.client("iam")
    role("course-clean-in-use", "ec2.amazonaws.com", "s3:ListBucket")
    iam.create_instance_profile(InstanceProfileName="course-clean")
    iam.add_role_to_instance_profile(InstanceProfileName="course-clean", RoleName="course-clean-in-use")
    boto3.client("sqs").create_queue(QueueName="course-clean-queue")

    first = course.clean_up(LESSON)
    assert not first.done
    assert repr(first).endswith("1 of 2 could not be removed; run the clean-up again.")
    [kept] = [one for one in first.removals if one.reason]
    assert (kept.resource.name, "DeleteConflict" in kept.reason) == ("course-clean-in-use", True)
    assert [one.name for one in ledger.resources(LESSON)] == ["course-clean-in-use"]

    iam.remove_role_from_instance_profile(InstanceProfileName="course-clean", RoleName="course-clean-in-use")
    iam.delete_instance_profile(InstanceProfileName="course-clean")
    assert course.clean_up(LESSON).done
    assert ledger.resources(LESSON) == []


def test_an_object_that_may_not_be_deleted_is_no_folder_that_is_gone(settings, ledger, endpoint_url):
    """DeleteObjects answers 200, and tells in its answer of what it refused."""
    s3, bucket, held = boto3.client("s3"), settings.bucket, Resource("S3 folder", f"{settings.bucket}/held/", LESSON)
    s3.put_object(Bucket=bucket, Key="held/a.txt", Body=b"a")
    deny = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}/held/*"}
    keys = user(endpoint_url, "may-not-delete", EVERYTHING, deny)
    boto3.setup_default_session(**{name.lower(): key for name, key in keys.items()}, region_name=settings.region)
    done = cleaning.remove(ledger, [held])
    assert not done.done
    assert "AccessDenied" in repr(done) and "held/a.txt" in repr(done)
    assert f"By hand: aws s3 rm --recursive s3://{bucket}/held/" in repr(done)
    assert course.clean_up(LESSON).done and held not in ledger.resources()


def test_what_a_later_version_has_made_is_named(settings, ledger):
    """The ledger may be one that a newer version of the course has written."""
    unknown = Resource("time machine", "course-unknown", LESSON)
    ledger.record(unknown)
    assert "time machine course-unknown: of a kind that this version of the course doesn't know" in repr(course.left())
    done = course.clean_up(LESSON)
    assert not done.done and "time machine course-unknown: This version of the course doesn't know" in repr(done)
    ledger.strike(unknown)


def test_a_role_and_a_policy_go_with_what_ties_them_together(settings):
    iam = boto3.client("iam")
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    policy = iam.create_policy(PolicyName="course-clean", PolicyDocument=document)["Policy"]["Arn"]
    role("course-clean-tied", "lambda.amazonaws.com", "s3:ListBucket")
    iam.attach_role_policy(RoleName="course-clean-tied", PolicyArn=policy)
    assert course.clean_up(LESSON).done
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=policy)


def test_a_lesson_that_starts_again_removes_what_its_last_run_left(settings):
    boto3.client("sqs").create_queue(QueueName="course-clean-again")
    course.start(LESSON)
    assert "QueueUrls" not in boto3.client("sqs").list_queues(QueueNamePrefix="course-clean-again")


def test_the_lesson_goes_on_being_written_down_after_a_clean_up(settings, ledger):
    course.clean_up(LESSON)
    course.left()
    boto3.client("sqs").create_queue(QueueName="course-clean-after")
    assert [one.name for one in ledger.resources(LESSON)] == ["course-clean-after"]


def test_a_trigger_that_is_taken_away_is_not_one_that_was_made(settings, ledger):
    course.clean_up(LESSON)
    boto3.client("s3").put_bucket_notification_configuration(Bucket=settings.bucket, NotificationConfiguration={})
    assert ledger.resources(LESSON) == []
