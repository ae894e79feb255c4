"""Leads within strata are Wilcoxon's, read as shares; ages of capability follow the calendar."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.models import outside
from compute_divide.estimates.papers import attention

ranks = st.lists(st.integers(0, 6), min_size=2, max_size=12)


def papers(ours: list[int], theirs: list[int], stratum: str = "a", size: int = 1) -> pd.DataFrame:
    teams = ["collaboration"] * len(ours) + ["academia-only"] * len(theirs)
    return pd.DataFrame(
        {
            "team_type": teams,
            "rank": [*ours, *theirs],
            "stratum": stratum,
            "size": size,
            "track": "main",
        }
    )


@pytest.mark.heavy
@given(ranks, ranks)
def test_a_lead_in_one_stratum_is_the_statistic_of_mann_and_whitney(ours, theirs):
    from scipy.stats import mannwhitneyu

    found = attention.lead(papers(ours, theirs), "collaboration", "", ["stratum"]).share
    expected = mannwhitneyu(ours, theirs, method="asymptotic").statistic / (len(ours) * len(theirs))
    assert found.value == pytest.approx(expected)
    back = attention.lead(papers(theirs, ours), "collaboration", "", ["stratum"]).share
    assert back.value == pytest.approx(1 - found.value)
    assert back.low == pytest.approx(1 - found.high)


@given(ranks, ranks)
def test_strata_never_meet(ours, theirs):
    """Shifting all ranks of one stratum changes nothing, however far the pooled papers move."""
    near, far = papers(ours, theirs, "a"), papers(theirs, ours, "b")
    moved = pd.concat([near, far.assign(rank=far["rank"] + 100)], ignore_index=True)
    together = pd.concat([near, far], ignore_index=True)
    shares = [
        attention.lead(rows, "collaboration", "", ["stratum"]).share.value
        for rows in (together, moved)
    ]
    assert shares[0] == pytest.approx(shares[1]) == pytest.approx(0.5)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        rows = pd.concat(
            [
                papers(rng.normal(0.3, 1, 30).tolist(), rng.normal(0, 1, 60).tolist(), name)
                for name in "abc"
            ],
            ignore_index=True,
        )
        one = attention.lead(rows, "collaboration", "", ["stratum"]).share
        covered += one.low <= 0.5840 <= one.high  # P(X > Y) for normals 0.3 apart
    assert 180 <= covered <= 198


def test_size_explains_all_where_the_lead_is_size_alone():
    rng = np.random.default_rng(11)
    parts = []
    for size, mixed, alone in ((1, 60, 240), (2, 240, 60)):
        ours, theirs = rng.normal(size, 1, mixed).tolist(), rng.normal(size, 1, alone).tolist()
        parts.append(papers(ours, theirs, size=size).assign(venue="v", year=2015))
    rows = pd.concat(parts, ignore_index=True)
    plain = attention.lead(rows, "collaboration", "")
    found = plain.due_to(attention.lead(rows, "collaboration", "", [*attention.WITHIN, "size"]), "")
    assert found.low < 1 < found.high
    assert found.value == pytest.approx(1, abs=0.35)


def test_without_a_pair_there_is_no_value():
    alone = attention.lead(papers([1], [2, 3]), "collaboration", "", ["stratum"])
    assert alone.share.value is None
    assert alone.due_to(alone, "").value is None


def models() -> pd.DataFrame:
    rows = [
        ("closed 1", "2023-01-01", "API access", 100),
        ("open 1", "2023-07-01", "Open weights (unrestricted)", 100),
        ("closed 2", "2024-01-01", "API access", 120),
        ("open 2", "2024-07-01", "Open weights (non-commercial)", 130),
        ("unknown", "2024-02-01", None, 150),
    ]
    table = pd.DataFrame(rows, columns=["model", "released", "openness", "index"])
    table["index"] = table["index"].astype(float)
    return table.assign(
        released=pd.to_datetime(table["released"]),
        low=table["index"] - 1.0,
        high=table["index"] + 1.0,
    )


def test_the_age_of_what_is_open_counts_from_the_day_a_closed_model_could_do_it():
    index = outside.CapabilityIndex(models())
    ordered = index.models
    days = pd.DatetimeIndex(["2023-12-31", "2024-06-30", "2024-07-01"])
    ages = [index.mean_age(days[[place]], "").value for place in range(len(days))]
    assert [round(months * outside.DAYS_PER_MONTH) for months in ages] == [364, 546, 151]
    assert ordered.loc[ordered["record"], "model"].tolist() == [
        "closed 1",
        "open 1",
        "closed 2",
        "unknown",
        "open 2",
    ]


def test_a_model_of_unknown_access_counts_as_it_is_told_to():
    opened = outside.CapabilityIndex(models(), unknown_is_open=True)
    day = pd.DatetimeIndex(["2024-08-01"])
    assert opened.mean_age(day, "").value == 0
    assert outside.CapabilityIndex(models()).mean_age(day, "").value > 0


def test_the_errors_of_the_index_widen_the_interval():
    days = pd.DatetimeIndex(["2024-06-30"])
    sharp = outside.CapabilityIndex(models().assign(low=np.nan, high=np.nan)).mean_age(days, "")
    blurred = outside.CapabilityIndex(models()).mean_age(days, "")
    assert sharp.low == sharp.value == sharp.high == blurred.high
    assert blurred.low < blurred.value
