"""Sessions of boto3 that share what they have read: AWS's models are large, and every session reads them anew."""

from __future__ import annotations

import getpass
from pathlib import Path

import boto3
import botocore.loaders
import botocore.session
from botocore.credentials import CredentialResolver, JSONFileCache, create_credential_resolver

from course.account import bucket_owner, given_roles, prefix
from course.errors import CourseError

_LOADER = botocore.loaders.create_loader()


def models(own_roles: bool = False) -> botocore.session.Session:
    """A botocore session, as it is configured by the environment at this moment.

    Args:
        own_roles: a role's name means that role, also where a given one stands for it.
    """
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)
    session.lazy_register_component("credential_provider", lambda: _credentials(session))
    events = session.get_component("event_emitter")
    if not own_roles:
        given_roles.leave_given_roles(events)
    prefix.rename(events)
    bucket_owner.expect(events)
    return session


def _credentials(session: botocore.session.Session) -> CredentialResolver:
    """Where a session looks for credentials: as usual, but those of a role are kept where the AWS CLI keeps them.

    So a code of an MFA device is asked for once, and neither by each session nor by the kernel of each lesson.
    """
    kept = JSONFileCache(str(Path("~/.aws/cli/cache").expanduser()))
    resolver = create_credential_resolver(session, cache=kept)
    # Botocore asks as it was told to when it was imported. A notebook has a way of its own, for each cell anew.
    resolver.get_provider("assume-role")._prompter = _ask
    return resolver


def _ask(prompt: str) -> str:
    """Ask for the code of an MFA device.

    Raises:
        CourseError: nobody can type one, as in a notebook that `make test` or `make course` runs.
    """
    try:
        return getpass.getpass(prompt)
    except (EOFError, NotImplementedError) as nobody:
        raise CourseError(
            "Your profile asks for a code of an MFA device, and nobody can type one here. In a terminal, run\n"
            "    aws sts get-caller-identity --profile NAME\n"
            "with your profile's name. It asks for the code, and keeps what it gets for an hour; then run this again."
        ) from nobody


def new_session(own_roles: bool = False) -> boto3.session.Session:
    """A boto3 session, as it is configured by the environment at this moment.

    Args:
        own_roles: as for `models`.
    """
    return boto3.session.Session(botocore_session=models(own_roles))


def renew_default_session() -> None:
    """Let `boto3.client` forget the environment as it was, and whoever listened to it."""
    boto3.setup_default_session(botocore_session=models())
