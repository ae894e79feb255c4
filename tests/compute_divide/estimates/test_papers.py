"""Analysis of conference papers: the figures a rebuild must reach, laws, and bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.papers.papers import (
    VENUE_YEAR,
    Choices,
    about,
    covered,
    having,
    matched,
    with_teams,
)
from compute_divide.estimates.statistics.association import CELLS, association, fit_logistic
from compute_divide.estimates.statistics.periods import in_years
from compute_divide.estimates.statistics.teams import shares_by
from compute_divide.estimates.statistics.trends import trend_break
from compute_divide.sources.papers.table import MIXED, VERDICTS, load_agreement, load_papers

PAPERS = with_teams(load_papers())
WITH_PUBLIC = with_teams(load_papers(), Choices(non_profits="academia"))

# Academic-only shares, in percent, that a good rule reaches; government and non-profit research counts as academia.
REFERENCE = {
    "icml": {2013: 75.8, 2015: 74.3, 2017: 60.2, 2018: 62.6, 2019: 57.4, 2023: 59.3, 2024: 65.4},
    "iclr": {2017: 46.7, 2018: 45.8, 2019: 49.9, 2020: 48.6, 2021: 51.2, 2022: 53.8},
    "cvpr": {2013: 78.8, 2015: 76.5, 2017: 70.2, 2018: 60.9, 2019: 53.0, 2020: 51.6}
    | {2021: 51.2, 2023: 53.6, 2024: 60.2},
    "neurips": {2021: 59.0, 2024: 66.0},
}


def academic(papers):
    shares = shares_by(papers, VENUE_YEAR, ["academia-only"])
    return {(row.venue, row.year): 100 * row.share for row in shares.itertuples()}


# --- what a rebuild must reach ---


def test_shares_of_academic_papers_agree_with_the_reference():
    ours = academic(WITH_PUBLIC)
    differences = {
        (venue, year): ours[venue, year] - share
        for venue, years in REFERENCE.items()
        for year, share in years.items()
    }
    far = {key: round(value, 2) for key, value in differences.items() if abs(value) > 1.6}
    assert not far
    assert abs(np.mean(list(differences.values()))) < 1


def test_the_two_readings_agree_strictly_and_better_where_one_kind_is_named():
    every = load_agreement()
    table = every[~every["with_abstracts"].astype(bool)]
    sums, all_sums = (rows[[*VERDICTS, *MIXED]].sum() for rows in (table, every))
    agree, n = sums["both_company"] + sums["neither"], sums[list(VERDICTS)].sum()
    assert n > 110_000
    assert agree / n == pytest.approx(0.978, abs=0.001)
    apart = all_sums["only_name"] + all_sums["only_domain"]
    assert 1 - apart / all_sums[list(VERDICTS)].sum() < agree / n
    assert agree / n < (agree - sums["mixed_both"]) / (n - sums[list(MIXED)].sum())
    company = sums["both_company"] + sums["only_name"]
    assert sums["only_name"] / company == pytest.approx(0.087, abs=0.005)


def test_by_domains_academia_has_the_larger_share_or_is_within_a_point():
    by_domain = with_teams(load_papers(), Choices(reading="domain"))["team_type"]
    known = (PAPERS["team_type"] != "unknown") & (by_domain != "unknown")
    more = (by_domain == "academia-only").astype(int) - (PAPERS["team_type"] == "academia-only")
    gaps = more[known].groupby(PAPERS.loc[known, "venue"]).mean()
    assert (gaps > -0.01).all()
    assert 0.05 < gaps.median() < gaps.max() < 0.2


@pytest.mark.parametrize(
    ("first", "last", "reference"), [(2013, 2018, 1.7), (2019, 2022, 4.6), (2023, 2024, 3.1)]
)
def test_odds_of_a_company_author_on_compute_intensive_topics(first, last, reference):
    """The reference stands within our interval; the terms of the topics are not the same, so the values differ."""
    rows = covered(PAPERS[PAPERS["venue"].isin(["neurips", "icml", "iclr"])], 0.85)
    rows = in_years(rows[rows["team_type"] != "unknown"], (first, last))
    rows = rows[about(rows, ["compute-intensive", "low-compute"])]
    rows = rows.assign(intensive=about(rows, ["compute-intensive"]))
    found = association(rows, "intensive", "industry", VENUE_YEAR, "odds")
    assert found.odds_ratio.low <= reference <= found.odds_ratio.high
    assert found.odds_ratio.low > 1
    assert found.regression.value == pytest.approx(found.odds_ratio.value, rel=0.05)


# --- choices ---


def test_each_choice_moves_shares_its_own_way():
    table = load_papers()
    assert (PAPERS["team_type"] == table["team_type"]).all()
    assert (
        with_teams(table, Choices(reading="domain"))["team_type"] == table["team_type_domain"]
    ).all()
    base = (PAPERS["team_type"] == "academia-only").sum()
    assert (
        with_teams(table, Choices(joint_labs="academia"))["team_type"] == "academia-only"
    ).sum() > base
    assert (
        with_teams(table, Choices(flips=["openai=academia"]))["team_type"] == "academia-only"
    ).sum() > base
    assert (
        with_teams(table, Choices(flips=["mila=industry"]))["team_type"] == "academia-only"
    ).sum() < base
    assert (WITH_PUBLIC["team_type"] == "academia-only").sum() > base
    assert (WITH_PUBLIC["team_type"] == "other").sum() == 0 < (PAPERS["team_type"] == "other").sum()
    assert (WITH_PUBLIC["industry"].fillna(False) == PAPERS["industry"].fillna(False)).all()


# --- topics ---


def test_a_paper_can_be_about_several_kinds_of_topics_or_none():
    rows = pd.DataFrame({"title_terms": ["bandit*|llm", "bandit*", "robot*", None]})
    assert about(rows, ["compute-intensive"]).tolist() == [True, False, False, False]
    assert about(rows, ["low-compute"]).tolist() == [True, True, False, False]


def test_texts_are_searched_apart():
    rows = pd.DataFrame({"title_terms": ["regret", None], "abstract_terms": [None, "regret"]})
    assert about(rows, ["bandits"]).tolist() == [True, False]
    assert about(rows, ["bandits"], ["abstract"]).tolist() == [False, True]
    assert about(rows, ["bandits"], ["title", "abstract"]).tolist() == [True, True]
    assert having(PAPERS, ["abstract"])["has_abstract"].all()
    assert len(having(PAPERS, ["title"])) == len(PAPERS)


def test_models_are_counted_once_a_paper():
    rows = pd.DataFrame(
        {"title_models": ["bert|clip", "clip", None], "abstract_models": ["clip", None, "resnet"]}
    )
    counts = [
        matched(rows, [model], ["title", "abstract"], "models").sum() for model in ("clip", "bert")
    ]
    assert counts == [2, 1]


# --- associations and breaks ---


def made(a, b, c, d, venue="x"):
    """Return observations with the four cells of a two-by-two table."""
    cells = [(True, True)] * a + [(True, False)] * b + [(False, True)] * c + [(False, False)] * d
    return pd.DataFrame(cells, columns=["exposed", "outcome"]).assign(venue=venue)


def test_pooling_within_strata_escapes_the_paradox():
    """In both strata the odds are 2; pooled without strata they are below 1 (Simpson's paradox)."""
    rows = pd.concat([made(20, 10, 200, 200, "x"), made(20, 200, 1, 20, "y")])
    found = association(rows, "exposed", "outcome", ["venue"], "odds")
    assert found.odds_ratio.value == pytest.approx(2, rel=0.02)
    assert (
        association(rows.assign(all=1), "exposed", "outcome", ["all"], "odds").odds_ratio.value < 1
    )


def test_strata_that_say_nothing_are_left_out():
    rows = pd.concat([made(5, 5, 5, 5, "x"), made(3, 0, 4, 0, "y"), made(0, 0, 2, 2, "z")])
    found = association(rows, "exposed", "outcome", ["venue"], "odds")
    assert found.strata["venue"].tolist() == ["x"]
    nothing = association(made(3, 0, 4, 0), "exposed", "outcome", ["venue"], "odds")
    assert nothing.odds_ratio.value is None
    assert nothing.odds_ratio.n == 0


def counts(turn, years=range(2006, 2025), venues=("a", "b"), n=800, seed=7):
    rng = np.random.default_rng(seed)
    rows = []
    for level, venue in enumerate(venues):
        for year in years:
            logit = -1 + 0.5 * level + 0.12 * (min(year, turn) - 2015) - 0.1 * max(year - turn, 0)
            rows.append(
                {
                    "venue": venue,
                    "year": year,
                    "n": n,
                    "k": rng.binomial(n, 1 / (1 + np.exp(-logit))),
                }
            )
    return pd.DataFrame(rows)


@pytest.mark.parametrize("turn", [2012, 2016, 2020])
def test_a_break_is_found_where_it_was_put(turn):
    found = trend_break(counts(turn), "share")
    assert found.year.low <= turn <= found.year.high
    assert abs(found.year.value - turn) <= 1.5
    assert found.before.value == pytest.approx(np.exp(0.12), rel=0.05)
    assert found.after.value == pytest.approx(np.exp(-0.1), rel=0.08)


def test_a_straight_trend_has_no_clear_break_and_too_few_years_none_at_all():
    straight = trend_break(counts(2030), "share")
    assert straight.before.low <= straight.after.high
    assert straight.after.low <= straight.before.high
    found = trend_break(counts(2010, years=range(2006, 2010)), "share")
    assert found.year.value is None


def test_a_side_of_a_break_on_which_all_counts_agree_has_no_factor():
    some_years = [4, 5, 6, 5, 4, 0, 0, 0, 0]
    sudden = pd.DataFrame({"venue": "x", "year": range(2010, 2019), "k": some_years, "n": 10})
    found = trend_break(sudden, "share")
    assert found.before.value > 0
    assert found.after.value is None


@pytest.mark.parametrize(
    ("turn", "edge", "said"),
    [
        (2016, "none", "break in the trend of the share"),
        (2023, "last", "the share, at the edge of the years tried, 2007 to 2023"),
        (2006.5, "first", "the share, at the edge of the years tried, 2007 to 2023"),
    ],
)
def test_a_break_at_the_end_of_the_years_tried_says_so(turn, edge, said):
    found = trend_break(counts(turn), "the share")
    assert found.edge == edge
    assert found.year.label.endswith(said)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=6, max_size=20))
def test_a_logistic_regression_is_that_of_statsmodels(counts):
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    k, rest = np.array(counts, dtype=float).T
    design = np.column_stack([np.linspace(-1, 1, len(k)), np.ones(len(k))])
    ours = fit_logistic(design, k, k + rest)
    theirs = GLM(np.column_stack([k, rest]), design, family=Binomial()).fit()
    assert np.allclose(ours.slopes, theirs.params, rtol=1e-10, atol=1e-12)
    assert np.allclose(ours.covariance, theirs.cov_params(), rtol=1e-10)
    assert ours.deviance == pytest.approx(theirs.deviance)


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=8))
def test_the_pooled_odds_ratio_is_that_of_statsmodels(tables):
    from statsmodels.stats.contingency_tables import StratifiedTable

    kinds = [(True, True), (True, False), (False, True), (False, False)]
    rows = [
        (stratum, *kind)
        for stratum, counts in enumerate(tables)
        for count, kind in zip(counts, kinds, strict=True)
        for _ in range(count)
    ]
    facts = pd.DataFrame(rows, columns=["s", "e", "o"]).astype({"e": bool, "o": bool})
    found = association(facts, "e", "o", ["s"], "odds")
    ours = found.odds_ratio
    if ours.value is not None:
        table = StratifiedTable(
            [row.reshape(2, 2) for row in found.strata[CELLS].to_numpy(dtype=float)]
        )
        theirs = table.oddsratio_pooled, *table.oddsratio_pooled_confint()
        assert np.allclose([ours.value, ours.low, ours.high], theirs, rtol=1e-12)
