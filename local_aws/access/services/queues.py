"""SQS and SNS: a batch needs the right to do one, and a queue's address ends in its name."""

from __future__ import annotations

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place


def asked_of_sqs(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of SQS."""
    url = params.get("QueueUrl")
    name = params.get("QueueName") if url is None else url.rpartition("/")[2] if "://" in url else url
    named = {**params, "QueueName": name}
    if operation == "StartMessageMoveTask":
        source, destination = params.get("SourceArn"), params.get("DestinationArn")
        moved = [(action, source) for action in ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage")]
        moved += [("SendMessage", destination)] if destination else []
        return [Asked(action, {"SourceArn": arn}) for action, arn in moved]
    return tagging("TagQueue", Asked(operation.removesuffix("Batch"), named, keys(params)))


def asked_of_sns(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of SNS."""
    names = {"Protocol": "sns:Protocol", "Endpoint": "sns:Endpoint"} if operation == "Subscribe" else {}
    context = keys(params, names)
    return tagging("TagResource", Asked(operation.removesuffix("Batch"), params, context))
