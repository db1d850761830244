"""Pages of a list that moto would answer whole, whatever its caller asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel

from local_aws.call import ApiError
from local_aws.moto.inside import Moto
from local_aws.moto.members import Paging, paging

_ITEMS = 100
"""Of a page whose size nobody names, as most services have it; fewer where the model allows no more."""
_BAD_TOKENS = {
    "iam": ("ValidationError", "Invalid Marker."),
    "kms": ("InvalidMarkerException", "Invalid Marker."),
    "logs": ("InvalidParameterException", "The specified nextToken is invalid."),
    "service-quotas": ("InvalidPaginationTokenException", "Invalid NextToken."),
    "sns": ("InvalidParameter", "Invalid parameter: NextToken"),
    "ssm": ("InvalidNextToken", "The specified token isn't valid."),
}
"""The codes stand in the services' models; the texts are the plain reading of them."""


class Pages:
    """Answers the operations that are paged here."""

    def __init__(self, moto: Moto):
        self._moto = moto

    def page(self, operation: OperationModel, region: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """The page that a call asks for; None for an operation that isn't paged here.

        Raises:
            ApiError: a token that isn't one of ours, or moto's refusal.
        """
        service = operation.service_model.service_name
        how = paging(service, operation.name)
        if how is None:
            return None
        asked = {name: value for name, value in params.items() if name not in (how.token, how.limit)}
        whole = self._moto.in_region(region).ask_for_all(service, xform_name(operation.name), **asked)
        return cut(service, how, whole, params, _usual(operation, how.limit))


def cut(
    service: str, how: Paging, whole: Mapping[str, Any], params: Mapping[str, Any], usual: int = _ITEMS
) -> dict[str, Any]:
    """The page of a whole answer that a call asks for.

    Args:
        usual: items of a page whose size nobody names.

    Raises:
        ApiError: a token that isn't one of ours.
    """
    items = [(name, item) for name in how.lists for item in whole.get(name) or ()]
    start = _start(service, params.get(how.token))
    limit = params.get(how.limit) if how.limit else None
    end = start + (limit or usual)
    answer = {name: value for name, value in whole.items() if name not in (*how.lists, how.next_token)}
    there = [name for name in how.lists if name in whole]
    answer |= {name: [item for owner, item in items[start:end] if owner == name] for name in there}
    if end < len(items):
        answer[how.next_token] = base64.urlsafe_b64encode(str(end).encode()).decode()
    if how.more is not None:
        answer[how.more] = end < len(items)
    return answer


def _start(service: str, token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        code, message = _BAD_TOKENS[service]
        raise ApiError(code, message) from error


def _usual(operation: OperationModel, limit: str | None) -> int:
    shape = operation.input_shape
    if limit is None or shape is None:
        return _ITEMS
    most: int = shape.members[limit].metadata.get("max", _ITEMS)
    return min(_ITEMS, most)
