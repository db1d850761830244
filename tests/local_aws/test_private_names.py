"""What we rely on of other libraries beyond what they promise: fails loudly when an upgrade moves it."""

from __future__ import annotations

import io
import os

import botocore.session
import pytest
from werkzeug.serving import DechunkedInput

from local_aws import wire
from local_aws.moto import backend as moto_backend


@pytest.fixture(scope="module")
def moto():
    """Moto's application. Nothing of moto may be imported before: it reads settings while it is imported."""
    return moto_backend.application()


def test_motos_settings_are_read_from_the_environment(moto):
    from moto import settings

    assert os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] == "true"
    assert settings.load_iam_aws_managed_policies()
    assert settings.DISABLE_GLOBAL_CORS is True


def test_moto_raises_for_what_it_does_not_have(moto):
    """`answer_of` turns this exception into the answer that names the operation."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/servicequotas/aws4_request",
        "HTTP_X_AMZ_TARGET": "ServiceQuotasV20190624.ListServices",
        "CONTENT_TYPE": "application/x-amz-json-1.1",
        "CONTENT_LENGTH": "2",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.errors": io.StringIO(),
    }
    with pytest.raises(NotImplementedError):
        moto(environ, lambda *_: None)


@pytest.mark.parametrize("name", sorted(moto_backend.SERVICES.values()))
def test_moto_answers_for_the_services_that_are_handed_to_it(moto, name):
    from moto import backends

    known = {"service-quotas": "servicequotas"}.get(name, name)
    assert known.replace("-", "") in {service.replace("-", "") for service in backends.list_of_moto_modules()}


def test_what_moto_lacks_in_s3_still_is_so_named():
    """`lacks` goes by the names of operations: each of these must still be one, and the course's must not be caught."""
    names = wire.api_for("s3").model.operation_names
    lacking = [name for name in names if moto_backend.lacks(name)]
    assert {"DeleteBucketAnalyticsConfiguration", "PutBucketMetricsConfiguration", "CreateSession"} <= set(lacking)
    assert not {"PutObject", "GetObject", "PutBucketTagging", "PutBucketVersioning", "HeadObject"} & set(lacking)


def test_chunked_bodies_are_read_by_werkzeug():
    body = DechunkedInput(io.BytesIO(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\nrest"))
    assert body.read() == b"abcdefg"


def test_botocores_models_say_what_the_wire_asks():
    model = botocore.session.get_session().get_service_model("lambda")
    invoke = model.operation_model("Invoke")
    assert (model.resolved_protocol, invoke.http["method"]) == ("rest-json", "POST")
    assert invoke.input_shape.serialization["payload"] == "Payload"
    assert invoke.input_shape.members["FunctionName"].serialization == {"location": "uri", "name": "FunctionName"}
    assert invoke.input_shape.members["InvocationType"].enum == ["Event", "RequestResponse", "DryRun"]
    assert {"min", "max", "pattern"} <= invoke.input_shape.members["FunctionName"].metadata.keys()
    assert "s3:ObjectCreated:Put" in wire.api_for("s3").model.shape_for("Event").enum


def test_botocores_hook_before_signing(aws):
    """`roles` adds the trace header there."""
    seen = []
    client = aws.client("sts")
    client.meta.events.register("before-sign", lambda request, **_: seen.append(request.headers))
    client.get_caller_identity()
    assert len(seen) == 1
