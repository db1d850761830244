"""The Lambda service of the embedded AWS: its operations together, and Invoke.

Not there, and so answered by name: layers, container images, VPCs, event sources but queues of SQS, function URLs,
provisioned concurrency, SnapStart, response streaming, durable functions, code signing, runtimes but Python. To read
them is there: a function has none (`api.absent_operations`).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

from local_aws.call import ApiError, Call, not_there
from local_aws.functions.api.absent_operations import AbsentOperations
from local_aws.functions.api.access_operations import AccessOperations
from local_aws.functions.api.event_operations import EventOperations
from local_aws.functions.api.event_source_operations import EventSourceOperations
from local_aws.functions.api.payload import check_json
from local_aws.functions.api.version_operations import VersionOperations
from local_aws.functions.event_sources.pollers import Pollers
from local_aws.functions.events import lineage
from local_aws.functions.events.events import Event, EventQueue, Settings
from local_aws.functions.invocation import Invocation, Outcome
from local_aws.functions.names import LATEST, parse
from local_aws.functions.registry import Function
from local_aws.house import Host, Shelf

_PAYLOAD_BYTES = {"RequestResponse": 6_291_456, "DryRun": 6_291_456, "Event": 1_048_576}
_RECURSIVE = (
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
    "resources and stopped your function's invocation."
)


class LambdaService(VersionOperations, AccessOperations, EventOperations, EventSourceOperations, AbsentOperations):
    """AWS Lambda."""

    def __init__(self, host: Host):
        super().__init__(host)
        self._events = EventQueue(host, self._event_settings, self._attempt)
        self._pollers = Pollers(host, self._registry, self._run)

    def shelves(self) -> Iterable[Shelf]:
        return (*super().shelves(), self._events.shelf())

    def resumed(self) -> None:
        super().resumed()
        self._events.resume()

    def close(self) -> None:
        """Stop the queue and the pollers, and end every environment."""
        self._events.close()
        self._pollers.close()
        super().close()

    def _tags_of(self, arn: str) -> dict[str, str]:
        _, is_mapping, identity = arn.partition(":event-source-mapping:")
        return self._mapping({"UUID": identity}).tags if is_mapping else super()._tags_of(arn)

    def invoke(self, call: Call, **params: Any) -> dict[str, Any]:
        """Run a function: wait for its answer, queue the event, or only check that it could be run."""
        name = parse(params["FunctionName"], params.get("Qualifier"))
        function, version = self._registry.get_version(name, implied=LATEST)
        for member in ("DurableExecutionName", "TenantId"):
            if member in params:
                raise not_there(f"{member} of Invoke")
        kind = params.get("InvocationType", "RequestResponse")
        payload = params.get("Payload") or b"{}"
        _check_size(payload, kind)
        check_json(payload)
        if version.state == "Pending":
            raise ApiError(
                "ResourceConflictException",
                "The operation cannot be performed at this time. "
                "The function is currently in the following state: Pending",
                409,
                Type="User",
            )
        if kind == "DryRun":
            return {"StatusCode": 204}
        if kind == "Event":
            self._events.add(Event(call.request_id, function.name, name.qualifier, payload, call.trace_header or ""))
            return {"StatusCode": 202}
        invocation = Invocation(
            call.request_id,
            payload,
            function.arn(name.qualifier),
            call.trace_header or "",
            _client_context(params.get("ClientContext")),
        )
        outcome = self._run(function, name.qualifier, invocation)
        return _answer(outcome, wants_tail=params.get("LogType") == "Tail")

    def _run(self, function: Function, qualifier: str | None, invocation: Invocation) -> Outcome:
        """Run an invocation whose `trace_header` is the one that its caller sent."""
        chain = lineage.read(invocation.trace_header)
        if function.recursive_loop == "Terminate" and chain.count(function.arn()) >= lineage.MAXIMUM_CALLS:
            raise ApiError("RecursiveInvocationException", _RECURSIVE, 400, Type="User")
        invocation.trace_header = chain.header(function.arn())
        if qualifier in (None, LATEST):
            self._read_anew(function)
        version = function.version_to_run(qualifier)
        if version is None:
            raise self._registry.not_found(parse(function.arn(qualifier)))
        with self._concurrency.running(function.name):
            return self._environments.run(version, invocation)

    def _event_settings(self, event: Event) -> Settings | None:
        function = self._registry.functions.get(event.function)
        version = function.find(event.qualifier) if function else None
        if function is None or version is None:
            return None
        qualifier = event.qualifier or LATEST
        config = function.event_configs.get(qualifier)
        return Settings(version, function.arn(qualifier), config, function.reserved_concurrency)

    def _attempt(self, event: Event) -> Outcome:
        function = self._registry.get(parse(event.function))
        invocation = Invocation(event.request_id, event.payload, function.arn(event.qualifier), event.trace_header)
        return self._run(function, event.qualifier, invocation)


def _check_size(payload: bytes, kind: str) -> None:
    limit = _PAYLOAD_BYTES[kind]
    if len(payload) > limit:
        message = f"{len(payload)} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        raise ApiError("RequestTooLargeException", message, 413, Type="User")


def _client_context(encoded: str | None) -> str | None:
    if not encoded:
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
        # The header that carries it to the runtime takes one line of Latin characters.
        return json.dumps(json.loads(text))
    except (binascii.Error, ValueError) as error:
        raise ApiError(
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
            Type="User",
        ) from error


def _answer(outcome: Outcome, wants_tail: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "StatusCode": 200,
        "ExecutedVersion": outcome.executed_version,
        "Payload": outcome.payload,
    }
    if outcome.function_error:
        answer["FunctionError"] = outcome.function_error
    if wants_tail:
        answer["LogResult"] = base64.b64encode(outcome.log_tail).decode()
    return answer
