"""Models that others build on."""

import pandas as pd
import pytest

from compute_divide.estimates.models.bases import with_bases, with_origins
from compute_divide.sources.audit.runs import load_audited_runs
from compute_divide.sources.models.table import load_models


@pytest.fixture(scope="module")
def models():
    return load_models("2024-11")


def test_bases_of_several_makers_and_unknown_ones():
    teams = ["industry-only", *["academia-only"] * 3, "unknown"]
    bases = [None, "A", "A|B", "Nowhere|A", "Nowhere"]
    rows = pd.DataFrame({"model": list("ABCDE"), "team_type": teams, "base_model": bases})
    rows = rows.assign(team_checked=True)
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
    rows = rows.assign(team_checked=True)
    assert with_bases(rows, rows)["base_team"].tolist() == ["other", "unknown"]
    assert with_bases(rows.iloc[:0], rows).empty


def test_makers_of_a_base_on_no_list_are_those_of_the_audit(models):
    assert "RoseTTAFold" not in set(models["model"])
    rows = pd.DataFrame({"model": ["Diffuser"], "base_model": ["RoseTTAFold"]})
    runs = load_audited_runs().assign(team_checked=True)
    lookup = pd.concat([rows.assign(team_type="academia-only"), runs[runs["model"] != "Diffuser"]])
    assert with_bases(rows, lookup)["base_team"].tolist() == ["other"]


def test_makers_are_seen_only_where_those_of_all_listed_bases_are():
    lookup = pd.DataFrame({"model": ["A", "B"], "team_checked": [True, False]})
    lookup = lookup.assign(base_model=None, team_type="industry-only")
    built = pd.DataFrame({"model": list("CDE"), "base_model": ["A", "A|B", "A|Nowhere"]})
    assert with_bases(built, lookup)["bases_checked"].tolist() == [True, False, True]
