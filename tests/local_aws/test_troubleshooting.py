"""Every error text that `docs/troubleshooting.md` quotes is one that a learner can really meet.

Each is brought about on the embedded AWS and compared with the page, where `…` stands for anything. A text that is
added to the page, or changed there, fails until it is brought about here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.functions.functions_support import LOGS, Lambda
from tests.local_aws.sagemaker.hosting_support import Hosting, packed, train
from tests.local_aws.sagemaker.jobs_support import Bench
from tests.local_aws.states.states_support import Workflows

PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"
SECTIONS = ("Lambda", "The trigger", "Step Functions", "SageMaker")
NO_ERRORS = {"@", "__label__1"}
"""What the first column names in code without being a message."""


class Learner:
    """Somebody who does everything wrong, on a running embedded AWS."""

    def __init__(self, aws: Any, wait_until: Callable[..., Any], folder: Path):
        self.aws, self.folder = aws, folder
        self.functions, self.workflows = Lambda(aws), Workflows(aws)
        self.bench, self.hosting = Bench(aws), Hosting(aws, wait_until)
        self.s3, self.states = aws.client("s3"), aws.client("stepfunctions")

    # ---- Lambda --------------------------------------------------------------------------------------

    def invoked(self, body: str, head: str = "", **options: Any) -> str:
        """What a function says that has this body: type and message of its error."""
        source = f"{head}\ndef handler(event, context):\n    {body}"
        payload, _ = self.functions.invoke(self.functions.create(source, **options))
        return f"{payload.get('errorType')}: {payload.get('errorMessage')}"

    def reading(self, call: str, *actions: str) -> str:
        """What a function says that reads a bucket, under a role that allows these actions and its log."""
        rights = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
        role = self.aws.role("lambda.amazonaws.com", *rights, managed=(LOGS,))
        body = f"boto3.client('s3').{call}"
        return self.invoked(body.replace("BUCKET", self.bench.bucket), "import boto3", Role=role, Timeout=30)

    def role_that_lambda_cannot_assume(self) -> str:
        role = self.aws.role("states.amazonaws.com")
        return refusal(lambda: self.functions.create("def handler(event, context): pass", Role=role))

    def update_during_an_update(self) -> str:
        """Two updates of the code at once: most likely refused at the first try, and tried until it is."""
        name, client = self.functions.create("def handler(event, context): pass"), self.functions.client
        for timeout in range(3, 300):
            try:
                client.update_function_configuration(FunctionName=name, Timeout=timeout)
            except ClientError as error:
                return str(error)
        raise AssertionError("each update was over before the next one came")

    # ---- the trigger ---------------------------------------------------------------------------------

    def trigger(self, *suffixes: str, permission: bool) -> str:
        """What S3 says to triggers for keys with these ends."""
        name, bucket = self.functions.create("def handler(event, context): pass"), self.bench.bucket
        arn = self.functions.client.get_function_configuration(FunctionName=name)["FunctionArn"]
        if permission:
            self.functions.client.add_permission(
                FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
            )
        rules = [
            {
                "LambdaFunctionArn": arn,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": suffix}]}},
            }
            for suffix in suffixes
        ]
        return refusal(
            lambda: self.s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": rules}
            )
        )

    # ---- Step Functions ------------------------------------------------------------------------------

    def execution(self, state: dict[str, Any], **options: Any) -> str:
        """What an execution of one state says when it has failed: error and cause."""
        machine = self.workflows.create({"StartAt": "A", "States": {"A": state | {"End": True}}}, **options)
        description = self.workflows.run(machine)
        return f"{description['error']}: {description['cause']}"

    def definition(self, state: dict[str, Any], **more: Any) -> str:
        """What Step Functions says to the definition of a machine."""
        document = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}} | more
        return refusal(
            lambda: self.states.create_state_machine(
                name="never-made", roleArn=self.workflows.role, definition=json.dumps(document)
            )
        )

    def job_state(self, **more: Any) -> dict[str, Any]:
        """A state that runs a processing job to its end."""
        request = self.bench.processing("raise SystemExit(1)", **more)
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
            "Arguments": request,
        }

    def without_rules(self) -> str:
        role = self.aws.role("states.amazonaws.com", {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"})
        definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": self.job_state() | {"End": True}}}
        return refusal(
            lambda: self.states.create_state_machine(name="never-made", roleArn=role, definition=json.dumps(definition))
        )

    def without_tags(self) -> str:
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        no_tags = {"Effect": "Deny", "Action": "sagemaker:AddTags", "Resource": "*"}
        role = self.aws.role("states.amazonaws.com", everything, no_tags)
        return self.execution(self.job_state(), roleArn=role)

    def name_used_before(self) -> str:
        request = self.bench.processing("")
        self.bench.client.create_processing_job(**request)
        return self.execution(self.job_state() | {"Arguments": request})

    def machine_that_is_being_deleted(self) -> str:
        """It still waits when it is deleted, and made again."""
        wait = {"Type": "Wait", "Seconds": 36000, "End": True}
        machine = self.workflows.states(Wait=wait)
        execution = self.workflows.start(machine)
        self.states.delete_state_machine(stateMachineArn=machine)
        said = refusal(
            lambda: self.workflows.create(
                {"StartAt": "Wait", "States": {"Wait": wait}}, name=machine.rpartition(":")[2]
            )
        )
        self.states.stop_execution(executionArn=execution)
        return said

    def execution_name_used_before(self) -> str:
        machine = self.workflows.states(A={"Type": "Pass", "End": True})
        self.workflows.wait(self.workflows.start(machine, {"data": "one"}, name="once"))
        return refusal(lambda: self.workflows.start(machine, {"data": "another"}, name="once"))

    # ---- SageMaker -----------------------------------------------------------------------------------

    def quota(self) -> str:
        cluster = {"InstanceCount": 1, "InstanceType": "ml.p3.2xlarge", "VolumeSizeInGB": 1}
        request = self.bench.processing("", ProcessingResources={"ClusterConfig": cluster})
        return refusal(lambda: self.bench.client.create_processing_job(**request))

    def nothing_to_read(self) -> str:
        request = self.bench.processing("")
        request["ProcessingInputs"][0]["S3Input"]["S3Uri"] = self.bench.uri("nothing/")
        return refusal(lambda: self.bench.client.create_processing_job(**request))

    def job_command(self, *command: str) -> str:
        """Why a job failed that begins with this command."""
        request = self.bench.processing("")
        request["AppSpecification"]["ContainerEntrypoint"] = list(command)
        self.bench.client.create_processing_job(**request)
        return self.bench.processed(request["ProcessingJobName"])["FailureReason"]

    def question_without_content_type(self) -> str:
        path = self.folder / "model.bin"
        train(path, ("1", "2"), seed=1)
        endpoint = self.hosting.serve({"ModelName": self.hosting.model(packed(model_bin=path.read_bytes()))})
        said = refusal(lambda: self.hosting.invoke(endpoint, '{"instances": ["great sound"]}'))
        self.hosting.delete(endpoint)
        return said


def refusal(call: Callable[[], Any]) -> str:
    """What boto3 raises, as a learner reads it."""
    with pytest.raises(ClientError) as raised:
        call()
    return str(raised.value)


def output(expression: str) -> dict[str, Any]:
    return {"Type": "Pass", "Output": expression, "End": True}


MET: dict[str, Callable[[Learner], str]] = {
    "Runtime.ImportModuleError: Unable to import module 'lambda_function': No module named '…'": (
        lambda learner: learner.invoked("pass", "import no_such_package")
    ),
    "Runtime.HandlerNotFound: Handler '…' missing on module '…'": (
        lambda learner: learner.invoked("pass", Handler="lambda_function.other")
    ),
    "Runtime.UserCodeSyntaxError": lambda learner: learner.invoked("return ("),
    "Runtime.MarshalError: Unable to marshal response: … is not JSON serializable": (
        lambda learner: learner.invoked("return {1}")
    ),
    "Sandbox.Timedout: … Task timed out after … seconds": (
        lambda learner: learner.invoked("import time; time.sleep(60)", Timeout=1)
    ),
    "Runtime.OutOfMemory": lambda learner: learner.invoked("return len(bytearray(10**9))"),
    "signal: killed": lambda learner: learner.invoked("return len(bytearray(10**9))"),
    "[Errno 30] Read-only file system": lambda learner: learner.invoked("open('here.txt', 'w')"),
    "AccessDenied … is not authorized to perform: s3:GetObject on resource: …": (
        lambda learner: learner.reading("get_object(Bucket='BUCKET', Key='a')")
    ),
    "(403) when calling the HeadObject operation: Forbidden": (
        lambda learner: learner.reading("download_file('BUCKET', 'a', '/tmp/a')")
    ),
    "NoSuchKey": lambda learner: learner.reading("get_object(Bucket='BUCKET', Key='two+words')", "s3:*"),
    "The role defined for the function cannot be assumed by Lambda": Learner.role_that_lambda_cannot_assume,
    "ResourceConflictException … An update is in progress": Learner.update_during_an_update,
    "Unable to validate the following destination configurations": (
        lambda learner: learner.trigger(".zip", permission=False)
    ),
    "Configuration is ambiguously defined. Cannot have overlapping suffixes …": (
        lambda learner: learner.trigger(".zip", ".json.zip", permission=True)
    ),
    "… returned nothing (undefined)": lambda learner: learner.execution(output("{% $states.input.prefx %}")),
    "INVALID_JSONATA_EXPRESSION": lambda learner: learner.definition(output("{% $states.input.( %}")),
    "Reference to '…' at the top level is not supported": lambda learner: learner.definition(output("{% bucket %}")),
    "MISSING_TRANSITION_TARGET": lambda learner: learner.definition({"Type": "Pass", "Next": "B"}),
    "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata'": (
        lambda learner: learner.definition(output("{% 1 %}"), QueryLanguage="JSONPath")
    ),
    'The field "…" is not supported by Step Functions': (
        lambda learner: learner.definition(learner.job_state(RoleAm="arn") | {"End": True})
    ),
    "is not authorized to create managed-rule": Learner.without_rules,
    "StateMachineDeleting … State Machine is being deleted": Learner.machine_that_is_being_deleted,
    "… sagemaker:AddTags …": Learner.without_tags,
    "SageMaker.ResourceInUseException: Job name must be unique …": Learner.name_used_before,
    "ExecutionAlreadyExists": Learner.execution_name_used_before,
    "States.TaskFailed": lambda learner: learner.execution(learner.job_state()),
    "ResourceLimitExceeded … is 0 Instances": Learner.quota,
    'No S3 objects found under S3 URL "…"': Learner.nothing_to_read,
    "AlgorithmError: , exit code: 2": lambda learner: learner.job_command("python3", "/opt/ml/processing/gone.py"),
    "AlgorithmError: , exit code: 127": lambda learner: learner.job_command("python3 script.py"),
    "Received client error (415) … not supported": Learner.question_without_content_type,
    "Endpoint … of account … not found": lambda learner: refusal(lambda: learner.hosting.invoke("gone", "{}")),
}
"""The quoted texts, and how a learner comes to read them."""


@pytest.fixture(scope="module")
def learner(aws, wait_until, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    return Learner(aws, wait_until, tmp_path_factory.mktemp("learner"))


@pytest.mark.parametrize("text", MET)
def test_a_quoted_text_is_what_a_learner_reads(learner: Learner, text: str) -> None:
    said = MET[text](learner)
    pattern = ".*".join(re.escape(part.strip()) for part in text.split("…"))
    assert re.search(pattern, said, re.DOTALL), said


def test_the_page_quotes_these_texts_and_no_other() -> None:
    assert quoted(PAGE.read_text(encoding="utf-8")) == MET.keys() | NO_ERRORS


def quoted(page: str) -> set[str]:
    """The texts in code in the first column of the tables about the services."""
    found = set()
    for section in page.split("\n## ")[1:]:
        if section.partition("\n")[0] in SECTIONS:
            rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")][1:]
            found |= {text for row in rows for text in re.findall(r"`([^`]+)`", row)}
    return found
