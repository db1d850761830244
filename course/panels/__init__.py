"""Panels: what the AWS console shows, done for real through boto3, in a lesson.

A panel a file. Each has the console's click path beside it and a button that copies what is to be pasted there.
`panel` is what they have in common, `description` how they read as text. A panel is imported when it is asked for: its
function is named as its file is.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.panels.bucket import bucket_panel
    from course.panels.console import console_panel
    from course.panels.costs import costs_panel
    from course.panels.draft import draft_panel
    from course.panels.execution import execution_panel
    from course.panels.function import function_panel
    from course.panels.jsonata import jsonata_panel
    from course.panels.logs import logs_panel
    from course.panels.permissions import permissions_panel
    from course.panels.trigger import trigger_panel
    from course.panels.values import values_panel

__all__ = [
    "bucket_panel",
    "console_panel",
    "costs_panel",
    "draft_panel",
    "execution_panel",
    "function_panel",
    "jsonata_panel",
    "logs_panel",
    "permissions_panel",
    "trigger_panel",
    "values_panel",
]


def __getattr__(name: str) -> Any:
    """A panel's function."""
    if name in __all__:
        return getattr(importlib.import_module(f"course.panels.{name.removesuffix('_panel')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
