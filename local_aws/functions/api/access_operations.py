"""Operations on who may invoke a function, and how much at once: permissions, concurrency, recursion."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.functions.api.foundation import LambdaFoundation
from local_aws.functions.configuration import invalid
from local_aws.functions.names import LATEST, FunctionName, parse
from local_aws.functions.registry import Function, Policy

_POLICY_BYTES = 20_480


class AccessOperations(LambdaFoundation):
    """Resource-based policies, reserved concurrency, and the recursion guard's switch."""

    def resource_policy(self, operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """The policy of the function, version or alias that a call names."""
        if "FunctionName" not in params:
            return None
        try:
            name = parse(params["FunctionName"], params.get("Qualifier"))
        except ApiError:
            return None
        function = self._registry.functions.get(name.name)
        policy = function.policies.get(_policy_key(name)) if function else None
        return policy.document() if policy else None

    def add_permission(self, call: Call, **params: Any) -> dict[str, Any]:
        """Let a service, an account or a role invoke the function."""
        function, name = self._permitted(params)
        with self._registry.lock:
            policy = function.policies.get(_policy_key(name)) or Policy()
            self._check_revision(params, policy.revision_id)
            statement_id = params["StatementId"]
            if statement_id in policy.statements:
                raise ApiError(
                    "ResourceConflictException",
                    f"The statement id ({statement_id}) provided already exists. "
                    "Please provide a new statement id, or remove the existing statement.",
                    409,
                    Type="User",
                )
            statement = _statement(function.arn(name.qualifier), params)
            changed = Policy({**policy.statements, statement_id: statement}, str(uuid.uuid4()))
            size = len(json.dumps(changed.document()))
            if size > _POLICY_BYTES:
                message = f"The final policy size ({size}) is bigger than the limit ({_POLICY_BYTES})."
                raise ApiError("PolicyLengthExceededException", message, Type="User")
            function.policies[_policy_key(name)] = changed
        return {"Statement": json.dumps(statement, separators=(",", ":"))}

    def remove_permission(self, call: Call, **params: Any) -> dict[str, Any]:
        """Take a permission back."""
        function, name = self._permitted(params)
        with self._registry.lock:
            policy = function.policies.get(_policy_key(name))
            if policy is None:
                raise _no_policy()
            self._check_revision(params, policy.revision_id)
            if params["StatementId"] not in policy.statements:
                raise ApiError(
                    "ResourceNotFoundException",
                    f"Statement {params['StatementId']} is not found in resource policy.",
                    404,
                    Type="User",
                )
            left = {sid: one for sid, one in policy.statements.items() if sid != params["StatementId"]}
            if left:
                function.policies[_policy_key(name)] = Policy(left, str(uuid.uuid4()))
            else:
                del function.policies[_policy_key(name)]
        return {}

    def get_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """The policy as JSON text."""
        function, name = self._permitted(params)
        policy = function.policies.get(_policy_key(name))
        if policy is None:
            raise _no_policy()
        return {
            "Policy": json.dumps(policy.document(), separators=(",", ":")),
            "RevisionId": policy.revision_id,
        }

    def put_function_concurrency(self, call: Call, **params: Any) -> dict[str, Any]:
        """Reserve concurrency: so much for this function, and no more."""
        function = self._unqualified(params)
        count = params["ReservedConcurrentExecutions"]
        self._concurrency.reserve(function.name, count)
        function.reserved_concurrency = count
        return {"ReservedConcurrentExecutions": count}

    def get_function_concurrency(self, call: Call, **params: Any) -> dict[str, Any]:
        """The reservation; nothing where there is none."""
        function, _ = self._function(params)
        count = function.reserved_concurrency
        return {} if count is None else {"ReservedConcurrentExecutions": count}

    def delete_function_concurrency(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove the reservation."""
        function, _ = self._function(params)
        function.reserved_concurrency = None
        self._concurrency.release(function.name)
        return {}

    def get_function_recursion_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """Whether the function is stopped when it sets itself off."""
        return {"RecursiveLoop": self._function(params)[0].recursive_loop}

    def put_function_recursion_config(self, call: Call, **params: Any) -> dict[str, Any]:
        """`Allow` or `Terminate`."""
        function, _ = self._function(params)
        function.recursive_loop = params["RecursiveLoop"]
        return {"RecursiveLoop": function.recursive_loop}

    def _permitted(self, params: dict[str, Any]) -> tuple[Function, FunctionName]:
        name = parse(params["FunctionName"], params.get("Qualifier"))
        function, _ = self._registry.get_version(name)
        if name.qualifier == LATEST:
            raise invalid("We currently do not support adding policies for $LATEST.")
        return function, name


def _policy_key(name: FunctionName) -> str:
    return "" if name.qualifier in (None, LATEST) else name.qualifier


def _no_policy() -> ApiError:
    return ApiError("ResourceNotFoundException", "No policy is associated with the given resource.", 404, Type="User")


def _statement(resource: str, params: dict[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(params["Principal"]),
        "Action": params["Action"],
        "Resource": resource,
    }
    equal = {
        "AWS:SourceAccount": params.get("SourceAccount"),
        "lambda:EventSourceToken": params.get("EventSourceToken"),
        "lambda:FunctionUrlAuthType": params.get("FunctionUrlAuthType"),
        "aws:PrincipalOrgID": params.get("PrincipalOrgID"),
    }
    condition: dict[str, Any] = {}
    if any(equal.values()):
        condition["StringEquals"] = {key: value for key, value in equal.items() if value}
    if "SourceArn" in params:
        condition["ArnLike"] = {"AWS:SourceArn": params["SourceArn"]}
    if condition:
        statement["Condition"] = condition
    return statement


def _principal(text: str) -> Any:
    if text == "*":
        return "*"
    if re.fullmatch(r"\d{12}", text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    if text.startswith("arn:"):
        return {"AWS": text}
    if "." not in text:
        raise invalid("The provided principal was invalid. Please check the principal and try again.")
    return {"Service": text}
