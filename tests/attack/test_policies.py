"""Policies as an attacker writes them: any JSON is judged without an error, and a Deny never lets anybody in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.access.policy import Policies, admits, evaluate

CALLER = {"AWS": {"arn:aws:sts::123456789012:assumed-role/r/s", "arn:aws:iam::123456789012:role/r"}}
CONTEXT = {
    "aws:username": "ada",
    "aws:CurrentTime": "2026-11-28T12:00:00Z",
    "aws:EpochTime": "1795867200",
    "aws:SourceIp": "127.0.0.1",
    "aws:SecureTransport": "true",
    "aws:PrincipalArn": "arn:aws:iam::123456789012:role/r",
    "aws:TagKeys": ["team", "cost"],
    "s3:max-keys": "10",
    "blob": "YWJj",
}


def statement(effect="Allow", action="s3:GetObject", resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def allowed(*policies, resource="arn:aws:s3:::bucket/key", context=None, action="s3:GetObject", **kinds) -> bool:
    context = CONTEXT if context is None else context
    return evaluate(Policies(list(policies), **kinds), CALLER, action, resource, context).allowed


def holds(operator, key, wanted) -> bool:
    """Whether a condition is met by the context above."""
    return allowed(policy(statement(Condition={operator: {key: wanted}})))


# ---- odd values of every operator --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2020-01-01", "2099-01-01"),
        ("2020-01-01T00:00:00", "2099-01-01T00:00:00"),
        ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
        ("2020-01-01T00:00Z", "2099-01-01T00:00+02:00"),
        ("2026-11-28T13:59:59+02:00", "2026-11-28T12:00:00.5Z"),
        ("2020-01", "2099-12"),
        ("2020", "2099"),
        ("1577836800", "4070908800"),
        (1577836800, 4070908800),
        ("0", "99999999999999999999"),
    ],
)
def test_dates_are_read_in_every_form(earlier, later):
    assert holds("DateGreaterThan", "aws:CurrentTime", earlier)
    assert not holds("DateLessThan", "aws:CurrentTime", earlier)
    assert holds("DateLessThan", "aws:CurrentTime", later)
    assert not holds("DateGreaterThanEquals", "aws:CurrentTime", later)
    assert holds("DateLessThan", "aws:EpochTime", later)


UNREADABLE = [
    "",
    "abc",
    "2099-13-45",
    "2099-01-01T99:99:99Z",
    "1_000",
    "nan",
    "inf",
    "٣",
    "1e99999",
    "::/x",
    None,
    {},
    [],
]


@pytest.mark.parametrize("wanted", UNREADABLE)
@pytest.mark.parametrize(
    ("operator", "key"),
    [
        ("DateLessThan", "aws:CurrentTime"),
        ("DateEquals", "aws:CurrentTime"),
        ("NumericGreaterThanEquals", "s3:max-keys"),
        ("NumericEquals", "s3:max-keys"),
        ("IpAddress", "aws:SourceIp"),
        ("Bool", "aws:SecureTransport"),
        ("ArnLike", "aws:PrincipalArn"),
        ("ForAnyValue:StringEquals", "aws:TagKeys"),
    ],
)
def test_what_can_not_be_read_equals_nothing(operator, key, wanted):
    assert not holds(operator, key, wanted)


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "outcome"),
    [
        ("NumericEquals", "s3:max-keys", "10.0", True),
        ("NumericEquals", "s3:max-keys", 10, True),
        ("NumericLessThan", "s3:max-keys", ["x", "11"], True),
        ("NumericNotEquals", "s3:max-keys", [9, 10], False),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "TRUE", True),
        ("Bool", "aws:SecureTransport", False, False),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", ["2001:db8::/32", "127.0.0.1"], True),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", False),
        ("NotIpAddress", "aws:SourceIp", "2001:db8::/32", True),
        ("IpAddress", "aws:SourceIp", "127.0.0.9/8", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/r", False),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/?", True),
        ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/other", True),
        ("BinaryEquals", "blob", "YWJj", True),
        ("BinaryEquals", "blob", "YWJ", False),
        ("BinaryEquals", "blob", "****", False),
        ("Null", "aws:username", False, True),
        ("Null", "aws:username", "true", False),
        ("Null", "aws:none", "true", True),
        ("Null", "aws:none", "perhaps", False),
        ("StringEquals", "AWS:UserName", "ada", True),
        ("StringEqualsIgnoreCase", "aws:username", "ADA", True),
        ("StringLike", "aws:username", "a?a*", True),
        ("StringNotLike", "aws:username", ["x", "a*"], False),
        ("StringEquals", "aws:none", "ada", False),
        ("StringNotEquals", "aws:none", "ada", True),
        ("StringEqualsIfExists", "aws:none", "ada", True),
        ("NumericLessThanIfExists", "s3:max-keys", "9", False),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "x"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team"], False),
        ("ForAllValues:StringEquals", "aws:none", ["team"], True),
        ("ForAnyValue:StringEquals", "aws:none", ["team"], False),
        ("ForAnyValue:StringLike", "aws:TagKeys", ["te*"], True),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["team"], False),
        ("StringNotEquals", "aws:TagKeys", ["team"], False),
        ("StringMatches", "aws:username", "ada", False),
        ("ForSomeValues:StringEquals", "aws:TagKeys", "team", False),
        ("StringEquals", "aws:username", [], False),
        ("StringNotEquals", "aws:username", [], True),
    ],
)
def test_operators(operator, key, wanted, outcome):
    assert holds(operator, key, wanted) is outcome


# ---- variables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "key", "outcome"),
    [
        ("${aws:username}/*", "ada/x", True),
        ("${aws:username}/*", "bob/x", False),
        ("${AWS:UserName}", "ada", True),
        ("${aws:PrincipalTag/team, 'a'}/*", "a/x", True),
        ("${aws:PrincipalTag/team, 'a'}/*", "b/x", False),
        ("${aws:username, 'a'}", "ada", True),
        ("${aws:PrincipalTag/team,''}x", "x", True),
        ("${aws:PrincipalTag/team}/*", "${aws:PrincipalTag/team}/x", False),
        ("${aws:TagKeys}", "team", False),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("a${?}", "a?", True),
        ("a${?}", "ab", False),
        ("${$}{aws:username}", "${aws:username}", True),
    ],
)
def test_variables_of_a_resource(resource, key, outcome):
    assert (
        allowed(policy(statement(resource=f"arn:aws:s3:::b/{resource}")), resource=f"arn:aws:s3:::b/{key}") is outcome
    )


def test_a_star_that_comes_with_the_request_is_no_wildcard():
    rights = policy(statement(resource="arn:aws:s3:::b/${s3:prefix}"))
    assert not allowed(rights, resource="arn:aws:s3:::b/secret", context={"s3:prefix": "*"})
    assert allowed(rights, resource="arn:aws:s3:::b/*", context={"s3:prefix": "*"})


def test_variables_of_conditions():
    assert holds("StringEquals", "aws:username", "${aws:PrincipalTag/name, 'ada'}")
    assert holds("StringLike", "aws:username", "${aws:username}")
    assert not holds("StringEquals", "aws:username", "${aws:none}")


def test_an_older_version_has_no_variables():
    rights = policy(statement(resource="arn:aws:s3:::b/${aws:username}"), version="2008-10-17")
    assert not allowed(rights, resource="arn:aws:s3:::b/ada")
    assert allowed(rights, resource="arn:aws:s3:::b/${aws:username}")


# ---- what hems in ------------------------------------------------------------------------------------


def test_a_boundary_holds_back_what_a_resource_allows_to_everybody_but_not_to_the_session_itself():
    """IAM user guide, "Permissions boundaries for IAM entities": resource-based policies."""
    session = policy(statement(Principal={"AWS": "arn:aws:sts::123456789012:assumed-role/r/s"}))
    role = policy(statement(Principal={"AWS": "arn:aws:iam::123456789012:role/r"}))
    everybody, fence = policy(statement(Principal="*")), policy(statement(action="sqs:*"))
    assert not evaluate(Policies([], everybody, fence), CALLER, "s3:GetObject", "x", {}).allowed
    assert not evaluate(Policies([], role, fence), CALLER, "s3:GetObject", "x", {}).allowed
    assert evaluate(Policies([], session, fence), CALLER, "s3:GetObject", "x", {}).allowed
    forbidding = policy(statement("Deny"))
    assert not evaluate(Policies([], session, forbidding), CALLER, "s3:GetObject", "x", {}).allowed


# ---- whatever comes in -------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "s3:GetObject",
        "s3:*",
        "*",
        "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::bucket/${aws:username}",
        "${",
        "${aws:x, 'y'}",
        "2099-01-01",
        "2012-10-17",
        "127.0.0.1/33",
        "::1",
        "",
        "true",
        "team",
        "*" * 9 + "b",
        "123456789012",
    ]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.text(max_size=5))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))
OPERATORS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:", "ForNone:"]),
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "NumericLessThan",
            "NumericNotEquals",
            "DateGreaterThan",
            "DateNotEquals",
            "Bool",
            "BinaryEquals",
            "IpAddress",
            "NotIpAddress",
            "ArnLike",
            "ArnNotEquals",
            "Null",
            "Nonsense",
        ]
    ),
    st.sampled_from(["", "IfExists"]),
)
KEYS = st.sampled_from([*CONTEXT, "aws:PrincipalTag/team", ""])
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2) | VALUES, max_size=2)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Action": VALUES,
        "NotAction": VALUES,
        "Resource": VALUES,
        "NotResource": VALUES,
        "Principal": VALUES,
        "NotPrincipal": VALUES,
        "Condition": CONDITIONS | VALUES,
    },
)
DOCUMENTS = st.fixed_dictionaries({"Version": VALUES, "Statement": st.lists(STATEMENTS, max_size=4) | VALUES}) | VALUES


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS, WORDS)
def test_any_json_is_judged(identity, resource, fence, target):
    decision = evaluate(Policies([identity], resource, fence, fence), CALLER, "s3:GetObject", target, CONTEXT)
    assert decision.allowed or decision.reason
    assert admits(identity, CALLER, "sts:AssumeRole", CONTEXT) in (True, False)


@given(st.lists(STATEMENTS, max_size=4), STATEMENTS, WORDS)
def test_a_deny_more_never_allows(statements, another, target):
    denying = {**another, "Effect": "Deny"}
    if allowed(policy(*statements, denying), resource=target):
        assert allowed(policy(*statements), resource=target)
    if allowed(policy(statement()), resource=target, boundary=policy(*statements, denying)):
        assert allowed(policy(statement()), resource=target, boundary=policy(*statements))


@given(st.lists(STATEMENTS, max_size=4).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), WORDS)
def test_the_order_of_statements_never_matters(both, target):
    one, other = both
    assert allowed(policy(*one), resource=target) == allowed(policy(*other), resource=target)


@given(st.text("ab*?${}', ", max_size=12), st.text("ab*$?{}", max_size=6))
def test_a_resource_is_never_wider_than_its_text(pattern, key):
    """What a pattern without wildcards matches is itself, whatever else stands in it."""
    matched = allowed(policy(statement(resource=pattern)), resource=key, context={})
    if matched and not set(pattern) & set("*?$"):
        assert pattern == key


def test_policies_of_the_greatest_size_are_judged_at_once():
    """20 KB of stars, against a key of 1,024 characters."""
    rights = policy(statement(resource=["*a" * 40 + "*b"] * 250), statement("Deny", resource="*?a" * 3000 + "b"))
    assert len(json.dumps(rights)) > 20_000
    assert not allowed(rights, resource="a" * 1024)
