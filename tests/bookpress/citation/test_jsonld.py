"""JSON-LD: every property fits the vocabulary of schema.org, and says what the record says."""

from __future__ import annotations

import importlib.resources
import json
from functools import cache
from typing import Any

import pytest

from bookpress.citation.jsonld import page_node, script_html
from bookpress.citation.landing_page import Dataset, LandingPage, Picture, SiteFile, Work
from bookpress.citation.record import Author, Citation

PLAIN = {"Text", "URL", "Date", "Integer", "Boolean", "CssSelectorType"}
DATASET = Dataset(
    anchor="fig-a",
    title="Shares & </script>",
    description="By year.",
    licence="CC BY 4.0",
    source="Epoch AI",
    files=(SiteFile.of("figures/a.csv", "text/csv", b"a,b\n"),),
)
WORKS = [
    Work("An article", (Author(family="Doe", given="Jo"),), journal="A Journal", doi="10.5555/d"),
    Work("A preprint", (Author(name="A group"),), year="2021", arxiv="2101.00001"),
    Work("A site", url="https://example.org/site"),
]


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Return the terms of schema.org by name, from the copy that the package rocrate carries."""
    text = (importlib.resources.files("rocrate") / "data" / "schema.jsonld").read_text("utf-8")
    terms = [term for term in json.loads(text)["@graph"] if term["@id"].startswith("schema:")]
    return {term["@id"].removeprefix("schema:"): term for term in terms}


def names_of(value: Any) -> set[str]:
    """Return the names in a reference or a list of them."""
    return {
        one["@id"].removeprefix("schema:") for one in (value if isinstance(value, list) else [value] if value else [])
    }


def kinds(*names: str) -> set[str]:
    """Return classes with all classes above them."""
    above = {inner for name in names for inner in names_of(vocabulary()[name].get("rdfs:subClassOf"))}
    return {*names, *(kinds(*(above & vocabulary().keys())) if above else ())}


def types_of(node: dict[str, Any]) -> list[str]:
    return node["@type"] if isinstance(node["@type"], list) else [node["@type"]]


def problems(node: dict[str, Any]) -> list[str]:
    """Return what in a description does not fit the vocabulary."""
    found = []
    for name, value in node.items():
        if name.startswith("@"):
            continue
        term = vocabulary().get(name, {})
        if not kinds(*types_of(node)) & names_of(term.get("schema:domainIncludes")):
            found.append(f"{name} does not belong to {' '.join(types_of(node))}")
        ranges = names_of(term.get("schema:rangeIncludes"))
        for inner in value if isinstance(value, list) else [value]:
            is_node = isinstance(inner, dict)
            if not ranges & (kinds(*types_of(inner)) if is_node else PLAIN):
                found.append(f"{name} takes no {' '.join(types_of(inner)) if is_node else 'plain value'}")
            found += problems(inner) if is_node else []
    return found


@pytest.fixture
def page(citation: Citation) -> LandingPage:
    """Return a page with all that a page may have."""
    page = LandingPage(citation, citation.page or "index.html", summary="In short.")
    if citation.chapter:
        page.datasets, page.works = [DATASET], WORKS
        page.picture = Picture(path="figures/a.png", alt="A dot", width=2, height=1)
    return page


def test_every_property_belongs_to_its_type_and_takes_its_value(page: LandingPage) -> None:
    assert problems(page_node(page)) == []


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- ", "a & b"])
def test_nothing_ends_the_script_element(text: str) -> None:
    written = script_html({"name": text}).removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"name": text}
