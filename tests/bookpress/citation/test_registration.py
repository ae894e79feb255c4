"""What registries of DOIs are sent: DataCite's against its schema; Crossref's in the order that its schema asks for."""

from __future__ import annotations

import importlib.resources
import json
import re
from typing import Any

import jsonschema
import pytest
from lxml import etree

from bookpress.citation.deposit import to_crossref, to_datacite
from bookpress.citation.record import SETTINGS, Author, Book, Citation, Edition
from bookpress.errors import UsageError
from bookpress.files import checked


def test_datacite_accepts_every_citation(citation: Citation) -> None:
    schema = json.loads((importlib.resources.files("datacite") / "schemas/datacite-v4.5.json").read_text("utf-8"))
    node = json.loads(to_datacite(citation))
    jsonschema.Draft201909Validator(schema).validate(node)
    assert node["types"]["resourceTypeGeneral"] == ("BookChapter" if citation.chapter else "Book")
    relations = [one["relationType"] for one in node["relatedIdentifiers"]]
    assert ("IsPartOf" in relations) == (citation.chapter is not None and citation.book.doi is not None)
    assert "IsDerivedFrom" in relations
    assert node.get("doi") == citation.doi


def test_crossref_is_sent_the_book_with_those_chapters_that_have_a_doi(
    public_settings: dict[str, Any], authors: tuple[Author, ...], citations: list[Citation]
) -> None:
    chapters = list({one.chapter.slug: one.chapter for one in citations if one.chapter}.values())
    edition = next(one.edition for one in citations if one.edition and one.edition.is_default)
    facts = {**public_settings, "depositor": {"name": "Books", "email": "books@example.org"}}

    def deposit(more: dict[str, Any], edition: Edition | None = edition) -> str:
        book = checked(Book, {**facts, **more}, SETTINGS)
        return to_crossref(Citation.of(book, None, edition, built=citations[0].date), chapters)

    text = deposit({})
    assert re.findall(r"<doi>(.*?)</doi>", text) == ["10.5555/book_1", "10.5555/ch_2"]
    assert len(re.findall("<doi>", deposit({"chapter_doi": "10.5555/b.{slug}"}))) == 1 + len(chapters)
    # The order that the schema 5.5.0 asks for; the whole deposit was validated against it by hand.
    of_book = ["contributors", "titles", "abstract", "edition_number", "publication_date", "isbn", "publisher"]
    of_chapter = ["contributors", "titles", "abstract", "component_number", "publication_date"]
    for kind, wanted in (("book_metadata", of_book), ("content_item", of_chapter)):
        part = next(etree.fromstring(text.encode()).iter(f"{{*}}{kind}"))
        assert [etree.QName(one).localname for one in part] == [*wanted, "program", "doi_data"]
    assert "<noisbn" in deposit({"isbn": ""})
    for more in ({"depositor": None}, {"doi": ""}, {"base_url": "", "edition_url": ""}):
        with pytest.raises(UsageError, match="a deposit with Crossref needs"):
            deposit(more)
    other = next(one.edition for one in citations if one.edition and not one.edition.is_default)
    with pytest.raises(UsageError, match="a DOI stands for the default edition"):
        deposit({}, other)
