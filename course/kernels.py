"""What runs a notebook from its first cell to its last, in a kernel of this Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient


def client(
    notebook: nbformat.NotebookNode,
    folder: Path,
    seconds: int,
    extensions: Iterable[str] = (),
    kind: type[NotebookClient] = NotebookClient,
    **more: Any,
) -> NotebookClient:
    """A client of a kernel that works in a folder, in which a cell has so many seconds.

    Args:
        extensions: modules that IPython loads before the first cell.
        kind: of client.
        more: further settings of nbclient's.
    """
    return kind(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        extra_arguments=[
            "--IPKernelApp.log_level=ERROR",
            *(f"--IPKernelApp.extra_extensions={name}" for name in extensions),
        ],
        resources={"metadata": {"path": str(folder)}},
        **more,
    )
