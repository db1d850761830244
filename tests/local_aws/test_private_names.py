"""What we rely on of other libraries beyond what they promise: fails loudly when an upgrade moves it."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

import botocore.session
import pytest

from local_aws import wire
from local_aws.call import ApiError
from local_aws.house import Keeper
from local_aws.moto import backend as moto_backend


@pytest.fixture(scope="module")
def moto():
    """Moto's services. Nothing of moto may be imported before: it reads settings while it is imported."""
    return moto_backend.Backends(Keeper())


def test_motos_settings_are_read_from_the_environment(moto):
    from moto import settings

    assert os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] == "true"
    assert settings.load_iam_aws_managed_policies()
    assert settings.DISABLE_GLOBAL_CORS is True


def test_no_setting_of_moto_is_unknown_here():
    """Whatever moto reads in the environment is either told by us or taken out; what it finds there of AWS's own is
    not the user's either, since the server's process has none of it."""
    folder = Path(importlib.util.find_spec("moto").origin).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    read = set(re.findall(r"""os\.(?:environ(?:\.get\(|\[)|getenv\()\s*["']([A-Z][A-Z0-9_]+)""", source))
    unknown = {name for name in read if not name.startswith(("MOTO_", "AWS_"))} - moto_backend.OTHER_SETTINGS
    assert (unknown, "INITIAL_NO_AUTH_ACTION_COUNT" in read) == (set(), True)


def test_moto_raises_for_what_it_does_not_have(moto):
    """`answer` turns this exception into the answer that names the operation."""
    api = wire.api_for("service-quotas")
    headers = {"host": "127.0.0.1", "x-amz-target": "ServiceQuotasV20190624.ListServices"}
    request = wire.Request("POST", "/", wire.query(""), headers | {"content-type": "application/x-amz-json-1.1"}, b"{}")
    with pytest.raises(ApiError, match="service-quotas:ListServices is not there"):
        moto.answer(api, "ListServices", request, lambda *_: None, region="us-east-1", access_key=None)


def test_motos_secrets_of_access_keys(aws):
    iam = aws.client("iam")
    iam.create_user(UserName="with-a-key")
    key = iam.create_access_key(UserName="with-a-key")["AccessKey"]
    assert moto_backend.secret_of(key["AccessKeyId"]) == key["SecretAccessKey"]
    iam.delete_access_key(UserName="with-a-key", AccessKeyId=key["AccessKeyId"])
    assert moto_backend.secret_of(key["AccessKeyId"]) is None


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


def test_moto_s_classes_keep_no_list_of_their_records(moto):
    """They have one each, `instances_tracked`, to which every record is added for as long as the process lives."""
    moto._application("logs")
    from moto.logs.models import LogEvent

    kept = LogEvent.instances_tracked
    LogEvent(1, {"timestamp": 1, "message": "m"})
    assert (kept, LogEvent.instances_tracked is kept) == ([], True)


def test_what_moto_read_of_a_request_is_found_in_the_environ():
    """`werkzeug.request` holds it; its body is let go of there."""
    from werkzeug.wrappers import Request

    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "SERVER_NAME": "x", "SERVER_PORT": "80"}
    assert Request(environ) is environ["werkzeug.request"]
