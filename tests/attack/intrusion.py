"""The intruder at work: as a function's code, and as a job's script. What it got is for the tests to judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.local_aws.functions.functions_support import Lambda, zipped
from tests.local_aws.sagemaker.jobs_support import Bench, source, target

_INTRUDER = Path(__file__).with_name("intruder.py").read_text()
_HANDLER = "import intruder\ndef handler(event, context):\n    return intruder.attack(event)\n"


def of_a_function(functions: Lambda, plan: dict[str, Any], timeout: int) -> dict[str, Any]:
    """The intruder's report from a function with so many seconds."""
    package = zipped(**{"lambda_function.py": _HANDLER, "intruder.py": _INTRUDER})
    name = functions.create("", Code={"ZipFile": package}, Timeout=timeout, MemorySize=1024)
    report, error = functions.invoke(name, plan)
    assert error is None, report
    return report


def of_a_job(bench: Bench, plan: dict[str, Any]) -> dict[str, Any]:
    """The intruder's report from a processing job."""
    bench.put("attack/intruder.py", _INTRUDER)
    bench.put("attack/plan.json", json.dumps(plan))
    request = bench.processing(
        inputs=[source("attack", bench.uri("attack/"), "/opt/ml/processing/input/attack")],
        outputs=[target("got", bench.uri("got"), "/opt/ml/processing/output")],
    )
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", "/opt/ml/processing/input/attack/intruder.py"]
    bench.client.create_processing_job(**request)
    job = bench.processed(request["ProcessingJobName"])
    assert job["ProcessingJobStatus"] == "Completed", bench.log("ProcessingJobs", job["ProcessingJobName"])
    return json.loads(bench.get("got/got.json"))
