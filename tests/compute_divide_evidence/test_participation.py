"""Papers of universities: counts by venue and year that can be worked out by hand, and their laws."""

import gzip
import json

import pandas as pd
import pytest

from compute_divide.sources.papers.participation import (
    KINDS,
    load_university_coverage,
    load_university_domains,
    load_university_papers,
)
from compute_divide.sources.papers.table import COVERAGE, PAPERS_TABLE
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.papers import participation
from compute_divide_evidence.papers.agreement import compare_with_domains
from compute_divide_evidence.papers.participation import (
    derive_university_papers,
    university_numbers,
)
from compute_divide_evidence.papers.table import derive_papers
from compute_divide_evidence.papers.universities import University, UniversityReader

PAPERS = [
    {"title": "Scaling Language Models", "aff": "Stanford University; OpenAI"},
    {"title": "Regret of Bandits", "aff": "MIT; Stanford University+EECS, MIT;"},
    {"title": "A Kernel", "aff": "Department of Computer Science; Bonn University"},
    {"title": "Of a Company", "aff": "Google"},
    {"title": "Of Nobody", "aff": "The yard"},
    {"title": "Without Affiliations"},
    {"title": "Turned Down", "aff": "MIT", "status": "Reject"},
]
NAMES = "AD,University of Andorra,http://a\nDE,Bonn University,\nGB,University of Nowhere,\n"
MIT, STANFORD, BONN = (
    University("Massachusetts Institute of Technology", "US"),
    University("Stanford University", "US"),
    University("Bonn University", "DE"),
)


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """Give lists of one venue and year, and the papers table that they give."""
    for folder in ("papers", "other"):
        (tmp_path / "raw" / folder).mkdir(parents=True)
    records = [{"status": "Poster"} | paper for paper in PAPERS]
    (tmp_path / "raw/papers/icml__icml2019.json.gz").write_bytes(
        gzip.compress(json.dumps(records).encode())
    )
    (tmp_path / "raw/other/acl23_universities.csv").write_text(NAMES)
    derive_papers(tmp_path / "raw", tmp_path / "before")
    papers = pd.read_parquet(tmp_path / "before" / PAPERS_TABLE)
    monkeypatch.setattr(participation, "load_papers", papers.copy)
    return tmp_path / "raw"


def test_each_university_of_a_paper_counts_once_for_it(raw, tmp_path):
    panel, *_ = derive_university_papers(raw, tmp_path)
    numbers = university_numbers([MIT, STANFORD, BONN])
    rows = pd.read_csv(tmp_path / panel.table).set_index("university")
    assert rows.loc[numbers[STANFORD]].tolist() == ["north-america", "icml", 2019, 2, 1, 1, 1, 1]
    assert rows.loc[numbers[MIT]].tolist() == ["north-america", "icml", 2019, 1, 0, 1, 0, 1]
    assert rows.loc[numbers[BONN]].tolist() == ["europe", "icml", 2019, 1, 0, 1, 0, 1]
    assert len(rows) == panel.rows_out == 3
    aside = {group.reason: group.rows for group in panel.set_aside}
    assert aside == {
        "not accepted: Reject": 1,
        "the paper has no affiliation in any list": 1,
        "no university is read from the paper's affiliations": 2,
        "names in the list of universities": 3,
    }


def test_a_venue_and_year_says_what_was_read(raw, tmp_path):
    _, coverage, _ = derive_university_papers(raw, tmp_path)
    (row,) = pd.read_csv(tmp_path / coverage.table).to_dict("records")
    assert row == {
        "venue": "icml",
        "year": 2019,
        "papers": 6,
        "read": 4,
        "compute_intensive": 1,
        "low_compute": 2,
        "with_company": 2,
        "alone": 2,
        "with_university": 3,
        "affiliations": 8,
        "unnamed": 1,
        "unread": 1,
    }


def test_affiliations_are_held_against_the_usual_university_of_a_domain():
    universities = [University("Duke University", "US"), University("Uppsala University", "SE")]
    pairs = {
        ("icml", "Duke University", "cs.duke.edu"): 8,
        ("uai", "Duke University and Uppsala University", "duke.edu"): 1,
        ("icml", "Uppsala University", "duke.edu"): 2,
        ("icml", "Department of Statistics", "duke.edu"): 3,
        ("icml", "Uppsala University", "it.uu.se"): 9,  # too few to say what is usual
        ("icml", "Department of Statistics", "nowhere.edu"): 4,
        ("icml", "Duke University", "google.com"): 5,
        ("icml", "Duke University", "duke.edu+uu.se"): 6,
    }
    rows = compare_with_domains(pairs, UniversityReader([], universities)).fillna("unknown")
    assert rows.set_index(["venue", "region"]).T.to_dict("list") == {
        ("icml", "europe"): [9, 9, 0, 0],
        ("icml", "north-america"): [13, 10, 10, 8],
        ("icml", "unknown"): [4, 0, 0, 0],
        ("uai", "north-america"): [1, 1, 1, 1],
    }


def test_no_name_is_kept(raw, tmp_path):
    sidecars = derive_university_papers(raw, tmp_path)
    for sidecar in sidecars:
        kept = (tmp_path / sidecar.table).read_text() + sidecar.model_dump_json()
        for name in ("Stanford", "Massachusetts", "Bonn", "Scaling", "Regret", "Google"):
            assert name not in kept


def test_a_number_does_not_follow_the_order_of_names():
    universities = [University(f"University {letter}", "US") for letter in "abcdefghij"]
    numbers = university_numbers(reversed(universities))
    assert numbers == university_numbers(universities)
    in_order = [numbers[university] for university in universities]
    assert sorted(in_order) == [*range(1, 11)]
    assert in_order not in (sorted(in_order), sorted(in_order, reverse=True))


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("other/acl23_universities.csv", None, "cannot read the raw file .*acl23_universities.csv"),
        ("other/acl23_universities.csv", b"\xff\xfe", "acl23_universities.csv is not a UTF-8 text"),
        ("other/acl23_universities.csv", b"US,MIT\nGermany,Bonn\n", "row 2: 'Germany' is not the"),
        ("other/acl23_universities.csv", b"MIT\nBonn\n", "row 1: 'MIT' is not the code"),
        ("papers/icml__icml2019.json.gz", b"{}", "icml__icml2019.json.gz is damaged, breaks off"),
        ("papers/universities.txt", b"", "no reader for the file name 'universities.txt'"),
    ],
)
def test_a_raw_file_that_cannot_be_read_stops_in_one_line(file, content, said, raw, tmp_path):
    if content is None:
        (raw / file).unlink()
    else:
        (raw / file).write_bytes(content)
    with pytest.raises(EvidenceError, match=said) as stopped:
        derive_university_papers(raw, tmp_path)
    assert "\n" not in str(stopped.value)


def test_a_paper_that_the_papers_table_lacks_is_not_dropped(raw, tmp_path, monkeypatch):
    known = participation.load_papers()
    monkeypatch.setattr(participation, "load_papers", known.head(4).copy)
    with pytest.raises(EvidenceError, match=r"2 papers of the lists are not in .*: derive papers"):
        derive_university_papers(raw, tmp_path)


# --- the tables that the project ships ---


def test_kinds_are_among_all_papers():
    for table, whole in (
        (load_university_papers(), "papers"),
        (load_university_coverage(), "read"),
    ):
        assert table[list(KINDS)].le(table[whole], axis=0).all(axis=None)
        assert (table["with_company"] + table["alone"] <= table[whole]).all()


def test_a_university_has_one_number_one_region_and_one_row_a_venue_and_year():
    panel = load_university_papers()
    regions = panel.groupby("university")["region"].nunique(dropna=False)
    assert (regions == 1).all()
    assert regions.index.tolist() == [*range(1, len(regions) + 1)]
    assert not panel.duplicated(["university", "venue", "year"]).any()


def test_participations_lie_between_papers_with_a_university_and_all_pairs():
    panel, coverage = load_university_papers(), load_university_coverage()
    by_venue_year = panel.groupby(["venue", "year"])["papers"].agg(["sum", "max"])
    known = coverage.set_index(["venue", "year"]).join(by_venue_year).fillna(0)
    assert (known["max"] <= known["with_university"]).all()
    assert (known["with_university"] <= known["sum"]).all()
    assert (known["with_university"] <= known["read"]).all()
    assert (known["unnamed"] + known["unread"] <= known["affiliations"]).all()


def test_coverage_is_that_of_the_papers_table():
    ours = load_university_coverage().set_index(["venue", "year"])
    known = COVERAGE.read().set_index(["venue", "year"])
    assert ours["papers"].equals(known["papers"])
    enough = ours["read"] >= 0.85 * ours["papers"]
    assert enough.equals(known["by_name"] >= 0.85 * known["papers"])


def test_affiliations_and_domains_agree_in_every_region():
    domains = load_university_domains()
    counts = ["authors", "named", "compared", "usual"]
    assert (domains[counts].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    by_region = domains.groupby("region")[counts].sum()
    assert (by_region["usual"] / by_region["compared"] > 0.97).all()
    assert (by_region["named"] / by_region["authors"] > 0.9).all()
