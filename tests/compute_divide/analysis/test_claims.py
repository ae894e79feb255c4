"""Verdicts follow the interval, and only the interval; each claim of the paper is held on the real evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.claims import reproduction
from compute_divide.analysis.claims.verdicts import (
    check_direction,
    check_value,
    verdict_of,
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
def test_a_claim_is_supported_exactly_when_it_lies_within_both_intervals(value, low, width):
    estimate = Estimate(low, low, low + width)
    check = check_value("c", value, estimate, estimate, others=[estimate], measure="m")
    assert check.verdict == ("supported" if low <= value <= low + width else "revised")
    assert check.agreeing == int(check.verdict == "supported")


OUTCOMES = st.sampled_from(["holds", "fails", "open", "none"])


@given(OUTCOMES, OUTCOMES, st.lists(OUTCOMES, max_size=3))
def test_verdicts_are_what_they_are_said_to_be(then, now, also):
    verdict, known = verdict_of(then, now, also), {then, now, *also} - {"none"}
    assert (verdict == "cannot be tested") == (not known)
    assert (verdict == "revised") == (now == "fails")
    assert (verdict == "supported") == (known == {"holds"})


def test_the_reason_names_both_tests_and_the_other_readings():
    check = check_value("c", 0.1, HALF, Estimate(0.1, 0.0, 0.2), measure="m", also={"another reading": HALF})
    assert check.verdict == "mixed"
    assert "of its time does not hold it, that of now holds it. Another reading: it does not hold it." in check.reason
    nothing = check_value("c", 0.5, Estimate(None, n=0, k=0), None, others=[HALF], measure="m")
    assert (nothing.verdict, nothing.agreeing) == ("cannot be tested", 1)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (1.1, 2.0, "above", "supported"),
        (1.1, 2.0, "below", "revised"),
        (0.2, 0.9, "below", "supported"),
        (0.9, 1.1, "above", "mixed"),
    ],
)
def test_a_direction_needs_the_whole_interval_on_one_side(low, high, expected, verdict):
    now = Estimate(1.0, low, high)
    assert check_direction("c", None, now, 1.0, expected=expected, measure="m").verdict == verdict


def test_claims_carry_their_provenance_and_related_figures_their_work():
    claims = load_claims().values()
    assert {claim.provenance for claim in claims} == {"paper", "summary"}
    assert all(claim.value is not None or claim.unit == "none" for claim in claims)
    assert all(figure.cite for figure in load_related().values())


def test_the_papers_shares_fitted_the_record_of_its_time_and_fit_the_largest_runs_of_now(paper, edition):
    periods = reproduction.Periods((2010, 2014), (2020, 2022), 2022)
    checks = reproduction.check_shares(CLAIMED, paper, edition, periods, **SIZES)
    assert [check.verdict for check in checks] == ["supported", "revised", "revised"]
    assert [(check.then.k, check.then.n) for check in checks] == [(50, 69), (3, 41), (19, 21)]
    assert [(check.now.k, check.now.n) for check in checks] == [(55, 86), (35, 216), (50, 91)]
    assert [(check.beside.k, check.beside.n) for check in checks] == [(27, 38), (1, 30), (8, 10)]
    assert all(check.beside.low <= CLAIMED[check.claim] <= check.beside.high for check in checks)


def test_the_doubling_time_is_supported_and_a_wrong_one_would_not_be(paper, edition):
    years = {"first": 2010, "paper_last": 2022, "edition_last": 2025}
    claims = {CLAIMED["doubling-time"]: "supported", 12.0: "revised"}
    for claimed, verdict in claims.items():
        assert reproduction.check_doubling(claimed, paper, edition, **years, **SIZES).verdict == verdict


def test_the_hardware_ratio_holds_pooled_only(edition):
    old = load_models("2023-12")
    check = reproduction.check_hardware(CLAIMED["hardware-ratio"], old, edition, load_chips(), [2010, 2015, 2018], 2023)
    assert check.verdict == "mixed"
    assert check.then.n < check.now.n, "data of its time are not those of now"
    assert "among models of the same year: it does not hold it" in check.reason.lower()
    assert check.agreeing < check.tried, "ratios of later years are smaller"


def test_academia_rarely_makes_language_models_and_often_writes_about_them(papers, paper, edition):
    newest = papers[papers["venue"].isin(["neurips", "icml", "iclr"]) & (papers["year"] > 2023)]
    check = reproduction.check_rare((paper, (2020, 2022)), (edition, (2023, 2025)), newest)
    assert check.verdict == "mixed"
    assert check.now.high < reproduction.RARE
    alone = newest.assign(team_type="industry-only")
    assert reproduction.check_rare((paper, (2020, 2022)), (edition, (2023, 2025)), alone).verdict == "supported"


def test_company_authors_lean_to_compute_intensive_topics(papers):
    chosen = papers[papers["venue"].isin(["neurips", "icml", "iclr"])]
    assert reproduction.check_topics(chosen, 2023, ["low-compute"]).verdict == "supported"
    turned = reproduction.check_topics(chosen, 2023, ["compute-intensive"])
    assert turned.verdict == "cannot be tested", "a topic against itself tells nothing"


def test_adoption_was_tested_without_result(papers):
    texts = ["title", "abstract"]
    check = reproduction.check_adoption(papers, ((2019, 2020), (2021, 2023)), ((2019, 2022), (2023, 2025)), texts)
    assert check.now.low < 1 < check.now.high
    assert check.verdict == "mixed"
    never = ((1950, 1951), (1952, 1953))
    assert reproduction.check_adoption(papers, never, never, ["title"]).verdict == "cannot be tested"


def test_industry_releases_less_of_what_it_makes(edition, paper):
    assert reproduction.check_release((paper, 2022), (edition, 2025)).verdict == "supported"
    nothing = reproduction.check_release((paper, 2022), (paper, 2022))
    assert nothing.verdict == "cannot be tested", "2023-03 records no openness"
