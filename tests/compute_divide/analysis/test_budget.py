"""The calculator: the laws that any training budget obeys, and ranks counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.chips import budget
from compute_divide.analysis.chips import ranking as reach

amounts = st.floats(1, 1e12)
prices = st.floats(0.01, 100)
peaks = st.floats(1e9, 1e17)
shares = st.floats(0.05, 0.9)
months = st.floats(0.1, 60)
computes = st.lists(st.floats(1e6, 1e28), min_size=1, max_size=30)


def models_of(flop: list[float], year: int = 2020, team: str = "industry-only") -> pd.DataFrame:
    return pd.DataFrame({"year": year, "team_type": team, "training_compute_flop": flop})


@given(amounts, prices, peaks, shares, months)
def test_doubling_the_budget_doubles_the_run(amount, price, peak, share, month):
    one, two = (budget.rented_run(times * amount, price, peak, share, month) for times in (1, 2))
    assert two.flop == pytest.approx(2 * one.flop)
    assert two.chips == pytest.approx(2 * one.chips)


@given(amounts, prices, peaks, shares, months)
def test_a_longer_run_needs_fewer_chips_for_the_same_compute(amount, price, peak, share, month):
    short, long = (budget.rented_run(amount, price, peak, share, times * month) for times in (1, 3))
    assert long.flop == short.flop
    assert long.chips == pytest.approx(short.chips / 3)


@given(amounts, prices, peaks, shares, months)
def test_cost_is_the_inverse_of_the_run(amount, price, peak, share, month):
    run = budget.rented_run(amount, price, peak, share, month)
    assert budget.run_cost(run.flop, price, peak, share) == pytest.approx(amount)


@given(amounts, prices, peaks, shares, months)
def test_renting_and_owning_the_same_chips_trains_the_same(amount, price, peak, share, month):
    rented = budget.rented_run(amount, price, peak, share, month)
    owned = budget.owned_run(rented.chips, peak, share, month)
    assert owned.flop == pytest.approx(rented.flop)
    assert owned.chip_hours == pytest.approx(rented.chip_hours)


@given(computes, st.floats(1e6, 1e28), st.floats(1, 1e6))
def test_more_compute_never_ranks_lower(flop, run, more):
    models = models_of(flop)
    less, greater = (reach.reach(models, value, ["all"]).iloc[0] for value in (run, run * more))
    assert greater["rank"] <= less["rank"]
    assert greater["share"] >= less["share"]
    assert 1 <= less["rank"] <= len(flop) + 1
    assert less["within"] + less["rank"] == len(flop) + 1


@given(computes)
def test_a_run_as_large_as_the_largest_model_ranks_first(flop):
    assert reach.reach(models_of(flop), max(flop), ["all"])["rank"].item() == 1


def test_by_hand():
    run = budget.rented_run(3.6e6, price=3.6, peak=1e15, utilisation=0.4, months=1)
    assert run.chip_hours == pytest.approx(1e6)
    assert run.chips == pytest.approx(1e6 / 730.5)
    assert run.flop == pytest.approx(1e6 * 3600 * 4e14)


def test_reach_counts_known_compute_only_and_tells_the_rest():
    models = pd.concat(  # an index with repeats, as after any concat
        [
            models_of([1e20, 1e24, np.nan]),
            models_of([1e19], team="academia-only"),
            models_of([1e21], year=2021, team="unknown"),
            pd.DataFrame({"year": [pd.NA], "team_type": ["other"], "training_compute_flop": [1e10]}),
        ],
    )
    ranks = reach.reach(models, 1e22).set_index(["group", "year"])
    assert ranks.loc[("all", 2020), ["n", "within", "rank", "unknown"]].tolist() == [3, 2, 2, 1]
    assert ranks.loc[("industry-only", 2020), ["n", "within", "rank", "unknown"]].tolist() == [2, 1, 2, 1]
    assert ranks.loc[("academia-only", 2020), "rank"] == 1
    assert ranks.loc[("all", 2021), "n"] == 1
    assert ("other", 2020) not in ranks.index


def test_years_without_any_known_compute_have_no_share():
    row = reach.reach(models_of([np.nan, np.nan]), 1e20, ["all"]).iloc[0]
    assert row["n"] == 0
    assert pd.isna(row["share"])
    assert reach.last_year_in_reach(reach.reach(models_of([np.nan]), 1e20)) is None


def test_last_year_in_reach():
    models = pd.concat([models_of([1e20], 2018), models_of([1e22, 1e23], 2019), models_of([1e25], 2020)])
    ranks = reach.reach(models, 5e22)
    assert reach.last_year_in_reach(ranks) == 2018
    assert reach.last_year_in_reach(ranks, rank=2) == 2020


def test_cost_by_year_prices_the_median_and_the_largest():
    costs = reach.cost_by_year(models_of([1e20, 1e22, 1e24]), price=2.0, peak=1e15, utilisation=0.5)
    by_quantile = costs.set_index("quantile")
    assert by_quantile.loc[0.5, "flop"] == pytest.approx(1e22)
    assert by_quantile.loc[1.0, "flop"] == pytest.approx(1e24)
    assert by_quantile.loc[1.0, "usd"] == pytest.approx(1e24 / (3600 * 5e14) * 2)


def test_implied_utilisation_needs_all_four_and_keeps_the_impossible():
    models = pd.DataFrame(
        {
            "training_compute_flop": [3600 * 4e14, np.nan, 3600 * 2e15],
            "hardware_quantity": [1.0, 1.0, 1.0],
            "training_time_hours": [1.0, 1.0, 1.0],
        }
    )
    implied = budget.implied_utilisation(models, pd.Series([1e15, 1e15, 1e15]))
    assert implied.tolist() == pytest.approx([0.4, 2.0])


def test_quotes_come_from_the_newest_year():
    prices = pd.DataFrame(
        {
            "chip": ["A", "A", "A", "A", "B"],
            "date": pd.to_datetime(["2023-01-01", "2024-01-01", "2024-06-01", "2024-07-01", "2025-01-01"]),
            "usd_per_chip_hour": [9.0, 1.0, 2.0, np.nan, 4.0],
        }
    )
    assert budget.newest_quotes(prices, "A") == budget.Quotes("A", 2024, 2, 1.0, 1.5, 2.0)
    with pytest.raises(ValueError, match="'C'"):
        budget.newest_quotes(prices, "C")


@given(peaks, shares, months)
def test_a_machine_that_runs_as_long_as_it_needs_trains_just_that(peak, share, month):
    run = budget.owned_run(100, peak, share, month)
    assert budget.run_months(run.flop, 100 * peak, share) == pytest.approx(month)


def test_offers_join_peaks_and_quotes():
    prices = pd.DataFrame(
        {"chip": ["A", "B"], "date": pd.to_datetime(["2024-01-01", "2025-01-01"]), "usd_per_chip_hour": [1.0, 4.0]}
    )
    table = budget.offers(prices, pd.Series({"A": 1e12, "B": 2e12}), ["B", "A"])
    assert table["chip"].tolist() == ["B", "A"]
    assert table[["peak", "year", "n", "median"]].to_numpy().tolist() == [[2e12, 2025, 1, 4], [1e12, 2024, 1, 1]]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"budget": -1.0}, "budget"),
        ({"price": 0.0}, "price"),
        ({"peak": float("inf")}, "peak"),
        ({"utilisation": 1.2}, "utilisation"),
        ({"months": 0.0}, "months"),
    ],
)
def test_a_quantity_out_of_range_is_named(wrong, named):
    settings = {"budget": 1e6, "price": 2.0, "peak": 1e15, "utilisation": 0.4, "months": 3.0}
    with pytest.raises(ValueError, match=named):
        budget.rented_run(**(settings | wrong))
