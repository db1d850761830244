"""The click paths of `docs/console.md`, one by one: what somebody does who reads that page, and sees afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from course.account.quotas import NEEDED
from tests.console_track.buttons import ACCOUNT, BUCKET, ROOT, Console, named, wait_for
from tests.console_track.page import Section

Step = Callable[["Console", Section], None]
STEPS: dict[tuple[str, str], Step] = {}


def step(lesson: str, *titles: str) -> Callable[[Step], Step]:
    """What is done at these click paths of a lesson."""

    def enter(does: Step) -> Step:
        STEPS.update({(lesson, title): does for title in titles})
        return does

    return enter


# ---- lesson 00 ---------------------------------------------------------------------------------------


@step("00", "Make the bucket and the SageMaker role")
def bucket_and_role(console: Console, section: Section) -> None:
    console.s3.create_bucket(Bucket=BUCKET)
    console.make_role(section)
    console.add_policy(section, section.field("Role name"))


@step("00", "Find the role's ARN")
def find_role(console: Console, section: Section) -> None:
    [name] = re.findall(r"Search for `([^`]+)`", section.steps)
    assert console.iam.get_role(RoleName=name)["Role"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/{name}"


@step("00", "Look at your quotas")
def look_at_quotas(console: Console, section: Section) -> None:
    """The embedded AWS has none. What is asked for is what the lessons ask for."""
    said = section.steps
    for service, name, needed in NEEDED:
        if service == "sagemaker":
            kind = name.partition(" for ")[2]
            assert re.search(rf"(at least|and) {needed} for [^.]*{kind.removesuffix(' usage')}", said), name


# ---- lesson 01 ---------------------------------------------------------------------------------------


@step("01", "Create a function")
def create_function(console: Console, section: Section) -> None:
    console.deploy(console.create_function(section), section.texts["lambda_function.py"])


@step("01", "Test a function")
def test_function(console: Console, section: Section) -> None:
    [event] = section.inner("json")
    well, answer = console.test("review-sentences", event)
    assert (well, len(answer["body"]["guitar"])) == (True, 3)


@step("01", "See what the context knows")
def see_context(console: Console, section: Section) -> None:
    console.deploy("review-sentences", *section.texts.values())
    assert console.test("review-sentences", "{}")[1]["function_name"] == "review-sentences"


@step("01", "Change the code, and break it")
def break_it(console: Console, section: Section) -> None:
    console.deploy("review-sentences", *section.texts.values())
    assert console.test("review-sentences", '{"key1": "value1"}')[1]["errorType"] == "KeyError"


@step("01", "Meet them all")
def meet_them_all(console: Console, section: Section) -> None:
    good, *bad = section.texts.values()
    console.deploy("review-sentences", good)
    assert console.test("review-sentences", "{}") == (True, {"statusCode": 400, "body": "no review"})
    assert len(bad) == 6
    for code in bad:
        console.deploy("review-sentences", code)
        well, answer = console.test("review-sentences", "{}")
        assert (well, "errorType" in answer) == (False, True)


@step("01", "From the function to its log")
def to_its_log(console: Console, section: Section) -> None:
    console.deploy("review-sentences", *section.texts.values())
    assert not console.test("review-sentences", "{}")[0]
    wait_for(lambda: "[ERROR] KeyError" in console.log("review-sentences"), "the error in the log")


# ---- lesson 02 ---------------------------------------------------------------------------------------


@step("02", "Upload the data set")
def upload_data(console: Console, section: Section) -> None:
    [path] = section.files()
    console.upload(path, "data/")


@step("02", "Create the function, and call it both ways")
def call_both_ways(console: Console, section: Section) -> None:
    console.deploy(console.create_function(section), *section.texts.values())
    [event] = section.inner("json")
    assert console.test("preprocess-reviews", event) == (True, {"statusCode": 200, "body": json.loads(event)})
    options = console.shell(section)
    answer = console.functions.invoke(
        FunctionName=options["--function-name"],
        InvocationType=options["--invocation-type"],
        Payload=options["--payload"],
    )
    assert answer["StatusCode"] == 202
    wait_for(lambda: console.log("preprocess-reviews").count("got {") == 2, "the lines of both runs")


@step("02", "Deploy the handler")
def deploy_the_handler(console: Console, section: Section) -> None:
    console.code["handler"] = section.texts["lambda_function.py"]
    console.deploy("preprocess-reviews", console.code["handler"])


@step("02", "See the time-out, and raise it")
def raise_time_out(console: Console, section: Section) -> None:
    [code], [event] = section.texts.values(), section.inner("json")
    console.deploy("preprocess-reviews", code)
    well, answer = console.test("preprocess-reviews", event)
    assert (well, "timed out" in answer["errorMessage"]) == (False, True)
    console.configure("preprocess-reviews", Timeout=seconds(section.field("Timeout")))
    assert console.test("preprocess-reviews", event)[0]
    console.deploy("preprocess-reviews", console.code["handler"])


@step("02", "Run the test event")
def run_test_event(console: Console, section: Section) -> None:
    console.events[section.field("Event name")] = section.texts["Test event"]
    well, answer = console.test("preprocess-reviews", section.texts["Test event"])
    assert (well, "AccessDenied" in answer["errorMessage"]) == (False, True)


@step("02", "Give the role access to S3")
def full_access(console: Console, section: Section) -> None:
    [policy] = re.findall(r"Search for `([^`]+)`", section.steps)
    role = console.role_of("preprocess-reviews")
    console.iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    assert console.test("preprocess-reviews", console.events["musical-instruments"])[0]


@step("02", "The same policy")
def least_policy(console: Console, section: Section) -> None:
    role, event = console.role_of("preprocess-reviews"), console.events["musical-instruments"]
    console.add_policy(section, role)
    [policy] = re.findall(r"tick `([^`]+)`, \*\*Remove", section.steps)
    console.iam.detach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    assert console.test("preprocess-reviews", event)[0]
    [key] = re.findall(r"key `([^`]+)`", section.steps)
    denied = re.sub(r'"key": "[^"]*"', f'"key": "{key}"', event)
    assert "AccessDenied" in console.test("preprocess-reviews", denied)[1]["errorMessage"]


@step("02", "Look at the sets")
def look_at_sets(console: Console, section: Section) -> None:
    found = {one["Key"] for one in console.s3.list_objects_v2(Bucket=BUCKET, Prefix="data/t")["Contents"]}
    assert {key.split("/")[1] for key in found} == {"train", "test"}


@step("02", "Upload the package")
def upload_package(console: Console, section: Section) -> None:
    [path] = section.files()
    console.deploy("preprocess-reviews", (ROOT / path).read_bytes())
    [event] = re.findall(r"with the event `([^`]+)`", section.steps)
    assert console.test("preprocess-reviews", console.events[event])[0]


# ---- lesson 03 ---------------------------------------------------------------------------------------


@step("03", "The function and its role")
def function_for_uploads(console: Console, section: Section) -> None:
    name, [path] = console.create_function(section), section.files()
    console.deploy(name, (ROOT / path).read_bytes())
    console.configure(name, Timeout=seconds(section.field("Timeout")))
    console.add_policy(section, console.role_of(name))


@step("03", "Add the trigger")
def put_trigger(console: Console, section: Section) -> None:
    console.add_trigger(section, "preprocess-uploads")
    assert console.triggers()[0]["Events"] == ["s3:ObjectCreated:Put"]


@step("03", "Upload and watch")
def upload_and_watch(console: Console, section: Section) -> None:
    [path] = section.files()
    console.upload(path, "data/")
    name = Path(path).name.split(".")[0]
    for part in ("train", "test"):
        key = f"data/{part}/{name}_{part}.txt"
        wait_for(lambda key=key: console.s3.list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"], key)


@step("03", "A failure destination")
def failure_destination(console: Console, section: Section) -> None:
    url = console.sqs.create_queue(QueueName=section.field("Name"))["QueueUrl"]
    arn = console.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    console.add_policy(section, console.role_of("preprocess-uploads"), "Permission to report failures")
    console.functions.put_function_event_invoke_config(
        FunctionName="preprocess-uploads", DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    [broken] = re.findall(r"call it `([^`]+)`", section.steps)
    console.put(f"data/{broken}", b"any words")
    [message] = wait_for(lambda: console.sqs.receive_message(QueueUrl=url).get("Messages"), "the failure's message")
    assert broken in message["Body"]


@step("03", "Let every upload count")
def every_upload(console: Console, section: Section) -> None:
    assert "tick **All object create events**" in section.steps
    console.notify([one | {"Events": ["s3:ObjectCreated:*"]} for one in console.triggers()])


@step("03", "Delete the trigger")
def delete_trigger(console: Console, section: Section) -> None:
    [name] = re.findall(r"the function `([^`]+)`", section.steps)
    console.delete_trigger(name)
    assert console.triggers() == []


# ---- lesson 04 ---------------------------------------------------------------------------------------


@step("04", "Create and run a state machine")
def smallest_machine(console: Console, section: Section) -> None:
    console.make_role(section)
    console.create_machine(section, "The smallest machine")
    [data] = re.findall(r"takes the input, `([^`]+)`", section.steps)
    assert console.execute(section.field("State machine name"), data)["output"] == '"Hello from Step Functions!"'


@step("04", "Try an expression")
def try_expression(console: Console, section: Section) -> None:
    role = console.iam.get_role(RoleName=section.field("Execution role"))["Role"]["Arn"]
    [data] = re.findall(r"such as `([^`]+)`", section.steps)
    [expression] = re.findall(r"`({%[^`]+%})`", section.steps)
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}
    answer = console.states.test_state(definition=json.dumps(state), roleArn=role, input=data)
    assert answer["output"] == '"data/reviews.zip"'


@step("04", "The function, and the changed machine")
def changed_machine(console: Console, section: Section) -> None:
    console.deploy(console.create_function(section), section.texts["lambda_function.py"])
    [role] = re.findall(r"open `([^`]+)`", section.steps)
    console.add_policy(section, role)
    console.save("review-states", section.texts["The whole definition"])


@step("04", "Execute it, and look")
def execute_and_look(console: Console, section: Section) -> None:
    with_text, without = section.inner("json")
    assert json.loads(console.execute("review-states", with_text)["output"])["count"] == 3
    assert console.execute("review-states", without)["error"] == "EmptyReview"


@step("04", "Retry and catch")
def catch_in_small(console: Console, section: Section) -> None:
    console.save("review-states", section.texts["The definition with Retry and Catch"])
    [data] = section.inner("json")
    assert "what" in json.loads(console.execute("review-states", data)["output"])


@step("04", "Open an older machine")
def older_machine(console: Console, section: Section) -> None:
    console.save("review-states", section.texts["The older machine"])
    [data] = section.inner("json")
    assert json.loads(console.execute("review-states", data)["output"])["title"] == "5 stars in 2 sentences"


# ---- lesson 05 ---------------------------------------------------------------------------------------


@step("05", "Make the machine's role")
def role_of_the_workflow(console: Console, section: Section) -> None:
    console.make_role(section)
    console.add_policy(section, section.field("Role name"))
    console.code |= {title: section.texts[title] for title in ("Trust policy", "Permissions")}


@step("05", "Create a state machine")
def first_definition(console: Console, section: Section) -> None:
    console.create_machine(section, "The first definition")


@step("05", "Wait for the job")
def drag_the_action(console: Console, section: Section) -> None:
    [action] = re.findall(r"search the left panel for `([^`]+)`", section.steps)
    definition = console.definition("review-workflow")
    job = {"Type": "Task", "Resource": f"arn:aws:states:::sagemaker:{action[0].lower()}{action[1:]}.sync"}
    definition["States"]["Preprocess"] = job | {"Next": definition["States"]["Preprocess"]["Next"]}
    console.code["review-workflow"] = json.dumps(definition)


@step("05", "The arguments")
def arguments(console: Console, section: Section) -> None:
    fill(console, "Preprocess", Arguments=section.texts["Arguments of Preprocess"])


@step("05", "Output and variables")
def output_and_variables(console: Console, section: Section) -> None:
    texts = section.texts
    fill(console, "Preprocess", Output=texts["Output of Preprocess"], Assign=texts["Variables of Preprocess"])


@step("05", "Save the changed machine")
def save_the_machine(console: Console, section: Section) -> None:
    """Filled in field by field, it is what can be pasted as a whole."""
    whole = section.texts["The whole definition"]
    assert json.loads(console.code["review-workflow"]) == json.loads(whole)
    console.save("review-workflow", whole)


@step("05", "Upload the data set and the script")
def upload_script(console: Console, section: Section) -> None:
    for path in section.files():
        console.upload(path, "data/" if path.startswith("data/") else "code/")


@step("05", "Execute, and follow")
def execute_preprocessing(console: Console, section: Section) -> None:
    console.input = section.texts["Input"]
    ended = console.execute("review-workflow", console.input)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")


# ---- lesson 06 ---------------------------------------------------------------------------------------


@step("06", "The training state")
def training_state(console: Console, section: Section) -> None:
    definition = json.loads(console.code["review-workflow"])
    resource = "arn:aws:states:::sagemaker:createTrainingJob.sync"
    definition["States"]["Train"] = {"Type": "Task", "Resource": resource, "Next": "Create model"}
    console.code["review-workflow"] = json.dumps(definition)
    [variables] = section.inner("json")
    texts = section.texts
    fill(console, "Train", Arguments=texts["Arguments of Train"], Output=texts["Output of Train"], Assign=variables)


@step("06", "Deploy")
def whole_definition(console: Console, section: Section) -> None:
    role, group = section.field("Role name"), section.field("Schedule group name")
    console.iam.create_role(RoleName=role, AssumeRolePolicyDocument=section.texts["Trust policy of the ends"])
    console.iam.put_role_policy(RoleName=role, PolicyName="course", PolicyDocument=section.texts["Policy of the ends"])
    console.scheduler.create_schedule_group(Name=group)
    whole = section.texts["The whole definition"]
    filled_in = json.loads(console.code["review-workflow"])["States"]
    assert {name: json.loads(whole)["States"][name] for name in ("Preprocess", "Train")} == filled_in
    console.save("review-workflow", whole)


@step("06", "Execute, and follow")
def execute_to_the_end(console: Console, section: Section) -> None:
    ended = console.execute("review-workflow", section.texts["Input"])
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    console.endpoint = json.loads(ended["output"])["endpoint"]


@step("06", "Ask the endpoint")
def ask_the_endpoint(console: Console, section: Section) -> None:
    [answer] = console.ask(section, console.endpoint)
    assert answer["label"][0].startswith("__label__")


@step("06", "Batch transform")
def batch_transform(console: Console, section: Section) -> None:
    [questions] = section.inner("json")
    source = section.field("S3 location")
    console.put(source.removeprefix(f"s3://{BUCKET}/"), questions.encode())
    name = f"by-hand-{uuid4().hex[:8]}"
    console.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=console.endpoint,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": section.field("Content type"),
            "SplitType": section.field("Split type"),
        },
        TransformOutput={
            "S3OutputPath": section.field("S3 output path"),
            "AssembleWith": section.field("Assemble with"),
        },
        TransformResources={
            "InstanceType": section.field("Instance type"),
            "InstanceCount": int(section.field("Instance count")),
        },
    )
    wait_for(lambda: "InProgress" not in console.sagemaker.describe_transform_job(TransformJobName=name).values(), name)
    answers = console.s3.get_object(Bucket=BUCKET, Key="batch/answers/questions.jsonl.out")["Body"].read()
    assert len(answers.splitlines()) == len(questions.splitlines())


@step("06", "Make it fail")
def make_it_fail(console: Console, section: Section) -> None:
    definition = json.dumps(console.definition("review-workflow"))
    [letter, word] = re.findall(r"take the last `(.)` of `([^`]+)` away", section.steps)[0]
    before, _, after = word.rpartition(letter)
    console.save("review-workflow", definition.replace(word, before + after))
    ended = console.execute("review-workflow", console.input)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    console.save("review-workflow", definition)


@step("06", "Retry and catch")
def catch(console: Console, section: Section) -> None:
    text = section.texts["The definition with Retry and Catch"]
    [letter, word] = re.findall(r"take the last `(.)` of `([^`]+)` away", section.steps)[0]
    before, _, after = word.rpartition(letter)
    console.save("review-workflow", text.replace(word, before + after))
    ended = console.execute("review-workflow", console.input)
    assert (ended["error"], ended["cause"].startswith("AlgorithmError")) == ("Preprocess failed", True)
    console.save("review-workflow", text)


# ---- lesson 07 ---------------------------------------------------------------------------------------


@step("07", "The state machine for uploads")
def machine_for_uploads(console: Console, section: Section) -> None:
    console.create_machine(section, "The whole definition")


@step("07", "The function and its role")
def starting_function(console: Console, section: Section) -> None:
    name = console.create_function(section)
    console.deploy(name, section.texts["lambda_function.py"])
    [key] = re.findall(r"\*Key\* `([^`]+)`", section.steps)
    address = section.texts["Address of the state machine"]
    assert address == console.machine("upload-workflow")
    time_out = seconds(section.field("Timeout"))
    console.configure(name, Timeout=time_out, Environment={"Variables": {key: address}})
    console.add_policy(section, console.role_of(name))


@step("07", "The trigger")
def trigger_for_all(console: Console, section: Section) -> None:
    console.add_trigger(section, "start-workflow")
    assert console.triggers()[0]["Events"] == ["s3:ObjectCreated:*"]


@step("07", "Drop a file, and watch")
def drop_a_file(console: Console, section: Section) -> None:
    [path] = section.files()
    console.upload(path, "data/")
    [execution] = wait_for(lambda: console.executions("upload-workflow"), "the execution")
    ended = console.ended(execution)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    [answer] = console.ask(section, "")
    assert answer["label"][0].startswith("__label__")


@step("07", "The same upload twice")
def same_upload(console: Console, section: Section) -> None:
    [path] = section.files()
    console.upload(path, "data/")
    wait_for(lambda: "already started" in console.log("start-workflow"), "the second upload's line")
    assert len(console.executions("upload-workflow")) == 1


@step("07", "See a failure")
def see_a_failure(console: Console, section: Section) -> None:
    [rubbish] = re.findall(r"call it `([^`]+)`", section.steps)
    console.put(f"data/{rubbish}", b"any words")
    wait_for(lambda: len(console.executions("upload-workflow")) == 2, "the second execution")
    ended = console.ended(console.executions("upload-workflow")[0])
    assert (ended["error"], rubbish in ended["cause"]) == ("Preprocess failed", True)


# ---- lesson 08 ---------------------------------------------------------------------------------------


@step("08", "The archives and the function")
def archives_and_function(console: Console, section: Section) -> None:
    good, broken = section.files()[0], "part-02.json.zip"
    names = re.findall(r"`(part-\d\d\.json\.zip)`", section.steps)
    for name in names:
        console.put(f"many/{name}", b"any words" if name == broken else (ROOT / good).read_bytes())
    name = console.create_function(section)
    console.deploy(name, (ROOT / section.files()[-1]).read_bytes())
    memory = int(section.field("Memory").removesuffix(" MB"))
    console.configure(name, Timeout=seconds(section.field("Timeout")), MemorySize=memory)
    console.add_policy(section, console.role_of(name), "Policy of the function")


@step("08", "A Map")
def inline_map(console: Console, section: Section) -> None:
    role, [of_the_map, of_the_jobs] = section.field("Role name"), section.fields("Policy name")
    console.iam.create_role(RoleName=role, AssumeRolePolicyDocument=console.code["Trust policy"])
    policies = {of_the_map: section.texts["Policy of the machine"], of_the_jobs: console.code["Permissions"]}
    for name, text in policies.items():
        console.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)
    console.create_machine(section, "The inline Map")
    assert console.execute("scale-out", given(section))["error"] == "PreprocessingFailed"


@step("08", "A Distributed Map and its run")
def distributed_map(console: Console, section: Section) -> None:
    console.save("scale-out", section.texts["The Distributed Map"])
    ended = console.execute("scale-out", given(section))
    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    assert (counts := items(console, ended))["failed"] == 1 and counts["total"] == 3


@step("08", "Batches")
def batches(console: Console, section: Section) -> None:
    console.save("scale-out", section.texts["The map with batches"])
    ended = console.execute("scale-out", given(section))
    assert (ended["error"], items(console, ended)["failed"]) == ("States.ExceedToleratedFailureThreshold", 3)


@step("08", "Redrive")
def redrive(console: Console, section: Section) -> None:
    [good], [name] = section.files(), re.findall(r"call the copy `([^`]+)`", section.steps)
    console.put(f"many/{name}", (ROOT / good).read_bytes())
    failed = console.executions("scale-out")[1]
    console.states.redrive_execution(executionArn=failed)
    ended = console.ended(failed)
    assert (ended["status"], items(console, ended)["succeeded"]) == ("SUCCEEDED", 3)


@step("08", "A job on two instances")
def two_instances(console: Console, section: Section) -> None:
    console.put("many/join/join.py", section.texts["join.py"].encode())
    for path in section.files():
        console.upload(path, "many/code/")
    console.save("scale-out", section.texts["Two jobs, one after the other"])
    ended = console.execute("scale-out", given(section))
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    joined = {one["Key"] for one in console.s3.list_objects_v2(Bucket=BUCKET, Prefix="many/joined/")["Contents"]}
    assert joined == {f"many/joined/{name}" for name in re.findall(r"`(reviews_\w+\.txt)`", section.steps)}


# ---- lesson 09 ---------------------------------------------------------------------------------------


@step("09", "What is left")
def what_is_left(console: Console, section: Section) -> None:
    # The endpoint itself may have ended by its schedule: two hours are 36 s here.
    assert console.sagemaker.list_endpoint_configs()["EndpointConfigs"]


@step("09", "Delete by hand")
def delete_by_hand(console: Console, section: Section) -> None:
    """Whatever is in a list of the console and is named on the page."""
    sagemaker, states, iam = console.sagemaker, console.states, console.iam
    functions = section.named("Lambda", "Functions")
    console.delete_trigger(re.findall(r"\*\*Lambda\*\*, `([^`]+)`", section.steps)[0])
    endpoint, begins = section.named("SageMaker AI", "Inference", "Endpoints")
    for name in named(sagemaker.list_endpoints, "Endpoints", "EndpointName"):
        if name == endpoint or name.startswith(begins):
            sagemaker.delete_endpoint(EndpointName=name)
    for name in named(sagemaker.list_endpoint_configs, "EndpointConfigs", "EndpointConfigName"):
        if name.startswith(begins):
            sagemaker.delete_endpoint_config(EndpointConfigName=name)
    for name in named(sagemaker.list_models, "Models", "ModelName"):
        if name.startswith(begins):
            sagemaker.delete_model(ModelName=name)
    for machine in states.list_state_machines()["stateMachines"]:
        if machine["name"] in section.named("Step Functions", "State machines"):
            states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    for name in named(console.functions.list_functions, "Functions", "FunctionName"):
        if name in functions:
            console.functions.delete_function(FunctionName=name)
    for url in console.sqs.list_queues()["QueueUrls"]:
        if url.rpartition("/")[2] in section.named("SQS", "Queues"):
            console.sqs.delete_queue(QueueUrl=url)
    *roles, policies = section.named("IAM", "Roles")
    for name in named(iam.list_roles, "Roles", "RoleName"):
        if name in roles or name.startswith(tuple(f"{function}-role-" for function in functions)):
            delete_role(iam, name)
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        if policy["PolicyName"].startswith(policies):
            iam.delete_policy(PolicyArn=policy["Arn"])
    of_functions, of_jobs = section.named("CloudWatch", "Log groups")
    for name in named(console.logs.describe_log_groups, "logGroups", "logGroupName"):
        if name.removeprefix(of_functions) in functions or name.startswith(of_jobs):
            console.logs.delete_log_group(logGroupName=name)
    for name in section.named("Amazon EventBridge", "Scheduler", "Schedule groups"):
        console.scheduler.delete_schedule_group(Name=name)
    for one in console.s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        console.s3.delete_object(Bucket=BUCKET, Key=one["Key"])
    console.s3.delete_bucket(Bucket=BUCKET)


def delete_role(iam: Any, name: str) -> None:
    """What the console's *Delete* of a role does: its policies go with it."""
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def fill(console: Console, state: str, **fields: str) -> None:
    """Fill in fields of a state in the designer."""
    definition = json.loads(console.code["review-workflow"])
    definition["States"][state] |= {name: json.loads(text) for name, text in fields.items()}
    console.code["review-workflow"] = json.dumps(definition)


def given(section: Section) -> str:
    """The input that is to be typed in."""
    [data] = re.findall(r"the input,? `([^`]+)`", section.steps)
    return data


def items(console: Console, execution: dict[str, Any]) -> dict[str, int]:
    """The counts on the page of the execution's Map Run."""
    [run] = console.states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    return console.states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]


def seconds(said: str) -> int:
    """`5 min 0 sec`, as the console has it."""
    minutes, rest = re.findall(r"(\d+) (?:min|sec)", said)
    return 60 * int(minutes) + int(rest)
