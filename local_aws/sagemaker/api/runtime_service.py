"""SageMaker Runtime of the embedded AWS: InvokeEndpoint.

Asynchronous inference, response streams, multi-model endpoints, inference components and explanations are not there.
"""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.house import Service
from local_aws.sagemaker.collection import Collection
from local_aws.sagemaker.hosting.deployment import Deployment, Variant
from local_aws.sagemaker.hosting.endpoint import Endpoint
from local_aws.sagemaker.hosting.hosting import NotReady, Reply, TimedOut, Unreachable
from local_aws.sagemaker.platform import Platform, not_implemented

_SECONDS = 60.0
"""A model has so long to answer (SageMaker API reference, InvokeEndpoint)."""
_BODY_BYTES = 6_291_456
_ABSENT = (
    "TargetModel",
    "TargetContainerHostname",
    "InferenceComponentName",
    "EnableExplanations",
    "SessionId",
    "PrefixAwareId",
)


class SageMakerRuntimeService(Service):
    """Amazon SageMaker Runtime."""

    name = "sagemaker-runtime"

    def __init__(self, platform: Platform, endpoints: Collection[Endpoint], seconds: float = _SECONDS):
        super().__init__(platform.host)
        self.platform, self.endpoints, self._seconds = platform, endpoints, seconds

    def invoke_endpoint(self, call: Call, **params: Any) -> dict[str, Any]:
        """Hand a request to an instance of the endpoint, and its answer back."""
        for member in _ABSENT:
            if member in params:
                raise not_implemented(f"{member} of InvokeEndpoint")
        name = params["EndpointName"]
        variant, reply = self._ask(name, params)
        if not 200 <= reply.status < 300:
            side = "client" if reply.status < 500 else "server"
            text = reply.body.decode("utf-8", "replace")
            raise self._model_error(name, f"Received {side} error ({reply.status})", reply.status, text)
        if len(reply.body) > _BODY_BYTES:
            text = f"The response of {len(reply.body)} bytes is larger than {_BODY_BYTES} bytes"
            raise self._model_error(name, f"Received server error ({reply.status})", reply.status, text)
        return {
            "Body": reply.body,
            "ContentType": reply.content_type,
            "InvokedProductionVariant": variant.name,
            "CustomAttributes": reply.custom_attributes,
        }

    def _serving(self, name: str) -> Deployment:
        endpoint = self.endpoints.find(name)
        serving = endpoint.serving if endpoint is not None else None
        if serving is None:
            raise ApiError("ValidationError", f"Endpoint {name} of account {self.host.account} not found.")
        return serving

    def _ask(self, name: str, params: dict[str, Any]) -> tuple[Variant, Reply]:
        """The answer of an instance, and its variant."""
        serving = self._serving(name)
        variant = serving.choose(params.get("TargetVariant"))
        if variant is None:
            raise ApiError("ValidationError", f"Variant {params['TargetVariant']} not found for endpoint {name}.")
        try:
            return variant, variant.running.invoke(params["Body"], _headers(params), self._seconds)
        except TimedOut as error:
            text = (
                "Your invocation timed out while waiting for a response from container primary. Review the latency "
                "metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
            )
            raise self._model_error(name, "Received server error (0)", 0, text) from error
        except Unreachable as error:
            if isinstance(error, NotReady) and self._serving(name) is not serving:
                # An update took the instances away between the choice and the request.
                return self._ask(name, params)
            text = (
                f"Amazon SageMaker could not get a response from the {name} endpoint. This can occur when CPU or "
                "memory utilization is high. To check your utilization, see Amazon CloudWatch. To fix this problem, "
                "use an instance type with more CPU capacity or memory."
            )
            raise self._model_error(name, "Received server error (0)", 0, text) from error

    def _model_error(self, name: str, what: str, status: int, text: str) -> ApiError:
        region, account = self.host.region, self.host.account
        group = f"/aws/sagemaker/Endpoints/{name}"
        return ApiError(
            "ModelError",
            f'{what} from primary with message "{text}". See https://{region}.console.aws.amazon.com/cloudwatch/home'
            f"?region={region}#logEventViewer:group={group} in account {account} for more information.",
            424,
            OriginalStatusCode=status,
            OriginalMessage=text,
            LogStreamArn=f"arn:aws:logs:{region}:{account}:log-group:{group}",
        )


def _headers(params: dict[str, Any]) -> dict[str, str]:
    """The headers of the request that the container sees."""
    headers = {
        "Content-Type": params.get("ContentType") or "application/octet-stream",
        "Accept": params.get("Accept"),
        "X-Amzn-SageMaker-Custom-Attributes": params.get("CustomAttributes"),
    }
    return {name: value for name, value in headers.items() if value is not None}
