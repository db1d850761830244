"""Where a learner's own settings lead is read before anything is called: elsewhere than to AWS is refused by name."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import account_guard
from course.account.own_settings import caller
from course.account.sessions import new_session
from course.errors import CourseError
from tests.real_account import ACCOUNT, ENDED_LOGIN, EXPIRED_KEY, KEY, ROOT_KEY, SECRET, RealAccount, counted

pytestmark = pytest.mark.slow


@pytest.fixture
def real(environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RealAccount]:
    """An account, and a home whose configuration files are the test's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with counted() as account:
        for name, value in account.way().items():
            monkeypatch.setenv(name, value)
        yield account


def own(real: RealAccount, config: str = "", **more: str) -> dict[str, str]:
    """The learner's variables, and a configuration file."""
    path = Path(os.environ["HOME"]) / "config"
    path.write_text(config)
    metadata = ("AWS_CONTAINER", "AWS_EC2", "FSSPEC")
    keys = {name: value for name, value in real.variables().items() if not name.startswith(metadata)}
    files = {
        "AWS_CONFIG_FILE": str(path),
        "AWS_SHARED_CREDENTIALS_FILE": str(path),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return keys | real.way() | files | more


def test_who_calls_and_where(real: RealAccount) -> None:
    found = caller(own(real))
    assert (found.account, found.region, found.is_root) == (ACCOUNT, "us-east-1", False)
    assert caller(own(real, AWS_ACCESS_KEY_ID=ROOT_KEY)).is_root
    assert os.environ["AWS_ENDPOINT_URL"] == account_guard.CLOSED["AWS_ENDPOINT_URL"], "closed afterwards"


ELSEWHERE = "http://user:secret@127.0.0.1:4566/path"
IN_VARIABLES = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SFN",
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME",
    "AWS_ENDPOINT_URL_SERVICE_QUOTAS",
    "FSSPEC_S3_ENDPOINT_URL",
)


@pytest.mark.parametrize("name", IN_VARIABLES)
def test_an_endpoint_in_a_variable_is_named_and_nothing_is_called(real: RealAccount, name: str) -> None:
    with pytest.raises(CourseError) as refused:
        caller(own(real, **{name: ELSEWHERE}))
    assert f"  {name}: http://127.0.0.1:4566\n" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" in str(refused.value)
    assert (real.asked, real.other) == ([], [])


PROFILES = {
    f"[default]\nendpoint_url={ELSEWHERE}\n": ({}, "endpoint_url of the profile default"),
    f"[profile work]\nendpoint_url={ELSEWHERE}\n": ({"AWS_PROFILE": "work"}, "endpoint_url of the profile work"),
    f"[profile work]\nservices=mine\n[services mine]\nlambda=\n  endpoint_url={ELSEWHERE}\ns3=\n  max_attempts=2\n": (
        {"AWS_PROFILE": "work"},
        "endpoint_url of lambda in [services mine], which the profile work uses",
    ),
    f"[default]\nservices=mine\n[services mine]\nsagemaker_runtime=\n  endpoint_url={ELSEWHERE}\n": (
        {},
        "endpoint_url of sagemaker_runtime in [services mine], which the profile default uses",
    ),
}


@pytest.mark.parametrize("config", PROFILES)
def test_an_endpoint_in_a_file_is_named_and_nothing_is_called(real: RealAccount, config: str) -> None:
    more, words = PROFILES[config]
    with pytest.raises(CourseError) as refused:
        caller(own(real, config, **more))
    assert f"  {words}: http://127.0.0.1:4566\n" in str(refused.value)
    assert (real.asked, real.other) == ([], [])


def test_all_of_them_are_named_at_once(real: RealAccount) -> None:
    config = f"[default]\nendpoint_url={ELSEWHERE}\n"
    with pytest.raises(CourseError) as refused:
        caller(own(real, config, AWS_ENDPOINT_URL_S3=ELSEWHERE, AWS_ENDPOINT_URL_IAM=ELSEWHERE))
    assert str(refused.value).count("http://127.0.0.1:4566") == 3


@pytest.mark.parametrize(
    ("config", "more"),
    [
        (f"[default]\nendpoint_url={ELSEWHERE}\n", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
        ("", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE", "AWS_ENDPOINT_URL_STS": ELSEWHERE}),
        (f"[default]\nignore_configured_endpoint_urls=true\nendpoint_url={ELSEWHERE}\n", {}),
        (f"[profile other]\nendpoint_url={ELSEWHERE}\n[services mine]\ns3=\n  endpoint_url={ELSEWHERE}\n", {}),
        ("", {"AWS_ENDPOINT_URL": ""}),
    ],
)
def test_what_boto3_passes_over_is_no_matter(real: RealAccount, config: str, more: dict[str, str]) -> None:
    assert caller(own(real, config, **more)).account == ACCOUNT


def test_what_boto3_passes_over_pandas_does_not(real: RealAccount) -> None:
    more = {"FSSPEC_S3": '{"endpoint_url": "http://127.0.0.1:9"}', "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    with pytest.raises(CourseError, match="FSSPEC_S3: has an endpoint_url"):
        caller(own(real, **more))


@pytest.mark.parametrize(
    ("config", "more", "words"),
    [
        ("", {"AWS_CA_BUNDLE": "/absent.pem"}, "SSL validation failed .* the file that AWS_CA_BUNDLE names"),
        ("", {"AWS_CA_BUNDLE": "FOLDER"}, "SSL validation failed .* the file that AWS_CA_BUNDLE names"),
        ("", {"AWS_CA_BUNDLE": ""}, "Invalid CA bundle"),
        ("", {"AWS_MAX_ATTEMPTS": "many"}, "AWS does not know who you are: .*'many'"),
        ("", {"AWS_RETRY_MODE": "eager"}, "AWS does not know who you are: .*eager"),
        ("", {"AWS_PROFILE": "absent"}, r"profile \(absent\) could not be found"),
        ("[default\n", {}, "Unable to parse config file"),
        ("", {"AWS_DEFAULT_REGION": "us east"}, "AWS has no region 'us east'"),
    ],
)
def test_a_setting_that_is_wrong_is_said_in_words(
    real: RealAccount, tmp_path: Path, config: str, more: dict[str, str], words: str
) -> None:
    given = {name: str(tmp_path) if value == "FOLDER" else value for name, value in more.items()}
    with pytest.raises(CourseError, match=f"(?s){words}"):
        caller(own(real, config, **({"AWS_MAX_ATTEMPTS": "1"} | given)))
    assert real.asked == []
    # A connection may have been opened, and broken off before anything was said in it.
    assert [one for one in real.other if "UNEXPECTED_EOF" not in one] == []


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_another_partition_is_refused_by_name(real: RealAccount, region: str, partition: str) -> None:
    with pytest.raises(CourseError, match=f"{region} is in AWS's partition {partition}, and the course supports"):
        caller(own(real, AWS_DEFAULT_REGION=region))
    assert (real.asked, real.other) == ([], [])


def test_a_region_that_is_none_and_a_profile_that_is_none_are_said(real: RealAccount) -> None:
    with pytest.raises(CourseError, match="AWS has no region 'mars'"):
        caller(own(real, AWS_DEFAULT_REGION="mars"))
    with pytest.raises(CourseError, match=r"The config profile \(nobody\) could not be found"):
        caller(own(real, AWS_PROFILE="nobody"))
    with pytest.raises(CourseError, match='the "mine" services configuration does not exist'):
        caller(own(real, "[default]\nservices=mine\n"))


def test_an_expired_session_says_it_in_the_words_of_aws_and_how_to_go_on(real: RealAccount) -> None:
    with pytest.raises(CourseError, match="The security token included in the request is expired") as refused:
        caller(own(real, AWS_ACCESS_KEY_ID=EXPIRED_KEY))
    assert "`aws sso login`" in str(refused.value)
    sso = (
        "sso_start_url=https://example.com/start\nsso_region=us-east-1\nsso_account_id=123456789012\nsso_role_name=r\n"
    )
    with pytest.raises(CourseError, match="Error loading SSO Token") as refused:
        caller(own(real, f"[profile sso]\nregion=us-east-1\n{sso}", AWS_PROFILE="sso") | {"AWS_ACCESS_KEY_ID": ""})
    assert "`aws sso login`" in str(refused.value)


def logged_in(real: RealAccount, for_minutes: float, refresh: str = "again") -> dict[str, str]:
    """What `aws login` leaves: a profile that names the session, and the session's token in a folder of its own."""
    session, key = f"arn:aws:iam::{ACCOUNT}:user/somebody", ec.generate_private_key(ec.SECP256R1())
    folder = Path(os.environ["HOME"]) / "login"
    folder.mkdir(exist_ok=True)
    token = {
        "accessToken": {
            "accessKeyId": KEY,
            "secretAccessKey": SECRET,
            "sessionToken": "token",
            "accountId": ACCOUNT,
            "expiresAt": f"{datetime.now(UTC) + timedelta(minutes=for_minutes):%Y-%m-%dT%H:%M:%SZ}",
        },
        "clientId": "arn:aws:signin:::devtools/same-device",
        "refreshToken": refresh,
        "dpopKey": key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode(),
    }
    (folder / f"{hashlib.sha256(session.encode()).hexdigest()}.json").write_text(json.dumps(token))
    variables = own(real, f"[profile me]\nregion=us-east-1\nlogin_session={session}\n", AWS_PROFILE="me")
    without = {name: value for name, value in variables.items() if "KEY" not in name}
    return without | {"AWS_LOGIN_CACHE_DIRECTORY": str(folder)}


@pytest.mark.parametrize("for_minutes", [14, -1])
def test_keys_that_come_by_aws_login_are_used_and_made_new(real: RealAccount, for_minutes: float) -> None:
    assert caller(logged_in(real, for_minutes)).account == ACCOUNT
    assert sum("refresh_token" in request for request in real.asked) == (for_minutes < 0)


def test_a_login_that_has_ended_says_how_to_go_on(real: RealAccount) -> None:
    with pytest.raises(CourseError, match="Please reauthenticate using 'aws login'") as refused:
        caller(logged_in(real, -1, ENDED_LOGIN))
    assert "run this cell again" in str(refused.value)


def with_a_device(real: RealAccount) -> dict[str, str]:
    """The variables of a profile whose role asks for the code of an MFA device."""
    variables = own(real)
    keys = {name: variables.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    config = Path(variables["AWS_CONFIG_FILE"])
    config.write_text(
        "[profile base]\n" + "".join(f"{name.lower()}={value}\n" for name, value in keys.items()) + "[profile mfa]\n"
        f"region=us-east-1\nsource_profile=base\nrole_arn=arn:aws:iam::{ACCOUNT}:role/r\nmfa_serial=arn:aws:iam::{ACCOUNT}:mfa/me\n"
    )
    return variables | {"AWS_PROFILE": "mfa"}


class NoInput(NotImplementedError):
    """What a kernel without a front end says, which `make test` and `make account` run lessons in."""


@pytest.mark.parametrize("nobody", [NoInput, EOFError])
def test_a_code_that_nobody_can_type_is_refused_and_says_how_to_go_on(
    real: RealAccount, monkeypatch: pytest.MonkeyPatch, nobody: type[Exception]
) -> None:
    def unheard(prompt: str) -> str:
        raise nobody

    monkeypatch.setattr(getpass, "getpass", unheard)
    with pytest.raises(CourseError, match=r"nobody can type one here.*\n.*aws sts get-caller-identity --profile"):
        caller(with_a_device(real))
    assert real.asked == []


def test_the_code_of_an_mfa_device_is_asked_for_once(real: RealAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt: asked.append(prompt) or "123456")  # type: ignore[func-returns-value]
    variables = with_a_device(real)
    for _ in range(2):
        assert caller(variables).account == ACCOUNT
    with account_guard.asking(variables):
        assert new_session().client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert len(asked) == 1, asked
    assert sum("Action=AssumeRole" in request for request in real.asked) == 1
    assert boto3.DEFAULT_SESSION is None, "closed afterwards"
