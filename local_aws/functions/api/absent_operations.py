"""Reads of what no function here can have: their true answer is that there is none.

Tools ask for these after each thing they make (Terraform's AWS provider, SAM), and take an answer of *not implemented*
for a failure. What would make one is not there, and so each is answered as AWS answers for a function that has none
of it. Texts: answers recorded on AWS, as public emulators quote them.
"""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.functions.api.foundation import LambdaFoundation
from local_aws.functions.names import LATEST


class AbsentOperations(LambdaFoundation):
    """Code signing, URLs, provisioned concurrency, layers, runtime management."""

    def get_function_code_signing_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """No configuration: an answer without one."""
        self._function(params)
        return {}

    def list_code_signing_configs(self, call: Call, **params: Any) -> dict[str, Any]:
        """None."""
        return {"CodeSigningConfigs": []}

    def get_function_url_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """None, and so not found."""
        self._function(params)
        raise ApiError("ResourceNotFoundException", "The resource you requested does not exist.", 404, Type="User")

    def list_function_url_configs(self, call: Call, **params: Any) -> dict[str, Any]:
        """None."""
        self._function(params)
        return {"FunctionUrlConfigs": []}

    def get_provisioned_concurrency_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """None, and so not found."""
        self._function(params)
        message = "No Provisioned Concurrency Config found for this function"
        raise ApiError("ProvisionedConcurrencyConfigNotFoundException", message, 404, Type="User")

    def list_provisioned_concurrency_configs(self, call: Call, **params: Any) -> dict[str, Any]:
        """None."""
        self._function(params)
        return {"ProvisionedConcurrencyConfigs": []}

    def list_layers(self, call: Call, **params: Any) -> dict[str, Any]:
        """None."""
        return {"Layers": []}

    def list_layer_versions(self, call: Call, **params: Any) -> dict[str, Any]:
        """None: a layer that has never been there has no versions."""
        return {"LayerVersions": []}

    def get_runtime_management_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Every function begins with automatic updates of its runtime ("Runtime management", developer guide)."""
        function, name = self._function(params)
        return {"UpdateRuntimeOn": "Auto", "FunctionArn": function.arn(name.qualifier or LATEST)}
