"""Endpoints: Create, Describe, List, Update, Delete."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker import quotas
from local_aws.sagemaker.api.operations import Operations
from local_aws.sagemaker.collection import Collection, now, page
from local_aws.sagemaker.hosting.deployment import Deployment, Variant, variants
from local_aws.sagemaker.hosting.endpoint import DELETING, FAILED, IN_SERVICE, UPDATING, Endpoint
from local_aws.sagemaker.platform import Platform, not_implemented

_SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


class EndpointOperations(Operations):
    """Operations on endpoints."""

    def __init__(self, platform: Platform, endpoints: Collection[Endpoint]):
        super().__init__(platform)
        self.endpoints = endpoints
        self._changing = threading.Lock()

    def close(self) -> None:
        """End every endpoint's instances."""
        for endpoint in self.endpoints:
            endpoint.close()
        super().close()

    def create_endpoint(self, call: Call, **params: Any) -> dict[str, Any]:
        """Start to deploy a configuration, within the quotas."""
        _check_no_rollout(params, "CreateEndpoint")
        name = params["EndpointName"]
        arn = self.platform.arn("endpoint", name)
        with self._changing:
            if self.endpoints.find(name):
                raise ApiError("ValidationException", f'Cannot create already existing endpoint "{arn}".')
            wanted = self._variants(params["EndpointConfigName"])
            self._check_quotas(wanted)
            self.platform.tag(call, arn, params.get("Tags"))
            deployment = Deployment(self.platform, name, params["EndpointConfigName"], wanted)
            endpoint = Endpoint(self.platform, name, arn, deployment.config)
            self.endpoints.add(endpoint)
            endpoint.create(deployment)
        return {"EndpointArn": arn}

    def describe_endpoint(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of an endpoint."""
        return self._endpoint(params).describe()

    def list_endpoints(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        summaries, token = page(self.endpoints, params, name="EndpointName", members=_SUMMARY, status="EndpointStatus")
        return {"Endpoints": summaries, **token}

    def update_endpoint(self, call: Call, **params: Any) -> dict[str, Any]:
        """Deploy another configuration; the old one answers until the new one can."""
        _check_no_rollout(params, "UpdateEndpoint")
        endpoint = self._endpoint(params)
        with self._changing:
            serving = self._serving(endpoint)
            wanted = self._variants(params["EndpointConfigName"], self._retained(serving, params))
            self._check_quotas(wanted)
            deployment = Deployment(self.platform, endpoint.name, params["EndpointConfigName"], wanted)
            endpoint.update(EndpointStatus=UPDATING, FailureReason=None, LastModifiedTime=now())
            endpoint.redeploy(deployment)
        return {"EndpointArn": endpoint.arn}

    def update_endpoint_weights_and_capacities(self, call: Call, **params: Any) -> dict[str, Any]:
        """Change how the requests are shared out, and the numbers of instances."""
        endpoint = self._endpoint(params)
        with self._changing:
            serving = self._serving(endpoint)
            by_name = {variant.name: variant for variant in serving.variants}
            changes = params["DesiredWeightsAndCapacities"]
            for each in changes:
                if each["VariantName"] not in by_name:
                    raise ApiError(
                        "ValidationException",
                        f'The endpoint "{endpoint.arn}" has no production variant {each["VariantName"]}.',
                    )
                if "ServerlessUpdateConfig" in each:
                    raise not_implemented("ServerlessUpdateConfig of UpdateEndpointWeightsAndCapacities")
            self._check_growth(by_name, changes)
            for each in changes:
                variant = by_name[each["VariantName"]]
                variant.weight = each.get("DesiredWeight", variant.weight)
                variant.count = each.get("DesiredInstanceCount", variant.count)
            endpoint.update(EndpointStatus=UPDATING, FailureReason=None, LastModifiedTime=now())
            endpoint.rescale(serving)
        return {"EndpointArn": endpoint.arn}

    def delete_endpoint(self, call: Call, **params: Any) -> None:
        """End an endpoint. Its configuration and its models stay."""
        endpoint = self._endpoint(params)
        with self._changing:
            if not endpoint.change_if("EndpointStatus", (IN_SERVICE, FAILED), EndpointStatus=DELETING):
                raise self._in_progress(endpoint)
            endpoint.delete(lambda: self._forget(endpoint))

    def _endpoint(self, params: dict[str, Any]) -> Endpoint:
        name = params["EndpointName"]
        return self.endpoints.get(name, f'Could not find endpoint "{self.platform.arn("endpoint", name)}".')

    def _forget(self, endpoint: Endpoint) -> None:
        self.endpoints.remove(endpoint)
        self.platform.untag(endpoint.arn)

    def _variants(self, config_name: str, kept: dict[str, Variant] | None = None) -> list[Variant]:
        arn = self.platform.arn("endpoint-config", config_name)
        config = self.platform.endpoint_configs.get(config_name, f'Could not find endpoint configuration "{arn}".')
        models = {}
        for each in config["ProductionVariants"]:
            name = each["ModelName"]
            missing = f'Could not find model "{self.platform.arn("model", name)}".'
            models[name] = self.platform.models.get(name, missing).describe()
        return list(variants(config["ProductionVariants"], models, kept))

    def _retained(self, serving: Deployment, params: dict[str, Any]) -> dict[str, Variant]:
        """The variants whose weight and number of instances an update keeps."""
        if params.get("ExcludeRetainedVariantProperties"):
            raise not_implemented("ExcludeRetainedVariantProperties of UpdateEndpoint")
        if not params.get("RetainAllVariantProperties"):
            return {}
        return {variant.name: variant for variant in serving.variants}

    def _serving(self, endpoint: Endpoint) -> Deployment:
        """What serves, of an endpoint in service; an error for any other."""
        status, serving = endpoint["EndpointStatus"], endpoint.serving
        if status == FAILED:
            raise ApiError("ValidationException", f'Cannot update endpoint "{endpoint.arn}" in status {status}.')
        if status != IN_SERVICE or serving is None:
            raise self._in_progress(endpoint)
        return serving

    def _in_progress(self, endpoint: Endpoint) -> ApiError:
        return ApiError("ValidationException", f'Cannot update in-progress endpoint "{endpoint.arn}".')

    def _check_quotas(self, wanted: list[Variant]) -> None:
        self._require({(each.settings["InstanceType"], each.name): each.count for each in wanted})

    def _check_growth(self, by_name: dict[str, Variant], changes: list[dict[str, Any]]) -> None:
        growth = {}
        for each in changes:
            variant = by_name[each["VariantName"]]
            more = each.get("DesiredInstanceCount", variant.count) - variant.count
            growth[variant.settings["InstanceType"], variant.name] = max(0, more)
        self._require(growth)

    def _require(self, counts: dict[tuple[str, str], int]) -> None:
        """Raise where so many more instances, by type and variant, are too many for the account."""
        by_type: Counter[str] = Counter()
        for (instance_type, _), count in counts.items():
            by_type[instance_type] += count
        for instance_type, count in by_type.items():
            if count:
                used = functools.partial(self._instances, instance_type)
                self.platform.quotas.require(instance_type, quotas.ENDPOINT, count, used)

    def _instances(self, instance_type: str) -> int:
        return sum(each.instances(instance_type) for each in self.endpoints)


def _check_no_rollout(params: dict[str, Any], operation: str) -> None:
    for member in ("DeploymentConfig", "RetainDeploymentConfig"):
        if params.get(member):
            raise not_implemented(f"{member} of {operation}")
