"""Tags that come with a request: the condition keys that they make, and the action that they need besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from local_aws.access.wanted import Asked, Params


def keys(params: Params, named: Mapping[str, str] | None = None) -> dict[str, str | list[str]]:
    """`aws:RequestTag/…` and `aws:TagKeys` of a request that brings tags or names their keys.

    Args:
        named: members of the request that make a condition key each, as `member_keys` takes them.
    """
    tags = dict(pairs(params))
    names = [*tags, *(params.get("TagKeys") or params.get("tagKeys") or [])]
    made: dict[str, str | list[str]] = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    return made | ({"aws:TagKeys": names} if names else {}) | member_keys(params, named or {})


def member_keys(params: Params, named: Mapping[str, str]) -> dict[str, str]:
    """The condition keys of the members that a request has, by the members' names."""
    return {key: str(params[name]) for name, key in named.items() if name in params}


def tagging(action: str, asked: Asked) -> list[Asked]:
    """What is asked for, and the right to tag where it comes with tags: what is made with tags needs both."""
    if not asked.action.startswith("Create") and asked.action not in ("PutParameter", "PublishLayerVersion"):
        return [asked]
    context = keys(asked.params)
    tagged = Asked(action, asked.params, {**asked.context, **context}, asked.resources, asked.action)
    return [asked, tagged] if context else [asked]


def pairs(params: Params) -> Iterable[tuple[str, str]]:
    """The tags that a request brings, in whatever form its service has them."""
    tags = params.get("Tags") or params.get("tags") or params.get("Tag")
    if isinstance(tags, dict):
        yield from tags.items()
    for tag in tags if isinstance(tags, list) else ():
        if not isinstance(tag, dict):
            continue  # keys alone, as UntagLogGroup has them
        # Key and Value begin with a capital or don't, KMS's are TagKey and TagValue.
        named = {name.lower().removeprefix("tag"): value for name, value in tag.items()}
        if "key" in named:
            yield named["key"], named.get("value", "")
