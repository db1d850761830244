"""How code comes into a process: what is for connections comes late and whole, and the collector goes on after."""

from __future__ import annotations

import subprocess
import sys

LATER = "from local_aws import loading; loading.without_crt(); loading.connections_later()\n"


def run(program: str) -> list[str]:
    """What a fresh Python prints; its program must end well."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_server_is_imported_without_what_botocore_connects_by() -> None:
    """Nobody waits for urllib3 before something is to be connected to."""
    program = f"{LATER}import sys, local_aws.server\nprint(*sorted(m for m in sys.modules if m.startswith('urllib3')))"
    assert run(program) == ["urllib3", "urllib3.exceptions"]


def test_it_comes_whole_when_it_is_asked_for() -> None:
    """By any way of importing it, in any order, each class being one."""
    for first in (
        "from urllib3 import PoolManager",
        "import urllib3; urllib3.PoolManager",
        "import urllib3.poolmanager",
        "from botocore.httpsession import URLLib3Session",
        "import botocore.httpsession as session; session.URLLib3Session()",
        "import botocore.awsrequest; botocore.awsrequest.AWSRequest()",
        "import boto3; boto3.client('s3', region_name='eu-west-1')",
    ):
        program = (
            f"{LATER}import botocore.loaders\n{first}\n"
            "import urllib3, urllib3.poolmanager, botocore.httpsession\n"
            "print(urllib3.PoolManager is urllib3.poolmanager.PoolManager is botocore.httpsession.PoolManager,"
            " hasattr(urllib3, 'nothing'), urllib3.exceptions is __import__('sys').modules['urllib3.exceptions'])"
        )
        assert run(program) == ["True", "False", "True"], first


def test_many_threads_that_ask_at_once_get_the_same() -> None:
    """Whoever comes second waits until the first has it."""
    program = (
        f"{LATER}import botocore.loaders, botocore.httpsession\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "barrier = Barrier(8, timeout=30)\n"
        "def ask(number):\n"
        "    barrier.wait()\n"
        "    return botocore.httpsession.URLLib3Session if number % 2 else __import__('urllib3').PoolManager\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(len(set(pool.map(ask, range(8)))))"
    )
    assert run(program) == ["2"]


def test_the_collector_goes_on_after_the_last_of_several_has_imported() -> None:
    """Also when one of them fails."""
    program = (
        "import gc\n"
        "from local_aws.loading import undisturbed\n"
        "outer = undisturbed(); outer.__enter__()\n"
        "try:\n"
        "    with undisturbed():\n"
        "        import nothing_of_that_name\n"
        "except ImportError:\n"
        "    print(gc.isenabled())\n"
        "outer.__exit__(None, None, None)\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    assert run(program) == ["False", "True", "True"]
