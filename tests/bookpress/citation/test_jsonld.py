"""JSON-LD: it expands with no dropped term, and every property fits the vocabulary of schema.org."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pyld import jsonld

from bookpress.citation.jsonld import page_node, script_html
from bookpress.citation.landing_page import Dataset, LandingPage, Picture, SiteFile, Work
from bookpress.citation.record import Author, Citation

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


def names_of(value: Any) -> list[str]:
    """Return the names in a reference or a list of them."""
    listed = value if isinstance(value, list) else [value] if value else []
    return [one["@id"].removeprefix("schema:") for one in listed]


def kinds(name: str) -> set[str]:
    """Return a class with all classes above it."""
    return {name}.union(
        *(kinds(above) for above in names_of(vocabulary()[name].get("rdfs:subClassOf")) if above in vocabulary())
    )


def context(node: dict[str, Any]) -> dict[str, Any]:
    """Return a context of those terms of a description that schema.org has: another one is dropped."""
    terms: dict[str, Any] = {}
    for name in set(words(node)) & set(vocabulary()):
        term = vocabulary()[name]
        ranges = names_of(term.get("schema:rangeIncludes"))
        is_address = "URL" in ranges and "Text" not in ranges
        terms[name] = {"@id": f"http://schema.org/{name}", **({"@type": "@id"} if is_address else {})}
    return terms


def words(value: Any) -> Iterator[str]:
    """Yield every key and every type in a description."""
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from ([inner] if isinstance(inner, str) else inner) if key == "@type" else words(inner)
        case list():
            for inner in value:
                yield from words(inner)


@pytest.fixture
def page(citation: Citation) -> LandingPage:
    """Return a page with all that a page may have."""
    page = LandingPage(citation, citation.page or "index.html", summary="In short.")
    if citation.chapter:
        page.datasets, page.works = [DATASET], WORKS
        page.picture = Picture(path="figures/a.png", alt="A dot", width=2, height=1)
    return page


def leaves(value: Any) -> Iterator[Any]:
    """Yield every plain value in a description."""
    match value:
        case dict():
            for key, inner in value.items():
                if key != "@context":
                    yield from leaves(inner)
        case list():
            for inner in value:
                yield from leaves(inner)
        case _:
            yield value


def expanded(node: dict[str, Any]) -> list[Any]:
    """Return the plain values that are left of a description when its terms are looked up."""
    (found,) = jsonld.expand(
        {**node, "@context": context(node)}, {"base": "https://reader.example/notebooks/page.html"}
    )
    return list(leaves(found))


def test_no_term_is_dropped_when_it_expands(page: LandingPage) -> None:
    node = page_node(page)
    assert len(expanded(node)) == len(list(leaves(node)))
    assert any(str(value).startswith("http") for value in expanded(node))


def test_every_property_belongs_to_its_type_and_takes_its_value(page: LandingPage) -> None:
    assert problems(page_node(page)) == []


def test_the_checks_see_what_is_wrong() -> None:
    node = {"@type": "Book", "name": "x", "nonsense": "y"}
    assert len(expanded(node)) == len(list(leaves(node))) - 1
    assert problems({"@type": "Person", "isbn": "1"}) == ["isbn does not belong to Person"]
    assert problems({"@type": "Book", "author": {"@type": "Chapter"}}) == ["author takes no Chapter"]


def problems(node: dict[str, Any]) -> list[str]:
    """Return what in a description does not fit the vocabulary."""
    types = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
    above = set().union(*(kinds(one) for one in types))
    found = []
    for name, value in node.items():
        if name.startswith("@"):
            continue
        term = vocabulary()[name]
        if not above & set(names_of(term["schema:domainIncludes"])):
            found.append(f"{name} does not belong to {' '.join(types)}")
        for inner in value if isinstance(value, list) else [value]:
            ranges = set(names_of(term["schema:rangeIncludes"]))
            if isinstance(inner, dict):
                inner_types = inner["@type"] if isinstance(inner["@type"], list) else [inner["@type"]]
                if not ranges & set().union(*(kinds(one) for one in inner_types)):
                    found.append(f"{name} takes no {' '.join(inner_types)}")
                found += problems(inner)
            elif not ranges & {"Text", "URL", "Date", "Integer", "Boolean", "CssSelectorType"}:
                found.append(f"{name} takes no plain value")
    return found


def test_fields_agree_with_the_record(page: LandingPage) -> None:
    node, citation = page_node(page), page.citation
    assert node["name"] == citation.title
    assert node["datePublished"] == citation.date.isoformat()
    assert [author["name"] for author in node["author"]] == [author.full for author in citation.authors]
    assert node.get("abstract") == citation.abstract
    assert node.get("keywords", []) == list(citation.keywords)
    assert node.get("@id") == page.url
    assert node["license"] == citation.book.licence_url
    identifiers = {one["propertyID"]: one["value"] for one in node.get("identifier", [])}
    edition = citation.edition
    wanted = {
        "DOI": citation.doi,
        "edition": edition and edition.id,
        "results-sha256": edition and edition.results_sha256,
        "data-vintage": edition and edition.vintage,
    }
    assert identifiers == {name: value for name, value in wanted.items() if value}
    if citation.chapter:
        assert node["@type"] == ["Chapter", "ScholarlyArticle"]
        assert node["isPartOf"]["name"] == citation.book.full_title
        assert node["hasPart"][0]["distribution"][0]["sha256"] == DATASET.files[0].sha256
    book = node["isPartOf"] if citation.chapter else node
    assert citation.is_published or "10.5555" not in json.dumps([book, node.get("identifier")])


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- ", "a & b"])
def test_nothing_ends_the_script_element(text: str) -> None:
    written = script_html({"name": text}).removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"name": text}
