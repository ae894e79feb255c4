"""The counts that a rebuild must reproduce exactly, on the vintages that the project ships."""

from __future__ import annotations

from functools import cache

import pytest

from compute_divide.analysis.models.definitions import large_scale
from compute_divide.analysis.models.drift import drift
from compute_divide.analysis.statistics.ratios import ratios_by_period
from compute_divide.analysis.statistics.shares import period_share
from compute_divide.evidence.models.table import load_models

models = cache(load_models)

# Academia-only 2010-14, academia-only 2020-22, industry-only 2022: k, n and the interval in percent.
SHARES = [
    ("2023-03", "all", (53, 76, 59, 79), (14, 132, 6, 17), (32, 38, 70, 93)),
    ("2023-03", "notability-filter", (50, 69, 61, 82), (3, 41, 3, 19), (19, 21, 71, 97)),
    ("2023-03", "compute-known", (13, 20, 43, 82), (6, 73, 4, 17), (15, 20, 53, 89)),
    ("2023-03", "notability-filter-compute-known", (12, 19, 41, 81), (1, 23, 1, 21), (10, 12, 55, 95)),
    ("2026-08", "all", (55, 86, 53, 73), (35, 220, 12, 21), (50, 91, 45, 65)),
    ("2026-08", "compute-known", (29, 42, 54, 81), (22, 155, 10, 21), (33, 60, 42, 67)),
    ("2026-08", "top-k-per-year", (27, 38, 55, 83), (1, 30, 1, 17), (8, 10, 49, 94)),
    ("2026-08", "near-record", (16, 26, 43, 78), (3, 75, 1, 11), (19, 26, 54, 86)),
]


def counted(share):
    """Return count, total and the interval in whole percent."""
    return share.k, share.n, round(100 * share.low), round(100 * share.high)


@pytest.mark.parametrize(("vintage", "definition", "early", "late", "industry"), SHARES)
def test_shares_of_the_large_scale_models(vintage, definition, early, late, industry):
    chosen = large_scale(models(vintage), definition, top_k=10, record_window=2)
    assert counted(period_share(chosen, "academia-only", 2010, 2014)) == early
    assert counted(period_share(chosen, "academia-only", 2020, 2022)) == late
    assert counted(period_share(chosen, "industry-only", 2022, 2022)) == industry


def test_the_papers_filter_keeps_353_rows_of_its_vintage():
    assert len(large_scale(models("2023-03"), "notability-filter")) == 353


@pytest.mark.parametrize(
    ("vintage", "notable_only", "year", "k", "n"),
    [
        ("2023-03", False, 2022, 32, 38),
        ("2023-03", True, 2022, 20, 22),
        ("2026-08", False, 2022, 50, 91),
        ("2025-02", False, 2024, 49, 55),
        ("2026-03", True, 2024, 83, 102),
        ("2026-08", False, 2024, 81, 98),
    ],
)
def test_one_year_reads_differently_in_each_vintage(vintage, notable_only, year, k, n):
    table = models(vintage)
    share = period_share(table[table["scope"] == "notable"] if notable_only else table, "industry-only", year, year)
    assert (share.k, share.n) == (k, n)


def test_the_filter_matters_at_the_end():
    share = period_share(large_scale(models("2026-08"), "notability-filter"), "industry-only", 2024, 2024)
    assert (share.k, share.n) == (40, 56)


def test_the_drift_of_2022_runs_from_the_old_count_to_the_new_one():
    steps = drift(models("2023-03"), models("2026-08"), 2022, "industry-only").steps
    assert steps.loc[[0, 3], ["k", "n"]].values.tolist() == [[32, 38], [50, 91]]


def test_the_gap_in_training_compute_by_era():
    eras = [(2012, 2017), (2018, 2020), (2021, 2023)]
    table = models("2023-12")
    every = ratios_by_period(table, eras, "training compute")
    assert every["ratio"].round().tolist() == [263, 314, 51]
    assert every["n_under"].iloc[-1] == 13
    notable = ratios_by_period(table[table["scope"] == "notable"], eras, "training compute")
    assert round(notable["ratio"].iloc[1]) == 150
    assert (every["low"] < every["ratio"]).all()
    assert (every["ratio"] < every["high"]).all()
