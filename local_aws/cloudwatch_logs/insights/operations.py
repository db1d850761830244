"""StartQuery, GetQueryResults, StopQuery, DescribeQueries.

Source: Amazon CloudWatch Logs API reference. A query runs in a thread of its own, and its results are kept as long as
a hundred later queries haven't come.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local_aws.call import ApiError, Call, not_there
from local_aws.cloudwatch_logs.insights.commands import MOST_RESULTS, Command, Results
from local_aws.cloudwatch_logs.insights.language import read
from local_aws.cloudwatch_logs.insights.records import record_of
from local_aws.cloudwatch_logs.insights.values import QueryFailed
from local_aws.cloudwatch_logs.log_groups import group_name, streams_in
from local_aws.house import Host, Service
from local_aws.moto.log_events import StoredEvent, events_of

_KEPT = 100
_LATEST_SECOND = 1e11
"""Larger times can only be milliseconds."""
_log = logging.getLogger(__name__)


@dataclass
class Query:
    """A query and what has come of it; times in epoch seconds."""

    text: str
    groups: Sequence[str]
    commands: Sequence[Command]
    most: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: float = field(default_factory=time.time)
    status: str = "Running"
    rows: list[list[dict[str, str]]] = field(default_factory=list)
    statistics: dict[str, float] = field(default_factory=dict)

    def run(self, events: list[tuple[str, StoredEvent]]) -> None:
        """Run on events with the names of their groups; newest first, as results come unless they are sorted."""
        events.sort(key=lambda found: found[1][:2], reverse=True)
        results = Results([record_of(event, group) for group, event in events], matched=len(events))
        for command in self.commands:
            command.apply(results)
        self.statistics = {
            "recordsMatched": float(results.matched),
            "recordsScanned": float(len(events)),
            "bytesScanned": float(sum(len(event.message.encode(errors="replace")) for _, event in events)),
        }
        self.rows = results.rows(self.most)


class QueryOperations(Service):
    """Logs Insights."""

    name = "logs"

    def __init__(self, host: Host):
        super().__init__(host)
        self._queries: dict[str, Query] = {}
        self._lock = threading.Lock()

    def start_query(self, call: Call, **params: Any) -> dict[str, Any]:
        """Read a query and begin to run it.

        Raises:
            ApiError: `MalformedQueryException`, `ResourceNotFoundException`, `InvalidParameterException`;
                `NotImplemented` for another query language.
        """
        language = params.get("queryLanguage", "CWLI")
        if language != "CWLI":
            raise not_there(f"the query language {language} of Logs Insights")
        if params["startTime"] > params["endTime"]:
            message = "End time should not be less than start time."
            raise ApiError("InvalidParameterException", message)
        groups = _groups(params)
        query = Query(params["queryString"], groups, read(params["queryString"]), params.get("limit", MOST_RESULTS))
        streams = {group: streams_in(call, group) for group in groups}
        since, until = _milliseconds(params["startTime"]), _milliseconds(params["endTime"])
        with self._lock:
            self._queries[query.id] = query
            for old in list(self._queries)[:-_KEPT]:
                del self._queries[old]

        def run() -> None:
            try:
                query.run(
                    [
                        (group, event)
                        for group, names in streams.items()
                        for event in events_of(group, call.region, names, (int(since), 0))
                        if event.timestamp <= until
                    ]
                )
                status = "Complete"
            except QueryFailed as failure:
                _log.warning("the query %s failed: %s", query.id, failure)
                status = "Failed"
            except Exception:
                _log.exception("the query %s failed inside", query.id)
                status = "Failed"
            with self._lock:
                if query.status == "Running":
                    query.status = status

        threading.Thread(target=run, name="logs-query", daemon=True).start()
        return {"queryId": query.id}

    def get_query_results(self, call: Call, **params: Any) -> dict[str, Any]:
        """Status and, once it is Complete, the rows."""
        query = self._query(params["queryId"])
        with self._lock:
            complete = query.status == "Complete"
            return {
                "queryLanguage": "CWLI",
                "status": query.status,
                "results": query.rows if complete else [],
                "statistics": query.statistics if complete else dict.fromkeys(_STATISTICS, 0.0),
            }

    def stop_query(self, call: Call, **params: Any) -> dict[str, Any]:
        """End a query that runs."""
        query = self._query(params["queryId"])
        with self._lock:
            if query.status != "Running":
                message = "Query is not in progress"
                raise ApiError("InvalidParameterException", message)
            query.status = "Cancelled"
        return {"success": True}

    def describe_queries(self, call: Call, **params: Any) -> dict[str, Any]:
        """The queries of late, newest first."""
        group, status = params.get("logGroupName"), params.get("status")
        found = [
            {
                "queryLanguage": "CWLI",
                "queryId": query.id,
                "queryString": query.text,
                "status": query.status,
                "createTime": int(query.created * 1000),
                "logGroupName": query.groups[0],
            }
            for query in reversed(list(self._queries.values()))
            if group in (None, *query.groups) and status in (None, query.status)
        ]
        return {"queries": found[: params.get("maxResults", 1000)]}

    def _query(self, query_id: str) -> Query:
        query = self._queries.get(query_id)
        if query is None:
            raise ApiError("ResourceNotFoundException", f"Query {query_id} does not exist.")
        return query


_STATISTICS = ("recordsMatched", "recordsScanned", "bytesScanned")


def _groups(params: dict[str, Any]) -> list[str]:
    given = [name for name in ("logGroupName", "logGroupNames", "logGroupIdentifiers") if params.get(name)]
    if len(given) != 1:
        message = "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."
        raise ApiError("InvalidParameterException", message)
    names = params[given[0]]
    return [group_name(name) for name in ([names] if isinstance(names, str) else names)]


def _milliseconds(moment: float) -> float:
    """Times are epoch seconds; as on AWS, milliseconds are taken as such."""
    return moment if moment > _LATEST_SECOND else moment * 1000
