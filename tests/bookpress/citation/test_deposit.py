"""The records at the root of the repository say what the settings say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bookpress.citation.deposit import deposit_files, main, zenodo
from bookpress.citation.record import SETTINGS, Author, Book
from bookpress.files import checked

ROOT = Path(__file__).parents[3]


def test_the_files_of_this_repository_are_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / SETTINGS).write_bytes((ROOT / SETTINGS).read_bytes())
    main(tmp_path)
    made = [path for path in tmp_path.iterdir() if path.is_file()]
    assert sorted(path.name for path in made) == [".zenodo.json", "CITATION.cff", "codemeta.json"]
    for path in made:
        found = (ROOT / path.name).read_text("utf-8")
        assert found == path.read_text("utf-8"), f"{path.name} is old: python -m bookpress.citation.deposit"


@pytest.fixture
def full(public_settings: dict[str, Any], authors: tuple[Author, ...]) -> Book:
    """Return a book with every fact a publisher may state."""
    named = [author.model_dump(exclude_none=True) for author in authors]
    more = {"date": "2026-11-24", "repository": "https://example.org/repo", "code_licence": "MIT", "authors": named}
    return checked(Book, {**public_settings, **more}, SETTINGS)


@pytest.fixture
def bare(settings: dict[str, Any]) -> Book:
    """Return a book with nothing but what is needed."""
    return checked(Book, {name: settings[name] for name in ("title", "authors", "version")}, SETTINGS)


def test_citation_cff_is_valid(full: Book, bare: Book) -> None:
    found = importlib.util.find_spec("check_jsonschema")
    if found is None or not found.submodule_search_locations:
        pytest.skip("CITATION.cff is NOT checked against its schema: check-jsonschema is not installed")
    place = Path(found.submodule_search_locations[0], "builtin_schemas", "vendor", "citation-file-format.json")
    schema = json.loads(place.read_text("utf-8"))
    for book in (full, bare):
        jsonschema.validate(yaml.safe_load(deposit_files(book)["CITATION.cff"]), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**yaml.safe_load(deposit_files(full)["CITATION.cff"]), "authors": []}, schema)


def test_all_three_files_agree(full: Book) -> None:
    files = deposit_files(full)
    cff, meta, deposit = (yaml.safe_load(files[name]) for name in ("CITATION.cff", "codemeta.json", ".zenodo.json"))
    assert cff["title"] == meta["name"] == deposit["title"] == full.full_title
    assert cff["version"] == meta["version"] == deposit["version"] == full.version
    assert str(cff["date-released"]) == meta["datePublished"] == deposit["publication_date"] == "2026-11-24"
    assert cff["keywords"] == meta["keywords"] == deposit["keywords"]
    assert cff["repository-code"] == meta["codeRepository"] == "https://example.org/repo"
    assert len(cff["authors"]) == len(meta["author"]) == len(deposit["creators"]) == len(full.authors)
    assert cff["preferred-citation"]["type"] == "book"


def test_empty_settings_leave_no_trace(bare: Book) -> None:
    text = "".join(deposit_files(bare).values())
    assert not [word for word in ("null", "None", '""', "{}", "doi") if word in text]


def test_zenodo_escapes_its_html(settings: dict[str, Any]) -> None:
    book = checked(Book, {**settings, "description": "a < b"}, SETTINGS)
    assert zenodo(book)["description"] == "<p>a &lt; b</p>"
