"""The wire: botocore's service models on one side, plain Python values on the other.

Routing, parsing, validation and serialising are derived from the models, once, for all services and for the
protocols json, rest-json, query and rest-xml. It knows nothing of what a service does.
"""

from local_aws.wire.data import described, loader
from local_aws.wire.errors import malformed_xml
from local_aws.wire.model import Api, Request, Response, api_for, api_like, form
from local_aws.wire.parse import parse
from local_aws.wire.query import Query, query
from local_aws.wire.reading import read, require_plain_path
from local_aws.wire.restating import hoisted, restated
from local_aws.wire.serialise import escape, serialise, serialise_error
from local_aws.wire.validate import require_members, validate

__all__ = [
    "Api",
    "Query",
    "Request",
    "Response",
    "api_for",
    "api_like",
    "described",
    "escape",
    "form",
    "hoisted",
    "loader",
    "malformed_xml",
    "parse",
    "query",
    "read",
    "require_members",
    "require_plain_path",
    "restated",
    "serialise",
    "serialise_error",
    "validate",
]
