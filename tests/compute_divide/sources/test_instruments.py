"""Instruments of policy: each is told by what was seen, with a source, and by our own words."""

import csv

import pandas as pd
import pytest

import compute_divide as cd
from compute_divide.sources.audit import instruments
from compute_divide.sources.audit.instruments import _in_effect, _source
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Findings, Row

PLACES = {"India", "Korea", "Japan", "China", "European Union", "United States", "New York"}


def test_every_place_is_there_and_every_source_can_be_followed():
    listed = cd.data.instruments()
    assert set(listed["place"]) >= PLACES
    has_source = listed["source"].notna() | listed["cite"].notna()
    is_read = listed["seen"].isin(["primary", "excerpt"])
    assert listed.loc[is_read, "source"].notna().all()
    unnamed = listed.loc[~has_source, "name"].tolist()
    assert unnamed == ["Interpretability programme of the AI Action Plan"]


def test_what_binds_was_read_in_its_own_text():
    listed = cd.data.instruments()
    assert set(listed.loc[listed["binding"] == "yes", "seen"]) == {"primary"}


def test_works_that_are_cited_stand_in_the_bibliography(request):
    works = (request.config.rootpath / "book" / "references.bib").read_text(encoding="utf-8")
    for key in cd.data.instruments()["cite"].dropna():
        assert f"{{{key}," in works


def test_no_note_of_where_a_text_was_looked_up_reaches_a_reader():
    sources = " ".join(cd.data.instruments()["source"].dropna())
    for mark in ("find_string", "dossier", "shared/"):
        assert mark not in sources


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("find_string id 123; earlier dossier s.3", ""),
        ("a.org/b (earlier dossier); find_string id 7", "a.org/b"),
        (
            "Epoch AI GPU clusters, shared/data/models/x_2026.csv; b.org",
            "Epoch AI GPU clusters; b.org",
        ),
        ("c.org/dossiers; d.org", "c.org/dossiers; d.org"),
    ],
)
def test_shelf_marks_are_left_out_and_sources_are_not(told, left):
    assert _source(Row("x.csv", 2, {"source": told}), "source", Findings()) == left


def test_an_instrument_without_words_is_named(monkeypatch):
    monkeypatch.setattr(instruments, "read_yaml", lambda *_: {})
    with pytest.raises(EvidenceError, match=r"'ABCI 3\.0' is not in both"):
        cd.data.instruments()


@pytest.mark.parametrize(
    ("status", "holds"),
    [
        ("running; call of spring 2026", True),
        ("in force", True),
        ("in force as amended", True),
        ("legal base in force; no award seen", True),
        ("voluntary", True),
        ("in force 2027-01-01; framework and audit from 2028-01-01", False),
        ("bill; reported by House committee", False),
        ("call closed 2026-04-13; winner not seen", False),
        ("withdrawn", False),
    ],
)
def test_what_is_in_effect_is_read_from_its_status(status, holds):
    [found] = _in_effect(pd.Series([status]))
    assert bool(found) is holds


def test_the_time_line_names_rules_and_programmes_but_no_single_machine():
    listed = cd.data.instruments()
    drawn = listed[listed["short"].notna()]
    assert drawn["short"].is_unique
    assert drawn["short"].str.len().max() <= 27  # what fits beside the lines on a phone
    assert "vendor" not in set(drawn["remedy"])
    assert not {"JUPITER", "LUMI", "Alps", "Gefion", "ABCI 3.0"} & set(drawn["name"])
    assert listed.loc[listed["binding"] == "yes", "short"].notna().all()


@pytest.mark.raw
def test_the_facts_are_those_of_the_audit(raw_dir):
    with (raw_dir / "audit" / "instruments.csv").open(encoding="utf-8") as file:
        told = {row["name"]: row for row in csv.DictReader(file)}
    listed = cd.data.instruments().set_index("name")
    assert set(listed.index) == told.keys()
    for name, row in told.items():
        assert listed.loc[name, "binding"] == row["binding"]
        assert listed.loc[name, "seen"] == row["label"]
        assert str(listed.loc[name, "date"] if row["date"] else "") == row["date"]
        money = listed.loc[name, "money_usd"]
        assert money == float(row["money_usd"]) if row["money_usd"] else money != money
