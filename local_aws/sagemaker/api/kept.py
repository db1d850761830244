"""SageMaker's resources as records that outlive the process, and back.

A job that was running has failed, as on AWS after a fault of its own. An endpoint is in service again once its
instances answer; until then its status is `SystemUpdating`, as while AWS works on one by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from local_aws.house import Records, Shelf
from local_aws.sagemaker.collection import Collection, Record
from local_aws.sagemaker.hosting.deployment import Deployment, Variant
from local_aws.sagemaker.hosting.endpoint import DELETING, FAILED, Endpoint
from local_aws.sagemaker.jobs.job import ENDED_WITH_THE_SERVER, Job
from local_aws.sagemaker.jobs.processing import ProcessingJob
from local_aws.sagemaker.jobs.training import TrainingJob
from local_aws.sagemaker.jobs.transform import TransformJob
from local_aws.sagemaker.platform import TAGS, Platform
from local_aws.sagemaker.running_jobs import ACTIVE


class KeptResources:
    """The shelves of one SageMaker."""

    def __init__(self, platform: Platform, endpoints: Collection[Endpoint]):
        self._platform, self._endpoints = platform, endpoints
        self._to_serve: list[tuple[Endpoint, dict[str, Any]]] = []
        host = platform.host
        for kind, collection in self._collections():
            collection.watch(functools.partial(host.changed, kind))
        endpoints.watch(functools.partial(host.changed, "sagemaker/endpoints"))

    def shelves(self) -> Iterable[Shelf]:
        """All that is kept."""
        kind, tags = self._platform.host.kind, self._platform.tags
        for name, collection in self._collections():
            yield _shelf(kind(name), collection)
        yield Records(kind("sagemaker/endpoints"), self._endpoint, self._put_endpoint)
        yield Records(kind(TAGS), tags.get, tags.__setitem__)

    def end_jobs(self) -> None:
        """Let the jobs fail that were running when the process ended."""
        for job in self._jobs():
            if job.record[job.status] in ACTIVE:
                job.ended(FAILED, ENDED_WITH_THE_SERVER, False)

    def serve(self) -> None:
        """Bring the endpoints that served, or were about to, into service again."""
        for endpoint, coming in self._to_serve:
            variants = [Variant(**each) for each in coming["variants"]]
            endpoint.resume(Deployment(self._platform, endpoint.name, coming["config"], variants))
        self._to_serve.clear()

    def _collections(self) -> Iterator[tuple[str, Collection[Record]]]:
        platform = self._platform
        yield "sagemaker/processing-jobs", platform.processing_jobs
        yield "sagemaker/training-jobs", platform.training_jobs
        yield "sagemaker/transform-jobs", platform.transform_jobs
        yield "sagemaker/models", platform.models
        yield "sagemaker/endpoint-configs", platform.endpoint_configs

    def _jobs(self) -> Iterator[Job]:
        platform = self._platform
        for record in platform.processing_jobs:
            cluster = record["ProcessingResources"]["ClusterConfig"]
            yield ProcessingJob(platform, record, record["RoleArn"], cluster)
        for record in platform.training_jobs:
            yield TrainingJob(platform, record, record["RoleArn"], record["ResourceConfig"], None)
        for record in platform.transform_jobs:
            yield TransformJob(platform, record, {"ExecutionRoleArn": ""})

    def _endpoint(self, name: str) -> dict[str, Any] | None:
        endpoint = self._endpoints.find(name)
        if endpoint is None:
            return None
        deployment = endpoint.latest
        variants = [] if deployment is None else deployment.variants
        return _plain(endpoint) | {
            "config": None if deployment is None else deployment.config,
            "variants": [
                {"settings": each.settings, "model": each.model, "weight": each.weight, "count": each.count}
                for each in variants
            ],
        }

    def _put_endpoint(self, name: str, data: dict[str, Any]) -> None:
        if data["description"]["EndpointStatus"] == DELETING:
            return
        endpoint = Endpoint(self._platform, data["name"], data["arn"], data["description"]["EndpointConfigName"])
        endpoint.replace(data["description"])
        self._endpoints.add(endpoint)
        if data["variants"]:
            self._to_serve.append((endpoint, data))


def _shelf(kind: str, collection: Collection[Record]) -> Records:
    def get(name: str) -> dict[str, Any] | None:
        record = collection.find(name)
        return None if record is None else _plain(record)

    return Records(kind, get, lambda _, data: collection.add(Record(data["name"], data["arn"], data["description"])))


def _plain(record: Record) -> dict[str, Any]:
    return {"name": record.name, "arn": record.arn, "description": record.describe()}
