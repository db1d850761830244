"""What the tests of JSONPath share: fields evaluated on data, without a machine."""

from __future__ import annotations

from typing import Any

from local_aws.states.document import Document
from local_aws.states.languages.jsonpath.templates import PayloadTemplate
from local_aws.states.languages.scope import Scope

CONTEXT = {"Execution": {"Input": Document({"given": [1, 2]}), "Name": "run-1"}, "State": {"Name": "S"}}


def scope(data: Any, **variables: Any) -> Scope:
    """A scope with this data as input."""
    document = Document(data)
    return Scope(document, document, {name: Document(value) for name, value in variables.items()}, lambda: CONTEXT)


def value(expression: str, data: Any = None, **variables: Any) -> Any:
    """What a template's field `v.$` comes to."""
    found = scope({} if data is None else data, **variables)
    return PayloadTemplate({"v.$": expression}).filled(found, found.data).value["v"]
