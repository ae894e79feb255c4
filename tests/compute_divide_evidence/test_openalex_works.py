"""From works to rows: three readings side by side, nothing dropped unseen, and no person's name kept."""

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.openalex.tables import load_openalex_works
from compute_divide.sources.store.files import EvidenceError, data_dir, read_sidecar
from compute_divide.sources.store.raw_csv import Findings
from compute_divide_evidence.openalex.refresh import FIELDS
from compute_divide_evidence.openalex.tables import RAW_WORKS, derive_openalex, parse_works
from compute_divide_evidence.openalex.works import WorkReader, plain_abstract, work_key, works_table
from compute_divide_evidence.papers.merged import paper_key

RECORDED = "openalexPro_vcr_opt_select_fields.yml"


def author(*places: tuple[str, str | None], stated: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "author": {"display_name": "A Person"},
        "institutions": [
            {"id": f"https://openalex.org/{i}", "type": kind, "country_code": "US"}
            for i, kind in places
        ],
        "raw_affiliation_strings": list(stated),
    }


def make_work(
    *authors: dict[str, Any], number: int = 1, title: str = "A title of four words"
) -> dict[str, Any]:
    address = f"https://openalex.org/W{number}"
    return {"id": address, "title": title, "publication_year": 2020, "authorships": [*authors]}


@pytest.fixture(scope="module")
def reader() -> WorkReader:
    return WorkReader({"I7"})


# --- one work ---


@pytest.mark.parametrize(
    ("authors", "types", "ids", "rules"),
    [
        (
            [author(("I1", "education"), stated=("MIT",))],
            "academia-only",
            "academia-only",
            "academia-only",
        ),
        (
            [author(("I1", "company"), stated=("IBM Research",))],
            "industry-only",
            "industry-only",
            "industry-only",
        ),
        ([author(("I7", "nonprofit"))], "academia-only", "industry-only", "unknown"),
        ([author(("I7", None))], "unknown", "industry-only", "unknown"),
        ([author(("I1", None))], "unknown", "unknown", "unknown"),
        (
            [author(("I1", "facility")), author(("I2", "company"))],
            "collaboration",
            "collaboration",
            "unknown",
        ),
        (
            [author(stated=("Google Brain", "Stanford University"))],
            "unknown",
            "unknown",
            "collaboration",
        ),
        ([], "unknown", "unknown", "unknown"),
    ],
)
def test_three_readings(
    authors: list[dict[str, Any]], types: str, ids: str, rules: str, reader: WorkReader
) -> None:
    row = reader.row(make_work(*authors), "s")
    assert (row["team_type_types"], row["team_type_ids"], row["team_type"]) == (types, ids, rules)


def test_the_older_form_of_affiliations_is_read_too(reader: WorkReader) -> None:
    old = {"institutions": [], "raw_affiliation_string": "Microsoft Research#TAB#"}
    row = reader.row(make_work(old), "s")
    assert (row["team_type"], row["authors_stated"], row["authors_placed"]) == (
        "industry-only",
        1,
        0,
    )


def test_a_new_type_of_institution_stops() -> None:
    fresh = WorkReader(())
    with pytest.raises(
        EvidenceError, match="type of institutions that is new to us: guild; known: education"
    ):
        works_table(fresh, [("s", "work 1", make_work(author(("I1", "guild"))))], Findings())


@given(
    st.lists(
        st.text("abcd efg", min_size=1, max_size=5).filter(lambda word: " " not in word), min_size=1
    )
)
def test_an_abstract_comes_back(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert plain_abstract(index) == " ".join(words)
    assert {plain_abstract(nothing) for nothing in (None, {})} == {None}


# --- many works ---


def test_a_title_counts_once_and_the_fuller_record_stays(reader: WorkReader) -> None:
    poor = make_work(author(), number=1)
    full = make_work(author(("I1", "education")), number=2, title="A  Title of Four Words.")
    ledger = Findings()
    table = works_table(reader, [("s", "work 1", poor), ("s", "work 2", full)], ledger)
    assert list(table["work"]) == ["W2"]
    assert [(group.reason, group.rows) for group in ledger.groups()] == [
        ("another work of the same title is kept", 1)
    ]


def test_among_equals_the_published_one_stays(reader: WorkReader) -> None:
    preprint = {
        **make_work(number=1),
        "primary_location": {"source": {"display_name": "arXiv (Cornell University)"}},
    }
    article = {
        **make_work(number=2),
        "primary_location": {"source": {"display_name": "A", "type": "journal"}},
    }
    for works in ([preprint, article], [article, preprint]):
        table = works_table(reader, [("s", "", work) for work in works], Findings())
        assert table[["work", "place"]].to_numpy().tolist() == [["W2", "journal"]]


def test_titles_that_tell_nothing_are_not_merged(reader: WorkReader) -> None:
    works = [
        make_work(number=number, title=title)
        for number, title in enumerate(["Introduction"] * 2 + ["", ""], 1)
    ]
    works.append({**make_work(number=9), "title": None})
    assert len(works_table(reader, [("s", "", work) for work in works], Findings())) == 5
    assert work_key(make_work(title="Attention Is All You Need")) == paper_key(
        "attention is all you need"
    )


@pytest.mark.parametrize(
    "content", [b'{"results": [{"id": "W1"}]}', b'[{"id": "W1"}]', b'{"id": "W1"}', b"\n"]
)
def test_files_of_every_form(content: bytes) -> None:
    name = "a.jsonl" if content == b"\n" else "a.json"
    assert parse_works(content, name) == ([] if name == "a.jsonl" else [{"id": "W1"}])
    packed = gzip.compress(content)
    assert parse_works(packed, f"{name}.gz") == parse_works(content, name)


@pytest.mark.parametrize("content", [b"{", b"[1]", b'[{"title": "no id"}]', b'"text"'])
def test_a_file_of_something_else_is_named(content: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"^a\.json "):
        parse_works(content, "a.json")


# --- the table that ships ---


def test_the_shipped_table_says_where_it_is_from() -> None:
    works, sidecar = load_openalex_works(), read_sidecar("openalex/works.parquet")
    assert len(works) == sidecar.rows_out
    assert {source.licence for source in sidecar.sources} == {"CC0 1.0"}
    assert works["key"].is_unique
    assert works["work"].is_unique
    assert set(works["sample"]) == {sample for _, sample, *_ in RAW_WORKS}
    with pytest.raises(
        EvidenceError, match="'nothing' is not a table of OpenAlex works; allowed: works"
    ):
        load_openalex_works("nothing")


@pytest.mark.raw
def test_deriving_again_gives_the_same_bytes_and_keeps_no_text(
    raw_dir: Path, tmp_path: Path
) -> None:
    derive_openalex(raw_dir, tmp_path)
    for path in tmp_path.rglob("*.*"):
        assert path.read_bytes() == (data_dir() / path.relative_to(tmp_path)).read_bytes()
    derived = pd.read_parquet(tmp_path / "openalex" / "works.parquet")
    kept = derived.drop(columns="venue").to_csv()  # some works have a publisher for an author
    files = [(file, (raw_dir / "openalex" / file).read_bytes()) for file, *_ in RAW_WORKS]
    works = [work for name, content in files for work in parse_works(content, name)]
    names = {author["author"]["display_name"] for work in works for author in work["authorships"]}
    assert len(names) > 1000
    assert not [name for name in names if name and len(name) > 8 and name in kept]
    assert not [
        work["title"]
        for work in works
        if work["title"] and len(work["title"]) > 30 and work["title"] in kept
    ]


@pytest.mark.raw
def test_the_fields_we_ask_for_exist(raw_dir: Path) -> None:
    recorded = (raw_dir / "openalex" / RECORDED).read_text(encoding="utf-8")
    listed = recorded.split("Valid fields for select are: ")[1].split('"}')[0]
    assert set(FIELDS) <= {field.strip(" .\n") for field in listed.split(",")}
