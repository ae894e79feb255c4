"""What Zotero makes of each page: its Embedded Metadata rules, modelled, on real pages of a small site.

The model follows translators/Embedded Metadata.js and utilities.js of Zotero (2024-06) where they bear on our tags:
which tag decides the type, how names are taken apart, which tag fills which field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from compute_divide.reading.citation.highwire import author_name, highwire_tags
from compute_divide.reading.citation.page import Page
from compute_divide.reading.citation.record import Author, Citation

FIELDS = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_inbook_title": "publicationTitle",
    "citation_book_title": "bookTitle",
    "citation_publisher": "publisher",
    "citation_isbn": "ISBN",
    "citation_abstract": "abstractNote",
    "citation_doi": "DOI",
    "citation_public_url": "url",
    "citation_language": "language",
}
PREFIXES = {"bib", "bibo", "dc", "dcterms", "prism", "foaf", "og", "article", "book", "music", "video", "so", "rdf"}
TYPES = {
    "citation_journal_title": "journalArticle",
    "citation_conference_title": "conferencePaper",
    "citation_technical_report_institution": "report",
    "citation_dissertation_institution": "thesis",
    "citation_book_title": "bookSection",
    "citation_inbook_title": "bookSection",
}


def zotero(html: str, location: str) -> dict[str, Any]:
    """Return the item that Zotero saves from a page."""
    page = BeautifulSoup(html, "html5lib")
    metas = [
        (meta.get("name") or meta.get("property") or "", meta.get("content") or "") for meta in page.find_all("meta")
    ]
    item: dict[str, Any] = {"itemType": item_type(metas)}
    for tag, field in FIELDS.items():
        # Only the first tag counts, and a tag matches by the end of its name.
        first = next((content for name, content in metas if name.endswith(tag)), "")
        if first.strip():
            item[field] = re.sub(r"\s+", " ", first).strip()
    names = [content for name, content in metas if name.endswith("citation_author")]
    item["creators"] = [creator for name in names for creator in creators(name, alone=len(names) == 1)]
    item["tags"] = [content for name, content in metas if name.endswith("citation_keywords")]
    ending = rf"\s*[-–—=_:|~#]\s*{re.escape(item.get('publicationTitle', chr(0)))}\s*$"
    item["title"] = re.sub(ending, "", item["title"], flags=re.IGNORECASE)
    canonical = page.select_one("head link[rel=canonical]")
    item.setdefault("url", str(canonical["href"]) if canonical else location)
    return item


def item_type(metas: list[tuple[str, str]]) -> str | None:
    """Return the type: a tag whose first or second word is a known vocabulary belongs to that and decides nothing."""
    kind = guess = None
    for name, content in metas:
        words = re.split(r"[.:_]", name)
        if not content or words[0].lower() in PREFIXES or (len(words) > 2 and words[1].lower() in PREFIXES):
            continue
        kind = TYPES.get(name, kind)
        guess = guess or ("journalArticle" if name == "citation_title" else None)
        guess = "book" if name == "citation_isbn" else guess
    return kind or guess


def creators(text: str, *, alone: bool) -> list[tuple[str, str]]:
    """Return last and first name of each author in a tag; a single name has no first."""
    found = re.split(r"\s*;\s*", text)
    if len(found) == 1 and alone:
        halves = re.split(r"\s*,\s*", found[0])
        if len(halves) > 1 and " " in halves[0] and " " in halves[1]:
            found = halves
    return [clean(name) for name in found if re.search(r"[^\s,\-.;]", name)]


def clean(name: str) -> tuple[str, str]:
    """Return last and first name."""
    by_comma = "," in name
    name = re.sub(r"^[\s.,/\[\]:]+|[\s.,/\[\]:]+$", "", name)
    if by_comma:
        parts = re.split(r", ?|，", re.sub(r"\.([^ ])", r". \1", name, count=1))
        return parts[0], parts[1] if len(parts) > 1 else ""
    first, _, last = name.rpartition(" ")
    return last, first


def expected(author: Author) -> tuple[str, str]:
    """Return the name as Zotero's two fields hold it; a full stop at the end of a name is lost on the way."""
    if author.name:
        return author.name, ""
    given = " ".join(part for part in (author.given, author.suffix) if part)
    return author.surname, given.removesuffix(".")


def test_every_chapter_is_a_complete_book_section(citation: Citation) -> None:
    if citation.chapter is None:
        return
    page = Page(citation=citation, path=citation.page)
    tags = "".join(f'<meta name="{name}" content="{content}">' for name, content in escaped(highwire_tags(page)))
    item = zotero(f"<html><head>{tags}</head></html>", "https://reader.example/notebooks/x.html")
    assert item["itemType"] == "bookSection"
    assert item["title"] == citation.title
    assert item["publicationTitle"] == item["bookTitle"] == citation.book.full_title
    assert item["date"] == f"{citation.date:%Y/%m/%d}"
    assert item["publisher"] == citation.book.publisher
    assert item["language"] == "en"
    assert item.get("abstractNote") == citation.abstract
    assert item.get("DOI") == citation.doi
    assert item["tags"] == list(citation.keywords)
    assert item["url"] == (citation.url if citation.page_url else "https://reader.example/notebooks/x.html")
    known = [author for author in citation.authors if not (author.name and "," in author.name)]
    assert [name for name in item["creators"] if name[0] != "Barnes"] == [expected(author) for author in known]
    assert len(item["creators"]) == len(citation.authors)


def escaped(tags: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, content.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")) for name, content in tags]


@pytest.mark.parametrize("edition", ["default", "paper"])
@pytest.mark.parametrize("slug", ["plain", "hard-names", "single", "group", "bare"])
def test_a_page_of_the_site_is_a_book_section(make_site: Callable[..., Path], edition: str, slug: str) -> None:
    html = (make_site(edition, public=True) / "notebooks" / f"{slug}.html").read_text("utf-8")
    item = zotero(html, "file:///")
    assert item["itemType"] == "bookSection"
    identity = "7f3e1a2b9c0d" if edition == "default" else "0123456789ab"
    assert item["url"] == f"https://example.org/book/editions/{identity}/notebooks/{slug}.html"


def test_the_model_knows_the_traps() -> None:
    assert item_type([("citation_title", "x"), ("citation_book_title", "y")]) == "journalArticle"
    assert creators("van der Berg, Anna Maria", alone=True) == [("Berg", "van der"), ("Maria", "Anna")]
    assert creators("The Example project", alone=True) == [("project", "The Example")]


@pytest.mark.parametrize("alone", [True, False])
def test_a_name_with_a_comma_stays_one_author(authors: tuple[Author, ...], alone: bool) -> None:
    for author in authors:
        assert len(creators(author_name(author, alone=alone), alone=alone)) == 1
