"""What a lesson imports: which AWS it works on, a package of a cell's own text, results, logs, and clean-up.

It knows boto3, and of the embedded AWS only how to start it. The verbs are few and each is documented; the
lessons use plain boto3 wherever a call to AWS is what is being taught.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from course.account.costs import PRICES, endpoint_cost, job_cost, lambda_cost, prices, transitions_cost
from course.account.endpoint_ends import keep_endpoint
from course.account.environment import check_environment
from course.account.quotas import check_quotas
from course.account.roles import let_changes_spread, logging_role
from course.account.settings import Settings
from course.account.state import begin_again, go_on_from
from course.account.target import agree
from course.charts import Bars, Paths, Span, Step, Steps, TimeLine
from course.checks import check, hint, progress, solution
from course.checks.missing_names import explain_missing_names
from course.errors import CourseError
from course.functions.cell_package import package
from course.functions.event_line import event_time_line, run_time_line
from course.functions.invocation import deploy, result, test_function
from course.functions.logs import invocations, wait_until
from course.functions.test_events import save_test_event, test_event
from course.lesson import clean_up, left, start
from course.state_machines.deployment import make_state_machine
from course.state_machines.draft import Draft
from course.state_machines.evaluation import evaluate
from course.state_machines.execution import follow, run
from course.state_machines.graph import Graph
from course.state_machines.review_workflow import workflow, workflow_role
from course.state_machines.upload_chain import follow_upload

if TYPE_CHECKING:
    from course.panels import (
        bucket_panel,
        console_panel,
        costs_panel,
        draft_panel,
        execution_panel,
        function_panel,
        jsonata_panel,
        logs_panel,
        permissions_panel,
        trigger_panel,
        values_panel,
    )

__all__ = [
    "PRICES",
    "Bars",
    "CourseError",
    "Draft",
    "Graph",
    "Paths",
    "Settings",
    "Span",
    "Step",
    "Steps",
    "TimeLine",
    "agree",
    "begin_again",
    "bucket_panel",
    "check",
    "check_environment",
    "check_quotas",
    "clean_up",
    "console_panel",
    "costs_panel",
    "deploy",
    "draft_panel",
    "endpoint_cost",
    "evaluate",
    "event_time_line",
    "execution_panel",
    "follow",
    "follow_upload",
    "function_panel",
    "go_on_from",
    "hint",
    "invocations",
    "job_cost",
    "jsonata_panel",
    "keep_endpoint",
    "lambda_cost",
    "left",
    "let_changes_spread",
    "logging_role",
    "logs_panel",
    "make_state_machine",
    "package",
    "permissions_panel",
    "prices",
    "progress",
    "result",
    "run",
    "run_time_line",
    "save_test_event",
    "solution",
    "start",
    "test_event",
    "test_function",
    "transitions_cost",
    "trigger_panel",
    "values_panel",
    "wait_until",
    "workflow",
    "workflow_role",
]


def __getattr__(name: str) -> Any:
    """A panel: its widgets are imported when it is asked for, and nobody's first cell waits for them."""
    if name in __all__ and name.endswith("_panel"):
        return getattr(importlib.import_module("course.panels"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Every name, also those of the panels: what the Tab key offers."""
    return sorted({*globals(), *__all__})


explain_missing_names()
