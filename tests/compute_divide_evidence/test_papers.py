"""The papers table: raw lists of three formats, bad records, merging, and what is kept."""

import dataclasses
import gzip
import json
import re
import shutil
from pathlib import Path

import command_line
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources import catalogue
from compute_divide.sources.papers import table as papers
from compute_divide.sources.papers.profiles import judgement_calls, parse_profile
from compute_divide.sources.papers.table import AGREEMENT_TABLE, PAPERS_TABLE, load_papers
from compute_divide.sources.store.files import EvidenceError, read_sidecar
from compute_divide_evidence.papers.lists import (
    KINDS,
    PaperList,
    RawPaper,
    Unusable,
    find_lists,
    read_json_lines,
    read_json_list,
    title_key,
)
from compute_divide_evidence.papers.merged import paper_key
from compute_divide_evidence.papers.profiles import paper_profile, profile_team, sector_counts
from compute_divide_evidence.papers.table import derive_papers
from sampling import LONG

TABLES = [table.name for table in papers.TABLES]


def packed(value):
    return gzip.compress(value if isinstance(value, bytes) else json.dumps(value).encode(), mtime=0)


@pytest.fixture
def raw(tmp_path):
    """Make a folder of raw lists with one of every format, and of every fault that was met."""
    folder = tmp_path / "raw" / "papers"
    folder.mkdir(parents=True)
    (folder / "MANIFEST.md").write_text("ignored")
    plain = [
        {
            "title": "Scaling Language Models",
            "status": "Poster",
            "aff": "Stanford University; OpenAI",
            "author_num": 2,
        },
        {
            "title": "Regret of Bandits",
            "status": "Oral",
            "aff": "MIT",
            "author_num": 3,
            "aff_domain": "mit.edu",
        },
        {"title": "Regret of  bandits.", "status": "Oral", "aff": "MIT"},
        {"title": "Turned Down", "status": "Reject", "aff": "Google"},
        {"title": "A Workshop Paper", "status": "Workshop"},
        {"title": "Strange", "status": "Zebra"},
        {"status": "Poster"},
        {"title": "  ?! ", "status": "Poster"},
        {"title": 7, "status": "Poster"},
        {"title": "Wrong Type", "aff": ["MIT"]},
        "not a record",
        {"title": "No Affiliations", "status": "Spotlight"},
    ]
    (folder / "icml__icml2019.json.gz").write_bytes(packed(plain))
    more = [
        {
            "title": "SCALING language models",
            "abstract": "We use GPT-3.",
            "aff": "wrong",
            "aff_domain": "x",
        },
        {
            "title": "No Affiliations",
            "aff": "Google; Google",
            "aff_domain": "google.com; google.com",
        },
        {"title": "Only Here", "status": "Poster"},
    ]
    (folder / "icml__icml2019.abstracts.json.gz").write_bytes(packed(more))
    table = {"title": "A Table", "status": "Poster", "track": "Datasets & Benchmarks"}
    (folder / "nips__nips2022.json.gz").write_bytes(
        packed([table, {"title": "Gone", "status": "Journal"}])
    )
    (folder / "neurips2022_title_and_aff.tsv").write_text(
        "A table\tmit\tnone\tgoogle\nAnother name\tmit\n\nno affiliations at all\n"
    )
    authors = [{"affiliation": r"Universit\xe9 de Montr\xe9al"}, {"affiliation": "AT&amp;T Labs"}]
    lines = [{"title": "Caf&eacute; Models", "authors": authors}, {"title": "No List Of Authors"}]
    text = "\n".join(json.dumps(line) for line in lines) + "\n{broken\n"
    (folder / "neurips2024_papersviz.jsonl.gz").write_bytes(packed(text.encode()))
    return tmp_path / "raw"


def derived(raw, tmp_path, name="out"):
    folder = tmp_path / name
    sidecars = derive_papers(raw, folder)
    return folder, sidecars, pd.read_parquet(folder / PAPERS_TABLE)


def test_every_record_is_a_row_or_counted_with_its_reason(raw, tmp_path):
    _, sidecars, table = derived(raw, tmp_path)
    sidecar = sidecars[0]
    aside = {group.reason: group.rows for group in sidecar.set_aside}
    assert sidecar.rows_in == 12 + 3 + 2 + 3 + 3
    assert sidecar.rows_out == len(table) == sidecar.rows_in - sum(aside.values()) == 7
    assert {reason: rows for reason, rows in aside.items() if "malformed" not in reason} == {
        "in a second list too: what it adds is kept": 3,
        "not among the venue's papers under this title": 2,
        "the title stands twice in the list": 1,
        "not accepted: Reject": 1,
        "not accepted: Workshop": 1,
        "the status 'Zebra' is not known": 1,
    }
    text = "Input should be a valid string"
    for said in (
        "title: Field required",
        "no title",
        f"title: {text}",
        f"aff: {text}",
        "authors: Field",
        "Invalid JSON",
    ):
        assert (
            sum(rows for reason, rows in aside.items() if reason.startswith(f"malformed: {said}"))
            == 1
        )
    places = [place for group in sidecar.set_aside for place in group.examples]
    assert "icml__icml2019.json.gz, record 4" in places


def test_lists_of_one_venue_and_year_complete_each_other(raw, tmp_path):
    _, _, table = derived(raw, tmp_path)
    rows = table.set_index("key")
    scaling = rows.loc[paper_key("Scaling Language Models")]
    assert scaling["profile"] == "1:@openai 1:academia"
    assert scaling["team_type"] == "collaboration"
    assert scaling["title_terms"] == "language model*|scaling"
    assert scaling["abstract_models"] == "gpt-3"
    late = rows.loc[paper_key("No Affiliations")]
    assert (late["team_type"], late["team_type_domain"]) == ("industry-only", "industry-only")
    assert rows.loc[paper_key("Only Here"), "team_type"] == "unknown"
    bandits = rows.loc[paper_key("Regret of Bandits")]
    assert (bandits["unit"], bandits["authors"]) == ("organisation", 3)
    paper = rows.loc[paper_key("A Table")]
    assert (paper["venue"], paper["year"], paper["track"]) == (
        "neurips",
        2022,
        "datasets-and-benchmarks",
    )
    assert paper["profile"] == "1:academia 1:industry 1:unknown"
    viz = rows.loc[paper_key("Café Models")]
    assert viz["profile"] == "1:academia 1:industry"


def test_nothing_personal_and_no_text_is_kept(raw, tmp_path):
    folder, _, table = derived(raw, tmp_path)
    kept = " ".join(
        str(value) for column in table.columns for value in table[column].dropna().unique()
    )
    kept += (folder / "papers" / "papers.meta.yml").read_text(encoding="utf-8")
    for text in ("Stanford", "Montr", "Scaling", "Regret", "We use", "google.com", "mit.edu"):
        assert text not in kept


def test_agreement_counts_authors_with_both(raw, tmp_path):
    folder, _, _ = derived(raw, tmp_path)
    table = pd.read_csv(folder / AGREEMENT_TABLE)
    row = table[table["venue"] == "icml"].sum(numeric_only=True)
    assert (row["both_company"], row["neither"], row["only_name"]) == (2, 1, 0)
    assert set(table["with_abstracts"]) == {False, True}, "versions with abstracts are told apart"


def test_affiliation_and_domain_of_different_lists_are_no_pair(tmp_path):
    folder = tmp_path / "raw" / "papers"
    folder.mkdir(parents=True)
    paper = {"title": "One", "status": "Poster"}
    (folder / "cvpr__cvpr2017.json.gz").write_bytes(packed([paper | {"aff": "Google; MIT"}]))
    abstracts = [paper | {"aff": "MIT; Google", "aff_domain": "mit.edu; google.com"}]
    (folder / "cvpr__cvpr2017.abstracts.json.gz").write_bytes(packed(abstracts))
    out, _, table = derived(tmp_path / "raw", tmp_path)
    assert table["domain_profile"].tolist() == ["1:academia 1:industry"]
    row = pd.read_csv(out / AGREEMENT_TABLE).iloc[0]
    assert (row["both_company"], row["neither"], row["only_name"], row["only_domain"]) == (
        1,
        1,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed([{"title": "A", "status": "Poster"}] * 50)[:-30], "ended before"),
        (packed(b'[{"title": "A"}, {"title": "B"}, {"title": '), "Expecting value"),
        (packed({"title": "A"}), "not a list of records"),
        (b"nonsense", "Not a gzipped file"),
    ],
)
def test_a_damaged_file_is_refused(content, said, raw, tmp_path):
    (raw / "papers" / "icml__icml2019.json.gz").write_bytes(content)
    with pytest.raises(
        EvidenceError,
        match=rf"icml__icml2019.json.gz is damaged, breaks off or is no such list: .*{said}",
    ):
        derived(raw, tmp_path)


def test_unknown_files_are_named(tmp_path):
    (tmp_path / "papers.txt").write_text("x")
    with pytest.raises(EvidenceError, match=re.escape("no reader for the file name 'papers.txt'")):
        find_lists(tmp_path)
    (tmp_path / "papers.txt").unlink()
    with pytest.raises(EvidenceError, match="no paper list"):
        find_lists(tmp_path)


FIELDS = st.sampled_from(["title", "authors", "aff", "status", "author_num", "keywords"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANY = st.recursive(
    LEAVES,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(FIELDS, x, max_size=4),
    max_leaves=10,
)


@given(
    st.binary(max_size=200) | st.lists(ANY).map(lambda records: json.dumps(records).encode()),
    st.sampled_from([read_json_list, read_json_lines]),
    st.booleans(),
)
def test_any_content_is_read_or_refused(content, reader, pack):
    kind = dataclasses.replace(
        KINDS[0], reader=lambda _: reader(gzip.compress(content) if pack else content)
    )
    try:
        records = PaperList(Path(__file__), "icml", 2019, kind).records()
    except EvidenceError:
        return
    assert all(isinstance(record, RawPaper | Unusable) for record in records)


@given(st.text())
def test_a_key_ignores_case_spaces_and_signs(title):
    assert paper_key(title) == paper_key(f"  {title} !? ")
    if title.isascii():
        assert title_key(title) == title_key(title.upper()) == title_key(" ".join(title.split()))


# --- profiles ---

CALLS = judgement_calls()
ATOMS = st.sampled_from(
    ["academia", "industry", "government", "nonprofit", "@openai", "@mila", "@joint-labs"]
)
SLOTS = st.sets(ATOMS, max_size=3).map(lambda atoms: "+".join(sorted(atoms)) or "unknown")


@given(st.lists(SLOTS, max_size=8))
def test_a_profile_counts_its_slots(slots):
    profile = paper_profile(slots)
    assert sum(count for count, _ in parse_profile(profile)) == len(slots)
    assert paper_profile(reversed(slots)) == profile
    counts = sector_counts(profile, CALLS)
    assert counts["unknown"] == slots.count("unknown")
    assert all(count <= len(slots) for count in counts.values())


@given(st.lists(SLOTS, max_size=8), st.sampled_from(["academia", "other"]))
def test_a_team_with_a_company_is_never_academic(slots, public):
    profile = paper_profile(slots)
    team = profile_team(profile, CALLS, public)
    company = sector_counts(profile, CALLS)["industry"] > 0
    assert not (company and team == "academia-only")
    assert (team == "unknown") == (set(slots) <= {"unknown"})
    if public == "academia" and not company and team != "unknown":
        assert team == "academia-only"


@given(
    st.lists(SLOTS, min_size=1, max_size=8), st.sampled_from(["academia", "industry", "nonprofit"])
)
def test_flipping_a_call_equals_writing_the_sector(slots, sector):
    flipped = CALLS | {"openai": (sector,)}
    written = [
        "+".join(sorted({sector if atom == "@openai" else atom for atom in slot.split("+")}))
        for slot in slots
    ]
    assert sector_counts(paper_profile(slots), flipped) == sector_counts(
        paper_profile(written), CALLS
    )


# --- the table that the project ships ---


def test_the_shipped_team_types_follow_from_the_profiles():
    table = load_papers()
    distinct = [profile for profile in table["profile"].unique() if isinstance(profile, str)]
    teams = {profile: profile_team(profile, CALLS) for profile in distinct}
    assert (table["profile"].map(teams).fillna("unknown") == table["team_type"]).all()
    counts = {profile: sector_counts(profile, CALLS)["industry"] for profile in distinct}
    assert (table["profile"].map(counts).fillna(0) == table["n_industry"]).all()


@pytest.mark.heavy
@pytest.mark.raw
def test_lists_that_lack_are_named_and_one_that_is_added_gives_what_all_together_give(
    raw_dir, tmp_path, data_copy
):
    def derive(folder, *options):
        return command_line.run(
            "data", "derive", "--only", "papers", "--raw", str(tmp_path / folder), *options
        )

    def hashes():
        return {name: read_sidecar(name).sha256 for name in TABLES}

    lists = [
        path
        for path in (raw_dir / "papers").iterdir()
        if LONG or path.name.startswith(("corl", "uai"))
    ]
    for path in lists:
        for folder in ("all", "few")[: 1 + (path.name != "uai__uai2024.json.gz")]:
            (tmp_path / folder / "papers").mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "papers" / path.name).symlink_to(path)
    assert derive("all", "--replace").exit_code == 0
    whole, rows = hashes(), len(load_papers())
    refused = derive("few")
    assert refused.exit_code == 1
    assert f"papers.parquet would go from {rows:,} to " in refused.stderr.replace("\n", " ")
    assert "without uai__uai2024.json.gz" in refused.stderr.replace("\n", " ")
    assert hashes() == whole
    assert derive("few", "--replace").exit_code == 0
    assert len(load_papers()) < rows
    renamed = shutil.copy(raw_dir / "papers" / "uai__uai2024.json.gz", tmp_path / "mine.json.gz")
    done = command_line.run(
        "data", "add", "papers", str(renamed), "--venue", "uai", "--year", "2024"
    )
    assert done.exit_code == 0, done.output
    assert hashes() == whole
    assert catalogue.verify() == []
    again = command_line.run(
        "data", "add", "papers", str(renamed), "--venue", "uai", "--year", "2024"
    )
    assert (again.exit_code, "uai 2024 is there already" in again.stderr) == (1, True)


@pytest.mark.heavy
@pytest.mark.parametrize("venue", ["3dv", "ai4x"])
def test_a_venue_has_digits_in_its_name(venue, tmp_path, data_copy):
    file = tmp_path / "a.json.gz"
    file.write_bytes(packed([{"title": "A", "status": "Poster", "aff": "MIT"}]))
    done = command_line.run("data", "add", "papers", str(file), "--venue", venue, "--year", "2031")
    assert (done.exit_code, done.stderr.strip()) == (
        0,
        f"added: {venue} 2031, 1 papers of a.json.gz",
    )
    assert load_papers()["venue"].eq(venue).sum() == 1
    raw = tmp_path / "raw"
    raw.mkdir()
    file.rename(raw / f"{venue}__{venue}2031.json.gz")
    assert [(found.venue, found.year) for found in find_lists(raw)] == [(venue, 2031)]


@pytest.mark.parametrize(
    ("name", "content", "venue", "said"),
    [
        (
            "a.csv",
            b"",
            "uai",
            "no reader for 'a.csv': the name of a list ends in .json.gz, .jsonl.gz, .tsv",
        ),
        (
            "a.json.gz",
            packed([]),
            "UAI/..",
            "'UAI/..' 2031 is not a venue and year; allowed: letters a to z with digits",
        ),
        ("a.json.gz", packed([]), "2031", "'2031' 2031 is not a venue and year; allowed: letters"),
        ("a.json.gz", packed([]), "uai", "a.json.gz contains no accepted paper"),
        (
            "a.json.gz",
            packed([{"title": "A", "status": "Reject"}]),
            "uai",
            "paper: not accepted: Reject (1)",
        ),
        ("a.json.gz", b"nonsense", "uai", "a.json.gz is damaged, breaks off or is no such list"),
    ],
)
def test_a_list_that_cannot_be_added_changes_nothing(
    name, content, venue, said, tmp_path, data_copy
):
    (tmp_path / name).write_bytes(content)
    before = (data_copy / "MANIFEST.sha256").read_bytes()
    done = command_line.run(
        "data", "add", "papers", str(tmp_path / name), "--venue", venue, "--year", "2031"
    )
    assert done.exit_code in {1, 2}
    assert said in done.stderr.replace("\n", " ")
    assert (data_copy / "MANIFEST.sha256").read_bytes() == before
