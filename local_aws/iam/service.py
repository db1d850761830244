"""IAM: what is here of it beside moto: documents checked as IAM does, quotas, what may be deleted, boundaries, lists.

Such an operation is checked here first (is this a policy? is there room for it? is it still in use?) and then done by
moto.
"""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.iam import quotas
from local_aws.iam.account_details import authorization_details, boundaries, entities_for_policy
from local_aws.iam.attached_policies import inline, managed
from local_aws.iam.documents import check_identity_policy, check_trust_policy
from local_aws.iam.entities import (
    entities,
    require_deletable_group,
    require_deletable_policy,
    require_deletable_user,
)
from local_aws.iam.principal_simulation import PrincipalSimulation
from local_aws.moto.backend import set_user_boundary


class IamService(PrincipalSimulation):
    """The operations of IAM that are not moto's alone."""

    # ---- roles and their trust -----------------------------------------------------------------------

    def create_role(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a role.

        Raises:
            ApiError: `MalformedPolicyDocument`, `LimitExceeded`, `EntityAlreadyExists`, `NoSuchEntity` for a boundary
                that isn't there, or moto's.
        """
        self._check_trust(params["AssumeRolePolicyDocument"])
        self._require_free("role", params)
        self._check_boundary(params)
        return self._changed("create_role", params)

    def update_assume_role_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Replace a role's trust policy."""
        self._check_trust(params["PolicyDocument"])
        return self._changed("update_assume_role_policy", params)

    def _check_trust(self, text: str) -> None:
        check_trust_policy(text, self.host.account, self._exists)
        quotas.check_trust_size(text)

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
        return self._with_managed_policy("create_policy", params)

    def create_policy_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Add a version to a managed policy."""
        _require_own(call, params)
        return self._with_managed_policy("create_policy_version", params)

    def put_group_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a group's inline policy."""
        return self._with_inline_policy("group", params)

    def put_role_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a role's inline policy."""
        return self._with_inline_policy("role", params)

    def put_user_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Write a user's inline policy."""
        return self._with_inline_policy("user", params)

    def _with_managed_policy(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        check_identity_policy(params["PolicyDocument"])
        quotas.check_managed_size(params["PolicyDocument"])
        return self._changed(operation, params)

    def _with_inline_policy(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        check_identity_policy(params["PolicyDocument"])
        name = params[f"{kind.title()}Name"]
        texts = inline(self._moto, kind, name) | {params["PolicyName"]: params["PolicyDocument"]}
        quotas.check_inline_sizes(kind, name, texts.values())
        return self._changed(f"put_{kind}_policy", params)

    def attach_group_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Give a group a managed policy."""
        return self._attached("group", params)

    def attach_role_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Give a role a managed policy."""
        return self._attached("role", params)

    def attach_user_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Give a user a managed policy."""
        return self._attached("user", params)

    def _attached(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        found = managed(self._moto, kind, params[f"{kind.title()}Name"])
        quotas.check_attached(kind, [*found, params["PolicyArn"]])
        return self._changed(f"attach_{kind}_policy", params)

    def delete_policy_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a version that isn't the default one of a managed policy."""
        _require_own(call, params)
        return self._changed("delete_policy_version", params)

    def set_default_policy_version(self, call: Call, **params: Any) -> dict[str, Any]:
        """Have another version of a managed policy hold."""
        _require_own(call, params)
        return self._changed("set_default_policy_version", params)

    def get_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """A managed policy, and how often it is in use."""
        found = self._moto.ask("iam", "get_policy", **params)
        used = boundaries(entities(self._moto), params["PolicyArn"])
        return {"Policy": found["Policy"] | {"PermissionsBoundaryUsageCount": used}}

    # ---- users and groups ----------------------------------------------------------------------------

    def create_group(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a group.

        Raises:
            ApiError: `EntityAlreadyExists`.
        """
        self._require_free("group", params)
        return self._changed("create_group", params)

    def add_user_to_group(self, call: Call, **params: Any) -> dict[str, Any]:
        """Put a user into a group."""
        found = self._moto.ask_for_all("iam", "list_groups_for_user", UserName=params["UserName"])["Groups"]
        quotas.check_groups([params["GroupName"], *(group["GroupName"] for group in found)])
        return self._changed("add_user_to_group", params)

    def _require_free(self, kind: str, params: dict[str, Any]) -> None:
        """A name is taken, too, where it differs in small and capital letters alone."""
        title = kind.title()
        name = params[f"{title}Name"].lower()
        listed = self._moto.ask_for_all("iam", f"list_{kind}s")[f"{title}s"]
        if any(one[f"{title}Name"].lower() == name for one in listed):
            message = f"{title} with name {params[f'{title}Name']} already exists."
            raise ApiError("EntityAlreadyExists", message, 409)

    # ---- what may be deleted -------------------------------------------------------------------------

    def delete_user(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a user who has nothing any more.

        Raises:
            ApiError: `DeleteConflict`, `NoSuchEntity`.
        """
        require_deletable_user(self._moto, params["UserName"])
        return self._changed("delete_user", params)

    def delete_group(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a group without users and policies.

        Raises:
            ApiError: `DeleteConflict`, `NoSuchEntity`.
        """
        require_deletable_group(self._moto, params["GroupName"])
        return self._changed("delete_group", params)

    def delete_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete a managed policy that nobody has.

        Raises:
            ApiError: `DeleteConflict`, `NoSuchEntity`, `AccessDenied` for one of AWS's.
        """
        _require_own(call, params)
        require_deletable_policy(self._moto, params["PolicyArn"])
        return self._changed("delete_policy", params)

    # ---- tags ----------------------------------------------------------------------------------------

    def tag_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Tag a managed policy."""
        _require_own(call, params)
        return self._tagged("policy", params, PolicyArn=params["PolicyArn"])

    def tag_role(self, call: Call, **params: Any) -> dict[str, Any]:
        """Tag a role."""
        return self._tagged("role", params, RoleName=params["RoleName"])

    def tag_user(self, call: Call, **params: Any) -> dict[str, Any]:
        """Tag a user."""
        return self._tagged("user", params, UserName=params["UserName"])

    def _tagged(self, kind: str, params: dict[str, Any], **whose: str) -> dict[str, Any]:
        before = self._moto.ask("iam", f"list_{kind}_tags", **whose)["Tags"]
        quotas.check_tags(params["Tags"], before)
        return self._changed(f"tag_{kind}", params)

    # ---- the whole account ---------------------------------------------------------------------------

    def get_account_authorization_details(self, call: Call, **params: Any) -> dict[str, Any]:
        """All users, groups, roles and policies with what they may."""
        return authorization_details(self._moto, params)

    def list_entities_for_policy(self, call: Call, **params: Any) -> dict[str, Any]:
        """Who has a managed policy, attached or as a boundary."""
        return entities_for_policy(self._moto, params)

    # ---- permissions boundaries ----------------------------------------------------------------------

    def create_user(self, call: Call, **params: Any) -> dict[str, Any]:
        """Make a user.

        Raises:
            ApiError: `EntityAlreadyExists`, `LimitExceeded`, `NoSuchEntity` for a boundary that isn't there, or moto's.
        """
        self._require_free("user", params)
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


def _require_own(call: Call, params: dict[str, Any]) -> None:
    """Raise where a managed policy is AWS's, which nobody changes; the words are the plain reading."""
    arn = params["PolicyArn"]
    if arn.startswith("arn:aws:iam::aws:"):
        action = f"iam:{call.operation}"
        message = f"User: {call.principal.arn} is not authorized to perform: {action} on resource: policy {arn}"
        raise ApiError("AccessDenied", message, 403)
