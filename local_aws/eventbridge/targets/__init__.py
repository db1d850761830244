"""Where rules and schedules send what they have: a call of a target's API, tried again where it fails, and the
dead-letter queue of what can't be delivered."""

from local_aws.eventbridge.targets.callers import Caller
from local_aws.eventbridge.targets.deliveries import Deliveries, Delivery
from local_aws.eventbridge.targets.target import KINDS, Target, invoke, kind_of

__all__ = ["KINDS", "Caller", "Deliveries", "Delivery", "Target", "invoke", "kind_of"]
