"""Openness: the unknown stay apart, and lags follow the calendar."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.models import openness

labels = st.lists(st.sampled_from([*openness.ACCESS, None]), max_size=30)


@given(labels)
def test_every_label_is_in_one_group_and_none_is_unknown(column):
    groups = openness.access_groups(pd.Series(column, dtype=object))
    assert set(groups) <= {"open", "served", "unreleased", "unknown"}
    assert (groups == "unknown").sum() == column.count(None)


def test_a_new_label_fails_loudly():
    with pytest.raises(ValueError, match="'Half open'"):
        openness.access_groups(pd.Series(["Half open", "Unreleased"]))


def ladder() -> pd.DataFrame:
    """Return closed models of growing size and open ones that follow."""
    rows = [
        ("closed 1", "2020-01-01", 1e20, "Unreleased", "day"),
        ("open 1", "2020-07-01", 1e20, "Open weights (unrestricted)", "day"),
        ("closed 2", "2021-01-01", 1e22, "API access", "day"),
        ("open 2", "2022-01-01", 6e21, "Open weights (restricted use)", "day"),
        ("undated", "2019-01-01", 1e30, "API access", "placeholder"),
    ]
    return pd.DataFrame(
        rows, columns=["model", "published", "training_compute_flop", "openness", "date_precision"]
    )


def follow(at: str, tolerance: float = 1.0) -> float | None:
    placed = openness.dated_compute(ladder())
    follows = openness.access_groups(placed["openness"]) == "open"
    return openness.months_behind(placed, follows, pd.Timestamp(at), tolerance)


def test_lag_counts_from_the_day_the_group_was_passed():
    assert follow("2020-03-01") is None
    assert follow("2020-12-31") == 0
    assert follow("2021-03-01") == pytest.approx(59 / openness.DAYS_PER_MONTH)
    assert follow("2022-01-01") == pytest.approx(365 / openness.DAYS_PER_MONTH)
    assert follow("2022-01-01", tolerance=2) == 0


@given(st.integers(0, 1500), st.floats(0.1, 10), st.floats(1, 10))
def test_a_wider_tolerance_never_lengthens_the_lag(days, tolerance, wider):
    at = str(pd.Timestamp("2020-07-01") + pd.Timedelta(days=days))
    assert 0 <= follow(at, tolerance * wider) <= follow(at, tolerance)


def test_a_lag_is_a_range_by_tolerance_and_rises_by_a_month_until_the_group_catches_up():
    placed = openness.dated_compute(ladder())
    follows = openness.access_groups(placed["openness"]) == "open"
    estimate = openness.lag_estimate(placed, follows, pd.Timestamp("2022-06-30"), "lag")
    later, sooner = (follow("2022-06-30", factor) for factor in (2, 1 / 2))
    assert (estimate.low, estimate.high) == (later, sooner)
    assert estimate.low == 0 < estimate.value <= estimate.high
    assert (estimate.n, estimate.unit) == (2, "months")
    month_ends = pd.date_range("2021-01-31", "2021-12-31", freq="ME")
    months = pd.Series([openness.months_behind(placed, follows, end) for end in month_ends])
    assert len(months) == 12
    assert months.diff().dropna().between(0.9, 1.1).all()


def test_what_nobody_knows_of_a_model_is_missing_and_not_closed():
    models = pd.DataFrame(
        [
            ("Unreleased", "Unreleased"),
            ("Hosted access (no API)", None),
            ("API access", "Open source"),
            ("Open weights (non-commercial)", None),
            ("Open weights (unrestricted)", "Open source"),
            (None, "Open source"),
        ],
        columns=["openness", "code_openness"],
    )
    known = openness.with_access(models)
    assert known["weights"].dropna().tolist() == ["unreleased", "served", "served", "open", "open"]
    assert known["training_code"].isna().tolist() == [False, True, False, True, False, False]
    assert known["rung"].dropna().tolist() == [0, 1, 2, 3, 4]


def test_the_ladder_tells_what_half_of_the_models_of_a_year_give_and_what_the_index_says_of_data():
    models = pd.DataFrame(
        [
            ("A", 2023, "Unreleased", None),
            ("A|B", 2023, "API access", "Open source"),
            ("A", 2023, None, None),
            ("B", 2024, "Open weights (non-commercial)", "Open source"),
            ("C", 2024, "Hosted access (no API)", "Unreleased"),
        ],
        columns=["organisations", "year", "openness", "code_openness"],
    )
    index = pd.DataFrame(
        [
            ("2023-10", openness.DATA_ACCESS[0], "A|D", "D"),
            ("2025-12", openness.DATA_ACCESS[1], "A|B", "B"),
        ],
        columns=["edition", "indicator", "developers", "disclosed"],
    )
    models = openness.with_access(models)
    makers = {name: models[models["organisations"].str.contains(name)] for name in "CBA"}
    ladder = openness.access_ladder(makers, index).set_index(["group", "year"])
    assert ladder["rung"].dropna().to_dict() == {
        ("C", 2024): 1,
        ("B", 2023): 2,
        ("B", 2024): 4,
        ("A", 2023): 2,
    }
    assert ladder.loc[("A", 2023), "models"] == 2
    assert ladder["data"].dropna().to_dict() == {
        ("B", 2025): True,
        ("A", 2023): False,
        ("A", 2025): False,
    }
    assert list(ladder.index.get_level_values("group").unique()) == list("CBA")
