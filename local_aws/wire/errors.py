"""What is said of a request that can't be read."""

from __future__ import annotations

from local_aws.call import ApiError


def malformed_xml() -> ApiError:
    """S3's answer to a document that is none, or not the one that the operation takes."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return ApiError("MalformedXML", message)
