"""What can be wrong with a JSONata expression in a draft, in words: its delimiters, its grammar, what it refers to.

What Step Functions would say of it when the state machine is created is taken from the check of the embedded AWS,
which needs no AWS to be there (Step Functions developer guide, Transforming data with JSONata).
"""

from __future__ import annotations

from collections.abc import Iterator


def expression_faults(value: str) -> Iterator[str]:
    """What is wrong with a string that has `{%` or `%}` in it. An expression is the whole string."""
    if value.startswith("{%") and value.endswith("%}") and len(value) >= 4:
        if not value[2:-2].strip():
            yield "an empty expression; write what it should give between {% and %}."
            return
        yield from _refused(value)
    elif value.strip().startswith("{%") and value.strip().endswith("%}"):
        yield "a blank outside the delimiters: the string begins with {% and ends with %}."
    elif value.startswith("{%"):
        yield "the expression is opened by {% and never closed: the string ends with %}."
    elif value.endswith("%}"):
        yield "the expression is closed by %} and never opened: the string begins with {%."
    else:
        yield "text around an expression: join it inside, as in {% 'text' & $name %}."


def _refused(value: str) -> Iterator[str]:
    # With it comes the whole language, which takes most of a second: `import course` shouldn't wait for it.
    from local_aws.states.definition.expressions import ALWAYS, check

    # Arguments are worked out before there is a result: `$states` has what it always has.
    for found in check(value, "", ALWAYS):
        yield found.message.rstrip(".") + "."
