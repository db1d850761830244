"""The front door: every request passes here once.

Reads the request once, finds the service by its signature and the caller by the access key, asks the judge whether
the caller may, and hands the call to the service: to our own through the wire, to moto's told anew.
An operation that isn't there is answered by its name, never with an invented result.
"""

from __future__ import annotations

import errno
import functools
import logging
import tempfile
from collections.abc import Iterable
from typing import Any, Protocol

from botocore import xform_name
from botocore.model import OperationModel

from local_aws import REGION, wire
from local_aws.access.callers import Callers, refuse_web_pages
from local_aws.access.resource_policies import policy_at
from local_aws.access.roles import Roles
from local_aws.access.signature import Signature, signature
from local_aws.call import ApiError, Call, not_there
from local_aws.gateway.dispatch import dispatch, routed
from local_aws.gateway.exchange import Exchange, StartResponse
from local_aws.gateway.tag_rules import require_own_tags
from local_aws.gateway.throttle import Throttle
from local_aws.house import Keeper, Service, Services
from local_aws.moto.asked_for import require_possible
from local_aws.moto.backend import SERVICES as MOTO_SERVICES
from local_aws.moto.backend import Backends
from local_aws.moto.bounds import bounded
from local_aws.moto.coverage import operations
from local_aws.moto.inside import Moto
from local_aws.moto.members import require_heeded
from local_aws.moto.pages import Pages
from local_aws.moto.tokens import Tokens

log = logging.getLogger(__name__)

_OWN_SIGNING_NAMES = {
    "events": "events",
    "lambda": "lambda",
    "sagemaker": "sagemaker",
    "scheduler": "scheduler",
    "states": "stepfunctions",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
}
_WITH_WORDS_OF_THEIR_OWN = {"sns", "sqs"}
"""Of moto's services, those that AWS lets say more than that something is missing (`InvalidParameter`)."""
_READS = ("Get", "List", "Simulate", "Generate")
"""IAM's operations that change nothing begin so."""


class Answering(Protocol):
    """A service that meets its requests unparsed, as S3 does: bodies that are sent on, forms, refusals by key."""

    def answer(self, api: wire.Api, signed: Signature, exchange: Exchange) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            ApiError: the caller may not, or an error of the operation.
        """


class Gateway:
    """A WSGI application that answers for all of AWS that is here."""

    def __init__(
        self,
        roles: Roles,
        callers: Callers,
        services: Services,
        s3: Answering,
        moto: Backends,
        throttle: Throttle,
        keeper: Keeper,
    ):
        self._roles, self._callers, self._services = roles, callers, services
        self._s3, self._moto, self._throttle, self._keeper = s3, moto, throttle, keeper
        self._pages, self._tokens = Pages(Moto(moto, REGION)), Tokens()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        exchange = Exchange(environ, start_response)
        answer = self._answer(exchange)
        try:
            self._keeper.settle()
        except Exception as failure:
            # The answer that was made has not left: this one takes its place.
            log.exception("what %s %s did is not written", exchange.request.method, exchange.request.path)
            error = ApiError("InternalFailure", f"the embedded AWS can't keep what this request did: {failure}", 500)
            return _refuse(exchange.api, error, exchange)
        return answer

    def _answer(self, exchange: Exchange) -> Iterable[bytes]:
        api = exchange.api
        try:
            exchange.read()
            refuse_web_pages(exchange.request)
            signed = signature(exchange.request)
            api = exchange.api = _api(signed.service, exchange.request)
            if api.name != "s3":
                wire.require_plain_path(exchange.request)
            if signed.service not in _OWN_SIGNING_NAMES and signed.service not in MOTO_SERVICES:
                raise not_there(f"the service {signed.service}")
            self._throttle.check(api, exchange.request)
            if api.name == "s3":
                return self._s3.answer(api, signed, exchange)
            if api.name in MOTO_SERVICES.values():
                return self._motos(api, signed, exchange)
            return self._own(api, signed, exchange)
        except ApiError as error:
            return _refuse(api, error, exchange)
        except RecursionError:
            return _refuse(api, _too_deep(api), exchange)
        except Exception as failure:
            log.exception("request %s %s failed inside", exchange.request.method, exchange.request.path)
            return _refuse(api, _internal(failure), exchange)

    def _own(self, api: wire.Api, signed: Signature, exchange: Exchange) -> Iterable[bytes]:
        """An operation of one of our own services."""
        operation, path_values = _asked(api, exchange)
        call = self._callers.call(api, operation.name, exchange.request, signed, exchange.request_id)
        service = self._service(api, call)
        if service is None:
            raise not_there(f"the service {signed.service}")
        return exchange.send(dispatch(service, self._roles.judge, call, operation, exchange.request, path_values))

    def _motos(self, api: wire.Api, signed: Signature, exchange: Exchange) -> Iterable[bytes]:
        """An operation of a service that moto answers, S3 apart; ours, where moto lacks it and we have it."""
        operation, path_values = _asked(api, exchange)
        call = self._callers.call(api, operation.name, exchange.request, signed, exchange.request_id)
        own = self._service(api, call)
        if own is not None and hasattr(own, xform_name(operation.name)):
            return exchange.send(dispatch(own, self._roles.judge, call, operation, exchange.request, path_values))
        if operation.name not in operations(api.name):
            raise not_there(f"{api.name}:{operation.name}")
        params = wire.parse(exchange.request, operation, path_values)
        require_heeded(operation, params)
        if api.name in _WITH_WORDS_OF_THEIR_OWN:
            wire.require_members(operation, params)
        else:
            wire.validate(operation, params)
        require_own_tags(operation, params)
        require_possible(operation, call, params)
        if call.principal.kind != "admin" or api.name == "sns":
            self._roles.judge.authorise(call, params, lambda: policy_at(self._roles.admin_client, call, params))
        page = self._pages.page(operation, call.region, params)
        if page is not None:
            return exchange.send(wire.serialise(operation, page, call.request_id))
        told = bounded(operation, params, wire.restated(operation, exchange.request, path_values, params))
        key = call.principal.context.get("access_key")
        ask = functools.partial(self._moto.answer, api, operation.name, told, region=call.region, access_key=key)
        answer = self._tokens.once(operation, call, params, exchange.start_response, ask)
        if api.name == "iam" and not operation.name.startswith(_READS):
            self._roles.iam.forget(params)
        return answer

    def _service(self, api: wire.Api, call: Call) -> Service | None:
        """Our service for an API in the region of a call, whose signature has said that there is such a region."""
        return self._services.find(api.name, call.region)


def _api(service: str, request: wire.Request) -> wire.Api:
    """The API of a service by its name in a signature; also of one that isn't there, which is then told so."""
    if service == "sagemaker" and request.path.startswith("/endpoints/"):
        return wire.api_for("sagemaker-runtime")
    name = _OWN_SIGNING_NAMES.get(service) or MOTO_SERVICES.get(service)
    return wire.api_for(name) if name else wire.api_like(service, request)


def _asked(api: wire.Api, exchange: Exchange) -> tuple[OperationModel, dict[str, str]]:
    """The operation that a request means, with the parameters in its path; the body is read on the way."""
    if api.protocol == "query":  # only its body may say which
        exchange.read_body(api)
        return routed(api, exchange.request)
    found = routed(api, exchange.request)
    exchange.read_body(api, found[0].name)
    return found


def _too_deep(api: wire.Api) -> ApiError:
    if api.protocol == "rest-xml":
        return ApiError("MalformedXML", "The XML you provided was not well-formed or did not validate", 400)
    return ApiError("SerializationException", "the request is nested too deeply")


def _internal(failure: Exception) -> ApiError:
    message = "the embedded AWS failed inside; its log says how"
    if isinstance(failure, OSError) and failure.errno == errno.ENOSPC:
        message = f"the embedded AWS has no room left in {tempfile.gettempdir()}: {failure}"
    return ApiError("InternalFailure", message, 500)


def _refuse(api: wire.Api, error: ApiError, exchange: Exchange) -> Iterable[bytes]:
    response = wire.serialise_error(api, error, exchange.request_id, exchange.request.path)
    if exchange.request.method == "HEAD":
        response.body = b""
    return exchange.send(response)
