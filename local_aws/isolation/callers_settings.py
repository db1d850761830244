"""The settings of AWS and of proxies that belong to whoever starts the server: none of them is for the server.

Its own clients speak to its own address with credentials of its own. A profile that is broken, a proxy, a retry mode
or an endpoint that its user has set for a real account would lead them astray, or stop them. What it starts inherits
its environment at most, and so none of them either. Settings of the embedded AWS itself begin with LOCAL_AWS_.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

_NOTHING = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Without it, the proxies of a system's settings count where the environment names none.
    "NO_PROXY": "*",
}


def forget(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take them out of this process's environment, and leave what keeps an SDK from looking elsewhere.

    To be called before anything reads them.
    """
    for name in [name for name in environment if _is_one(name.upper())]:
        del environment[name]
    environment.update(_NOTHING)


def _is_one(name: str) -> bool:
    return name.startswith(("AWS_", "BOTO_", "BOTOCORE_")) or name.endswith("_PROXY")
