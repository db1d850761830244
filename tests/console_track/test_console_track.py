"""Somebody who has only `docs/console.md` finishes: each click path is walked, in order, on a fresh embedded AWS.

Where the console has a button, this has the call of boto3 that the button makes. What is filled in and pasted comes
from the page, and nothing else does: a text or a name that is missing there fails here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from course.console.your_values import NAMES
from docs.console import PAGE, page, paths
from local_aws.__main__ import environment
from tests.console_track.buttons import ACCOUNT, BUCKET, REGION, Console, named, wait_for
from tests.console_track.page import Section, sections
from tests.console_track.steps import STEPS
from tests.served import served

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    # Two hours, after which the page's endpoint ends by itself, are 36 s at this clock, 12 s at the usual one.
    with served(clock=200.0) as url, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(url).items():
            patch.setenv(name, value)
        boto3.setup_default_session()
        yield Console()
    boto3.setup_default_session()


def left(console: Console) -> dict[str, list[str]]:
    """All that is still there."""
    sagemaker = console.sagemaker
    return {
        "functions": named(console.functions.list_functions, "Functions", "FunctionName"),
        "machines": wait_for_none(lambda: named(console.states.list_state_machines, "stateMachines", "name")),
        "endpoints": wait_for_none(lambda: named(sagemaker.list_endpoints, "Endpoints", "EndpointName")),
        "configurations": named(sagemaker.list_endpoint_configs, "EndpointConfigs", "EndpointConfigName"),
        "models": named(sagemaker.list_models, "Models", "ModelName"),
        "roles": named(console.iam.list_roles, "Roles", "RoleName"),
        "policies": [one["PolicyName"] for one in console.iam.list_policies(Scope="Local")["Policies"]],
        "log groups": named(console.logs.describe_log_groups, "logGroups", "logGroupName"),
        "queues": console.sqs.list_queues().get("QueueUrls", []),
        "buckets": named(console.s3.list_buckets, "Buckets", "Name"),
    }


def wait_for_none(look: Callable[[], list[str]]) -> list[str]:
    """Deleting takes a moment."""
    wait_for(lambda: not look(), "the end of the deleting")
    return look()


def test_the_page_is_what_the_lessons_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python -m docs.console"


def test_each_click_path_of_the_track_is_walked_by_this_test() -> None:
    assert {(section.lesson, section.title) for section in sections()} == STEPS.keys()


def test_no_text_on_the_page_has_the_embedded_accounts_number() -> None:
    assert ACCOUNT not in PAGE.read_text(encoding="utf-8")


def test_no_path_sends_to_a_section_or_a_cell_of_a_lesson() -> None:
    """Who has this page alone finds paths and texts by their titles."""
    sent = re.compile(r"\bsection \d|\bnext section|\bcell (above|below)", re.IGNORECASE)
    assert [section.title for section in sections() if sent.search(section.steps)] == []


@pytest.mark.parametrize("section", sections(), ids=lambda section: f"{section.lesson} {section.title}")
def test_each_text_is_well_formed_and_is_named_where_it_is_pasted(section: Section) -> None:
    for language, text in section.blocks:
        if language == "json":
            assert [json.loads(line) for line in (text.splitlines() if text.count("\n{") else [text])]
        if language == "python":
            compile(text, section.title, "exec")
    for title, (language, _) in zip(section.texts, section.blocks, strict=False):
        assert language == "python" or f"*{title}*" in section.steps, title


def test_whatever_the_track_gives_a_name_may_have_another_one() -> None:
    """*Your values* asks for each name that somebody types in while creating a thing of the workflow."""
    fields = r"\*(?:Function name|State machine name|Schedule group name|Name)\*:? `([^`]+)`"
    typed = {name for section in sections() for name in re.findall(fields, section.steps)}
    assert typed | {"helpful-reviews"} == NAMES.keys()


def test_a_path_has_the_texts_above_it_and_the_panels_below_it() -> None:
    shown = {"data": {"text/markdown": "**For the console** `Policy`\n\nTo paste:\n\n```json\n{}\n```"}}
    steps = "<details><summary><b>In the console</b>: do it</summary>\n\nPaste. [Next](04_x.ipynb)\n\n</details>"
    cells = [
        {"cell_type": "code", "metadata": {}, "source": ["anything()"], "outputs": [shown]},
        {"cell_type": "code", "metadata": {"console": "Handler"}, "source": ["def f():\n", "    ..."], "outputs": []},
        {"cell_type": "markdown", "metadata": {}, "source": [steps + "\n\n" + steps.replace("do it", "once more")]},
        {"cell_type": "code", "metadata": {}, "source": ["course.logs_panel('x')"], "outputs": []},
    ]
    first, second = paths({"cells": cells})
    assert first.texts == ["**Policy**\n\n```json\n{}\n```", "**Handler**\n\n```python\ndef f():\n    ...\n```"]
    assert (first.title, first.steps, second.title) == ("do it", "Paste. [Next](../notebooks/04_x.ipynb)", "once more")
    assert (first.panels, second.texts, second.panels) == ([], [], ["logs"])


def test_a_text_that_no_click_path_follows_is_an_error() -> None:
    cell = {"cell_type": "code", "metadata": {"console": "lambda_function.py"}, "source": ["pass"], "outputs": []}
    with pytest.raises(ValueError, match=r"lambda_function\.py"):
        paths({"cells": [cell]})


def test_the_page_leads_to_an_endpoint_that_answers_and_back(console: Console) -> None:
    before = left(console)
    for section in sections(ACCOUNT=ACCOUNT, REGION=REGION, BUCKET=BUCKET):
        try:
            STEPS[section.lesson, section.title](console, section)
        except (AssertionError, ClientError, ValueError, KeyError) as error:
            error.add_note(f"At '{section.title}' of lesson {section.lesson}")
            raise
    assert left(console) == before
