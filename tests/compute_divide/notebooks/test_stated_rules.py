"""Numbers that follow from the rule that the text or the label states, by code of their own."""

import pandas as pd
import pytest

import compute_divide as cd


@pytest.mark.heavy
def test_a_random_pick_is_from_the_models_of_its_own_snapshot(run_chapter):
    results = run_chapter("open-models").results
    listings = {
        vintage: cd.with_records(cd.data.models(vintage), "audited", "collaboration", "other")
        for vintage in sorted(cd.published_vintages(with_hardware=True), reverse=True)
    }
    own = listings["2025-02"]
    dated = own[own["team_type"].ne("unknown") & own["year"].notna()]
    chances = dated["team_type"].eq("industry-only").groupby(dated["year"]).mean()
    years = pd.concat(listings.values()).drop_duplicates("model").set_index("model")["year"]
    bases = own.loc[own["team_type"].eq("academia-only"), "base_model"].dropna().str.split("|")
    expected = bases.explode().map(years).map(chances).mean()
    assert results["blind.of_2025_02"].value == pytest.approx(expected, abs=0.005)
    assert (results["ruled_out"].k, results["ruled_out"].n) == (3, 9)
    assert "in the snapshot of February 2025" in results["blind.of_2025_02"].label


@pytest.mark.heavy
def test_what_the_audit_did_is_marked_where_records_are_as_listed(run_chapter):
    statements = run_chapter("open-models", records="as-listed").statements
    told = [one.holds for key, one in statements.items() if "cd.one_of(records" in key]
    assert told == [False, False]


@pytest.mark.heavy
def test_the_records_of_a_year_do_not_follow_the_first_year_that_is_compared(run_chapter):
    run = run_chapter("diffusion", capability_since=2022)
    before, since = (
        [one for key, one in run.statements.items() if name in key]
        for name in ("last_before", "records_chinese")
    )
    assert [one.holds for one in (*before, *since)] == [True, True]
    assert run.results["records_since"].n == 12


@pytest.mark.heavy
def test_citations_count_wherever_the_stated_rule_says(run_chapter):
    papers = cd.with_teams(cd.data.papers(), cd.Choices("name", "mixed", "other", []))
    papers = papers[papers["year"].between(2013, 2025)]
    keys = ["venue", "year"]
    known = papers["team_type"].ne("unknown").groupby([papers[key] for key in keys]).mean()
    enough = set(known.index[known >= 0.85])
    ranked = set(cd.data.ranks()[keys].itertuples(index=False, name=None))
    result = run_chapter("research-topics").results["venue_years"]
    assert result.value == len(enough & ranked)
