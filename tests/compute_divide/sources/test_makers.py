"""Who made the models that papers name: the table, its rule, and what it may not contradict."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.models.makers import UNCONFIRMED, _teams, load_makers
from compute_divide.sources.models.table import load_models
from compute_divide.sources.papers.profiles import SECTORS
from compute_divide.sources.papers.topics import load_topics
from compute_divide.sources.store.files import EvidenceError, vintages
from compute_divide_evidence.papers.topics import TextSearch

MAKERS = load_makers()
TEAMS = dict(zip(MAKERS["model"], MAKERS["team_type"], strict=True))

JOINT = ["albert", "biggan", "codet5", "dino", "esm", "instructblip", "roberta", "stylegan2"]


def test_each_model_that_papers_name_stands_there_once():
    assert sorted(MAKERS["model"]) == sorted(load_topics().models)


@pytest.mark.parametrize("model", JOINT)
def test_joint_models_are_not_industry_s_alone(model):
    assert TEAMS[model] == "collaboration"


def test_second_posts_decide_a_few_and_the_table_says_which():
    rows = MAKERS.set_index("model")
    decided = rows[rows["team_type"] != rows["team_type_single"]]
    assert set(decided.index) == {"code-llama", "codet5", "gpt-3", "stylegan2", "vilbert", "xlm"}
    assert decided["second_posts"].notna().all()


@given(
    sectors=st.lists(st.sampled_from(SECTORS), min_size=1, max_size=5),
    second=st.sets(st.integers(0, 4)),
)
def test_a_company_and_a_university_make_a_collaboration(sectors, second):
    names = [f"Organisation {number}" for number in range(len(sectors))]
    second_posts = [name for number, name in enumerate(names) if number in second]
    joint = "|".join
    all_posts, single = _teams("m", joint(names), joint(sectors), joint(second_posts))
    assert (all_posts == "collaboration") == ({"academia", "industry"} <= set(sectors))
    left = {kind for number, kind in enumerate(sectors) if number not in second}
    assert (single == "collaboration") == ({"academia", "industry"} <= left)
    assert (single == "unknown") == (not left)
    if not second_posts:
        assert single == all_posts


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bert,Google,industry", "bert,Google|Stanford University,industry", "2 organisations, 1"),
        ("bert,Google,industry,,", "bert,Google,industry,Meta,", "'Meta' is not among Google"),
        ("bert,Google,industry", "bert,Google,firm", "column sectors"),
        ("bert,Google,industry,,primary", "bert,Google,industry,,heard", "column seen"),
        ("bert,Google,industry,,primary,", "bert,Google,industry,,primary,,", "cannot be read"),
    ],
)
def test_a_bad_row_is_named(old, new, message, data_copy):
    table = data_copy / "audit" / "makers.csv"
    text = table.read_text(encoding="utf-8")
    assert text.count(f"\n{old}") == 1
    table.write_text(text.replace(f"\n{old}", f"\n{new}"), encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"data/audit/makers.csv(.|\n)*{message}"):
        load_makers()


def test_where_it_differs_from_the_models_database_it_has_a_source_of_its_own():
    listed = MAKERS.assign(name=MAKERS["listed_as"].str.split("|")).explode("name")
    listed = listed.dropna(subset=["name"])
    models = load_models("2026-03").drop_duplicates("model").set_index("model")["team_type"]
    theirs = listed["name"].map(models)
    differs = theirs.notna() & theirs.ne(listed["team_type"]) & theirs.ne("unknown")
    assert differs.sum() >= 10
    assert not listed.loc[differs, "seen"].isin(UNCONFIRMED).any()


def test_the_names_of_the_database_exist_in_a_vintage():
    names = set().union(*(load_models(vintage)["model"] for vintage in vintages()))
    listed = MAKERS["listed_as"].dropna().str.split("|").explode()
    assert not listed.duplicated().any()
    assert set(listed) <= names


# --- the audit of the largest runs ---

OTHERS = {
    "EVA-CLIP (EVA-02-CLIP-E/14+)": "a successor by other makers",
    "GPT3-6.7B (rerun of original)": "a rerun of 2022 by two companies",
    "ResNet-152 + ObjectNet": "trained anew at a university",
}
"""Audited runs that bear a name of the table and are not its models."""


@pytest.mark.raw
def test_the_audited_runs_do_not_contradict_it(raw_dir):
    with (raw_dir / "audit" / "largest_runs.csv").open(encoding="utf-8") as file:
        runs = list(csv.DictReader(file))
    audited = {run["model"]: run["audited_team"] for run in runs}
    listed = MAKERS.assign(name=MAKERS["listed_as"].str.split("|")).explode("name")
    ours = dict(zip(listed["name"], listed["team_type"], strict=True))
    both = ours.keys() & audited.keys()
    assert len(both) >= 50
    assert {name for name in both if ours[name] != audited[name]} == set()
    find = TextSearch().models.find
    contradicted = set()
    for run in runs:
        teams = {TEAMS[model] for model in filter(None, find(run["model"]).split("|"))}
        is_other = run["derived_from"] or run["model"] in both
        if teams and not is_other and run["audited_team"] not in teams:
            contradicted.add(run["model"])
    assert contradicted == set(OTHERS)
