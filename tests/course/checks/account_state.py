"""What an AWS holds, told so that two looks at it can be compared: what a check leaves there is what it found."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

Held = dict[str, list[Any]]

_LISTS = (
    ("lambda", "list_functions", "Functions", ("FunctionArn", "RevisionId")),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", ("UUID", "LastModified")),
    ("logs", "describe_log_groups", "logGroups", ("logGroupName", "retentionInDays")),
    ("stepfunctions", "list_activities", "activities", ("activityArn",)),
    ("sagemaker", "list_models", "Models", ("ModelArn",)),
    ("sagemaker", "list_endpoint_configs", "EndpointConfigs", ("EndpointConfigArn",)),
    ("sagemaker", "list_endpoints", "Endpoints", ("EndpointArn", "LastModifiedTime")),
    ("sagemaker", "list_processing_jobs", "ProcessingJobSummaries", ("ProcessingJobArn",)),
    ("sagemaker", "list_training_jobs", "TrainingJobSummaries", ("TrainingJobArn",)),
    ("sagemaker", "list_transform_jobs", "TransformJobSummaries", ("TransformJobArn",)),
    ("sqs", "list_queues", "QueueUrls", ()),
    ("sns", "list_topics", "Topics", ("TopicArn",)),
    ("events", "list_rules", "Rules", ("Arn", "State")),
    ("scheduler", "list_schedules", "Schedules", ("Arn", "LastModificationDate")),
    ("scheduler", "list_schedule_groups", "ScheduleGroups", ("Arn",)),
    ("iam", "list_users", "Users", ("Arn",)),
    ("dynamodb", "list_tables", "TableNames", ()),
)
"""A service, its operation that lists, the member with the list, and what of each item tells it from another one."""


def held() -> Held:
    """Everything on the AWS that this process works on; nothing where it works on none, or none answers."""
    url = os.environ.get("AWS_ENDPOINT_URL")
    if not url:
        return {}
    try:
        return _held(_clients(url))
    except EndpointConnectionError:
        return {}


def _held(client: Callable[..., list[Any]]) -> Held:
    found = {
        f"{service} {operation}": sorted(
            [
                str(tuple(item.get(name) for name in told) if told else item)
                for item in client(service, operation, member)
            ]
        )
        for service, operation, member, told in _LISTS
    }
    return found | _buckets(client) | _roles(client) | _machines(client) | _function_policies(client)


@cache
def _clients(url: str) -> Callable[..., list[Any]]:
    session = boto3.session.Session()
    clients: dict[str, Any] = {}

    def listed(service: str, operation: str, member: str, **parameters: Any) -> list[Any]:
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=url)
        client = clients[service]
        if not client.can_paginate(operation):
            return getattr(client, operation)(**parameters).get(member, [])
        return [one for page in client.get_paginator(operation).paginate(**parameters) for one in page.get(member, [])]

    return listed


def _buckets(client: Callable[..., list[Any]]) -> Held:
    """Each bucket's objects, older versions among them, and whom it tells of uploads."""
    found: Held = {"buckets": []}
    for bucket in client("s3", "list_buckets", "Buckets"):
        name = bucket["Name"]
        versions = client("s3", "list_object_versions", "Versions", Bucket=name)
        found["buckets"].append(name)
        found[f"objects of {name}"] = [(one["Key"], one["VersionId"], one["ETag"]) for one in versions]
        told = client("s3", "get_bucket_notification_configuration", "LambdaFunctionConfigurations", Bucket=name)
        found[f"notifications of {name}"] = told
    return found


def _roles(client: Callable[..., list[Any]]) -> Held:
    """Roles, whole, but for when they were last used; and the account's own policies."""
    roles = client("iam", "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    policies = client("iam", "list_policies", "Policies", Scope="Local")
    return {"roles": [{**one, "RoleLastUsed": None} for one in roles], "policies": policies}


def _machines(client: Callable[..., list[Any]]) -> Held:
    """Machines with their definitions and executions."""
    found: Held = {"machines": []}
    for machine in client("stepfunctions", "list_state_machines", "stateMachines"):
        arn = machine["stateMachineArn"]
        executions = client("stepfunctions", "list_executions", "executions", stateMachineArn=arn)
        found["machines"].append((arn, machine["creationDate"]))
        found[f"executions of {arn}"] = [one["executionArn"] for one in executions]
    return found


def _function_policies(client: Callable[..., list[Any]]) -> Held:
    """Who may call each function."""
    found: Held = {}
    for function in client("lambda", "list_functions", "Functions"):
        try:
            found[f"who may call {function['FunctionName']}"] = [
                client("lambda", "get_policy", "Policy", FunctionName=function["FunctionName"])
            ]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
    return found
