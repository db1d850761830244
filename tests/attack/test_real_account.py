"""The guard of the real account: whatever goes wrong in a notebook, boto3 leads to no account that costs money.

A second server on this computer stands for the real account, and counts. Every notebook here begins with an
environment, a profile and a home folder that all lead there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.kernels import run_cells
from tests.real_account import ACCOUNT, KEY, OTHER_ACCOUNT, OTHER_KEY, SECRET, RealAccount, counted

PROJECT = Path(__file__).resolve().parents[2]
START = "import course\ncourse.start('01')"

TRIES = {
    "a client": "import boto3\nboto3.client('sts').get_caller_identity()",
    "S3": "import boto3\nboto3.client('s3').list_buckets()",
    "a resource": "import boto3\nlist(boto3.resource('s3').buckets.all())",
    "the default session, set up anew": "boto3.setup_default_session()\nboto3.client('sts').get_caller_identity()",
    "a profile": "boto3.Session(profile_name='employer').client('sts').get_caller_identity()",
    "a profile, set up": "boto3.setup_default_session(profile_name='employer')\nboto3.client('iam').list_roles()",
    "a session of botocore": "import botocore.session\n"
    "botocore.session.get_session().create_client('sts').get_caller_identity()",
    "a profile of botocore": "botocore.session.Session(profile='employer').create_client('sts').get_caller_identity()",
    "a child process": "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', "
    "'import boto3; boto3.client(\"sts\").get_caller_identity()'], capture_output=True, text=True).stderr)",
    "a shell": "!python -c \"import boto3; boto3.client('s3').list_buckets()\"",
    "a variable set by hand": "import os\nos.environ['AWS_PROFILE'] = 'employer'\n"
    "boto3.Session().client('sts').get_caller_identity()",
    "a configuration named by hand": "os.environ['AWS_CONFIG_FILE'] = os.path.expanduser('~/.aws/config')\n"
    "os.environ['AWS_SHARED_CREDENTIALS_FILE'] = os.path.expanduser('~/.aws/credentials')\n"
    "boto3.Session(profile_name='employer').client('s3').list_buckets()",
    "keys given by hand": f"boto3.client('s3', aws_access_key_id='{KEY}', aws_secret_access_key='{SECRET}', "
    "region_name='us-east-1', endpoint_url=ENDPOINT).list_buckets()",
    "pandas": "import pandas\npandas.read_csv('s3://some-bucket/some.csv')",
}
OUTSIDE = ("a child process", "a shell")
"""These have nobody to say it in our words; they find no keys."""


@pytest.fixture(scope="module")
def real() -> Iterator[RealAccount]:
    """The real account of all tests here; each looks at what came since it began."""
    with counted() as account:
        yield account


@pytest.fixture(autouse=True)
def nobody_came(real: RealAccount) -> None:
    """Each test begins to count anew."""
    real.asked.clear()
    real.other.clear()


def tries(real: RealAccount, names: Iterable[str] = TRIES) -> list[str]:
    return [f"ENDPOINT = '{real.url}'", *(TRIES[name] for name in names)]


def refused(said: list[str], names: Iterable[str] = TRIES) -> None:
    """Every try ended in an error, and those by boto3 in words for a learner."""
    for name, text in zip(names, said, strict=True):
        told = "Nothing was sent" in text or "Leave the profile out" in text
        assert told or (name in OUTSIDE and "Error" in text), f"{name}: {text}"
    assert "Nothing was sent: boto3 leads nowhere in this notebook" in said[0]
    assert "Run the first cell of the lesson" in said[0]


FEW = ("a client", "a resource", "a session of botocore", "a variable set by hand", "keys given by hand")


def test_a_kernel_begins_with_no_way_to_a_real_account(real, tmp_path):
    """Before `course` is imported at all, or where its cell failed; also after a start-up file of the learner's."""
    startup = tmp_path / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("import boto3\nold = boto3.client('sts')\n1 / 0\n")
    environment = real.environment(tmp_path, **real.variables())
    said = run_cells(environment, tmp_path, "import cuorse\n" + START, "old.get_caller_identity()", *tries(real, FEW))
    assert "Nothing was sent" in said[1]
    refused(said[3:], FEW)
    assert (real.asked, real.other) == ([], [])


def test_a_mistyped_target_leads_nowhere(real, tmp_path):
    environment = real.environment(tmp_path, COURSE_TARGET="asw", **real.variables())
    said = run_cells(environment, tmp_path, START, *tries(real))
    assert "COURSE_TARGET is 'asw'" in said[0]
    assert "Traceback" not in said[0]
    refused(said[2:])
    assert "COURSE_TARGET is 'asw'" in said[2], "the next cell says again what went wrong"
    assert (real.asked, real.other) == ([], [])


def test_a_start_that_fails_closes_a_program_too(real, tmp_path):
    """One that runs in Python alone begins open; after the refusal it is closed."""
    calls = "import boto3\n" + "\n".join(
        f"try: {call}\nexcept Exception as error: print(type(error).__name__)"
        for call in (
            "course.start('01')",
            "boto3.client('sts').get_caller_identity()",
            "boto3.Session(profile_name='employer').client('s3').list_buckets()",
            "boto3.Session(region_name='us-east-1').client('iam').list_roles()",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import course\n{calls}"],
        cwd=PROJECT, env=real.environment(tmp_path, COURSE_TARGET="asw", **real.variables()),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split()[0] == "CourseError", done.stderr
    assert len(done.stdout.split()) == 4, done.stdout
    assert (real.asked, real.other) == ([], [])


AGREED = f"""import course
from pathlib import Path
from course.account import target
target._STATE = Path('state')
course.agree('{ACCOUNT}')"""


def test_a_real_account_leads_nowhere_until_it_is_agreed_to(real, tmp_path):
    """Only who the learner is has been asked. A start that fails, or is interrupted, is no agreement either."""
    environment = real.environment(tmp_path, COURSE_TARGET="aws", **real.variables())
    interrupted = "course.account.target._agreed = lambda: (_ for _ in ()).throw(KeyboardInterrupt)\n" + START
    said = run_cells(environment, tmp_path, START, *tries(real, FEW), interrupted, TRIES["S3"])
    assert f"your own AWS account {ACCOUNT}" in said[0]
    assert f"course.agree('{ACCOUNT}')" in said[0]
    refused(said[2:-2], FEW)
    assert "Nothing was sent" in said[-1]
    assert real.other == []
    assert all("Action=GetCallerIdentity" in request for request in real.asked)


def test_a_real_account_that_is_agreed_to_is_open_and_no_other_is(real, tmp_path):
    """By the learner's own settings: what is signed with keys of another account is not sent."""
    environment = real.environment(tmp_path, COURSE_TARGET="aws", **real.variables())
    other = "import boto3\nboto3.Session(profile_name='other').client('iam').list_roles()"
    by_hand = f"boto3.client('iam', aws_access_key_id='{OTHER_KEY}', aws_secret_access_key='x').list_roles()"
    said = run_cells(
        environment, tmp_path, AGREED, "target.connect('01').account", other, by_hand,
        "boto3.client('iam').list_roles()", "boto3.Session(profile_name='employer').client('iam').list_roles()",
    )  # fmt: skip
    assert ACCOUNT in said[1]
    for text in said[2:4]:
        assert f"a key of account {OTHER_ACCOUNT}" in text
    assert "Nothing was sent" not in said[4] + said[5]
    assert len(real.other) == 2, "both calls of the agreed account have reached it"


def test_a_target_that_is_switched_in_a_notebook_is_refused(real, tmp_path):
    environment = real.environment(tmp_path)
    switch = "import os\nos.environ['COURSE_TARGET'] = 'aws'\n" + "\n".join(
        f"os.environ['{name}'] = '{value}'" for name, value in real.variables().items()
    )
    said = run_cells(
        environment, tmp_path, START, "import boto3\ns3 = boto3.client('s3')\nlen(s3.list_buckets()['Buckets'])",
        AGREED, switch, START, "s3.list_buckets()", TRIES["S3"], "course.clean_up()", TRIES["a client"],
        "course.left()",
        "os.environ['COURSE_TARGET'] = 'local'\n" + START, "len(boto3.client('s3').list_buckets()['Buckets'])",
    )  # fmt: skip
    assert said[1] == "1"
    for refusal in (said[4], said[7], said[9]):
        assert "restart the kernel" in refusal
    for call in (said[5], said[6], said[8]):
        assert "Nothing was sent" in call
    assert said[11] == "1", "back on the embedded AWS"
    assert (real.asked, real.other) == ([], [])


def test_what_was_made_before_the_start_is_named_and_refused(real, tmp_path):
    """In a notebook, and in a program of Python's, which doesn't begin closed."""
    before = "\n".join(
        (
            "import boto3, botocore.session",
            "s3 = boto3.client('s3')",
            "table = boto3.resource('s3')",
            "session = boto3.Session(aws_access_key_id='a', aws_secret_access_key='b', region_name='us-east-1')",
            "class Work: pass",
            "work = Work(); work.sts = boto3.client('sts'); clients = {'iam': boto3.client('iam')}",
        )
    )
    uses = ("s3.list_buckets()", "list(table.buckets.all())", "session.client('sts').get_caller_identity()",
            "work.sts.get_caller_identity()", "clients['iam'].list_roles()")  # fmt: skip
    environment = real.environment(tmp_path, **real.variables())
    said = run_cells(environment, tmp_path, before, START, *uses, START, "s3 = boto3.client('s3')\n" + START)
    for name in ("s3", "table", "session", "work.sts", "clients['iam']"):
        assert f"`{name}`" in said[1]
    for text in said[2:7]:
        assert "Nothing was sent" in text
    assert "`s3`" in said[7]
    assert "`s3`" not in said[8], "made again, it belongs to this AWS"
    tried = "".join(f"\ntry: {use}\nexcept Exception as error: print(error)" for use in uses)
    program = subprocess.run(
        [sys.executable, "-c", f"{before}\n{START}{tried}"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "`s3`, `table`, `session`" in program.stdout, program.stderr
    assert program.stdout.count("Nothing was sent") == len(uses)
    assert (real.asked, real.other) == ([], [])


def test_children_of_a_lesson_inherit_none_of_the_learners_settings(real, tmp_path):
    """The embedded AWS itself, what a check runs, and a program that a cell starts."""
    environment = real.environment(tmp_path, **real.variables(), AWS_PROFILE="employer")
    server = (
        "import os, psutil\n"
        "[aws] = [p for p in psutil.process_iter() if p.ppid() == os.getpid() or 'local_aws' in ' '.join(p.cmdline())"
        " and 'serve' in p.cmdline() and str(os.getppid()) in p.cmdline()]\n"
        "{name: value for name, value in aws.environ().items() if name.startswith(('AWS_', 'BOTO', 'FSSPEC'))}"
    )
    handler = "def show(name):\n    import os\n    return os.environ.get(name)"
    check = (
        "from course.checks import trial\n"
        "[next(trial.results(show, [(name,)])) for name in ('AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL')]"
    )
    said = run_cells(environment, tmp_path, START, server, handler, check, "!env")
    for text in (said[1], said[3], said[4]):
        assert KEY not in text
        assert SECRET not in text
        assert f"{real.url}/credentials" not in text
        assert "AWS_EC2_METADATA_SERVICE_ENDPOINT" not in text
        assert "employer" not in text
