"""What the whole account shares, the course has used, and nobody removes: it stays, and costs next to nothing.

Jobs of the whole account write to the same log groups. The rules by which Step Functions hears of the end of jobs are
made and managed by AWS, for all state machines together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from course.account import prefix
from course.functions.job_log import GROUPS

_RULES = "StepFunctionsGetEventsFor"
_JOBS = "BlazingText-"

Client = Callable[[str], Any]
"""Makes a client of a service, as `boto3.client` does."""


def shared(client: Client) -> tuple[str, ...]:
    """What there is of it, in words; also what may not be looked at."""
    return tuple(said for look in (_log_groups, _rules) if (said := _or_refusal(look, client)))


def _or_refusal(look: Callable[[Client], str], client: Client) -> str:
    try:
        return look(client)
    except (ClientError, BotoCoreError) as refused:
        return f"what may not be looked at ({refused})"


def _log_groups(client: Client) -> str:
    logs = client("logs")
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/sagemaker/")
    there = {group["logGroupName"] for page in pages for group in page["logGroups"]}
    groups = [group for group in GROUPS.values() if group in there]
    count = sum(1 for group in groups for _ in _streams(logs, group))
    ours = f"{count or 'no'} log stream{'' if count == 1 else 's'} of the course's in them"
    return f"log groups of SageMaker's jobs (`/aws/sagemaker/…Jobs`), with {ours}" if groups else ""


def _streams(logs: Any, group: str) -> Iterator[dict[str, Any]]:
    named = {"logGroupName": group, "logStreamNamePrefix": prefix.named(_JOBS)}
    for page in logs.get_paginator("describe_log_streams").paginate(**named):
        yield from page["logStreams"]


def _rules(client: Client) -> str:
    rules = client("events").list_rules(NamePrefix=_RULES)["Rules"]
    return f"rules of EventBridge that AWS manages (`{_RULES}…`)" if rules else ""
