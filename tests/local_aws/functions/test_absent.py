"""What tools read after they have made a function: AWS says that there is none, and so does the embedded AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import Lambda


@pytest.fixture(scope="module")
def function(aws) -> tuple[Lambda, str]:
    made = Lambda(aws)
    return made, made.create("def handler(event, context): return 1")


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("get_function_code_signing_config", None),
        ("list_function_url_configs", "FunctionUrlConfigs"),
        ("list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs"),
        ("list_event_source_mappings", "EventSourceMappings"),
    ],
)
def test_a_function_has_none_of_it(function, operation, member):
    made, name = function
    answer = getattr(made.client, operation)(FunctionName=name)
    del answer["ResponseMetadata"]
    assert answer == ({member: []} if member else {})


@pytest.mark.parametrize(
    ("operation", "options", "code"),
    [
        ("get_function_url_config", {}, "ResourceNotFoundException"),
        (
            "get_provisioned_concurrency_config",
            {"Qualifier": "1"},
            "ProvisionedConcurrencyConfigNotFoundException",
        ),
    ],
)
def test_what_a_function_has_not_is_not_found(function, operation, options, code):
    made, name = function
    with pytest.raises(ClientError) as refused:
        getattr(made.client, operation)(FunctionName=name, **options)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_runtime_is_updated_by_itself(function):
    made, name = function
    answer = made.client.get_runtime_management_config(FunctionName=name)
    assert answer["UpdateRuntimeOn"] == "Auto"
    assert answer["FunctionArn"].endswith(f":function:{name}:$LATEST")


def test_of_a_function_that_is_not_there_nothing_is_said(function):
    made, _ = function
    with pytest.raises(ClientError) as refused:
        made.client.get_function_code_signing_config(FunctionName="nobody")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_an_account_has_none_of_it(function):
    made, _ = function
    assert made.client.list_layers()["Layers"] == []
    assert made.client.list_layer_versions(LayerName="any")["LayerVersions"] == []
    assert made.client.list_code_signing_configs()["CodeSigningConfigs"] == []
