"""Conditions on results: three-valued, and nothing but what they need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookpress.book.conditions import Condition, ConditionError

KNOWN = {
    "m:early": 0.64,
    "m:early.low": 0.53,
    "m:late.high": 0.21,
    "m:param.vintage": "2026-08",
    "own.n": 86,
    "m:nothing": None,
    "claim:late-share": 0.1,
}


def decide(text: str) -> bool | None:
    return Condition(text).decide(KNOWN.__getitem__)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("m:late.high < m:early.low", True),
        ("m:early > 0.7", False),
        ("0.5 < m:early < 0.7", True),
        ("m:early - m:late.high > 0.4 and own.n >= 80", True),
        ("m:early * 2 > 1.3 or m:early / 2 > 1", False),
        ("not (m:early > 0.7)", True),
        ("m:param.vintage == '2026-08'", True),
        ('m:param.vintage != "2023-03"', True),
        ("claim:late-share < m:late.high", True),
        ("m:early > -1", True),
    ],
)
def test_what_holds(text: str, held: bool) -> None:
    assert decide(text) is held


def test_a_missing_value_leaves_it_open_unless_the_rest_decides() -> None:
    assert decide("m:nothing > 0.5") is None
    assert decide("not m:nothing > 0.5") is None
    assert decide("m:nothing > 0.5 or m:early > 0.5") is True
    assert decide("m:nothing > 0.5 and m:early > 0.7") is False
    assert decide("m:nothing + 1 > 0.5 and m:early > 0.5") is None


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("known(m:early)", True),
        ("known(m:early, m:early.low, own.n)", True),
        ("known(m:nothing)", False),
        ("known(m:early, m:nothing)", False),
        ("not known(m:nothing) and m:early > 0.5", True),
        ("not known(m:nothing) or m:nothing > 0.5", True),
    ],
)
def test_whether_there_is_a_value_is_never_open(text: str, held: bool) -> None:
    assert decide(text) is held


@pytest.mark.parametrize(
    "text", ["known()", "known('a')", "known(m:early > 1)", "known(m:early + 1)", "unknown(own.n)"]
)
def test_only_of_names_can_it_be_asked_whether_they_are_known(text: str) -> None:
    with pytest.raises(ConditionError):
        Condition(text)


@pytest.mark.parametrize(
    "text", ["m:early >", "m:early", "'text'", "m:early + 1", "not m:early", "m:early and m:late.high"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionError, match="condition"):
        Condition(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os') == 1",
        "(lambda: 1)() == 1",
        "[1] == [1]",
        "m:early in [1]",
        "m:early is m:early",
        "True",
        "m:early ** 2 > 1",
        "f'{1}' == '1'",
        "own.n.real > 1",
    ],
)
def test_nothing_else_of_python_is_allowed(text: str) -> None:
    with pytest.raises(ConditionError):
        Condition(text)


def test_comparing_a_text_with_a_number_is_an_error() -> None:
    with pytest.raises(ConditionError, match="not supported"):
        decide("m:param.vintage < 3")
    with pytest.raises(ConditionError, match="division"):
        decide("m:early / 0 > 1")


def test_the_names_of_a_condition() -> None:
    assert Condition("known(m:a, b.low)").all_names == {"m:a", "b.low"}
    assert Condition("m:late.high < early.low and n > 'a:b' and claim:x-y == 1").all_names == {
        "m:late.high",
        "early.low",
        "n",
        "claim:x-y",
    }


truths = st.sampled_from([True, False, None])


@given(truths, truths)
def test_de_morgan_holds_with_unknowns_too(one: bool | None, other: bool | None) -> None:
    values = {"a:x": {True: 1.0, False: 0.0, None: None}[one], "a:y": {True: 1.0, False: 0.0, None: None}[other]}
    left = Condition("not (a:x > 0.5 and a:y > 0.5)").decide(values.__getitem__)
    right = Condition("not a:x > 0.5 or not a:y > 0.5").decide(values.__getitem__)
    assert left is right
