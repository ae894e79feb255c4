"""The manifest of an edition names all that is in it; that it is valid is tested where it is packed."""

import json

from bookpress.book.project import Project
from bookpress.build.ro_crate import NAME, UNHASHED
from bookpress.files import files_of, sha256


def test_the_manifest_names_every_output_with_its_hash(built_once: Project) -> None:
    folder = built_once.editions / "other"
    manifest = json.loads((folder / NAME).read_text())
    entities = {entity["@id"]: entity for entity in manifest["@graph"]}

    files = {path.relative_to(folder).as_posix(): path for path in files_of(folder) if path.name != NAME}
    assert set(files) <= set(entities)
    for name in set(files) - {UNHASHED}:
        assert entities[name]["sha256"] == sha256(files[name].read_bytes())
        assert entities[name]["contentSize"] == str(files[name].stat().st_size)
    assert "sha256" not in entities["timings.json"]

    root = entities["./"]
    assert root["identifier"] == json.loads((folder / "edition.json").read_text())["id"]
    assert {one["@id"] for one in root["mentions"]} == {"#run-first", "#run-second", "#assembly"}
    used = {one["@id"] for one in entities["#run-second"]["object"]}
    assert {"source/sources/second.md", "#second-factor", "#evidence"} <= used
    assert entities["#second-factor"]["value"] == 3.0
    assert {"@id": "#evidence-b.csv"} in entities["#evidence"]["hasPart"]
    assert entities["#evidence-b.csv"]["sha256"] == sha256((built_once.data / "b.csv").read_bytes())
    assert entities["pkg:pypi/nothing@1"]["softwareVersion"] == "1"
