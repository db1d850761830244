"""What a request to each service asks for, where its members alone don't tell."""

from __future__ import annotations

from collections.abc import Callable

from local_aws.access.services import (
    dynamodb,
    events,
    functions,
    iam,
    kms,
    logs,
    queues,
    s3,
    sagemaker,
    scheduler,
    secrets,
    ssm,
    states,
)
from local_aws.access.wanted import Asked, Params, Place

READERS: dict[str, Callable[[str, Params, Place], list[Asked]]] = {
    "dynamodb": dynamodb.asked,
    "events": events.asked,
    "iam": iam.asked,
    "kms": kms.asked,
    "lambda": functions.asked,
    "logs": logs.asked,
    "s3": s3.asked,
    "sagemaker": sagemaker.asked,
    "scheduler": scheduler.asked,
    "secretsmanager": secrets.asked,
    "sns": queues.asked_of_sns,
    "sqs": queues.asked_of_sqs,
    "ssm": ssm.asked,
    "states": states.asked,
    "sts": iam.asked_of_sts,
}
"""By the service's name in actions; a service that isn't here is read by its members."""
