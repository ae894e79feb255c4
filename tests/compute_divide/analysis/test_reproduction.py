"""Each claim of the paper is held by the rule that the chapter states, on the real evidence."""

import pytest

from compute_divide.analysis.claims.reproduction import (
    Periods,
    check_at_least,
    check_bracketed,
    check_doubling,
    check_shares,
)
from compute_divide.analysis.claims.reproduction_papers import (
    check_adoption,
    check_hardware,
    check_release,
    check_topics,
)
from compute_divide.analysis.papers.papers import Choices, covered, with_teams
from compute_divide.evidence.chips.chips import load_chips
from compute_divide.evidence.claims import load_claims
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.papers.table import load_papers

CLAIMED = {name: claim.value for name, claim in load_claims().items()}
SIZES = {"definition": "notability-filter", "top_k": 10, "record_window": 2.0}


@pytest.fixture(scope="module")
def paper():
    return load_models("2023-03")


@pytest.fixture(scope="module")
def edition():
    return load_models("2026-08")


@pytest.fixture(scope="module")
def papers():
    return covered(with_teams(load_papers(), Choices()), 0.85)


def test_the_papers_shares_lie_within_our_intervals_on_its_vintage(paper, edition):
    checks = check_shares(CLAIMED, paper, edition, Periods((2010, 2014), (2020, 2022), 2022), **SIZES)
    assert [check.verdict for check in checks] == ["agrees"] * 3
    assert [(check.paper_vintage.k, check.paper_vintage.n) for check in checks] == [(50, 69), (3, 41), (19, 21)]
    assert checks[2].edition_vintage.high < CLAIMED["industry-share-2022"], "the newest vintage reads 2022 otherwise"


def test_the_doubling_time_agrees_and_a_wrong_one_would_not(paper, edition):
    years = {"first": 2010, "paper_last": 2022, "edition_last": 2025}
    assert check_doubling(CLAIMED["doubling-time"], paper, edition, **years, **SIZES).verdict == "agrees"
    assert check_doubling(12.0, paper, edition, **years, **SIZES).verdict == "differs"


def test_sizes_of_the_database(paper):
    assert check_at_least("models-n-supplement", 530, len(paper), "models").verdict == "agrees"
    assert check_at_least("models-n-supplement", 300, len(paper), "models").verdict == "differs"
    bracketed = check_bracketed("models-n-main", 650, {"2023-03": len(paper), "2023-11": 817})
    assert bracketed.verdict == "cannot be tested"
    assert "817" in bracketed.reason


def test_the_hardware_ratio_holds_pooled_only(edition):
    check = check_hardware(CLAIMED["hardware-ratio"], edition, load_chips(), [2010, 2015, 2018], 2023)
    assert check.verdict == "agrees"
    assert check.agreeing < check.tried, "ratios of later years are smaller"


def test_company_authors_lean_to_compute_intensive_topics(papers):
    chosen = papers[papers["venue"].isin(["neurips", "icml", "iclr"])]
    assert [check.verdict for check in check_topics(chosen, ["low-compute"])] == ["agrees", "agrees"]
    reversed_ = check_topics(chosen, ["compute-intensive"])
    assert reversed_[1].verdict == "cannot be tested", "a topic against itself tells nothing"


def test_adoption_rests_on_the_interval_of_the_odds_ratio(papers):
    check = check_adoption(papers, (2019, 2022), (2023, 2025), ["title", "abstract"])
    odds = check.edition_vintage
    assert odds.low is not None
    assert (check.verdict == "agrees") == (odds.low > 1)
    assert check_adoption(papers, (1950, 1951), (1952, 1953), ["title"]).verdict == "cannot be tested"


def test_industry_releases_less_of_what_it_makes(edition, paper):
    assert check_release(edition, 2023, 2025).verdict == "agrees"
    assert check_release(paper, 2020, 2022).verdict == "cannot be tested", "2023-03 records no openness"
