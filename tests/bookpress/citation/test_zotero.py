"""What Zotero makes of each page: its rules, modelled in `zotero`, on the pages of a small site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from citation.zotero import creators, item_type, zotero

from bookpress.citation.highwire import author_name, highwire_tags
from bookpress.citation.page import Page
from bookpress.citation.record import Author, Citation


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
