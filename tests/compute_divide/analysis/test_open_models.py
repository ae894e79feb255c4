"""Models that papers name and models that others build on."""

import warnings

import pandas as pd
import pytest

from compute_divide.analysis.models.open_models import (
    FLAGS,
    expected_share,
    late_over_early,
    with_bases,
    with_naming,
    with_origins,
)
from compute_divide.analysis.statistics.association import association
from compute_divide.analysis.statistics.estimates import TEAM_TYPES
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.papers.table import USES, load_labelled_namings, load_papers
from compute_divide.evidence.papers.topics import load_topics


@pytest.fixture(scope="module")
def models():
    return load_models("2024-11")


def test_bases_of_several_makers_and_unknown_ones():
    teams = ["industry-only", *["academia-only"] * 3, "unknown"]
    bases = [None, "A", "A|B", "Nowhere|A", "Nowhere"]
    rows = pd.DataFrame({"model": list("ABCDE"), "team_type": teams, "base_model": bases})
    based = with_bases(rows, rows)
    assert based["base_team"].tolist() == [
        "industry-only",
        "collaboration",
        "industry-only",
        "unknown",
    ]
    assert based["origin_team"].tolist() == ["industry-only"] * 3 + ["unknown"]


def test_origins_follow_the_chain_to_its_end(models):
    found = with_origins(models, models)
    based = models["base_model"].notna()
    assert found["base_model"].notna().equals(based)
    origins = found.loc[based, "base_model"].str.split("|").explode()
    assert not origins.isin(models.loc[based, "model"]).any()
    one = found.set_index("model")["base_model"]
    assert one["Starling-LM-7B-alpha"] == "Llama 2-7B"


def test_origins_end_where_a_chain_bites_its_tail_and_keep_several_bases():
    rows = pd.DataFrame({"model": ["A", "B", "C", "D"], "base_model": ["B", "A", "A|D", None]})
    assert with_origins(rows, rows)["base_model"].tolist()[:3] == ["B", "A", "B|D"]
    bare = rows.assign(base_model=None)
    assert with_origins(bare, bare).equals(bare)


def test_a_base_that_is_not_listed_has_no_team():
    rows = pd.DataFrame({"model": ["A", "B"], "base_model": ["B|?", "?"], "team_type": "other"})
    assert with_bases(rows, rows)["base_team"].tolist() == ["other", "unknown"]
    assert with_bases(rows.iloc[:0], rows).empty


def test_the_expected_share_is_that_of_the_years_of_the_bases(models):
    based = with_bases(models, models)
    expected = expected_share(based, models, "industry-only", "")
    known = models[models["team_type"] != "unknown"]
    of_year = (known["team_type"] == "industry-only").groupby(known["year"]).mean()
    assert of_year.min() <= expected.value <= of_year.max()
    assert expected.n == len(based)
    assert sum(
        expected_share(based, models, team, "").value for team in TEAM_TYPES
    ) == pytest.approx(1)


def test_papers_name_what_the_list_says():
    papers = with_naming(load_papers(), ["title", "abstract"])
    assert not (papers["names_open"] & ~papers["names_industry"]).any()
    assert (papers["names_open"] | papers["names_hosted"]).equals(papers["names_industry"])
    assert not (papers["names_industry"] & ~papers["names_any"]).any()
    only = papers[papers["title_models"] == "resnet"]
    assert len(only) > 0
    assert not only.loc[only["abstract_models"].isna(), list(FLAGS)].to_numpy().any()


def test_late_over_early_compares_within_venues_only():
    one = pd.DataFrame(
        {"venue": "acl", "year": [2020] * 4 + [2023] * 4, "names": [1, 0, 0, 0, 1, 1, 0, 0]}
    )
    other = pd.DataFrame({"venue": "cvpr", "year": 2023, "names": [1] * 50})
    alone, both = (
        late_over_early(rows, "names", (2020, 2021), (2022, 2023), "")
        for rows in (one, pd.concat([one, other], ignore_index=True))
    )
    assert alone.odds_ratio.value == both.odds_ratio.value == pytest.approx(3)
    assert len(both.strata) == len(alone.strata) == 1


def test_an_odds_ratio_without_bound_is_no_value_and_no_warning():
    rows = pd.DataFrame(
        {"venue": "acl", "late": [True] * 4 + [False] * 4, "names": [1, 1, 0, 0, 0, 0, 0, 0]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = association(rows, "late", "names", ["venue"], "")
        nothing = association(rows.iloc[:0], "late", "names", ["venue"], "")
    assert found.odds_ratio.value is None
    assert found.regression.value is None
    assert found.strata["both"].tolist() == [2]
    assert nothing.odds_ratio.n == 0


def test_every_labelled_naming_is_a_naming_of_the_papers_table():
    labelled = load_labelled_namings()
    assert not labelled.duplicated(["venue", "year", "key"]).any()
    papers = labelled.merge(
        load_papers(), on=["venue", "year", "key"], how="left", validate="one_to_one"
    )
    named = (
        papers["title_models"].astype("str").fillna("")
        + "|"
        + papers["abstract_models"].astype("str").fillna("")
    )
    assert all(
        model in names.split("|") for model, names in zip(labelled["model"], named, strict=True)
    )
    assert labelled["model"].map(lambda name: load_topics().models[name].kind).ne("backbone").all()
    assert set(labelled["use"]) <= set(USES)
