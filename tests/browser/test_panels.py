"""The panels in a real JupyterLab: by mouse, by keyboard, with the clipboard, and for a screen reader.

Each test uses one panel as a learner would, then looks at it in both themes: axe-core must find no serious
fault, nothing may be cut off, and a picture is kept.
"""

from __future__ import annotations

import json

import boto3
import pytest
from playwright.sync_api import Locator, expect

import course
from tests.browser.accessibility import serious_faults
from tests.browser.jupyter_lab import choose_theme, clipboard, photograph
from tests.browser.words import broken_words
from tests.course.panels.machines import BRANCHES, FIFTY, RETRIED, make_machine
from tests.course.panels.resources import document, make_bucket, make_function, statement

ROLE = "arn:aws:iam::123456789012:role/job"
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
    """Go to a text control by keyboard and replace what is in it.

    The kernel is idle then: ipywidgets keeps a text back while an earlier one is on its way, and no press of a button.
    """
    expect(panel.page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")
    tab_to(panel, control(panel, label))
    panel.page.keyboard.press("Control+A")
    panel.page.keyboard.insert_text(text)


def copied(panel: Locator, name: str) -> str:
    """Press a copy button by keyboard; what is on the clipboard then."""
    press(panel, name)
    # The page itself looks out for it: it says so for four seconds only.
    panel.page.wait_for_function("[...document.querySelectorAll('.course-copied')].some(e => e.innerText === 'Copied')")
    return clipboard(panel.page)


def chart(panel: Locator, title: str) -> None:
    """A chart is there, drawn, and read out by its alternative text."""
    picture = panel.get_by_role("img", name=title)
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 100 && image.complete")


CUT = """panel => {
    const found = [];
    for (const element of [panel, ...panel.querySelectorAll('*')]) {
        const style = getComputedStyle(element), shown = element.getClientRects().length > 0;
        if (!shown || element.closest('svg, option, input, select:not([size])')) continue;
        for (const [way, more, bar] of [
            ['X', element.scrollWidth - element.clientWidth, element.offsetHeight - element.clientHeight
                - parseFloat(style.borderTopWidth) - parseFloat(style.borderBottomWidth)],
            ['Y', element.scrollHeight - element.clientHeight, element.offsetWidth - element.clientWidth
                - parseFloat(style.borderLeftWidth) - parseFloat(style.borderRightWidth)],
        ]) {
            const scrolls = ['auto', 'scroll'].includes(style['overflow' + way]);
            if (more > 1 && style['overflow' + way] !== 'visible' && !(scrolls && bar > 3))
                found.push(`${way} ${element.tagName}.${element.className} by ${more}`);
        }
        const box = element.getBoundingClientRect(), all = panel.getBoundingClientRect();
        if (box.right > all.right + 1 && !element.closest('.course-scroll, .course-graph, .course-code'))
            found.push(`beyond the panel: ${element.tagName}.${element.className} by ${box.right - all.right}`);
    }
    return found;
}"""
"""What of a panel is cut off without a bar to scroll by."""


def look(panel: Locator, name: str) -> None:
    """Both themes, and a narrow window: no serious fault by axe-core, nothing cut, no word broken, a picture."""
    for theme in ("Light", "Dark"):
        choose_theme(panel.page, f"JupyterLab {theme}")
        assert serious_faults(panel.page, ".course-panel") == []
        whole(panel, f"{name}-{theme.lower()}", 1280)
    whole(panel, f"{name}-narrow", 620)
    panel.page.set_viewport_size({"width": 1280, "height": 1000})


def whole(panel: Locator, name: str, width: int) -> None:
    """All that is shown in a window of this width can be read."""
    panel.page.set_viewport_size({"width": width, "height": 1000})
    assert panel.evaluate(CUT) == []
    assert broken_words(panel) == []
    photograph(panel, name, width)


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


def test_trigger_then_an_upload(open_panel):
    bucket, name = make_bucket(), make_function(ECHO, "uploads")
    panel = open_panel("trigger", f'course.trigger_panel("{name}", "{bucket}")')
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
    assert len(course.invocations(name, at_least=1)) == 1
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


def test_draft(open_panel):
    container = '{"PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://b/m.tar.gz"}}'
    panel = open_panel("draft", 'course.draft_panel("createModel")')
    says(panel, "3 fields still missing")
    control(panel, "Fields to add, as JSON").fill('{\n  "ModelName": 17\n}')
    expect(panel).to_contain_text("line 2, column 3: ModelName")
    control(panel, "Fields to add, as JSON").fill('{"ModelName": "reviews"}')
    button(panel, "Add").click()
    says(panel, "2 fields still missing")
    expect(control(panel, "Fields to add, as JSON")).to_have_value("{}")
    write(panel, "Fields to add, as JSON", f'{{"ExecutionRoleArn": "{ROLE}"}}')
    press(panel, "Add")
    says(panel, "1 field still missing")
    look(panel, "draft")
    fields = control(panel, "Fields to add, as JSON")
    expect(fields).to_have_value("{}")
    fields.focus()
    panel.page.keyboard.press("Control+A")
    panel.page.keyboard.insert_text(container)
    expect(fields).to_have_value(container)
    press(panel, "Add")
    says(panel, "Complete: nothing is missing.")
    tab_to(panel, control(panel, "Field to look up"))
    panel.page.keyboard.press("Home")
    expect(panel).to_contain_text("up to 63 characters")
    definition = {"QueryLanguage": "JSONata", "StartAt": "A"}
    definition["States"] = {"A": json.loads(copied(panel, "Copy state for the console"))}
    checked = boto3.client("stepfunctions").validate_state_machine_definition(definition=json.dumps(definition))
    assert checked["result"] == "OK"


def test_execution_of_map_and_parallel(open_panel):
    arn = make_machine(BRANCHES, "branches")
    panel = open_panel("execution", f'course.execution_panel("{arn}", {{"items": [1, 2, 3]}})')
    says(panel, "Ready")
    button(panel, "Start execution").click()
    says(panel, "Execution succeeded")
    graph = panel.locator(".course-graph")
    graph.get_by_text("Right", exact=True).click()
    expect(panel).to_contain_text('"right"')
    expect(graph.locator(".course-chosen")).to_contain_text("Right")
    control(panel, "Execution").focus()
    tab_to(panel, control(panel, "States"))
    panel.page.keyboard.press("Home")
    panel.page.keyboard.press("ArrowDown")
    expect(graph.locator(".course-chosen > title")).to_have_text("Twice: succeeded")
    tab_to(panel, control(panel, "Visit"))
    panel.page.keyboard.press("Home")
    expect(panel).to_contain_text('"item": 1')
    panel.page.keyboard.press("Shift+Tab")
    panel.page.keyboard.press("ArrowUp")
    press(panel, "✓ 1")
    expect(panel).to_contain_text("Iteration 1")
    panel.locator("summary").filter(has_text="✓ Twice").click()
    expect(panel.locator("details[open] pre").last).to_have_text("4")
    press(panel, "Show events")
    expect(panel).to_contain_text("MapIterationStarted")
    chart(panel, "When each state was at work")
    beside, line = graph.bounding_box(), panel.get_by_role("img", name="When each state was at work").bounding_box()
    assert beside["x"] + beside["width"] <= line["x"] and abs(beside["y"] - line["y"]) < 20
    look(panel, "execution")
    control(panel, "Input of a new execution").focus()
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=arn, input=copied(panel, "Copy input for the console")
    )
    assert course.follow(started["executionArn"]).input == {"items": [1, 2, 3]}


def test_execution_with_retries_by_keyboard(open_panel):
    arn = make_machine(RETRIED, "retried")
    panel = open_panel("retried", f'course.execution_panel("{arn}")')
    says(panel, "Ready")
    control(panel, "Input of a new execution").focus()
    press(panel, "Start execution")
    says(panel, "Execution succeeded")
    expect(panel.locator(".course-graph")).to_contain_text("3 tries")
    tab_to(panel, control(panel, "States"))
    panel.page.keyboard.press("Home")
    expect(panel).to_contain_text("Lambda.ResourceNotFoundException")
    look(panel, "execution-retried")


def test_execution_is_watched_and_stopped(open_panel):
    waits = {"First": {"Type": "Pass", "Next": "Long"}, "Long": {"Type": "Wait", "Seconds": 360_000, "End": True}}
    panel = open_panel("waits", f'course.execution_panel("{make_machine(waits, "waits")}")')
    says(panel, "Ready")
    button(panel, "Start execution").click()
    says(panel, "Running: Long")
    expect(panel.locator("g[data-state='Long'] > title")).to_have_text("Long: in progress")
    photograph(panel, "execution-running")
    button(panel, "Stop execution").click()
    says(panel, "Execution aborted")
    expect(panel.locator("g[data-state='Long'] > title")).to_have_text("Long: cancelled")


def test_execution_of_fifty_states(open_panel):
    panel = open_panel("fifty", f'course.execution_panel("{make_machine(FIFTY, "fifty")}")')
    says(panel, "Ready")
    button(panel, "Start execution").click()
    says(panel, "Execution succeeded")
    control(panel, "States").focus()
    panel.page.keyboard.press("End")
    # The panel is longer than the page: the graph is brought there, and what is chosen has to be in sight in it.
    panel.locator(".course-graph").evaluate("graph => graph.scrollIntoView({ block: 'center' })")
    expect(panel.locator(".course-chosen")).to_be_in_viewport()
    look(panel, "execution-fifty")


def test_costs(open_panel):
    course.start("98")
    arn = make_machine(BRANCHES, "billed")
    course.run(arn, {"items": [1, 2, 3]})
    name = make_function(ECHO, "billed-function")
    course.test_function(name, {})
    course.invocations(name)
    panel = open_panel("costs", "course.costs_panel()")
    says(panel, "Nothing is left on")
    # The start, Each, Both, Left, Right, and Twice three times.
    expect(panel).to_contain_text("8 state transitions")
    expect(panel).to_contain_text("1 invocation")
    course.run(arn, {"items": []})
    tab_to(panel, button(panel, "Refresh"))
    panel.page.keyboard.press("Enter")
    expect(panel).to_contain_text("13 state transitions")
    chart(panel, "Costs by service")
    look(panel, "costs")
    assert course.clean_up().done


def test_values_are_asked_for_at_the_first_copy(open_panel):
    """By keyboard alone: copied with capitals, given once, copied again as one's own; and then in the panel of both."""
    policy = {"Resource": "arn:aws:s3:::workflow-course-123456789012-us-east-1/data/*"}
    panel = open_panel("console", f'course.console_panel("Policy of the role", {policy})')
    expect(panel).to_contain_text("arn:aws:s3:::BUCKET/data/*")
    look(panel, "console")
    assert json.loads(copied(panel, "Copy for the console")) == {"Resource": "arn:aws:s3:::BUCKET/data/*"}
    expect(panel).to_contain_text("Copied, with BUCKET in place of your own values")
    write(panel, "Account: 12 digits", "1111")
    press(panel, "Keep")
    expect(panel.get_by_role("alert").last).to_contain_text("twelve digits")
    button(panel, "Copy for the console").focus()
    write(panel, "Account: 12 digits", "111122223333")
    write(panel, "Bucket: its name alone", "my-bucket")
    press(panel, "Keep")
    expect(panel).to_contain_text("✓ Kept")
    expect(panel).to_contain_text("arn:aws:s3:::my-bucket/data/*")
    look(panel, "console-asked")
    button(panel, "Keep").focus()
    panel.page.keyboard.press("Shift+Tab")
    button(panel, "Copy for the console").click()
    panel.page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('my-bucket'))")
    panel = open_panel("values", "course.values_panel()")
    expect(control(panel, "Bucket: its name alone")).to_have_value("my-bucket")
    button(panel, "Other names").click()
    write(panel, "State machine of lessons 05 and 06: review-workflow", "my-flow")
    press(panel, "Keep")
    expect(panel).to_contain_text("Not known yet, so in capitals: REGION")
    button(panel, "Other names").click()
    look(panel, "values")
