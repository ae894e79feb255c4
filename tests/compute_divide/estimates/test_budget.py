"""The calculator: the laws that any training budget obeys, and ranks counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compute_divide as cd
from compute_divide.estimates.chips import budget


def models_of(flop: list[float], year: int = 2020) -> pd.DataFrame:
    return pd.DataFrame({"year": year, "training_compute_flop": flop})


def test_by_hand():
    assert budget.run_flop(1e6, peak=1e15, utilisation=0.4) == pytest.approx(1e6 * 3600 * 4e14)
    assert pytest.approx(730.5) == budget.HOURS_PER_MONTH


@given(
    st.lists(st.floats(1e6, 1e28), min_size=1, max_size=30), st.floats(1e6, 1e28), st.floats(1, 1e6)
)
def test_more_compute_never_ranks_lower(flop, run, more):
    less, greater = (
        budget.rank_by_year(models_of(flop), value).iloc[0] for value in (run, run * more)
    )
    assert greater["rank"] <= less["rank"]
    assert greater["share"] >= less["share"]
    assert less["within"] + less["rank"] == len(flop) + 1
    assert budget.rank_by_year(models_of(flop), max(flop))["rank"].item() == 1


def test_ranks_count_known_compute_only_and_tell_the_rest():
    undated = pd.DataFrame({"year": [pd.NA], "training_compute_flop": [1e10]})
    parts = [
        models_of([1e20, 1e24, np.nan]),
        models_of([1e21], 2021),
        models_of([np.nan], 2022),
        undated,
    ]
    ranks = budget.rank_by_year(pd.concat(parts), 1e22).set_index("year")
    assert ranks.loc[2020, ["n", "within", "rank", "unknown"]].tolist() == [2, 1, 2, 1]
    assert ranks.index.tolist() == [2020, 2021, 2022]
    assert pd.isna(ranks.loc[2022, "share"])


def test_quotes_come_from_the_newest_year_and_offers_join_them_with_peaks():
    dates = pd.to_datetime(["2023-01-01", "2024-01-01", "2024-06-01", "2024-07-01", "2025-01-01"])
    prices = pd.DataFrame(
        {"chip": list("AAAAB"), "date": dates, "usd_per_chip_hour": [9.0, 1.0, 2.0, np.nan, 4.0]}
    )
    none = pd.DataFrame({"chip": []})
    assert budget.newest_quotes(prices, none, "A") == budget.Quotes("A", 2024, 2, 1.0, 1.5, 2.0)
    with pytest.raises(ValueError, match="'C'"):
        budget.newest_quotes(prices, none, "C")
    table = budget.offers(prices, none, pd.Series({"A": 1e12, "B": 2e12}), ["B", "A"])
    assert table.iloc[0].tolist() == ["B", 2e12, 2025, 1, 4.0, 4.0, 4.0]
    assert table["chip"].tolist() == ["B", "A"]


def test_list_prices_of_the_newest_month_come_before_offers():
    listed = cd.data.rental_prices()
    for name, short in budget.LISTED.items():
        newest = listed[listed["chip"] == short].iloc[-1]
        quotes = budget.newest_quotes(cd.data.prices(), listed, name)
        assert quotes.median == newest["usd_per_hour"]
        assert quotes.lowest <= quotes.median <= quotes.highest
        assert quotes.n == newest["providers"]
