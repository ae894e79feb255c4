"""Models that others build on."""

import pandas as pd
import pytest

from compute_divide.analysis.models.open_models import (
    expected_share,
    with_bases,
    with_makers,
    with_origins,
)
from compute_divide.analysis.statistics.estimates import TEAM_TYPES
from compute_divide.evidence.models.table import load_models


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
    expected = expected_share(based, models, models, "industry-only", "")
    known = models[models["team_type"] != "unknown"]
    of_year = (known["team_type"] == "industry-only").groupby(known["year"]).mean()
    assert of_year.min() <= expected.value <= of_year.max()
    assert expected.n == len(based)
    assert sum(
        expected_share(based, models, models, team, "").value for team in TEAM_TYPES
    ) == pytest.approx(1)


def test_a_blind_choice_depends_on_what_it_may_choose_from():
    rows = pd.DataFrame({"model": list("ABC"), "year": [2023, 2023, 2024]})
    rows["team_type"] = ["industry-only", "academia-only", "industry-only"]
    based = pd.DataFrame({"base_model": ["A|B", "C"]})
    every, two = (
        expected_share(based, rows, pool, "industry-only", "") for pool in (rows, rows.iloc[:2])
    )
    assert (every.value, every.n) == (pytest.approx(2 / 3), 3)
    assert (two.value, two.n) == (0.5, 2)  # nothing of 2024 can be picked
    nothing = expected_share(based, rows, rows.iloc[:0], "industry-only", "")
    assert (nothing.value, nothing.n) == (None, 0)


def test_models_get_the_team_types_of_the_table_of_makers(models):
    rows = with_makers(models).set_index("model")
    assert rows.loc["Code Llama-34B", "team_type"] == "collaboration"
    changed = rows["team_type"] != models.set_index("model")["team_type"]
    assert 5 <= changed.sum() <= 60
    assert set(rows.loc[changed, "team_type"]) <= {
        "collaboration",
        "industry-only",
        "academia-only",
    }
    again = with_makers(rows.reset_index())
    assert again["team_type"].tolist() == rows["team_type"].tolist()
