"""How a function is named: a name, an ARN, part of an ARN, with or without a version or an alias behind
it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_aws.call import ApiError

SERVICE_PRINCIPAL = "lambda.amazonaws.com"
LATEST = "$LATEST"
_NAME_BYTES = 64
_FORM = re.compile(
    r"(?:arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True)
class FunctionName:
    """A function as a caller named it; `qualifier` is a version, an alias, `$LATEST`, or None."""

    name: str
    qualifier: str | None = None
    region: str | None = None
    account: str | None = None


def parse(text: str, qualifier: str | None = None) -> FunctionName:
    """Read a `FunctionName` parameter, and the `Qualifier` parameter beside it.

    Raises:
        ApiError: `ValidationException` (not a function's name, name too long),
            `InvalidParameterValueException` (two different qualifiers).
    """
    match = _FORM.fullmatch(text)
    if match is None:
        message = (
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_FORM.pattern}"
        )
        raise ApiError("ValidationException", message)
    if len(match["name"]) > _NAME_BYTES:
        message = (
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_NAME_BYTES}"
        )
        raise ApiError("ValidationException", message)
    inside = match["qualifier"]
    if inside and qualifier and inside != qualifier:
        raise ApiError(
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
            Type="User",
        )
    return FunctionName(match["name"], inside or qualifier, match["region"], match["account"])


def function_arn(region: str, account: str, name: str, qualifier: str | None = None) -> str:
    """A function's ARN, with a qualifier where there is one."""
    arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
    return f"{arn}:{qualifier}" if qualifier else arn
