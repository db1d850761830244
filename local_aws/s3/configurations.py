"""What S3 refuses of a bucket's configurations that moto keeps as they come: website, CORS, lifecycle.

Sources: PutBucketWebsite, PutBucketCors, PutBucketLifecycleConfiguration, S3 API reference; "Lifecycle configuration
elements", S3 user guide; the sentences are those that S3's users report. What S3 says of a rule's days and its name
nobody has recorded: it is what its SDKs report.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from local_aws import wire
from local_aws.call import ApiError
from local_aws.s3.errors import invalid_argument

_ACTIONS = {
    "AbortIncompleteMultipartUpload",
    "Expiration",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "Transitions",
}
_POSITIVE = (
    ("Expiration", "Days"),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
)
_EARLIEST = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
"""Storage classes to which nothing goes before so many days."""
_MOST_RULES, _LONGEST_ID = 1000, 255


# ---- website ---------------------------------------------------------------------------------------------------


def require_website(configuration: Mapping[str, Any]) -> None:
    """Raise where S3 refuses a website.

    Raises:
        ApiError: `InvalidArgument`, `InvalidRequest`.
    """
    index = configuration.get("IndexDocument", {}).get("Suffix")
    everywhere = configuration.get("RedirectAllRequestsTo")
    rules = configuration.get("RoutingRules", [])
    if everywhere is not None:
        if index is not None or "ErrorDocument" in configuration or rules:
            raise _invalid("RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.")
        _require_protocol(everywhere)
    elif index is None:
        message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise invalid_argument(message, "IndexDocument", "null")
    elif not index or "/" in index:
        raise invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", index)
    if configuration.get("ErrorDocument", {}).get("Key") == "":
        raise invalid_argument("The ErrorDocument Key is not well formed", "ErrorDocument", "")
    for rule in rules:
        _require_routing(rule)


def _require_routing(rule: Mapping[str, Any]) -> None:
    condition, redirect = rule.get("Condition"), rule["Redirect"]
    if condition is not None:
        if not condition:
            raise _invalid(
                "Condition cannot be empty. To redirect all requests without a condition, the condition element "
                "shouldn't be present."
            )
        code = condition.get("HttpErrorCodeReturnedEquals")
        if code is not None and not (len(code) == 3 and code.isdecimal() and code[0] in "45"):
            raise _invalid(f"The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX.")
    _require_protocol(redirect)
    if redirect.keys() >= {"ReplaceKeyWith", "ReplaceKeyPrefixWith"}:
        raise _invalid("You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    code = redirect.get("HttpRedirectCode")
    if code is not None and not (len(code) == 3 and code.isdecimal() and code[0] == "3" and code != "300"):
        raise _invalid(f"The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300.")


def _require_protocol(redirect: Mapping[str, Any]) -> None:
    if redirect.get("Protocol", "http") not in ("http", "https"):
        message = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected"
        raise _invalid(f"{message} automatically.")


# ---- CORS ------------------------------------------------------------------------------------------------------


def require_cors(configuration: Mapping[str, Any]) -> None:
    """Raise where S3 refuses what pages of other sites may do; of methods, moto knows.

    Raises:
        ApiError: `InvalidRequest`.
    """
    for rule in configuration.get("CORSRules", []):
        for name in ("AllowedOrigin", "AllowedHeader"):
            for value in rule.get(f"{name}s", []):
                if value.count("*") > 1:
                    raise _invalid(f'{name} "{value}" can not have more than one wildcard.')
        for value in rule.get("ExposeHeaders", []):
            if "*" in value:
                raise _invalid(
                    f'ExposeHeader "{value}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
                )


# ---- lifecycle -------------------------------------------------------------------------------------------------


def require_lifecycle(configuration: Mapping[str, Any]) -> None:
    """Raise where S3 refuses the life of objects; a rule without a name is given one, as S3 does.

    Raises:
        ApiError: `InvalidArgument`, `InvalidRequest`, `MalformedXML`.
    """
    rules = configuration.get("Rules", [])
    if len(rules) > _MOST_RULES:
        raise wire.malformed_xml()
    for rule in rules:
        if not _ACTIONS & rule.keys():
            raise _invalid("At least one action needs to be specified in a rule")
        _require_expiration(rule)
        _require_filter(rule)
        for action, member in _POSITIVE:
            if rule.get(action, {}).get(member, 1) < 1:
                raise _argument(f"'{member}' for {action} action must be a positive integer")
        _require_transitions(rule)
        rule["ID"] = rule.get("ID") or secrets.token_urlsafe(36)
        if len(rule["ID"]) > _LONGEST_ID:
            raise _argument(f"ID length should not exceed allowed limit of {_LONGEST_ID}")
    if len({rule["ID"] for rule in rules}) < len(rules):
        raise _argument("Rule ID must be unique. Found same ID for more than one rule")


def _require_expiration(rule: Mapping[str, Any]) -> None:
    expiration = rule.get("Expiration")
    if expiration is None:
        return
    if len(expiration) != 1:
        raise wire.malformed_xml()
    date = expiration.get("Date")
    if date is not None and (date.hour, date.minute, date.second, date.microsecond) != (0, 0, 0, 0):
        raise _argument("'Date' must be at midnight GMT")


def _require_filter(rule: Mapping[str, Any]) -> None:
    chosen = rule.get("Filter", {})
    both = chosen.get("And")
    if both is not None and len(both.keys() - {"Tags"}) + len(both.get("Tags", [])) < 2:
        raise wire.malformed_xml()
    if "Tag" in chosen or (both or {}).get("Tags"):
        if "AbortIncompleteMultipartUpload" in rule:
            raise _invalid("AbortIncompleteMultipartUpload cannot be specified with Tags.")
        if "ExpiredObjectDeleteMarker" in rule.get("Expiration", {}):
            raise _invalid("ExpiredObjectDeleteMarker cannot be specified with Tags.")


def _require_transitions(rule: Mapping[str, Any]) -> None:
    transitions = rule.get("Transitions", [])
    where = f"filter '(prefix={rule.get('Prefix', rule.get('Filter', {}).get('Prefix', ''))})'"
    for transition in transitions:
        if len(transition.keys() & {"Days", "Date"}) != 1 or "StorageClass" not in transition:
            raise wire.malformed_xml()
        goal, days = transition["StorageClass"], transition.get("Days")
        if days is None:
            continue
        if days < _EARLIEST.get(goal, 0):
            least = f"must be greater than or equal to {_EARLIEST.get(goal, 0)} for storageClass '{goal}'"
            raise _argument(f"'Days' in Transition action {least}")
        if rule.get("Expiration", {}).get("Days", days + 1) <= days:
            raise _argument(
                f"'Days' in the Expiration action for {where} must be greater than 'Days' in the Transition action"
            )
    if len({one["StorageClass"] for one in transitions}) < len(transitions):
        raise _invalid(f"'StorageClass' must be different for 'Transition' actions in same 'Rule' with {where}")


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidRequest", message, 400)


def _argument(message: str) -> ApiError:
    return ApiError("InvalidArgument", message, 400)
