"""One endpoint and its life: Creating, InService or Failed, Updating while the old variants answer, Deleting."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local_aws.lag import Kind
from local_aws.sagemaker.collection import Record, now
from local_aws.sagemaker.hosting.deployment import DRAIN_SECONDS, Deployment, DeploymentFailed
from local_aws.sagemaker.state_changes import announce

if TYPE_CHECKING:
    from local_aws.sagemaker.platform import Platform

CREATING, IN_SERVICE, FAILED, UPDATING, DELETING = "Creating", "InService", "Failed", "Updating", "Deleting"
SYSTEM_UPDATING = "SystemUpdating"
_PROVISIONING_SECONDS, _DELETING_SECONDS = 120, 10
_INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."

_log = logging.getLogger(__name__)


class Endpoint(Record):
    """An endpoint: what Describe answers, the deployment that serves, and the one that is coming."""

    def __init__(self, platform: Platform, name: str, arn: str, config: str):
        created = now()
        description = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": config,
            "EndpointStatus": CREATING,
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        super().__init__(name, arn, description)
        self._platform = platform
        self.serving: Deployment | None = None
        self._coming: Deployment | None = None

    def instances(self, instance_type: str) -> int:
        """How many instances of a type it uses or has asked for."""
        return sum(each.instances(instance_type) for each in (self.serving, self._coming) if each is not None)

    def create(self, deployment: Deployment) -> None:
        """Go on to InService or Failed, in time."""
        announce(self._platform.host, self)
        self._bring(deployment, FAILED)

    def redeploy(self, deployment: Deployment) -> None:
        """Let another deployment serve as soon as it can; until then, and where it can't, the old one serves."""
        self._bring(deployment, IN_SERVICE)

    def rescale(self, serving: Deployment) -> None:
        """Bring the number of instances to what the variants now ask for."""
        self._in_time(serving.resize, lambda reason: self._settle(IN_SERVICE, reason))

    def resume(self, deployment: Deployment) -> None:
        """Serve again after the server was started anew, as soon as the instances answer."""
        self.update(EndpointStatus=SYSTEM_UPDATING)
        self._bring(deployment, FAILED, 0)

    @property
    def latest(self) -> Deployment | None:
        """What is to serve: the deployment that is coming, else the one that serves."""
        return self._coming or self.serving

    def delete(self, forget: Callable[[], None]) -> None:
        """Serve no more, end, and at last `forget`."""
        serving, self.serving = self.serving, None

        def end() -> None:
            host = self._platform.host
            host.clock.wait(self._platform.closing, host.lag.seconds(Kind.PROVISIONING, self.arn, _DELETING_SECONDS))
            if serving is not None:
                serving.close(DRAIN_SECONDS)
            forget()

        threading.Thread(target=end, name=f"{self.arn} ends", daemon=True).start()

    def close(self) -> None:
        """End everything at once."""
        for deployment in (self.serving, self._coming):
            if deployment is not None:
                deployment.close()

    def _bring(self, coming: Deployment, status_of_failure: str, seconds: float = _PROVISIONING_SECONDS) -> None:
        self._coming = coming
        self.tell(self.name)
        self._in_time(coming.start, lambda reason: self._switch(coming, reason, status_of_failure), seconds)

    # ---- on a thread of its own -----------------------------------------------------------------------

    def _in_time(
        self, work: Callable[[], None], then: Callable[[str | None], None], seconds: float = _PROVISIONING_SECONDS
    ) -> None:
        """Work, and go on with the reason why it failed (None if it didn't) once the time of provisioning is over."""

        def run() -> None:
            host = self._platform.host
            late = host.lag.seconds(Kind.PROVISIONING, self.arn, seconds) if seconds else 0.0
            with host.clock.at_least(self._platform.closing, late):
                reason = self._failure_of(work)
            if not self._platform.closing.is_set():
                then(reason)

        threading.Thread(target=run, name=f"{self.arn} changes", daemon=True).start()

    def _switch(self, coming: Deployment, reason: str | None, status_of_failure: str) -> None:
        self._coming = None
        if reason is not None:
            self._settle(status_of_failure, reason)
            coming.close()
            return
        before, self.serving = self.serving, coming
        self._settle(IN_SERVICE, None)
        if before is not None:
            before.close(DRAIN_SECONDS)

    def _failure_of(self, work: Callable[[], None]) -> str | None:
        try:
            work()
        except DeploymentFailed as failure:
            return str(failure)
        except Exception:
            _log.exception("the endpoint %s failed inside", self.arn)
            return _INTERNAL
        return None

    def _settle(self, status: str, reason: str | None) -> None:
        members: dict[str, Any] = {"EndpointStatus": status, "FailureReason": reason, "LastModifiedTime": now()}
        if self.serving is not None:
            members["EndpointConfigName"] = self.serving.config
            members["ProductionVariants"] = [variant.summary() for variant in self.serving.variants]
        self.update(**members)
