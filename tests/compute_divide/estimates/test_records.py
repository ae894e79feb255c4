"""Audited records: what the audit promises of every vintage, and how it can be turned off."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compute_divide as cd
from compute_divide.estimates.models.identity import audited_places
from compute_divide.estimates.models.records import INSTITUTE, TEAM, most_possible
from compute_divide.sources.store.files import vintages

VINTAGES = vintages()


@pytest.mark.parametrize("vintage", VINTAGES)
def test_no_counted_run_is_above_the_peak_of_its_own_hardware(vintage):
    models = cd.with_records(cd.data.models(vintage), "audited")
    possible = most_possible(models)
    above = models[models[cd.COMPUTE] > possible].index
    runs = cd.data.audited_runs()
    audits = runs.reindex(audited_places(models, runs)).set_index(models.index).loc[above]
    assert audits["peak_share"].le(1).all()
    assert audits["verdict"].isin(["confirmed", "compute-changed"]).all()


def test_a_run_is_possible_by_the_chips_and_hours_of_its_source():
    models = cd.with_records(cd.data.models("2026-08"), "audited").set_index("model")
    counted = models[cd.COMPUTE]
    assert counted["GPT-1"] == 8.29e19
    assert counted["DNN EM segmentation"] == 4.78e17
    assert math.isnan(counted["IMPALA"])


@pytest.mark.parametrize("vintage", VINTAGES)
def test_no_counted_run_has_the_computing_of_the_model_it_was_built_on(vintage):
    listed = cd.data.models(vintage)
    models = cd.with_records(listed, "audited")
    of_base = dict(zip(listed["model"], listed[cd.COMPUTE], strict=True))
    unaudited = models[models["audit"].isna() & models["base_model"].notna()]
    without_own = unaudited[unaudited["finetune_compute_flop"].isna()]
    for row in without_own.dropna(subset=[cd.COMPUTE]).itertuples():
        bases = [of_base.get(name, math.nan) for name in row.base_model.split("|")]
        assert row.training_compute_flop < sum(bases), row.model


@pytest.mark.parametrize("vintage", VINTAGES)
def test_a_derived_run_counts_with_its_own_computing_also_where_none_is_listed(vintage):
    listed = cd.data.models(vintage)
    runs = cd.data.audited_runs()
    own = runs.reindex(audited_places(listed, runs)).set_index(listed.index)
    counted = cd.with_records(listed, "audited")[cd.COMPUTE]
    is_derived = own.loc[counted.index, "verdict"].eq("derived")
    of_audit = own.loc[counted.index, "own_compute_flop"][is_derived]
    ratio = counted[is_derived] / of_audit
    possible = most_possible(listed).loc[of_audit.index]
    is_known = of_audit.notna() & ~of_audit.gt(possible)
    assert ratio[is_known].between(1 / 1.05, 1.05).all()
    assert counted[is_derived][~is_known].isna().all()


@pytest.mark.parametrize("vintage", VINTAGES)
def test_a_run_that_two_rows_describe_counts_once(vintage):
    runs = cd.data.audited_runs()
    twins = runs.dropna(subset=["same_run_as"])
    counted = set(cd.with_records(cd.data.models(vintage), "audited")["model"])
    for model, other in zip(twins["model"], twins["same_run_as"], strict=True):
        assert not {model, other} <= counted


@pytest.mark.parametrize("vintage", VINTAGES)
def test_each_audited_run_is_of_one_model(vintage):
    models = cd.data.models(vintage)
    places = audited_places(models, cd.data.audited_runs())
    taken = [place for place in places if place >= 0]
    assert len(taken) == len(set(taken))
    assert len(taken) > 80


@pytest.mark.parametrize("vintage", VINTAGES)
def test_as_listed_means_as_listed(vintage):
    listed = cd.data.models(vintage)
    models = cd.with_records(listed, "as-listed")
    pd.testing.assert_frame_equal(models[listed.columns.tolist()], listed)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_change_has_its_reason_and_nothing_else_changes(vintage):
    listed = cd.data.models(vintage)
    changes = cd.record_changes(listed)
    audited = cd.with_records(listed, "audited")
    assert changes["reason"].str.len().gt(10).all()
    for field in ("team_type", cd.COMPUTE):
        before = listed.loc[audited.index, field]
        same = before.eq(audited[field]) | (before.isna() & audited[field].isna())
        explained = set(changes.index[changes["field"] == field])
        assert set(audited.index[~same]) == explained & set(audited.index)
    gone = set(listed.index) - set(audited.index)
    assert gone == set(changes.index[changes["field"] == "model"])


def test_an_institute_that_the_list_leaves_out_is_no_error_on_the_team():
    changes = cd.record_changes(cd.data.models("2026-08"))
    reasons = changes[changes["field"].eq("team_type")].set_index("model")["reason"]
    assert reasons["R-CNN (T-net)"] == INSTITUTE  # Berkeley, and an institute beside it
    assert reasons["NPD"] == TEAM  # the list takes an institute for a company


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed):
    listed = cd.data.models("2026-08")
    shuffled = listed.sample(frac=1, random_state=seed)
    columns = ["model", "field", "reason"]
    here = cd.record_changes(listed)[columns].to_numpy().tolist()
    there = cd.record_changes(shuffled)[columns].to_numpy().tolist()
    assert sorted(here) == sorted(there)


def test_rows_of_a_readers_own_stay_as_they_are():
    listed = cd.data.models("2026-08")
    own = listed.assign(own=listed["model"].eq("GLM-130B"))
    models = cd.with_records(own, "audited").set_index("model")
    assert models.loc["GLM-130B", "team_type"] == "academia-only"
    assert models.loc["GPT-3 175B (davinci)", "team_type"] == "collaboration"


def test_an_author_with_two_posts_need_not_make_a_collaboration():
    listed = cd.data.models("2026-08")
    apart = cd.with_records(listed, "audited", "apart").set_index("model")
    assert apart.loc["GPT-3 175B (davinci)", "team_type"] == "industry-only"
    assert apart.loc["GLM-130B", "team_type"] == "collaboration"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("listed",), "records: 'listed' is not one of audited, as-listed"),
        (("audited", "no"), "dual_affiliation: 'no' is not one of collaboration, apart"),
    ],
)
def test_an_unknown_choice_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        cd.with_records(cd.data.models("2026-08"), *arguments)


def test_nothing_of_the_hands_that_looked_is_left_in_the_sources():
    runs = cd.data.audited_runs()
    for column in ("source", "arithmetic", "computer", "paid_by"):
        texts = runs[column].dropna()
        assert not texts.str.contains("find_string|read_file|stored file").any()


def test_a_joint_team_has_a_company_and_a_company_alone_no_university():
    runs = cd.data.audited_runs()
    sectors = runs["sectors"].str.split("|").map(set)
    is_joint = runs["team_type"] == "collaboration"
    assert all("industry" in kinds for kinds in sectors[is_joint])
    alone = sectors[runs["team_type"] == "industry-only"]
    assert all("academia" not in kinds for kinds in alone)
    universities = sectors[runs["team_type"] == "academia-only"]
    assert all("industry" not in kinds for kinds in universities)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_audited_records_agree_with_the_table_of_makers(vintage):
    makers = cd.data.makers().dropna(subset=["listed_as"])
    decided = makers[makers["team_type"] != "other"]
    names = decided.assign(model=decided["listed_as"].str.split("|")).explode("model")
    teams = names.drop(columns="organisations").set_index("model")["team_type"]
    models = cd.with_records(cd.data.models(vintage), "audited")
    listed = models[models["model"].isin(teams.index)].drop_duplicates("model", keep=False)
    disagree = listed[listed["team_type"] != listed["model"].map(teams)]
    assert disagree["model"].tolist() == []


def test_a_base_that_its_source_contradicts_is_replaced_where_one_is_listed():
    listed = cd.data.models("2024-11")
    is_openchat = listed["model"] == "OpenChat 3.5-7B"
    assert listed.loc[is_openchat, "base_model"].tolist() == ["Llama 2-7B"]
    audited = cd.with_records(listed, "audited")
    assert audited.loc[is_openchat, "base_model"].tolist() == ["Mistral 7B"]
    changes = cd.record_changes(listed)
    of_bases = changes[changes["field"] == "base_model"].set_index("model")["counted"]
    assert of_bases.to_dict() == {
        "OpenChat 3.5-7B": "Mistral 7B",
        "RFdiffusion": "RoseTTAFold",
        "Vespa": "ProtT5-XL-U50",
    }
    without_bases = listed.assign(base_model=None)
    assert cd.with_records(without_bases, "audited")["base_model"].isna().all()
