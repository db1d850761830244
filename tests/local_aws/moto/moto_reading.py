"""Which members of a request moto reads, found by reading moto's source: the table in `local_aws/moto/members.json`.

A member counts as read where its name, or its name on the wire, stands as a text in the method that answers the
operation, or in what that method calls of its own; and as ignored again where it is only handed to a parameter of
moto's that nothing uses. What stands inside a member that is read (`Rules[].Filter.Prefix`) is handed on inside moto:
it counts as ignored only where no source of moto's for the service names it. The key of a dict that is written out
names a member of an answer, and reads nothing. What can't be seen so is said in `READ_ALL_THE_SAME` and
`IGNORED_ALL_THE_SAME`.
`python -m tests.local_aws.moto.moto_reading` writes the table anew; a test compares the two.
"""

from __future__ import annotations

import ast
import functools
import inspect
import json
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from docs.operations import answers
from local_aws import wire
from local_aws.moto.backend import SERVICES
from local_aws.moto.members import TABLE

_IN_S3 = {
    "CompleteMultipartUpload": "_key_response_post",
    "CreateMultipartUpload": "_key_response_post",
    "DeleteObjects": "_bucket_response_delete_keys",
    "GetBucketLifecycleConfiguration": "get_bucket_lifecycle",
    "GetBucketTagging": "get_bucket_tags",
    "ListBuckets": "all_buckets",
    "RestoreObject": "_key_response_post",
    "SelectObjectContent": "_key_response_post",
}
"""Operations of S3 whose method has another name; of those that aren't here and have none, `_bucket_response_put`."""

READ_ALL_THE_SAME = {
    ("s3", "Bucket"): "is the path",
    ("s3", "Key"): "is the path",
    ("s3", "Body"): "is the body",
    ("s3", "Range"): "is read when the answer is there, in _handle_range_header",
    ("s3", "Metadata"): "is read by a regular expression",
    ("s3", "AccessControlPolicy"): "is the body",
    ("s3", "ExpressionType"): "has one value",
    ("s3", "VersioningConfiguration"): "is the body",
    ("s3", "WebsiteConfiguration"): "is the body",
    ("sns", "attributes"): "is read by a regular expression",
    ("sqs", "NextToken"): "is read when the answer is there, in PaginatedResult",
}
"""By service and member, in all its operations."""

IGNORED_ALL_THE_SAME = {
    ("sqs", "ListDeadLetterSourceQueues", "NextToken"): "its answer is no PaginatedResult",
    ("s3", "GetObject", "PartNumber"): "of an object that was put in parts the whole is sent",
    ("iam", "DeleteAccountAlias", "AccountAlias"): "whichever is named, the one that there is goes",
    ("s3", "DeleteObjects", "Delete.Objects[].ETag"): "is named where an object is described",
    ("s3", "DeleteObjects", "Delete.Objects[].Size"): "is named where an object is described",
    ("ssm", "CreatePatchBaseline", "Sources"): "are kept, and nothing tells or uses what stands in them",
    (
        "s3",
        "PutBucketLifecycleConfiguration",
        "LifecycleConfiguration.Rules[].NoncurrentVersionExpiration.NewerNoncurrentVersions",
    ): "is named for transitions",
}


def table() -> dict[str, dict[str, dict[str, list[str]]]]:
    """By service and operation, the members that moto reads and those that it ignores."""
    return {service: dict(_of_service(service)) for service in sorted(SERVICES.values())}


def written(found: dict[str, dict[str, dict[str, list[str]]]]) -> str:
    """The table as it stands in its file: an operation a line."""
    services = [
        f'"{service}": {{\n' + ",\n".join(f'"{name}": {json.dumps(one)}' for name, one in operations.items()) + "\n}"
        for service, operations in found.items()
    ]
    return "{\n" + ",\n".join(services) + "\n}\n"


def _of_service(service: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    one = answers(service)
    model = wire.api_for(service).model
    for operation in sorted([*one.motos, *(one.corrected if service == "s3" else [])]):
        shape = model.operation_model(operation).input_shape
        members = shape.members if shape is not None else {}
        read = {name for name, member in members.items() if _is_read(service, operation, name, member)}
        read -= _dropped(service, operation, tuple(members))
        read -= {name for name in read if (service, operation, name) in IGNORED_ALL_THE_SAME}
        within = {path for name in read for path in _ignored_within(service, operation, members[name], name, ())}
        yield operation, {"reads": sorted(read), "ignores": sorted((set(members) - read) | within)}


def _ignored_within(service: str, operation: str, shape: Shape, path: str, above: tuple[str, ...]) -> Iterator[str]:
    """The paths to what is ignored inside a member; what stands inside such a one isn't told again."""
    if shape.name in above:
        return
    if isinstance(shape, ListShape):
        yield from _ignored_within(service, operation, shape.member, f"{path}[]", above)
    elif isinstance(shape, MapShape):
        yield from _ignored_within(service, operation, shape.value, f"{path}{{}}", above)
    elif isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            inner = f"{path}.{name}"
            on_the_wire = str(member.serialization.get("name", name)).lower()
            named = not _named_in(service).isdisjoint((name.lower(), on_the_wire)) or _is_read(
                service, operation, name, member
            )
            if not named or (service, operation, inner) in IGNORED_ALL_THE_SAME:
                yield inner
            else:
                yield from _ignored_within(service, operation, member, inner, (*above, shape.name))


@functools.cache
def _named_in(service: str) -> frozenset[str]:
    """All texts, parameters and attributes in moto's source for a service, in small letters."""
    package = import_module(f"moto.{service.replace('-', '')}")
    found: set[str] = set()
    for source in Path(package.__path__[0]).rglob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        told = _keys(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                found.add(node.value.lower())
            elif isinstance(node, ast.keyword | ast.arg) and node.arg:
                found.add(node.arg.lower())
            elif isinstance(node, ast.Attribute):
                found.add(node.attr.lower())
    return frozenset(found)


def _is_read(service: str, operation: str, name: str, member: Shape) -> bool:
    on_the_wire = str(member.serialization.get("name", name)).lower()
    texts, beginnings = _texts(service, operation)
    return (
        (service, name) in READ_ALL_THE_SAME
        or name.lower() in texts
        or on_the_wire in texts
        or any(text.startswith((f"{name.lower()}.", f"{name.lower()}[")) for text in texts)
        or any(on_the_wire.startswith(beginning) for beginning in beginnings)
    )


@functools.cache
def _texts(service: str, operation: str) -> tuple[frozenset[str], frozenset[str]]:
    """All texts in what answers an operation, and the beginnings of headers that it builds, in small letters."""
    found = [_said(function) for function in _functions(service, operation)]
    texts = frozenset().union(*(one.texts for one in found))
    beginnings = {text for text in texts if text.endswith("-")}.union(*(one.beginnings for one in found))
    return texts, frozenset(each for each in beginnings if len(each) > len("x-amz-"))


class _Said(NamedTuple):
    """What stands in a function: texts, texts with something behind them, names, members of its object, calls."""

    texts: frozenset[str]
    beginnings: frozenset[str]
    names: frozenset[str]
    of_self: frozenset[str]
    calls: tuple[tuple[str, tuple[str, ...]], ...]


@functools.cache
def _said(function: Any) -> _Said:
    texts, beginnings, names, of_self, calls = set(), set(), set(), set(), []
    tree = _tree(function)
    told = _keys(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in told:
                texts.add(node.value.lower())
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            beginnings.add(str(node.values[0].value).lower())
        elif isinstance(node, ast.Name):
            names.add(node.id)
            texts |= _constants(function.__globals__.get(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            of_self.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            calls.append((node.func.attr, tuple(one.arg for one in node.keywords if one.arg)))
    found = (frozenset(each) for each in (texts, beginnings, names, of_self))
    return _Said(*found, calls=tuple(calls))


def _keys(tree: ast.AST) -> set[int]:
    """The keys of dicts that are written out: an answer is made so, and nothing is read by them."""
    return {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}


def _constants(value: object) -> set[str]:
    if not isinstance(value, dict | list | tuple | set | frozenset):
        return set()
    return {text.lower() for text in value if isinstance(text, str)}


def _functions(service: str, operation: str) -> list[Any]:
    """The method that answers an operation, and all that it calls of its class and of moto's functions."""
    from moto.core.utils import camelcase_to_underscores

    name = camelcase_to_underscores(operation)
    owner = next((one for one in _responses(service) if hasattr(one, name)), None)
    if owner is None:
        owner, name = _responses(service)[0], _IN_S3.get(operation, "_bucket_response_put")
    found: dict[str, Any] = {}
    waiting = [(name, getattr(owner, name))]
    while waiting:
        name, function = waiting.pop()
        function = inspect.unwrap(getattr(function, "fget", None) or getattr(function, "__func__", function))
        if not inspect.isfunction(function) or not function.__module__.startswith("moto."):
            continue
        if function.__qualname__ in found or function.__qualname__.startswith(("BaseResponse.", "ActionAuth")):
            continue
        found[function.__qualname__] = function
        for node in ast.walk(_tree(function)):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("self", "cls")
            ):
                waiting.append((node.attr, inspect.getattr_static(owner, node.attr, None)))
            elif isinstance(node, ast.Name) and "responses" not in node.id:
                waiting.append((node.id, function.__globals__.get(node.id)))
    return list(found.values())


def _dropped(service: str, operation: str, members: tuple[str, ...]) -> set[str]:
    """The members that are handed to parameters of moto's models which nothing uses."""
    from moto.core.utils import camelcase_to_underscores

    known = {camelcase_to_underscores(name): name for name in members}
    found, used = set(), set()
    for function in _functions(service, operation):
        for name, keywords in _said(function).calls:
            methods = [inspect.getattr_static(model, name, None) for model in _models(service)]
            for method in filter(inspect.isfunction, methods):
                for keyword in known.keys() & set(keywords):
                    (found if keyword in _unused(method) else used).add(known[keyword])
    return found - used


@functools.cache
def _unused(function: Any) -> frozenset[str]:
    definition = _tree(function).body[0]
    assert isinstance(definition, ast.FunctionDef)
    parameters = {one.arg for one in (*definition.args.args, *definition.args.kwonlyargs)} - {"self"}
    loaded = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    return frozenset(parameters - loaded)


@functools.cache
def _tree(function: Any) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


@functools.cache
def _responses(service: str) -> list[type]:
    paths = import_module(f"moto.{service.replace('-', '')}.urls").url_paths
    owners = [getattr(function, "__self__", None) for function in paths.values()]
    return list(dict.fromkeys(owner for owner in owners if isinstance(owner, type)))


@functools.cache
def _models(service: str) -> list[type]:
    module = import_module(f"moto.{service.replace('-', '')}.models")
    return [one for name, one in vars(module).items() if isinstance(one, type) and name.endswith("Backend")]


if __name__ == "__main__":
    TABLE.write_text(written(table()), encoding="utf-8", newline="\n")
    print(f"Written: {TABLE.name}")
