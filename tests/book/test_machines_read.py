"""What machines read of the book: chapters as Markdown, what leads to them, and results by their schemas."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from bookpress.assembly.published import SCHEMAS
from bookpress.chapter.quotes import id_of
from bookpress.elements.value import KINDS
from holdtrue.comparisons.base import WORDS
from holdtrue.estimates import read_estimate
from holdtrue.number_formats import full

Build = Callable[[str], Path]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
VALUES = ("holds", *KINDS, "claim", "related")
ROLES = (*VALUES, "numref", "cite:p", "cite:t", "term", "code-cell", "figure", "otherwise")


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def edition(built_book: Build) -> Path:
    return built_book("default")


def chapters(edition: Path) -> dict[str, str]:
    slugs = load(edition / "edition.json")["chapter_results_sha256"]
    return {slug: (edition / f"html/notebooks/{slug}.md").read_text("utf-8") for slug in slugs}


def test_a_chapter_is_read_as_markdown_without_what_only_pages_understand(edition: Path) -> None:
    for slug, text in chapters(edition).items():
        assert text.startswith("# "), slug
        assert not [role for role in ROLES if f"{{{role}}}" in text], slug
        assert not re.findall(r"\{\\[\"'`^~]", text), f"{slug}: a name in LaTeX"
        assert "```" not in re.sub(r"```(sh|yaml|text)?\n.*?```", "", text, flags=re.DOTALL), slug
        for link in LINK.findall(text):
            assert (edition / "html/notebooks" / link).exists(), (slug, link)


def test_it_lists_every_number_and_every_verdict_and_ends_with_its_citation(edition: Path) -> None:
    results = load(edition / "results.json")
    statements = load(edition / "statements.json")
    identifier = load(edition / "edition.json")["id"]
    for slug, markdown in chapters(edition).items():
        text = re.sub(r"\\([^\w\s])", r"\1", markdown)  # as readers see it
        for key, result in results.get(slug, {}).items():
            line = next(row for row in text.splitlines() if row.startswith(f"- `{slug}:{key}`"))
            assert f": {full(read_estimate(result))}" in line
        for key, statement in statements.get(slug, {}).items():
            here = [one for one in statement["marks"] if one["page"] == f"notebooks/{slug}.md"]
            verdict = f"This {WORDS[statement['holds']]}: {statement['because']}."
            assert not here or f"{verdict} (`{slug}:{key}`)" in text
        assert identifier in text.partition("## How to cite")[2]


def test_the_index_leads_to_every_chapter_and_file(edition: Path) -> None:
    text = (edition / "html/llms.txt").read_text("utf-8")
    links = LINK.findall(text)
    assert {f"notebooks/{slug}.md" for slug in chapters(edition)} <= set(links)
    assert [link for link in links if not (edition / "html" / link).is_file()] == []
    assert load(edition / "edition.json")["id"] in text


@pytest.mark.parametrize("name", ["results", "statements"])
def test_what_an_edition_says_is_what_its_schema_describes(edition: Path, name: str) -> None:
    schema = load(edition / f"html/schemas/{name}.schema.json")
    content = load(edition / f"html/{name}.json")
    assert content == load(edition / f"{name}.json")
    jsonschema.Draft202012Validator(schema).validate(content)
    first = next(iter(content.values()))
    del next(iter(first.values()))["value" if name == "results" else "holds"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(content)


def test_the_ledger_is_what_its_schema_describes(checkout: Path) -> None:
    schema = load(SCHEMAS / "ledger.schema.json")
    results = Resource.from_contents(load(SCHEMAS / "results.schema.json"))
    registry: Any = Registry().with_resource("results.schema.json", results)
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    files = sorted((checkout / "data/released").glob("*.json"))
    assert files
    for file in files:
        validator.validate(load(file))


def test_a_source_to_take_away_reads_in_words(edition: Path) -> None:
    import jupytext

    for slug in chapters(edition):
        notebook = jupytext.read(edition / f"html/downloads/{slug}.md", fmt="md:myst")
        prose = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert not [kind for kind in VALUES if f"{{{kind}}}`" in prose], slug
        tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
        assert ["parameters"] in tags or slug in {"causes", "audit", "openalex", "remedies"}


def test_shares_list_the_rows_that_they_count(edition: Path) -> None:
    listed = 0
    for slug, of_chapter in load(edition / "results.json").items():
        for key, result in of_chapter.items():
            path = edition / "html/rows" / slug / f"{id_of(key.replace('.', '__'))}.csv"
            if not path.is_file():
                continue
            with path.open(encoding="utf-8") as file:
                counted = [row["counted"] for row in csv.DictReader(file)]
            in_total = [why for why in counted if not why.startswith("left out")]
            assert (counted.count("yes"), len(in_total)) == (result["k"], result["n"]), (slug, key)
            assert all(why == "yes" or why.startswith(("no", "left out: ")) for why in counted)
            listed += 1
    assert listed > 100


@pytest.mark.heavy
def test_a_command_lists_the_rows_of_any_share(
    edition: Path, checkout: Path, run_command: Callable[..., str]
) -> None:
    results = load(edition / "results.json")["research-topics"]
    long = results["share_late_intensive"]
    assert not (edition / "html/rows/research-topics/share_late_intensive.csv").exists()
    rows = run_command(checkout, "rows", "research-topics:share_late_intensive").splitlines()[1:]
    counted = sum(row.startswith("yes,") for row in rows)
    assert (counted, len(rows)) == (long["k"], long["n"])
