"""Records at the root of the repository say what the settings say; those for DataCite are valid after its schema."""

import importlib.resources
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from cite.conftest import FACTS, NAMES, PUBLIC

from bookpress.cite.book import SETTINGS, Book
from bookpress.cite.deposit import deposit_files, main, to_datacite, zenodo
from bookpress.cite.record import Citation
from bookpress.files import checked

ROOT = Path(__file__).parents[3]


def test_the_files_of_this_repository_are_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / SETTINGS).write_bytes((ROOT / SETTINGS).read_bytes())
    main(tmp_path)
    made = [path for path in tmp_path.iterdir() if path.is_file()]
    names = [".zenodo.json", "CITATION.cff", "codecheck.yml", "codemeta.json"]
    assert sorted(path.name for path in made) == names
    for path in made:
        found = (ROOT / path.name).read_text("utf-8")
        assert found == path.read_text("utf-8"), (
            f"{path.name} is old: python -m bookpress.cite.deposit"
        )


@pytest.fixture
def full() -> Book:
    """Return a book with every fact a publisher may state."""
    named = [author.model_dump(exclude_none=True) for author in NAMES]
    more = {
        "date": "2026-11-24",
        "repository": "https://example.org/repo",
        "code_licence": "MIT",
        "authors": named,
    }
    return checked(Book, {**PUBLIC, **more}, SETTINGS)


@pytest.fixture
def bare() -> Book:
    """Return a book with nothing but what is needed."""
    return checked(Book, {name: FACTS[name] for name in ("title", "authors", "version")}, SETTINGS)


def test_citation_cff_is_valid(full: Book, bare: Book) -> None:
    place = (
        importlib.resources.files("check_jsonschema")
        / "builtin_schemas/vendor/citation-file-format.json"
    )
    schema = json.loads(place.read_text("utf-8"))
    for book in (full, bare):
        jsonschema.validate(yaml.safe_load(deposit_files(book)["CITATION.cff"]), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {**yaml.safe_load(deposit_files(full)["CITATION.cff"]), "authors": []}, schema
        )


def test_a_codechecker_finds_what_a_build_writes(full: Book) -> None:
    said = yaml.safe_load(deposit_files(full)["codecheck.yml"])
    assert said["paper"]["title"] == full.full_title
    assert [author["name"] for author in said["paper"]["authors"]] == [
        author.full for author in full.authors
    ]
    assert {"codechecker", "certificate"}.isdisjoint(said)
    assert all(entry["comment"] for entry in said["manifest"])
    assert (
        said["manifest"][0]["file"] == "_build/editions/default/results.json"
    )  # the address that the book keeps


def test_all_three_files_agree(full: Book) -> None:
    files = deposit_files(full)
    cff, meta, deposit = (
        yaml.safe_load(files[name]) for name in ("CITATION.cff", "codemeta.json", ".zenodo.json")
    )
    assert cff["title"] == meta["name"] == deposit["title"] == full.full_title
    assert cff["version"] == meta["version"] == deposit["version"] == full.version
    assert (
        str(cff["date-released"])
        == meta["datePublished"]
        == deposit["publication_date"]
        == "2026-11-24"
    )
    assert cff["keywords"] == meta["keywords"] == deposit["keywords"]
    assert cff["repository-code"] == meta["codeRepository"] == "https://example.org/repo"
    assert (
        len(cff["authors"]) == len(meta["author"]) == len(deposit["creators"]) == len(full.authors)
    )
    assert cff["preferred-citation"]["type"] == "book"


def test_empty_settings_leave_no_trace_and_html_is_escaped(bare: Book, full: Book) -> None:
    text = "".join(deposit_files(bare).values())
    assert not [word for word in ("null", "None", '""', "{}", "doi") if word in text]
    assert zenodo(full)["description"] == "<p>A book about R&amp;D.</p>"


def test_datacite_accepts_every_citation(citation: Citation) -> None:
    schema = json.loads(
        (importlib.resources.files("datacite") / "schemas/datacite-v4.5.json").read_text("utf-8")
    )
    node = json.loads(to_datacite(citation))
    jsonschema.Draft201909Validator(schema).validate(node)
    assert node["types"]["resourceTypeGeneral"] == ("BookChapter" if citation.chapter else "Book")
    relations = [one["relationType"] for one in node["relatedIdentifiers"]]
    assert ("IsPartOf" in relations) == (
        citation.chapter is not None and citation.book.doi is not None
    )
    assert "IsDerivedFrom" in relations
    assert node.get("doi") == citation.doi
