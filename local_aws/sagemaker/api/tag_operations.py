"""Tags of SageMaker's resources: AddTags, ListTags, DeleteTags."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.sagemaker.api.operations import Operations

_MOST = 50


class TagOperations(Operations):
    """Operations on tags."""

    def add_tags(self, call: Call, **params: Any) -> dict[str, Any]:
        """Set tags, and answer with the ones just set."""
        tags = self._tags(params["ResourceArn"])
        wanted = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        if len(tags | wanted) > _MOST:
            raise ApiError("ResourceLimitExceeded", f"A resource can have at most {_MOST} tags.")
        tags.update(wanted)
        return {"Tags": params["Tags"]}

    def list_tags(self, call: Call, **params: Any) -> dict[str, Any]:
        """All tags of a resource in one page; they are at most 50, which is fewer than a page may be asked to hold."""
        tags = self._tags(params["ResourceArn"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def delete_tags(self, call: Call, **params: Any) -> dict[str, Any]:
        """Remove tags by their keys; keys that aren't there don't matter."""
        tags = self._tags(params["ResourceArn"])
        for key in params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource that exists.

        Raises:
            ApiError: `ValidationException`, there is none with this ARN.
        """
        if not self.platform.exists(arn):
            raise ApiError("ValidationException", f"The resource {arn} does not exist.")
        return self.platform.tags.setdefault(arn, {})
