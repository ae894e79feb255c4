"""Verdicts follow the interval, and only the interval; each claim of the paper is held on the real evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.claims import reproduction
from compute_divide.analysis.claims.verdicts import (
    check_direction,
    check_value,
    count_of,
    index_by_vintage,
    models_counterparts,
)
from compute_divide.analysis.papers.papers import covered, with_teams
from compute_divide.analysis.statistics.estimates import Estimate
from compute_divide.evidence.chips.chips import load_chips
from compute_divide.evidence.claims import load_claims, load_related
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.papers.table import load_papers

CLAIMED = {name: claim.value for name, claim in load_claims().items()}
SIZES = {"definition": "notability-filter", "top_k": 10, "record_window": 2.0}
HALF = Estimate(0.5, 0.4, 0.6, k=50, n=100)


@pytest.fixture(scope="module")
def paper():
    return load_models("2023-03")


@pytest.fixture(scope="module")
def edition():
    return load_models("2026-08")


@pytest.fixture(scope="module")
def papers():
    return covered(with_teams(load_papers()), 0.85)


@given(value=st.floats(0, 1), low=st.floats(0, 1), width=st.floats(0, 1))
def test_a_claim_agrees_exactly_when_it_lies_within_the_interval(value, low, width):
    estimate = Estimate(low, low, low + width)
    check = check_value("c", value, estimate, [estimate], measure="m")
    assert (check.verdict == "agrees") == (low <= value <= low + width)
    assert check.agreeing == int(check.verdict == "agrees")


def test_the_reason_says_on_which_side_the_claim_lies():
    assert "below" in check_value("c", 0.1, HALF, [HALF], measure="m").reason
    assert "above" in check_value("c", 0.9, HALF, [HALF], measure="m").reason
    nothing = check_value("c", 0.5, Estimate(None, n=0, k=0), [HALF], measure="m")
    assert (nothing.verdict, nothing.agreeing) == ("cannot be tested", 1)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (1.1, 2.0, "above", "agrees"),
        (1.1, 2.0, "below", "differs"),
        (0.2, 0.9, "below", "agrees"),
        (0.9, 1.1, "above", "cannot be tested"),
    ],
)
def test_a_direction_needs_the_whole_interval_on_one_side(low, high, expected, verdict):
    assert check_direction("c", Estimate(1.0, low, high), 1.0, expected=expected, measure="m").verdict == verdict


def test_claims_carry_their_provenance_and_related_figures_their_work():
    claims = load_claims().values()
    assert {claim.provenance for claim in claims} == {"paper", "summary"}
    assert all(claim.value is not None or claim.unit == "none" for claim in claims)
    assert all(figure.cite for figure in load_related().values())


def test_the_papers_shares_lie_within_our_intervals_on_its_vintage(paper, edition):
    periods = reproduction.Periods((2010, 2014), (2020, 2022), 2022)
    checks = reproduction.check_shares(CLAIMED, paper, edition, periods, **SIZES)
    assert [check.verdict for check in checks] == ["agrees"] * 3
    assert [(check.paper_vintage.k, check.paper_vintage.n) for check in checks] == [(50, 69), (3, 41), (19, 21)]
    assert checks[2].edition_vintage.high < CLAIMED["industry-share-2022"], "the newest vintage reads 2022 otherwise"


def test_the_doubling_time_agrees_and_a_wrong_one_would_not(paper, edition):
    years = {"first": 2010, "paper_last": 2022, "edition_last": 2025}
    claims = {CLAIMED["doubling-time"]: "agrees", 12.0: "differs"}
    for claimed, verdict in claims.items():
        assert reproduction.check_doubling(claimed, paper, edition, **years, **SIZES).verdict == verdict


def test_sizes_of_the_database(paper):
    assert reproduction.check_at_least("models-n-supplement", 530, len(paper), "models").verdict == "agrees"
    assert reproduction.check_at_least("models-n-supplement", 300, len(paper), "models").verdict == "differs"
    bracketed = reproduction.check_bracketed("models-n-main", 650, {"2023-03": len(paper), "2023-11": 817})
    assert bracketed.verdict == "cannot be tested"
    assert "817" in bracketed.reason


def test_the_hardware_ratio_holds_pooled_only(edition):
    check = reproduction.check_hardware(CLAIMED["hardware-ratio"], edition, load_chips(), [2010, 2015, 2018], 2023)
    assert check.verdict == "agrees"
    assert check.agreeing < check.tried, "ratios of later years are smaller"


def test_company_authors_lean_to_compute_intensive_topics(papers):
    chosen = papers[papers["venue"].isin(["neurips", "icml", "iclr"])]
    assert [check.verdict for check in reproduction.check_topics(chosen, ["low-compute"])] == ["agrees", "agrees"]
    turned = reproduction.check_topics(chosen, ["compute-intensive"])
    assert turned[1].verdict == "cannot be tested", "a topic against itself tells nothing"


def test_adoption_rests_on_the_interval_of_the_odds_ratio(papers):
    check = reproduction.check_adoption(papers, (2019, 2022), (2023, 2025), ["title", "abstract"])
    assert (check.verdict == "agrees") == (check.edition_vintage.low > 1)
    nothing = reproduction.check_adoption(papers, (1950, 1951), (1952, 1953), ["title"])
    assert nothing.verdict == "cannot be tested"


def test_industry_releases_less_of_what_it_makes(edition, paper):
    assert reproduction.check_release(edition, 2023, 2025).verdict == "agrees"
    assert reproduction.check_release(paper, 2020, 2022).verdict == "cannot be tested", "2023-03 records no openness"


def test_the_vintage_of_the_ai_index_reads_as_the_ai_index_did(edition, paper):
    counted = index_by_vintage({"2025-02": load_models("2025-02")}, [2024])
    assert counted[["industry", "academia", "n"]].iloc[0].tolist() == [49, 0, 55]
    assert count_of(load_models("2026-03"), 2024, "industry-only").n == 102, "only notable models count"
    assert count_of(paper, 2024, "academia-only").value is None
    assert {"ahmed-biggest-2021", "sevilla-doubling-after-2010"} <= {
        one.related for one in models_counterparts(edition)
    }
