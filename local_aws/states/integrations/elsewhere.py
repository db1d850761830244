"""Integrations that AWS has and the embedded AWS hasn't: known as far as a test needs that mocks their work.

A definition that uses one is refused by name when a machine is made of it; TestState with a mock never calls the
service, and so runs it as AWS does.
"""

from __future__ import annotations

from typing import Any

from local_aws.states.integrations.apis import Api
from local_aws.states.integrations.integration import AnyArguments
from local_aws.states.integrations.task import Task

APIS = {
    "athena": Api("athena", "athena", "Athena", "AmazonAthena"),
    "batch": Api("batch", "batch", "Batch", "AWSBatch"),
    "bedrock": Api("bedrock-runtime", "bedrock", "Bedrock", "AmazonBedrock"),
    "codebuild": Api("codebuild", "codebuild", "CodeBuild", "AWSCodeBuild"),
    "databrew": Api("databrew", "databrew", "DataBrew", "AWSGlueDataBrew"),
    "ecs": Api("ecs", "ecs", "ECS", "AmazonECS"),
    "eks": Api("eks", "eks", "EKS", "AmazonEKS"),
    "elasticmapreduce": Api("emr", "elasticmapreduce", "EMR", "AmazonElasticMapReduce"),
    "emr-containers": Api("emr-containers", "emr-containers", "EMRContainers", "AmazonEMRContainers"),
    "emr-serverless": Api("emr-serverless", "emr-serverless", "EMRServerless", "AWSEMRServerless"),
    "glue": Api("glue", "glue", "Glue", "AWSGlue"),
    "mediaconvert": Api("mediaconvert", "mediaconvert", "MediaConvert", "AWSElementalMediaConvert"),
}
"""The APIs behind the optimised integrations that are not there. The names in errors are never met: nothing runs."""


class Elsewhere(AnyArguments):
    """One of them, by the name and the pattern in its resource (`events:putEvents`, `.sync`)."""

    def __init__(self, name: str, pattern: str):
        self.resource_type, _, action = name.partition(":")
        self.resource = action + pattern
        self.waits_for_job = pattern.startswith(".sync")
        self.waits_for_token = pattern == ".waitForTaskToken"

    async def run(self, arguments: Any, task: Task) -> Any:
        raise NotImplementedError(f"{self.resource_type}:{self.resource} is not there, and was to be refused")
