"""The quotas of a real account against what the lessons need of it. The account is a server that answers as
Service Quotas does: one operation, page by page."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import course
from course.account.instances import DEFAULT, Instances, chosen
from course.account.quotas import QuotaCheck
from course.account.settings import Settings
from course.errors import CourseError
from course.state_machines.review_workflow import workflow

ACCOUNT = "123456789012"
JOBS = {f"ml.m5.large for {kind} job usage": 2.0 for kind in ("processing", "training", "transform")}
ENOUGH = JOBS | {"ml.m5.large for endpoint usage": 2.0}


class ServiceQuotas(BaseHTTPRequestHandler):
    """ListServiceQuotas, a quota a page."""

    quotas: dict[str, dict[str, float]]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Target"] == "ServiceQuotasV20190624.ListServiceQuotas"
        page, known = int(asked.get("NextToken", 0)), list(self.quotas[asked["ServiceCode"]].items())
        answer = {"Quotas": [{"QuotaName": name, "Value": value} for name, value in known[page : page + 1]]}
        if page + 1 < len(known):
            answer["NextToken"] = str(page + 1)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, float]], QuotaCheck]]:
    """What the check says of an account with these quotas of SageMaker."""
    with ThreadingHTTPServer(("127.0.0.1", 0), ServiceQuotas) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, value in {
            "AWS_ENDPOINT_URL_SERVICE_QUOTAS": f"http://127.0.0.1:{server.server_port}",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)

        def check(
            quotas: dict[str, float],
            types: Instances = Instances(),  # noqa: B008
            region: str = "us-east-1",
        ) -> QuotaCheck:
            ServiceQuotas.quotas = {"sagemaker": quotas, "lambda": {"Concurrent executions": 1000.0}}
            return course.check_quotas(Settings("00", "aws", ACCOUNT, region, "bucket", "role", instances=types))

        yield check
        server.shutdown()


def test_lesson_06_has_two_endpoints_at_once(checked: Callable[[dict[str, float]], QuotaCheck]) -> None:
    one = checked(JOBS | {"ml.m5.large for endpoint usage": 1.0})
    assert "FAIL  ml.m5.large for endpoint usage: 1, 2 needed" in repr(one).splitlines()
    assert "Request an increase" in repr(one)
    two = checked(ENOUGH)
    assert two.ok
    assert repr(two).splitlines()[-1] == "Enough of everything."


def test_a_quota_that_is_not_listed_is_not_enough(checked: Callable[[dict[str, float]], QuotaCheck]) -> None:
    found = checked(JOBS)
    assert not found.ok
    assert "FAIL  ml.m5.large for endpoint usage: not listed, 2 needed" in repr(found)


def test_each_use_has_a_type_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_INSTANCE_TYPE", "ml.m5.xlarge")
    monkeypatch.setenv("COURSE_ENDPOINT_INSTANCE", " ml.t2.medium ")
    monkeypatch.setenv("COURSE_TRAINING_INSTANCE", "")
    assert chosen() == Instances("ml.m5.xlarge", "ml.m5.xlarge", "ml.t2.medium", "ml.m5.xlarge")
    monkeypatch.setenv("COURSE_TRANSFORM_INSTANCE", "m5.large")
    with pytest.raises(CourseError, match=r"COURSE_TRANSFORM_INSTANCE is 'm5\.large'"):
        chosen()


def test_each_use_is_held_against_the_quota_of_its_own_type(
    checked: Callable[..., QuotaCheck],
) -> None:
    types = Instances(endpoint="ml.t2.medium")
    lacking = checked(JOBS | {"ml.m5.large for endpoint usage": 2.0}, types)
    assert "FAIL  ml.t2.medium for endpoint usage: not listed, 2 needed" in repr(lacking)
    assert checked(JOBS | {"ml.t2.medium for endpoint usage": 2.0}, types).ok


def test_the_images_are_looked_for_in_the_region_for_each_use(checked: Callable[..., QuotaCheck]) -> None:
    here = checked(ENOUGH, region="eu-central-1")
    assert here.ok
    assert "OK    image for processing" in repr(here).splitlines()
    assert "OK    image for training, endpoint and transform" in repr(here).splitlines()
    without = checked(ENOUGH, region="mx-central-1")
    assert not without.ok
    assert "FAIL  image for processing: Unsupported region: mx-central-1" in repr(without).splitlines()
    assert "name another region" in repr(without).splitlines()[-1]


@pytest.mark.parametrize("type_", ["ml.m6g.large", "ml.c7gn.xlarge", "ml.r6gd.large", "ml.t4g.medium"])
def test_a_type_on_which_the_images_do_not_run_is_refused(monkeypatch: pytest.MonkeyPatch, type_: str) -> None:
    monkeypatch.setenv("COURSE_ENDPOINT_INSTANCE", type_)
    with pytest.raises(CourseError, match=f"COURSE_ENDPOINT_INSTANCE is '{type_}': it has AWS's Graviton"):
        chosen()
    for fits in ("ml.g4dn.xlarge", "ml.g5.xlarge", "ml.m6i.large", "ml.inf1.xlarge"):
        monkeypatch.setenv("COURSE_ENDPOINT_INSTANCE", fits)
        assert chosen().endpoint == fits


def test_the_cells_of_the_lessons_ask_for_the_types_of_their_uses() -> None:
    notebooks = (Path(course.__file__).parents[1] / "notebooks").glob("0*.ipynb")
    cells = [
        (path.stem, "".join(cell["source"]))
        for path in notebooks
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code" and '"InstanceType"' in "".join(cell["source"])
    ]
    literal = [name for name, source in cells if re.search(r'"InstanceType": "(?!\?)', source)]
    # A text that is no JSON, to show what is said of it.
    assert literal == ["05_build_the_processing_state"]
    asked = set(re.findall(r'"InstanceType": settings\.instances\.(\w+)', "\n".join(source for _, source in cells)))
    assert asked == {field.name for field in fields(Instances)}


def test_the_workflow_runs_on_the_types_of_its_uses() -> None:
    types = Instances("ml.m5.xlarge", "ml.c5.xlarge", "ml.t2.medium")
    states = workflow(Settings("07", "local", ACCOUNT, "us-east-1", "bucket", "role", instances=types))
    text = json.dumps(states)
    assert [text.count(f'"{one}"') for one in (types.processing, types.training, types.endpoint)] == [1, 1, 1]
    assert DEFAULT not in text


def test_the_embedded_aws_needs_no_check() -> None:
    settings = Settings("00", "local", ACCOUNT, "us-east-1", "bucket", "role")
    assert course.check_quotas(settings).ok
