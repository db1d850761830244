"""Read by IPython before anything else of a kernel: it begins with no way to a real AWS account.

It is installed into the environment (`etc/ipython`). Tried against the other places: a start-up file comes after the
learner's own, and not at all when one of those fails; a kernel spec is passed over by VS Code; `sitecustomize` would
take the settings from JupyterLab itself, and with them from every kernel that may use them.
"""

import os

try:
    import account_guard
except ImportError:
    # The project was moved or removed: closed all the same, as far as that goes without it.
    for _name in [name for name in os.environ if name.startswith(("AWS_", "BOTO_CONFIG", "FSSPEC_S3"))]:
        del os.environ[_name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        BOTO_CONFIG=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
    )
else:
    account_guard.close_kernel()
    # Run when there is a shell: after a restart, the first thing that a learner meets is a name that is gone.
    get_config().InteractiveShellApp.exec_lines = [  # type: ignore[name-defined]  # noqa: F821
        "from account_guard import first_cell as _first_cell; _first_cell.explain(get_ipython()); del _first_cell"
    ]
