"""Writes `docs/rights.md`: the least policies with which a learner's own user can do the whole course.

Made from the rights that a recorded run of all lessons has used (`course/proving/rights.json`): a statement for each
service and kind of resource. `python -m docs.rights` writes the page; a test fails when it is not what this program
would write.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from course.proving import needed
from docs.generated import write_or_compare

PAGE = Path(__file__).with_suffix(".md")
MOST_CHARACTERS = 6144
"""Of a managed policy, blanks left out (IAM user guide, "IAM and AWS STS quotas")."""
_SPARE = 1000
"""Characters left free: an account's number and a region are longer than the words that stand for them."""
_ON_A_REAL_ACCOUNT = [("servicequotas:ListServiceQuotas", "*")]
"""What lessons ask of a real account alone: no account that stands in for one has quotas."""
_PASSED_TO = [f"{service}.amazonaws.com" for service in ("lambda", "sagemaker", "scheduler", "states")]
_NAMES = {
    "iam": "Roles",
    "lambda": "Functions",
    "logs": "Logs",
    "s3": "Bucket",
    "sagemaker": "Jobs",
    "sqs": "Queues",
    "states": "Workflows",
}

_HEAD = f"""# The rights that the course needs

On the embedded AWS a learner may do everything. On a real account, the user (or role) that a learner works as needs
the rights below, and no more: they are **the least** with which all lessons pass, cells can be run again, and
clean-up can stop whatever still runs. `ACCOUNT` and `REGION` stand for yours. IAM allows a policy
{MOST_CHARACTERS:,} characters, so there are several. An instructor makes them managed policies once, and attaches all
of them to every learner's user, or to the group of all learners: in the console under **IAM**, **Policies**,
**Create policy**, **JSON**.

- They are made from the calls that a recorded run of all lessons has made: so far, of a run on an embedded AWS in an
  account's place that is late as AWS is (`make account` records such a run). A few come to them that such a run has no
  call for: to change a role whose cell is run again, to stop an execution or a job at clean-up. A test runs all
  lessons as a user with these policies and nothing else; another one shows that no statement and no action in them
  can be left out.
- They let their user make **roles** and give them policies. That is part of the course, and it is how a user can come
  to more rights than these: so give them on an account made for the course, or add a permissions boundary.
- A role may be handed on to Lambda, Step Functions, SageMaker and EventBridge Scheduler, and to nothing else
  (`iam:PassedToService`).
- What jobs, functions and workflows do, they do as their roles, whose policies the lessons show.
- The right to let IAM simulate a policy, with which `make account` asks for rights before it begins, is not in them:
  without it, `make account` says so and goes on.

This page is generated. After a change, `python -m docs.rights` writes it anew.

"""


def policies(account: str = "ACCOUNT", region: str = "REGION") -> list[dict[str, Any]]:
    """The least policies, for an account and a region: as few as hold all statements."""
    filled: list[list[dict[str, Any]]] = [[]]
    for statement in statements(account, region):
        if _size([*filled[-1], statement]) > MOST_CHARACTERS - _SPARE:
            filled.append([])
        filled[-1].append(statement)
    return [_document(statements) for statements in filled]


def statements(account: str, region: str) -> list[dict[str, Any]]:
    """What has to be allowed, a statement for each service and kind of resource."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for action, resource in [*needed.rights(account, region), *_ON_A_REAL_ACCOUNT]:
        actions, resources = found.setdefault(_statement(action, resource), (set(), set()))
        actions.add(action)
        resources.add(_in_every_run(resource))
    made = []
    for name, (actions, resources) in sorted(found.items()):
        statement: dict[str, Any] = {
            "Sid": name,
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": _widest(resources),
        }
        if actions == {"iam:PassRole"}:
            statement["Condition"] = {"StringEquals": {"iam:PassedToService": _PASSED_TO}}
        made.append(statement)
    return made


def page() -> str:
    """The text of `docs/rights.md`."""
    parts = [
        f"## Policy {number}\n\n```json\n{json.dumps(policy, indent=2)}\n```\n"
        for number, policy in enumerate(policies(), 1)
    ]
    return _HEAD + "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it. Returns the exit status: 1 when it differs under `--check`."""
    about = __doc__.splitlines()[0]
    return write_or_compare(arguments, "docs.rights", about, PAGE, page, "the rights of the lessons say")


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _size(statements: list[dict[str, Any]]) -> int:
    return len(json.dumps(_document(statements), separators=(",", ":")))


def _statement(action: str, resource: str) -> str:
    """The name of the statement that holds a right: by service and kind of resource."""
    service, _, name = action.partition(":")
    if name == "PassRole":
        return "PassRoles"
    if resource == "*":
        return "Lists"
    if resource.startswith("arn:aws:iam::aws:"):
        return "ManagedPolicies"
    if service == "s3":
        return "Objects" if "/" in resource else "Bucket"
    if service == "sts":
        return "TakeOnRoles"
    kind = re.split("[:/]", resource.split(":", 5)[5])[0]
    named = {"execution": "Executions", "mapRun": "MapRuns", "endpoint": "Endpoints", "model": "Models"}
    if service == "sagemaker":
        return "".join(part.title() for part in kind.split("-")) + "s"
    return named.get(kind, _NAMES.get(service, service.title()))


def _in_every_run(resource: str) -> str:
    """A resource whose name ends in what a run makes up, with a star there."""
    return re.sub(r"(:execution:[^:]+):.*", r"\1:*", resource)


def _widest(resources: set[str]) -> list[str]:
    """The resources without those that another one, with a star at its end, holds anyway."""
    wide = [one for one in resources if one.endswith("*")]
    return sorted(one for one in resources if not any(one != other and one.startswith(other[:-1]) for other in wide))


if __name__ == "__main__":
    sys.exit(main())
