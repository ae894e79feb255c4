"""Pre-trained models that papers name: which papers, whose models."""

import warnings

import pandas as pd
import pytest

from compute_divide.estimates.papers.naming import (
    late_over_early,
    share_naming,
    with_naming,
)
from compute_divide.estimates.papers.papers import matched
from compute_divide.estimates.statistics.association import association
from compute_divide.sources.models.makers import load_pretrained_models
from compute_divide.sources.papers.labelled import USES, load_labelled_namings
from compute_divide.sources.papers.table import load_papers
from compute_divide.sources.papers.topics import load_topics
from compute_divide.sources.store.files import EvidenceError


def test_image_networks_do_not_count_as_pre_trained_models():
    known = set(load_pretrained_models()["model"])
    assert "resnet" not in known
    assert known < set(load_topics().models)


def test_each_model_has_its_makers_and_no_other_is_in_the_table(data_copy):
    table = data_copy / "audit" / "makers.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"does not list each model .* once: vit"):
        load_pretrained_models()
    table.write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(EvidenceError, match="one stands twice"):
        load_pretrained_models()


def test_papers_name_what_the_list_says():
    papers = with_naming(load_papers(), ["title", "abstract"])
    assert not (papers["names_industry"] & ~papers["names_company"]).any()
    assert not (papers["names_open"] & ~papers["names_company"]).any()
    assert not (papers["names_company"] & ~(papers["names_open"] | papers["names_hosted"])).any()
    assert not (papers["names_company"] & ~papers["names_any"]).any()
    assert not (papers["names_academia"] & ~papers["names_any"]).any()
    only = papers[papers["title_models"] == "resnet"]
    assert len(only) > 0
    assert not only[only["abstract_models"].isna()].filter(like="names_").to_numpy().any()


def test_a_joint_model_is_a_company_s_and_not_industry_alone():
    rows = pd.DataFrame({"title_models": ["roberta", "bert", "sbert", "gpt-3"]})
    flags = with_naming(rows, ["title"])
    assert flags["names_company"].tolist() == [True, True, False, True]
    assert flags["names_industry"].tolist() == [False, True, False, False]
    assert flags["names_academia"].tolist() == [False, False, True, False]
    assert flags["names_hosted"].tolist() == [False, False, False, True]
    assert flags["names_open"].tolist() == [True, True, False, False]


def test_the_bounds_of_makers_hold_the_count():
    papers = load_papers()
    known = load_pretrained_models()
    alone = known["team_type"] == "industry-only"
    seen = known["confirmed"]
    least, count, most = (
        share_naming(papers, known[models], ["title", "abstract"], "").k
        for models in (alone & seen, alone, alone | ~seen)
    )
    assert least <= count <= most
    named = matched(papers, known["model"], ["title", "abstract"], "models").sum()
    assert most < named


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
