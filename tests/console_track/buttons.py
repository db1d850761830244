"""The console's buttons: what each does, as calls of boto3. What is typed and pasted comes from the page."""

from __future__ import annotations

import io
import json
import re
import shlex
import time
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from tests.console_track.page import Section

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 240
ACCOUNT, REGION, BUCKET = "123456789012", "us-east-1", "walked-by-hand"
HELLO = "def lambda_handler(event, context):\n    return {'statusCode': 200, 'body': 'Hello from Lambda!'}\n"


class Console:
    """The console's buttons, and what somebody has to remember from one page to the next."""

    def __init__(self) -> None:
        self.s3, self.iam, self.sqs = boto3.client("s3"), boto3.client("iam"), boto3.client("sqs")
        self.functions, self.logs = boto3.client("lambda"), boto3.client("logs")
        self.states, self.sagemaker = boto3.client("stepfunctions"), boto3.client("sagemaker")
        self.scheduler = boto3.client("scheduler")
        self.code: dict[str, str] = {}
        self.events: dict[str, str] = {}
        self.input = self.endpoint = ""

    # ---- S3 and IAM ----------------------------------------------------------------------------------

    def upload(self, path: str, folder: str) -> None:
        """Open the folder, upload a file of the project."""
        self.put(folder + Path(path).name, (ROOT / path).read_bytes())

    def put(self, key: str, body: bytes) -> None:
        """Upload what was just made."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def make_role(self, section: Section) -> None:
        """*Create role*, with a custom trust policy."""
        trust = section.texts["Trust policy"]
        self.iam.create_role(RoleName=section.field("Role name"), AssumeRolePolicyDocument=trust)

    def add_policy(self, section: Section, role: str, text: str = "Permissions") -> None:
        """*Create inline policy*."""
        name = section.field("Policy name")
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=section.texts[text])

    def role_of(self, function: str) -> str:
        """The role's name, as the function's page shows it."""
        return self.functions.get_function_configuration(FunctionName=function)["Role"].rpartition("/")[2]

    # ---- Lambda --------------------------------------------------------------------------------------

    def create_function(self, section: Section) -> str:
        """*Author from scratch*: the console makes a role that may write this function's log."""
        name, suffix = section.field("Function name"), uuid4().hex[:8]
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{name}:*"
        may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group}
        create = {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}
        role = self.iam.create_role(
            RoleName=f"{name}-role-{suffix}", Path="/service-role/", AssumeRolePolicyDocument=document(trust)
        )["Role"]
        policy = self.iam.create_policy(
            PolicyName=f"AWSLambdaBasicExecutionRole-{uuid4()}",
            Path="/service-role/",
            PolicyDocument=document(create, may),
        )["Policy"]
        self.iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=policy["Arn"])
        self.functions.create_function(
            FunctionName=name,
            Runtime=section.field("Runtime").lower().replace(" ", ""),
            Role=role["Arn"],
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": zipped(HELLO)},
        )
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    def deploy(self, name: str, code: str | bytes) -> None:
        """Paste into the editor and *Deploy*, or upload a .zip file."""
        package = zipped(code) if isinstance(code, str) else code
        self.functions.update_function_code(FunctionName=name, ZipFile=package)
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    def configure(self, name: str, **settings: Any) -> None:
        """*Configuration*, *Edit*, *Save*."""
        self.functions.update_function_configuration(FunctionName=name, **settings)
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    def test(self, name: str, event: str) -> tuple[bool, Any]:
        """*Test*: whether it went well, and what the box shows."""
        answer = self.functions.invoke(FunctionName=name, Payload=event)
        return "FunctionError" not in answer, json.load(answer["Payload"])

    def log(self, name: str) -> str:
        """*View CloudWatch logs*: all that the function has said."""
        try:
            found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return ""
        return "".join(event["message"] for event in found)

    def add_trigger(self, section: Section, name: str) -> None:
        """*Add trigger*: the bucket's permission, then its notification."""
        kind = {"PUT": "Put", "All object create events": "*"}[
            re.findall(r"\*\*(PUT|All [^*]+)\*\*", section.steps)[-1]
        ]
        self.functions.add_permission(
            FunctionName=name,
            StatementId=f"lambda-{uuid4()}",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=f"arn:aws:s3:::{BUCKET}",
            SourceAccount=ACCOUNT,
        )
        rules = [{"Name": one.lower(), "Value": section.field(one)} for one in ("Prefix", "Suffix")]
        arn = self.functions.get_function_configuration(FunctionName=name)["FunctionArn"]
        wanted = {"LambdaFunctionArn": arn, "Events": [f"s3:ObjectCreated:{kind}"]}
        self.notify([*self.triggers(), wanted | {"Filter": {"Key": {"FilterRules": rules}}}])

    def triggers(self) -> list[dict[str, Any]]:
        """*Event notifications* of the bucket."""
        return self.s3.get_bucket_notification_configuration(Bucket=BUCKET).get("LambdaFunctionConfigurations", [])

    def notify(self, triggers: list[dict[str, Any]]) -> None:
        """Save them."""
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"LambdaFunctionConfigurations": triggers}
        )

    def delete_trigger(self, name: str) -> None:
        """*Triggers*, *Delete*: of the bucket and of the function."""
        self.notify([one for one in self.triggers() if not one["LambdaFunctionArn"].endswith(f":{name}")])
        policy = json.loads(self.functions.get_policy(FunctionName=name)["Policy"])
        for statement in policy["Statement"]:
            self.functions.remove_permission(FunctionName=name, StatementId=statement["Sid"])

    # ---- Step Functions ------------------------------------------------------------------------------

    def machine(self, name: str) -> str:
        """The machine's ARN, by its name."""
        pages = self.states.get_paginator("list_state_machines").paginate()
        [arn] = [one["stateMachineArn"] for page in pages for one in page["stateMachines"] if one["name"] == name]
        return arn

    def create_machine(self, section: Section, text: str) -> None:
        """*Create*, with a role that is there."""
        role = re.findall(r"\*Execution role\*: choose `([^`]+)`", section.steps)[0]
        arn = self.iam.get_role(RoleName=role)["Role"]["Arn"]
        name = section.field("State machine name")
        self.states.create_state_machine(name=name, definition=section.texts[text], roleArn=arn)

    def definition(self, name: str) -> dict[str, Any]:
        """What the designer shows under *Code*."""
        return json.loads(self.states.describe_state_machine(stateMachineArn=self.machine(name))["definition"])

    def save(self, name: str, definition: str | dict[str, Any]) -> None:
        """*Save* in the designer."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        self.states.update_state_machine(stateMachineArn=self.machine(name), definition=text)

    def execute(self, name: str, data: str) -> dict[str, Any]:
        """*Execute*, and wait until the graph has come to rest."""
        return self.ended(self.states.start_execution(stateMachineArn=self.machine(name), input=data)["executionArn"])

    def ended(self, execution: str) -> dict[str, Any]:
        """The execution, once it has ended."""

        def look() -> dict[str, Any] | None:
            found = self.states.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return wait_for(look, "the end of the execution")

    def executions(self, name: str) -> list[str]:
        """The list *Executions*, the newest first."""
        found = self.states.list_executions(stateMachineArn=self.machine(name))["executions"]
        return [one["executionArn"] for one in found]

    def shell(self, section: Section) -> dict[str, str]:
        """Paste the command into CloudShell: its options."""
        [command] = section.inner("bash")
        words = shlex.split(command.replace("\\\n", " "))
        return {option: value for option, value in pairwise(words) if option.startswith("--")}

    def ask(self, section: Section, endpoint: str) -> Any:
        """The same, for a question to an endpoint; its name stands in place of `NAME`."""
        options = self.shell(section)
        answer = boto3.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=options["--endpoint-name"].replace("NAME", endpoint),
            ContentType=options["--content-type"],
            Body=options["--body"],
        )
        return json.load(answer["Body"])


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def zipped(code: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lambda_function.py", code)
    return packed.getvalue()


def wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come within {WAIT_SECONDS} s")


def named(listed: Callable[[], dict[str, Any]], member: str, name: str) -> list[str]:
    return [one[name] for one in listed()[member]]
