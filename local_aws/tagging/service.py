"""The Resource Groups Tagging API of the embedded AWS: resources of all services by their tags.

What it finds it asks the services for, at each call, as AWS itself (who may ask here may see the tags of all). What is
to be changed, the caller has to be allowed to change in the service itself, too. Reports, compliance with tag
policies and required tags belong to AWS Organizations, which isn't here: they are answered by name.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from local_aws.access.resource_tags import Client, read
from local_aws.call import ApiError, Call, not_there
from local_aws.house import Service
from local_aws.tagging.kinds import KINDS, Kind, Tags, kind_of

_RESOURCES_PER_PAGE, _TAGS_PER_PAGE = (1, 100), (100, 500)
_MOST_KEYS = 100


class TaggingService(Service):
    """AWS Resource Groups Tagging API."""

    name = "resourcegroupstaggingapi"

    def get_resources(self, call: Call, **params: Any) -> dict[str, Any]:
        """The tagged resources that all filters meet, a page at a time, in the order of their ARNs."""
        for member in ("IncludeComplianceDetails", "ExcludeCompliantResources"):
            if params.get(member):
                raise not_there(f"{member} of GetResources")
        given = params.get("ResourceARNList")
        if given and (params.get("TagFilters") or params.get("ResourceTypeFilters")):
            raise _invalid("ResourceARNList can't be given together with TagFilters or ResourceTypeFilters.")
        _require_within("ResourcesPerPage", params.get("ResourcesPerPage"), _RESOURCES_PER_PAGE)
        _require_within("TagsPerPage", params.get("TagsPerPage"), _TAGS_PER_PAGE)
        filters = params.get("TagFilters", [])
        if any("Key" not in one for one in filters):
            raise _invalid("A TagFilter must have a Key.")
        types = params.get("ResourceTypeFilters", [])
        found = {
            arn: tags
            for arn, tags in self._tagged(types)
            if (not given or arn in given) and all(_meets(tags, one) for one in filters)
        }
        arns, token = _page(sorted(found), params.get("PaginationToken", ""), _fits(found, params))
        mappings = [{"ResourceARN": arn, "Tags": _pairs(found[arn])} for arn in arns]
        return {"ResourceTagMappingList": mappings, "PaginationToken": token}

    def get_tag_keys(self, call: Call, **params: Any) -> dict[str, Any]:
        """The keys of all tags."""
        keys = {key for _, tags in self._tagged() for key in tags}
        some, token = _page(sorted(keys), params.get("PaginationToken", ""), _so_many(_MOST_KEYS))
        return {"TagKeys": some, "PaginationToken": token}

    def get_tag_values(self, call: Call, Key: str, **params: Any) -> dict[str, Any]:  # noqa: N803
        """The values of a key."""
        values = {tags[Key] for _, tags in self._tagged() if Key in tags}
        some, token = _page(sorted(values), params.get("PaginationToken", ""), _so_many(_MOST_KEYS))
        return {"TagValues": some, "PaginationToken": token}

    def tag_resources(self, call: Call, ResourceARNList: list[str], Tags: Tags) -> dict[str, Any]:  # noqa: N803
        """Add tags to resources; those that couldn't be tagged are told, with the reason."""
        context = {f"aws:RequestTag/{key}": value for key, value in Tags.items()}
        return self._each(call, ResourceARNList, 0, context, lambda kind, client, arn: kind.put(client, arn, Tags))

    def untag_resources(self, call: Call, ResourceARNList: list[str], TagKeys: list[str]) -> dict[str, Any]:  # noqa: N803
        """Remove tags from resources, in the same way."""
        return self._each(call, ResourceARNList, 1, {}, lambda kind, client, arn: kind.drop(client, arn, TagKeys))

    # ---- inside --------------------------------------------------------------------------------------

    def _tagged(self, types: Sequence[str] = ()) -> Iterator[tuple[str, Tags]]:
        """The resources that have tags, of all types or of some.

        Raises:
            ApiError: `InvalidParameterException`, there is no such type.
        """
        kinds = [kind for kind in KINDS if not types or any(_is_of(kind, wanted) for wanted in types)]
        for kind in kinds:
            for arn in list(kind.arns(self.host.roles.admin_client(kind.api))):
                if tags := _read(arn, self.host.roles.admin_client):
                    yield arn, tags

    def _each(
        self,
        call: Call,
        arns: Iterable[str],
        which: int,
        context: Mapping[str, str],
        change: Callable[[Kind, Any, str], object],
    ) -> dict[str, Any]:
        failed = {}
        for arn in arns:
            kind = kind_of(arn)
            try:
                if kind is None:
                    raise _invalid(f"{arn} is no resource whose tags are kept here.")
                self.host.roles.check(call, kind.actions[which], arn, dict(context))
                change(kind, self.host.roles.admin_client(kind.api), arn)
            except ApiError as error:
                failed[arn] = _failure(error.status, error.message)
            except ParamValidationError:
                failed[arn] = _failure(400, f"{arn} is no resource's ARN.")
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                failed[arn] = _failure(status, error.response["Error"].get("Message", ""))
        return {"FailedResourcesMap": failed}


def _read(arn: str, client: Client) -> Tags:
    """The tags of a resource; none for one that has gone since it was listed."""
    try:
        return read(arn, client)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        return {}


def _is_of(kind: Kind, wanted: str) -> bool:
    return wanted in (kind.type, kind.type.partition(":")[0])


def _meets(tags: Tags, one: Mapping[str, Any]) -> bool:
    return one["Key"] in tags and (not one.get("Values") or tags[one["Key"]] in one["Values"])


def _pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _failure(status: int, message: str) -> dict[str, Any]:
    code = "InternalServiceException" if status >= 500 else "InvalidParameterException"
    return {"StatusCode": status, "ErrorCode": code, "ErrorMessage": message}


# ---- pages -----------------------------------------------------------------------------------------------

Fits = Callable[[list[str], str], bool]
"""Whether one more has room on a page that has some."""


def _so_many(most: int) -> Fits:
    return lambda page, more: len(page) < most


def _fits(found: Mapping[str, Tags], params: Mapping[str, Any]) -> Fits:
    """A page has so many resources, or so many tags; a resource's tags are never torn apart."""
    most_tags = params.get("TagsPerPage")
    if most_tags is None:
        return _so_many(params.get("ResourcesPerPage", _RESOURCES_PER_PAGE[1]))
    return lambda page, more: not page or sum(len(found[arn]) for arn in [*page, more]) <= most_tags


def _page(items: Sequence[str], token: str, fits: Fits) -> tuple[list[str], str]:
    """A page and the token of the next one, which is empty on the last. A token tells the last item that was sent.

    Raises:
        ApiError: `InvalidParameterException`, the token is none of ours.
    """
    after = _last(token)
    page: list[str] = []
    for item in items:
        if after is not None and item <= after:
            continue
        if not fits(page, item):
            return page, base64.b64encode(page[-1].encode()).decode()
        page.append(item)
    return page, ""


def _last(token: str) -> str | None:
    if not token:
        return None
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        raise _invalid("Invalid pagination token") from None


def _require_within(member: str, value: int | None, bounds: tuple[int, int]) -> None:
    if value is not None and not bounds[0] <= value <= bounds[1]:
        raise _invalid(f"{member} must be between {bounds[0]} and {bounds[1]}")


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)
