"""Which operations of a service moto has, asked of the classes by which it answers.

What moto lacks is named before anything is said of its parameters; `docs.operations` lists it.
"""

from __future__ import annotations

import functools
from importlib import import_module

from local_aws import wire
from local_aws.moto.backend import configure, lacks


@functools.cache
def operations(service: str) -> frozenset[str]:
    """The operations that moto answers.

    Args:
        service: botocore's name of the service's model, one of `SERVICES`.
    """
    configure()
    from moto.core.utils import camelcase_to_underscores, method_names_from_class

    model = wire.api_for(service).model
    if service == "s3":
        # Moto finds S3's operations by the address alone; what it would take for another one is known by name.
        return frozenset(name for name in model.operation_names if not lacks(name))
    paths = import_module(f"moto.{service.replace('-', '')}.urls").url_paths
    bound = {getattr(function, "__self__", None) for function in paths.values()}
    methods = {name for one in bound if isinstance(one, type) for name in method_names_from_class(one)}
    return frozenset(name for name in model.operation_names if camelcase_to_underscores(name) in methods)
