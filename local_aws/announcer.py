"""How AWS's services tell EventBridge what has happened to their resources.

A service says it and goes on; here it waits in a queue and is put on the default bus, by PutEvents at the front door,
in the name of the service. Where no rule of that bus could be about it, nothing is done at all.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.access.roles import Roles, traced
from local_aws.call import ApiError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """Something that happened in a region.

    Attributes:
        service: who tells it ("states" is `aws.states`, and calls as `states.amazonaws.com`).
        detail_type: the kind of event.
        resources: ARNs.
        detail: JSON data, made when it is certain that somebody wants to know.
        trace_header: of the request that led to it.
    """

    region: str
    service: str
    detail_type: str
    resources: tuple[str, ...]
    detail: Mapping[str, Any]
    trace_header: str | None = None


class Announcer:
    """Takes news, and has it put on the default bus."""

    def __init__(self, roles: Roles):
        self._roles = roles
        self._listens: dict[str, Callable[[], bool]] = {}
        self._waiting: queue.SimpleQueue[tuple[News, datetime] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="announcer", daemon=True).start()

    def listen(self, region: str, listens: Callable[[], bool]) -> None:
        """Be told; `listens` says at each time whether there is anybody for whom it matters."""
        self._listens[region] = listens

    def tell(self, region: str, news: Callable[[], News]) -> None:
        """Say what happened in a region; returns at once."""
        listens = self._listens.get(region)
        if listens is not None and listens():
            self._waiting.put((news(), datetime.now(UTC)))

    def close(self) -> None:
        """Stop; what waits is lost with the process."""
        self._waiting.put(None)

    def _run(self) -> None:
        while True:
            found = self._waiting.get()
            if found is None:
                return
            news, at = found
            entry = {
                "Source": f"aws.{news.service}",
                "DetailType": news.detail_type,
                "Resources": list(news.resources),
                "Detail": json.dumps(news.detail, ensure_ascii=False),
                "Time": at,
            }
            try:
                client = self._roles.in_region(news.region).service_client(
                    "events", service=f"{news.service}.amazonaws.com"
                )
                with traced(news.trace_header):
                    client.put_events(Entries=[entry])
            except (ApiError, ClientError, BotoCoreError):
                log.exception("%s is not told to EventBridge", news.detail_type)
