"""JSON-LD: every property fits the vocabulary of schema.org, and takes what it holds."""

import importlib.resources
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bookpress.cite.jsonld import script_html

PLAIN = {"Text", "URL", "Date", "Integer", "Boolean", "CssSelectorType"}


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Return the terms of schema.org by name, from the copy that the package rocrate carries."""
    text = (importlib.resources.files("rocrate") / "data" / "schema.jsonld").read_text("utf-8")
    terms = [term for term in json.loads(text)["@graph"] if term["@id"].startswith("schema:")]
    return {term["@id"].removeprefix("schema:"): term for term in terms}


def names_of(value: Any) -> set[str]:
    return {
        one["@id"].removeprefix("schema:")
        for one in (value if isinstance(value, list) else [value] if value else [])
    }


def kinds(*names: str) -> set[str]:
    above = {
        inner for name in names for inner in names_of(vocabulary()[name].get("rdfs:subClassOf"))
    }
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
                found.append(
                    f"{name} takes no {' '.join(types_of(inner)) if is_node else 'plain value'}"
                )
            found += problems(inner) if is_node else []
    return found


@pytest.mark.heavy
def test_every_property_belongs_to_its_type_and_takes_its_value(sites: dict[str, Path]) -> None:
    pages = [
        path
        for site in sites.values()
        for path in (site / "index.html", *(site / "notebooks").glob("*.html"))
    ]
    described = []
    for path in pages:
        (script,) = BeautifulSoup(path.read_text("utf-8"), "html5lib").select(
            'script[type="application/ld+json"]'
        )
        described.append(json.loads(script.string or ""))
        assert problems(described[-1]) == [], path
    assert {"hasPart", "image", "isbn", "isBasedOn"} <= {
        name for node in described for name in str(node).split("'")
    }


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- ", "a & b"])
def test_nothing_ends_the_script_element(text: str) -> None:
    written = (
        script_html({"name": text})
        .removeprefix('<script type="application/ld+json">')
        .removesuffix("</script>")
    )
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"name": text}
