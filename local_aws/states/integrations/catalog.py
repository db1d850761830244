"""Which resources there are."""

from __future__ import annotations

import functools
import re

from local_aws.states.integrations.api_call import ApiCall, Arguments
from local_aws.states.integrations.apis import OPTIMISED, SDK, Api, operation_named, sdk_service
from local_aws.states.integrations.integration import Integration
from local_aws.states.integrations.lambda_function import FunctionArn, Invoke
from local_aws.states.integrations.nested_execution import NestedExecution, StartExecution
from local_aws.states.integrations.sagemaker_job import JOBS, SageMakerJob

_STATES_ARN = re.compile(
    r"arn:aws[\w-]*:states:[\w-]*::(?P<name>[\w:-]+?)(?P<pattern>\.waitForTaskToken|\.sync(?::2)?)?"
)
_FUNCTION_ARN = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:[\w-]+:function:[\w-]+(?::[\w$-]+)?")

_SIMPLE = {
    "dynamodb:getItem": Arguments(),
    "dynamodb:putItem": Arguments(),
    "dynamodb:updateItem": Arguments(),
    "dynamodb:deleteItem": Arguments(),
    "sagemaker:createModel": Arguments(),
    "sagemaker:createEndpointConfig": Arguments(),
    "sagemaker:createEndpoint": Arguments(),
    "sagemaker:updateEndpoint": Arguments(),
    "sns:publish": Arguments(json_texts=("Message",)),
    "sqs:sendMessage": Arguments(json_texts=("MessageBody",)),
}
"""Optimised integrations that are one request and its answer."""
_WITH_TOKEN = {"lambda:invoke", "sns:publish", "sqs:sendMessage", "states:startExecution"}
_ELSEWHERE = re.compile(
    r"arn:aws[\w-]*:states:[\w-]*::(?:"
    r"apigateway:invoke|athena:(?:start|stop)QueryExecution|athena:getQuery(?:Execution|Results)|batch:submitJob"
    r"|bedrock:(?:invokeModel|createModelCustomizationJob)|codebuild:(?:startBuild|stopBuild|batchDeleteBuilds"
    r"|batchGetReports)|databrew:startJobRun|ecs:runTask|eks:\w+|elasticmapreduce:\w+|emr-containers:\w+"
    r"|emr-serverless:\w+|events:putEvents|glue:startJobRun|http:invoke|mediaconvert:createJob"
    r"|sagemaker:create(?:HyperParameterTuning|Labeling)Job"
    r")(?:\.waitForTaskToken|\.sync(?::2)?)?"
)


def is_known_elsewhere(resource: str) -> bool:
    """Whether AWS has this integration and the embedded AWS hasn't."""
    return _ELSEWHERE.fullmatch(resource) is not None


@functools.cache
def resolve(resource: str) -> Integration | None:
    """The integration that a Task's `Resource` names; None for one that AWS wouldn't recognise, or isn't here."""
    if _FUNCTION_ARN.fullmatch(resource):
        return FunctionArn(resource)
    found = _STATES_ARN.fullmatch(resource)
    if found is None:
        return None
    name, pattern = found["name"], found["pattern"] or ""
    if name.startswith("aws-sdk:"):
        return _sdk(name, pattern)
    if name.startswith("sagemaker:") and name.partition(":")[2] in JOBS and pattern in ("", ".sync"):
        return _job(name.partition(":")[2], pattern)
    if pattern == ".waitForTaskToken" and name not in _WITH_TOKEN:
        return None
    if name == "lambda:invoke" and not pattern.startswith(".sync"):
        return Invoke(pattern)
    if name == "states:startExecution":
        return NestedExecution(pattern) if pattern.startswith(".sync") else StartExecution(pattern)
    if name in _SIMPLE and not pattern.startswith(".sync"):
        service, _, action = name.partition(":")
        return _call(OPTIMISED[service], action, pattern, _SIMPLE[name])
    return None


def _job(action: str, pattern: str) -> Integration:
    if pattern:
        return SageMakerJob(action)
    return _call(OPTIMISED["sagemaker"], action, pattern, Arguments())


def _sdk(name: str, pattern: str) -> Integration | None:
    parts = name.split(":")
    service = sdk_service(parts[1]) if len(parts) == 3 else None
    if service is None or pattern.startswith(".sync"):
        return None
    return _call(SDK(service), parts[2], pattern, Arguments())


def _call(api: Api, action: str, pattern: str, arguments: Arguments) -> Integration | None:
    operation = operation_named(api, action)
    return operation and ApiCall(api, operation, action + pattern, arguments)
