"""Paths as Jayway's JsonPath has them, which AWS uses. Where AWS itself was seen, the test says so."""

from __future__ import annotations

import json
import time

import pytest

from local_aws.states.languages.jsonpath.errors import InvalidPathError, NotFoundError, PathError
from local_aws.states.languages.jsonpath.paths import path
from local_aws.states.languages.jsonpath.reference_paths import placed, reference_path

# The store of the read-me of json-path/JsonPath, with what is particular to names.
DATA = {
    "store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees", "price": 8.95},
            {"category": "fiction", "author": "Evelyn Waugh", "price": 12.99},
            {"category": "fiction", "author": "Herman Melville", "isbn": "0-553-21311-3", "price": 8.99},
            {"category": "fiction", "author": "J. R. R. Tolkien", "isbn": None, "price": 22.99},
        ],
        "bicycle": {"color": "red", "price": 19.95},
    },
    "expensive": 10,
    "delivery-partner": "UQS",
    "aws:id": {"a b": [1]},
}
BOOKS = DATA["store"]["book"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$", DATA),
        ("$.expensive", 10),
        ("$.store.book[0].author", "Nigel Rees"),
        ("$['store']['book'][1][\"author\"]", "Evelyn Waugh"),
        ("$.store.book[-1].price", 22.99),
        ('$.["expensive"]', 10),
        # Names with a dash were recorded on AWS (the delivery-partner of the developer guide's Map).
        ("$.delivery-partner", "UQS"),
        ("$.aws:id['a b'][0]", 1),
        ("$['expensive','delivery-partner','missing']", {"expensive": 10, "delivery-partner": "UQS"}),
        ("$.store.book.length()", 4),
        ("$.store.book[*].price.max()", 22.99),
        ("$.store.bicycle.keys()", ["color", "price"]),
        ("$.store.book[*].author.first()", "Nigel Rees"),
        ("$.store.book.index(1)", BOOKS[1]),
        ("$.store.bicycle.length()", 2),
        ("$.expensive.length()", None),
    ],
)
def test_a_definite_path_gives_a_value(text, found):
    assert path(text).is_definite
    assert path(text).find(DATA) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$.store.book[*].author", [book["author"] for book in BOOKS]),
        ("$..price", [8.95, 12.99, 8.99, 22.99, 19.95]),
        ("$.store.book[:1].author", ["Nigel Rees"]),
        ("$.store.book[1:3]", BOOKS[1:3]),
        ("$.store.book[-2:]", BOOKS[-2:]),
        ("$.store.book[0,1]", BOOKS[:2]),
        ("$.store.*", [BOOKS, DATA["store"]["bicycle"]]),
        ("$.store.book[?(@.isbn)]", BOOKS[2:]),
        ("$.store.book[?(@.price < 10)].author", ["Nigel Rees", "Herman Melville"]),
        ("$.store.book[?(@.price <= $.expensive)].price", [8.95, 8.99]),
        ("$.store.book[?(@.price == '8.95')].author", ["Nigel Rees"]),
        ("$.store.book[?(@.category == 'fiction' && @.price > 20)].author", ["J. R. R. Tolkien"]),
        ("$.store.book[?(@.category == 'reference' || @.isbn == null)].price", [8.95, 22.99]),
        ("$.store.book[?(!(@.isbn))].price", [8.95, 12.99]),
        ("$.store.book[?(@.author =~ /.*REES/i)].price", [8.95]),
        ("$.store.book[?(@.category in ['reference','x'])].price", [8.95]),
        ("$.store.bicycle[?(@.color == 'red')].price", [19.95]),
        ("$['store','missing'].bicycle.color", ["red"]),
    ],
)
def test_any_other_path_gives_an_array(text, found):
    assert not path(text).is_definite
    assert path(text).find(DATA) == found


@pytest.mark.parametrize("text", ["$.items[*]", "$.item.items[*]", "$.items[1:]", "$.items[:1].value", "$..nothing"])
def test_an_array_may_be_empty(text):
    """Recorded on AWS: a wildcard or a slice of what isn't there."""
    assert path(text).find({}) == []


@pytest.mark.parametrize(
    "text", ["$.missing", "$.expensive.x", "$.store.book[4]", "$.store.book[-5]", "$.expensive.keys()"]
)
def test_a_definite_path_may_lead_nowhere(text):
    with pytest.raises(NotFoundError):
        path(text).find(DATA)


def test_an_index_into_what_is_no_array():
    """In the words that AWS passes on from its library."""
    with pytest.raises(PathError, match=r"^Filter: \[0\] can only be applied to arrays\. Current context is: 1$"):
        path("$.a[0]").find({"a": 1})
    with pytest.raises(PathError, match="calculate value using empty array"):
        path("$.a.sum()").find({"a": []})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "$a",
        "$.",
        "$..",
        "$.a.",
        "$.a b",
        "$[",
        "$[a]",
        "$['a'",
        "$['a',]",
        "$[1",
        "$.a[?(]",
        "$.a[?(@.b ==)]",
        "$.a.length().b",
        "$.a.nothing()",
        "$.a..length()",
        "$[99999999999]",
        "$.a[(@.length-1)]",
        "$." + "a" * 10_001,
    ],
)
def test_a_text_that_is_no_path(text):
    with pytest.raises(InvalidPathError):
        path(text)


def test_a_pattern_that_backtracks_ends_in_time():
    began = time.monotonic()
    with pytest.raises(PathError):
        path("$.a[?(@ =~ /(a|aa)+$/)]").find({"a": ["a" * 60 + "b"]})
    assert time.monotonic() - began < 10


def test_a_path_finds_no_more_than_a_state_could_hold():
    deep = [[[[0] * 20] * 20] * 20] * 20
    with pytest.raises(PathError, match="more than"):
        path("$..*").find(deep)


@pytest.mark.parametrize(
    "text", ["$.a[*]", "$..a", "$.a[0,1]", "$.a[?(@.b)]", "$.a.length()", "$['a','b']", "$.a[1:]", "$.*"]
)
def test_a_reference_path_has_names_and_indexes_only(text):
    """The operators of "Reference Paths" in the developer guide."""
    with pytest.raises(InvalidPathError, match=r"single node|must be followed by"):
        reference_path(text)


def test_a_reference_path_begins_with_a_dollar():
    with pytest.raises(InvalidPathError, match=r"^Reference path didn't start with '\$'$"):
        reference_path("States.ArrayLength($.a)")


@pytest.mark.parametrize(
    ("data", "text", "made"),
    [
        ({"a": 1}, "$", "new"),
        ({"a": 1}, "$.b", {"a": 1, "b": "new"}),
        ({"a": 1}, "$.a", {"a": "new"}),
        ({}, "$.a.b.c", {"a": {"b": {"c": "new"}}}),
        ([{"a": 1}, {"id": 7}, 4], "$[1].payload", [{"a": 1}, {"id": 7, "payload": "new"}, 4]),
        ({"a": [1, 2]}, "$.a[-1]", {"a": [1, "new"]}),
    ],
)
def test_a_value_put_in_at_a_place(data, text, made):
    """ResultPath, in the developer guide; the array is that of github floci-io/floci issue 3479."""
    before = json.dumps(data)
    assert placed(data, reference_path(text).steps, "new") == made
    assert json.dumps(data) == before


@pytest.mark.parametrize(
    ("data", "text"), [(1, "$.a"), ([], "$.a"), ([1], "$[1]"), ({"a": "x"}, "$.a.b"), ({}, "$.a[0]"), (None, "$.a")]
)
def test_a_place_that_the_data_cannot_have(data, text):
    with pytest.raises(NotFoundError):
        placed(data, reference_path(text).steps, "new")


def test_a_descent_goes_as_deep_as_data_can_be():
    """A thousand levels is what AWS's JSON parser allows."""
    data = {}
    for _ in range(900):
        data = {"a": data, "b": 1}
    assert path("$..b").find(data) == [1] * 900
