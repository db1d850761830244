"""jsonata-python, imported without what it does to the process around it.

The package is pinned; what this package relies on of its inside is held by a test that fails when an upgrade
moves it.
"""

from __future__ import annotations

import sys
from typing import Final

_recursion_limit = sys.getrecursionlimit()
import jsonata  # noqa: E402
import jsonata.jsonata as core  # noqa: E402

# The engine raises the limit of the whole process to 10,000 when it is imported; a bounded depth needs no such thing.
sys.setrecursionlimit(max(_recursion_limit, 3000))
# The engine reports a call of something that is no function on standard output, besides raising the error.
core.print = lambda *_args, **_kwargs: None

Jsonata = jsonata.Jsonata
Frame = jsonata.Jsonata.Frame
Functions = jsonata.Functions
JException = jsonata.JException
Parser = jsonata.Parser
Tokenizer = jsonata.Tokenizer
Utils = jsonata.Utils
NULL: Final = jsonata.Utils.NULL_VALUE
"""The engine's null: None stands for undefined in it."""
