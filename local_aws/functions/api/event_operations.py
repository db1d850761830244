"""Operations on how asynchronous invocations are handled: retries, age, destinations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.functions.api.foundation import LambdaFoundation
from local_aws.functions.configuration import invalid
from local_aws.functions.events.destinations import check_destination
from local_aws.functions.names import LATEST, parse
from local_aws.functions.registry import EventInvokeConfig, Function

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


class EventOperations(LambdaFoundation):
    """The event invoke configuration of a function, a version or an alias."""

    def put_function_event_invoke_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Set it anew."""
        function, qualifier = self._configured(params)
        given = {name: params[name] for name in _SETTINGS if name in params}
        if not given:
            raise invalid("You must specify at least one of error handling or destination setting.")
        return self._set(function, qualifier, given)

    def update_function_event_invoke_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change part of it."""
        function, qualifier = self._configured(params)
        before = self._existing(function, qualifier).given
        return self._set(function, qualifier, before | {name: params[name] for name in _SETTINGS if name in params})

    def get_function_event_invoke_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Read it."""
        function, qualifier = self._configured(params)
        return _shape(function, qualifier, self._existing(function, qualifier))

    def list_function_event_invoke_configs(self, call: Call, **params: Any) -> dict[str, Any]:
        """Those of a function, its versions and its aliases."""
        function, _ = self._function(params)
        configs = [_shape(function, qualifier, config) for qualifier, config in sorted(function.event_configs.items())]
        page, marker = self._page(configs, params)
        return {"FunctionEventInvokeConfigs": page, **marker}

    def delete_function_event_invoke_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Go back to the defaults."""
        function, qualifier = self._configured(params)
        self._existing(function, qualifier)
        del function.event_configs[qualifier]
        return {}

    def _configured(self, params: dict[str, Any]) -> tuple[Function, str]:
        name = parse(params["FunctionName"], params.get("Qualifier"))
        function, _ = self._registry.get_version(name)
        return function, name.qualifier or LATEST

    def _existing(self, function: Function, qualifier: str) -> EventInvokeConfig:
        if qualifier not in function.event_configs:
            message = f"The function {function.arn(qualifier)} doesn't have an EventInvokeConfig"
            raise ApiError("ResourceNotFoundException", message, 404, Type="User")
        return function.event_configs[qualifier]

    def _set(self, function: Function, qualifier: str, given: dict[str, Any]) -> dict[str, Any]:
        destinations = given.get("DestinationConfig", {})
        chosen = {}
        for kind in ("OnSuccess", "OnFailure"):
            arn = destinations.get(kind, {}).get("Destination") or None
            if arn is not None:
                if arn.split(":")[:3] == ["arn", "aws", "lambda"] and parse(arn).name == function.name:
                    raise invalid("You can't specify the function as a destination for itself.")
                check_destination(arn)
            chosen[kind] = arn
        config = EventInvokeConfig(
            datetime.now(UTC),
            given.get("MaximumRetryAttempts"),
            given.get("MaximumEventAgeInSeconds"),
            chosen["OnSuccess"],
            chosen["OnFailure"],
            given,
        )
        function.event_configs[qualifier] = config
        return _shape(function, qualifier, config)


def _shape(function: Function, qualifier: str, config: EventInvokeConfig) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "LastModified": config.last_modified,
        "FunctionArn": function.arn(qualifier),
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success} if config.on_success else {},
            "OnFailure": {"Destination": config.on_failure} if config.on_failure else {},
        },
    }
    if config.maximum_retry_attempts is not None:
        shape["MaximumRetryAttempts"] = config.maximum_retry_attempts
    if config.maximum_event_age is not None:
        shape["MaximumEventAgeInSeconds"] = config.maximum_event_age
    return shape
