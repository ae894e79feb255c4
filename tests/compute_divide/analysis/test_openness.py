"""Openness: the unknown stay apart, and lags follow the calendar."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.models import openness

labels = st.lists(st.sampled_from([*openness.ACCESS, None]), max_size=30)


@given(labels)
def test_shares_of_the_known_add_up_and_lie_within_their_bounds(column):
    models = pd.DataFrame({"openness": pd.Series(column, dtype=object)})
    shares = [openness.group_share(models, "openness", group, group) for group in openness.ACCESS_GROUPS[:-1]]
    unknown = openness.group_share(models, "openness", "unknown", "unknown")
    assert sum(share.k for share in shares) + unknown.k == len(column)
    for group, share in zip(openness.ACCESS_GROUPS, shares, strict=False):
        bounds = openness.group_bounds(models, "openness", group, group)
        if share.value is not None:
            assert bounds.low - 1e-12 <= share.value <= bounds.high + 1e-12
        if unknown.k == 0 and column:
            assert bounds.low == bounds.high == share.value


def test_a_new_label_fails_loudly():
    with pytest.raises(ValueError, match="'Half open'"):
        openness.access_groups(pd.Series(["Half open", "Unreleased"]))


def test_by_hand():
    models = pd.DataFrame(
        {
            "year": [2020, 2020, 2020, 2021],
            "team_type": "industry-only",
            "openness": ["API access", "Open weights (non-commercial)", None, "Unreleased"],
        }
    )
    table = openness.shares_by_access(models, "openness", ["year", "team_type"]).set_index(["year", "access"])
    row = table.loc[(2020, "open")]
    assert (row["k"], row["n"], row["unknown"]) == (1, 2, 1)
    assert (row["bound_low"], row["share"], row["bound_high"]) == (1 / 3, 0.5, 2 / 3)
    assert table.loc[(2021, "unreleased"), "share"] == 1


def ladder() -> pd.DataFrame:
    """Return closed models of growing size and open ones that follow."""
    rows = [
        ("closed 1", "2020-01-01", 1e20, "Unreleased", "day"),
        ("open 1", "2020-07-01", 1e20, "Open weights (unrestricted)", "day"),
        ("closed 2", "2021-01-01", 1e22, "API access", "day"),
        ("open 2", "2022-01-01", 6e21, "Open weights (restricted use)", "day"),
        ("undated", "2019-01-01", 1e30, "API access", "placeholder"),
    ]
    return pd.DataFrame(rows, columns=["model", "published", "training_compute_flop", "openness", "date_precision"])


def lag(at: str, tolerance: float = 1.0) -> openness.Lag:
    placed = openness.dated_compute(ladder())
    return openness.lag_at(placed, openness.access_groups(placed["openness"]) == "open", pd.Timestamp(at), tolerance)


def test_lag_counts_from_the_day_the_group_was_passed():
    assert lag("2020-03-01").months is None
    assert lag("2020-12-31").months == 0
    passed = lag("2021-03-01")
    assert (passed.own, passed.passed_by) == ("open 1", "closed 2")
    assert passed.months == pytest.approx(59 / openness.DAYS_PER_MONTH)
    assert lag("2022-01-01").months == pytest.approx(365 / openness.DAYS_PER_MONTH)
    assert lag("2022-01-01", tolerance=2).months == 0


@given(st.integers(0, 1500), st.floats(0.1, 10), st.floats(1, 10))
def test_a_wider_tolerance_never_lengthens_the_lag(days, tolerance, wider):
    at = str(pd.Timestamp("2020-07-01") + pd.Timedelta(days=days))
    strict, loose = lag(at, tolerance).months, lag(at, tolerance * wider).months
    assert 0 <= loose <= strict


def test_estimate_is_a_range_by_tolerance():
    placed = openness.dated_compute(ladder())
    follows = openness.access_groups(placed["openness"]) == "open"
    estimate = openness.lag_estimate(placed, follows, pd.Timestamp("2022-06-30"), "lag")
    later, sooner = (lag("2022-06-30", factor).months for factor in (2, 1 / 2))
    assert (estimate.low, estimate.high) == (later, sooner)
    assert estimate.low == 0 < estimate.value <= estimate.high
    assert (estimate.n, estimate.unit) == (2, "months")


def test_lag_by_month_rises_by_a_month_until_the_group_catches_up():
    placed = openness.dated_compute(ladder())
    follows = openness.access_groups(placed["openness"]) == "open"
    table = openness.lag_by_month(placed, follows, 2021, pd.Timestamp("2021-12-31"))
    assert len(table) == 12
    assert table["months"].diff().dropna().between(0.9, 1.1).all()


def test_a_name_that_two_models_share_is_not_matched():
    older = pd.DataFrame({"model": ["a", "a", "b"], "openness": [None, "Open source", None]})
    newer = pd.DataFrame({"model": ["a", "b"], "openness": ["Open source"] * 2})
    assert openness.access_changes(older, newer)["models"].sum() == 1


def test_access_changes_match_by_name():
    older = pd.DataFrame({"model": ["a", "b", "gone"], "openness": ["Unreleased", None, "API access"]})
    newer = pd.DataFrame({"model": ["b", "a", "new"], "openness": ["Unreleased", "Open source", "API access"]})
    changes = openness.access_changes(older, newer)
    assert changes.to_numpy().tolist() == [["unknown", "unreleased", 1], ["unreleased", "open", 1]]
