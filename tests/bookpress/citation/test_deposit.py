"""The records at the root of the repository say what the settings say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bookpress.citation.deposit import citation_cff, deposit_files, main, zenodo
from bookpress.citation.settings import SETTINGS, load_book, read_book

ROOT = Path(__file__).parents[3]


def test_the_files_of_this_repository_are_up_to_date() -> None:
    for name, text in deposit_files(load_book(ROOT)).items():
        found = (ROOT / name).read_text("utf-8")
        assert found == text, f"{name} is not what {SETTINGS} says: python -m bookpress.citation.deposit"


def test_main_writes_the_files(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / SETTINGS).write_bytes((ROOT / SETTINGS).read_bytes())
    main(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".zenodo.json", "CITATION.cff", "book", "codemeta.json"]


@pytest.fixture
def full_settings(public_settings: dict[str, Any], authors: Any) -> dict[str, Any]:
    """Return settings with every fact a publisher may state."""
    named = [author.model_dump(exclude_none=True) for author in authors]
    more = {"date": "2026-11-24", "repository": "https://example.org/repo", "code_licence": "MIT", "authors": named}
    return {**public_settings, **more}


@pytest.fixture
def schema() -> dict[str, Any]:
    """Return the schema of the Citation File Format 1.2.0, from the copy that check-jsonschema carries."""
    found = importlib.util.find_spec("check_jsonschema")
    if found is None or not found.submodule_search_locations:
        pytest.skip("CITATION.cff is NOT checked against its schema: check-jsonschema is not installed")
    place = Path(found.submodule_search_locations[0], "builtin_schemas", "vendor", "citation-file-format.json")
    loaded: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("which", ["settings", "public_settings", "full_settings"])
def test_citation_cff_is_valid(request: pytest.FixtureRequest, schema: dict[str, Any], which: str) -> None:
    text = deposit_files(read_book(request.getfixturevalue(which)))["CITATION.cff"]
    jsonschema.validate(yaml.safe_load(text), schema)


def test_the_check_sees_a_wrong_file(settings: dict[str, Any], schema: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**citation_cff(read_book(settings)), "authors": []}, schema)


def test_all_three_files_agree(full_settings: dict[str, Any]) -> None:
    book = read_book(full_settings)
    files = deposit_files(book)
    cff, meta, deposit = (
        yaml.safe_load(files["CITATION.cff"]), json.loads(files["codemeta.json"]), json.loads(files[".zenodo.json"]),
    )  # fmt: skip
    assert cff["title"] == meta["name"] == deposit["title"] == book.full_title
    assert cff["version"] == meta["version"] == deposit["version"] == book.version
    assert cff["date-released"] == meta["datePublished"] == deposit["publication_date"] == "2026-11-24"
    assert cff["keywords"] == meta["keywords"] == deposit["keywords"]
    assert cff["repository-code"] == meta["codeRepository"] == "https://example.org/repo"
    assert len(cff["authors"]) == len(meta["author"]) == len(deposit["creators"]) == len(book.authors)
    assert cff["preferred-citation"]["type"] == "book"


def test_empty_settings_leave_no_trace(settings: dict[str, Any]) -> None:
    bare = {name: settings[name] for name in ("title", "authors", "version")}
    text = "".join(deposit_files(read_book(bare)).values())
    assert "null" not in text
    assert "None" not in text
    assert '""' not in text
    assert "doi" not in text.replace("doi.org/10.5063", "")


def test_zenodo_escapes_its_html(settings: dict[str, Any]) -> None:
    assert zenodo(read_book({**settings, "description": "a < b"}))["description"] == "<p>a &lt; b</p>"
