"""The tables of the audit: what is in them, and that the sample is the one drawn by lot."""

import random  # noqa: TID251 - a draw that anyone can repeat without numpy

import pytest

import compute_divide as cd
from compute_divide.estimates.models.openness import ACCESS
from compute_divide.sources.audit.runs import DATABASE_NOTES, _organisations
from compute_divide.sources.store.files import EvidenceError, vintages
from compute_divide.sources.store.raw_csv import Row

VINTAGES = vintages()

SEED = 20261128


def test_the_sample_is_the_one_that_the_seed_draws():
    models = cd.data.models("2026-08").dropna(subset=["published"])
    runs = cd.data.audited_runs()
    chosen = set(runs.loc[runs["in_first_audit"], "model"])
    others = models[models["year"].ge(2010) & ~models["model"].isin(chosen)]
    keys = zip(others["published"].dt.date.astype(str), others["model"], strict=True)
    sample = cd.data.audit_sample()
    lot = random.Random(SEED)
    drawn = lot.sample(sorted(keys), len(sample))
    assert [model for _, model in drawn] == sample["model"].tolist()


def test_verdicts_of_the_sample_agree_with_its_labels():
    sample = cd.data.audit_sample()
    checked = sample[sample["team_verdict"].isin(["right", "wrong"])]
    for row in checked.itertuples():
        same = row.listed_team == row.audited_team
        assert same or row.team_verdict == "wrong" or row.listed_team == "other", row.model


def test_bounds_hold_the_share_whatever_the_unchecked_rows_are():
    sample = cd.data.audit_sample()
    for field in ("team", "compute", "year", "openness"):
        verdicts = sample[f"{field}_verdict"]
        wrong = verdicts.eq("wrong").where(verdicts != "not-checkable")
        bounds = cd.bounded_share(wrong, field)
        assert bounds.low <= bounds.value <= bounds.high


def test_a_kind_of_organisation_that_nobody_knows_is_named():
    row = Row("runs.csv", 7, {"model": "X", "author_organisations": "Somewhere [club]"})
    with pytest.raises(EvidenceError, match=r"runs.csv, row 7 \(X\): 'club' is not a kind"):
        _organisations(row)


def test_a_run_that_another_row_describes_names_a_model_of_some_vintage():
    twins = cd.data.audited_runs()["same_run_as"].dropna()
    names = {name for vintage in VINTAGES for name in cd.data.models(vintage)["model"]}
    assert set(twins) <= names


def test_a_label_of_access_is_replaced_only_where_a_source_contradicts_it():
    runs = cd.data.audited_runs()
    models = cd.data.models("2026-08").drop_duplicates("model").set_index("model")
    looked_up = runs.dropna(subset=["access_verdict"])
    is_wrong = looked_up["access_verdict"] == "wrong"
    assert looked_up.loc[is_wrong, "openness"].isin(ACCESS).all()
    assert looked_up.loc[~is_wrong, "openness"].isna().all()
    listed = models["openness"].reindex(looked_up["model"]).to_numpy()
    assert (listed[is_wrong] != looked_up.loc[is_wrong, "openness"]).all()
    is_seen = looked_up["access_seen"] != DATABASE_NOTES
    assert is_seen[looked_up["access_verdict"] != "not-checkable"].all()
    counted = cd.with_records(models.reset_index(), "audited").set_index("model")
    wrong = looked_up[is_wrong].set_index("model")["openness"]
    assert counted["openness"].reindex(wrong.index).tolist() == wrong.tolist()
    assert counted.loc[wrong.index, "access_checked"].all()
