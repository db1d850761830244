"""What panels are tried on: a function, a bucket, a policy."""

from __future__ import annotations

import io
import json
import secrets
import textwrap
import zipfile

import boto3

from course.account.roles import logging_role


def make_function(source: str, name: str | None = None) -> str:
    """A function of a source text, with a role `<name>-role` that may write logs; gives its name."""
    name = name or f"function-{secrets.token_hex(4)}"
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("lambda_function.py", textwrap.dedent(source))
    client = boto3.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=logging_role(f"{name}-role"),
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": package.getvalue()},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    return name


def make_bucket() -> str:
    """A bucket with a name of its own."""
    name = f"bucket-{secrets.token_hex(6)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def statement(effect: str, action: str, resource: str) -> dict[str, str]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def document(*statements: dict[str, str]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
