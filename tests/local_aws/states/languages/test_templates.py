"""Payload templates: which fields are replaced, by what, and what is said where there is nothing."""

from __future__ import annotations

import pytest

from local_aws.states.errors import FieldError
from local_aws.states.languages.jsonpath.templates import PayloadTemplate
from tests.local_aws.states.languages.jsonpath_support import scope, value


def filled(template, data, **variables):
    found = scope(data, **variables)
    return PayloadTemplate(template).filled(found, found.data)


def test_fields_are_replaced_at_any_depth():
    """The example of "Payload Template", states-language.net."""
    template = {
        "flagged": True,
        "parts": {"first.$": "$.vals[0]", "last3.$": "$.vals[-3:]"},
        "list": [1, {"x.$": "$.flagged"}],
    }
    data = {"flagged": 7, "vals": [0, 10, 20, 30, 40, 50]}
    assert filled(template, data).value == {
        "flagged": True,
        "parts": {"first": 0, "last3": [30, 40, 50]},
        "list": [1, {"x": 7}],
    }


def test_texts_stand_for_themselves_without_the_mark():
    """Recorded on AWS: what looks like a path is none where the name has no `.$`."""
    template = {"a": "$.no.such", "b": ["$x", "States.UUID()", "{% $x %}"], "c": {"d": "$$"}}
    assert filled(template, {}).value == template


def test_where_a_path_may_begin():
    assert value("$$.Execution.Input.given[1]") == 2
    assert value("$$.State.Name") == "S"
    assert value("$$")["Execution"]["Name"] == "run-1"
    assert value("$var.a[0]", {}, var={"a": [5]}) == 5
    assert value("$größe", {}, größe=3) == 3


def test_data_that_is_taken_whole_is_the_data():
    found = scope({"a": 1})
    assert PayloadTemplate({"v.$": "$"}).filled(found, found.data).value["v"] is found.data.value


@pytest.mark.parametrize(
    ("path", "named", "searched"),
    [
        ("$.nope.deep", "$.nope.deep", '{"other":1}'),
        ("$other", "$other", '{"other":1}'),
        ("$.other[0]", "$.other[0]", '{"other":1}'),
    ],
)
def test_a_path_that_leads_nowhere(path, named, searched):
    """The sentence was recorded on AWS."""
    with pytest.raises(FieldError) as raised:
        value(path, {"other": 1})
    expected = f"The JSONPath '{named}' specified for the field 'v.$' could not be found in the input '{searched}'"
    assert raised.value.sentence == expected
    assert (raised.value.error, raised.value.documented_as) == ("States.Runtime", "States.ParameterPathFailure")


def test_an_element_beyond_the_end_is_null():
    """Measured on AWS by others: in a template, and as the last step (github floci-io/floci, pull request 3199)."""
    assert value("$.items[5]", {"items": [1, 2]}) is None
    with pytest.raises(FieldError):
        value("$.items[5].x", {"items": [1]})


def test_null_has_no_paths():
    """AWS's sentence, as users report it."""
    found = scope(None)
    with pytest.raises(FieldError, match=r"^Unable to apply Path transformation to null or empty input\.$"):
        PayloadTemplate({"v.$": "$"}).filled(found, found.data)
