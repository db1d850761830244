"""The panels in a real JupyterLab: by mouse, by keyboard, with the clipboard, and for a screen reader.

Each test uses one panel as a learner would, then looks at it in both themes: axe-core must find no serious
fault, nothing may be cut off, and a picture is kept.
"""

from __future__ import annotations

import json

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

import course
from tests.browser.jupyter_lab import choose_theme, clipboard, photograph
from tests.course.panels.resources import document, make_bucket, make_function, statement

AXE = Axe()
ECHO = """
    def lambda_handler(event, context):
        print("keys:", sorted(event))
        return {"statusCode": 200, "body": event.get("key1", "no key1")}
"""


@pytest.fixture(scope="module")
def echo(aws) -> str:
    """A function that answers with a part of its event."""
    return make_function(ECHO, "echo")


def says(panel: Locator, words: str) -> None:
    """Wait until the status line says something."""
    expect(panel.locator(".course-status")).to_contain_text(words)


def button(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("button", name=name, exact=True)


def control(panel: Locator, label: str) -> Locator:
    """The control with this label, as assistive technology finds it."""
    return panel.get_by_label(label, exact=True)


def tab_to(panel: Locator, target: Locator, most: int = 40) -> None:
    """Reach a control by the Tab key alone, from where the focus is."""
    for _ in range(most):
        panel.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached by {most} presses of Tab: {target}")


def press(panel: Locator, name: str) -> None:
    """Go to a button by keyboard and press it."""
    tab_to(panel, button(panel, name))
    panel.page.keyboard.press("Enter")


def write(panel: Locator, label: str, text: str) -> None:
    """Go to a text control by keyboard and replace what is in it."""
    tab_to(panel, control(panel, label))
    panel.page.keyboard.press("Control+A")
    panel.page.keyboard.insert_text(text)


def copied(panel: Locator, name: str) -> str:
    """Press a copy button by keyboard; what is on the clipboard then."""
    press(panel, name)
    expect(panel.get_by_text("Copied", exact=True)).to_be_visible()
    return clipboard(panel.page)


def look(panel: Locator, name: str) -> None:
    """Both themes: no serious fault by axe-core, nothing wider than the panel, a picture."""
    for theme in ("Light", "Dark"):
        choose_theme(panel.page, f"JupyterLab {theme}")
        violations = AXE.run(panel.page, context=".course-panel").response["violations"]
        serious = [
            f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
            for fault in violations
            if fault["impact"] in {"serious", "critical"}
            for node in fault["nodes"]
        ]
        assert not serious, "\n".join(serious)
        assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
        photograph(panel, f"{name}-{theme.lower()}")


def test_function(open_panel, echo):
    panel = open_panel("function", f'course.function_panel("{echo}")')
    says(panel, "Ready")
    button(panel, "Test").click()
    says(panel, "Test succeeded")
    expect(panel).to_contain_text('"body": "value1"')
    control(panel, "Test event").focus()
    write(panel, "Event JSON", '{\n  "key1": "typed"\n  "key2": 2\n}')
    expect(panel).to_contain_text("Line 3, column 3")
    panel.page.keyboard.press("Control+A")
    panel.page.keyboard.insert_text('{"key1": "typed"}')
    press(panel, "Test")
    expect(panel).to_contain_text('"body": "typed"')
    answer = boto3.client("lambda").invoke(FunctionName=echo, Payload=copied(panel, "Copy event for the console"))
    assert json.load(answer["Payload"])["body"] == "typed"
    look(panel, "function")


def test_permissions(open_panel, echo):
    panel = open_panel("permissions", f'course.permissions_panel("{echo}-role")')
    says(panel, "Ready")
    control(panel, "Resource (ARN)").fill("arn:aws:s3:::box/data/a")
    button(panel, "Ask").click()
    says(panel, "It would be denied")
    write(panel, "Managed policy to attach (name or ARN)", "AmazonS3FullAccess")
    press(panel, "Attach")
    says(panel, "Attached AmazonS3FullAccess")
    expect(panel).to_contain_text("Allowed: s3:GetObject on arn:aws:s3:::box/data/a, by statement 1")
    policy = json.loads(document(statement("Allow", "s3:GetObject", "arn:aws:s3:::box/data/*")))
    write(panel, "Policy JSON", json.dumps(policy, indent=2))
    text = copied(panel, "Copy policy for the console")
    boto3.client("iam").put_role_policy(RoleName=f"{echo}-role", PolicyName="pasted", PolicyDocument=text)
    look(panel, "permissions")


def test_trigger_then_an_upload(open_panel, echo):
    bucket = make_bucket()
    panel = open_panel("trigger", f'course.trigger_panel("{echo}", "{bucket}")')
    says(panel, "Ready")
    button(panel, "Add").click()
    expect(panel.get_by_role("alert")).to_contain_text("tick its box")
    write(panel, "Prefix", "in/")
    write(panel, "Key to try", "data/reviews.json.zip")
    expect(panel).to_contain_text("Does not fire: the key does not begin with in/.")
    panel.page.keyboard.press("Control+A")
    panel.page.keyboard.insert_text("in/reviews.json.zip")
    expect(panel).to_contain_text("Fires: in/reviews.json.zip calls the function.")
    tick = panel.get_by_role("checkbox", name="Recursive invocation")
    tab_to(panel, tick)
    panel.page.keyboard.press("Space")
    press(panel, "Add")
    says(panel, "Added")
    prefix = copied(panel, "Copy prefix for the console")
    boto3.client("s3").put_object(Bucket=bucket, Key=f"{prefix}reviews.json.zip", Body=b"x")
    assert course.invocations(echo, at_least=1)
    look(panel, "trigger")


def test_logs_live(open_panel, echo):
    name = make_function(ECHO, "talkative")
    request_id = course.test_function(name, {"first": 1}).request_id
    course.invocations(name)
    panel = open_panel("logs", f'course.logs_panel("{name}")')
    expect(panel).to_contain_text("keys: ['first']")
    button(panel, "Start live tail").click()
    says(panel, "Live: waiting")
    course.test_function(name, {"second": 2})
    expect(panel).to_contain_text("keys: ['second']")
    button(panel, "Stop live tail").click()
    says(panel, "Live tail stopped")
    control(panel, "Log group").focus()
    write(panel, "Request id, or name of a job", request_id)
    press(panel, "Jump to its lines")
    expect(panel).to_contain_text(f"Lines of request {request_id}")
    group = copied(panel, "Copy log group for the console")
    assert boto3.client("logs").filter_log_events(logGroupName=group)["events"]
    look(panel, "logs")


def test_bucket(open_panel):
    bucket, s3 = make_bucket(), boto3.client("s3")
    s3.upload_file("data/reviews_Musical_Instruments_5.json.zip", bucket, "data/reviews.json.zip")
    s3.put_object(Bucket=bucket, Key="data/train/reviews_train.txt", Body=b"__label__1 Great value\n")
    panel = open_panel("bucket", f'course.bucket_panel("{bucket}", "data/")')
    says(panel, "2 here")
    s3.put_object(Bucket=bucket, Key="data/notes.txt", Body=b"new")
    button(panel, "Refresh").click()
    expect(control(panel, "Folders and objects")).to_contain_text("NEW")
    tab_to(panel, control(panel, "Folders and objects"))
    panel.page.keyboard.press("End")
    press(panel, "Open")
    expect(panel).to_contain_text("Members of the zip")
    assert s3.head_object(Bucket=bucket, Key=copied(panel, "Copy key for the console"))["ContentLength"] > 0
    look(panel, "bucket")


def test_jsonata(open_panel):
    panel = open_panel("jsonata", "course.jsonata_panel()")
    button(panel, "Evaluate").click()
    says(panel, "Evaluated")
    expect(panel).to_contain_text('"s3://your-bucket/data/train/"')
    control(panel, "Example").focus()
    write(panel, "Expression, or JSON with expressions", "{% $states.input.nothing %}")
    press(panel, "Evaluate")
    expect(panel).to_contain_text("States.QueryEvaluationError")
    control(panel, "Example").focus()
    write(panel, "Expression, or JSON with expressions", "{% $uppercase($states.input.bucket) %}")
    press(panel, "Evaluate")
    says(panel, "Evaluated")
    state = {"Type": "Pass", "Output": copied(panel, "Copy expression for the console"), "End": True}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}})
    checked = boto3.client("stepfunctions").validate_state_machine_definition(definition=definition)
    assert checked["result"] == "OK"
    look(panel, "jsonata")
