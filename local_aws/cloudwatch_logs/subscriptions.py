"""Filters on log events: what a pattern means is sent to a Lambda function as it comes, or is only tried.

Source: "Log group-level subscription filters", Amazon CloudWatch Logs user guide; PutSubscriptionFilter and
TestMetricFilter, API reference. What waits to be sent is lost with the process.
"""

from __future__ import annotations

import base64
import functools
import gzip
import json
import re
from typing import Any

from botocore.exceptions import ClientError

from local_aws.call import ApiError, Call, not_there
from local_aws.cloudwatch_logs.log_groups import streams_in
from local_aws.deliveries import Deliveries
from local_aws.house import Host, Service
from local_aws.logs.filter_pattern import PatternError
from local_aws.moto.log_requests import filter_pattern
from local_aws.moto.log_subscriptions import Subscribed, put_filter, tell
from local_aws.moto.shelves import region_mark

_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+")
_PRINCIPALS = ("logs.amazonaws.com", "logs.{}.amazonaws.com")
"""Whom a function's policy may let in: the second name is the older one, by region."""

_NOT_THERE: dict[str, Any] = {
    "applyOnTransformedLogs": False,
    "distribution": "ByLogStream",
    "emitSystemFields": [],
    "fieldSelectionCriteria": "",
}
"""Members that are refused by name, and the value of each that asks for what is so anyway."""


class SubscriptionOperations(Service):
    """PutSubscriptionFilter and what it leads to, and TestMetricFilter."""

    name = "logs"

    def __init__(self, host: Host):
        super().__init__(host)
        self._deliveries = Deliveries("a batch of log events")
        tell(host.region, self._send_soon)

    def close(self) -> None:
        """Send nothing more."""
        self._deliveries.close()
        super().close()

    def put_subscription_filter(self, call: Call, **params: Any) -> dict[str, Any]:
        """Have a function be told of what a pattern means; it takes the place of the filter of its name.

        Raises:
            ApiError: `ResourceNotFoundException`; `InvalidParameterException`, a broken pattern, or a function that may
                not be called; `LimitExceededException`; `NotImplemented`, another kind of destination.
        """
        for name, usual in _NOT_THERE.items():
            if params.get(name, usual) != usual:
                raise not_there(f"logs:PutSubscriptionFilter with {name}")
        group, destination = params["logGroupName"], params["destinationArn"]
        streams_in(call, group)
        filter_pattern(params["filterPattern"])
        if not _FUNCTION.fullmatch(destination):
            raise not_there(f"logs:PutSubscriptionFilter with the destination {destination}")
        try:
            self._invoke(group, destination, "DryRun", b"{}")
        except ClientError as error:
            message = (
                "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute "
                "your function."
            )
            raise ApiError("InvalidParameterException", message) from error
        tell(self.host.region, self._send_soon)  # of the servers in one process, the one that is asked
        which = self.host.region, group, params["filterName"], params["filterPattern"]
        put_filter(*which, destination, params.get("roleArn"))
        self.host.keeper.changed(*region_mark("logs", self.host.region))
        return {}

    def test_metric_filter(self, call: Call, **params: Any) -> dict[str, Any]:
        """Which of some messages a pattern means, and the values that it names in them.

        Raises:
            ApiError: `InvalidParameterException`.
        """
        pattern = filter_pattern(params["filterPattern"])
        messages = enumerate(params["logEventMessages"], start=1)
        try:
            meant = [(number, message) for number, message in messages if pattern.matches(message)]
        except PatternError as error:
            raise ApiError("InvalidParameterException", str(error)) from error
        matches = [
            {"eventNumber": number, "eventMessage": message, "extractedValues": pattern.extracted(message)}
            for number, message in meant
        ]
        return {"matches": matches}

    def _send_soon(self, subscribed: Subscribed) -> None:
        self._deliveries.add(functools.partial(self._send, subscribed), _nothing)

    def _send(self, subscribed: Subscribed) -> None:
        told = {
            "messageType": "DATA_MESSAGE",
            "owner": self.host.account,
            "logGroup": subscribed.group,
            "logStream": subscribed.stream,
            "subscriptionFilters": [subscribed.filter_name],
            "logEvents": [{**event, "id": f"{event['id']:056d}"} for event in subscribed.events],
        }
        data = base64.b64encode(gzip.compress(json.dumps(told).encode())).decode()
        payload = json.dumps({"awslogs": {"data": data}}).encode()
        self._invoke(subscribed.group, subscribed.destination_arn, "Event", payload)

    def _invoke(self, group: str, function: str, how: str, payload: bytes) -> None:
        """Call a function in the name of CloudWatch Logs.

        Raises:
            ClientError: it isn't there, or its policy doesn't let CloudWatch Logs in.
        """
        arn = f"arn:aws:logs:{self.host.region}:{self.host.account}:log-group:{group}:*"
        for last, principal in enumerate(_PRINCIPALS):
            service = principal.format(self.host.region)
            client = self.host.roles.service_client(
                "lambda", service=service, source_arn=arn, source_account=self.host.account
            )
            try:
                client.invoke(FunctionName=function, InvocationType=how, Payload=payload)
            except ClientError as error:
                if last or error.response["Error"]["Code"] != "AccessDeniedException":
                    raise
            else:
                return


def _nothing() -> None:
    """Nothing is to be done after a delivery."""
