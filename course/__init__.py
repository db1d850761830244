"""What a lesson imports: which AWS it works on, a package of a cell's own text, results, logs, and clean-up.

It knows boto3, and of the embedded AWS only how to start it. The verbs are few and each is documented; the
lessons use plain boto3 wherever a call to AWS is what is being taught.
"""

from course.cell_package import package
from course.checks import check, hint, progress, solution
from course.costs import PRICES, endpoint_cost, job_cost, lambda_cost, prices, transitions_cost
from course.draft import Draft
from course.environment import check_environment
from course.errors import CourseError
from course.evaluation import evaluate
from course.execution import follow, run
from course.graph import Graph
from course.invocation import deploy, result, test_function
from course.lesson import clean_up, left, start
from course.logs import invocations, wait_until
from course.panels import bucket_panel, function_panel, jsonata_panel, logs_panel, permissions_panel, trigger_panel
from course.quotas import check_quotas
from course.review_workflow import workflow, workflow_role
from course.roles import let_changes_spread, logging_role
from course.settings import Settings
from course.target import agree
from course.test_events import save_test_event, test_event

__all__ = [
    "PRICES",
    "CourseError",
    "Draft",
    "Graph",
    "Settings",
    "agree",
    "bucket_panel",
    "check",
    "check_environment",
    "check_quotas",
    "clean_up",
    "deploy",
    "endpoint_cost",
    "evaluate",
    "follow",
    "function_panel",
    "hint",
    "invocations",
    "job_cost",
    "jsonata_panel",
    "lambda_cost",
    "left",
    "let_changes_spread",
    "logging_role",
    "logs_panel",
    "package",
    "permissions_panel",
    "prices",
    "progress",
    "result",
    "run",
    "save_test_event",
    "solution",
    "start",
    "test_event",
    "test_function",
    "transitions_cost",
    "trigger_panel",
    "wait_until",
    "workflow",
    "workflow_role",
]
