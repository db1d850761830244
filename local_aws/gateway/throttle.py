"""Requests that are refused because there were too many: in each service's own words, on which SDKs ask again.

Refused are requests from outside, and what a state of a state machine has SageMaker create; what the embedded AWS's own
services ask of each other isn't. Lambda's Invoke and the endpoints' InvokeEndpoint have limits that a learner alone
never meets. Source: the throttling codes of botocore's retry rules, and error answers that users of AWS report.
"""

from __future__ import annotations

from local_aws import wire
from local_aws.access.roles import is_from_the_house
from local_aws.call import ApiError
from local_aws.lag import Kind, Lag

_RATE_EXCEEDED = "Rate exceeded"
_BY_API = {
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "lambda": ("TooManyRequestsException", _RATE_EXCEEDED, 429),
}
_BY_PROTOCOL = {
    "query": ("Throttling", _RATE_EXCEEDED, 400),
    "json": ("ThrottlingException", _RATE_EXCEEDED, 400),
    "rest-json": ("TooManyRequestsException", _RATE_EXCEEDED, 429),
    "rest-xml": ("Throttling", _RATE_EXCEEDED, 400),
}
_INVOKES = "/invocations"


class Throttle:
    """Refuses a request now and then, where AWS is late."""

    def __init__(self, lag: Lag):
        self._lag = lag

    def check(self, api: wire.Api, request: wire.Request) -> None:
        """Raise where there were too many requests.

        Raises:
            ApiError: `ThrottlingException`, `Throttling`, `TooManyRequestsException` or `SlowDown`.
        """
        if not self._lag.is_late or is_from_the_house(request.headers) or request.path.endswith(_INVOKES):
            return
        what = request.headers.get("x-amz-target") or f"{request.method} /{request.path.split('/')[1]}"
        if self._lag.happens(Kind.THROTTLING, f"{api.name} {what}"):
            code, message, status = _BY_API.get(api.name) or _BY_PROTOCOL[api.protocol]
            raise ApiError(code, message, status)
