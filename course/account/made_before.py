"""Finds clients and sessions of boto3 that the notebook made before the lesson had chosen its AWS.

Each keeps the keys and the address that it was made with. They are named, and refuse to be used.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import botocore.session
from boto3.resources.base import ServiceResource
from botocore.client import BaseClient
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError

import account_guard

_elsewhere: weakref.WeakSet[Any] = weakref.WeakSet()
"""What was found to belong to another AWS, and refuses already."""


def shut_out(local: bool, first: bool) -> list[str]:
    """Let everything of boto3's that leads elsewhere refuse its use.

    Args:
        local: the lesson works on the embedded AWS, which is known by its address and its key. Of a real account
            nothing is known by looking.
        first: no AWS was open before: on a real account, whatever is there counts as elsewhere.

    Returns:
        The notebook's names for it.
    """
    names = []
    for name, found in _named(vars(sys.modules["__main__"])):
        if found not in _elsewhere and (_leads_here(found) if local else not first):
            continue
        names.append(name)
        if found not in _elsewhere:
            _elsewhere.add(found)
            account_guard.refuse(
                _events(found),
                f"Nothing was sent: `{name}` was made before course.start, or for another AWS, and keeps to that.\n"
                "Run the cell again in which it is made, and then this one.",
            )
    return names


def _named(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Clients, resources and sessions that have a name, or are in a list, a dictionary or an object that has one."""
    seen: set[int] = set()
    for name, value in list(names.items()):
        # What IPython keeps of earlier outputs has a name of the notebook's, or none.
        if name.startswith("_") or isinstance(value, ModuleType | type):
            continue
        for label, inner in [(name, value), *_inside(name, value)]:
            if _is_of_boto3(inner) and id(inner) not in seen:
                seen.add(id(inner))
                yield label, inner


def _inside(name: str, value: Any) -> list[tuple[str, Any]]:
    if _is_of_boto3(value):
        return []
    if isinstance(value, dict):
        return [(f"{name}[{key!r}]", inner) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return [(f"{name}[{index}]", inner) for index, inner in enumerate(value)]
    own = getattr(value, "__dict__", None)
    return [(f"{name}.{key}", inner) for key, inner in own.items()] if isinstance(own, dict) else []


def _is_of_boto3(value: Any) -> bool:
    kinds = (BaseClient, ServiceResource, boto3.session.Session, botocore.session.Session)
    return issubclass(type(value), kinds)


def _leads_here(found: Any) -> bool:
    """Whether it belongs to the embedded AWS at hand: a client by its address, a session by the key that it finds."""
    here = boto3.DEFAULT_SESSION.client("sts")
    if isinstance(found, BaseClient | ServiceResource):
        return account_guard.leads_there(_client(found).meta.endpoint_url, here.meta.endpoint_url)
    try:
        credentials = found.get_credentials()
    except BotoCoreError:
        return False
    # Other credentials would be fetched from the account itself by a look at their key.
    plain = type(credentials) is Credentials
    return plain and credentials.access_key == boto3.DEFAULT_SESSION.get_credentials().access_key


def _client(found: Any) -> BaseClient:
    return found.meta.client if isinstance(found, ServiceResource) else found


def _events(found: Any) -> Any:
    if isinstance(found, boto3.session.Session):
        return found.events
    if isinstance(found, botocore.session.Session):
        return found.get_component("event_emitter")
    return _client(found).meta.events
