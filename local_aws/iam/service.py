"""IAM: what is here of it beside moto: documents checked as IAM does, permissions boundaries, the simulator.

An operation of moto's that takes a policy is done here first (is it one?) and then by moto.
"""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.iam.documents import check_identity_policy, check_trust_policy
from local_aws.iam.principal_simulation import PrincipalSimulation
from local_aws.moto.backend import set_user_boundary


class IamService(PrincipalSimulation):
    """The operations of IAM that are not moto's alone."""

    # ---- roles and their trust -----------------------------------------------------------------------

    def create_role(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a role.

        Raises:
            ApiError: `MalformedPolicyDocument`, `NoSuchEntity` for a boundary that isn't there, or moto's.
        """
        self._check_trust(params["AssumeRolePolicyDocument"])
        self._check_boundary(params)
        return self._changed("create_role", params)

    def update_assume_role_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Replace a role's trust policy."""
        self._check_trust(params["PolicyDocument"])
        return self._changed("update_assume_role_policy", params)

    def _check_trust(self, text: str) -> None:
        check_trust_policy(text, self.host.account, self._exists)

    def _exists(self, kind: str, arn: str) -> bool:
        name = arn.rpartition("/")[2]
        try:
            found = self._moto.ask("iam", f"get_{kind}", **{f"{kind.title()}Name": name})
        except ApiError:
            return False
        return found[kind.title()]["Arn"] == arn

    # ---- policies of identities ----------------------------------------------------------------------

    def create_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a managed policy."""
        return self._with_policy("create_policy", params)

    def create_policy_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Add a version to a managed policy."""
        return self._with_policy("create_policy_version", params)

    def put_group_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a group's inline policy."""
        return self._with_policy("put_group_policy", params)

    def put_role_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a role's inline policy."""
        return self._with_policy("put_role_policy", params)

    def put_user_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a user's inline policy."""
        return self._with_policy("put_user_policy", params)

    def _with_policy(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        check_identity_policy(params["PolicyDocument"])
        return self._changed(operation, params)

    # ---- permissions boundaries ----------------------------------------------------------------------

    def create_user(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a user.

        Raises:
            ApiError: `NoSuchEntity` for a boundary that isn't there, or moto's.
        """
        self._check_boundary(params)
        made = self._changed("create_user", {k: v for k, v in params.items() if k != "PermissionsBoundary"})
        if "PermissionsBoundary" not in params:
            return made
        set_user_boundary(params["UserName"], params["PermissionsBoundary"])
        return self._changed("get_user", {"UserName": params["UserName"]})

    def put_user_permissions_boundary(self, call: Call, **params: Any) -> dict[str, Any]:
        """Set the policy beyond which a user's rights never go."""
        self._moto.ask("iam", "get_user", UserName=params["UserName"])
        self._check_boundary(params)
        return self._bounded(params["UserName"], params["PermissionsBoundary"])

    def delete_user_permissions_boundary(self, call: Call, **params: Any) -> dict[str, Any]:
        """Take a user's boundary away.

        Raises:
            ApiError: `NoSuchEntity`, the user or its boundary isn't there.
        """
        user = self._moto.ask("iam", "get_user", UserName=params["UserName"])["User"]
        if "PermissionsBoundary" not in user:
            message = f"The user with name {params['UserName']} does not have a permission boundary."
            raise ApiError("NoSuchEntity", message, 404)
        return self._bounded(params["UserName"], None)

    def put_role_permissions_boundary(self, call: Call, **params: Any) -> dict[str, Any]:
        """Set the policy beyond which a role's rights never go."""
        self._moto.ask("iam", "get_role", RoleName=params["RoleName"])
        self._check_boundary(params)
        return self._changed("put_role_permissions_boundary", params)

    def _bounded(self, user: str, policy_arn: str | None) -> dict[str, Any]:
        set_user_boundary(user, policy_arn)
        self.host.roles.iam.forget()
        return {}

    def _check_boundary(self, params: dict[str, Any]) -> None:
        arn = params.get("PermissionsBoundary")
        if arn is None:
            return
        try:
            self._moto.ask("iam", "get_policy", PolicyArn=arn)
        except ApiError as error:
            message = f"Scope ARN: {arn} does not exist or is not attachable."
            raise ApiError("NoSuchEntity", message, 404) from error

    def _changed(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Moto's answer; what was known of IAM is read anew."""
        try:
            return self._moto.ask("iam", operation, **params)
        finally:
            self.host.roles.iam.forget(params)
