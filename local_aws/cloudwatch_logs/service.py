"""The operations of CloudWatch Logs that are ours, together; moto answers the others."""

from __future__ import annotations

from local_aws.cloudwatch_logs.filter_events import FilterOperations
from local_aws.cloudwatch_logs.get_events import GetOperations
from local_aws.cloudwatch_logs.insights.operations import QueryOperations
from local_aws.cloudwatch_logs.subscriptions import SubscriptionOperations


class LogsService(GetOperations, FilterOperations, QueryOperations, SubscriptionOperations):
    """What reads and searches log events, and has others told of them."""
