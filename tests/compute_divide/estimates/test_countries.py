"""Whose companies share: countries, bounds and records under laws that hold for any models."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.models.countries import made_in, opened_by_year
from compute_divide.estimates.models.outside import CapabilityIndex
from compute_divide.estimates.statistics.bounds import bounded_share

access = st.sampled_from(["open", "served", "unreleased", None])
models = st.lists(st.tuples(access, st.integers(2019, 2022)), max_size=30).map(
    lambda rows: pd.DataFrame(rows, columns=["weights", "year"]).astype(
        {"weights": object, "year": int}
    )
)


@given(models)
def test_bounds_contain_whatever_the_unknown_answers_are(rows):
    is_open = rows["weights"].eq("open").where(rows["weights"].notna())
    found = bounded_share(is_open, "open")
    if rows.empty:
        assert (found.value, found.low, found.n) == (None, None, 0)
        return
    closed = rows["weights"].fillna("served").eq("open").mean()
    opened = rows["weights"].fillna("open").eq("open").mean()
    assert (found.low, found.high) == pytest.approx((closed, opened))
    if found.value is None:
        assert rows["weights"].isna().all()
    else:
        assert found.low - 1e-12 <= found.value <= found.high + 1e-12


@given(models, models)
def test_every_model_is_counted_once_in_the_year_and_group_that_it_is_of(first, second):
    table = opened_by_year({"first": first, "second": second})
    for name, rows in (("first", first), ("second", second)):
        own = table[table["group"] == name]
        assert own["n"].sum() == rows["weights"].notna().sum()
        assert own["k"].sum() == rows["weights"].eq("open").sum()
        assert own["year"].is_monotonic_increasing
    assert table["share"].between(table["low"], table["high"]).all()


makers = st.lists(
    st.one_of(st.none(), st.sets(st.sampled_from("abc"), min_size=1).map("|".join)), max_size=9
)


@given(makers, st.sets(st.sampled_from("abc")))
def test_a_model_is_of_a_country_by_one_maker_or_by_all(listed, countries):
    models = pd.DataFrame({"countries": pd.Series(listed, dtype=object)})
    known = models["countries"].notna()
    theirs = made_in(models, *countries)
    alone = made_in(models, *countries, alone=True)
    elsewhere = made_in(models, *({*"abc"} - countries))
    assert not (alone & ~theirs).any()
    assert (theirs | elsewhere).equals(known)
    assert (alone == known & ~elsewhere).all()


def indexed(rows):
    """Return an index of models: name, day, access, index, and half the width of its interval."""
    columns = ["model", "released", "openness", "index", "error"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype({"released": "datetime64[ns]", "index": float, "error": float})
    ends = {"low": table["index"] - table["error"], "high": table["index"] + table["error"]}
    return CapabilityIndex(table.assign(**ends))


OPEN = "Open weights (unrestricted)"


@pytest.mark.parametrize(
    ("index", "error", "low", "high"), [(90, 1, 0, 0), (130, 1, 1, 1), (100, 5, 0.3, 0.7)]
)
def test_the_chance_of_a_record_follows_index_and_error(index, error, low, high):
    rows = [
        ("closed", "2024-01-01", "API access", 200, 0),
        ("before", "2024-02-01", OPEN, 100, 0),
        ("after", "2024-03-01", OPEN, index, error),
    ]
    ranked = indexed(rows)
    is_after = ranked.models["model"] == "after"
    chance = ranked.record_chance(is_after, pd.Timestamp("2024-03-01"), "a record")
    assert low <= chance.value <= high
    assert ranked.record_chance(is_after, pd.Timestamp("2024-03-02"), "none").value is None
