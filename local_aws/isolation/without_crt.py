"""Keeps awscrt out of botocore, which takes it where it is installed: notebooks have it for keys by `aws login`.

Its import is half of a server's start, and BOTO_DISABLE_CRT is read only after it. The boto3 of Lambda's runtimes
comes without it.
"""

from __future__ import annotations

import sys


def keep_out() -> None:
    """Have botocore do without awscrt in this process, and in those that are forked from it; before its import.

    None among the modules is how Python is told that one can't be had ("The import system", Python reference). What
    takes another part of the library itself isn't concerned.
    """
    sys.modules["awscrt.auth"] = None  # type: ignore[assignment]
