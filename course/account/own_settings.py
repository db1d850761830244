"""The learner's own settings of AWS, read before anything is called: where they lead, and to whose account.

What would lead elsewhere than to AWS, or to a part of AWS that the course doesn't know, is refused by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    LoginError,
    NoCredentialsError,
    RefreshWithMFAUnsupportedError,
    SSLError,
    SSOError,
    TokenRetrievalError,
    UnknownRegionError,
)

import account_guard
from course.account.sessions import renew_default_session
from course.errors import CourseError

PARTITION = "aws"
"""The part of AWS that the course is written for: its policies and definitions name it in their ARNs."""

_ENDED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId")
_LOG_IN = (
    "\nLog in where your keys come from (in a terminal: `aws login`, `aws sso login`, or `aws configure` with keys of "
    "a user), and run this cell again. Keys in variables are read when JupyterLab starts: set the new ones, and start "
    "it again."
)

_CERTIFICATES = (
    "\nAWS's certificate is held against those in the file that AWS_CA_BUNDLE names, or ca_bundle in your AWS "
    "configuration. Where a company's proxy stands in between, it has to be the company's file; else take the setting "
    "away. It is read when JupyterLab starts."
)


@dataclass(frozen=True)
class Caller:
    """Whom AWS takes the learner for, and the region to work in."""

    account: str
    region: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, whom no policy limits."""
        return self.arn.endswith(":root")


def caller(own: dict[str, str]) -> Caller:
    """Ask AWS whom the learner's own settings make the caller. boto3 leads nowhere afterwards.

    Args:
        own: the variables of the learner's environment.

    Raises:
        CourseError: they lead to no account, to another endpoint than AWS's, or to another partition than `aws`.
    """
    with account_guard.asking(own):
        try:
            renew_default_session()
            session = boto3.DEFAULT_SESSION
            _require_endpoints_of_aws(session._session)
            region = session.region_name
            if not region:
                raise CourseError("No region: set AWS_DEFAULT_REGION, or a region in your AWS configuration.")
            _require_partition(session, region)
            said = boto3.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError, ValueError) as error:  # some settings boto3 reads as numbers, unchecked
            text = f"COURSE_TARGET is 'aws', but AWS does not know who you are: {error}"
            raise CourseError(text + _remedy(error)) from error
    return Caller(said["Account"], region, said["Arn"])


def _remedy(error: Exception) -> str:
    if isinstance(error, SSLError):
        return _CERTIFICATES
    return _LOG_IN if _is_cured_by_login(error) else ""


def _is_cured_by_login(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] in _ENDED
    ended = SSOError | LoginError | TokenRetrievalError | RefreshWithMFAUnsupportedError | NoCredentialsError
    return isinstance(error, ended)


def _require_endpoints_of_aws(session: Any) -> None:
    """See that no setting leads a client elsewhere than to AWS.

    Source: "Service-specific endpoints", AWS SDKs and tools reference guide; for pandas, fsspec's `FSSPEC_S3`.
    """
    found = list(_endpoints_of_pandas())
    if not session.get_config_variable("ignore_configured_endpoint_urls"):
        found = [*_endpoints_of_variables(), *_endpoints_of_profile(session), *found]
    if found:
        raise CourseError(
            "COURSE_TARGET is 'aws', but these settings lead calls elsewhere than to AWS. Nothing was called:\n"
            + "".join(f"  {name}: {url}\n" for name, url in found)
            + "Take them away where you start JupyterLab (`unset NAME`; in the file, delete the line). Or let boto3 "
            "pass over them (all but those of FSSPEC_S3), in a cell of its own, and run this cell again:\n\n"
            "    import os; os.environ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] = 'true'"
        )


def _endpoints_of_variables() -> Iterator[tuple[str, str]]:
    for name, value in sorted(os.environ.items()):
        # AWS_ENDPOINT_URL, and one for each service: AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME.
        if (name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_")) and value:
            yield name, _place(value)


def _endpoints_of_pandas() -> Iterator[tuple[str, str]]:
    for name, value in sorted(os.environ.items()):
        if name == "FSSPEC_S3_ENDPOINT_URL" and value:
            yield name, _place(value)
        elif name.startswith("FSSPEC_S3") and "endpoint_url" in value:
            yield name, "has an endpoint_url"


def _endpoints_of_profile(session: Any) -> Iterator[tuple[str, str]]:
    profile, scoped = session.profile or "default", session.get_scoped_config()
    if scoped.get("endpoint_url"):
        yield f"endpoint_url of the profile {profile}", _place(scoped["endpoint_url"])
    section = scoped.get("services")
    for service, of_service in (session.full_config.get("services", {}).get(section) or {}).items():
        if isinstance(of_service, dict) and of_service.get("endpoint_url"):
            where = f"endpoint_url of {service} in [services {section}], which the profile {profile} uses"
            yield where, _place(of_service["endpoint_url"])


def _place(url: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "no address"


def _require_partition(session: boto3.session.Session, region: str) -> None:
    try:
        partition = session.get_partition_for_region(region)
    except UnknownRegionError as error:
        raise CourseError(f"AWS has no region '{region}' that boto3 knows: set AWS_DEFAULT_REGION to one.") from error
    if partition != PARTITION:
        raise CourseError(
            f"The region {region} is in AWS's partition {partition}, and the course supports the partition {PARTITION} "
            "alone: policies, definitions and image addresses of its lessons are written for it. Nothing was called.\n"
            "Name a region of that partition, such as us-east-1, in AWS_DEFAULT_REGION, with keys of an account there; "
            "or restart without COURSE_TARGET: the lessons then work on the embedded AWS."
        )
