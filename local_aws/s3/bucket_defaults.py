"""What a bucket has from its creation on: Block Public Access, ACLs disabled; of its encryption, `encryption` knows.

Moto accepts these settings and heeds none. Source: "Default settings for new S3 buckets FAQ" (April 2023), "Blocking
public access to your Amazon S3 storage", "Controlling ownership of objects", Amazon S3 user guide; texts as S3's users
report them. A bucket's ACL itself grants nothing here: what a caller may do, policies say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws import wire
from local_aws.call import ApiError, Call
from local_aws.house import Host, Records, Service, Shelf
from local_aws.moto.inside import Moto
from local_aws.s3.buckets import require_bucket

_BLOCK_RECORDS, _OWNERSHIP_RECORDS = "s3/public-access", "s3/ownership"
ENFORCED = "BucketOwnerEnforced"
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_OWNERS_OWN = (None, "private", "bucket-owner-full-control")
"""ACLs that give nothing to anybody else, and are accepted where ACLs are disabled."""
_PUBLIC = ("public-read", "public-read-write", "authenticated-read")
_EVERYBODY = "http://acs.amazonaws.com/groups/global/"
_GRANTS = "x-amz-grant-"


class BucketDefaults(Service):
    """The settings of buckets that moto doesn't heed."""

    name = "s3"

    def __init__(self, host: Host, moto: Moto):
        super().__init__(host)
        self._moto = moto
        self._blocks: dict[str, dict[str, bool]] = {}
        self._ownership: dict[str, str] = {}

    def shelves(self) -> Iterable[Shelf]:
        return (
            Records(self.host.kind(_BLOCK_RECORDS), self._blocks.get, self._blocks.__setitem__),
            Records(self.host.kind(_OWNERSHIP_RECORDS), self._ownership.get, self._ownership.__setitem__),
        )

    def touched(self, operation: str, params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        return ((_BLOCK_RECORDS, params["Bucket"]), (_OWNERSHIP_RECORDS, params["Bucket"]))

    # ---- what S3 tells and asks ----------------------------------------------------------------------

    def bucket_created(self, bucket: str, ownership: str | None) -> None:
        """Give a new bucket its settings."""
        self._ownership[bucket] = ownership or ENFORCED
        self._blocks[bucket] = dict.fromkeys(_BLOCKS, True)
        self._changed(bucket)

    def bucket_deleted(self, bucket: str) -> None:
        """Forget a bucket's settings."""
        self._ownership.pop(bucket, None)
        self._blocks.pop(bucket, None)
        self._changed(bucket)

    def _changed(self, bucket: str) -> None:
        self.host.changed(_BLOCK_RECORDS, bucket)
        self.host.changed(_OWNERSHIP_RECORDS, bucket)

    def blocks(self, bucket: str, setting: str) -> bool:
        """Whether a setting of Block Public Access, such as `BlockPublicPolicy`, is on for a bucket."""
        return self._blocks.get(bucket, {}).get(setting, False)

    def check_new_bucket(self, headers: Mapping[str, str]) -> None:
        """Raise where a bucket is to be made with an ACL, and without ownership that allows one.

        Raises:
            ApiError: `InvalidBucketAclWithObjectOwnership`.
        """
        if headers.get("x-amz-object-ownership", ENFORCED) == ENFORCED and _gives(headers):
            message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
            raise ApiError("InvalidBucketAclWithObjectOwnership", message, 400)

    def check_acl(self, call: Call, bucket: str, headers: Mapping[str, str], policy: Mapping[str, Any] | None) -> None:
        """Raise where a request brings an ACL that the bucket doesn't take.

        Args:
            policy: the `AccessControlPolicy` in the request's body, where it has one.

        Raises:
            ApiError: `AccessControlListNotSupported`, ACLs are disabled; `AccessDenied`, public ones are blocked.
        """
        gives = _gives(headers) or (policy is not None and _gives_to_others(policy))
        if gives and self._ownership.get(bucket) == ENFORCED:
            raise ApiError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
        if self.blocks(bucket, "BlockPublicAcls") and _is_public(headers, policy):
            raise blocked(call, f"arn:aws:s3:::{bucket}", "public ACLs are prevented by the BlockPublicAcls setting")

    # ---- Block Public Access -------------------------------------------------------------------------

    def get_public_access_block(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """The four settings."""
        require_bucket(Bucket)
        if Bucket not in self._blocks:
            message = "The public access block configuration was not found"
            raise ApiError("NoSuchPublicAccessBlockConfiguration", message, 404, BucketName=Bucket)
        return {"PublicAccessBlockConfiguration": self._blocks[Bucket]}

    def put_public_access_block(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        PublicAccessBlockConfiguration: Mapping[str, bool],  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Replace the settings; one that isn't given is off."""
        require_bucket(Bucket)
        self._blocks[Bucket] = {name: PublicAccessBlockConfiguration.get(name, False) for name in _BLOCKS}
        return {}

    def delete_public_access_block(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Switch all off."""
        require_bucket(Bucket)
        self._blocks.pop(Bucket, None)
        return {}

    # ---- ownership of objects ------------------------------------------------------------------------

    def get_bucket_ownership_controls(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Who owns what is uploaded, and so whether there are ACLs."""
        require_bucket(Bucket)
        if Bucket not in self._ownership:
            message = "The bucket ownership controls were not found"
            raise ApiError("OwnershipControlsNotFoundError", message, 404, BucketName=Bucket)
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": self._ownership[Bucket]}]}}

    def put_bucket_ownership_controls(
        self,
        call: Call,
        Bucket: str,  # noqa: N803
        OwnershipControls: Mapping[str, Any],  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Change it, by the one rule that there may be."""
        require_bucket(Bucket)
        [rule] = OwnershipControls["Rules"] or [{}]
        if "ObjectOwnership" not in rule:
            raise wire.malformed_xml()
        self._ownership[Bucket] = rule["ObjectOwnership"]
        return {}

    def delete_bucket_ownership_controls(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Go back to what buckets were before: ACLs count."""
        require_bucket(Bucket)
        self._ownership.pop(Bucket, None)
        return {}

    # ---- who pays ------------------------------------------------------------------------------------

    def get_bucket_request_payment(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Its owner pays; that a caller pays can't be asked for here."""
        require_bucket(Bucket)
        return {"Payer": "BucketOwner"}

    def get_bucket_accelerate_configuration(self, call: Call, Bucket: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Whether its address for transfers from far away is switched on; nothing where it never was."""
        require_bucket(Bucket)
        return self._moto.ask("s3", "get_bucket_accelerate_configuration", Bucket=Bucket)


def blocked(call: Call, resource: str, reason: str) -> ApiError:
    """The error where Block Public Access stands against a request."""
    action = f"s3:{call.operation}"
    return ApiError(
        "AccessDenied",
        f'User: {call.principal.arn} is not authorized to perform: {action} on resource: "{resource}" because {reason} '
        "in S3 Block Public Access.",
        403,
    )


def _gives(headers: Mapping[str, str]) -> bool:
    """Whether the headers of a request have an ACL that gives something to others than the owner."""
    return headers.get("x-amz-acl") not in _OWNERS_OWN or any(name.startswith(_GRANTS) for name in headers)


def _gives_to_others(policy: Mapping[str, Any]) -> bool:
    owner = policy.get("Owner", {}).get("ID")
    grants = policy.get("Grants", [])
    return any(
        grant.get("Permission") != "FULL_CONTROL" or grant.get("Grantee", {}).get("ID") != owner for grant in grants
    )


def _is_public(headers: Mapping[str, str], policy: Mapping[str, Any] | None) -> bool:
    granted = [value for name, value in headers.items() if name.startswith(_GRANTS)]
    granted += [grant.get("Grantee", {}).get("URI", "") for grant in (policy or {}).get("Grants", [])]
    return headers.get("x-amz-acl") in _PUBLIC or any(_EVERYBODY in value for value in granted)
