"""What a lesson imports: which AWS it works on, a package of a cell's own text, results, logs, and clean-up.

It knows boto3, and of the embedded AWS only how to start it. The verbs are few and each is documented; the
lessons use plain boto3 wherever a call to AWS is what is being taught.
"""

from course.cell_package import package
from course.costs import PRICES, lambda_cost, prices
from course.environment import check_environment
from course.errors import CourseError
from course.invocation import deploy, result, test_function
from course.lesson import clean_up, start
from course.logs import invocations, wait_until
from course.quotas import check_quotas
from course.review_workflow import workflow, workflow_role
from course.roles import let_changes_spread, logging_role
from course.settings import Settings
from course.target import agree
from course.test_events import save_test_event, test_event

__all__ = [
    "PRICES",
    "CourseError",
    "Settings",
    "agree",
    "check_environment",
    "check_quotas",
    "clean_up",
    "deploy",
    "invocations",
    "lambda_cost",
    "let_changes_spread",
    "logging_role",
    "package",
    "prices",
    "result",
    "save_test_event",
    "start",
    "test_event",
    "test_function",
    "wait_until",
    "workflow",
    "workflow_role",
]
