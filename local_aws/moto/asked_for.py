"""What a service of AWS refuses of a request and moto takes, or says in other words: one look for each service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import OperationModel

from local_aws.call import Call

Look = Callable[[OperationModel, Call, Mapping[str, Any]], None]


def _logs(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    # The language of filter patterns takes a twentieth of a server's start, which looks for none.
    from local_aws.moto.log_requests import require_log_request

    require_log_request(operation, params)


def _sns(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    from local_aws.moto.topics import require_topic_request

    require_topic_request(operation, call, params)


def _sqs(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    from local_aws.moto.queues import require_queue_request

    require_queue_request(operation, call, params)


_LOOKS: dict[str, Look] = {"logs": _logs, "sns": _sns, "sqs": _sqs}


def require_possible(operation: OperationModel, call: Call, params: Mapping[str, Any]) -> None:
    """Raise where a call asks for what its service doesn't have.

    Raises:
        ApiError: as the service words it.
    """
    look = _LOOKS.get(operation.service_model.service_name)
    if look is not None:
        look(operation, call, params)
