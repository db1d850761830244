"""Filter patterns of CloudWatch Logs: which log events a pattern means.

`compile_pattern` reads a pattern once; `matches` holds it against as many messages as needed, in time that doesn't
grow out of bounds with either. Source: "Filter pattern syntax for metric filters, subscription filters, and filter
log events", Amazon CloudWatch Logs user guide. The texts of errors are those that public bug reports quote; where none
is known, the plain one is *Invalid filter pattern*.
"""

from __future__ import annotations

from local_aws.logs.filter_pattern import json_fields, space_delimited, terms
from local_aws.logs.filter_pattern.pattern import Pattern, PatternError

__all__ = ["Pattern", "PatternError", "compile_pattern"]


def compile_pattern(text: str) -> Pattern:
    """A filter pattern, ready to be held against messages; an empty one is every message's.

    Raises:
        PatternError: it isn't one; its text is what AWS answers.
    """
    text = text.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError("If a filter pattern starts with '{' it must end with '}'")
        return json_fields.parse(text[1:-1])
    if text.startswith("["):
        if not text.endswith("]"):
            raise PatternError("If a filter pattern starts with '[' it must end with ']'")
        return space_delimited.parse(text[1:-1])
    return terms.parse(text)
