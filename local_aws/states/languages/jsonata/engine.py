"""jsonata-python, of which the parser and the table of error texts are used, and nothing that evaluates.

The package is pinned; what is relied on of its inside is held by a test that fails when an upgrade moves it.
"""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace
from typing import Any, Final

_recursion_limit = sys.getrecursionlimit()
import jsonata  # noqa: E402
from jsonata import parser, tokenizer  # noqa: E402

# The engine raises the limit of the whole process to 10,000 when it is imported; a bounded depth needs no such thing.
sys.setrecursionlimit(max(_recursion_limit, 3000))

JException = jsonata.JException
Parser = parser.Parser
Tokenizer = tokenizer.Tokenizer


class _Signature:
    """The signature of a function that an expression defines, as written: the engine's own is read by us."""

    def __init__(self, text: str, _name: str):
        self.text = text


# The parser would read the signature for its own evaluator.
parser.signature = SimpleNamespace(Signature=_Signature)


def _reference_text(code: str, text: str) -> str:
    """The text as JSONata has it: the engine was translated by machine, which put `Object` for `function`."""
    text = re.sub(r"\bObject\b(?! structure)", "function", text)
    return text.replace("function_name", "functionName") if code == "D3140" else text.replace('"', "'")


ERROR_TEXTS: Final[dict[str, Any]] = {
    code: _reference_text(code, text) for code, text in JException.error_codes.items()
} | {"T1010": "The matcher function argument passed to function {{token}} does not return the correct object structure"}
