"""Lambda: a function by name, partial ARN or ARN, with the version or alias that is meant."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_ACTIONS = {
    "GetLayerVersionByArn": "GetLayerVersion",
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
}
_KEYS = {
    "CodeSigningConfigArn": "lambda:CodeSigningConfigArn",
    "EventSourceToken": "lambda:EventSourceToken",
    "FunctionUrlAuthType": "lambda:FunctionUrlAuthType",
    "InvokedViaFunctionUrl": "lambda:InvokedViaFunctionUrl",
    "Principal": "lambda:Principal",
}
_LISTS = {"Layers": "lambda:Layer", "SecurityGroupIds": "lambda:SecurityGroupIds", "SubnetIds": "lambda:SubnetIds"}
"""Members that hold several values of a key, in the request or in its `VpcConfig`."""


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of Lambda."""
    action = _ACTIONS.get(operation, operation)
    context = keys(params, _KEYS)
    if "EventSourceMapping" in operation:
        # Which function it is about is a condition key here.
        if "FunctionName" in params:
            context["lambda:FunctionArn"] = function_arn(params["FunctionName"], None, place)
        elif "UUID" in params and place.records is not None:
            function = place.records.function_of(params["UUID"], place.region)
            context |= {"lambda:FunctionArn": function} if function else {}
        return [Asked(action, {name: value for name, value in params.items() if name == "UUID"}, context)]
    for name, key in _LISTS.items():
        listed = params.get(name) or (params.get("VpcConfig") or {}).get(name)
        if listed:
            context[key] = listed
    resources = [params["Resource"]] if "Resource" in params else None
    if "FunctionName" in params:
        resources = [function_arn(params["FunctionName"], params.get("Qualifier"), place)]
        if operation == "PutFunctionCodeSigningConfig":
            resources.append(params["CodeSigningConfigArn"])
    if operation == "GetLayerVersionByArn":
        resources = [params["Arn"]]
    return tagging("TagResource", Asked(action, params, context, resources))


def function_arn(name: str, qualifier: str | None, place: Place) -> str:
    """The ARN of a function given by name, partial ARN or ARN, with its qualifier if it has one."""
    if name.startswith("arn:"):
        arn = name
    else:
        arn = place.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    unqualified = arn.count(":") == 6
    return f"{arn}:{qualifier}" if qualifier and unqualified else arn
