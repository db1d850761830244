"""The EventBridge service of the embedded AWS: its operations together.

Not there, and so answered by name: archives and replays, connections and API destinations, global endpoints, partner
event sources, and targets but Lambda, Step Functions, SQS, SNS, CloudWatch Logs and another bus of the account.
"""

from __future__ import annotations

from local_aws.eventbridge.bus_operations import BusOperations
from local_aws.eventbridge.event_operations import EventOperations
from local_aws.eventbridge.rule_operations import RuleOperations


class EventBridgeService(BusOperations, RuleOperations, EventOperations):
    """Amazon EventBridge."""
