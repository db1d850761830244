"""KMS: a key by its id, its ARN or an alias is judged by its ARN; so is the key with which a text was encrypted."""

from __future__ import annotations

from collections.abc import Mapping

from local_aws.access.services.tags import keys, tagging
from local_aws.access.wanted import Asked, Params, Place

_KEYS = {"KeySpec": "kms:KeySpec", "KeyUsage": "kms:KeyUsage", "EncryptionAlgorithm": "kms:EncryptionAlgorithm"}


def asked(operation: str, params: Params, place: Place) -> list[Asked]:
    """The actions of an operation of KMS."""
    if operation == "ReEncrypt":
        source = _with_key(params, params.get("SourceKeyId"), params.get("SourceEncryptionContext"), place)
        target = {"Key": _arn(params["DestinationKeyId"], place)}
        return [Asked("ReEncryptFrom", source), Asked("ReEncryptTo", target)]
    encrypted = params.get("EncryptionContext") or {}
    context = keys(params, _KEYS) | {"kms:CallerAccount": place.account}
    context |= {f"kms:EncryptionContext:{name}": value for name, value in encrypted.items()}
    context |= {"kms:EncryptionContextKeys": list(encrypted)} if encrypted else {}
    if operation == "Decrypt":
        return [Asked(operation, _with_key(params, params.get("KeyId"), encrypted, place), context)]
    name = params.get("KeyId") or params.get("TargetKeyId")
    alias = str(params.get("AliasName", "")).removeprefix("alias/")
    if not name and alias:
        name = f"alias/{alias}"
    if operation == "CreateKey":
        name = place.arn("kms", "key/*")  # its id is not known before it is made
    named = {**params, "Key": _arn(name, place) if name else None, "Alias": alias}
    return tagging("TagResource", Asked(operation, named, context))


def _with_key(params: Params, name: str | None, encrypted: Mapping[str, str] | None, place: Place) -> Params:
    """Both the key that is named and the one that the text was really encrypted with."""
    found: list[str | None] = [_arn(name, place)] if name else []
    if place.records is not None:
        found.append(place.records.key_of(params["CiphertextBlob"], encrypted or {}, place.region))
    return {"Key": [arn for arn in dict.fromkeys(found) if arn]}


def _arn(name: str, place: Place) -> str:
    known = place.records.key(name, place.region) if place.records else None
    return known or (name if name.startswith("arn:") else place.arn("kms", f"key/{name}"))
