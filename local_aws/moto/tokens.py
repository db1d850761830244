"""A call that is made again with the same token is the same call: it is answered again, and not done again.

For the operations of which moto ignores the token. SDKs make one up where the caller gives none, so that a retry after
a lost answer does no harm. An answer is remembered for ten minutes, as DynamoDB does (TransactWriteItems).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from botocore.model import OperationModel

from local_aws.call import ApiError, Call
from local_aws.moto.members import ignored, is_token

_SECONDS = 600.0
_MISMATCHES = {"dynamodb": "IdempotentParameterMismatchException", "ssm": "IdempotentParameterMismatch"}
StartResponse = Callable[..., Any]


class _Answer(NamedTuple):
    asked: str
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    until: float


class Tokens:
    """The answers to calls with tokens."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, ...], _Answer] = {}
        self._lock = threading.Lock()

    def once(
        self,
        operation: OperationModel,
        call: Call,
        params: Mapping[str, Any],
        start_response: StartResponse,
        ask: Callable[[StartResponse], Iterable[bytes]],
    ) -> Iterable[bytes]:
        """The answer of `ask`, or that of the same call before.

        Raises:
            ApiError: the token came before, with other parameters.
        """
        name = _token(operation)
        if name is None or not params.get(name):
            return ask(start_response)
        key = (call.service, call.region, operation.name, params[name])
        asked = json.dumps({one: params[one] for one in sorted(params)}, default=repr)
        with self._lock:  # of two at once, the second has to find the first one's answer
            now = time.monotonic()
            self._answers = {key: answer for key, answer in self._answers.items() if answer.until > now}
            found = self._answers.get(key)
            if found is None:
                told: list[Any] = []
                body = list(ask(lambda status, headers, exc_info=None: told.extend((status, headers))))
                status, headers = told
                found = _Answer(asked, status, headers, body, now + _SECONDS)
                if found.status.startswith("2"):
                    self._answers[key] = found
        if found.asked != asked:
            message = "The request uses the same client token as a previous, but non-identical request."
            raise ApiError(_MISMATCHES[call.service], message)
        start_response(found.status, found.headers)
        return found.body


def _token(operation: OperationModel) -> str | None:
    service = operation.service_model.service_name
    members = ignored(service).get(operation.name, frozenset())
    return next((name for name in members if is_token(service, operation.name, name)), None)
