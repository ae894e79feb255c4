"""The multiverse of the chapter on robustness: equal to one estimate at a time, the slow way."""

from functools import cache

import numpy as np
import pytest
from notebooks.executed import names_of_chapter

from compute_divide.estimates.models.definitions import large_scale
from compute_divide.estimates.statistics.periods import in_years
from compute_divide.estimates.statistics.shares import wilson_share
from compute_divide.estimates.statistics.teams import TEAM_TYPES, period_share
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import last_whole_year
from sampling import LONG

models = cache(load_models)
TEAM_OF = {
    "academia-share-early": "academia-only",
    "academia-share-late": "academia-only",
    "industry-share-2022": "industry-only",
}
CHOICES = ("vintage", "scope", "filter", "size", "denominator", "period")
# A size rule of the multiverse, as the chapter's parameters say it.
AS_DEFINITION = {
    "any size": {"definition": "all"},
    "compute known": {"definition": "compute-known"},
    "compute or parameters known": {"definition": "compute-or-parameters-known"},
    **{f"top {k} of the year": {"definition": "top-k-per-year", "top_k": k} for k in (5, 10, 20)},
    "within 1 order of the record": {"definition": "near-record", "record_window": 1},
    **{
        f"within {size} orders of the record": {"definition": "near-record", "record_window": size}
        for size in (2, 3)
    },
}


@pytest.fixture(scope="module")
def specs():
    return names_of_chapter("robustness")["every"]


def one_at_a_time(row):
    """Estimate one specification with the functions of the chapter, one filter after the other."""
    table = models(row.vintage)
    rows = large_scale(table, **AS_DEFINITION[row.size])
    if row.filter == "paper's filter":
        rows = rows[rows.index.isin(large_scale(table, "notability-filter").index)]
    if row.scope == "notable models":
        rows = rows[rows["scope"] == "notable"]
    first, *last = map(int, row.period.split(" to "))
    rows = in_years(rows, (first, last[0] if last else first))
    if row.denominator == "teams known":
        return period_share(rows, TEAM_OF[row.claim], (1950, 2030))
    total = (
        rows
        if row.denominator == "teams known or not"
        else rows[rows["team_type"].isin(TEAM_TYPES[::2])]
    )
    return wilson_share(int((rows["team_type"] == TEAM_OF[row.claim]).sum()), len(total), row.claim)


def test_specifications_equal_the_chapters_own_estimate(specs):
    """Fifty of them, drawn at random; all of them in the long run."""
    assert len(specs) >= 5000
    tried = len(specs) if LONG else 50
    for row in specs.sample(tried, random_state=20240104).itertuples():
        single = one_at_a_time(row)
        assert (row.k, row.n) == (single.k, single.n), row
        if single.n:
            assert (row.share, row.low, row.high) == pytest.approx(
                (single.value, single.low, single.high)
            )
        else:
            assert np.isnan(row.share)


def test_the_published_choice_is_among_them(specs):
    setting = {
        "vintage": "2023-03",
        "scope": "every model listed",
        "filter": "paper's filter",
        "size": "any size",
    }
    chosen = specs[
        np.logical_and.reduce([specs[choice] == value for choice, value in setting.items()])
    ]
    chosen = chosen[(chosen["denominator"] == "teams known")].set_index(["claim", "period"])
    assert chosen.loc[("academia-share-early", "2010 to 2014"), ["k", "n"]].tolist() == [50, 69]
    assert chosen.loc[("academia-share-late", "2020 to 2022"), ["k", "n"]].tolist() == [3, 41]
    assert chosen.loc[("industry-share-2022", "2022"), ["k", "n"]].tolist() == [19, 21]


def test_no_specification_stands_twice_and_no_part_year_is_read(specs):
    assert not specs.duplicated(["claim", *CHOICES]).any()
    ends = specs["period"].str[-4:].astype(int)
    assert (ends <= specs["vintage"].map(last_whole_year)).all()
    notable_only = specs[specs["vintage"] == "2026-08"]
    assert set(notable_only["scope"]) == {"notable models"}
