"""The condition keys of a request: what is known at once, and the tags of the resource, looked up where a policy asks.

Source: IAM user guide, "AWS global condition context keys"; service authorization reference. Keys are compared without
regard to case. A key that the request lacks is absent: operators don't match it, save with IfExists, Null and negated.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping

from local_aws.access.variables import Context

Tags = Callable[[], Mapping[str, str]]
"""Gives the tags of the resource that a request is about; none where it has none or isn't there."""

_OF_A_RESOURCE = {
    *("aws:resourcetag", "iam:resourcetag", "sagemaker:resourcetag", "secretsmanager:resourcetag", "ssm:resourcetag"),
    "s3:existingobjecttag",
}
"""Before the slash, in keys such as `aws:ResourceTag/team`."""
_OF_OBJECTS = {"s3:existingobjecttag"}


class RequestKeys(Mapping[str, str | list[str]]):
    """The keys in small letters; a tag of the resource is asked for by its key alone, and not listed.

    Args:
        context: the keys that are known.
        action: such as `s3:GetObject`: a service knows its own keys and those of all services.
        tags: of the resource.
    """

    def __init__(self, context: Context, action: str, tags: Tags | None):
        self._known = {key.lower(): value for key, value in context.items()}
        self._service = action.partition(":")[0].lower()
        self._ask = tags

    def __getitem__(self, key: str) -> str | list[str]:
        if key in self._known:
            return self._known[key]
        kind, slash, name = key.partition("/")
        if slash and self._ask is not None and kind in _OF_A_RESOURCE and self._has(kind):
            return self._tags[name]
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _has(self, kind: str) -> bool:
        # Tags of a bucket count only where its owner has switched that on; those of an object have a key of their own.
        if self._service == "s3":
            return kind in _OF_OBJECTS
        return kind.partition(":")[0] in ("aws", self._service)

    @functools.cached_property
    def _tags(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self._ask().items()} if self._ask else {}
