"""The embedded AWS that is attacked: the one of the embedded AWS's own tests."""

from tests.local_aws.conftest import aws, wait_until_fixture

__all__ = ["aws", "wait_until_fixture"]
