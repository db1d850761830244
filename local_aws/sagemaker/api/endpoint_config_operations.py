"""Endpoint configurations: Create, Describe, List, Delete. Which models an endpoint serves, and on what."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker.api.operations import Operations
from local_aws.sagemaker.collection import Record, now, page
from local_aws.sagemaker.platform import not_implemented

_MEMBERS = {"EndpointConfigName", "ProductionVariants", "Tags", "EnableNetworkIsolation"}
_VARIANT_MEMBERS = {
    "VariantName",
    "ModelName",
    "InitialInstanceCount",
    "InstanceType",
    "InitialVariantWeight",
    "VolumeSizeInGB",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "ModelDataDownloadTimeoutInSeconds",
}


class EndpointConfigOperations(Operations):
    """Operations on endpoint configurations."""

    def create_endpoint_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Check the variants and that their models exist, and keep the configuration."""
        _check_implemented(params)
        variants = [_variant(each) for each in params["ProductionVariants"]]
        names = [each["VariantName"] for each in variants]
        if len(set(names)) < len(names):
            raise ApiError("ValidationException", "The VariantName of each production variant must be unique.")
        for each in variants:
            name = each["ModelName"]
            self.platform.models.get(name, f'Could not find model "{self.platform.arn("model", name)}".')
        arn = self.platform.arn("endpoint-config", params["EndpointConfigName"])
        description = {
            "EndpointConfigName": params["EndpointConfigName"],
            "EndpointConfigArn": arn,
            "ProductionVariants": variants,
            "CreationTime": now(),
            "EnableNetworkIsolation": False,
        }
        record = Record(params["EndpointConfigName"], arn, description)
        if self.platform.endpoint_configs.find(record.name):
            raise _exists(record)
        self.platform.tag(call, arn, params.get("Tags"))
        if not self.platform.endpoint_configs.add(record):
            raise _exists(record)
        return {"EndpointConfigArn": arn}

    def describe_endpoint_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """What is known of a configuration."""
        return self._endpoint_config(params).describe()

    def list_endpoint_configs(self, call: Call, **params: Any) -> dict[str, Any]:
        """Summaries, the newest first."""
        members = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
        summaries, token = page(self.platform.endpoint_configs, params, name="EndpointConfigName", members=members)
        return {"EndpointConfigs": summaries, **token}

    def delete_endpoint_config(self, call: Call, **params: Any) -> None:
        """Forget a configuration. Endpoints made from it go on."""
        record = self._endpoint_config(params)
        self.platform.endpoint_configs.remove(record)
        self.platform.untag(record.arn)

    def _endpoint_config(self, params: dict[str, Any]) -> Record:
        name = params["EndpointConfigName"]
        arn = self.platform.arn("endpoint-config", name)
        return self.platform.endpoint_configs.get(name, f'Could not find endpoint configuration "{arn}".')


def _check_implemented(params: dict[str, Any]) -> None:
    """Refuse what would change how an endpoint answers and isn't there."""
    for member in params.keys() - _MEMBERS:
        raise not_implemented(f"{member} of CreateEndpointConfig")
    if params.get("EnableNetworkIsolation"):
        raise not_implemented("EnableNetworkIsolation of CreateEndpointConfig")
    for variant in params["ProductionVariants"]:
        for member in variant.keys() - _VARIANT_MEMBERS:
            raise not_implemented(f"{member} of a production variant of CreateEndpointConfig")


def _variant(each: dict[str, Any]) -> dict[str, Any]:
    """A variant as Describe gives it, its weight 1 by default (SageMaker API reference, ProductionVariant).

    Raises:
        ApiError: `ValidationException`, a member is missing that a variant on instances needs.
    """
    for member in ("ModelName", "InstanceType", "InitialInstanceCount"):
        if member not in each:
            name = each["VariantName"]
            raise ApiError("ValidationException", f"{member} must be specified for the production variant {name}.")
    return {"InitialVariantWeight": 1.0} | each


def _exists(record: Record) -> ApiError:
    return ApiError("ValidationException", f'Cannot create already existing endpoint configuration "{record.arn}".')
