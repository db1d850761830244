"""From an error of AWS to what a learner can do about it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from course.errors import CourseError

_REMEDIES = {
    "AccessDenied": "Whoever calls may not do this. The Permissions panel shows what a role may do, and by which"
    " statement.",
    "ResourceNotFoundException": "It is not there: check the name, and that the cell which makes it has been run.",
    "NoSuchEntity": "It is not there: check the name, and that the cell which makes it has been run.",
    "NoSuchBucket": "There is no such bucket: the set-up cell at the top of the lesson makes the course's.",
    "NoSuchKey": "There is no such object: press Refresh; somebody may have removed it.",
    "ExpiredToken": "The credentials have expired: sign in again, then run the set-up cell.",
    "InvalidClientTokenId": "These keys are nobody's: run the set-up cell at the top of the lesson again.",
    "MalformedPolicyDocument": "The policy is not valid: it needs Version, and Statement with Effect, Action and"
    " Resource.",
    "InvalidRequestContentException": "The event is not valid JSON: correct the line that the panel names.",
    "ResourceConflictException": "It is there already, or is being changed: wait a moment and try again.",
    "ResourceAlreadyExistsException": "It is there already: there is nothing to do.",
    "TooManyRequestsException": "Too many calls at once: wait some seconds and try again.",
    "ThrottlingException": "Too many calls at once: wait some seconds and try again.",
    "InvalidArgument": "S3 refuses the setting. A trigger may not overlap with one that the bucket has already, and"
    " its function has to allow that S3 calls it.",
    "InvalidParameterException": "A value is not accepted: the message names it.",
    "ValidationException": "A value is not accepted: the message names it.",
    "NotImplemented": "The embedded AWS doesn't have this operation; a real account does.",
}
_REMEDIES["404"] = _REMEDIES["NoSuchKey"]
_REMEDIES["403"] = _REMEDIES["AccessDenied"]
_REMEDIES["AccessDeniedException"] = _REMEDIES["AccessDenied"]
_REMEDIES["ExpiredTokenException"] = _REMEDIES["ExpiredToken"]
_REMEDIES["UnrecognizedClientException"] = _REMEDIES["InvalidClientTokenId"]

EXPECTED = (ClientError, BotoCoreError, CourseError, OSError)
"""What may go wrong without a fault in the panel: AWS's answer, the way there, and the learner's input."""


def error_text(error: Exception) -> str:
    """The error in AWS's own words, its code first."""
    if isinstance(error, ClientError):
        details = error.response["Error"]
        return f"{details.get('Code', 'Error')}: {details.get('Message', '') or error}"
    return str(error)


def remedy(error: Exception) -> str:
    """One thing to try next; empty where the error's own text says it."""
    if isinstance(error, ClientError):
        return _REMEDIES.get(error.response["Error"].get("Code", ""), "")
    if isinstance(error, EndpointConnectionError):
        return "Nothing answers there: run the set-up cell at the top of the lesson again."
    if isinstance(error, NoCredentialsError):
        return "The set-up cell at the top of the lesson chooses the AWS and its keys: run it first."
    return ""
