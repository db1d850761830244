"""Which resources there are.

`_CATALOG` lists the optimised integrations of the embedded AWS, with the patterns that AWS offers for each; what AWS
has beyond them is in `_ELSEWHERE`, so that it can be told from what doesn't exist. Source: the table and the pages of
"Integrating optimized services with Step Functions", AWS Step Functions developer guide.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

from local_aws.states.integrations.activity import ActivityArn
from local_aws.states.integrations.api_call import ApiCall, Arguments
from local_aws.states.integrations.apis import OPTIMISED, operation_named, sdk_api, sdk_service
from local_aws.states.integrations.elsewhere import Elsewhere
from local_aws.states.integrations.integration import Integration
from local_aws.states.integrations.lambda_function import FunctionArn, Invoke
from local_aws.states.integrations.nested_execution import NestedExecution, StartExecution
from local_aws.states.integrations.put_events import PutEvents
from local_aws.states.integrations.sagemaker_job import SageMakerJob

_ANSWER, _SYNC, _SYNC_DATA, _TOKEN = "", ".sync", ".sync:2", ".waitForTaskToken"
"""The patterns: go on with the API's answer, wait for the job, wait for it and parse, wait for the token."""

_STATES_ARN = re.compile(
    r"arn:aws[\w-]*:states:[\w-]*::(?P<name>[\w:-]+?)(?P<pattern>\.waitForTaskToken|\.sync(?::2)?)?"
)
_FUNCTION_ARN = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:[\w-]+:function:[\w-]+(?::[\w$-]+)?")
_ACTIVITY_ARN = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+")


class _Entry(NamedTuple):
    """How an integration is made of a pattern, and which patterns it has."""

    make: Callable[[str], Integration]
    patterns: tuple[str, ...]


def _request(name: str, *patterns: str, json_texts: tuple[str, ...] = ()) -> _Entry:
    """An integration that is one request; its fields in `json_texts` are texts that take any JSON data."""
    service, _, action = name.partition(":")

    def make(pattern: str) -> Integration:
        operation = operation_named(OPTIMISED[service], action)
        assert operation is not None
        return ApiCall(OPTIMISED[service], operation, action + pattern, Arguments(json_texts))

    return _Entry(make, (_ANSWER, *patterns))


def _job(name: str) -> _Entry:
    """A SageMaker job, with `.sync` or without."""
    plain, action = _request(name), name.partition(":")[2]
    return _Entry(lambda pattern: SageMakerJob(action) if pattern else plain.make(""), (_ANSWER, _SYNC))


def _start_execution(pattern: str) -> Integration:
    return NestedExecution(pattern) if pattern in (_SYNC, _SYNC_DATA) else StartExecution(pattern)


_CATALOG = {
    "dynamodb:deleteItem": _request("dynamodb:deleteItem"),
    "dynamodb:getItem": _request("dynamodb:getItem"),
    "dynamodb:putItem": _request("dynamodb:putItem"),
    "dynamodb:updateItem": _request("dynamodb:updateItem"),
    "events:putEvents": _Entry(PutEvents, (_ANSWER, _TOKEN)),
    "lambda:invoke": _Entry(Invoke, (_ANSWER, _TOKEN)),
    "sagemaker:createEndpoint": _request("sagemaker:createEndpoint"),
    "sagemaker:createEndpointConfig": _request("sagemaker:createEndpointConfig"),
    "sagemaker:createModel": _request("sagemaker:createModel"),
    "sagemaker:createProcessingJob": _job("sagemaker:createProcessingJob"),
    "sagemaker:createTrainingJob": _job("sagemaker:createTrainingJob"),
    "sagemaker:createTransformJob": _job("sagemaker:createTransformJob"),
    "sagemaker:updateEndpoint": _request("sagemaker:updateEndpoint"),
    "sns:publish": _request("sns:publish", _TOKEN, json_texts=("Message",)),
    "sqs:sendMessage": _request("sqs:sendMessage", _TOKEN, json_texts=("MessageBody",)),
    "states:startExecution": _Entry(_start_execution, (_ANSWER, _SYNC, _SYNC_DATA, _TOKEN)),
}


_JOB, _JOB_OR_TOKEN = (_ANSWER, _SYNC), (_ANSWER, _SYNC, _TOKEN)
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "apigateway:invoke": (_ANSWER, _TOKEN),
    "athena:startQueryExecution": _JOB,
    **dict.fromkeys(("athena:stopQueryExecution", "athena:getQueryExecution", "athena:getQueryResults"), (_ANSWER,)),
    "batch:submitJob": _JOB,
    "bedrock:createModelCustomizationJob": _JOB,
    "bedrock:invokeModel": (_ANSWER, _TOKEN),
    **dict.fromkeys(("codebuild:startBuild", "codebuild:startBuildBatch", "codebuild:retryBuildBatch"), _JOB),
    **dict.fromkeys(("codebuild:stopBuild", "codebuild:stopBuildBatch", "codebuild:deleteBuildBatch"), (_ANSWER,)),
    **dict.fromkeys(("codebuild:batchDeleteBuilds", "codebuild:batchGetReports"), (_ANSWER,)),
    "databrew:startJobRun": _JOB,
    "ecs:runTask": _JOB_OR_TOKEN,
    "eks:call": (_ANSWER,),
    **dict.fromkeys(("eks:createCluster", "eks:createFargateProfile", "eks:createNodegroup"), _JOB),
    **dict.fromkeys(("eks:deleteCluster", "eks:deleteFargateProfile", "eks:deleteNodegroup"), _JOB),
    "eks:runJob": _JOB_OR_TOKEN,
    "elasticmapreduce:addStep": _JOB,
    "elasticmapreduce:cancelStep": (_ANSWER,),
    "elasticmapreduce:createCluster": _JOB,
    "elasticmapreduce:modifyInstanceFleetByName": (_ANSWER,),
    "elasticmapreduce:modifyInstanceGroupByName": (_ANSWER,),
    "elasticmapreduce:setClusterTerminationProtection": (_ANSWER,),
    "elasticmapreduce:terminateCluster": _JOB,
    "emr-containers:createVirtualCluster": (_ANSWER,),
    "emr-containers:deleteVirtualCluster": _JOB,
    "emr-containers:startJobRun": _JOB,
    **dict.fromkeys(("emr-serverless:createApplication", "emr-serverless:deleteApplication"), _JOB),
    **dict.fromkeys(("emr-serverless:startApplication", "emr-serverless:stopApplication"), _JOB),
    **dict.fromkeys(("emr-serverless:startJobRun", "emr-serverless:cancelJobRun"), _JOB),
    "glue:startJobRun": _JOB,
    "http:invoke": (_ANSWER,),
    "mediaconvert:createJob": _JOB,
    "sagemaker:createHyperParameterTuningJob": _JOB,
    "sagemaker:createLabelingJob": _JOB,
}


def is_known_elsewhere(resource: str) -> bool:
    """Whether AWS has this optimised integration and the embedded AWS hasn't."""
    found = _STATES_ARN.fullmatch(resource)
    return found is not None and (found["pattern"] or _ANSWER) in _ELSEWHERE.get(found["name"], ())


def is_absent(resource: str, answers: Callable[[str, str], bool]) -> bool:
    """Whether a resource that AWS recognises names what isn't here: an integration, or an operation of an API.

    Args:
        answers: whether an operation of an API, by botocore's names, is answered here.
    """
    integration = resolve(resource)
    return is_known_elsewhere(resource) or (isinstance(integration, ApiCall) and not integration.is_answered(answers))


def known(resource: str) -> Integration:
    """The integration that a resource names in a definition that was found valid.

    It may be one that isn't here, which is refused before it could run: in a test its work can be mocked.
    """
    here = resolve(resource)
    if here is not None:
        return here
    found = _STATES_ARN.fullmatch(resource)
    if found is None or not is_known_elsewhere(resource):
        raise ValueError(f"{resource} can't be called: the definition was not checked")
    return Elsewhere(found["name"], found["pattern"] or _ANSWER)


@functools.cache
def resolve(resource: str) -> Integration | None:
    """The integration that a Task's `Resource` names; None for one that AWS wouldn't recognise, or isn't here."""
    if _FUNCTION_ARN.fullmatch(resource):
        return FunctionArn(resource)
    if _ACTIVITY_ARN.fullmatch(resource):
        return ActivityArn(resource)
    found = _STATES_ARN.fullmatch(resource)
    if found is None:
        return None
    name, pattern = found["name"], found["pattern"] or _ANSWER
    if name.startswith("aws-sdk:"):
        return _sdk(name, pattern)
    entry = _CATALOG.get(name)
    return entry.make(pattern) if entry is not None and pattern in entry.patterns else None


def s3_call(resource: str) -> ApiCall:
    """The request to S3 that an ItemReader or ResultWriter makes (`arn:aws:states:::s3:getObject`)."""
    call = _sdk(f"aws-sdk:{resource.rpartition(':::')[2]}", _ANSWER)
    assert call is not None
    return call


def _sdk(name: str, pattern: str) -> ApiCall | None:
    """Any operation of any API: `aws-sdk:SERVICE:ACTION`."""
    _, service_name, action = (*name.split(":"), "")[:3]
    service = sdk_service(service_name)
    if service is None or name.count(":") != 2 or pattern not in (_ANSWER, _TOKEN):
        return None
    api = sdk_api(service)
    operation = operation_named(api, action)
    return operation and ApiCall(api, operation, action + pattern, Arguments())
