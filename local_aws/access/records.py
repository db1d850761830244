"""What the judge looks up to know which resource a name means: secrets, keys, identities, tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ParamValidationError

from local_aws.access.resource_tags import tags_of

_Answer = TypeVar("_Answer")


class AccountRecords:
    """Reads the account as an administrator.

    Args:
        client: gives an administrator's client of an API by botocore's name, in a region (None: the server's own).
    """

    def __init__(self, client: Callable[[str, str | None], Any]):
        self._client = client

    def secret(self, name: str, region: str) -> str | None:
        """The ARN of a secret by its name, ARN or part of its ARN."""
        found = _asked(lambda: self._client("secretsmanager", region).describe_secret(SecretId=name))
        return found["ARN"] if found else None

    def secrets(self, region: str) -> list[str]:
        """The ARNs of all secrets."""
        pages = self._client("secretsmanager", region).get_paginator("list_secrets").paginate()
        return [secret["ARN"] for page in pages for secret in page["SecretList"]]

    def key(self, name: str, region: str) -> str | None:
        """The ARN of a KMS key by its id, its ARN or an alias."""
        found = _asked(lambda: self._client("kms", region).describe_key(KeyId=name))
        return found["KeyMetadata"]["Arn"] if found else None

    def key_of(self, ciphertext: bytes, context: Mapping[str, str], region: str) -> str | None:
        """The ARN of the KMS key with which a text was encrypted."""
        kms = self._client("kms", region)
        found = _asked(lambda: kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context))
        return found["KeyId"] if found else None

    def iam(self, kind: str, name: str) -> str | None:
        """The ARN of a `role`, `user`, `group`, `instance-profile` or `server-certificate` with its path."""
        words = [word.title() for word in kind.split("-")]
        operation, member = f"get_{'_'.join(words).lower()}", "".join(words)
        found = _asked(lambda: getattr(self._client("iam", None), operation)(**{f"{member}Name": name}))
        if found is None:
            return None
        if kind == "server-certificate":
            return found[member]["ServerCertificateMetadata"]["Arn"]
        return found[member]["Arn"]

    def boundary(self, kind: str, name: str) -> str | None:
        """The ARN of the permissions boundary of a `role` or `user`."""
        member = kind.title()
        found = _asked(lambda: getattr(self._client("iam", None), f"get_{kind}")(**{f"{member}Name": name}))
        return found[member].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") if found else None

    def function_of(self, mapping: str, region: str) -> str | None:
        """The ARN of the function that an event source mapping calls."""
        found = _asked(lambda: self._client("lambda", region).get_event_source_mapping(UUID=mapping))
        return found["FunctionArn"] if found else None

    def owner_of_key(self, access_key: str) -> str | None:
        """The name of the user whose long-lived access key this is."""
        found = _asked(lambda: self._client("iam", None).get_access_key_last_used(AccessKeyId=access_key))
        return found.get("UserName") if found else None

    def tags(self, action: str, arn: str, region: str) -> dict[str, str]:
        """The tags of the resource that an action is about; none where it has none, or isn't there."""
        place = arn.split(":")[3] if arn.count(":") >= 5 else ""
        return _asked(lambda: tags_of(action, arn, lambda api: self._client(api, place or region))) or {}

    def partition_key(self, table: str, region: str) -> str | None:
        """The name of the attribute by which a DynamoDB table is partitioned."""
        found = _asked(lambda: self._client("dynamodb", region).describe_table(TableName=table))
        schema = found["Table"]["KeySchema"] if found else []
        return next((entry["AttributeName"] for entry in schema if entry["KeyType"] == "HASH"), None)


def _asked(ask: Callable[[], _Answer]) -> _Answer | None:
    """An answer, None where the API refuses: then the name means nothing here.

    Raises:
        ClientError: the API failed inside.
    """
    try:
        return ask()
    except ParamValidationError:
        return None
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        return None
