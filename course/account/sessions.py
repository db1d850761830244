"""Sessions of boto3 that share what they have read: AWS's models are large, and every session reads them anew."""

from __future__ import annotations

import boto3
import botocore.loaders
import botocore.session

from course.account import bucket_owner, prefix

_LOADER = botocore.loaders.create_loader()


def models() -> botocore.session.Session:
    """A botocore session, as it is configured by the environment at this moment."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)
    events = session.get_component("event_emitter")
    prefix.rename(events)
    bucket_owner.expect(events)
    return session


def new_session() -> boto3.session.Session:
    """A boto3 session, as it is configured by the environment at this moment."""
    return boto3.session.Session(botocore_session=models())


def renew_default_session() -> None:
    """Let `boto3.client` forget the environment as it was, and whoever listened to it."""
    boto3.setup_default_session(botocore_session=models())
