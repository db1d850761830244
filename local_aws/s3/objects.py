"""An object, or one of its versions, that an operation of ours is about.

Source: "Error responses", S3 API reference.
"""

from __future__ import annotations

from local_aws.call import ApiError
from local_aws.moto.uploads import StoredObject, object_of
from local_aws.s3.errors import no_such_key


def require_object(bucket: str, key: str, version_id: str | None, method: str = "GET") -> StoredObject:
    """The object of a key, or a version of it.

    Args:
        method: of the request, which the error names where the version is a delete marker.

    Raises:
        ApiError: `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`.
    """
    found = object_of(bucket, key, version_id)
    if isinstance(found, StoredObject):
        return found
    if found is not None and version_id is not None:
        message = "The specified method is not allowed against this resource."
        raise ApiError("MethodNotAllowed", message, 405, Method=method, ResourceType="DeleteMarker")
    if version_id is not None:
        message = "The specified version does not exist."
        raise ApiError("NoSuchVersion", message, 404, Key=key, VersionId=version_id)
    raise no_such_key(key)
