"""Every definition of a state machine in the course, as CloudFormation's own schema of the States Language checks it.

It is another reading than that of the embedded AWS, which says what Step Functions itself would.
"""

from __future__ import annotations

import json
from typing import Any

import cfnlint

from tests.sources import PAGES, ROOT, json_blocks

ROLE = "arn:aws:iam::123456789012:role/states"


def definitions() -> list[dict[str, Any]]:
    """Those in files, and those that a page has for pasting, which are the lessons' own."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "course").rglob("*.asl.json"))]
    texts += [text for page in PAGES for text in json_blocks(page)]
    found = [json.loads(text) for text in texts if '"StartAt"' in text]
    return [one for one in found if "StartAt" in one]


def faults(machines: list[dict[str, Any]]) -> list[str]:
    """What cfn-lint has against them; all stand in one template, since each reading of one costs seconds."""
    resources = {
        f"Machine{number}": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": ROLE, "Definition": machine},
        }
        for number, machine in enumerate(machines)
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return [str(match) for match in cfnlint.lint(json.dumps(template))]


def test_no_definition_has_a_fault_and_a_planted_one_is_found() -> None:
    machines = definitions()
    assert len(machines) > 10
    wrong = {"StartAt": "A", "States": {"A": {"Type": "Tas", "End": True}}}
    (found,) = faults([*machines, wrong])
    assert "'Tas' is not one of" in found
