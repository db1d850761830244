"""The whole course on a stand-in that is late, recorded, with differences planted on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.proving import file, needed
from tests.course.proving.account import EVERYTHING, WORDS, begun, changed, ended, user
from tests.served import served

SECONDS = 3600


def plant(status: int, content: bytes) -> tuple[int, bytes]:
    """Words of Lambda's, a member of SageMaker's, and a status of it that says more than 200."""
    content = content.replace(b"The role defined for the function", b"The function's role").replace(
        b'"SecondaryStatus"', b'"SecondStatus"'
    )
    return (202 if b'"ProcessingJobArn"' in content and status == 200 else status), content


@pytest.mark.long
def test_all_lessons_are_recorded_and_the_planted_differences_named(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    with served(60.0, "--lag", "5", "--lag-scale", "0.1") as account, changed(account, plant) as url:
        ada = user(account, "ada.lovelace", EVERYTHING)
        status, said = ended(begun(url, ada, "--agree", WORDS, "--file", str(path)), SECONDS)
    assert status == 0, said
    assert "VERDICT: all 10 lessons ran to their end" in said
    assert "nothing is left." in said
    # A member that its model doesn't have, boto3 leaves out.
    for planted in ("SecondaryStatus\n    there: is not there", "the status\n    there: 202\n    here:  200"):
        assert planted in said, said
    recording = file.read(path)
    assert "ada.lovelace" not in path.read_text(encoding="utf-8")
    kept = set(needed.rights("ACCOUNT", "REGION"))
    assert set(needed.rights_of(recording.calls, recording.run["region"])) <= kept, "python -m course.proving.needed"
